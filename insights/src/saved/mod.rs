//! Views that somebody saved: the address of a page with its filters, under a name. Each is of one account; whoever gets its address
//! from them sees, at that address, what they may see themselves.

mod change;
mod routes;

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Db;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use routes::{NewView, delete_view, routes, save_view};

/// A page with its filters, under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct SavedView {
    pub(crate) id: i64,
    #[serde(rename = "nombre")]
    pub(crate) name: String,
    /// Path and query of the page, within this service.
    #[serde(rename = "direccion")]
    pub(crate) address: String,
    #[serde(rename = "creada")]
    #[sqlx(rename = "created_at")]
    pub(crate) created: UnixMillis,
}

/// Those of an account, by name.
pub(crate) async fn of_account(db: &Db, account: i64) -> sqlx::Result<Vec<SavedView>> {
    const LIST: &str = "SELECT id, name, address, created_at FROM saved_views WHERE account_id = $1 ORDER BY name, id";
    fetch!(all, db.read().await?, SavedView, LIST, account)
}
