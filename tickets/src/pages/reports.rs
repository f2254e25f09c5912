//! The board in numbers, and in pictures that are quicker to read than numbers.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use belgrano_wire::TicketState;
use belgrano_wire::texts::{Language, Text};

use super::board::late_ms;
use super::charts::{Chart, Group};
use super::csv::{Cell, Csv, download};
use super::frame::Frame;
use crate::app::App;
use crate::reports::{self, Analysis, DriverRow, Summary, Took};
use crate::sessions::Admin;

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage<'a> {
    layout: &'a Layout,
    summary: Summary,
    analysis: Analysis,
    /// Whether insights is there, which tells more.
    insights: bool,
}

/// By state, by driver, by day and by hour, and how late.
pub(super) async fn show(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let summary = reports::summarise(&app, &admin).await?;
    let analysis = reports::analyse(&mut app.db.read().await?, app.ambient.now(), late_ms(&app)).await?;
    let insights = app.insights.leads_to().await.is_some();
    layout.show(&ReportsPage { layout: &layout, summary, analysis, insights })
}

impl ReportsPage<'_> {
    /// The states in the order of a ticket's life, with how many are in each.
    fn states(&self) -> Vec<(TicketState, i64)> {
        let count = |state: &TicketState| self.summary.por_estado.get(state.as_str()).copied().unwrap_or(0);
        TicketState::ALL.iter().map(|state| (*state, count(state))).collect()
    }

    /// The share of all tickets, in percent.
    fn share(&self, count: impl Borrow<i64>) -> i64 {
        count.borrow() * 100 / self.summary.total.max(1)
    }

    /// How many of a hundred arrived in time.
    fn punctual(&self) -> Option<i64> {
        let (in_time, all) = self.analysis.in_time;
        (all > 0).then(|| in_time * 100 / all)
    }

    /// How many of a hundred promises were kept.
    fn kept(&self) -> Option<i64> {
        let demora = &self.summary.demora;
        (demora.prometidos > 0).then(|| demora.cumplidos * 100 / demora.prometidos)
    }

    fn took(&self, driver: &DriverRow) -> Option<Took> {
        self.analysis.by_driver.get(&driver.repartidor_id).copied()
    }

    /// Seconds as people say them.
    fn span(&self, seconds: impl Borrow<i64>) -> Text {
        span(self.layout.language, *seconds.borrow())
    }

    fn days_chart(&self) -> Chart {
        let t = |key: &'static str| self.layout.language.t(key);
        let bar =
            |key: &'static str, count: i64, day: &str| (t(key).with("n", count).with("day", day).to_string(), count);
        let group = |day: &reports::Day| Group {
            bars: vec![
                bar("reports-bar-received", day.recibidos, &day.dia),
                bar("reports-bar-delivered", day.entregados, &day.dia),
                bar("reports-bar-cancelled", day.cancelados, &day.dia),
            ],
            ..empty_day(&day.dia)
        };
        let found = |dia: &String| self.summary.por_dia.iter().find(|day| day.dia == *dia);
        let day = |dia: &String| found(dia).map_or_else(|| empty_day(dia), group);
        let groups: Vec<Group> = self.analysis.days.iter().map(day).collect();
        Chart::new(t("reports-by-day").to_string(), &groups, |count| count.to_string(), None)
    }

    fn hours_chart(&self) -> Chart {
        let t = |key: &'static str| self.layout.language.t(key);
        let group = |(hour, count): (usize, &i64)| Group {
            name: format!("{hour}"),
            named: hour.is_multiple_of(3),
            bars: vec![(t("reports-bar-hour").with("n", *count).with("hour", hour).to_string(), *count)],
        };
        let groups: Vec<Group> = self.analysis.by_hour.iter().enumerate().map(group).collect();
        Chart::new(t("reports-by-hour").to_string(), &groups, |count| count.to_string(), None)
    }

    fn times_chart(&self) -> Chart {
        let language = self.layout.language;
        let bar = |key: &'static str, seconds: i64, day: &str| {
            (language.t(key).with("span", span(language, seconds)).with("day", day).to_string(), seconds / 60)
        };
        let group = |day: &String| {
            let Some((_, took)) = self.analysis.times.iter().find(|(at, _)| at == day) else { return empty_day(day) };
            let bars = vec![bar("reports-bar-p50", took.p50_s, day), bar("reports-bar-p90", took.p90_s, day)];
            Group { bars, ..empty_day(day) }
        };
        let groups: Vec<Group> = self.analysis.days.iter().map(group).collect();
        let limit = (self.summary.demora.limite_s / 60, language.t("reports-limit").to_string());
        let minutes = |minutes: i64| language.t("board-js-age-minutes").with("n", minutes).to_string();
        Chart::new(language.t("reports-times").to_string(), &groups, minutes, Some(limit))
    }

    /// The longest of the rows of reasons: the others are drawn in proportion.
    fn most(&self) -> i64 {
        self.analysis.reasons.first().map_or(1, |(_, count)| *count)
    }
}

/// A day on which nothing happened; every other day has its name written.
fn empty_day(day: &str) -> Group {
    let named = day.ends_with(['0', '2', '4', '6', '8']);
    Group { name: short_day(day), named, bars: Vec::new() }
}

/// `21/11` of `2026-11-21`.
fn short_day(day: &str) -> String {
    let mut parts = day.split('-').skip(1);
    let (month, day) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{day}/{month}")
}

fn span(language: Language, seconds: i64) -> Text {
    match seconds / 60 {
        ..1 => language.t("span-no-minute"),
        minutes @ 1..60 => language.t("board-js-age-minutes").with("n", minutes),
        minutes => language.t("board-js-age-hours").with("h", minutes / 60).with("m", format!("{:02}", minutes % 60)),
    }
}

/// The days as CSV.
pub(super) async fn days_csv(State(app): State<App>, admin: Admin, language: Language) -> Result<Response, Problem> {
    let summary = reports::summarise(&app, &admin).await?;
    let mut csv = Csv::beginning(language);
    let head = ["reports-day", "reports-received", "reports-delivered", "reports-cancelled"];
    csv.row(head.map(|key| language.t(key).to_string()));
    for day in summary.por_dia {
        csv.row::<Cell>([day.dia.into(), day.recibidos.into(), day.entregados.into(), day.cancelados.into()]);
    }
    Ok((download("dias.csv"), csv.finish()).into_response())
}

/// The drivers as CSV.
pub(super) async fn drivers_csv(State(app): State<App>, admin: Admin, language: Language) -> Result<Response, Problem> {
    let summary = reports::summarise(&app, &admin).await?;
    let analysis = reports::analyse(&mut app.db.read().await?, app.ambient.now(), late_ms(&app)).await?;
    let mut csv = Csv::beginning(language);
    let head =
        ["reports-driver", "reports-open", "reports-delivered", "reports-failed", "reports-csv-p50", "reports-csv-p90"];
    csv.row(head.map(|key| language.t(key).to_string()));
    for row in summary.por_repartidor {
        let took = analysis.by_driver.get(&row.repartidor_id);
        let minutes =
            |seconds: Option<i64>| seconds.map_or_else(|| String::new().into(), |seconds| Cell::Count(seconds / 60));
        csv.row::<Cell>([
            row.nombre.into(),
            row.abiertos.into(),
            row.entregados.into(),
            row.fallidos.into(),
            minutes(took.map(|took| took.p50_s)),
            minutes(took.map(|took| took.p90_s)),
        ]);
    }
    Ok((download("repartidores.csv"), csv.finish()).into_response())
}
