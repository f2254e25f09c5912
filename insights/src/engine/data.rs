//! What a process has of the data: what the lake holds, and what has come since.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::error::ArrowError;

use super::cold::Cold;
use super::fresh::HotRows;
use super::hot::{self, Hot};
use super::part::Part;
use super::scope::Scope;
use super::session::{House, Session};

/// What there is at one moment.
#[derive(Default)]
pub(super) struct Data {
    pub(super) hot: Hot,
    /// Up to where the rows are that came, by feed.
    pub(super) reached: BTreeMap<&'static str, Reach>,
    pub(super) cold: Arc<Cold>,
    pub(super) houses: BTreeMap<(Part, Scope), Arc<House>>,
    pub(super) sessions: BTreeMap<(Part, Scope), Arc<Session>>,
}

/// Up to where a feed was read.
#[derive(Clone, Debug)]
pub struct Reach {
    /// In which life of the service's database.
    pub epoch: String,
    /// The number that the lake has for that life; `None` when the lake does not know of it yet.
    pub life: Option<i64>,
    /// Number of the newest change that was read.
    pub seq: i64,
}

impl Data {
    /// Forgets the rows that all tables of their feed hold in the lake.
    pub(super) fn drop_stored(&mut self) -> Result<(), ArrowError> {
        self.hot = hot::all_beyond(&self.hot, |_, feed| self.stored(feed, self.cold.mark(feed)))?;
        Ok(())
    }

    /// The rows that their own table does not hold in the lake. What some tables hold already and others do not is left in memory,
    /// so that the models see all of it.
    fn beyond_tables(&self) -> Result<Hot, ArrowError> {
        hot::all_beyond(&self.hot, |table, feed| self.stored(feed, self.cold.place(table, feed)))
    }

    /// The rows of this state, as its sessions bring them along. None that came is of an import.
    pub(super) fn rows(&self, part: Part) -> Result<HotRows, ArrowError> {
        if part == Part::Imports {
            return Ok(HotRows::default());
        }
        Ok(HotRows { all: self.hot.clone(), beyond: self.beyond_tables()? })
    }

    /// A place in the lake as one of the rows in memory: none of another life is.
    fn stored(&self, feed: &str, place: i64) -> i64 {
        match self.reached.get(feed) {
            Some(reach) if reach.life != Some(self.cold.life(feed)) => i64::MIN,
            _ => place,
        }
    }
}

/// Rows that have come, and up to where, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// The rows, by table.
    pub rows: Hot,
    /// Up to where, by feed.
    pub reached: BTreeMap<&'static str, Reach>,
}
