//! From memory into the lake, so that a kill at any moment neither loses nor doubles a row.
//!
//! A flush appends to each table the rows beyond the place that the table itself names, then brings the silver tables up, and
//! last of all writes the place of the feed in `lake_feeds`. A restart asks the feed from there on; what a half-done flush had
//! written already is known by its table's place.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, BooleanArray};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::record_batch::RecordBatch;
use tokio::sync::Mutex;

use belgrano_shared::ambient::Ambient;

use super::tail::{Feed, OWN, feed_of};
use crate::engine::{Came, Warehouse, WarehouseError};
use crate::lake::column::Table;
use crate::lake::rows::{Origin, Rows};
use crate::lake::{self, LakeError, Reached, tables};
use crate::models::runner::Runner;

/// Rows in memory that are reason enough to write.
const MANY_ROWS: usize = 200_000;

/// Why rows did not get into the lake.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The data.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// Rows that do not fit their table.
    #[error("rows of the lake")]
    Rows(#[from] datafusion::arrow::error::ArrowError),
    /// The table format.
    #[error("a table of the lake")]
    Table(#[from] deltalake::DeltaTableError),
}

/// Brings rows into memory and from there into the lake. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    warehouse: Warehouse,
    runner: Runner,
    ambient: Ambient,
    /// Held by who changes the lake.
    writing: Arc<Mutex<()>>,
}

impl Store {
    /// Into this lake.
    #[must_use]
    pub fn new(warehouse: Warehouse, runner: Runner, ambient: Ambient) -> Self {
        Self { warehouse, runner, ambient, writing: Arc::default() }
    }

    /// Up to where the changes of a feed are in the lake, in this life of it.
    pub async fn stored(&self, feed: &str, epoch: &str) -> Result<i64, LakeError> {
        let Some(table) = self.warehouse.lake().find(tables::FEEDS.name).await? else { return Ok(0) };
        lake::reached(&table, &place(feed, epoch)).await
    }

    /// Makes rows visible; when there are many in memory, they are written first.
    pub async fn add(
        &self,
        fresh: Vec<(&'static str, RecordBatch)>,
        feed: &str,
        epoch: &str,
        until: i64,
    ) -> Result<(), StoreError> {
        self.warehouse.add(fresh, &place(feed, epoch), until);
        let rows: usize =
            self.warehouse.came().rows.values().flat_map(|rows| rows.iter()).map(RecordBatch::num_rows).sum();
        if rows >= MANY_ROWS {
            self.flush().await?;
        }
        Ok(())
    }

    /// Writes everything that has come. Gold follows.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let came = self.warehouse.came();
        if came.rows.is_empty() {
            return Ok(());
        }
        self.append_all(&came).await?;
        self.runner.store_silver(&came, OWN).await?;
        self.mark(&came.reached).await?;
        let cold = self.warehouse.look().await?;
        self.warehouse.settle(cold, &came);
        Ok(())
    }

    async fn append_all(&self, came: &Came) -> Result<(), StoreError> {
        for table in tables::ALL {
            if let Some(batches) = came.rows.get(table.name) {
                self.append(table, batches, &came.reached).await?;
            }
        }
        Ok(())
    }

    /// The first part of a flush, as if the process were killed after it.
    #[cfg(test)]
    pub(crate) async fn append_alone(&self) -> Result<(), StoreError> {
        self.append_all(&self.warehouse.came()).await
    }

    /// Sees what others have written.
    pub async fn look(&self) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let cold = self.warehouse.look().await?;
        self.warehouse.settle(cold, &Came::default());
        Ok(())
    }

    /// Appends the rows beyond the place where the table is.
    async fn append(
        &self,
        table: &'static Table,
        batches: &[RecordBatch],
        reached: &BTreeMap<String, i64>,
    ) -> Result<(), StoreError> {
        let stored = self.warehouse.lake().table(table.name, &table.schema(), &[]).await?;
        let (mut behind, mut places) = (i64::MAX, Vec::new());
        for (feed, seq) in reached {
            let at = lake::reached(&stored, feed).await?;
            let own = feed_of(table.name).is_none_or(|name| feed.split('/').nth(1) == Some(name));
            if own && at < *seq {
                behind = behind.min(at);
                places.push(Reached { feed: feed.clone(), seq: *seq });
            }
        }
        let new = batches.iter().map(|batch| beyond(batch, behind)).collect::<Result<Vec<_>, _>>()?;
        let new: Vec<RecordBatch> = new.into_iter().filter(|batch| batch.num_rows() > 0).collect();
        if !new.is_empty() {
            lake::append(stored, new, &places).await?;
        }
        Ok(())
    }

    async fn mark(&self, reached: &BTreeMap<String, i64>) -> Result<(), StoreError> {
        let mut rows = Rows::new(&tables::FEEDS);
        let (now, mut places) = (self.ambient.now(), Vec::new());
        for (feed, seq) in reached {
            let (name, epoch) = feed.rsplit_once('/').unwrap_or((feed, ""));
            rows.push(Origin { source: OWN, seq: *seq, at: now }, &[name.into(), epoch.into()]);
            places.push(Reached { feed: feed.clone(), seq: *seq });
        }
        let table = self.warehouse.lake().table(tables::FEEDS.name, &tables::FEEDS.schema(), &[]).await?;
        lake::append(table, vec![rows.take()?], &places).await?;
        Ok(())
    }

    /// Forgets what a feed said: its database is another one now.
    pub async fn begin_anew(&self, feed: &Feed) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let names: Vec<&str> = feed.tables.iter().map(|table| table.name).collect();
        self.warehouse.forget(&names, &format!("{OWN}/{}/", feed.name));
        for name in names {
            if let Some(table) = self.warehouse.lake().find(name).await? {
                table.delete().with_predicate(format!("source = '{OWN}'")).await?;
            }
        }
        let cold = self.warehouse.look().await?;
        self.warehouse.settle(cold, &Came::default());
        self.runner.rebuild_silver(OWN).await?;
        let cold = self.warehouse.look().await?;
        self.warehouse.settle(cold, &Came::default());
        Ok(())
    }
}

/// A feed in one life of it, as the lake's transactions name it.
fn place(feed: &str, epoch: &str) -> String {
    format!("{OWN}/{feed}/{epoch}")
}

/// The rows whose `seq` is beyond a place.
fn beyond(batch: &RecordBatch, place: i64) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
    let Some(seq) = batch.column_by_name("seq") else { return Ok(batch.clone()) };
    let newer: BooleanArray =
        seq.as_primitive::<Int64Type>().iter().map(|seq| Some(seq.is_some_and(|seq| seq > place))).collect();
    filter_record_batch(batch, &newer)
}
