//! Whether no other process relays from the same database.
//!
//! On SQLite that can be known: by a lock on a file beside the database, which the system takes back when its holder dies,
//! however it dies. Every relay keeps it shared for as long as it works, so whoever gets it for itself is alone. That one
//! alone would not do: a relay that came while another had the lock would be unknown to whoever takes it next. On Postgres
//! other instances may be at work, and the leases of a dead one have to run out.

use std::fs::{File, TryLockError};
use std::io;

use belgrano_shared::storage::Target;

/// A place among the relays of a database, until it is dropped.
#[derive(Debug)]
pub(super) struct Presence {
    lock: File,
    alone: bool,
}

impl Presence {
    /// Looks whether there are others; `None` on Postgres. While one is alone nobody else begins to relay.
    pub(super) fn new(target: &Target) -> io::Result<Option<Self>> {
        let Target::Sqlite(path) = target else { return Ok(None) };
        let lock = File::create(path.with_extension("relay"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { lock, alone: true })),
            Err(TryLockError::WouldBlock) => Ok(Some(Self { lock, alone: false })),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Nobody else relays, and nobody begins to.
    pub(super) fn alone(&self) -> bool {
        self.alone
    }

    /// Lets others in, or waits until whoever is alone does. To be called before anything is claimed.
    pub(super) async fn share(self) -> io::Result<Self> {
        let waiting = tokio::task::spawn_blocking(move || {
            // What is locked already is not to be locked again, and nothing of ours is under way in between.
            self.lock.unlock()?;
            self.lock.lock_shared()?;
            Ok(Self { alone: false, ..self })
        });
        waiting.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::storage::Target;

    use super::Presence;

    #[tokio::test]
    async fn nobody_is_alone_while_another_relays() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::Sqlite(folder.path().join("shop.db"));
        let come = || Presence::new(&target).expect("a lock file").expect("on SQLite");
        let (first, second) = (come(), come());
        assert_eq!((first.alone(), second.alone()), (true, false));
        let first = first.share().await.expect("shared");
        let second = second.share().await.expect("shared");
        assert!(!come().alone());
        drop(first);
        assert!(!come().alone(), "the second is at work");
        drop(second);
        assert!(come().alone(), "all are gone");
        let postgres = Target::postgres("postgres://nobody@127.0.0.1/none", "shop").expect("a URL");
        assert!(Presence::new(&postgres).expect("no file").is_none());
    }
}
