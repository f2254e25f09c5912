//! The businesses of our own marketplace, for who gives one to an account.

use belgrano_runtime::problem::Problem;
use serde::Deserialize;

use super::ask::{rows, text};
use crate::access::Reader;
use crate::app::App;
use crate::ingest::OWN;

/// A business of the marketplace, as a form offers it.
#[derive(Clone, Debug)]
pub(crate) struct BusinessView {
    /// Its number in the shop.
    pub(crate) id: i64,
    /// What it is called.
    pub(crate) name: String,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    name: Option<String>,
}

/// All of them, by name.
pub(crate) async fn businesses(app: &App, reader: &Reader) -> Result<Vec<BusinessView>, Problem> {
    const LIST: &str = "SELECT business_id AS id, business_name AS name FROM silver_businesses WHERE source = $1 \
         ORDER BY business_name, business_id";
    let found: Vec<Row> = rows(app, reader, LIST, vec![text(OWN)]).await?;
    let view = |row: Row| Some(BusinessView { id: row.id.parse().ok()?, name: row.name.unwrap_or(row.id) });
    Ok(found.into_iter().filter_map(view).collect())
}
