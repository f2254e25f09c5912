//! Keeping the lake small: joining small files, and deleting what no version needs any more and no reader can still be at.
//!
//! Of each table: small files of one folder become one, the log gets a checkpoint, and what is older than the retention time goes:
//! entries of the log, files that a later version has taken out, files that a killed writer left. Models are made anew all day long,
//! so what they were before is kept for a day at most: nobody reads one of their versions for longer.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use deltalake::operations::vacuum::{Clock, VacuumMode};
use deltalake::{DeltaTable, checkpoints};

use super::{LakeError, commit, files, rewritten, tables};
use crate::engine::Warehouse;
use crate::ingest::{Store, StoreError};

/// Small files of a table that are worth joining: at a commit every five minutes, those of five hours.
const MANY_FILES: usize = 64;
/// A file of so many bytes is not small.
const LARGE: NonZeroU64 = NonZeroU64::new(32 << 20).expect("not zero");
/// How long earlier versions of models are kept, at most.
const MODELS: Duration = Duration::from_hours(24);

/// Keeps a lake small.
#[derive(Clone, Debug)]
pub struct Upkeep {
    retention: Duration,
    ambient: Ambient,
}

/// The clock that a vacuum looks at.
#[derive(Debug)]
struct At(i64);

impl Clock for At {
    fn current_timestamp_millis(&self) -> i64 {
        self.0
    }
}

impl Upkeep {
    /// What is no longer of any use is kept for `retention`: who reads a version for longer finds its files gone.
    #[must_use]
    pub fn new(retention: Duration, ambient: Ambient) -> Self {
        Self { retention, ambient }
    }

    /// Goes through all tables, one at a time, each while `store` writes nothing.
    pub async fn tend(&self, store: &Store, warehouse: &Warehouse) -> Result<(), StoreError> {
        let models = warehouse.project().models().iter().map(|model| model.name.as_str());
        for name in tables::ALL.iter().map(|table| table.name).chain(models) {
            let _still = store.hold_still().await;
            let Some(table) = warehouse.lake().find(name).await? else { continue };
            match self.tend_to(table, name).await {
                // Another writer was first; there is a next time.
                Err(error) if error.is_conflict() => {}
                done => done?,
            }
        }
        warehouse.refresh().await?;
        Ok(())
    }

    /// Joins the small files of one table, and takes away what its retention time no longer keeps.
    pub async fn tend_to(&self, table: DeltaTable, name: &str) -> Result<(), LakeError> {
        let retention = if tables::ALL.iter().any(|table| table.name == name) {
            self.retention
        } else {
            self.retention.min(MODELS)
        };
        let table = self.join(table).await?;
        checkpoints::create_checkpoint(&table, None).await?;
        let now = self.ambient.now().0;
        let kept_ms = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
        if let Some(version) = table.version() {
            let log = table.log_store();
            checkpoints::cleanup_expired_logs_for(version, log.as_ref(), now.saturating_sub(kept_ms), None).await?;
        }
        let vacuum = table.vacuum().with_mode(VacuumMode::Full).with_clock(Arc::new(At(now)));
        // The format's own least is a week, whatever the operator says.
        let vacuum = vacuum.with_enforce_retention_duration(false);
        vacuum.with_retention_period(chrono::Duration::milliseconds(kept_ms)).await?;
        Ok(())
    }

