//! One call to the old shop.

use std::time::Duration;

use belgrano_runtime::config::Secret;
use belgrano_wire::{EventKind, TicketView};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;
use url::Url;

/// One deadline over the whole exchange.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// The old shop.
#[derive(Clone, Debug)]
pub(super) struct OldShop {
    client: Client,
    base: Url,
}

/// What became of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was heard.
    Heard,
    /// The shop will never take it: an unknown order, say. Trying again would hold up everything behind it.
    Refused(StatusCode),
    /// It does not know this board, whatever it is told: its key is another.
    Unknown(StatusCode),
    /// Try again: it is away, or somebody else answers in its place.
    Away(String),
}

/// The longest beginning of an answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

impl OldShop {
    pub(super) fn new(base: Url, api_key: Option<&Secret>) -> Result<Self, reqwest::Error> {
        belgrano_runtime::tls::use_ring();
        let mut headers = HeaderMap::new();
        if let Some(mut key) = api_key.and_then(|key| HeaderValue::from_str(key.expose()).ok()) {
            key.set_sensitive(true);
            headers.insert("x-api-key", key);
        }
        let client =
            Client::builder().default_headers(headers).no_proxy().redirect(Policy::none()).timeout(DEADLINE).build()?;
        Ok(Self { client, base })
    }

    /// Tells the shop where a ticket stands.
    pub(super) async fn tell(&self, kind: EventKind, ticket: &TicketView) -> Answer {
        let mut url = self.base.clone();
        let number = ticket.number.as_str();
        // A base that cannot have a path was refused when the settings were read.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            match kind {
                EventKind::Created => path.extend(["api", "pedido", "confirmar", number]),
                _ => path.extend(["api", "v1", "pedidos", number, "estado"]),
            };
        }
        let body = json!({
            "numero": number, "ticket_id": ticket.ticket_id, "estado": ticket.state,
            "repartidor": ticket.driver_name, "motivo": ticket.reason,
        });
        let request = if kind == EventKind::Created { self.client.post(url) } else { self.client.put(url) };
        match request.json(&body).send().await {
            Ok(response) => {
                let status = response.status();
                match beginning(response).await {
                    Ok(body) => judge(status, &body),
                    Err(error) => Answer::Away(error.without_url().to_string()),
                }
            }
            Err(error) => Answer::Away(error.without_url().to_string()),
        }
    }
}

async fn beginning(mut response: Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = MAX_ANSWER_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    Ok(body)
}

/// Both shops refuse in JSON, with a text `error`; a page or a redirect is somebody else's who stands in the way.
fn judge(status: StatusCode, body: &[u8]) -> Answer {
    let is_its_own = serde_json::from_slice::<Refusal>(body).is_ok_and(|refusal| refusal.error.is_some());
    let is_a_page = body.trim_ascii_start().starts_with(b"<");
    match status.as_u16() {
        200..=299 if !is_a_page => Answer::Heard,
        401 | 403 if is_its_own => Answer::Unknown(status),
        408 | 425 | 429 | 500..=599 => Answer::Away(status.to_string()),
        400..=499 if is_its_own => Answer::Refused(status),
        _ => Answer::Away(format!("{status}, not in the shop's words")),
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::{Answer, judge};

    #[test]
    fn only_the_shops_own_words_are_a_refusal() {
        let (own, page) = (r#"{"error":"no existe"}"#, "<html>");
        for (status, body, means) in [
            (200, "", "heard"),
            (200, r#"{"success":true}"#, "heard"),
            (200, page, "away"),
            (204, "", "heard"),
            (404, own, "refused"),
            (422, own, "refused"),
            (401, own, "unknown"),
            (403, own, "unknown"),
            (408, own, "away"),
            (429, own, "away"),
            (503, own, "away"),
            (302, "", "away"),
            (400, "", "away"),
            (401, page, "away"),
            (403, page, "away"),
            (404, page, "away"),
            (404, r#"{"message":"no Route matched"}"#, "away"),
            (410, page, "away"),
        ] {
            let answer = judge(StatusCode::from_u16(status).expect("a status"), body.as_bytes());
            let found = match answer {
                Answer::Heard => "heard",
                Answer::Refused(_) => "refused",
                Answer::Unknown(_) => "unknown",
                Answer::Away(_) => "away",
            };
            assert_eq!(found, means, "{status} {body}");
        }
    }
}
