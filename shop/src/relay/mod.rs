//! The relay carries what waits in the [`outbox`](crate::outbox) to the board: `POST {TICKETERA_URL}/api/tickets`.
//!
//! One task ([`Relay::run`]), woken by every commit that wrote a message and by a jittered poll. It claims in batches into
//! bounded memory, runs a bounded number of exchanges, and hands verdicts back in batches through the writer. What must
//! never happen here: a message lost (it stays in the outbox until a verdict is committed), a try charged to an order
//! because the board was away, a stampede when it comes back.

mod board;
mod breaker;
mod housekeeping;
mod nowhere;
mod outcome;
mod receipt;
mod set_back;
mod settings;
mod settle;
mod start;
mod status;
mod task;
#[cfg(test)]
mod tests;
mod trouble;
mod verdict;
mod voice;

pub(crate) use board::read as read_answer;
pub use board::{Board, BoardError};
pub use breaker::{Breaker, BreakerSettings, BreakerState};
pub use nowhere::classify_new;
pub use outcome::{Answer, Outcome, Reply, Silence, SilenceKind, classify};
pub use receipt::Receipt;
pub use settings::RelaySettings;
pub use start::{RelayError, start};
pub use status::RelayStatus;
pub use task::{Relay, RelayParts};
pub use trouble::Trouble;
pub use voice::Voice;
