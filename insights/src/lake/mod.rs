//! The lake: open tables (Delta Lake over Parquet) in a local folder or on any object store.
//!
//! In: batches of rows, each with the place of its source's feed up to which they bring the table. Out: what DataFusion, Spark,
//! Athena or Trino read. What must never happen here: a row written twice, or a place moved without its rows.

pub mod column;
mod durable;
#[cfg(test)]
pub(crate) mod failing;
pub mod feeds;
pub mod lease;
mod remote;
pub mod rows;
pub mod tables;
pub mod upkeep;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::dataframe::DataFrame;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use deltalake::delta_datafusion::planner::DeltaPlanner;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake::kernel::transaction::{CommitProperties, TransactionError};
use deltalake::kernel::{StructType, Transaction};
use deltalake::parquet::basic::{Compression, ZstdLevel};
use deltalake::parquet::file::properties::WriterProperties;
use deltalake::protocol::SaveMode;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use object_store::ObjectStore;
use url::Url;

use durable::Durable;

/// Why the lake did not do it.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// Where it is, is no place for one.
    #[error("LAKE_URL: {0} is no place for a lake")]
    Place(Url),
    /// The object store.
    #[error("the object store of the lake")]
    Store(#[from] object_store::Error),
    /// The table format.
    #[error("a table of the lake")]
    Table(#[from] DeltaTableError),
    /// The folder could not be made.
    #[error("the folder of the lake")]
    Folder(#[from] std::io::Error),
    /// Rows that do not fit their table.
    #[error("rows of the lake")]
    Rows(#[from] datafusion::arrow::error::ArrowError),
    /// The engine.
    #[error("the engine")]
    Engine(#[from] datafusion::error::DataFusionError),
    /// Somebody else was there first: what this was worked out of is no longer so.
    #[error("somebody else has written the same table meanwhile")]
    Overtaken,
}

impl LakeError {
    /// Whether another writer was first: with another look at the lake it may go well.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        use TransactionError::{CommitConflict, MaxCommitAttempts, VersionAlreadyExists};
        let lost = |error: &TransactionError| {
            matches!(error, CommitConflict(_) | MaxCommitAttempts(_) | VersionAlreadyExists(_))
        };
        match self {
            Self::Overtaken | Self::Table(DeltaTableError::VersionAlreadyExists(_)) => true,
            Self::Table(DeltaTableError::Transaction { source }) => lost(source),
            _ => false,
        }
    }
}

/// How far a table is of one feed: the lake's own transaction identifiers, so that it moves with the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Which feed, in which life of it.
    pub feed: String,
    /// Up to where its changes are in.
    pub seq: i64,
}

/// The lake. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lake {
    root: Url,
    store: Arc<dyn ObjectStore>,
    /// Where it is within the store.
    path: object_store::path::Path,
}

impl Lake {
    /// A lake at `url`, with the credentials that `options` (the names of the object store's settings) give.
    pub fn at(url: &Url, options: &HashMap<String, String>) -> Result<Self, LakeError> {
        let mut root = url.clone();
        root.set_path(&format!("{}/", url.path().trim_end_matches('/')));
        if root.scheme() == "file" {
            return Ok(Self { path: within(&root)?, root, store: Arc::new(Durable::new()) });
        }
        deltalake::logstore::logstore_factories().entry(scheme_of(&root)).or_insert_with(|| Arc::new(AnyStore));
        let (store, path) = remote::store(&root, options)?;
        Ok(Self { root, store, path })
    }

    /// A lake in a store of the caller's, whose paths begin at `root`.
    #[cfg(test)]
    pub(crate) fn over(root: Url, store: Arc<dyn ObjectStore>) -> Result<Self, LakeError> {
        Ok(Self { path: within(&root)?, root, store })
    }

    /// A lake in a local folder, which is made when there is none.
    pub fn in_folder(folder: &Path) -> Result<Self, LakeError> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let url = Url::from_directory_path(&folder)
            .map_err(|()| LakeError::Folder(std::io::ErrorKind::InvalidInput.into()))?;
        Self::at(&url, &HashMap::new())
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Url {
        &self.root
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// A table as it is now; made empty when there is none.
    pub async fn table(&self, name: &str, schema: &SchemaRef, partitions: &[&str]) -> Result<DeltaTable, LakeError> {
        match self.find(name).await? {
            Some(table) => Ok(table),
            None => self.create(name, schema, partitions).await,
        }
    }

    /// A table as it is now, if there is one.
    pub async fn find(&self, name: &str) -> Result<Option<DeltaTable>, LakeError> {
        let mut table = self.handle(name)?;
        if !table.verify_deltatable_existence().await? {
            return Ok(None);
        }
        table.load().await?;
        Ok(Some(table))
    }

    /// A table in a state that another process has read and described ([`described`]), without reading its log.
    pub fn in_state(&self, name: &str, state: &[u8]) -> Result<DeltaTable, LakeError> {
        let mut table = self.handle(name)?;
        let read = serde_json::from_slice(state).map_err(|error| DeltaTableError::Generic(error.to_string()))?;
        table.state = Some(read);
        Ok(table)
    }

    /// A table as it is now, from what is known of it: only what was committed since is read.
    pub async fn newest(&self, name: &str, known: Option<&DeltaTable>) -> Result<Option<DeltaTable>, LakeError> {
        if let Some(known) = known {
            let mut table = known.clone();
            // It may be so old that the log no longer leads from it to the present.
            if table.update_state().await.is_ok() {
                return Ok(Some(table));
            }
        }
        self.find(name).await
    }

    async fn create(&self, name: &str, schema: &SchemaRef, partitions: &[&str]) -> Result<DeltaTable, LakeError> {
        let described: StructType = schema.as_ref().try_into_kernel()?;
        let created = self
            .handle(name)?
            .create()
            .with_table_name(name)
            .with_columns(described.fields().cloned())
            .with_partition_columns(partitions.iter().copied())
            .with_configuration(settings(name, partitions))
            .await;
        match created {
            Ok(table) => Ok(table),
            // Another instance was first.
            Err(error) => self.find(name).await?.ok_or_else(|| error.into()),
        }
    }

    fn handle(&self, name: &str) -> Result<DeltaTable, LakeError> {
        let place = |_| LakeError::Place(self.root.clone());
        let url = self.root.join(&format!("{name}/")).map_err(place)?;
        Ok(DeltaTableBuilder::from_url(url.clone())?.with_storage_backend(Arc::clone(&self.store), url).build()?)
    }
}

/// What the format is told of a table of ours.
fn settings(name: &str, partitions: &[&str]) -> Vec<(&'static str, Option<&'static str>)> {
    // How long its log is kept is upkeep's to say, by the same time as its files.
    let mut settings = vec![("delta.checkpointInterval", Some("20")), ("delta.enableExpiredLogCleanup", Some("false"))];
    if tables::PERSONAL.contains(&name) {
        // Else the log would name the first and the last of all names.
        let columns = if partitions.contains(&"source") { "seq" } else { "source,seq" };
        settings.push(("delta.dataSkippingStatsColumns", Some(columns)));
    }
    settings
}

/// The factory of log stores for object stores that can put a file only where there is none, as all of today's can.
struct AnyStore;

impl deltalake::logstore::LogStoreFactory for AnyStore {
    fn with_options(
        &self,
        prefixed: deltalake::logstore::ObjectStoreRef,
        root: deltalake::logstore::ObjectStoreRef,
        location: &Url,
        options: &deltalake::logstore::StorageConfig,
    ) -> deltalake::DeltaResult<Arc<dyn deltalake::logstore::LogStore>> {
        Ok(deltalake::logstore::default_logstore(prefixed, root, location, options))
    }
}

fn within(root: &Url) -> Result<object_store::path::Path, LakeError> {
    object_store::path::Path::from_url_path(root.path()).map_err(|error| LakeError::Store(error.into()))
}

fn scheme_of(url: &Url) -> Url {
    let mut scheme = url.clone();
    scheme.set_path("");
    Url::parse(&format!("{}://", url.scheme())).unwrap_or(scheme)
}

/// How files are read: texts as they are, since a batch of views counts as all that they look at, and a sort of such batches finds
/// no room; and no filter before rows are read, which the engine applies to the wrong column (apache/datafusion #25296).
static READING: LazyLock<Arc<SessionState>> = LazyLock::new(|| {
    let mut config = SessionConfig::new();
    config.options_mut().execution.parquet.schema_force_view_types = false;
    config.options_mut().execution.parquet.pushdown_filters = false;
    Arc::new(SessionStateBuilder::new().with_config(config).build())
});

/// What the rows of a table are read by.
pub async fn reader(table: &DeltaTable) -> Result<Arc<dyn TableProvider>, LakeError> {
    Ok(table.table_provider().with_session(Arc::clone(&READING)).await?)
}

/// The state that a table is in, its list of files among it, for [`Lake::in_state`]; `None` when nothing of it was read.
#[must_use]
pub fn described(table: &DeltaTable) -> Option<Vec<u8>> {
    serde_json::to_vec(table.state.as_ref()?).ok()
}

/// Up to where the changes of `feed` are in `table`: none is 0.
pub async fn reached(table: &DeltaTable, feed: &str) -> Result<i64, LakeError> {
    let Ok(state) = table.snapshot() else { return Ok(0) };
    Ok(state.transaction_version(table.log_store().as_ref(), feed).await?.unwrap_or(0))
}

/// Adds rows that bring `table` to `to`. Whether they are in already is the caller's to know ([`reached`] of this very
/// `table`): the format itself refuses only a place that another commit has named since.
pub async fn append(table: DeltaTable, batches: Vec<RecordBatch>, to: &[Reached]) -> Result<DeltaTable, LakeError> {
    let commit = commit(to);
    Ok(table
        .write(batches)
        .with_save_mode(SaveMode::Append)
        .with_commit_properties(commit)
        .with_writer_properties(files()?)
        .await?)
}

/// Puts `batches` in the place of the rows that `which` (an SQL condition over the partition columns) holds for. Refused when
/// anybody has rewritten a part of it since `table` was looked at.
pub async fn replace(
    table: DeltaTable,
    batches: Vec<RecordBatch>,
    which: Option<&str>,
) -> Result<DeltaTable, LakeError> {
    let commit = commit(&[rewritten(&table)]);
    let writing = table.write(batches).with_save_mode(SaveMode::Overwrite);
    let writing = match which {
        Some(which) => writing.with_replace_where(which),
        None => writing,
    };
    Ok(writing.with_commit_properties(commit).with_writer_properties(files()?).await?)
}

/// The same with the rows of a question, which are written as they come and never are in memory together.
pub async fn replace_by(table: DeltaTable, rows: DataFrame, which: &str) -> Result<DeltaTable, LakeError> {
    let commit = commit(&[rewritten(&table)]);
    let (state, plan) = rows.into_parts();
    // The format writes by steps of a plan that its own planner knows.
    let state = SessionStateBuilder::new_from_existing(state).with_query_planner(DeltaPlanner::new()).build();
    Ok(table
        .write(Vec::new())
        .with_input_plan(plan)
        .with_session_state(Arc::new(state))
        .with_save_mode(SaveMode::Overwrite)
        .with_replace_where(which)
        .with_write_batch_size(8192)
        .with_commit_properties(commit)
        .with_writer_properties(files()?)
        .await?)
}

/// Puts a table back to what it was in an earlier version. Refused when anybody has written it since `table` was looked at.
pub async fn put_back(table: DeltaTable, version: u64) -> Result<DeltaTable, LakeError> {
    let commit = commit(&[rewritten(&table)]);
    Ok(table.restore().with_version_to_restore(version).with_commit_properties(commit).await?.0)
}

/// Takes the rows out that `which` holds for. Refused when anybody has rewritten a part of the table, or moved one of the places
/// `held`, since it was looked at.
pub async fn delete(table: DeltaTable, which: &str, held: &[Reached]) -> Result<DeltaTable, LakeError> {
    let held: Vec<Reached> = held.iter().cloned().chain([rewritten(&table)]).collect();
    let deleting = table.delete().with_predicate(which.to_owned()).with_commit_properties(commit(&held));
    Ok(deleting.with_writer_properties(files()?).await?.0)
}

/// What every commit names that takes files out of a table. The library lets two such commits pass each other if one of them only
/// joins files, and the rows would be there twice; it refuses the later of two commits that name the same thing.
fn rewritten(table: &DeltaTable) -> Reached {
    let next = table.version().map_or(0, |version| i64::try_from(version).unwrap_or(i64::MAX - 1) + 1);
    Reached { feed: "rewritten".to_owned(), seq: next }
}

fn commit(to: &[Reached]) -> CommitProperties {
    let places = to.iter().map(|place| Transaction::new(&place.feed, place.seq)).collect();
    CommitProperties::default().with_application_transactions(places)
}

/// Rows of a file that are in memory until they are written: a rewrite holds as many for each month at once.
const ROWS_AT_ONCE: usize = 128 << 10;

fn files() -> Result<WriterProperties, LakeError> {
    let level = ZstdLevel::try_new(3).map_err(DeltaTableError::from)?;
    let files = WriterProperties::builder().set_compression(Compression::ZSTD(level));
    Ok(files.set_max_row_group_row_count(Some(ROWS_AT_ONCE)).build())
}
