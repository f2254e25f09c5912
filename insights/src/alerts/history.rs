//! What was raised, when, and how it ended.

use belgrano_runtime::fetch;
use belgrano_runtime::http::Page;
use belgrano_runtime::storage::Db;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::Particulars;

/// An alarm, from its beginning to its end.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AlarmView {
    /// Its number.
    pub(crate) id: i64,
    /// What it was about when it began.
    #[serde(rename = "datos")]
    pub(crate) particulars: Particulars,
    /// When it began.
    #[serde(rename = "empezo")]
    pub(crate) started_at: UnixMillis,
    /// When somebody was to be told; null: it began and ended within the quiet time of the one before.
    #[serde(rename = "avisada")]
    pub(crate) told_at: Option<UnixMillis>,
    /// When it ended; null while it goes on.
    #[serde(rename = "termino")]
    pub(crate) ended_at: Option<UnixMillis>,
    /// How it ended: `bien`, or because its rule was switched off (`apagada`) or taken away (`borrada`).
    #[serde(rename = "como")]
    pub(crate) ended_how: Option<String>,
    /// Notices of the rule since it began that could not be sent, or wait to be.
    #[serde(rename = "sin_entregar")]
    pub(crate) undelivered: i64,
}

/// A page of alarms, the youngest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmPage {
    /// The alarms.
    pub(crate) alertas: Vec<AlarmView>,
    /// For the next page; null at the end.
    pub(crate) cursor: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    particulars: String,
    started_at: UnixMillis,
    told_at: Option<UnixMillis>,
    ended_at: Option<UnixMillis>,
    ended_how: Option<String>,
    undelivered: i64,
}

/// The page of alarms before the number `before`.
pub(crate) async fn history(db: &Db, before: Option<i64>, limit: u32) -> sqlx::Result<AlarmPage> {
    const LIST: &str = "SELECT a.id, a.particulars, a.started_at, a.told_at, a.ended_at, a.ended_how, \
         (SELECT COUNT(*) FROM notices n WHERE n.state IN ('pendiente', 'muerto') \
         AND n.order_number = CAST(a.rule_id AS TEXT) AND n.created_at >= a.started_at \
         AND n.created_at <= COALESCE(a.ended_at, n.created_at)) AS undelivered \
         FROM alerts a WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2";
    let mut session = db.read().await?;
    let rows = fetch!(all, session, Row, LIST, before.unwrap_or(i64::MAX), i64::from(limit))?;
    let full = rows.len() == limit as usize;
    let cursor = rows.last().filter(|_| full).map(|last| Page::encode(&last.id));
    let view = |row: Row| {
        Some(AlarmView {
            id: row.id,
            particulars: Particulars::read(&row.particulars)?,
            started_at: row.started_at,
            told_at: row.told_at,
            ended_at: row.ended_at,
            ended_how: row.ended_how,
            undelivered: row.undelivered,
        })
    };
    Ok(AlarmPage { alertas: rows.into_iter().filter_map(view).collect(), cursor })
}
