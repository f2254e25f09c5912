//! Whether no other process does the same work on the same database.
//!
//! On SQLite that can be known: by a lock on a file beside the database, which the system takes back when its holder dies,
//! however it dies. Everybody who works keeps it shared for as long as they do, so whoever gets it for itself is alone. That
//! one alone would not do: somebody who came while another had the lock would be unknown to whoever takes it next. On Postgres
//! other instances may be at work, and the leases of a dead one have to run out.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Target;

/// A place among those who do some work on a database, until it is dropped.
#[derive(Debug)]
pub struct Presence {
    lock: File,
    alone: bool,
}

impl Presence {
    /// Looks whether there are others at this `work` (a word that names its file); `None` on Postgres. While one is alone nobody
    /// else begins.
    pub fn new(target: &Target, work: &str) -> io::Result<Option<Self>> {
        let Target::Sqlite(path) = target else { return Ok(None) };
        let lock = File::create(path.with_extension(work))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { lock, alone: true })),
            Err(TryLockError::WouldBlock) => Ok(Some(Self { lock, alone: false })),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Nobody else works, and nobody begins to.
    #[must_use]
    pub fn alone(&self) -> bool {
        self.alone
    }

    /// Lets others in, or waits until whoever is alone does. To be called before anything is claimed. `None` where others cannot
    /// see this one any more: whoever comes next may then end leases of ours, and something is sent twice.
    pub async fn share(presence: Option<Self>) -> Option<Self> {
        let waiting = tokio::task::spawn_blocking({
            let presence = presence?;
            move || {
                // What is locked already is not to be locked again, and nothing of ours is under way in between.
                presence.lock.unlock()?;
                presence.lock.lock_shared()?;
                Ok(Self { alone: false, ..presence })
            }
        });
        match waiting.await.map_err(io::Error::other).flatten() {
            Ok(presence) => Some(presence),
            Err(error) => {
                tracing::warn!(%error, "other processes cannot see that this one is at work");
                None
            }
        }
    }
}

/// Which file a database was opened from. SQLite goes on writing to a file that was deleted, and what it answers for is gone
/// with the process.
#[derive(Clone, Debug)]
pub struct FileIdentity(Arc<(PathBuf, u64, u64)>);

impl FileIdentity {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let found = path.metadata()?;
        Ok(Self(Arc::new((path.to_owned(), found.dev(), found.ino()))))
    }

    /// Fails where the file is not at its place any more.
    pub(super) fn check(&self) -> io::Result<()> {
        let (path, device, inode) = &*self.0;
        let found = path.metadata()?;
        if (found.dev(), found.ino()) == (*device, *inode) {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "another file is in the database's place"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Presence, Target};

    #[tokio::test]
    async fn nobody_is_alone_while_another_works() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::Sqlite(folder.path().join("shop.db"));
        let come = || Presence::new(&target, "relay").expect("a lock file").expect("on SQLite");
        let (first, second) = (come(), come());
        assert_eq!((first.alone(), second.alone()), (true, false));
        let first = Presence::share(Some(first)).await.expect("shared");
        let second = Presence::share(Some(second)).await.expect("shared");
        assert!(!come().alone());
        assert!(Presence::new(&target, "notices").expect("a lock file").expect("on SQLite").alone(), "other work");
        drop(first);
        assert!(!come().alone(), "the second is at work");
        drop(second);
        assert!(come().alone(), "all are gone");
        let postgres = Target::postgres("postgres://nobody@127.0.0.1/none", "shop").expect("a URL");
        assert!(Presence::new(&postgres, "relay").expect("no file").is_none());
    }
}
