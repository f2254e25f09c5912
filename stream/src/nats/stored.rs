//! What tests ask a server: what it has, and to have other streams.

use base64::Engine as _;
use serde_json::{Value, json};

use super::Nats;
use crate::Target;

async fn ask(nats: &mut Nats, what: &str, body: &str) -> Value {
    let message = nats.connection.ask(&format!("$JS.API.STREAM.{what}"), body.as_bytes()).await.expect("an answer");
    serde_json::from_slice(&message.body).expect("a document")
}

/// How many messages the stream of `target` has; none where there is no stream yet.
pub(crate) async fn count(target: &Target) -> usize {
    let mut nats = Nats::log_in(target).await.expect("a server");
    let name = nats.name.clone();
    let info = ask(&mut nats, &format!("INFO.{name}"), "").await;
    info["state"]["messages"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

/// All messages of the stream of `target`, in its order.
pub(crate) async fn stored(target: &Target) -> Vec<Vec<u8>> {
    let mut nats = Nats::log_in(target).await.expect("a server");
    let name = nats.name.clone();
    let info = ask(&mut nats, &format!("INFO.{name}"), "").await;
    let state = |member: &str| info["state"][member].as_u64().unwrap_or_else(|| panic!("{member} in {info}"));
    let mut messages = Vec::new();
    for number in state("first_seq").max(1)..=state("last_seq") {
        let found = ask(&mut nats, &format!("MSG.GET.{name}"), &json!({ "seq": number }).to_string()).await;
        let data = found["message"]["data"].as_str().unwrap_or_else(|| panic!("a message in {found}"));
        messages.push(base64::engine::general_purpose::STANDARD.decode(data).expect("base64"));
    }
    messages
}

/// Makes a stream of somebody else's.
#[cfg(test)]
pub(crate) async fn make(target: &Target, name: &str, config: &str) {
    let mut nats = Nats::log_in(target).await.expect("a server");
    let made = ask(&mut nats, &format!("CREATE.{name}"), config).await;
    assert_eq!(made["error"], Value::Null, "{made}");
}

/// Takes a stream away.
#[cfg(test)]
pub(crate) async fn delete(target: &Target, name: &str) {
    let mut nats = Nats::log_in(target).await.expect("a server");
    let gone = ask(&mut nats, &format!("DELETE.{name}"), "").await;
    assert_eq!(gone["error"], Value::Null, "{gone}");
}
