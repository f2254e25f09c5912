//! What a page looks at: source, period and filters of its address, and how old the figures are.
//!
//! A page of figures is made in four steps, and `summary.rs` is the shortest example:
//! 1. its handler takes `State`, `Reader`, [`Frame`](super::Frame) and [`Asked`] and makes a [`Look`] of them: which source, which
//!    [`Days`], which [`Filters`] (those of the API, over the days of the period);
//! 2. the page's own `find` asks the API's functions for the figures, with [`Look::filters`], as long as [`Look::is_well`];
//!    [`Look::within`] runs it, and [`Look::take`] takes what came of it: a refusal goes on to the caller, anything else is logged,
//!    and the page says that it failed, or that it takes its time;
//! 3. its template extends `base.html`, has `{% include "look_head.html" %}` in the block `head` and `{% include "look.html" %}` below
//!    the heading (periods, filters, chips, saved views), then `<div class="figures" data-fresh="{{ look.version }}">` around all that
//!    changes: first `{% include "look_state.html" %}`, then `{% if let Some(found) = found %}` with what was found. Every child of it
//!    has a `data-key` of its own: `fresh.js` swaps them one by one when the data changed;
//! 4. figures are drawn by [`Figure`](super::figure::Figure): a table that a chart is drawn from.
//!
//! A new page is a route in `mod.rs`, a line in the list of `frame.rs`, and its texts.

mod asked;
mod fields;
mod period;
mod taken;

use std::time::Duration;

use axum::http::StatusCode;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::pages::Layout;
use belgrano_wire::texts::{Language, Text};
use jiff::civil::Date;
use tokio::time::Instant;

pub(crate) use asked::{Asked, carried};
pub(crate) use fields::{Chip, Field, said};
pub(crate) use period::Period;
pub(super) use taken::{Own, Takes, check};

use super::as_of::AsOf;
use super::numbers;
use crate::access::Reader;
use crate::api::{self, Days, Filters, OfSource, SourceView};
use crate::app::App;
use crate::ingest::OWN;
use crate::saved::{self, SavedView};

/// What a page looks at.
#[derive(Debug)]
pub(crate) struct Look {
    language: Language,
    here: String,
    asked: Asked,
    period: Period,
    /// Whether days are chosen at all.
    pub(crate) dated: bool,
    /// What there is to choose from, our own marketplace first.
    pub(crate) sources: Vec<SourceView>,
    /// Which of them is looked at.
    pub(crate) source: String,
    /// Of its amounts.
    pub(crate) currency: String,
    /// First and last day that are looked at; `None` for all, and of a source that has none.
    pub(crate) days: Option<Days>,
    /// The last day that there can be figures of; `None` of a source without any.
    pub(crate) today: Option<Date>,
    /// What to ask the API for.
    pub(crate) filters: Filters,
    /// The form.
    pub(crate) fields: Vec<Field>,
    /// What the figures are narrowed to.
    pub(crate) chips: Vec<Chip>,
    pub(crate) as_of: AsOf,
    /// Views that the account saved; `None` for who has no account.
    pub(crate) saved: Option<Vec<SavedView>>,
    /// Which state of the data it is of; `fresh.js` waits for another.
    pub(crate) version: u64,
    /// What cannot be asked, by the name of its field.
    refused: Vec<(String, String)>,
    /// Until when figures are waited for: a little less than a request may take, so that the page can still be shown without them.
    until: Instant,
    /// Whether figures could not be worked out, or not yet.
    pub(crate) lacking: Option<Lacking>,
}

/// Why there are no figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lacking {
    /// The engine or the lake failed; the log says how.
    Failed,
    /// They are still being worked out.
    Working,
}

impl Lacking {
    /// The key of what is said of it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Failed => "insights-failed",
            Self::Working => "insights-working",
        }
    }
}

