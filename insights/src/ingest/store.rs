//! From memory into the lake, so that a kill at any moment neither loses nor doubles a row.
//!
//! A flush appends to each table the rows beyond the place that the table itself names, then brings the silver tables up, and
//! last of all writes the feed's mark in `lake_feeds`. A restart asks the feed from the mark on; what a half-done flush had written
//! already is known by its table's place. What another writer did meanwhile makes a commit fail: then all is looked at again.
//!
//! A life of a feed begins with its number, then what its earlier life said is taken out, then the epoch gets the number. Killed in
//! between, the epoch has none, and the next flush begins once more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use belgrano_wire::ambient::Ambient;
use datafusion::arrow::array::RecordBatch;
use tokio::sync::Mutex;

use super::erased;
use crate::engine::{Came, Cold, Reach, Warehouse, WarehouseError, beyond};
use crate::lake::column::Table;
use crate::lake::feeds::{self, OWN};
use crate::lake::lease::Lease;
use crate::lake::rows::{Origin, Rows};
use crate::lake::{self, LakeError, Reached, tables};
use crate::models::runner::Runner;

/// Rows in memory that are reason enough to write, and to read no more while they cannot be written.
const MANY_ROWS: usize = 200_000;
/// How often a flush begins anew because another writer was first.
const ATTEMPTS: usize = 4;

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
}

impl StoreError {
    /// Whether another writer was first.
    fn is_conflict(&self) -> bool {
        match self {
            Self::Lake(error) | Self::Warehouse(WarehouseError::Lake(error)) => error.is_conflict(),
            _ => false,
        }
    }
}

/// What a flush did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Everything that had come is in the lake.
    Stored,
    /// Nothing had come since the last one.
    Nothing,
    /// Another instance holds the lease, so nothing was written.
    NotOurs,
}

/// Brings rows into memory and from there into the lake. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    warehouse: Warehouse,
    runner: Runner,
    ambient: Ambient,
    lease: Lease,
    /// Rows in memory from which on no more is read while they cannot be written.
    pub(super) many: usize,
    /// Held by who changes the lake.
    writing: Arc<Mutex<()>>,
    /// Whether the lake took nothing the last time.
    stuck: Arc<AtomicBool>,
}

impl Store {
    /// Into this lake.
    #[must_use]
    pub fn new(warehouse: Warehouse, runner: Runner, ambient: Ambient) -> Self {
        let lease = Lease::new(warehouse.lake(), ambient.clone());
        Self { warehouse, runner, ambient, lease, many: MANY_ROWS, writing: Arc::default(), stuck: Arc::default() }
    }

    /// The lease that says which instance writes the lake.
    #[must_use]
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Held while the lake is changed by other means.
    pub(crate) async fn hold_still(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Where to read a feed on, in this life of it: from the start when it is another one than the lake knows.
    pub async fn open(&self, feed: &'static str, epoch: &str) -> Result<i64, StoreError> {
        let seq = self.warehouse.begin(feed, epoch).await?;
        // What the earlier life said goes at once.
        if self.warehouse.reached().get(feed).is_some_and(|reach| reach.life.is_none())
            && self.warehouse.cold().life(feed) > 0
        {
            self.flush().await?;
        }
        Ok(seq)
    }

    /// Whether so much waits for the lake that no more should be read.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.warehouse.waiting() >= self.many
    }

    /// Whether the changes that come of a feed are those of this life of it.
    pub(super) fn follows(&self, feed: &str, epoch: &str) -> bool {
        self.warehouse.reached().get(feed).is_some_and(|reach| reach.epoch == epoch)
    }

    /// Makes rows visible; not when the feed is in another life meanwhile.
    pub fn add(
        &self,
        fresh: Vec<(&'static str, RecordBatch)>,
        feed: &'static str,
        epoch: &str,
        until: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.warehouse.add(fresh, feed, epoch, until)?)
    }

