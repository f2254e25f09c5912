//! SQL of other people: it runs in a process of its own that can reach nothing but the views, within limits on its memory and
//! its time that the system enforces, and dies with whoever asked.
//!
//! The engine's own limits do not see every allocation, and joins do not stop when they are told to; so a query that is too much
//! ends its process, and the service does not notice.

mod allowed;
pub mod child;
mod wire;

use std::collections::HashSet;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::access::Reader;
use crate::engine::Hot;
use crate::settings::InsightsSettings;
use wire::{Asked, Reply};

/// The argument that makes this program a query's process.
pub const CHILD: &str = "consulta";
/// Queries that run at once, over all callers.
const AT_ONCE: usize = 2;

/// Limits of one query.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// Until it is ended.
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
#[derive(Clone, Debug)]
pub struct Result {
    /// Their columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// Whether rows were left off at the limit.
    pub cut: bool,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is wrong, or asks for what cannot be reached; the engine's words.
    #[error("{0}")]
    Wrong(String),
    /// It took too long.
    #[error("the query took longer than it may")]
    Deadline,
    /// It needed too much memory, or broke its process in another way.
    #[error("the query needs more memory than it may have")]
    TooLarge,
    /// The same caller has one running.
    #[error("another query of the same caller is running")]
    Busy,
    /// The process could not be started.
    #[error("the query could not be started")]
    NotStarted,
}

/// What runs queries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    limits: QueryLimits,
    lake: Option<String>,
    places: Arc<Semaphore>,
    callers: Arc<Mutex<HashSet<String>>>,
}

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
            lake: Some(lake_root.to_string()),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            callers: Arc::default(),
        }
    }

    /// Runs `sql` for `caller`. Dropping this ends the query.
    pub async fn run(
        &self,
        caller: &str,
        reader: &Reader,
        sql: &str,
        hot: &Hot,
    ) -> std::result::Result<Result, Refused> {
        let _turn = self.turn(caller)?;
        let _place = self.places.acquire().await.map_err(|_| Refused::NotStarted)?;
        let asked = Asked {
            sql: sql.to_owned(),
            lake: self.lake.clone().unwrap_or_default(),
            persons: reader.persons,
            business: reader.business.clone(),
            rows: self.limits.rows,
            memory_mib: self.limits.memory_mib,
            cpu_s: self.limits.deadline.as_secs().max(1),
        };
        let request = wire::request(&asked, hot).map_err(|_| Refused::NotStarted)?;
        match tokio::time::timeout(self.limits.deadline, ask(&request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Refused::Deadline),
        }
    }

    fn turn(&self, caller: &str) -> std::result::Result<Turn, Refused> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if !callers.insert(caller.to_owned()) {
            return Err(Refused::Busy);
        }
        Ok(Turn { caller: caller.to_owned(), callers: Arc::clone(&self.callers) })
    }
}

/// Starts a process, gives it the request and reads what it says until it ends.
async fn ask(request: &[u8]) -> std::result::Result<Result, Refused> {
    let program = std::env::current_exe().map_err(|_| Refused::NotStarted)?;
    let mut child = Command::new(program)
        .arg(CHILD)
        // The allocator would set aside a gigabyte of addresses, which then no limit on addresses sees.
        .env("MIMALLOC_ARENA_RESERVE", "16MiB")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|_| Refused::NotStarted)?;
    let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Refused::NotStarted);
    };
    let mut answer = Vec::new();
    let write = async {
        // It may end before it has read everything: what it said then is the answer.
        let _ = stdin.write_all(request).await;
        drop(stdin);
    };
    let ((), read) = tokio::join!(write, stdout.read_to_end(&mut answer));
    let ended = child.wait().await;
    if read.is_err() || !ended.is_ok_and(|status| status.success()) {
        return Err(Refused::TooLarge);
    }
    match wire::reply(&answer) {
        Some(Reply::Rows { schema, batches, cut }) => Ok(Result { schema, batches, cut }),
        Some(Reply::Wrong(words)) => Err(Refused::Wrong(words)),
        None => Err(Refused::TooLarge),
    }
}
