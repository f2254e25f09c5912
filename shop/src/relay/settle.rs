//! Hands verdicts back to the outbox. Where somebody holds a row, the rest goes through and what needs that row is kept.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_runtime::writer::{AtOnce, WriteError, Writer};

use crate::outbox::{Charge, Forgive, Settle, Settlement};
use crate::unit::ShopUnit;

/// A settlement that was handed in, and how it went.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) settlements: Arc<[Settlement]>,
    pub(super) forgiven: Vec<Charge>,
    /// Of the settlements, those whose rows somebody else holds.
    pub(super) kept: Vec<Settlement>,
    pub(super) result: Result<Vec<i64>, WriteError<Infallible>>,
    pub(super) forgave: bool,
}

/// The verdicts first: what is forgiven may have been charged by one of them.
pub(super) async fn settle(writer: Writer<ShopUnit>, settlements: Arc<[Settlement]>, forgiven: Vec<Charge>) -> Settled {
    let mut kept = Vec::new();
    let mut result = if settlements.is_empty() {
        Ok(Vec::new())
    } else {
        writer.submit(AtOnce(Settle(Arc::clone(&settlements)))).await
    };
    if result.as_ref().is_err_and(WriteError::is_held) {
        result = settle_each(&writer, &settlements, &mut kept).await;
    }
    let forgave =
        result.is_ok() && (forgiven.is_empty() || writer.submit(AtOnce(Forgive(forgiven.clone()))).await.is_ok());
    Settled { settlements, forgiven, kept, result, forgave }
}

/// Where somebody holds a row: everything but what needs it.
async fn settle_each(
    writer: &Writer<ShopUnit>,
    settlements: &[Settlement],
    kept: &mut Vec<Settlement>,
) -> Result<Vec<i64>, WriteError<Infallible>> {
    let each = settlements.iter().map(|one| writer.submit(AtOnce(Settle(Arc::new([one.clone()])))));
    let mut stale = Vec::new();
    for (settlement, result) in settlements.iter().zip(futures_util::future::join_all(each).await) {
        match result {
            Ok(late) => stale.extend(late),
            Err(error) if error.is_held() => kept.push(settlement.clone()),
            // Those that were stored are stale the next time, which changes nothing.
            Err(error) => return Err(error),
        }
    }
    Ok(stale)
}
