//! What of the lake goes when a person was erased: conditions, table by table.
//!
//! The shop tells an account that is gone; the board tells a step by which a ticket has forgotten whose it was. Both say so after
//! they have told the orders, reviews, steps and tickets anew, without the person, so that an older row of one of them is not needed
//! any more and the newest row holds nothing that these conditions look for.

use belgrano_wire::texts::Language;
use datafusion::arrow::array::{Array as _, AsArray, RecordBatch};

use crate::engine::Came;
use crate::lake::column::Table;
use crate::lake::feeds::OWN;
use crate::lake::tables;

/// How the board calls the step by which a ticket forgets its customer.
const FORGOTTEN: &str = "olvidado";

/// What is taken out of which table for what came; nothing where nobody was erased.
pub(super) fn what_goes(came: &Came) -> Vec<(&'static Table, String)> {
    let rows = |table: &Table| came.rows.get(table.name).into_iter().flat_map(|batches| batches.iter());
    let persons: Vec<String> = rows(&tables::PERSONS).flat_map(gone).collect();
    let orders: Vec<String> = rows(&tables::STEPS).flat_map(forgotten).collect();
    let mut found = Vec::new();
    if !persons.is_empty() {
        let own = format!("source = '{OWN}'");
        let whose = format!("customer_id IN ({})", persons.join(", "));
        found.push((&tables::PERSONS, format!("{own} AND deleted = false AND {whose}")));
        found.push((&tables::CUSTOMERS, format!("{own} AND deleted = false AND {whose}")));
        found.push((&tables::ORDERS, format!("{own} AND {whose} AND lat IS NOT NULL")));
        found.push((&tables::REVIEWS, format!("{own} AND {whose} AND words <> ''")));
        // A change of theirs that could not be read is kept as it came, and an order or a review says whose it is within.
        let within = |id: &String| {
            let id = id.trim_matches('\'');
            format!("content LIKE '%\"cuenta_id\":{id},%' OR content LIKE '%\"cuenta_id\":{id}}}%'")
        };
        let within = persons.iter().map(within).collect::<Vec<_>>().join(" OR ");
        let keys = persons.join(", ");
        let unread = format!(
            "{own} AND ((entity = 'cuenta' AND key IN ({keys})) OR (entity IN ('pedido', 'resena') AND ({within})))"
        );
        found.push((&tables::QUARANTINE, unread));
    }
    if !orders.is_empty() {
        // What the program itself offers as a reason names nobody, and stays.
        let offered: Vec<String> = Language::English.own_reasons().map(|(stored, _)| quoted(&stored)).collect();
        let which = format!(
            "source = '{OWN}' AND order_id IN ({}) AND reason IS NOT NULL AND reason NOT IN ({})",
            orders.join(", "),
            offered.join(", ")
        );
        found.push((&tables::TICKETS, which.clone()));
        found.push((&tables::STEPS, which));
    }
    found
}

/// The accounts among these rows of `persons` that are gone, as SQL.
fn gone(batch: &RecordBatch) -> Vec<String> {
    let columns = batch.column_by_name("customer_id").zip(batch.column_by_name("deleted"));
    let Some((ids, deleted)) = columns else { return Vec::new() };
    let (ids, deleted) = (ids.as_string::<i32>(), deleted.as_boolean());
    let rows = (0..batch.num_rows()).filter(|row| deleted.is_valid(*row) && deleted.value(*row));
    rows.map(|row| quoted(ids.value(row))).collect()
}

/// The orders among these steps whose customers were forgotten, as SQL.
fn forgotten(batch: &RecordBatch) -> Vec<String> {
    let columns = batch.column_by_name("order_id").zip(batch.column_by_name("action"));
    let Some((orders, actions)) = columns else { return Vec::new() };
    let (orders, actions) = (orders.as_string::<i32>(), actions.as_string::<i32>());
    let rows = (0..batch.num_rows()).filter(|row| actions.is_valid(*row) && actions.value(*row) == FORGOTTEN);
    rows.filter(|row| orders.is_valid(*row)).map(|row| quoted(orders.value(row))).collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