    async fn join(&self, table: DeltaTable) -> Result<DeltaTable, LakeError> {
        let sizes = table.snapshot()?.log_data();
        let small =
            sizes.into_iter().filter(|file| u64::try_from(file.size()).is_ok_and(|size| size < LARGE.get())).count();
        if small < MANY_FILES {
            return Ok(table);
        }
        let commit = commit(&[rewritten(&table)]);
        let joining = table.optimize().with_target_size(LARGE).with_commit_properties(commit);
        Ok(joining.with_writer_properties(files()?).await?.0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use belgrano_wire::ambient::{Ambient, ManualClock, SystemEntropy};
    use belgrano_wire::timestamp::UnixMillis;
    use deltalake::DeltaTable;
    use futures_util::TryStreamExt as _;
    use object_store::ObjectStore as _;

    use super::Upkeep;
    use crate::lake::failing::Failing;
    use crate::lake::rows::{Origin, Rows};
    use crate::lake::{self, Lake, Reached, tables};

    const DAY_MS: i64 = 24 * 3600 * 1000;
    /// Commits of a day, more than make it worth joining their files; of a model every fourth of them.
    const COMMITS: i64 = 66;

    fn prices(seq: i64) -> datafusion::arrow::record_batch::RecordBatch {
        let mut rows = Rows::new(&tables::PRICES);
        rows.push(Origin { source: "belgrano", seq, at: UnixMillis(seq) }, &["1".into(), "2".into()]);
        rows.take().expect("a batch")
    }

    async fn write(lake: &Lake, name: &str, seq: i64) {
        let table = lake.table(name, &tables::PRICES.schema(), &[]).await.expect("a table");
        let to = [Reached { feed: "belgrano/shop/1".to_owned(), seq }];
        let written = match name {
            "bronze_prices" => lake::append(table, vec![prices(seq)], &to).await,
            _ => lake::replace(table, vec![prices(seq)], None).await,
        };
        written.expect("a commit");
    }

    async fn rows(table: &DeltaTable) -> usize {
        let context = datafusion::prelude::SessionContext::new();
        table.update_datafusion_session(&context.state()).expect("a session");
        let provider = table.table_provider().await.expect("a table");
        context.read_table(provider).expect("a table").count().await.expect("rows")
    }

    async fn files_of(files: &Failing) -> usize {
        files.list(None).try_collect::<Vec<_>>().await.expect("a list").len()
    }

    #[tokio::test]
    async fn a_week_of_commits_stays_small_and_no_reader_loses_its_files() {
        // The times of files are the machine's, so the manual clock begins there.
        let clock = Arc::new(ManualClock::new(Ambient::system().now()));
        let ambient = Ambient::new(Arc::<ManualClock>::clone(&clock), Arc::new(SystemEntropy));
        let upkeep = Upkeep::new(Duration::from_hours(7 * 24), ambient);
        let files = Failing::default();
        let lake = Lake::over("memory:///lake/".parse().expect("an address"), Arc::new(files.clone())).expect("a lake");
        let tend = async || {
            for name in ["bronze_prices", "silver_prices"] {
                let table = lake.find(name).await.expect("a lake").expect("a table");
                upkeep.tend_to(table, name).await.expect("upkeep");
            }
        };
        let mut readers = Vec::new();
        let mut seq = 0;
        for _ in 0..2 {
            for _ in 0..COMMITS {
                seq += 1;
                write(&lake, "bronze_prices", seq).await;
                if seq % 4 == 0 {
                    write(&lake, "silver_prices", seq).await;
                }
            }
            readers.push((seq, lake.find("bronze_prices").await.expect("a lake").expect("a table")));
            tend().await;
        }
        for (seq, reader) in &readers {
            assert_eq!(rows(reader).await, usize::try_from(*seq).expect("rows"), "who began reading then reads on");
        }
        let many = files_of(&files).await;
        clock.advance_ms(8 * DAY_MS);
        tend().await;
        let few = files_of(&files).await;
        assert!(many > 250 && few < 20, "{many} files, after a week {few}");

        let table = lake.find("bronze_prices").await.expect("a lake").expect("a table");
        assert_eq!(rows(&table).await, usize::try_from(seq).expect("rows"), "nothing is lost");
        assert_eq!(lake::reached(&table, "belgrano/shop/1").await.expect("a place"), seq, "nor the place");
        let table = lake.find("silver_prices").await.expect("a lake").expect("a table");
        assert_eq!(rows(&table).await, 1);
    }
}
