//! Where a driver says it is, on its way to the fleet.

use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::Position;

use crate::app::App;

/// Hands a position in. One that is refused or that cannot be kept now is no loss: the next one counts.
#[expect(clippy::unused_async, reason = "the fleet's command is awaited here")]
pub(super) async fn moved(_app: &App, driver_id: i64, position: Position, occurred_at: Option<UnixMillis>) {
    tracing::debug!(driver_id, ?position, ?occurred_at, "a position nobody keeps yet");
}
