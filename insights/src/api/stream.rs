//! How far the broker is that changes are published to.

use belgrano_runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Reader;
use crate::app::App;
use crate::stream::{Progress, progress};

/// How far the broker is with a feed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StreamView {
    /// The feed: `shop` or `board`.
    pub(crate) nombre: String,
    /// The last change that the broker has acknowledged, and everything before it.
    pub(crate) hasta_seq: i64,
    /// Changes between that one and what was read of the feed for the lake, at most; null while they are not of one life of the feed.
    pub(crate) pendientes: Option<i64>,
    /// Seconds since the broker had everything that there was; null before that.
    pub(crate) retraso_s: Option<i64>,
    /// Why it does not go on.
    pub(crate) problema: Option<String>,
}

/// Of each feed; `None` without a broker, and for who sees one business alone.
pub(crate) async fn stream(app: &App, reader: &Reader) -> Result<Option<Vec<StreamView>>, Problem> {
    if reader.business.is_some() {
        return Ok(None);
    }
    let found = progress(app).await.map_err(|error| Problem::internal(&error))?;
    let (feeds, now) = (app.feeds.all(), app.ambient.now());
    let view = |Progress { feed, epoch, seq, current_at, trouble }: Progress| {
        let read = feeds.get(feed.as_str()).filter(|read| epoch.as_ref() == Some(&read.epoch));
        StreamView {
            pendientes: read.map(|read| (read.seq - seq).max(0)),
            nombre: feed,
            hasta_seq: seq,
            retraso_s: current_at.map(|at| now.since_ms(at).max(0) / 1000),
            problema: trouble,
        }
    };
    Ok(found.map(|found| found.into_iter().map(view).collect()))
}
