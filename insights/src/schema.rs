//! The tables of insights' own small state, for both engines. What it learns is in the lake.

use belgrano_runtime::storage::Migrations;

/// The migrations built into the program.
#[must_use]
pub fn migrations() -> Migrations {
    Migrations {
        sqlite: sqlx::migrate!("../migrations/insights/sqlite"),
        postgres: sqlx::migrate!("../migrations/insights/postgres"),
    }
}
