//! Whose refusal an answer is. Pure.
//!
//! Our board refuses with a problem document of its own `type` that names the message it is about (`mensaje_id`, the
//! `webhook-id` it was sent under). Nobody who stands in its place by mistake says that: not a proxy, not a portal, not a shop.

use serde::Deserialize;

/// What the types of our own problem documents begin with.
const TYPE_PREFIX: &str = "urn:belgrano:problema:";

/// Who refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Voice {
    /// A board of ours, by the type of its problem document.
    Board {
        /// The `type` of its problem document.
        kind: String,
        /// It names this very message. A board of an earlier version names none.
        named: bool,
        /// How far the sender's clock is ahead of the board's, in seconds, when that is why.
        skew_s: Option<i64>,
    },
    /// JSON with a text `error`, as the old board has it, and many a gateway.
    Bare,
    /// Neither: a proxy's page, a portal, another service, or a document about another message.
    Foreign,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "type")]
    kind: Option<String>,
    mensaje_id: Option<String>,
    desfase_s: Option<i64>,
    error: Option<String>,
}

impl Voice {
    /// Reads the body of an answer to the message that was sent under `webhook_id`.
    #[must_use]
    pub fn read(body: &[u8], webhook_id: &str) -> Self {
        let Ok(refusal) = serde_json::from_slice::<Refusal>(body) else { return Self::Foreign };
        match (refusal.kind, refusal.mensaje_id) {
            (Some(kind), named) if kind.starts_with(TYPE_PREFIX) => match named {
                // Of another message: whoever says so did not read ours.
                Some(other) if other != webhook_id => Self::Foreign,
                named => Self::Board { kind, named: named.is_some(), skew_s: refusal.desfase_s },
            },
            _ if refusal.error.is_some() => Self::Bare,
            _ => Self::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Voice;

    #[test]
    fn only_a_document_of_ours_about_this_message_is_the_boards() {
        let kind = "urn:belgrano:problema:datos-invalidos".to_owned();
        let board = |named, skew_s| Voice::Board { kind: kind.clone(), named, skew_s };
        for (body, voice) in [
            (r#"{"type":"urn:belgrano:problema:datos-invalidos","mensaje_id":"msg_1","error":"x"}"#, board(true, None)),
            (
                r#"{"type":"urn:belgrano:problema:datos-invalidos","mensaje_id":"msg_1","desfase_s":-9}"#,
                board(true, Some(-9)),
            ),
            (r#"{"type":"urn:belgrano:problema:datos-invalidos","error":"x"}"#, board(false, None)),
            (r#"{"type":"urn:belgrano:problema:datos-invalidos","mensaje_id":"msg_2"}"#, Voice::Foreign),
            (r#"{"type":"about:blank","title":"Forbidden","status":403}"#, Voice::Foreign),
            (r#"{"error":"ya existe"}"#, Voice::Bare),
            (r#"{"error":{"code":403}}"#, Voice::Foreign),
            (r#"{"message":"Forbidden"}"#, Voice::Foreign),
            ("<html>403</html>", Voice::Foreign),
            ("", Voice::Foreign),
        ] {
            assert_eq!(Voice::read(body.as_bytes(), "msg_1"), voice, "{body}");
        }
    }
}
