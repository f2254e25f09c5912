//! An account as stored and as shown.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::fetch;
use belgrano_runtime::storage::{Db, Session};
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::Role;

/// An account, without its password.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Account {
    /// Its id.
    pub id: i64,
    /// What it is called.
    #[serde(rename = "nombre")]
    pub name: String,
    /// Its e-mail address, in lower case.
    pub email: String,
    /// What it may do.
    #[serde(rename = "rol")]
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// The number, in the shop, of the business whose rows a merchant sees; null: none yet, or no merchant.
    #[serde(rename = "negocio_id")]
    pub business_id: Option<i64>,
    /// Whether it may come in.
    #[serde(rename = "activo")]
    pub active: bool,
    /// Who vouches for the person: `insights` (a password here), `shop` or `tickets` (a link from there).
    #[serde(rename = "origen")]
    pub origin: String,
    /// What the shop calls the business of a merchant who came from there: the merchant's own words, which decide nothing.
    #[serde(rename = "dice_ser")]
    pub called: Option<String>,
    /// Since when there is one.
    #[serde(rename = "fecha_creacion")]
    pub created_at: UnixMillis,
}

/// What a log-in has to know of an account.
#[derive(sqlx::FromRow)]
pub(crate) struct LogInAccount {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) password_hash: String,
    #[sqlx(try_from = "String")]
    pub(crate) role: Role,
    pub(crate) business_id: Option<i64>,
    pub(crate) active: bool,
}

/// The account that logs in with `email` and a password.
pub(crate) async fn for_log_in(db: &Db, email: &Email) -> sqlx::Result<Option<LogInAccount>> {
    const FIND: &str = "SELECT id, name, password_hash, role, business_id, active FROM accounts \
         WHERE origin = 'insights' AND email = $1";
    fetch!(optional, db.read().await?, LogInAccount, FIND, email.as_str())
}

/// One account, if there is one.
pub(crate) async fn find(session: &mut Session, id: i64) -> sqlx::Result<Option<Account>> {
    const FIND: &str = "SELECT id, name, email, role, business_id, active, origin, called, created_at FROM accounts \
         WHERE id = $1";
    fetch!(optional, *session, Account, FIND, id)
}

/// The account with this address and a password, if there is one.
pub(crate) async fn find_by_email(session: &mut Session, email: &str) -> sqlx::Result<Option<Account>> {
    const FIND: &str = "SELECT id, name, email, role, business_id, active, origin, called, created_at FROM accounts \
         WHERE origin = 'insights' AND email = $1";
    fetch!(optional, *session, Account, FIND, email)
}

/// Some of them, from the oldest on.
pub(crate) async fn page(db: &Db, after: i64, limit: u32) -> sqlx::Result<Vec<Account>> {
    const LIST: &str = "SELECT id, name, email, role, business_id, active, origin, called, created_at FROM accounts \
         WHERE id > $1 ORDER BY id LIMIT $2";
    fetch!(all, db.read().await?, Account, LIST, after, i64::from(limit))
}
