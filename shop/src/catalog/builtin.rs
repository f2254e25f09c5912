//! The small catalog an empty shop starts with, so that a first look at it shows a shop.

use belgrano_runtime::fetch_scalar;

use super::import::{ImportError, ImportOptions, import};
use crate::app::App;

/// In the same format as any other catalog.
pub const CATALOG: &[u8] = include_bytes!("../../assets/catalogo.json");

/// Loads the built-in catalog into a shop without products.
pub async fn fill_if_empty(app: &App) -> Result<(), ImportError> {
    const COUNT: &str = "SELECT COUNT(*) FROM products";
    let products = fetch_scalar!(one, app.db.read().await?, i64, COUNT)?;
    if products == 0 {
        let report = import(&app.writer, CATALOG, ImportOptions { only_if_empty: true, ..Default::default() }).await?;
        tracing::info!(inserted = report.inserted, "the shop was empty and got the built-in catalog");
    }
    Ok(())
}
