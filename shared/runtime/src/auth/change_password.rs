//! Changing one's own password, knowing the present one: what is the same on every service. Each replaces the hash in a table of its
//! own, in a transaction that finds the hash as it was verified here.

use belgrano_wire::texts::Message;
use serde::Deserialize;
use utoipa::ToSchema;

use super::email::Email;
use super::gate::{Chosen, Gate, Principal};
use super::password::NewPassword;
use crate::http::ClientIp;
use crate::problem::Problem;

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
pub struct ChangePasswordBody {
    #[serde(rename = "password_actual")]
    #[schema(format = Password)]
    current: String,
    #[serde(rename = "password_nueva")]
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    new: NewPassword,
}

/// Neither password is shown.
impl std::fmt::Debug for ChangePasswordBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangePasswordBody").finish_non_exhaustive()
    }
}

/// An account as it is stored.
#[derive(sqlx::FromRow)]
pub struct Known {
    /// The address that it logs in with.
    pub email: String,
    /// The hash of its password.
    pub password_hash: String,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

/// A password that somebody may put in the place of theirs.
#[derive(Clone)]
pub struct Changing {
    /// The hash that the present password fitted.
    pub verified: String,
    /// The hash of the new one.
    pub hash: String,
}

impl std::fmt::Debug for Changing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changing").finish_non_exhaustive()
    }
}

/// Why a password is not changed.
#[derive(Debug)]
pub enum ChangeRefusal {
    /// Whoever asks has not shown that the account is theirs, for a reason (a code) that the security log tells.
    Wrong(&'static str, Problem),
    /// Something else is in the way: the new password, a closed account, a machine that is busy.
    Other(Problem),
}

impl From<Problem> for ChangeRefusal {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<ChangeRefusal> for Problem {
    fn from(refusal: ChangeRefusal) -> Self {
        match refusal {
            ChangeRefusal::Wrong(_, problem) | ChangeRefusal::Other(problem) => problem,
        }
    }
}

/// The password given as the present one is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongPassword;

impl From<WrongPassword> for Problem {
    fn from(WrongPassword: WrongPassword) -> Self {
        Self::invalid_field("password_actual", Message::new("error-old-password"))
    }
}

impl<P: Principal> Gate<P> {
    /// Whether the present password is what the account has, and the new one will do. Counts as a try: a stolen session must not be a
    /// way to guess the password.
    pub async fn change_password(
        &self,
        ip: ClientIp,
        known: Option<Known>,
        admin: bool,
        body: &ChangePasswordBody,
    ) -> Result<Changing, ChangeRefusal> {
        let email = known.as_ref().map(|known| known.email.clone()).unwrap_or_default();
        let verified = self.prove(ip, known, &body.current).await?;
        let chosen = Chosen { field: "password_nueva", email: &email, admin };
        Ok(Changing { verified, hash: self.hash(&body.new, chosen).await? })
    }

    /// The hash of the account, if this is its password; asked of somebody who is logged in before what cannot be taken back. Counts as
    /// a try, as a log-in does.
    pub async fn prove(&self, ip: ClientIp, known: Option<Known>, password: &str) -> Result<String, ChangeRefusal> {
        let known = known.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-account-closed")))?;
        if let Some(email) = Email::parse(&known.email) {
            self.take_try(ip, &email).map_err(|too_many| ChangeRefusal::Wrong("limite", too_many))?;
        }
        let verified = self.verify(password, Some(known.password_hash)).await.map_err(Problem::from)?;
        let wrong = || ChangeRefusal::Wrong("clave", WrongPassword.into());
        Ok(verified.ok_or_else(wrong)?.stored)
    }
}
