//! Offers pending tickets to drivers without being asked, when `AUTO_ASSIGN` says so.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_shared::fetch_scalar;
use belgrano_shared::wire::OrderNumber;
use belgrano_shared::writer::{Command, Failure};
use tokio_util::sync::CancellationToken;

use super::assign::{Chosen, OnShift, Terms, assign};
use crate::app::App;
use crate::unit::{Actor, BoardUnit};

/// Looked at no less often than this: who let a ticket go is not spared it for ever, and shifts begin elsewhere.
const BACKSTOP: Duration = Duration::from_secs(15);
/// Tickets in one transaction.
const AT_ONCE: i64 = 100;

/// Offer what waits, the urgent and then the oldest first.
#[derive(Debug)]
pub struct AssignPending {
    /// On what terms.
    pub terms: Terms,
}

impl Command<BoardUnit> for AssignPending {
    /// How many were offered.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<u64, Failure<Infallible>> {
        const WAITING: &str = "SELECT number FROM tickets WHERE state = 'pendiente' \
             ORDER BY CASE priority WHEN 'urgente' THEN 0 WHEN 'alta' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END, id LIMIT $1";
        unit.flush().await?;
        let (mut on_shift, mut offered) = (OnShift::default(), 0);
        for number in fetch_scalar!(all, *unit.reader(), String, WAITING, AT_ONCE)? {
            let number = OrderNumber::try_from(number).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            match assign(unit, &number, Chosen::Automatic { insist: false }, &mut on_shift, &self.terms).await {
                Ok(_) => offered += 1,
                Err(Failure::Refused(_)) if !on_shift.has_room() => break,
                Err(Failure::Refused(_)) => {}
                Err(Failure::Broke(error)) => return Err(Failure::Broke(error)),
            }
        }
        Ok(offered)
    }
}

/// Offers until the soft stop.
pub(super) async fn offer(app: App, soft: CancellationToken) {
    let terms = Terms { by: Actor::System, offer_timeout_ms: app.settings.offer_timeout_ms() };
    loop {
        tokio::select! {
            () = soft.cancelled() => break,
            () = app.signals.pending.notified() => {}
            () = tokio::time::sleep(BACKSTOP) => {}
        }
        if let Err(error) = app.writer.submit(AssignPending { terms: terms.clone() }).await {
            tracing::warn!(%error, "could not offer pending tickets");
        }
    }
}
