//! The way an order has come: which states it entered, and when.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::TicketState;
use belgrano_wire::timestamp::UnixMillis;

use crate::unit::Order;

/// An order entered a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Step {
    /// Which one.
    #[sqlx(try_from = "String")]
    pub state: TicketState,
    /// When, as the board says it.
    pub at: UnixMillis,
}

/// The steps of the present try, oldest first: an order that failed and goes out again begins anew.
pub(crate) async fn steps(session: &mut Session, order: &Order) -> sqlx::Result<Vec<Step>> {
    // Sent back and offered anew in one moment: what it is now comes last.
    const STEPS: &str = "SELECT state, at FROM order_steps WHERE order_id = $1 \
         ORDER BY at, CASE state WHEN 'pendiente' THEN 0 ELSE 1 END";
    let mut steps = vec![Step { state: TicketState::Pending, at: order.created_at }];
    steps.extend(fetch!(all, *session, Step, STEPS, order.id)?);
    let anew = steps.iter().rposition(|step| step.state == TicketState::Pending).unwrap_or_default();
    Ok(steps.split_off(anew))
}

/// When the order entered the state it is in, if that is known.
pub(crate) fn since(steps: &[Step], state: TicketState) -> Option<UnixMillis> {
    steps.iter().rfind(|step| step.state == state).map(|step| step.at)
}
