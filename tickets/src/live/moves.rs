//! Where a driver says it is, on its way to the fleet.

use belgrano_wire::{ClientMoment, Position};

use crate::app::App;
use crate::fleet::Report;

/// Hands a position in. One that is refused (a glitch, an old one) or that cannot be kept now is no loss: a phone says
/// where it is every few seconds, and the socket has nobody to show an error to.
pub(super) async fn moved(app: &App, driver_id: i64, position: Position, when: ClientMoment) {
    if let Err(error) = app.writer.submit(Report { driver_id, position, when }).await {
        tracing::debug!(driver_id, ?error, "a position was not kept");
    }
}
