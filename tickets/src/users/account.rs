//! An account as stored and as shown.

use belgrano_shared::fetch;
use belgrano_shared::problem::FieldError;
use belgrano_shared::storage::{Db, Session};
use belgrano_shared::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::Role;

/// An account, without its password.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Account {
    /// Its id; a driver's is the same in the fleet.
    pub id: i64,
    /// What it is called.
    #[serde(rename = "nombre")]
    pub name: String,
    /// What it logs in with, in lower case.
    pub email: String,
    /// What it may do.
    #[serde(rename = "rol")]
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether it may log in.
    #[serde(rename = "activo")]
    pub active: bool,
    /// Since when there is one.
    #[serde(rename = "fecha_creacion")]
    pub created_at: UnixMillis,
}

/// What a log-in has to know of an account.
#[derive(sqlx::FromRow)]
pub struct LogInAccount {
    /// Which account.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// What it may do.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether it may log in.
    pub active: bool,
}

/// The account that logs in with `email`.
pub async fn for_log_in(db: &Db, email: &str) -> sqlx::Result<Option<LogInAccount>> {
    const FIND: &str = "SELECT id, name, password_hash, role, active FROM users WHERE email = $1";
    let mut session = db.read().await?;
    fetch!(optional, session, LogInAccount, FIND, email)
}

/// One account, if there is one.
pub async fn find(session: &mut Session, id: i64) -> sqlx::Result<Option<Account>> {
    const FIND: &str = "SELECT id, name, email, role, active, created_at FROM users WHERE id = $1";
    fetch!(optional, *session, Account, FIND, id)
}

/// An address as it is stored and compared: without blanks around it, in lower case.
#[must_use]
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The longest address there is.
const EMAIL_BYTES: usize = 254;

/// Whether an account can have this address.
#[must_use]
pub fn may_be_email(email: &str) -> bool {
    !email.is_empty() && email.len() <= EMAIL_BYTES && !email.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// What is wrong with `email` as an address. Only what would never work: whether it is real a mail would tell.
pub(super) fn check_email(email: &str) -> Option<FieldError> {
    let plausible = email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    (!plausible || !may_be_email(email)).then(|| FieldError::new("email", "no es una dirección de correo"))
}

/// What is wrong with a text of 1 to `max` characters.
pub(crate) fn check_text(field: &'static str, text: &str, max: usize) -> Option<FieldError> {
    let length = text.trim().chars().count();
    (!(1..=max).contains(&length))
        .then(|| FieldError::new(field, format!("tiene que tener entre 1 y {max} caracteres")))
}
