//! One answer of the feed: a stretch of the log and what its things look like, of one moment.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Utc;
use super::contents::Contents;
use crate::storage::Session;
use crate::{fetch, fetch_scalar};

/// What a service's things look like.
pub trait Source: Send + Sync + 'static {
    /// The things of the kind `entity` that have these keys; `None` for a kind that this version does not know.
    fn contents(
        session: &mut Session,
        entity: &str,
        keys: &[&str],
    ) -> impl Future<Output = sqlx::Result<Option<Contents>>> + Send;
}

/// A part of the changes, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePage {
    /// The life of this database. With another one, whoever copies begins anew from 0.
    #[serde(rename = "epoca")]
    pub epoch: String,
    /// Each thing once, by its last change.
    #[serde(rename = "cambios")]
    pub changes: Vec<Change>,
    /// What goes into `despues` the next time.
    #[serde(rename = "hasta")]
    pub until: i64,
}

/// The last change of a thing, and what the thing is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// Its place in the one order of all changes.
    pub seq: i64,
    /// What kind of thing it is.
    #[serde(rename = "entidad")]
    pub entity: String,
    /// Which thing it is, unique within `entidad`.
    #[serde(rename = "clave")]
    pub key: String,
    /// When it changed, in UTC.
    #[serde(rename = "en")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Utc,
    /// What it is now; null: it is gone.
    #[serde(rename = "dato")]
    #[schema(value_type = Option<Object>)]
    pub content: Option<Box<RawValue>>,
}

/// Why a page cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A later version writes here as well, and this one would leave something out.
    #[error("the feed tells of a {0:?}, which this version does not know")]
    Unknown(String),
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    entity: String,
    key: String,
    at: Utc,
}

const EPOCH: &str = "SELECT epoch FROM counters WHERE id = 1";
pub(super) const PAGE: &str = "SELECT seq, entity, key, at FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2";
const NEXT: &str = "SELECT seq FROM changes WHERE seq > $1 ORDER BY seq LIMIT 1";
const UNNUMBERED: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM changes WHERE seq IS NULL LIMIT 1) AS stray";

/// Whether anything has changed after `after`.
pub(super) async fn is_any(session: &mut Session, after: i64) -> sqlx::Result<bool> {
    Ok(fetch_scalar!(optional, *session, i64, NEXT, after)?.is_some())
}

/// Whether anything has changed that has no number yet.
pub(super) async fn is_any_unnumbered(session: &mut Session) -> sqlx::Result<bool> {
    Ok(fetch_scalar!(one, *session, i64, UNNUMBERED)? > 0)
}

/// The changes after `after`, `limit` at most. `session` sees one moment.
pub(super) async fn read<S: Source>(session: &mut Session, after: i64, limit: i64) -> Result<ChangePage, PageError> {
    let epoch = fetch_scalar!(one, *session, String, EPOCH)?;
    let rows = fetch!(all, *session, Row, PAGE, after, limit)?;
    let until = rows.last().map_or(after, |last| last.seq);
    let mut keys: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in &rows {
        keys.entry(&row.entity).or_default().push(&row.key);
    }
    let mut contents: HashMap<String, Contents> = HashMap::new();
    for (entity, keys) in keys {
        let found = S::contents(session, entity, &keys).await?;
        contents.insert(entity.to_owned(), found.ok_or_else(|| PageError::Unknown(entity.to_owned()))?);
    }
    let mut changes = Vec::with_capacity(rows.len());
    for Row { seq, entity, key, at } in rows {
        let told = contents.get_mut(&entity).and_then(|contents| contents.take(key));
        let Some((key, content)) = told else { continue };
        changes.push(Change { seq, entity, key, at, content });
    }
    Ok(ChangePage { epoch, changes, until })
}
