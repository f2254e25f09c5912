//! Whether this process has the only relay of its database.
//!
//! On SQLite that can be known: a lock on a file beside the database, which the system takes back when its holder dies,
//! however it dies. On Postgres other instances may be at work, and the leases of a dead one have to run out.

use std::fs::File;
use std::io;

use belgrano_shared::storage::Target;

/// The lock that proves it, for as long as it is kept; `None` when another process has it, or on Postgres.
pub(super) fn sole(target: &Target) -> io::Result<Option<File>> {
    let Target::Sqlite(path) = target else { return Ok(None) };
    let lock = File::create(path.with_extension("relay"))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::storage::Target;

    use super::sole;

    #[test]
    fn one_process_at_a_time_has_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::Sqlite(folder.path().join("shop.db"));
        let first = sole(&target).expect("a lock file");
        assert!(first.is_some());
        assert!(sole(&target).expect("a lock file").is_none(), "it is taken");
        drop(first);
        assert!(sole(&target).expect("a lock file").is_some(), "its holder is gone");
        let postgres = Target::postgres("postgres://nobody@127.0.0.1/none", "shop").expect("a URL");
        assert!(sole(&postgres).expect("no file").is_none());
    }
}