    /// Whether the lake took nothing of what came, the last time somebody tried.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::Relaxed)
    }

    /// How many rows wait for the lake in memory.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.warehouse.waiting()
    }

    /// Writes everything that has come, if it is ours to write. Gold follows.
    pub async fn flush(&self) -> Result<Flushed, StoreError> {
        let flushed = self.bring_in().await;
        self.stuck.store(flushed.is_err(), Ordering::Relaxed);
        flushed
    }

    async fn bring_in(&self) -> Result<Flushed, StoreError> {
        let _writing = self.writing.lock().await;
        let mut attempt = 1;
        loop {
            if !self.lease.hold().await? {
                self.warehouse.refresh().await?;
                return Ok(Flushed::NotOurs);
            }
            match self.write().await {
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    /// Sees what others have written.
    pub async fn look(&self) -> Result<(), StoreError> {
        Ok(self.warehouse.refresh().await?)
    }

    /// Writes, whoever else does: what another was first with is refused.
    pub(super) async fn write(&self) -> Result<Flushed, StoreError> {
        self.begin_lives().await?;
        let cold = self.warehouse.cold();
        let came = ours(self.warehouse.came(), &cold)?;
        if came.rows.is_empty() {
            return Ok(Flushed::Nothing);
        }
        self.append_all(&came).await?;
        self.erase(&came).await?;
        self.runner.store_silver(&came, OWN).await?;
        self.mark(&cold, &came.reached).await?;
        self.warehouse.refresh().await?;
        Ok(Flushed::Stored)
    }

    /// The first part of a flush, as if the process were killed after it.
    #[cfg(test)]
    pub(crate) async fn append_alone(&self) -> Result<(), StoreError> {
        self.begin_lives().await?;
        self.append_all(&ours(self.warehouse.came(), &self.warehouse.cold())?).await
    }

    async fn append_all(&self, came: &Came) -> Result<(), StoreError> {
        for table in tables::ALL {
            if let Some(batches) = came.rows.get(table.name) {
                self.append(table, batches, &came.reached).await?;
            }
        }
        Ok(())
    }

    /// Appends the rows beyond the place where the table is.
    async fn append(
        &self,
        table: &'static Table,
        batches: &[RecordBatch],
        reached: &BTreeMap<&'static str, Reach>,
    ) -> Result<(), StoreError> {
        let stored = self.warehouse.lake().table(table.name, &table.schema(), &[]).await?;
        let (mut at, mut to) = (BTreeMap::new(), Vec::new());
        for feed in feeds::filling(table.name) {
            let Some((reach, life)) = reached.get(feed).and_then(|reach| Some((reach, reach.life?))) else { continue };
            let place = feeds::place(feed, life);
            let is = lake::reached(&stored, &place).await?;
            at.insert(feed, is);
            if is < reach.seq {
                to.push(Reached { feed: place, seq: reach.seq });
            }
        }
        let place = |feed| at.get(feed).copied().unwrap_or(i64::MAX);
        let new = batches.iter().map(|batch| beyond(table.name, batch, place)).collect::<Result<Vec<_>, _>>()?;
        let new: Vec<RecordBatch> = new.into_iter().filter(|batch| batch.num_rows() > 0).collect();
        if !new.is_empty() {
            lake::append(stored, new, &to).await?;
        }
        Ok(())
    }

    /// Takes out what was said of persons who are gone, and of whose tickets the board has forgotten whose they were: what they said of
    /// themselves, where their orders went, what they wrote, and why something failed where somebody typed that. What stays of them is
    /// that they are, and the figures. Their orders and tickets have come without them by now, or come in this flush.
    async fn erase(&self, came: &Came) -> Result<(), StoreError> {
        for (table, which) in erased::what_goes(came) {
            if let Some(table) = self.warehouse.lake().find(table.name).await? {
                lake::delete(table, &which, &[]).await?;
            }
        }
        Ok(())
    }

    /// The last thing of a flush; `cold` is what the lake held when it began.
    async fn mark(&self, cold: &Cold, reached: &BTreeMap<&'static str, Reach>) -> Result<(), StoreError> {
        let mut rows = Rows::new(&tables::FEEDS);
        let (now, mut places) = (self.ambient.now(), Vec::new());
        for (feed, reach) in reached {
            let Some(life) = reach.life.filter(|_| reach.seq > cold.mark(feed)) else { continue };
            rows.push(Origin { source: OWN, seq: reach.seq, at: now }, &[(*feed).into(), (&reach.epoch).into()]);
            places.push(Reached { feed: feeds::place(feed, life), seq: reach.seq });
        }
        let Some(table) = cold.handles.get(tables::FEEDS.name) else { return Err(LakeError::Overtaken.into()) };
        lake::append(table.clone(), vec![rows.take()?], &places).await?;
        Ok(())
    }

    /// Takes a look, and begins the lives that the lake does not know of.
    async fn begin_lives(&self) -> Result<(), StoreError> {
        self.warehouse.refresh().await?;
        for (feed, reach) in self.warehouse.reached() {
            if reach.life.is_none() {
                self.begin(feed, &reach.epoch).await?;
            }
        }
        Ok(())
    }

    /// Begins a life of a feed: its database is another one now.
    async fn begin(&self, feed: &'static str, epoch: &str) -> Result<(), StoreError> {
        let before = self.warehouse.cold().life(feed);
        let life = Reached { feed: feeds::lives(feed), seq: before + 1 };
        self.note(feed, epoch, before, std::slice::from_ref(&life)).await?;
        if before > 0 {
            tracing::warn!(
                feed,
                "the database behind a feed has begun another life; what it said before is taken out of the lake"
            );
            let own = format!("source = '{OWN}'");
            for table in feeds::tables(feed) {
                self.take_out(table, &own, feed, before).await?;
            }
            self.take_out(&tables::QUARANTINE, &format!("{own} AND feed = '{feed}'"), feed, before).await?;
            self.warehouse.refresh().await?;
            self.runner.rebuild_silver(OWN).await?;
        }
        let epoch_is = Reached { feed: feeds::life_of(feed, epoch), seq: life.seq };
        self.note(feed, epoch, life.seq, &[epoch_is, life]).await?;
        self.warehouse.refresh().await?;
        Ok(())
    }

    /// Says something of the lives of a feed; refused when it is no longer in the life `present`.
    async fn note(&self, feed: &'static str, epoch: &str, present: i64, what: &[Reached]) -> Result<(), StoreError> {
        let mut rows = Rows::new(&tables::FEEDS);
        rows.push(Origin { source: OWN, seq: 0, at: self.ambient.now() }, &[feed.into(), epoch.into()]);
        let table = self.warehouse.lake().table(tables::FEEDS.name, &tables::FEEDS.schema(), &[]).await?;
        if lake::reached(&table, &feeds::lives(feed)).await? != present {
            return Err(LakeError::Overtaken.into());
        }
        lake::append(table, vec![rows.take()?], what).await?;
        Ok(())
    }

    async fn take_out(&self, table: &Table, which: &str, feed: &str, life: i64) -> Result<(), StoreError> {
        let Some(stored) = self.warehouse.lake().find(table.name).await? else { return Ok(()) };
        let place = feeds::place(feed, life);
        // Named again, so that who still writes of the earlier life is refused.
        let held = Reached { seq: lake::reached(&stored, &place).await?, feed: place };
        lake::delete(stored, which, &[held]).await?;
        Ok(())
    }
}

/// What came of the lives that the lake is in: of another the lake takes nothing.
fn ours(came: Came, cold: &Cold) -> Result<Came, StoreError> {
    let Came { mut rows, mut reached } = came;
    reached.retain(|feed, reach| reach.life == Some(cold.life(feed)));
    let place = |feed| if reached.contains_key(feed) { i64::MIN } else { i64::MAX };
    for (table, batches) in &mut rows {
        let own = batches.iter().map(|batch| beyond(table, batch, place)).collect::<Result<Vec<_>, _>>()?;
        *batches = Arc::new(own.into_iter().filter(|batch| batch.num_rows() > 0).collect());
    }
    rows.retain(|_, batches| !batches.is_empty());
    Ok(Came { rows, reached })
}
