//! `/api/ml/*` of Global Ecommerce Analytics: what is foretold, and what is learned of customers and articles.
//!
//! In: questions over the same rows and within the same scope as every other address. Out: lessons of `crate::training`, with their
//! age where the data has moved on. What must never happen here: a figure that looks sound and was made of too little; then the list is
//! empty, or a mean, and a note says so.

mod anomalies;
mod churn;
mod clusters;
mod columns;
mod demand;
mod forecast;
mod people;
mod recommendations;
mod together;
mod worth;

pub(crate) use anomalies::{Anomalies, Odd, strange};
pub(super) use churn::chances;
pub(crate) use churn::{AllAtRisk, AtRisk, Risk, leaving};
pub(crate) use clusters::{Clusters, Count as Groups, groups};
pub(crate) use demand::{Asked, Wanted, asked_for};
pub(crate) use forecast::{Foretold, Horizon, Predicted, foretell};
pub(crate) use together::{MostTogether, Set, sets};
pub(crate) use worth::{FutureValue, worth};

use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::{Language, Message};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{rows, text};
use super::filters::Narrowed;
use crate::access::Reader;
use crate::app::App;
use crate::training::{Lesson, Of, Subject};

/// All of them.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(forecast::forecast))
        .routes(routes!(clusters::clusters))
        .routes(routes!(churn::at_risk))
        .routes(routes!(recommendations::recommendations))
        .routes(routes!(demand::demand))
        .routes(routes!(together::together))
        .routes(routes!(worth::future_value))
        .routes(routes!(anomalies::anomalies))
}

/// What is known of a source, whatever the question.
#[derive(Clone, Debug)]
struct Source {
    own: bool,
    /// The last day there can be figures of.
    told_until: Date,
    currency: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    own: bool,
    told_until: String,
    currency: Option<String>,
}

impl Source {
    /// Of the source that a question asks about; `None` where there is none of that name.
    async fn of(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<Option<Self>, Problem> {
        const SQL: &str =
            "SELECT own, CAST(told_until AS VARCHAR) AS told_until, currency FROM gold_sources WHERE source = $1";
        let found: Vec<Row> = rows(app, reader, SQL, vec![text(&narrowed.source)]).await?;
        let Some(Row { own, told_until, currency }) = found.into_iter().next() else { return Ok(None) };
        let told_until = told_until.parse().map_err(|error: jiff::Error| Problem::internal(&error))?;
        Ok(Some(Self { own, told_until, currency }))
    }

    /// The last day that is over.
    fn last_day(&self, narrowed: &Narrowed) -> Date {
        let over = if self.own { self.told_until.yesterday().unwrap_or(self.told_until) } else { self.told_until };
        narrowed.to.map_or(over, |to| to.min(over))
    }
}

/// A question as the name of what is learned for it: the same words over the same rows are the same lesson.
fn subject(reader: &Reader, model: &'static str, words: &str, narrowed: &Narrowed) -> Subject {
    let (condition, values) = narrowed.sales(None);
    let question = format!("{words} {condition} {values:?} {}", narrowed.amount());
    Subject { scope: reader.scope(), model, source: narrowed.source.clone(), question }
}

/// Of which data a lesson is that is learned now.
async fn of(app: &App, narrowed: &Narrowed, source: Option<&Source>) -> Result<Of, Problem> {
    let standing = app.answers.standing(&narrowed.source).await?;
    Ok((standing, source.map(|source| source.told_until)))
}

/// Says of the answer how old a lesson is that is not of the present state.
fn note_age<T>(lesson: &Lesson<T>) {
    if let Some(age) = lesson.age {
        super::age::note(age);
    }
}

/// Why there is nothing, or little, to say; in the reader's language.
fn too_little(language: Language, least: usize) -> String {
    let least = i64::try_from(least).unwrap_or(i64::MAX);
    Message::new("insights-too-little").with("least", least).to(language)
}
