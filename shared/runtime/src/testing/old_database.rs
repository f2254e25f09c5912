//! An old SQLite file, for a test that takes it over.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

/// A SQLite file made of statements; it goes away when dropped.
#[derive(Debug)]
pub struct OldFile {
    path: PathBuf,
    _folder: TempDir,
}

impl OldFile {
    /// Runs `sql` on a new file.
    pub async fn new(sql: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("old.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("a file");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("statements that work");
        connection.close().await.expect("closed");
        Self { path, _folder: folder }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
