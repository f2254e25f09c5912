//! What an exchange that is over means for its message, and for whether the board counts as away.
//!
//! A message pays for a try (`attempts`, and its wait off the budget) only when the board is there. A silence while the
//! breaker is closed is charged at first, because it may be the message's own fault; when the breaker then opens, every
//! charge since the board's last answer is taken back.

use std::time::Duration;

use belgrano_shared::texts::Message;

use super::breaker;
use super::outcome::{Outcome, board_is_away, classify, error_class, excerpt};
use super::task::{Finished, Relay};
use crate::outbox::{Attempt, Charge, Claimed, Settlement, Verdict};

impl Relay {
    pub(super) fn finish(&mut self, finished: Finished) {
        let now = self.parts.ambient.now();
        let outcome = classify(&finished.reply, now, self.settings.max_retry_after);
        let verdict = if board_is_away(&finished.reply) {
            self.silent(&finished, outcome)
        } else {
            self.breaker.answered(finished.permit);
            self.suspected.clear();
            self.answered(&finished.message, outcome)
        };
        self.show_state();
        self.metrics.tried(verdict.name(), finished.took);
        if let Verdict::Dead { reason } = &verdict {
            tracing::warn!(order = %finished.message.order_number, reason, "a message is a dead letter");
        }
        let attempt = Attempt {
            started_at: finished.started_at,
            took: finished.took,
            status: finished.reply.as_ref().ok().map(|answer| answer.status),
            error_class: error_class(&finished.reply),
            excerpt: excerpt(&finished.reply),
        };
        self.done.push(Settlement {
            id: finished.message.id,
            order_number: finished.message.order_number,
            token: finished.message.token,
            verdict,
            attempt: Some(attempt),
        });
        self.give_back_while_away();
    }

    fn answered(&self, message: &Claimed, outcome: Outcome) -> Verdict {
        match outcome {
            Outcome::Delivered => Verdict::Delivered,
            Outcome::TooLate { reason } => Verdict::TooLate { reason },
            Outcome::Reject { reason } => Verdict::Dead { reason },
            Outcome::Retry { after, reason } if message.waited < self.settings.schedule.max_elapsed => {
                Verdict::Retry { wait: self.wait(message, after), reason }
            }
            Outcome::Retry { reason, .. } => {
                Verdict::Dead { reason: Message::new("kept-out-of-tries").with("reason", reason).to_string() }
            }
        }
    }

    /// The board was silent, or somebody else spoke for it.
    fn silent(&mut self, finished: &Finished, outcome: Outcome) -> Verdict {
        let message = &finished.message;
        let after = match &outcome {
            Outcome::Retry { after, .. } => *after,
            Outcome::Delivered | Outcome::TooLate { .. } | Outcome::Reject { .. } => None,
        };
        let fraction = self.parts.ambient.fraction();
        match self.breaker.silent(finished.permit, self.parts.ambient.steady(), fraction) {
            breaker::Verdict::Away => {}
            breaker::Verdict::Opened => {
                tracing::warn!(class = error_class(&finished.reply), "the board counts as away");
                self.forgiven.append(&mut self.suspected);
            }
            breaker::Verdict::Suspected => {
                // The last silence before this one has not been explained yet: nobody dies of it.
                let alone = self.suspected.is_empty();
                let verdict = self.answered(message, outcome);
                match verdict {
                    Verdict::Retry { wait, .. } => self.suspected.push(Charge { id: message.id, wait }),
                    Verdict::Dead { .. } if !alone => return Verdict::Release { wait: self.wait(message, after) },
                    Verdict::Dead { .. } | Verdict::Delivered | Verdict::TooLate { .. } | Verdict::Release { .. } => {}
                }
                return verdict;
            }
        }
        // At once: the breaker says when, and whoever waits longest goes first.
        Verdict::Release { wait: after.unwrap_or(Duration::ZERO) }
    }

    /// The wait before the next try: ours, or what the board asked for if that is longer.
    fn wait(&self, message: &Claimed, after: Option<Duration>) -> Duration {
        let ours = self.settings.schedule.delay(message.attempts.saturating_add(1), &self.parts.ambient);
        ours.max(after.unwrap_or(Duration::ZERO))
    }

    fn show_state(&self) {
        let state = self.breaker.state();
        if state != self.parts.status.breaker() {
            tracing::info!(from = self.parts.status.breaker().as_str(), to = state.as_str(), "breaker");
            self.parts.status.set(state);
            self.metrics.breaker(state);
        }
    }
}
