//! Fresh databases on both engines, and what is logged, for tests.
//!
//! Behind the cargo feature `testing`, for `[dev-dependencies]` only. [`on_both_engines!`](crate::on_both_engines) turns
//! one body into two tests, so that no query is proved on one engine alone. What must never happen here: a test that is
//! skipped because its server is missing; it fails and says how to get one.
#![expect(clippy::missing_panics_doc, reason = "whatever goes wrong here fails the test that asked")]

mod database;
mod log;
mod old_database;
mod plans;
mod pooler;
mod statements;

pub use database::TestDatabase;
pub use log::CapturedLog;
#[cfg(test)]
pub(crate) use log::Lines;
pub use old_database::OldFile;
pub use plans::{keep_statistics, table_readers};
pub use pooler::Pooler;
pub(crate) use statements::count_statement;
pub use statements::statements;

/// Makes two tests of one body, `NAME::sqlite` and `NAME::postgres`:
///
/// ```ignore
/// on_both_engines! {
///     async fn an_order_is_read_back(database) {
///         let db = database.open(&schema::migrations()).await;
///     }
/// }
/// ```
///
/// `database` is a `&`[`TestDatabase`]. The caller's crate needs tokio's `macros`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(clippy::wildcard_imports, unused_imports, reason = "the body sees what its module sees")]
                use super::*;

                async fn body($database: &$crate::testing::TestDatabase) $body

                #[tokio::test]
                async fn sqlite() {
                    let database = $crate::testing::TestDatabase::sqlite();
                    body(&database).await;
                }

                #[tokio::test]
                async fn postgres() {
                    let database = $crate::testing::TestDatabase::postgres();
                    body(&database).await;
                    database.remove().await;
                }
            }
        )+
    };
}

#[cfg(test)]
mod tests {
    use crate::fetch_scalar;
    use crate::storage::Migrations;

    fn migrations() -> Migrations {
        Migrations {
            sqlite: sqlx::migrate!("../../migrations/shop/sqlite"),
            postgres: sqlx::migrate!("../../migrations/shop/postgres"),
        }
    }

    on_both_engines! {
        async fn a_database_is_fresh_and_may_be_opened_twice(database) {
            let (one, other) = (database.open(&migrations()).await, database.open(&migrations()).await);
            database.execute(&one, "UPDATE counters SET order_id = 7 WHERE id = 1").await;
            let mut session = other.read().await.expect("a connection");
            let seen = fetch_scalar!(one, session, i64, "SELECT order_id FROM counters").expect("one row");
            assert_eq!(seen, 7);
        }
    }
}
