//! What an account may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Role {
    /// Everything.
    #[serde(rename = "admin")]
    Admin,
    /// Carry its own tickets.
    #[serde(rename = "flota")]
    Driver,
}

impl Role {
    /// The word on the wire and in the databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Driver => "flota",
        }
    }

    /// The key of the text that says it to a person.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Admin => "role-administration",
            Self::Driver => "role-driver",
        }
    }
}

/// A word that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role")]
pub struct UnknownRole;

impl TryFrom<String> for Role {
    type Error = UnknownRole;

    fn try_from(word: String) -> Result<Self, UnknownRole> {
        [Self::Admin, Self::Driver].into_iter().find(|role| role.as_str() == word).ok_or(UnknownRole)
    }
}
