//! When to ask a client whether it is still there, and when to believe that it is not.

/// What a deadline asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Quiet,
    Ping,
    Dead,
}

/// Times are milliseconds since the socket opened.
#[derive(Debug)]
pub(super) struct Heartbeat {
    every_ms: u64,
    patience_ms: u64,
    next_ping_at: u64,
    pong_due_at: Option<u64>,
}

impl Heartbeat {
    pub(super) fn new(every_ms: u64, patience_ms: u64) -> Self {
        Self { every_ms, patience_ms, next_ping_at: every_ms, pong_due_at: None }
    }

    pub(super) fn start(&mut self, now_ms: u64) {
        self.next_ping_at = now_ms.saturating_add(self.every_ms);
    }

    pub(super) fn pong(&mut self) {
        self.pong_due_at = None;
    }

    pub(super) fn due_ms(&self) -> u64 {
        self.pong_due_at.map_or(self.next_ping_at, |pong| pong.min(self.next_ping_at))
    }

    pub(super) fn tick(&mut self, now_ms: u64) -> Beat {
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
