//! Web Push: a message to a browser that may be closed, through the push service its maker runs (RFC 8030).
//!
//! In: a text and a subscription. Out: an encrypted request and what its answer means. What must never happen here: a
//! request to an address inside, or a text that the push service can read.

mod encryption;
pub mod endpoint;
mod service;
mod vapid;

#[cfg(any(test, feature = "testing"))]
pub use encryption::TestBrowser;
pub use encryption::{BrowserKeys, MAX_TEXT_BYTES, encrypt};
pub(super) use endpoint::PublicNames;
pub use endpoint::{Endpoint, Reach};
pub use service::{PushClient, PushMessage, PushOutcome, Urgency};
pub(super) use service::{failed, guarded};
#[cfg(any(test, feature = "testing"))]
pub use vapid::verified_claims;
pub use vapid::{InvalidKey, Vapid};
