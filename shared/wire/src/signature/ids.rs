//! What a request was signed for, as its id says.

use sha2::{Digest as _, Sha256};

use crate::OrderNumber;
use crate::hex::hex;

/// What the id of a signed request for a socket token starts with.
///
/// A signature covers the id, the time and the body, but not the address. So that a captured message cannot be sent to
/// another one, the id says what it was signed for.
pub const SOCKET_TOKEN_ID_PREFIX: &str = "ws_";
/// What the id of a signed question for tickets starts with.
pub const LOOKUP_ID_PREFIX: &str = "lookup_";
/// What the id of a link starts with that takes a person to insights.
pub const PASSAGE_ID_PREFIX: &str = "insights_";
/// What the id of a signed cancellation starts with.
const CANCEL_ID_PREFIX: &str = "cancel_";
/// What the id of a signed request to forget a customer starts with.
const FORGET_ID_PREFIX: &str = "forget_";

/// The id of the message `id` that calls off the order `number`, and no other order.
#[must_use]
pub fn cancel_id(id: i64, number: &OrderNumber) -> String {
    format!("{CANCEL_ID_PREFIX}{id}_{}", digest(number))
}

/// Whether `id` is that of a message that calls `number` off.
#[must_use]
pub fn is_cancel_id(id: &str, number: &OrderNumber) -> bool {
    names(id, CANCEL_ID_PREFIX, number)
}

/// The id of the message `id` that has the customer of the order `number` forgotten, and of no other order.
#[must_use]
pub fn forget_id(id: i64, number: &OrderNumber) -> String {
    format!("{FORGET_ID_PREFIX}{id}_{}", digest(number))
}

/// Whether `id` is that of a message that has the customer of `number` forgotten.
#[must_use]
pub fn is_forget_id(id: &str, number: &OrderNumber) -> bool {
    names(id, FORGET_ID_PREFIX, number)
}

fn names(id: &str, prefix: &str, number: &OrderNumber) -> bool {
    let named = id.strip_prefix(prefix).and_then(|rest| rest.split_once('_'));
    named.is_some_and(|(_, named)| named == digest(number))
}

/// Whether `id` is that of a request with a purpose of its own, which signs for nothing else.
#[must_use]
pub fn signs_something_else(id: &str) -> bool {
    let others = [SOCKET_TOKEN_ID_PREFIX, LOOKUP_ID_PREFIX, CANCEL_ID_PREFIX, FORGET_ID_PREFIX, PASSAGE_ID_PREFIX];
    others.iter().any(|prefix| id.starts_with(prefix))
}

/// A number has any characters, an id only some: half a hash stands for it.
fn digest(number: &OrderNumber) -> String {
    hex(&Sha256::digest(number.as_str())[..16])
}
