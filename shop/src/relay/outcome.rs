//! What an exchange with the board means for the message: delivered, try again, wait, or give up. Pure.
//!
//! Only the board's own words count. A 2xx is a delivery when its body confirms the order; a refusal is one when it is the
//! board's problem document about this message ([`Voice`]). What anybody else says in the board's place (a proxy's page, a
//! redirect, a portal, another service) means that the board is away, whatever its status: nothing is charged. What the
//! board says of the sender (401, 403) holds for every message and is no message's fault.

use std::time::Duration;

use belgrano_runtime::problem;
use belgrano_runtime::retry::parse_retry_after;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde_json::Value;

use super::receipt::Receipt;
use super::trouble::Trouble;
use super::voice::Voice;

/// The longest excerpt that is kept, in characters.
const MAX_EXCERPT: usize = 500;
/// The longest reason shown in a list, in characters.
const MAX_REASON: usize = 200;
/// The longest wait that somebody who is not the board may ask for: a maintenance page that says "an hour" must not hold an
/// order for that long after the board is back.
const MAX_FOREIGN_RETRY_AFTER: Duration = Duration::from_secs(30);

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
    /// The board did not speak: silence, or somebody else in its place.
    Away {
        /// What `Retry-After` asked for, clamped.
        after: Option<Duration>,
        /// Why, for people.
        reason: String,
    },
    /// Whoever answers knows no such address: a board of an earlier version, or somebody else in its place.
    Nowhere {
        /// Why, for people.
        reason: String,
    },
    /// The board does not hear this sender, whatever the message: its secret, its key or its clock.
    Sender {
        /// What is to be mended.
        trouble: Trouble,
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
    /// Whose refusal the body is, if it is one.
    pub voice: Voice,
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
        Err(silence) => return Outcome::Away { after: None, reason: silence.kind.reason().to_string() },
    };
    if (200..=299).contains(&answer.status) {
        return confirmed(answer);
    }
    let reason = reason(answer);
    let patience = if answer.voice == Voice::Foreign { MAX_FOREIGN_RETRY_AFTER } else { max_retry_after };
    let after = answer.retry_after.as_deref().and_then(|header| parse_retry_after(header, now, patience));
    match (&answer.voice, answer.status) {
        (Voice::Foreign, _) | (_, 502..=504) => Outcome::Away { after, reason },
        (Voice::Board { skew_s: Some(skew_s), .. }, 401 | 403) => {
            Outcome::Sender { trouble: Trouble::Clock { ahead_s: *skew_s }, reason }
        }
        (_, status @ (401 | 403)) => Outcome::Sender { trouble: Trouble::Sender { status }, reason },
        // The old board refuses with 400, 409 and 422 like that, and so do many gateways: tried for as long as any message is.
        (_, 408 | 425 | 429 | 500..=599) | (Voice::Bare, 400 | 409 | 422) => Outcome::Retry { after, reason },
        (Voice::Board { kind, .. }, 409) if *kind == problem::kind(problem::NOT_CANCELLABLE) => {
            Outcome::TooLate { reason }
        }
        (Voice::Board { named: true, .. }, 400..=499) | (Voice::Board { .. }, 400 | 409 | 422) => {
            Outcome::Reject { reason }
        }
        (Voice::Board { .. } | Voice::Bare, _) => Outcome::Away { after, reason },
    }
}

fn confirmed(answer: &Answer) -> Outcome {
    let unconfirmed = || Message::new("kept-board-unconfirmed").with("status", answer.status).to_string();
    match answer.receipt {
        Receipt::Confirmed => Outcome::Delivered,
        Receipt::Other => Outcome::Retry { after: None, reason: unconfirmed() },
        Receipt::Foreign => Outcome::Away { after: None, reason: unconfirmed() },
    }
}