impl Look {
    /// What `asked` asks for, over `usual` unless it says otherwise.
    pub(crate) async fn of(
        app: &App,
        layout: &Layout,
        reader: &Reader,
        mut asked: Asked,
        usual: Period,
    ) -> Result<Self, Problem> {
        let until = Instant::now() + app.settings.common.http.handler_timeout * 4 / 5;
        let (filters, mut refused) = checked(layout, asked.take_filters())?;
        for FieldError { field, .. } in asked.refused() {
            refused.retain(|(name, _)| name != field);
        }
        refused.extend(asked.refused().iter().map(|error| (error.field.clone(), error.to(layout.language))));
        let mut look = Self {
            language: layout.language,
            here: layout.here.clone(),
            period: if usual == Period::Today { Period::Today } else { asked.period(usual) },
            dated: usual != Period::Today,
            sources: Vec::new(),
            source: filters.fuente().to_owned(),
            currency: "ARS".to_owned(),
            days: None,
            today: None,
            chips: fields::chips(layout, &filters, &asked),
            fields: Vec::new(),
            filters,
            as_of: AsOf::of(app),
            saved: saved_of(app, reader).await?,
            version: app.warehouse.version(),
            asked,
            refused,
            until,
            lacking: None,
        };
        let source = look.source.clone();
        let known = async {
            let sources = Box::pin(api::sources_for(app, reader)).await?.fuentes;
            Ok(Some((sources, Box::pin(api::choices_for(app, reader, OfSource::named(&source))).await?)))
        };
        let (known, age) = look.within(known).await;
        if let Some((sources, choices)) = look.take(known, age)? {
            look.fields = fields::fields(layout, &choices, &look.filters.narrowing());
            look.settle(app, sources);
            look.find_source(app, reader).await;
        }
        Ok(look)
    }

    /// Says so where the source that is asked about is not there.
    async fn find_source(&mut self, app: &App, reader: &Reader) {
        if let Err(problem) = api::is_source(app, reader, &self.source).await {
            self.refused.extend(problem.errors().iter().map(|error| (error.field.clone(), error.to(self.language))));
        }
    }

    /// What cannot be asked and has no field of its own in the form: the name and why.
    pub(crate) fn beside(&self) -> Vec<&(String, String)> {
        let has_field = |name: &str| {
            let dated = self.dated && ["start_date", "end_date"].contains(&name);
            dated || ["min_price", "max_price"].contains(&name) || self.fields.iter().any(|field| field.name == name)
        };
        self.refused.iter().filter(|(name, _)| !has_field(name)).collect()
    }

    /// Which days these are, of the source that there is.
    fn settle(&mut self, app: &App, sources: Vec<SourceView>) {
        self.sources = sources;
        let source = self.sources.iter().find(|source| source.nombre == self.source);
        let day = |text: Option<&String>| text.and_then(|day| day.parse::<Date>().ok());
        let (mut first, mut last) = (None, None);
        if let Some(source) = source {
            (first, last) = (day(source.desde.as_ref()), day(source.hasta.as_ref()));
            self.currency = source.moneda.clone().unwrap_or_else(|| "ARS".to_owned());
        }
        if self.source == OWN {
            // An import has no today: its last days are looked at.
            last = app.ambient.now().local().map(|now| now.date()).or(last);
        }
        self.today = last;
        let Some(last) = last else { return };
        let given = |day: Option<&str>| day.and_then(|day| day.parse::<Date>().ok());
        if self.period == Period::Between {
            let (from, to) = self.filters.days();
            self.days = given(from).or(first).map(|from| Days { from, to: given(to).unwrap_or(last) });
            return;
        }
        self.days = self.period.days(last);
        self.filters = std::mem::take(&mut self.filters).over(self.days, self.period.compare());
        // The days are known, and the first of all of them, though none is asked for.
        self.days = self.days.or_else(|| first.map(|from| Days { from, to: last }));
    }

    /// Whether figures can be asked for.
    pub(crate) fn is_well(&self) -> bool {
        self.lacking.is_none() && self.refused.is_empty()
    }

    /// Whether the figures will be there before long.
    pub(crate) fn is_working(&self) -> bool {
        self.lacking == Some(Lacking::Working)
    }

