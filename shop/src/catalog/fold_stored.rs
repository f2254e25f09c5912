//! Products whose searched text an older version folded in another way get it folded anew when the shop starts.

use std::convert::Infallible;

use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};
use belgrano_runtime::{execute_rows, fetch};
use belgrano_wire::search::fold;

use crate::unit::ShopUnit;

const STORED: &str = "SELECT id, search FROM products";
const STORE: &str = "UPDATE products SET search = v.column2 FROM (VALUES";
const STORE_TAIL: &str = ") AS v WHERE products.id = v.column1";

/// Folds the searched text of every product that a fold would change. What was folded once folds to the same as the words it came
/// from, so nothing else of a product is needed.
#[derive(Debug)]
struct FoldStored;

impl Command<ShopUnit> for FoldStored {
    /// How many products had another text.
    type Output = usize;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<usize, Failure<Infallible>> {
        let session = unit.own_statements().await?;
        let stored = fetch!(all, *session, (i64, String), STORED)?;
        let anew = stored.into_iter().map(|(id, search)| (id, fold(&search), search));
        let changed: Vec<(i64, String)> =
            anew.filter(|(_, folded, search)| folded != search).map(|(id, folded, _)| (id, folded)).collect();
        if !changed.is_empty() {
            execute_rows!(*session, STORE, 2, &changed, STORE_TAIL, |query, row| query
                .bind(row.0)
                .bind(row.1.as_str()));
            unit.announce().catalog = true;
        }
        Ok(changed.len())
    }
}

/// Folds what is stored as it is folded today.
pub(crate) async fn fold_stored(writer: &Writer<ShopUnit>) -> Result<(), WriteError<Infallible>> {
    writer.submit(FoldStored).await.map(drop)
}
