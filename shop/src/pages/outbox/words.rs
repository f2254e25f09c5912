//! The words of the outbox as its pages say them: keys of texts, for what the record only names.

use std::borrow::Borrow;

use belgrano_wire::texts::Message;

use crate::outbox::MessageState;

/// What a message tells the board.
pub(super) fn kind(kind: &str) -> &'static str {
    match kind {
        "order.created" => "outbox-kind-order",
        "customer.forgotten" => "outbox-kind-forget",
        _ => "outbox-kind-cancellation",
    }
}

/// The drawing of that.
pub(super) fn kind_icon(kind: &str) -> &'static str {
    match kind {
        "order.created" => "receipt",
        "customer.forgotten" => "trash",
        _ => "undo",
    }
}

/// Where a message stands.
pub(super) fn state(state: impl Borrow<MessageState>) -> &'static str {
    state.borrow().text()
}

/// What it brings about to discard a message.
pub(super) fn discard(kind: &str) -> &'static str {
    match kind {
        "order.created" => "outbox-discard-order",
        "customer.forgotten" => "outbox-discard-forget",
        _ => "outbox-discard-cancellation",
    }
}

/// How a try ended.
pub(super) fn outcome(outcome: &str) -> &'static str {
    match outcome {
        "entregado" => "outbox-try-delivered",
        "reintento" => "outbox-try-again",
        "tarde" => "outbox-try-late",
        "sin-costo" => "outbox-try-free",
        _ => "outbox-try-dead",
    }
}

/// The state of the breaker: the class of its badge, its name, and what that means for orders.
pub(super) fn breaker(breaker: &str) -> (&'static str, &'static str, &'static str) {
    match breaker {
        "cerrado" => ("good", "outbox-board-fine", "outbox-board-fine-means"),
        "abierto" => ("bad", "outbox-board-away", "outbox-board-away-means"),
        _ => ("warn", "outbox-board-back", "outbox-board-back-means"),
    }
}

/// Why a try failed, by the class in its record and the HTTP status.
pub(super) fn why(class: &str, status: Option<i64>) -> Message {
    Message::new(match (class, status) {
        ("conexion", _) => "outbox-why-connect",
        ("tiempo", _) => "outbox-why-timeout",
        ("corte", _) => "outbox-why-cut",
        ("sin-confirmar", _) => "outbox-why-unconfirmed",
        ("redireccion", _) => "outbox-why-redirect",
        ("espera", _) => "outbox-why-patience",
        ("ausente", _) => "outbox-why-away",
        ("ajeno", _) => "outbox-why-foreign",
        ("sin-direccion", _) => "outbox-why-cannot-forget",
        ("servidor", _) => "outbox-why-failed",
        ("remitente", _) | (_, Some(401 | 403)) => "outbox-why-key",
        (_, Some(404 | 405 | 410)) => "outbox-why-nowhere",
        (_, Some(409)) => "outbox-why-conflict",
        _ => "outbox-why-refused",
    })
}

#[cfg(test)]
mod tests {
    use super::why;
    use crate::relay::SilenceKind::{self, Connect, Cut, Timeout};

    #[test]
    fn every_class_of_failure_is_in_plain_words() {
        let classes = ["sin-confirmar", "redireccion", "espera", "ausente", "ajeno", "servidor", "sin-direccion"];
        let classes = classes.into_iter().chain([Connect, Timeout, Cut].map(SilenceKind::name));
        let mut said: Vec<String> = classes.map(|class| why(class, None).to_string()).collect();
        said.extend([401, 404, 409, 422].map(|status| why("rechazo", Some(status)).to_string()));
        let many = said.len();
        said.sort();
        said.dedup();
        assert_eq!(said.len(), many, "{said:?}");
    }
}
