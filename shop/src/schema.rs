//! The shop's tables, for both engines.

use belgrano_runtime::storage::Migrations;

/// The migrations built into the program.
#[must_use]
pub fn migrations() -> Migrations {
    Migrations {
        sqlite: sqlx::migrate!("../migrations/shop/sqlite"),
        postgres: sqlx::migrate!("../migrations/shop/postgres"),
    }
}
