//! `/entregas`: what was promised and what was kept, by day, barrio, hour and driver, and why deliveries failed.

use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;

use super::{Asking, Found};
use crate::api::{self, Deliveries, DeliveryPart};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::numbers::{count, number, percent};

/// Of fewer deliveries with a promise a share says nothing.
const TELLING: i64 = 5;

/// What the page shows.
pub(super) async fn find(asking: &Asking<'_>) -> Result<Found, Problem> {
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::deliveries_for(app, reader, filters)).await?;
    let layout = asking.layout;
    let board = &asking.app.settings.board_url;
    let day = |part: &DeliveryPart| match part.of.as_deref().and_then(|day| day.parse().ok()) {
        Some(day) => Cell::day(layout.language, day),
        None => Cell::unknown(),
    };
    let barrio = |part: &DeliveryPart| match &part.of {
        Some(barrio) => Cell::text(barrio).linked(asking.look.address(&[("barrio", Some(barrio.as_str()))])),
        None => Cell::unknown(),
    };
    let hour =
        |part: &DeliveryPart| part.of.as_ref().map_or_else(Cell::unknown, |hour| Cell::text(format!("{hour:0>2} h")));
    let driver = |part: &DeliveryPart| {
        let id = part.of.as_deref().unwrap_or_default();
        let cell = Cell::text(part.name.clone().unwrap_or_else(|| format!("#{id}")));
        match asking.way(board, &format!("/flota/{id}")) {
            Some(way) => cell.linked(way),
            None => cell,
        }
    };
    let mut figures = vec![whole(asking, &found)];
    figures.push(parts(
        asking,
        ("days", "insights-deliveries-by-day", "insights-date"),
        ChartKind::Axis,
        &found.days,
        day,
    ));
    figures.push(parts(
        asking,
        ("barrios", "insights-by-barrio", "insights-filter-barrio"),
        ChartKind::Bars,
        &found.barrios,
        barrio,
    ));
    figures.push(parts(asking, ("hours", "insights-by-hour", "insights-hour"), ChartKind::Axis, &found.hours, hour));
    if asking.reader.business.is_none() {
        figures.push(parts(
            asking,
            ("drivers", "insights-by-driver", "insights-driver"),
            ChartKind::Bars,
            &found.drivers,
            driver,
        ));
    }
    figures.push(reasons(asking, &found));
    Ok(Found { marks: Vec::new(), figures, json: vec!["/api/entregas"] })
}

/// Promised against kept, and what can be carried now.
fn whole(asking: &Asking<'_>, found: &Deliveries) -> Figure {
    let (layout, all, capacity) = (asking.layout, &found.all, &found.capacity);
    let language = layout.language;
    let rows = [
        ("insights-on-time", all.on_time),
        ("insights-late-ones", all.promised - all.on_time),
        ("insights-without-promise", all.delivered - all.promised),
        ("insights-open-ones", all.open),
        ("insights-failed-ones", all.failed),
        ("insights-given-back", all.given_back),
        ("insights-called-off", all.cancelled),
    ];
    let rows =
        rows.into_iter().map(|(key, value)| vec![Cell::text(layout.t(key).to_string()), Cell::count(language, value)]);
    let load = capacity.load_percent.map_or_else(|| "–".to_owned(), |load| percent(language, load));
    let note = layout
        .t("insights-capacity-note")
        .with("drivers", count(language, capacity.on_shift))
        .with("capacity", count(language, capacity.capacity))
        .with("carried", count(language, capacity.carried))
        .with("waiting", count(language, capacity.waiting))
        .with("load", load);
    let figure = Figure::new(layout, "kept", ChartKind::Pie, layout.t("insights-promised-kept"))
        .column(Column::label(layout.t("insights-outcome")))
        .column(Column::count(layout.t("insights-deliveries")))
        .rows(if all.deliveries > 0 { rows.collect() } else { Vec::new() });
    if asking.reader.business.is_none() { figure.note(note) } else { figure }
}

/// How many of the promised ones were on time. Of a few it is said of how many, and not drawn: one late delivery in the morning is no day
/// on which all was late.
fn on_time(layout: &Layout, part: &DeliveryPart) -> Cell {
    let language = layout.language;
    match part.on_time_percent {
        Some(value) if part.promised >= TELLING => Cell::percent(language, value),
        Some(_) => {
            let said = layout.t("insights-on-time-few").with("on-time", part.on_time).with("promised", part.promised);
            Cell::text(said.to_string()).undrawn()
        }
        None => Cell::unknown(),
    }
}

fn parts(
    asking: &Asking<'_>,
    (id, title, of): (&'static str, &'static str, &'static str),
    kind: ChartKind,
    parts: &[DeliveryPart],
    heading: impl Fn(&DeliveryPart) -> Cell,
) -> Figure {
    let layout = asking.layout;
    let language = layout.language;
    let minutes = |value: Option<f64>| Cell::of(value, |value| Cell::text(number(language, value, 1)));
    let rows = parts.iter().map(|part| {
        vec![
            heading(part),
            Cell::count(language, part.deliveries),
            on_time(layout, part),
            minutes(part.minutes),
            minutes(part.late_minutes),
            Cell::count(language, part.failed + part.given_back),
            Cell::count(language, part.retried),
        ]
    });
    let axis = kind == ChartKind::Axis;
    let first = if id == "days" { Column::days(layout.t(of)) } else { Column::label(layout.t(of)) };
    let on_time = Column::percent(layout.t("insights-on-time"));
    Figure::new(layout, id, kind, layout.t(title))
        .column(first)
        .column(Column::count(layout.t("insights-deliveries")))
        .column(if axis { on_time.shape("line").right() } else { on_time.shape("") })
        .column(Column::count(layout.t("insights-minutes")).shape(""))
        .column(Column::count(layout.t("insights-late-minutes")).shape(""))
        .column(Column::count(layout.t("insights-not-delivered")).shape(""))
        .column(Column::count(layout.t("insights-retried")).shape(""))
        .rows(rows)
}

fn reasons(asking: &Asking<'_>, found: &Deliveries) -> Figure {
    let layout = asking.layout;
    let rows = found.reasons.iter().map(|reason| {
        let outcome = match reason.status.as_str() {
            "fallido" => "insights-failed-ones",
            "devuelto" => "insights-given-back",
            _ => "insights-called-off",
        };
        vec![
            reason.reason.as_ref().map_or_else(|| Cell::text(layout.t("insights-no-reason").to_string()), Cell::text),
            Cell::text(layout.t(outcome).to_string()),
            Cell::count(layout.language, reason.deliveries),
        ]
    });
    Figure::new(layout, "reasons", ChartKind::Bars, layout.t("insights-reasons"))
        .column(Column::label(layout.t("insights-why")))
        .column(Column::label(layout.t("insights-outcome")))
        .column(Column::count(layout.t("insights-deliveries")))
        .rows(rows)
}
