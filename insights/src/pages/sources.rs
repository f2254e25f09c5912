//! `/fuentes`: what the figures are made of, how far each source is, and the rows that were refused.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use belgrano_wire::texts::{Language, Text};
use serde::Deserialize;

use super::Frame;
use super::as_of::AsOf;
use super::csv::{download, file};
use super::numbers::{self, count};
use crate::access::Reader;
use crate::api::{self, FeedView, RefusedView, SourceView, StreamView};
use crate::app::App;

/// A feed that was silent for longer is behind.
const BEHIND_S: i64 = 60;

/// A list of the page.
enum Part<T> {
    /// Not for whoever is looking.
    Kept,
    /// It could not be read.
    Failed,
    /// It was read: this is on it.
    There(Vec<T>),
}

impl<T> Part<T> {
    /// Where the data cannot be read, the rest of the page says at least how the feeds are doing.
    fn of(found: Result<Vec<T>, Problem>) -> Result<Self, Problem> {
        match found {
            Ok(found) => Ok(Self::There(found)),
            Err(problem) if problem.status().is_client_error() => Err(problem),
            Err(problem) => {
                tracing::error!(why = problem.to(Language::English), "a part of the page of sources could not be read");
                Ok(Self::Failed)
            }
        }
    }
}

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage<'a> {
    layout: &'a Layout,
    feeds: Vec<FeedView>,
    stream: Option<Vec<StreamView>>,
    sources: Part<SourceView>,
    refused: Part<RefusedView>,
    as_of: AsOf,
}

/// Everything that is followed or was imported.
pub(super) async fn show(State(app): State<App>, reader: Reader, frame: Frame) -> Result<Response, Problem> {
    let api::StateView { fuentes: feeds, transmision: stream, .. } = Box::pin(api::state_for(&app, &reader)).await?;
    let (whole, mut as_of) = (reader.sees_all(), AsOf::of(&app));
    let parts = async {
        let sources = Box::pin(api::sources_for(&app, &reader)).await.map(|list| list.fuentes);
        let refused = if whole {
            Part::of(Box::pin(api::refused_for(&app, &reader)).await.map(|list| list.rechazadas))?
        } else {
            Part::Kept
        };
        Ok::<_, Problem>((Part::of(sources)?, refused))
    };
    let most = app.settings.common.http.handler_timeout * 4 / 5;
    let (parts, age) = api::aged(tokio::time::timeout(most, parts)).await;
    let (sources, refused) = parts.unwrap_or(Ok((Part::Failed, Part::Failed)))?;
    as_of.aged(age);
    let failed = matches!(sources, Part::Failed) || matches!(refused, Part::Failed);
    let status = if failed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let layout = frame.layout;
    layout.show_as(status, &SourcesPage { layout: &layout, feeds, stream, sources, refused, as_of })
}

/// The source whose refused rows are asked for.
#[derive(Deserialize)]
pub(super) struct Of {
    #[serde(default)]
    fuente: String,
}

/// Refused rows of a source, as a file.
pub(super) async fn refused_csv(
    State(app): State<App>,
    reader: Reader,
    language: Language,
    Query(Of { fuente }): Query<Of>,
) -> Result<Response, Problem> {
    let found = api::refused_rows(&app, &reader, &fuente).await?;
    if found.is_empty() {
        api::is_source(&app, &reader, &fuente).await?;
    }
    let head = ["insights-file", "insights-line", "insights-reason", "insights-content"];
    let head = head.map(|key| language.t(key).to_string()).to_vec();
    let row = |row: api::RefusedRow| vec![row.tipo, row.clave, why(language, &row.motivo), row.contenido];
    Ok((download("rechazadas.csv"), file(language, [head].into_iter().chain(found.into_iter().map(row))))
        .into_response())
}

/// What was wrong with a row, in words: an import says which column.
fn why(language: Language, reason: &str) -> String {
    match reason {
        "columns" => language.t("insights-refused-columns").to_string(),
        column if !column.contains(' ') => language.t("insights-refused-column").with("column", column).to_string(),
        other => other.to_owned(),
    }
}

impl SourcesPage<'_> {
    fn why(&self, reason: &str) -> String {
        why(self.layout.language, reason)
    }

    fn feed(&self, name: &str) -> String {
        feed_name(self.layout, name)
    }

    /// A day as the reader's language writes it.
    fn day(&self, day: Option<&str>) -> String {
        let read = day.and_then(|day| day.parse().ok());
        read.map_or_else(|| "–".to_owned(), |day| numbers::day(self.layout.language, day))
    }

    fn count(&self, value: impl Borrow<i64>) -> String {
        count(self.layout.language, *value.borrow())
    }

    fn rows(&self, value: impl Borrow<u64>) -> String {
        count(self.layout.language, i64::try_from(*value.borrow()).unwrap_or(i64::MAX))
    }

    /// How a feed is doing, as a class and in a word.
    fn health(&self, feed: &FeedView) -> (&'static str, Text) {
        let (class, key) = match (feed.problema.is_some(), feed.retraso_s) {
            (true, _) => ("bad", "insights-feed-away"),
            (false, None) => ("info", "insights-feed-reading"),
            (false, Some(lag)) if lag > BEHIND_S => ("warn", "insights-feed-behind"),
            (false, Some(_)) => ("good", "insights-feed-current"),
        };
        (class, self.layout.t(key))
    }

    /// How the broker is doing with a feed, as a class and in a word.
    fn stream_health(&self, view: &StreamView) -> (&'static str, Text) {
        let (class, key) = match (view.problema.is_some(), view.retraso_s) {
            (true, _) => ("bad", "insights-stream-stuck"),
            (false, None) => ("info", "insights-stream-copying"),
            (false, Some(lag)) if lag > BEHIND_S => ("warn", "insights-feed-behind"),
            (false, Some(_)) => ("good", "insights-feed-current"),
        };
        (class, self.layout.t(key))
    }

    /// The address of the refused rows of a source.
    fn file_of(source: &str) -> String {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("fuente", source).finish();
        format!("/fuentes/rechazadas.csv?{query}")
    }
}

/// A service that is followed, as people call it.
pub(super) fn feed_name(layout: &Layout, name: &str) -> String {
    match name {
        "shop" => layout.t("insights-feed-shop").to_string(),
        "board" => layout.t("insights-feed-board").to_string(),
        other => other.to_owned(),
    }
}
