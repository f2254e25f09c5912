//! SQL of other people: it runs in a process of its own that can reach nothing but the views, within limits on its memory and
//! its time that the system enforces, and dies with whoever asked.
//!
//! The engine's own limits do not see every allocation, and joins do not stop when they are told to; so a query that is too much
//! ends its process, and the service does not notice.

mod allowed;
mod bounds;
pub mod child;
mod process;
mod question;
mod wire;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::access::Reader;
use crate::engine::{Cold, Warehouse, needs};
use crate::settings::InsightsSettings;
pub use question::{Kind, Question, Value};
use wire::{Asked, Found, States};
pub use words::{About, Wrong};

/// The argument that makes this program a query's process.
pub const CHILD: &str = "consulta";
/// Queries that run at once, over all callers.
const AT_ONCE: usize = 2;
/// Longest query, in bytes.
pub const LONGEST_SQL: usize = 64 << 10;

/// Limits of one query.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// From when it is asked until it is ended.
    pub deadline: Duration,
    /// Memory of its process beyond what it starts with, in MiB.
    pub memory_mib: u64,
    /// Rows of its answer.
    pub rows: usize,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(10), memory_mib: 256, rows: 10_000 }
    }
}

/// Rows, and whether there were more.
pub(crate) type Result = Found;

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is wrong, or asks for what cannot be reached.
    Wrong(Wrong),
    /// It took too long.
    Deadline,
    /// It needed too much memory.
    TooLarge,
    /// It is nested too deeply.
    TooDeep,
    /// The same caller has one running.
    Busy,
    /// Others have been running for too long.
    Full,
    /// The process could not be started.
    NotStarted,
}

/// What runs queries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    limits: QueryLimits,
    lake: String,
    places: Arc<Semaphore>,
    callers: Arc<Mutex<HashSet<String>>>,
    states: Arc<Mutex<Known>>,
}

/// The state of each stored table, by its name and version, as a query's process is told of it.
type Known = BTreeMap<String, (Option<u64>, Arc<Vec<u8>>)>;

/// A caller's one place; given back when it is dropped.
struct Turn {
    caller: String,
    callers: Arc<Mutex<HashSet<String>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.caller);
    }
}

impl Guard {
    /// With the limits of the settings.
    #[must_use]
    pub fn new(settings: &InsightsSettings, lake_root: &url::Url) -> Self {
        Self {
            limits: settings.query,
            lake: lake_root.to_string(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            callers: Arc::default(),
            states: Arc::default(),
        }
    }

    /// Answers `question` to `caller` from the present state of the data. Dropping this ends the query.
    pub(crate) async fn run(
        &self,
        caller: &str,
        reader: &Reader,
        question: Question,
        warehouse: &Warehouse,
    ) -> std::result::Result<Result, Refused> {
        let deadline = tokio::time::Instant::now() + self.limits.deadline;
        if question.sql().len() > LONGEST_SQL {
            return Err(Refused::TooDeep);
        }
        let _turn = self.turn(caller)?;
        // Whoever waited still has half of the time.
        let wait = self.limits.deadline / 2;
        let place = tokio::time::timeout(wait, self.places.acquire()).await.map_err(|_| Refused::Full)?;
        let _place = place.map_err(|_| Refused::NotStarted)?;
        let request = self.request(reader, question, warehouse)?;
        match tokio::time::timeout_at(deadline, process::ask(&request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Refused::Deadline),
        }
    }

    fn request(
        &self,
        reader: &Reader,
        question: Question,
        warehouse: &Warehouse,
    ) -> std::result::Result<Vec<u8>, Refused> {
        let (mut hot, cold) = warehouse.parts();
        let names = needs(warehouse.project(), &cold, &reader.scope(), question.sql());
        hot.retain(|table, _| names.contains(*table));
        let asked = Asked {
            question,
            lake: self.lake.clone(),
            persons: reader.persons,
            business: reader.business,
            rows: self.limits.rows,
            memory_mib: self.limits.memory_mib,
            deadline_s: self.limits.deadline.as_secs().max(1),
            ahead: cold.ahead(),
        };
        wire::request(&asked, &self.states(&cold, names), &hot).map_err(|_| Refused::NotStarted)
    }

    fn states(&self, cold: &Cold, names: std::collections::BTreeSet<String>) -> States {
        let mut known = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let state = |name: String| {
            let table = cold.handles.get(&name)?;
            match known.get(&name) {
                Some((version, state)) if *version == table.version() => Some((name, Arc::clone(state))),
                _ => {
                    let state = Arc::new(crate::lake::described(table)?);
                    known.insert(name.clone(), (table.version(), Arc::clone(&state)));
                    Some((name, state))
                }
            }
        };
        names.into_iter().filter_map(state).collect()
    }

    fn turn(&self, caller: &str) -> std::result::Result<Turn, Refused> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if !callers.insert(caller.to_owned()) {
            return Err(Refused::Busy);
        }
        Ok(Turn { caller: caller.to_owned(), callers: Arc::clone(&self.callers) })
    }
}
