//! Housekeeping: what was delivered or discarded long ago goes, in chunks that keep nobody waiting.

use std::convert::Infallible;

use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::timestamp::UnixMillis;

use crate::unit::ShopUnit;

/// Rows looked at in one transaction.
const CHUNK: i64 = 500;

/// Remove messages that were settled before an instant, among the oldest that are settled.
#[derive(Clone, Copy, Debug)]
pub struct Prune {
    /// Settled before this.
    pub before: UnixMillis,
}

/// Ids grow with time, so the oldest are at the beginning of the table and no index of times is needed.
const OLD: &str = "SELECT s.id FROM (SELECT id, settled_at FROM outbox WHERE state IN ('entregado', 'descartado') \
     ORDER BY id LIMIT $1) AS s WHERE s.settled_at < $2 ORDER BY s.id DESC LIMIT 1";
const REMOVE: &str = "DELETE FROM outbox WHERE state IN ('entregado', 'descartado') AND settled_at < $1 AND id <= $2";

impl Command<ShopUnit> for Prune {
    /// How many were removed.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<u64, Failure<Infallible>> {
        match fetch_scalar!(optional, *unit.reader(), i64, OLD, CHUNK, self.before)? {
            Some(last) => Ok(execute!(*unit.session(), REMOVE, self.before, last)?),
            None => Ok(0),
        }
    }
}

/// Removes everything settled before `before`. Says how many.
pub async fn prune(writer: &Writer<ShopUnit>, before: UnixMillis) -> Result<u64, WriteError<Infallible>> {
    let mut total = 0;
    loop {
        let removed = writer.submit(Prune { before }).await?;
        total += removed;
        if removed == 0 {
            return Ok(total);
        }
    }
}
