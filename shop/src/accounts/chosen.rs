//! Customers that an administrator chose elsewhere, as in insights, with how to reach them.

use belgrano_runtime::fetch_in;
use belgrano_runtime::problem::Problem;
use belgrano_wire::timestamp::UnixMillis;

use super::Admin;
use crate::app::App;

/// As many are shown at once; of more the first.
pub(crate) const CHOSEN: usize = 200;

/// A customer, with what they ordered so far.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(crate) struct Chosen {
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    /// Whether they may log in.
    pub(crate) active: bool,
    pub(crate) created_at: UnixMillis,
    /// Orders that were not called off.
    pub(crate) orders: i64,
    /// When the last of them was placed.
    pub(crate) last_order_at: Option<UnixMillis>,
}

const SELECT: &str = "SELECT a.id, a.first_name, a.last_name, a.email, a.phone, a.active, a.created_at, \
     (SELECT COUNT(*) FROM orders o WHERE o.account_id = a.id AND o.state <> 'cancelado') AS orders, \
     (SELECT MAX(o.created_at) FROM orders o WHERE o.account_id = a.id AND o.state <> 'cancelado') AS last_order_at \
     FROM accounts a WHERE a.role <> 'admin' AND a.erased_at IS NULL AND a.id IN";

/// Those of these accounts that there are, in the order they were asked for.
pub(crate) async fn chosen(app: &App, _: &Admin, ids: &[i64]) -> Result<Vec<Chosen>, Problem> {
    let ids = &ids[..ids.len().min(CHOSEN)];
    let mut snapshot = app.db.snapshot().await?;
    let mut found: Vec<Chosen> = fetch_in!(snapshot, Chosen, SELECT, ids, "");
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(found)
}
