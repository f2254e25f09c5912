//! `/resumen`: the key figures of a period beside those of the one before, each with its course and how it is made.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;

use super::Frame;
use super::figure::{Cell, ChartKind, Column, Figure};
use super::figures::{Card, cards};
use super::look::{Asked, Look, Period};
use super::series::{filled, said, step_of};
use crate::access::Reader;
use crate::api::{self, Granularity};
use crate::app::App;

#[derive(Template)]
#[template(path = "summary.html")]
struct SummaryPage<'a> {
    layout: &'a Layout,
    look: &'a Look,
    found: Option<Found>,
}

/// What the page shows.
struct Found {
    /// Empty when nothing was sold in either stretch.
    cards: Vec<Card>,
    sales: Figure,
}

/// The key figures.
pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Problem> {
    let layout = frame.layout;
    let mut look = Look::of(&app, &layout, &reader, asked, Period::Month).await?;
    let (found, age) = look.within(find(&app, &reader, &layout, &look)).await;
    let found = look.take(found, age)?;
    layout.show_as(look.status(), &SummaryPage { layout: &layout, look: &look, found })
}

async fn find(app: &App, reader: &Reader, layout: &Layout, look: &Look) -> Result<Option<Found>, Problem> {
    let Some(days) = look.days.filter(|_| look.is_well()) else { return Ok(None) };
    let language = layout.language;
    let (filters, step) = (&look.filters, step_of(days));
    let kpis = Box::pin(api::kpis_for(app, reader, filters.clone())).await?;
    let series = Box::pin(api::time_series_for(app, reader, filters.clone(), Granularity::of(step))).await?;
    let points = filled(series.series, days, step);
    let (net, orders) = (layout.t("insights-net"), layout.t("insights-orders"));
    let rows = points.iter().map(|(day, point)| {
        vec![
            Cell::day(language, *day),
            Cell::amount(language, point.revenue, &look.currency),
            Cell::count(language, point.orders),
        ]
    });
    let sales = Figure::new(layout, "by-day", ChartKind::Axis, layout.t("insights-over-time"))
        .note(said(layout, step))
        .column(Column::days(layout.t("insights-date")))
        .column(Column::amount(net, &look.currency).shape("area"))
        .column(Column::count(orders).shape("line").right())
        .rows(rows);
    let courses = Box::pin(api::courses(app, reader, filters.clone(), days, (step, &points))).await?;
    let points: Vec<_> = points.into_iter().map(|(_, point)| point).collect();
    Ok(Some(Found { cards: cards(language, &kpis, &look.currency, (&points, &courses)), sales }))
}
