//! Secrets nobody set: made once, kept in the data directory, readable by its owner only.
//!
//! Both services, or several processes, may start at once on an empty directory: the file appears whole or not at all,
//! the first one wins and everybody uses it.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use belgrano_wire::ambient::Ambient;

use super::Secret;
use crate::private_file::keep_private;

/// A generated secret could not be read or kept.
#[derive(Debug, thiserror::Error)]
#[error("DATA_DIR: cannot read or keep the secret {}", path.display())]
pub struct GeneratedSecretError {
    path: PathBuf,
    source: io::Error,
}

/// The secret kept in `dir/name`, made now if there is none: `prefix` and 32 random bytes in base64.
pub fn generated_secret(
    dir: &Path,
    name: &str,
    prefix: &str,
    ambient: &Ambient,
) -> Result<Secret, GeneratedSecretError> {
    let path = dir.join(name);
    read_or_make(dir, &path, prefix, ambient).map_err(|source| GeneratedSecretError { path, source })
}

fn read_or_make(dir: &Path, path: &Path, prefix: &str, ambient: &Ambient) -> io::Result<Secret> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    fs::create_dir_all(dir)?;
    let secret = format!("{prefix}{}", STANDARD.encode(ambient.bytes::<32>()));
    let draft = path.with_extension(ambient.uuid().simple().to_string());
    let made = write_whole(&draft, &secret).and_then(|()| match fs::hard_link(&draft, path) {
        // Unlike a rename, a link never replaces: whoever was first wins.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    let removed = fs::remove_file(&draft);
    made?;
    removed?;
    fs::File::open(dir)?.sync_all()?;
    read(path)
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<Secret> {
    let text = fs::read_to_string(path)?;
    keep_private(path);
    let text = text.trim();
    if text.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is empty"));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use belgrano_wire::ambient::Ambient;

    use super::generated_secret;

    #[test]
    fn everybody_who_starts_at_once_gets_the_same() {
        let home = tempfile::tempdir().expect("a directory");
        let dir = home.path().join("data");
        let read = || {
            let secret = generated_secret(&dir, "integration", "whsec_", &Ambient::system()).expect("a secret");
            secret.expose().to_owned()
        };
        let secrets: Vec<String> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(read)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
        assert_eq!((&secrets[0][..6], secrets[0].len()), ("whsec_", 6 + 44));
        let files: Vec<_> = std::fs::read_dir(&dir).expect("there").map(|file| file.expect("a file")).collect();
        assert_eq!(files.len(), 1, "no drafts are left");
        assert_eq!(files[0].metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }
}
