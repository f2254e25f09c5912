//! What is made holds together, in both databases, and says what the story says.

mod planned;
mod stored;
mod told;

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, FromRow, SqliteConnection};
use tempfile::TempDir;

use super::remember;
use crate::demo::dice::Dice;

/// Both databases of a year that ended just now.
struct Made {
    folder: TempDir,
}

impl Made {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = crate::demo::settings(folder.path(), "una-clave-de-la-demo").expect("settings");
        remember(&settings, crate::demo::ADMIN, "una-clave-de-la-demo", &Dice::new(1)).await.expect("a year");
        Self { folder }
    }

    async fn open(path: &Path) -> SqliteConnection {
        SqliteConnectOptions::new().filename(path).connect().await.expect("a database")
    }

    /// What a query of both databases finds: the board's tables are in `b`.
    async fn rows<T: Send + Unpin + for<'r> FromRow<'r, SqliteRow>>(&self, sql: impl Into<String>) -> Vec<T> {
        let sql = sql.into();
        let mut shop = Self::open(&self.folder.path().join("shop.db")).await;
        let board = self.folder.path().join("tickets.db").display().to_string();
        sqlx::query("ATTACH DATABASE $1 AS b").bind(board).execute(&mut shop).await.expect("the board's");
        sqlx::query_as(AssertSqlSafe(sql.clone()))
            .fetch_all(&mut shop)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    async fn number(&self, sql: impl Into<String>) -> i64 {
        self.rows::<(i64,)>(sql).await[0].0
    }
}
