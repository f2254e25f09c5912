//! One call to the old shop.

use std::time::Duration;

use belgrano_shared::config::Secret;
use belgrano_shared::wire::{EventKind, TicketView};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
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
    /// The shop will never take it: unknown order, wrong key. Trying again would hold up everything behind it.
    Refused(StatusCode),
    /// Try again.
    Away(String),
}

impl OldShop {
    pub(super) fn new(base: Url, api_key: Option<&Secret>) -> Result<Self, reqwest::Error> {
        belgrano_shared::tls::use_ring();
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
            Ok(response) => judge(response.status()),
            Err(error) => Answer::Away(error.without_url().to_string()),
        }
    }
}

fn judge(status: StatusCode) -> Answer {
    match status.as_u16() {
        200..=299 => Answer::Heard,
        408 | 425 | 429 | 500..=599 => Answer::Away(status.to_string()),
        _ => Answer::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::{Answer, judge};

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (status, retried) in [(503, true), (429, true), (408, true), (404, false), (401, false), (302, false)] {
            let answer = judge(StatusCode::from_u16(status).expect("a status"));
            assert_eq!(matches!(answer, Answer::Away(_)), retried, "{status}");
        }
        assert_eq!(judge(StatusCode::OK), Answer::Heard);
    }
}
