//! Every ticket there ever was: searched, page by page, and as a table for a spreadsheet.

use askama::Template;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::Page;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout};
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{Priority, TicketState, TicketView};
use futures_util::stream;
use url::form_urlencoded;

use super::board::{drivers, is_late, late_ms, priorities};
use super::csv::{Cell, Csv, download};
use super::frame::Frame;
use crate::app::App;
use crate::fleet::DriverView;
use crate::sessions::Admin;
use crate::tickets::{self, Filter, Tickets};

/// What the search knows.
const FILTERS: [&str; 7] = ["q", "estado", "prioridad", "barrio", "repartidor", "desde", "hasta"];
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
    State(app): State<App>,
    Admin(who): Admin,
    Frame { layout, .. }: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let form = Form::of_query(&query.unwrap_or_default());
    let query = asked(&form);
    let page = Page { cursor: form.given("cursor").map(str::to_owned), limit: Page::DEFAULT_LIMIT };
    let found = match tickets::read_filter(&query) {
        Ok(filter) => tickets::list_for(&app, &who, filter, &page).await,
        Err(problem) => Err(problem),
    };
    let (form, found, next) = match found {
        Ok(Tickets { tickets, cursor }) => (form, tickets, cursor),
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
    let export = Export { app, filter, late_only, after: None, language, begun: false };
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
    after: Option<i64>,
    language: Language,
    begun: bool,
}

impl Export {
    async fn next(mut self) -> Result<Option<(Vec<u8>, Option<Self>)>, sqlx::Error> {
        let mut csv = if self.begun { Csv::further(self.language) } else { Csv::beginning(self.language) };
        if !self.begun {
            self.begun = true;
            csv.row(HEAD.map(|key| self.language.t(key).to_string()));
        }
        let mut session = self.app.db.read().await?;
        let found = tickets::search(&mut session, &self.filter, self.after, CHUNK).await?;
        drop(session);
        let (now, late_ms) = (self.app.ambient.now(), late_ms(&self.app));
        for ticket in &found.tickets {
            let late = is_late(ticket, now, late_ms);
            if late || !self.late_only {
                csv.row(row(ticket, late, self.language));
            }
        }
        self.after = found.next;
        let more = found.next.is_some();
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

fn row(ticket: &TicketView, late: bool, language: Language) -> Vec<Cell> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |at: Option<UnixMillis>| at.map(UnixMillis::to_rfc3339).unwrap_or_default();
    let lines: Vec<String> = ticket.lines.iter().map(|line| format!("{} x{}", line.name, line.quantity)).collect();
    let payment = ticket.payment_method.as_ref();
    vec![
        ticket.number.to_string().into(),
        language.state(ticket.state).to_string().into(),
        language.priority(ticket.priority).to_string().into(),
        ticket.customer_name.clone().into(),
        text(&ticket.customer_address).into(),
        text(&ticket.neighbourhood).into(),
        text(&ticket.customer_phone).into(),
        ticket.total.into(),
        payment.map(|method| language.payment(method.as_str())).unwrap_or_default().into(),
        lines.join("; ").into(),
        text(&ticket.driver_name).into(),
        time(Some(ticket.created_at)).into(),
        time(ticket.assigned_at).into(),
        time(ticket.delivered_at).into(),
        ticket.reason.as_deref().map(|reason| language.kept(reason)).unwrap_or_default().into(),
        if late { language.t("yes").to_string() } else { String::new() }.into(),
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
