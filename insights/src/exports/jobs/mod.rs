//! Files that are made in the background: who asked looks how far each is, calls it off or fetches it, for an hour.
//!
//! They belong to the process that makes them: what it keeps lies in a folder of its own, which is emptied when it starts. What must
//! never happen here: somebody gets another's file, or files fill the disk.

mod routes;
mod run;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

pub(crate) use self::routes::routes;
pub(crate) use self::run::forget_old;
use crate::engine::Scope;

/// How long a file is kept.
const KEPT: Duration = Duration::from_hours(1);
/// Files that one account may have, those that are being made among them.
const MOST: usize = 10;
/// Files of one account that are made at once.
const AT_ONCE: usize = 2;
/// Files of everybody that are made at once.
const AT_ONCE_IN_ALL: usize = 6;
/// Accounts' worth of disk for everybody together.
const ACCOUNTS: u64 = 4;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// The workbook.
    Excel,
    /// The report.
    Pdf,
    /// All lines of orders.
    Csv,
}

/// How far a file is.
#[derive(Clone, Debug)]
enum State {
    Making,
    /// Its name, since when it lies there, and when it goes.
    Ready {
        name: String,
        since: SteadyMillis,
        until: UnixMillis,
    },
    CalledOff,
    /// Why, in words.
    Failed(String),
}

/// A file that is made in the background, and how far it is.
#[derive(Debug)]
struct Job {
    id: String,
    /// Who asked: a key, an account, or an address.
    owner: String,
    /// What of the data they were shown.
    scope: Scope,
    what: What,
    path: PathBuf,
    /// Called off, or nobody's any more.
    off: CancellationToken,
    percent: AtomicU8,
    bytes: AtomicU64,
    begun: SteadyMillis,
    state: Mutex<State>,
}

impl Job {
    fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn is_being_made(&self) -> bool {
        matches!(self.state(), State::Making)
    }

    /// Since when it is only kept.
    fn since(&self) -> Option<SteadyMillis> {
        match self.state() {
            State::Making => None,
            State::Ready { since, .. } => Some(since),
            State::CalledOff | State::Failed(_) => Some(self.begun),
        }
    }
}

/// Whose a file is, and what they are shown of the data now.
#[derive(Clone, Debug)]
struct Owner {
    name: String,
    scope: Scope,
}

impl Owner {
    /// Whether a file is theirs: asked for by them, when they were shown the same.
    fn has(&self, job: &Job) -> bool {
        job.owner == self.name && job.scope == self.scope
    }
}

/// All files of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Jobs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    /// What the ids of this process begin with: another one does not have its files.
    here: String,
    /// Bytes that the files of one account may have.
    most_bytes: u64,
    all: Mutex<BTreeMap<String, Arc<Job>>>,
}

impl Jobs {
    /// None yet, in a folder that need not exist.
    #[must_use]
    pub fn new(folder: PathBuf, most_bytes: u64, ambient: &Ambient) -> Self {
        Self(Arc::new(Inner { folder, here: ambient.code(8), most_bytes, all: Mutex::default() }))
    }

    /// Removes what an earlier process left: for who serves, before it does.
    pub fn clear(&self) -> io::Result<()> {
        match std::fs::remove_dir_all(&self.0.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => std::fs::create_dir_all(&self.0.folder),
        }
    }

    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Job>>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A file that is about to be made; refused while its owner has too many, or everybody together.
    fn begin(&self, ambient: &Ambient, owner: &Owner, what: What) -> Result<Arc<Job>, Problem> {
        let mut all = self.all();
        let own = all.values().filter(|job| job.owner == owner.name).count();
        let being_made = |job: &&Arc<Job>| job.is_being_made();
        let own_now = all.values().filter(being_made).filter(|job| job.owner == owner.name).count();
        if own >= MOST || own_now >= AT_ONCE {
            return Err(Problem::too_many_requests(Duration::from_mins(1)));
        }
        if all.values().filter(being_made).count() >= AT_ONCE_IN_ALL {
            return Err(Problem::unavailable(Duration::from_mins(1)));
        }
        let id = format!("{}.{}", self.0.here, ambient.uuid());
        let job = Arc::new(Job {
            path: self.0.folder.join(&id),
            owner: owner.name.clone(),
            scope: owner.scope.clone(),
            what,
            off: CancellationToken::new(),
            percent: AtomicU8::new(0),
            bytes: AtomicU64::new(0),
            begun: ambient.steady(),
            state: Mutex::new(State::Making),
            id: id.clone(),
        });
        all.insert(id, Arc::clone(&job));
        Ok(job)
    }

    /// A file of somebody; 404 for anybody else, and 409 for what another process has, or had.
    fn find(&self, id: &str, owner: &Owner) -> Result<Arc<Job>, Problem> {
        if id.split_once('.').is_some_and(|(made, _)| made != self.0.here) {
            return Err(Problem::conflict("archivo-de-otra-instancia", Message::new("refusal-export-elsewhere")));
        }
        let found = self.all().get(id).filter(|job| owner.has(job)).cloned();
        found.ok_or_else(|| Problem::not_found(Message::new("refusal-export-gone")))
    }

    /// Ends the work on a file and forgets it. The file goes when nobody writes it any more.
    fn remove(&self, job: &Job) {
        job.off.cancel();
        self.all().remove(&job.id);
        // Who is writing it removes it at its end.
        let _ = std::fs::remove_file(&job.path);
    }

    /// Forgets what was kept long enough.
    fn prune(&self, now: SteadyMillis) {
        let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
        let is_old = |job: &&Arc<Job>| job.since().is_some_and(|since| now.since_ms(since) >= kept);
        let old: Vec<Arc<Job>> = self.all().values().filter(is_old).cloned().collect();
        for job in old {
            self.remove(&job);
        }
    }

    /// Whether a file may have so many bytes more, which it then has.
    fn grow(&self, job: &Job, bytes: u64) -> bool {
        let all = self.all();
        let fits = bytes <= self.left(&all, Some(&job.owner)).min(self.left(&all, None));
        if fits {
            job.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        fits
    }

    /// Bytes that the files of one owner may still have, or those of all together.
    fn left(&self, all: &BTreeMap<String, Arc<Job>>, owner: Option<&str>) -> u64 {
        let of = all.values().filter(|job| owner.is_none_or(|owner| job.owner == owner));
        let used: u64 = of.map(|job| job.bytes.load(Ordering::Relaxed)).sum();
        let most = if owner.is_some() { self.0.most_bytes } else { self.0.most_bytes.saturating_mul(ACCOUNTS) };
        most.saturating_sub(used)
    }
}
