//! What an exchange with the board means for the message: delivered, try again, or give up. Pure.
//!
//! A 2xx is a delivery when its body says so: a parked domain or a captive portal answers 200 to anything. A 3xx is a
//! mistake in the configuration and is not followed. A 4xx that asks for patience is retried, any other says that the
//! message will never be taken. A 5xx is retried, and a board that says nothing too.

use std::time::Duration;

use belgrano_shared::problem;
use belgrano_shared::retry::parse_retry_after;
use belgrano_shared::texts::Message;
use belgrano_shared::timestamp::UnixMillis;
use serde_json::Value;

use super::receipt::Receipt;

/// The longest excerpt that is kept, in characters.
const MAX_EXCERPT: usize = 500;
/// The longest reason shown in a list, in characters.
const MAX_REASON: usize = 200;

/// What becomes of a message after one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The board has it.
    Delivered,
    /// Try again, not before `after` when the board asked for that.
    Retry {
        /// What `Retry-After` asked for, clamped.
        after: Option<Duration>,
        /// Why, for people.
        reason: String,
    },
    /// It will never be taken, and rightly so: the order is over at the board.
    TooLate {
        /// Why, for people.
        reason: String,
    },
    /// It will never be taken.
    Reject {
        /// Why, for people.
        reason: String,
    },
}

/// An answer that came whole, or as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, as it came.
    pub retry_after: Option<String>,
    /// The first 64 KiB of the body.
    pub body: Vec<u8>,
    /// What the body says of the message's order.
    pub receipt: Receipt,
}

/// No answer, or not a whole one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// What kind.
    pub kind: SilenceKind,
    /// The text of the error, for the record.
    pub detail: String,
}

/// How the board kept silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SilenceKind {
    /// No connection.
    Connect,
    /// The deadline passed.
    Timeout,
    /// The connection ended in the middle.
    Cut,
}

/// One exchange: an answer or the lack of one.
pub type Reply = Result<Answer, Silence>;

/// What `reply` means for the message.
#[must_use]
pub fn classify(reply: &Reply, now: UnixMillis, max_retry_after: Duration) -> Outcome {
    let answer = match reply {
        Ok(answer) => answer,
        Err(silence) => return Outcome::Retry { after: None, reason: silence.kind.reason().to_string() },
    };
    match answer.status {
        200..=299 if answer.receipt == Receipt::Confirmed => Outcome::Delivered,
        200..=299 => Outcome::Retry {
            after: None,
            reason: Message::new("kept-board-unconfirmed").with("status", answer.status).to_string(),
        },
        408 | 425 | 429 | 500..=599 => Outcome::Retry {
            after: answer.retry_after.as_deref().and_then(|header| parse_retry_after(header, now, max_retry_after)),
            reason: reason(answer),
        },
        409 if is_too_late(answer) => Outcome::TooLate { reason: reason(answer) },
        _ => Outcome::Reject { reason: reason(answer) },
    }
}

/// What our board says to the cancellation of an order that is over.
fn is_too_late(answer: &Answer) -> bool {
    let document: Option<Value> = serde_json::from_slice(&answer.body).ok();
    document.is_some_and(|document| document["type"] == problem::kind(problem::NOT_CANCELLABLE))
}

/// Whether `reply` says that the board itself is away, and nothing of the message: silence, or somebody who speaks in the
/// board's place. That is a gateway (502 to 504), or whoever answers 2xx with what no board says: while `TICKETERA_URL` leads
/// to a portal, no order may use up its tries.
#[must_use]
pub fn board_is_away(reply: &Reply) -> bool {
    match reply {
        Ok(answer) => match answer.status {
            200..=299 => answer.receipt == Receipt::Foreign,
            status => matches!(status, 502..=504),
        },
        Err(_) => true,
    }
}

/// The class of a failure for the record; `None` for a delivery.
#[must_use]
pub fn error_class(reply: &Reply) -> Option<&'static str> {
    match reply {
        Err(silence) => Some(silence.kind.name()),
        Ok(answer) => match answer.status {
            200..=299 if answer.receipt == Receipt::Confirmed => None,
            200..=299 => Some("sin-confirmar"),
            300..=399 => Some("redireccion"),
            408 | 425 | 429 => Some("espera"),
            502..=504 => Some("ausente"),
            500..=599 => Some("servidor"),
            _ => Some("rechazo"),
        },
    }
}

impl SilenceKind {
    /// As the record and the metrics call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "conexion",
            Self::Timeout => "tiempo",
            Self::Cut => "corte",
        }
    }

    fn reason(self) -> Message {
        match self {
            Self::Connect => Message::new("kept-board-away"),
            Self::Timeout => Message::new("kept-board-slow"),
            Self::Cut => Message::new("kept-board-cut"),
        }
    }
}

/// `HTTP 422: total: tiene que ser …`, in the board's own words when it has any.
fn reason(answer: &Answer) -> String {
    let document: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let said = ["detail", "error", "mensaje"].into_iter().find_map(|member| document.as_ref()?.get(member)?.as_str());
    match said {
        Some(text) => format!("HTTP {}: {}", answer.status, clean(text.as_bytes(), MAX_REASON)),
        None => format!("HTTP {}", answer.status),
    }
}

/// The beginning of what was answered, or the text of the error.
#[must_use]
pub fn excerpt(reply: &Reply) -> Option<String> {
    let text = match reply {
        Ok(answer) => clean(&answer.body, MAX_EXCERPT),
        Err(silence) => clean(silence.detail.as_bytes(), MAX_EXCERPT),
    };
    (!text.is_empty()).then_some(text)
}