    /// What is found in the time that there is, `None` when that is over, and how old the oldest of it is.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> (Option<T>, Option<Duration>) {
        // Boxed: what the engine keeps while it works is large.
        let work = tokio::time::timeout_at(self.until, Box::pin(work));
        api::aged(async { work.await.ok() }).await
    }

    /// What was found, with its age; `None` when it could not be worked out, which the page then says.
    pub(crate) fn take<T>(
        &mut self,
        found: Option<Result<Option<T>, Problem>>,
        age: Option<Duration>,
    ) -> Result<Option<T>, Problem> {
        self.as_of.aged(age);
        let Some(found) = found else {
            let page = &self.here;
            tracing::warn!(page, "the figures of a page take longer than it may; they are worked out to their end");
            self.lacking = Some(Lacking::Working);
            return Ok(None);
        };
        match found {
            Ok(found) => Ok(found),
            Err(problem) if problem.status().is_client_error() => Err(problem),
            Err(problem) => {
                let why = problem.to(Language::English);
                tracing::error!(why, page = self.here, "the figures of a page could not be worked out");
                self.lacking = Some(Lacking::Failed);
                Ok(None)
            }
        }
    }

    /// What the page answers with.
    pub(crate) fn status(&self) -> StatusCode {
        match (self.lacking, self.refused.is_empty()) {
            (Some(_), _) => StatusCode::SERVICE_UNAVAILABLE,
            (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (None, true) => StatusCode::OK,
        }
    }

    /// What was given of this page alone, by name.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.asked.get(name)
    }

    /// All that was given of this page alone, by name.
    pub(crate) fn owns<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.asked.all(name)
    }

    /// The address of this page with some parameters changed; `None` leaves one out.
    pub(crate) fn address(&self, changed: &[(&str, Option<&str>)]) -> String {
        let query = self.asked.query(changed);
        if query.is_empty() { self.here.clone() } else { format!("{}?{query}", self.here) }
    }

    /// The address of another page with the same filters.
    pub(crate) fn elsewhere(&self, path: &str) -> String {
        format!("{path}{}", carried(&self.asked.query(&[])))
    }

    /// The address of the API that has the same figures.
    pub(crate) fn json(&self, path: &str) -> String {
        format!("{path}?{}", self.filters.query())
    }

    /// The periods: address, text, and whether it is the one.
    pub(crate) fn periods(&self) -> Vec<(String, Text, bool)> {
        let clear = [("start_date", None), ("end_date", None), ("pagina", None)];
        let offered = period::OFFERED.into_iter().map(|(period, word, text)| {
            let changed: Vec<_> = clear.into_iter().chain([("periodo", Some(word))]).collect();
            (self.address(&changed), self.language.t(text), self.period == period)
        });
        offered.collect()
    }

    /// What the form sends along unseen: the period, and what is this page's own.
    pub(crate) fn along(&self) -> Vec<(&str, &str)> {
        let period = self.asked.get("periodo").filter(|_| self.period != Period::Between);
        let days = ["start_date", "end_date"].map(|name| self.asked.get(name).map(|day| (name, day)));
        let days = days.into_iter().flatten().filter(|_| !self.dated);
        let own = self.asked.own().map(|(name, value)| (name.as_str(), value.as_str()));
        period.map(|period| ("periodo", period)).into_iter().chain(days).chain(own).collect()
    }

    /// Everything that was given but what has this name: for a form that asks for that alone.
    pub(crate) fn all_but<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let given = self.asked.given().iter().filter(move |(own, _)| own != name && own != "pagina");
        given.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What was written into a field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.asked.get(name).unwrap_or_default()
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.refused.iter().find(|(own, _)| own == name).map(|(_, why)| why.as_str())
    }

    /// Whether something is wrong with what is asked.
    pub(crate) fn is_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// A day as the reader's language writes it.
    pub(crate) fn day(&self, day: Date) -> String {
        numbers::day(self.language, day)
    }

    /// The days that are looked at, and those they are compared with.
    pub(crate) fn stretch(&self) -> Option<(String, Option<String>)> {
        let days = self.days?;
        let said = |days: Days| numbers::days(self.language, days);
        let before = days.before(self.period.compare()).filter(|_| !matches!(self.period, Period::All | Period::Today));
        Some((said(days), before.map(said)))
    }
}

async fn saved_of(app: &App, reader: &Reader) -> Result<Option<Vec<SavedView>>, Problem> {
    match reader.account {
        Some(account) => Ok(Some(saved::of_account(&app.db, account).await?)),
        None => Ok(None),
    }
}

/// The filters, and what is wrong with them.
fn checked(layout: &Layout, read: Result<Filters, Problem>) -> Result<(Filters, Vec<(String, String)>), Problem> {
    let (filters, problem) = match read {
        Ok(filters) => match filters.clone().check() {
            Ok(_) => return Ok((filters, Vec::new())),
            Err(problem) => (filters, problem),
        },
        Err(problem) => (Filters::default(), problem),
    };
    if problem.errors().is_empty() {
        return Err(problem);
    }
    let said = problem.errors().iter().map(|error| (error.field.clone(), error.to(layout.language)));
    Ok((filters, said.collect()))
}
