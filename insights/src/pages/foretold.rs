//! The forecast of sales on a page: what continues the series, and which model said so, with how far off it was.

use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use jiff::civil::Date;

use super::figure::{Cell, ChartKind, Column, Figure};
use super::learned::Learned;
use super::look::Look;
use super::numbers::number;
use crate::access::Reader;
use crate::api::{self, Compare, Foretold, Horizon, Predicted};
use crate::app::App;
use crate::training::Wait;

/// The columns that it adds to a series.
const COLUMNS: usize = 5;

/// The coming steps of what is looked at; `None` where it ends before the last day, for what came after that is known.
pub(super) async fn ask(
    app: &App,
    reader: &Reader,
    layout: &Layout,
    look: &Look,
    step: &str,
) -> Result<Option<Learned<Foretold>>, Problem> {
    if look.days.map(|days| days.to) != look.today {
        return Ok(None);
    }
    // A month that has begun and five whole ones, thirteen weeks, thirty days.
    let days = match step {
        "month" => 180,
        "week" => 91,
        _ => 30,
    };
    let horizon = Horizon::of(days, step);
    // It is learned of all days, whatever stretch of them is shown.
    let filters = look.filters.clone().over(None, Compare::Before);
    let work = Box::pin(api::foretell(app, reader, filters, &horizon, layout.language, Wait::Page));
    Learned::of(work).await.map(Some)
}

/// A series with room for what is foretold.
pub(super) fn columns(layout: &Layout, figure: Figure, currency: &str) -> Figure {
    let amount = |key: &'static str| Column::amount(layout.t(key), currency);
    figure
        .column(amount("foretold-value").shape("dashed"))
        .column(amount("foretold-low-80").shape("low").stack("80"))
        .column(amount("foretold-high-80").shape("high").stack("80"))
        .column(amount("foretold-low-95").shape("low").stack("95"))
        .column(amount("foretold-high-95").shape("high").stack("95"))
}

/// Adds it to the rows of a series of `width` columns: to the step that has begun, and a row for each that has not.
pub(super) fn continued(
    layout: &Layout,
    mut rows: Vec<(Date, Vec<Cell>)>,
    width: usize,
    found: &Foretold,
    currency: &str,
) -> Vec<Vec<Cell>> {
    let language = layout.language;
    let cells = |it: &Predicted| {
        let amount = |value| Cell::amount(language, value, currency);
        [it.value, it.lower_80, it.upper_80, it.lower_95, it.upper_95].map(amount)
    };
    let nothing = || std::iter::repeat_with(Cell::unknown);
    // What is closed has no value, and a line through nothing would look like one.
    let coming = found.predictions.iter().filter(|it| !it.closed);
    let mut coming = coming.filter_map(|it| Some((it.date.parse::<Date>().ok()?, it))).peekable();
    for (day, row) in &mut rows {
        match coming.next_if(|(date, _)| date == day) {
            Some((_, it)) => row.extend(cells(it)),
            None => row.extend(nothing().take(COLUMNS)),
        }
    }
    let later = coming.map(|(date, it)| {
        let head = std::iter::once(Cell::day(language, date));
        head.chain(nothing().take(width - 1)).chain(cells(it)).collect()
    });
    rows.into_iter().map(|(_, row)| row).chain(later).collect()
}

/// Which models competed, which won, and how far off it was, in plain words.
pub(super) fn models(layout: &Layout, look: &Look, learned: &Learned<Foretold>) -> Figure {
    let figure = Figure::new(layout, "models", ChartKind::Bars, layout.t("foretold-models"));
    learned.figure(layout, look, figure, |figure, found| fill(layout, figure, found))
}

fn fill(layout: &Layout, figure: Figure, found: &Foretold) -> Figure {
    let language = layout.language;
    let percent = |value: f64| number(language, value, 1);
    let metrics = &found.model_metrics;
    let mut figure = figure.or(layout.t("foretold-models-none"));
    if let Some(note) = &found.note {
        let few = layout.t("foretold-few").with("days", i64::try_from(found.days).unwrap_or(i64::MAX));
        return figure.note(format!("{note} {few}"));
    }
    let won = layout.t("foretold-won").with("model", layout.t(named(&found.model)).to_string());
    figure = figure.note(won.with("count", i64::try_from(found.candidates.len()).unwrap_or(i64::MAX)));
    if let Some(wape) = metrics.wape {
        let days = i64::try_from(metrics.days).unwrap_or(i64::MAX);
        let off = layout.t("foretold-off").with("days", days).with("wape", percent(wape)).to_string();
        let mape = metrics.mape.map(|mape| layout.t("foretold-off-daily").with("mape", percent(mape)).to_string());
        figure = figure.note(std::iter::once(off).chain(mape).collect::<Vec<_>>().join(" "));
    }
    if let Some((near, far)) = metrics.coverage_80.zip(metrics.coverage_95) {
        figure = figure.note(layout.t("foretold-held").with("near", percent(near)).with("far", percent(far)));
    }
    let mut candidates: Vec<_> = found.candidates.iter().collect();
    candidates.sort_by(|one, other| {
        let of = |wape: Option<f64>| wape.unwrap_or(f64::INFINITY);
        of(one.wape).total_cmp(&of(other.wape))
    });
    let rows = candidates.into_iter().map(|it| {
        let chosen = if it.model == found.model { layout.t("foretold-chosen").to_string() } else { String::new() };
        let error = Cell::of(it.wape, |wape| Cell::percent(language, wape));
        vec![Cell::text(layout.t(named(&it.model)).to_string()), error, Cell::text(chosen)]
    });
    figure
        .column(Column::label(layout.t("foretold-model")))
        .column(Column::percent(layout.t("foretold-error")))
        .column(Column::label(layout.t("foretold-which")))
        .rows(rows)
}

/// What a model does, in plain words.
fn named(model: &str) -> &'static str {
    match model {
        "seasonal-naive" => "foretold-seasonal-naive",
        "seasonal-mean" => "foretold-seasonal-mean",
        "mstl-ets" => "foretold-mstl",
        "mstl-ets-log" => "foretold-mstl-log",
        "ridge" => "foretold-ridge",
        "ridge-log" => "foretold-ridge-log",
        "middle" => "foretold-middle",
        _ => "foretold-mean",
    }
}