/// Text that any database takes: valid UTF-8, no control characters (Postgres refuses a zero byte), not too long.
fn clean(bytes: &[u8], max_chars: usize) -> String {
    // A character has at most four bytes; what is beyond cannot be shown.
    let head = &bytes[..bytes.len().min(max_chars * 4)];
    let text = String::from_utf8_lossy(head);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max_chars).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_shared::testing::START;

    use super::{Answer, Outcome, Receipt, Reply, Silence, SilenceKind, board_is_away, classify, error_class, excerpt};

    const MAX: Duration = Duration::from_hours(1);

    #[expect(clippy::unnecessary_wraps, reason = "what is tested takes replies")]
    fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Reply {
        let (retry_after, body) = (retry_after.map(str::to_owned), body.as_bytes().to_vec());
        Ok(Answer { status, retry_after, body, receipt: Receipt::Confirmed })
    }

    fn silence(kind: SilenceKind) -> Reply {
        Err(Silence { kind, detail: "connection refused".to_owned() })
    }

    #[test]
    fn every_status_has_one_meaning() {
        for status in 100..=999 {
            let reply = answer(status, None, "");
            let outcome = classify(&reply, START, MAX);
            match status {
                200..=299 => assert_eq!(outcome, Outcome::Delivered, "{status}"),
                408 | 425 | 429 | 500..=599 => {
                    assert!(matches!(outcome, Outcome::Retry { after: None, .. }), "{status}");
                }
                _ => assert_eq!(outcome, Outcome::Reject { reason: format!("HTTP {status}") }),
            }
            assert_eq!(board_is_away(&reply), matches!(status, 502..=504), "{status}");
            assert_eq!(error_class(&reply).is_none(), outcome == Outcome::Delivered, "{status}");
        }
    }

    #[test]
    fn a_success_that_confirms_nothing_is_no_delivery() {
        for status in 200..=299 {
            for (receipt, away) in [(Receipt::Other, false), (Receipt::Foreign, true)] {
                let reply = Ok(Answer { status, retry_after: None, body: b"<html>".to_vec(), receipt });
                let reason = format!("HTTP {status}: la respuesta no confirma el pedido.");
                assert_eq!(classify(&reply, START, MAX), Outcome::Retry { after: None, reason });
                assert_eq!((board_is_away(&reply), error_class(&reply)), (away, Some("sin-confirmar")));
            }
        }
    }

    #[test]
    fn silence_is_retried_and_means_that_the_board_is_away() {
        for kind in [SilenceKind::Connect, SilenceKind::Timeout, SilenceKind::Cut] {
            let reply = silence(kind);
            assert!(matches!(classify(&reply, START, MAX), Outcome::Retry { after: None, .. }));
            assert!(board_is_away(&reply));
            assert_eq!(error_class(&reply), Some(kind.name()));
        }
    }

    #[test]
    fn retry_after_is_honoured_and_clamped() {
        let in_a_minute = "Sat, 21 Nov 2026 18:05:05 GMT";
        for (status, header, seconds) in [
            (429, "30", Some(30)),
            (503, "86400", Some(3600)),
            (503, in_a_minute, Some(60)),
            (500, "mañana", None),
            (408, "0", Some(0)),
        ] {
            let Outcome::Retry { after, .. } = classify(&answer(status, Some(header), ""), START, MAX) else {
                panic!("{status} is retried")
            };
            assert_eq!(after, seconds.map(Duration::from_secs), "{header}");
        }
    }

    #[test]
    fn a_cancellation_that_comes_too_late_is_no_mistake() {
        let body = r#"{"type":"urn:belgrano:problema:no-se-puede-cancelar","detail":"El pedido ya fue entregado."}"#;
        let reason = "HTTP 409: El pedido ya fue entregado.".to_owned();
        assert_eq!(classify(&answer(409, None, body), START, MAX), Outcome::TooLate { reason });
        assert!(matches!(classify(&answer(404, None, body), START, MAX), Outcome::Reject { .. }));
    }

    #[test]
    fn a_refusal_is_told_in_the_boards_words() {
        for (body, expected) in [
            (r#"{"detail":"El ticket ya fue entregado.","error":"x"}"#, "HTTP 409: El ticket ya fue entregado."),
            (r#"{"error":"ya existe"}"#, "HTTP 409: ya existe"),
            ("<html>", "HTTP 409"),
            ("", "HTTP 409"),
        ] {
            let outcome = classify(&answer(409, None, body), START, MAX);
            assert_eq!(outcome, Outcome::Reject { reason: expected.to_owned() });
        }
    }

    #[test]
    fn an_excerpt_fits_any_database() {
        let long = "ñ".repeat(70_000);
        assert_eq!(excerpt(&answer(500, None, &long)).map(|text| text.chars().count()), Some(500));
        assert_eq!(excerpt(&answer(500, None, "a\0b\nc")).as_deref(), Some("a b c"));
        assert_eq!(
            excerpt(&Ok(Answer { status: 500, retry_after: None, body: vec![0xff, b'a'], receipt: Receipt::Foreign }))
                .as_deref(),
            Some("\u{fffd}a")
        );
        assert_eq!(excerpt(&answer(204, None, "")), None);
        assert_eq!(excerpt(&silence(SilenceKind::Cut)).as_deref(), Some("connection refused"));
    }
}
