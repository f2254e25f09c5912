//! An account as stored and as shown.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::fetch;
use belgrano_runtime::problem::FieldError;
use belgrano_runtime::storage::{Db, Session};
use belgrano_wire::free_text;
use belgrano_wire::timestamp::UnixMillis;
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
    /// A driver's telephone.
    pub phone: String,
    /// Whether its password was examined: one that comes from elsewhere may be one that others know.
    pub password_examined: bool,
}

/// The account that logs in with `email`.
pub async fn for_log_in(db: &Db, email: &Email) -> sqlx::Result<Option<LogInAccount>> {
    const FIND: &str = "SELECT u.id, u.name, u.password_hash, u.role, u.active, COALESCE(d.phone, '') AS phone, \
         u.password_examined FROM users u LEFT JOIN drivers d ON d.user_id = u.id WHERE u.email = $1";
    let mut session = db.read().await?;
    fetch!(optional, session, LogInAccount, FIND, email.as_str())
}

/// One account, if there is one.
pub async fn find(session: &mut Session, id: i64) -> sqlx::Result<Option<Account>> {
    const FIND: &str = "SELECT id, name, email, role, active, created_at FROM users WHERE id = $1";
    fetch!(optional, *session, Account, FIND, id)
}

/// The account with this address, if there is one.
pub async fn find_by_email(session: &mut Session, email: &Email) -> sqlx::Result<Option<Account>> {
    const FIND: &str = "SELECT id, name, email, role, active, created_at FROM users WHERE email = $1";
    fetch!(optional, *session, Account, FIND, email.as_str())
}

/// What is wrong with a text of 1 to `max` characters.
pub(crate) fn check_text(field: &'static str, text: &str, max: usize) -> Option<FieldError> {
    free_text::required(text, max).err().map(|wrong| FieldError::new(field, wrong))
}
