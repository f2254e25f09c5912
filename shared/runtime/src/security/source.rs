//! Who did something, and from where, as far as an entry may say.

use std::fmt;

use uuid::Uuid;

use belgrano_wire::hex::hex;

/// A client's address as it is kept: the beginning of a keyed hash. Two entries of one address have the same, and nobody without
/// the key finds the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressHash(pub(super) [u8; 8]);

impl fmt::Display for AddressHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Who did something and from where. The default is the program itself, or its operator at a command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The account that did it, if it was somebody with one.
    pub account: Option<i64>,
    /// Where the request came from; `None` for what did not come over a socket.
    pub address: Option<AddressHash>,
    /// The request, as its answer calls it in `x-request-id`.
    pub request: Option<Uuid>,
}

impl Source {
    /// The same request, by this account.
    #[must_use]
    pub fn by(self, account: i64) -> Self {
        Self { account: Some(account), ..self }
    }
}
