//! A second factor beside the password: codes that an app makes from the time (TOTP, RFC 6238), and ten recovery codes to keep.
//!
//! The services have tables of the same names: `second_factors`, `second_factor_codes` and `second_steps`. What is done with them
//! has one body here, over a [`FactorUnit`]; [`FactorDesk`] is what handlers ask. Each change and each wrong code is told to the
//! [security log](crate::security). Why it is so: `docs/decisions/0031-second-factor.md`.
//! What must never happen here: a code that is accepted twice, a session of an account with a factor that nobody has shown, or a
//! secret in a log, or in the clear in a database.

mod bodies;
mod change;
mod desk;
mod log_in;
mod recovery;
mod rule;
mod seal;
mod store;
mod totp;

pub use bodies::{FactorView, Offer, ProofBody, SetUpBody};
pub use change::{FactorRefusal, FactorUnit, RemoveFactor};
pub use desk::FactorDesk;
pub use log_in::{Code, NotYet, Second, finish, pass, prune};
pub use recovery::RecoveryCodes;
pub use rule::{Naming, SET_UP_API, SecondFactorRule, SecondFactors};
pub use seal::{FactorKeys, ResealError, SealError, reseal};
pub use store::forget;
pub use totp::FactorSecret;
