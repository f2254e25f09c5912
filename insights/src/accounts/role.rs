//! What an account may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Role {
    /// Sees everything, and decides who else may see what.
    #[serde(rename = "admin")]
    Admin,
    /// Read everything; accounts and alerts are the administrators'.
    #[serde(rename = "analista")]
    Analyst,
    /// Read what is of its own business, without names of customers.
    #[serde(rename = "comerciante")]
    Merchant,
}

impl Role {
    /// Every role, in the order in which forms offer them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Analyst, Self::Merchant];

    /// The word on the wire and in the databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analista",
            Self::Merchant => "comerciante",
        }
    }

    /// The key of the text that says it to a person.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Admin => "insights-role-admin",
            Self::Analyst => "insights-role-analyst",
            Self::Merchant => "insights-role-merchant",
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
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(UnknownRole)
    }
}
