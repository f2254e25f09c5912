//! What an exchange that is over means for its message, and for whether the board counts as away.
//!
//! A message pays for a try (`attempts`, and its wait off the budget) only when the board is there. A silence while the
//! breaker is closed is charged at first, because it may be the message's own fault; when the breaker then opens, every
//! charge since the board's last answer is taken back. What somebody else says in the board's place is not charged, unless
//! the same message hears it again although the board has answered others since: a proxy that finds it too large, say.

use std::time::Duration;

use belgrano_wire::texts::Message;

use super::breaker::{self, BreakerState};
use super::nowhere::classify_new;
use super::outcome::{Outcome, classify, error_class, excerpt};
use super::task::{Finished, Relay};
use super::trouble::Trouble;
use crate::outbox::{Attempt, Charge, Claimed, Settlement, Verdict};
use crate::unit::MessageKind;

/// Messages that heard somebody else, as far as they are remembered.
const REMEMBERED: usize = 10_000;
/// How long a request is tried whose address is not there. A board of this version that is being started is there sooner.
const NOWHERE_GIVE_UP: Duration = Duration::from_hours(1);

impl Relay {
    pub(super) fn finish(&mut self, finished: Finished) {
        let now = self.parts.ambient.now();
        let judge = match finished.message.kind {
            MessageKind::OrderCreated | MessageKind::OrderCancelled => classify,
            MessageKind::CustomerForgotten => classify_new,
        };
        let outcome = judge(&finished.reply, now, self.settings.max_retry_after);
        let class = error_class(&finished.reply, &outcome);
        let verdict = match outcome {
            Outcome::Away { reason, .. } if finished.reply.is_err() => self.silent(&finished, reason),
            Outcome::Away { after, reason } => self.foreign(&finished, after, reason),
            Outcome::Sender { trouble, .. } => self.refused(&finished, trouble),
            Outcome::Nowhere { reason } => self.nowhere(&finished, reason),
            outcome => {
                self.breaker.answered(finished.permit);
                self.suspected.clear();
                self.answers += 1;
                self.in_trouble(None);
                self.answered(&finished.message, outcome)
            }
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
            error_class: class,
            // What confirms an order names its customer.
            excerpt: class.and_then(|_| excerpt(&finished.reply)),
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
            // Says nothing of the message.
            Outcome::Away { .. } | Outcome::Sender { .. } | Outcome::Nowhere { .. } => {
                Verdict::Release { wait: Duration::ZERO }
            }
        }
    }

    /// The address is not there: an old board, or a proxy while the board starts. Orders are taken all the same, so it is neither
    /// their board's silence nor its answer; the message is tried for a while and then waits for people.
    fn nowhere(&mut self, finished: &Finished, reason: String) -> Verdict {
        let message = &finished.message;
        let wait = self.wait(message, None);
        if self.breaker.state() == BreakerState::Open {
            // It was a probe, and others have to have their turn.
            self.away(finished);
            return Verdict::Release { wait };
        }
        self.breaker.no_word(finished.permit);
        if message.waited < NOWHERE_GIVE_UP { Verdict::Retry { wait, reason } } else { Verdict::Dead { reason } }
    }

    /// No connection, no answer in time, or an answer that was cut: charged at first, and forgiven when the breaker opens.
    fn silent(&mut self, finished: &Finished, reason: String) -> Verdict {
        let message = &finished.message;
        match self.away(finished) {
            breaker::Verdict::Away | breaker::Verdict::Opened => {}
            breaker::Verdict::Suspected => {
                // The last silence before this one has not been explained yet: nobody dies of it.
                let alone = self.suspected.is_empty();
                let verdict = self.answered(message, Outcome::Retry { after: None, reason });
                match verdict {
                    Verdict::Retry { wait, .. } => self.suspected.push(Charge { id: message.id, wait }),
                    Verdict::Dead { .. } if !alone => return Verdict::Release { wait: self.wait(message, None) },
                    Verdict::Dead { .. } | Verdict::Delivered | Verdict::TooLate { .. } | Verdict::Release { .. } => {}
                }
                return verdict;
            }
        }
        // At once: the breaker says when, and whoever waits longest goes first.
        Verdict::Release { wait: Duration::ZERO }
    }

    /// Somebody else spoke in the board's place: not charged, unless this message alone hears it again and again.
    fn foreign(&mut self, finished: &Finished, after: Option<Duration>, reason: String) -> Verdict {
        let message = &finished.message;
        if self.foreign.len() >= REMEMBERED {
            self.foreign.clear();
        }
        let heard = self.foreign.insert(message.id, self.answers);
        let standing = self.away(finished);
        if let Ok(answer) = &finished.reply
            && standing != breaker::Verdict::Suspected
        {
            self.in_trouble(Some(Trouble::Foreign { status: answer.status }));
        }
        if heard.is_some_and(|heard| heard < self.answers) {
            return self.answered(message, Outcome::Retry { after, reason });
        }
        let wait = match standing {
            breaker::Verdict::Suspected => self.wait(message, after),
            breaker::Verdict::Away | breaker::Verdict::Opened => after.unwrap_or(Duration::ZERO),
        };
        Verdict::Release { wait }
    }

    /// The board does not hear us, whatever we say: everything waits, and one line says why.
    fn refused(&mut self, finished: &Finished, trouble: Trouble) -> Verdict {
        let standing = self.away(finished);
        self.in_trouble(Some(trouble));
        match standing {
            breaker::Verdict::Suspected => Verdict::Release { wait: self.wait(&finished.message, None) },
            breaker::Verdict::Away | breaker::Verdict::Opened => Verdict::Release { wait: Duration::ZERO },
        }
    }

    /// What one more exchange without the board means for all.
    fn away(&mut self, finished: &Finished) -> breaker::Verdict {
        let fraction = self.parts.ambient.fraction();
        let standing = self.breaker.silent(finished.permit, self.parts.ambient.steady(), fraction);
        if standing == breaker::Verdict::Opened {
            let status = finished.reply.as_ref().ok().map(|answer| answer.status);
            tracing::warn!(status, "the board counts as away");
            self.forgiven.append(&mut self.suspected);
        }
        standing
    }

    /// Says once what is wrong, and once that it is mended.
    fn in_trouble(&mut self, trouble: Option<Trouble>) {
        let before = self.parts.status.trouble();
        let same = |one: Trouble, other: Trouble| one.number() == other.number();
        match (before, trouble) {
            (Some(one), Some(other)) if same(one, other) => {}
            (_, Some(trouble @ Trouble::Foreign { .. })) => tracing::warn!("{trouble}"),
            (_, Some(trouble)) => tracing::error!("{trouble}"),
            (Some(_), None) => tracing::info!("the board takes messages again"),
            (None, None) => return,
        }
        self.parts.status.set_trouble(trouble);
        self.metrics.trouble(trouble);
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
