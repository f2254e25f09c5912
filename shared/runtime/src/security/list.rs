//! The security log as administrators read it.

use std::collections::HashMap;

use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::Kind;
use crate::http::Page;
use crate::storage::Db;
use crate::{fetch, fetch_in};

/// Which entries to list.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogFilter {
    /// Only entries of this kind.
    pub tipo: Option<Kind>,
    /// Only entries of this account: what it did and what was done to it.
    pub cuenta: Option<i64>,
}

/// A page of entries, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogPage {
    /// Entries, newest first.
    pub entradas: Vec<LogView>,
    /// Where the next page begins.
    pub cursor: Option<String>,
}

/// An entry of the security log.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct LogView {
    /// Number of the entry; grows with each.
    pub id: i64,
    /// When it happened.
    #[serde(rename = "fecha")]
    pub at: UnixMillis,
    /// What happened. There may be words here that this version does not know.
    #[serde(rename = "tipo")]
    pub kind: String,
    /// What varies in it.
    #[serde(rename = "datos")]
    #[sqlx(try_from = "String")]
    pub particulars: Particulars,
    /// Who did it; null: nobody with an account, or the program itself.
    #[serde(rename = "cuenta_id")]
    pub account_id: Option<i64>,
    /// To which account; null: to none.
    #[serde(rename = "sobre_cuenta_id")]
    pub on_account_id: Option<i64>,
    /// The client's address as a keyed hash: the same address has the same.
    #[serde(rename = "direccion")]
    pub address: Option<String>,
    /// The request, as `x-request-id` of its answer.
    #[serde(rename = "solicitud")]
    pub request_id: Option<String>,
    /// How many times it happened, where several are told of as one.
    #[serde(rename = "veces")]
    pub times: i64,
}

/// What varies in an entry, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct Particulars(pub Map<String, Value>);

impl TryFrom<String> for Particulars {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&text).map(Self)
    }
}

macro_rules! select_log {
    ($($which:literal),+) => {
        concat!(
            "SELECT id, at, kind, particulars, account_id, on_account_id, address, request_id, times FROM security_log WHERE ",
            $($which,)+
            " ORDER BY id DESC LIMIT $2"
        )
    };
}

/// Each half enters the table by an index of its own; an `OR` of both may be planned as a look at every entry.
macro_rules! select_of_account {
    ($kind:literal) => {
        concat!(
            "SELECT * FROM (",
            select_log!("account_id = $3 AND id < $1", $kind),
            ") AS did UNION SELECT * FROM (",
            select_log!("on_account_id = $3 AND id < $1", $kind),
            ") AS bore ORDER BY id DESC LIMIT $2"
        )
    };
}

/// The entries before the id `$1`, at most `$2`; the account is `$3`, and the kind the one after that.
#[must_use]
pub fn list_statement(filter: &LogFilter) -> &'static str {
    match (filter.tipo, filter.cuenta) {
        (None, None) => select_log!("id < $1"),
        (Some(_), None) => select_log!("kind = $3 AND id < $1"),
        (None, Some(_)) => select_of_account!(""),
        (Some(_), Some(_)) => select_of_account!(" AND kind = $4"),
    }
}

impl LogPage {
    /// The page after the entry `after`.
    pub async fn read(db: &Db, filter: &LogFilter, after: Option<i64>, limit: u32) -> sqlx::Result<Self> {
        let (before, count, sql) = (after.unwrap_or(i64::MAX), i64::from(limit), list_statement(filter));
        let mut session = db.read().await?;
        let entradas = match (filter.tipo, filter.cuenta) {
            (None, None) => fetch!(all, session, LogView, sql, before, count)?,
            (Some(kind), None) => fetch!(all, session, LogView, sql, before, count, kind.as_str())?,
            (None, Some(account)) => fetch!(all, session, LogView, sql, before, count, account)?,
            (Some(kind), Some(account)) => fetch!(all, session, LogView, sql, before, count, account, kind.as_str())?,
        };
        let full = entradas.len() == limit as usize;
        let cursor = entradas.last().filter(|_| full).map(|last| Page::encode(&last.id));
        Ok(Self { entradas, cursor })
    }

    /// The names of the accounts in it, by id; `head` selects `id` and name of the accounts whose ids follow its `IN`.
    pub async fn names(&self, db: &Db, head: &'static str) -> sqlx::Result<HashMap<i64, String>> {
        let accounts = self.entradas.iter().flat_map(|entry| [entry.account_id, entry.on_account_id]);
        let mut ids: Vec<i64> = accounts.flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        let mut session = db.read().await?;
        Ok(fetch_in!(session, (i64, String), head, &ids, "").into_iter().collect())
    }
}
