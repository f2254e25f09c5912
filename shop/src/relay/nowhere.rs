//! What an exchange means for a request that not every board knows. Pure.

use std::time::Duration;

use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::outcome::{Answer, Outcome, Reply, classify};

/// As [`classify`], but for an address that is not there: that says nothing of whether the board is.
#[must_use]
pub fn classify_new(reply: &Reply, now: UnixMillis, max_retry_after: Duration) -> Outcome {
    match reply {
        Ok(Answer { status: status @ (404 | 405 | 501), .. }) => {
            Outcome::Nowhere { reason: Message::new("kept-board-cannot-forget").with("status", *status).to_string() }
        }
        reply => classify(reply, now, max_retry_after),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_testing::START;

    use super::super::outcome::error_class;
    use super::super::receipt::Receipt;
    use super::super::voice::Voice;
    use super::{Answer, Outcome, Reply, classify, classify_new};

    const MAX: Duration = Duration::from_hours(1);

    #[expect(clippy::unnecessary_wraps, reason = "what is tested takes replies")]
    fn said(voice: Voice, status: u16) -> Reply {
        Ok(Answer { status, retry_after: None, body: b"<html>".to_vec(), receipt: Receipt::Foreign, voice })
    }

    #[test]
    fn a_board_that_cannot_forget_says_nothing_of_orders() {
        let board = |named| Voice::Board { kind: "urn:belgrano:problema:prueba".to_owned(), named, skew_s: None };
        for voice in [Voice::Foreign, Voice::Bare, board(false), board(true)] {
            for status in [404, 405, 501] {
                let reply = said(voice.clone(), status);
                let outcome = classify_new(&reply, START, MAX);
                assert!(matches!(&outcome, Outcome::Nowhere { reason } if reason.contains(&status.to_string())));
                assert_eq!(error_class(&reply, &outcome), Some("sin-direccion"));
            }
            for status in [200, 400, 401, 410, 429, 503] {
                let reply = said(voice.clone(), status);
                assert_eq!(classify_new(&reply, START, MAX), classify(&reply, START, MAX), "{status}");
            }
        }
    }
}
