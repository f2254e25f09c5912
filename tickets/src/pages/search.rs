//! Every ticket there ever was: searched, page by page, and as a table for a spreadsheet.

use askama::Template;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use belgrano_shared::http::{Json, Page};
use belgrano_shared::pages::{Choice, Form, Layout};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Language;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{Priority, TicketState, TicketView};
use futures_util::stream;
use url::form_urlencoded;

use super::board::{drivers, is_late, late_ms, priorities};
use super::csv::{Csv, download};
use super::frame::Frame;
use crate::app::App;
use crate::fleet::DriverView;
use crate::sessions::{Admin, Session};
use crate::tickets::{self, Filter};

/// What the search knows.
const FILTERS: [&str; 7] = ["q", "estado", "prioridad", "barrio", "repartidor", "desde", "hasta"];
/// Rows of a spreadsheet; more take too long to open, and are asked for in spans of days.
const MAX_ROWS: usize = 100_000;
/// Rows that are read and written at a time: what a download costs in memory.
const CHUNK: u32 = 1000;

#[derive(Template)]
#[template(path = "tickets.html")]
struct SearchPage<'a> {
    layout: &'a Layout,
    form: Form,
    tickets: Vec<TicketView>,
    drivers: Vec<DriverView>,
    query: String,
    next: Option<String>,
    now: UnixMillis,
    late_ms: i64,
}

/// The newest that fit.
pub(super) async fn show(
    state: State<App>,
    Admin(who): Admin,
    Frame { layout, .. }: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let app = state.0.clone();
    let form = Form::of_query(&query.unwrap_or_default());
    let query = asked(&form);
    let page = Page { cursor: form.given("cursor").map(str::to_owned), limit: Page::DEFAULT_LIMIT };
    let (form, found, next) = match tickets::list(state, Session(who), page, RawQuery(Some(query.clone()))).await {
        Ok(Json(found)) => (form, found.tickets, found.cursor),
        Err(problem) if Form::takes(&problem) => (form.refused(&problem), Vec::new(), None),
        Err(problem) => return Err(problem),
    };
    let next = next.map(|cursor| {
        let mut next = form_urlencoded::Serializer::new(query.clone());
        format!("/tickets?{}", next.append_pair("cursor", &cursor).finish())
    });
    let (drivers, now, late_ms) = (drivers(&app).await?, app.ambient.now(), late_ms(&app));
    layout.show(&SearchPage { layout: &layout, form, tickets: found, drivers, query, next, now, late_ms })
}

/// The filters that were given, as a query.
fn asked(form: &Form) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form.asked(&FILTERS)).finish()
}

impl SearchPage<'_> {
    fn any(&self, choices: Vec<Choice>) -> Vec<Choice> {
        let any = Choice::new("", self.layout.t("board-any").to_string());
        std::iter::once(any).chain(choices).collect()
    }

    fn states(&self) -> Vec<Choice> {
        let state = |state: &TicketState| Choice::new(state.as_str(), self.layout.state(state).to_string());
        self.any(TicketState::ALL.iter().map(state).collect())
    }

    fn priorities(&self) -> Vec<Choice> {
        self.any(priorities(self.layout))
    }

    fn carriers(&self) -> Vec<Choice> {
        self.any(self.drivers.iter().map(|driver| Choice::new(driver.id.to_string(), driver.name.as_str())).collect())
    }

    fn is_late(&self, ticket: &TicketView) -> bool {
        is_late(ticket, self.now, self.late_ms)
    }
}

/// The same as CSV, read and sent a piece at a time.
pub(super) async fn csv(
    State(app): State<App>,
    _: Admin,
    language: Language,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let form = Form::filled(form_urlencoded::parse(query.as_bytes()).into_owned());
    let filter = tickets::read_filter(&asked(&form))?;
    let late_only = form.given("demorados").is_some();
    let export = Export { app, filter, late_only, before: None, rows: 0, language, begun: false };
    let body = Body::from_stream(stream::try_unfold(Some(export), |export| async move {
        match export {
            Some(export) => export.next().await,
            None => Ok(None),
        }
    }));
    Ok((download("tickets.csv"), body).into_response())
}

/// A download under way.
struct Export {
    app: App,
    filter: Filter,
    late_only: bool,
    before: Option<i64>,
    rows: usize,
    language: Language,
    begun: bool,
}

impl Export {
    async fn next(mut self) -> Result<Option<(String, Option<Self>)>, sqlx::Error> {
        let mut csv = Csv::default();
        if !self.begun {
            self.begun = true;
            csv.begin();
            csv.row(HEAD.map(|key| self.language.t(key).to_string()));
        }
        let mut session = self.app.db.read().await?;
        let found = tickets::search(&mut session, &self.filter, self.before, CHUNK).await?;
        drop(session);
        let (now, late_ms) = (self.app.ambient.now(), late_ms(&self.app));
        for ticket in &found {
            let late = is_late(ticket, now, late_ms);
            if late || !self.late_only {
                csv.row(row(ticket, late, self.language));
            }
        }
        self.rows += found.len();
        self.before = found.last().map(|last| last.ticket_id);
        let more = found.len() == CHUNK as usize && self.rows < MAX_ROWS;
        if found.len() == CHUNK as usize && !more {
            csv.row([self.language.t("csv-cut").with("rows", self.rows).to_string()]);
        }
        Ok(Some((csv.finish(), more.then_some(self))))
    }
}

const HEAD: [&str; 16] = [
    "csv-number",
    "csv-state",
    "csv-priority",
    "csv-customer",
    "csv-address",
    "csv-barrio",
    "csv-phone",
    "csv-total",
    "csv-payment",
    "csv-products",
    "csv-driver",
    "csv-ordered",
    "csv-assigned",
    "csv-delivered",
    "csv-reason",
    "csv-late",
];

fn row(ticket: &TicketView, late: bool, language: Language) -> [String; 16] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |at: Option<UnixMillis>| at.map(UnixMillis::to_rfc3339).unwrap_or_default();
    let lines: Vec<String> = ticket.lines.iter().map(|line| format!("{} x{}", line.name, line.quantity)).collect();
    let payment = ticket.payment_method.as_ref();
    [
        ticket.number.to_string(),
        language.state(ticket.state).to_string(),
        language.priority(ticket.priority).to_string(),
        ticket.customer_name.clone(),
        text(&ticket.customer_address),
        text(&ticket.neighbourhood),
        text(&ticket.customer_phone),
        format!("{:.2}", ticket.total.pesos()),
        payment.map(|method| language.payment(method.as_str())).unwrap_or_default(),
        lines.join("; "),
        text(&ticket.driver_name),
        time(Some(ticket.created_at)),
        time(ticket.assigned_at),
        time(ticket.delivered_at),
        ticket.reason.as_deref().map(|reason| language.kept(reason)).unwrap_or_default(),
        if late { language.t("yes").to_string() } else { String::new() },
    ]
}

#[cfg(test)]
mod tests {
    use super::{Form, asked};

    #[test]
    fn only_what_the_search_knows_is_asked_for() {
        let form = Form::filled([
            ("estado", "entregado"),
            ("vista", "estados"),
            ("q", "?"),
            ("barrio", ""),
            ("desde", "2026-11-21"),
        ]);
        assert_eq!(asked(&form), "q=%3F&estado=entregado&desde=2026-11-21");
    }
}
