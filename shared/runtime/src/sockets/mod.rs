//! Sockets: what every WebSocket of either service is held to, whatever is said on it.
//!
//! In: an upgrade request. Out: a [`Socket`] that writes without ever waiting for a stalled client for long, and a [`Seat`] that
//! counts it and through which a log-out or a restart reaches it. When to ask whether a client is still there is
//! [`Heartbeat`]'s, how often it may speak [`Budget`]'s. What must never happen here: a cookie that opens a socket for
//! another site's page, a wait without a limit, a buffer that stays as large as the largest message.

mod budget;
mod heartbeat;
mod seats;
mod settings;
mod socket;
mod upgrade;

use std::time::Duration;

use belgrano_wire::ambient::Ambient;
pub use budget::{Budget, FrameBudget};
pub use heartbeat::{Beat, Heartbeat};
pub use seats::{Ending, Seat, SocketLimits, Sockets, TooMany};
pub use settings::SocketSettings;
pub use socket::{Gone, Heard, Socket};
pub use upgrade::{FULL_RETRY_AFTER, Upgrade};

/// Clients of a process that stops come back within this time.
const SPREAD_MS: f64 = 5000.0;

/// When a client that is sent away should come back, in milliseconds: not all at once.
#[must_use]
pub fn retry_after_ms(ambient: &Ambient) -> u64 {
    /// The old process is gone and a new one is there, most likely.
    const FIRST_MS: u64 = 500;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds, never negative")]
    let spread_ms = (SPREAD_MS * ambient.fraction()) as u64;
    FIRST_MS + spread_ms
}

/// A duration as deadlines count it.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
