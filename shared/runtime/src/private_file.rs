//! Files that are nobody else's to read: databases and secrets.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What the owner may do, and nobody else anything.
const OURS: u32 = 0o600;

/// Takes from everybody else what they may do to a file that is there: an earlier version, a copy or a backup may have left it
/// open. A file that is another user's, or on a system without modes, stays as it is, and the log says so.
pub(crate) fn keep_private(path: &Path) {
    let mode = match fs::metadata(path) {
        Ok(found) => found.permissions().mode() & 0o777,
        Err(_) => return,
    };
    if mode & !OURS == 0 {
        return;
    }
    let closed: io::Result<()> = fs::set_permissions(path, Permissions::from_mode(OURS));
    let path = path.display();
    match closed {
        Ok(()) => tracing::warn!(%path, was = format!("{mode:o}"), "was open to other users; it is closed now"),
        Err(error) => tracing::warn!(%path, %error, "is open to other users, and cannot be closed"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::keep_private;

    #[test]
    fn what_was_open_is_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.db");
        fs::write(&path, "x").expect("written");
        for (before, after) in [(0o644, 0o600), (0o666, 0o600), (0o600, 0o600), (0o400, 0o400)] {
            fs::set_permissions(&path, Permissions::from_mode(before)).expect("set");
            keep_private(&path);
            let mode = fs::metadata(&path).expect("there").permissions().mode() & 0o777;
            assert_eq!(mode, after, "{before:o}");
        }
        keep_private(&folder.path().join("none"));
    }
}
