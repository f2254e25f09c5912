//! Tickets that an older version stored without their folded text get it when the board starts.

use std::convert::Infallible;

use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};
use belgrano_runtime::{execute_rows, fetch};
use belgrano_wire::search::fold;

use crate::unit::{BoardUnit, searchable};

/// Tickets of one transaction.
const CHUNK: i64 = 500;

const UNFOLDED: &str = "SELECT id, number, customer_name, customer_address, customer_phone, neighbourhood FROM tickets \
     WHERE search IS NULL ORDER BY id LIMIT $1";
const STORE: &str = "UPDATE tickets SET search = v.column2, neighbourhood_search = v.column3 FROM (VALUES";
const STORE_TAIL: &str = ") AS v WHERE tickets.id = v.column1";

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    number: String,
    customer_name: String,
    customer_address: Option<String>,
    customer_phone: Option<String>,
    neighbourhood: Option<String>,
}

/// Fold the oldest that are not.
#[derive(Debug)]
struct FoldStored;

impl Command<BoardUnit> for FoldStored {
    /// How many there were.
    type Output = usize;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<usize, Failure<Infallible>> {
        let rows = fetch!(all, *unit.reader(), Row, UNFOLDED, CHUNK)?;
        if !rows.is_empty() {
            execute_rows!(*unit.session(), STORE, 3, &rows, STORE_TAIL, |query, row| {
                let (address, phone) = (row.customer_address.as_deref(), row.customer_phone.as_deref());
                query
                    .bind(row.id)
                    .bind(searchable(&row.number, &row.customer_name, address, phone))
                    .bind(row.neighbourhood.as_deref().map(fold))
            });
        }
        Ok(rows.len())
    }
}

/// Folds all that are not.
pub async fn fold_stored(writer: &Writer<BoardUnit>) -> Result<(), WriteError<Infallible>> {
    while writer.submit(FoldStored).await? > 0 {}
    Ok(())
}
