//! What handlers of second factors take and answer, the same on every service.

use std::fmt;

use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::log_in::Code;

/// What an account has of a second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FactorView {
    /// Whether it has one.
    #[serde(rename = "activo")]
    pub active: bool,
    /// Since when there is one; null without one.
    #[serde(rename = "desde")]
    pub since: Option<UnixMillis>,
    /// Recovery codes that were not used.
    #[serde(rename = "codigos_sin_usar")]
    pub codes_left: i64,
    /// Whether the account has to have one.
    #[serde(rename = "obligatorio")]
    pub required: bool,
}

/// A factor that may be set up: nothing is stored of it before a code proves that an app has it.
#[derive(Clone, Serialize, ToSchema)]
pub struct Offer {
    /// The secret in base32, in groups of four.
    #[serde(rename = "secreto")]
    pub secret: String,
    /// The address `otpauth://totp/…` that an app reads from a QR code.
    pub uri: String,
    /// What goes back with the code that confirms it, within an hour.
    #[serde(rename = "propuesta")]
    pub sealed: String,
}

/// The secret is not shown.
impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer").finish_non_exhaustive()
    }
}

/// What sets a factor up.
#[derive(Deserialize, ToSchema)]
pub struct SetUpBody {
    /// The offer that was scanned.
    #[serde(rename = "propuesta")]
    pub(super) sealed: String,
    /// The code that the app shows now.
    #[serde(rename = "codigo")]
    pub(super) code: Code,
    #[serde(rename = "password_actual")]
    #[schema(format = Password)]
    pub(super) password: String,
}

impl fmt::Debug for SetUpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetUpBody").finish_non_exhaustive()
    }
}

/// What proves again who one is, to change a factor that is there.
#[derive(Deserialize, ToSchema)]
pub struct ProofBody {
    /// A code of the app, or a recovery code.
    #[serde(rename = "codigo")]
    pub(super) code: Code,
    #[serde(rename = "password_actual")]
    #[schema(format = Password)]
    pub(super) password: String,
}

impl fmt::Debug for ProofBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofBody").finish_non_exhaustive()
    }
}
