//! Who writes: of several instances over one lake, one at a time.
//!
//! A lease is a file in the lake whose name is a number; the highest holds. Whoever makes the next one holds it then, and an object
//! store makes a file only where there is none. It is renewed by making the next. It has run out when nobody has renewed it for
//! [`TERM`] of the looker's own time: no clock is ever compared with another's. A holder that slept through its term writes nothing
//! wrong either: each commit is refused when another writer has been there since.

use std::sync::Arc;
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode};
use tokio::sync::Mutex;

use super::{Lake, LakeError};

/// A lease that nobody has renewed for so long is anybody's.
pub const TERM: Duration = Duration::from_mins(1);
/// Where in the lake leases are; readers of tables pass over names that begin so.
const FOLDER: &str = "_writer";
/// What a lease says that its holder has given back.
const FREE: &[u8] = b"free";
/// What it says otherwise.
const HELD: &[u8] = b"held";

/// A lease. Cheap to clone: clones are one holder.
#[derive(Clone, Debug)]
pub struct Lease {
    store: Arc<dyn ObjectStore>,
    folder: Path,
    ambient: Ambient,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The number that is ours, and when we made it.
    mine: Option<(u64, SteadyMillis)>,
    /// The highest number that is another's, and when we first saw it.
    seen: Option<(u64, SteadyMillis)>,
}

impl Lease {
    /// The lease of who writes this lake; not held yet.
    #[must_use]
    pub fn new(lake: &Lake, ambient: Ambient) -> Self {
        let folder = lake.path.clone().join(FOLDER);
        Self { store: lake.store(), folder, ambient, state: Arc::default() }
    }

    /// Whether we hold it, after an attempt to.
    pub async fn hold(&self) -> Result<bool, LakeError> {
        let mut state = self.state.lock().await;
        let now = self.ambient.steady();
        if state.mine.is_some_and(|(_, at)| !has_passed(at, TERM / 3, now)) {
            return Ok(true);
        }
        let highest = self.numbers().await?.into_iter().max();
        let ours = state.mine.map(|(number, _)| number);
        let free = match highest {
            None => true,
            Some(number) if ours == Some(number) => true,
            Some(number) => match state.seen {
                Some((seen, at)) if seen == number && has_passed(at, TERM, now) => true,
                Some((seen, _)) if seen == number => self.is_given_back(number).await?,
                _ => {
                    state.seen = Some((number, now));
                    self.is_given_back(number).await?
                }
            },
        };
        if !free {
            state.mine = None;
            return Ok(false);
        }
        let next = highest.unwrap_or_default() + 1;
        let made = self.make(next, HELD).await?;
        state.mine = made.then_some((next, now));
        if made {
            self.tidy(next).await;
        }
        Ok(made)
    }

    /// Gives it back, so that another has it at once.
    pub async fn give_back(&self) -> Result<(), LakeError> {
        let mut state = self.state.lock().await;
        let Some((number, _)) = state.mine.take() else { return Ok(()) };
        if self.make(number + 1, FREE).await? {
            self.tidy(number + 1).await;
        }
        Ok(())
    }

    /// Takes the files below `number` away. What is left of them does no harm: the highest holds.
    async fn tidy(&self, number: u64) {
        for below in self.numbers().await.unwrap_or_default().into_iter().filter(|below| *below < number) {
            let _ = self.store.delete(&self.file(below)).await;
        }
    }

    async fn make(&self, number: u64, content: &'static [u8]) -> Result<bool, LakeError> {
        let made =
            self.store.put_opts(&self.file(number), Bytes::from_static(content).into(), PutMode::Create.into()).await;
        match made {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn is_given_back(&self, number: u64) -> Result<bool, LakeError> {
        match self.store.get(&self.file(number)).await {
            Ok(found) => Ok(found.bytes().await? == FREE),
            // Its holder has just renewed it.
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn numbers(&self) -> Result<Vec<u64>, LakeError> {
        let files: Vec<_> = self.store.list(Some(&self.folder)).try_collect().await?;
        Ok(files.iter().filter_map(|file| file.location.filename()?.parse().ok()).collect())
    }

    fn file(&self, number: u64) -> Path {
        self.folder.clone().join(format!("{number:020}"))
    }
}

fn has_passed(since: SteadyMillis, time: Duration, now: SteadyMillis) -> bool {
    since.plus(time).left(now).is_zero()
}