/// The class of a failure for the record; `None` for a delivery.
#[must_use]
pub fn error_class(reply: &Reply, outcome: &Outcome) -> Option<&'static str> {
    let answer = match reply {
        Err(silence) => return Some(silence.kind.name()),
        Ok(answer) => answer,
    };
    Some(match (outcome, answer.status) {
        (Outcome::Delivered, _) => return None,
        (_, 200..=299) => "sin-confirmar",
        (_, 300..=399) => "redireccion",
        (_, 502..=504) => "ausente",
        (Outcome::Nowhere { .. }, _) => "sin-direccion",
        (Outcome::Away { .. }, _) => "ajeno",
        (Outcome::Sender { .. }, _) => "remitente",
        (_, 408 | 425 | 429) => "espera",
        (_, 500..=599) => "servidor",
        _ => "rechazo",
    })
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

    use belgrano_testing::START;

    use super::{
        Answer, Outcome, Receipt, Reply, Silence, SilenceKind, Trouble, Voice, classify, error_class, excerpt,
    };

    const MAX: Duration = Duration::from_hours(1);
    const TYPE: &str = "urn:belgrano:problema:prueba";

    fn board(named: bool) -> Voice {
        Voice::Board { kind: TYPE.to_owned(), named, skew_s: None }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what is tested takes replies")]
    fn said(voice: Voice, status: u16, retry_after: Option<&str>, body: &str) -> Reply {
        let (retry_after, body) = (retry_after.map(str::to_owned), body.as_bytes().to_vec());
        Ok(Answer { status, retry_after, body, receipt: Receipt::Confirmed, voice })
    }

    /// As the board says it of this message.
    fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Reply {
        said(board(true), status, retry_after, body)
    }

    fn silence(kind: SilenceKind) -> Reply {
        Err(Silence { kind, detail: "connection refused".to_owned() })
    }

    #[test]
    fn every_status_of_the_board_has_one_meaning() {
        for status in 100..=999 {
            let reply = answer(status, None, "");
            let outcome = classify(&reply, START, MAX);
            let right = match status {
                200..=299 => outcome == Outcome::Delivered,
                401 | 403 => matches!(outcome, Outcome::Sender { trouble: Trouble::Sender { .. }, .. }),
                408 | 425 | 429 | 500 | 501 | 505..=599 => matches!(outcome, Outcome::Retry { after: None, .. }),
                400..=499 => outcome == Outcome::Reject { reason: format!("HTTP {status}") },
                _ => matches!(outcome, Outcome::Away { .. }),
            };
            assert!(right, "{status}: {outcome:?}");
            assert_eq!(error_class(&reply, &outcome).is_none(), outcome == Outcome::Delivered, "{status}");
        }
    }

    #[test]
    fn nobody_else_refuses_a_message_whatever_the_status() {
        for status in (100..=199).chain(300..=999) {
            let page = classify(&said(Voice::Foreign, status, None, "<html>"), START, MAX);
            assert!(matches!(page, Outcome::Away { .. }), "{status}: {page:?}");
            for voice in [Voice::Bare, board(false)] {
                let outcome = classify(&said(voice.clone(), status, None, "{}"), START, MAX);
                let refused = matches!(outcome, Outcome::Reject { .. } | Outcome::TooLate { .. });
                // A board of the version before does not name the message.
                assert_eq!(refused, voice != Voice::Bare && matches!(status, 400 | 409 | 422), "{status}: {outcome:?}");
            }
        }
        let hour = classify(&said(Voice::Foreign, 503, Some("3600"), "<html>"), START, MAX);
        assert!(
            matches!(hour, Outcome::Away { after: Some(after), .. } if after == Duration::from_secs(30)),
            "{hour:?}"
        );
    }

    #[test]
    fn a_clock_that_is_off_is_told_with_the_seconds() {
        let voice = Voice::Board { kind: TYPE.to_owned(), named: true, skew_s: Some(600) };
        let outcome = classify(&said(voice, 401, None, ""), START, MAX);
        assert!(matches!(outcome, Outcome::Sender { trouble: Trouble::Clock { ahead_s: 600 }, .. }), "{outcome:?}");
    }

    #[test]
    fn a_success_that_confirms_nothing_is_no_delivery() {
        for status in 200..=299 {
            let reason = format!("HTTP {status}: la respuesta no confirma el pedido.");
            for (receipt, expected) in [
                (Receipt::Other, Outcome::Retry { after: None, reason: reason.clone() }),
                (Receipt::Foreign, Outcome::Away { after: None, reason: reason.clone() }),
            ] {
                let body = b"<html>".to_vec();
                let reply = Ok(Answer { status, retry_after: None, body, receipt, voice: Voice::Foreign });
                let outcome = classify(&reply, START, MAX);
                assert_eq!((error_class(&reply, &outcome), &outcome), (Some("sin-confirmar"), &expected));
            }
        }
    }

    #[test]
    fn silence_means_that_the_board_is_away() {
        for kind in [SilenceKind::Connect, SilenceKind::Timeout, SilenceKind::Cut] {
            let reply = silence(kind);
            let outcome = classify(&reply, START, MAX);
            assert!(matches!(outcome, Outcome::Away { after: None, .. }));
            assert_eq!(error_class(&reply, &outcome), Some(kind.name()));
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
            let (Outcome::Retry { after, .. } | Outcome::Away { after, .. }) =
                classify(&answer(status, Some(header), ""), START, MAX)
            else {
                panic!("{status} is tried again")
            };
            assert_eq!(after, seconds.map(Duration::from_secs), "{header}");
        }
    }

    #[test]
    fn a_cancellation_that_comes_too_late_is_no_mistake() {
        let body = r#"{"type":"urn:belgrano:problema:no-se-puede-cancelar","detail":"El pedido ya fue entregado."}"#;
        let reason = "HTTP 409: El pedido ya fue entregado.".to_owned();
        let voice = Voice::read(body.as_bytes(), "msg_1");
        assert_eq!(classify(&said(voice, 409, None, body), START, MAX), Outcome::TooLate { reason });
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
            excerpt(&Ok(Answer {
                status: 500,
                retry_after: None,
                body: vec![0xff, b'a'],
                receipt: Receipt::Foreign,
                voice: Voice::Foreign
            }))
            .as_deref(),
            Some("\u{fffd}a")
        );
        assert_eq!(excerpt(&answer(204, None, "")), None);
        assert_eq!(excerpt(&silence(SilenceKind::Cut)).as_deref(), Some("connection refused"));
    }
}
