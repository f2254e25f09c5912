//! When to ask a client whether it is still there, and when to believe that it is not.

use std::time::Duration;

use super::millis;

/// What a deadline asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing yet.
    Quiet,
    /// Send a ping.
    Ping,
    /// A pong is overdue: close.
    Dead,
}

/// The heartbeat of one socket. Times are milliseconds since it opened.
#[derive(Debug)]
pub struct Heartbeat {
    every_ms: u64,
    patience_ms: u64,
    next_ping_at: u64,
    pong_due_at: Option<u64>,
}

impl Heartbeat {
    /// A ping `every` so often, and a pong within `patience`.
    #[must_use]
    pub fn new(every: Duration, patience: Duration) -> Self {
        let (every_ms, patience_ms) = (millis(every), millis(patience));
        Self { every_ms, patience_ms, next_ping_at: every_ms, pong_due_at: None }
    }

    /// Counts from now on.
    pub fn start(&mut self, now_ms: u64) {
        self.next_ping_at = now_ms.saturating_add(self.every_ms);
    }

    /// The client is there.
    pub fn pong(&mut self) {
        self.pong_due_at = None;
    }

    /// When to [`Heartbeat::tick`] next.
    #[must_use]
    pub fn due_ms(&self) -> u64 {
        self.pong_due_at.map_or(self.next_ping_at, |pong| pong.min(self.next_ping_at))
    }

    /// What there is to do now.
    pub fn tick(&mut self, now_ms: u64) -> Beat {
        if self.pong_due_at.is_some_and(|due| now_ms >= due) {
            return Beat::Dead;
        }
        if now_ms < self.next_ping_at {
            return Beat::Quiet;
        }
        self.next_ping_at = now_ms.saturating_add(self.every_ms);
        // A pong that is still owed is owed by its own time.
        self.pong_due_at.get_or_insert(now_ms.saturating_add(self.patience_ms));
        Beat::Ping
    }
}
