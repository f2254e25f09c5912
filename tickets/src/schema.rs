//! The board's tables, for both engines.

use belgrano_runtime::storage::Migrations;

/// The migrations built into the program.
#[must_use]
pub fn migrations() -> Migrations {
    Migrations {
        sqlite: sqlx::migrate!("../migrations/tickets/sqlite"),
        postgres: sqlx::migrate!("../migrations/tickets/postgres"),
    }
}
