//! What will be asked for of the articles that sell most, when their stock is gone and how much to order.

use belgrano_runtime::problem::Problem;
use jiff::civil::Date;

use super::Asking;
use super::products::{article, receive};
use crate::api::{self, Asked, Wanted};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::learned::Learned;
use crate::pages::look::{Own, Takes};
use crate::pages::numbers::number;
use crate::training::Wait;

/// Articles that are shown.
const SHOWN: i64 = 50;
/// In how many of a hundred cases the stock is to be enough: what may be chosen, and what is when nobody does.
const LEVELS: [(&str, f64); 3] = [("90", 0.9), ("95", 0.95), ("99", 0.99)];
const USUAL: &str = "95";
/// The parameter that says so.
const LEVEL: &str = "nivel";

/// What the page of products takes beside what all take.
pub(in crate::pages) fn own() -> Own {
    vec![(LEVEL, Takes::Word(LEVELS.map(|(word, _)| word).into()))]
}

pub(super) async fn demand(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let layout = asking.layout;
    let given = asking.look.own(LEVEL).unwrap_or(USUAL);
    let (word, level) = LEVELS.into_iter().find(|(word, _)| *word == given).unwrap_or((USUAL, 0.95));
    let wanted = Wanted { top_n: Some(SHOWN), service_level: Some(level) };
    // What was asked for in a whole year says what will be, whatever stretch is shown.
    let filters = asking.look.filters.clone().over(None, api::Compare::Before);
    let asked = Box::pin(api::asked_for(asking.app, asking.reader, filters, &wanted, layout.language, Wait::Page));
    let learned = Learned::of(asked).await?;
    let mut figure = Figure::new(layout, "demand", ChartKind::Bars, layout.t("foretold-demand"));
    figure = figure.or(layout.t("foretold-demand-none"));
    for (own, _) in LEVELS {
        let text = layout.t("foretold-level").with("level", own);
        let href = format!("{}#demand", asking.look.address(&[(LEVEL, Some(own))]));
        figure = figure.choice(href, text, own == word);
    }
    Ok(learned.figure(layout, asking.look, figure, |figure, found| {
        columns(asking, figure.note(layout.t("foretold-demand-note").with("level", word)))
            .rows(found.products.iter().map(|product| row(asking, product)))
    }))
}

fn columns(asking: &Asking<'_>, figure: Figure) -> Figure {
    let t = |key: &'static str| asking.layout.t(key);
    let count = |key| Column::count(t(key)).shape("");
    let figure = figure
        .column(Column::label(t("insights-article")))
        .column(Column::count(t("insights-to-order")))
        .column(Column::label(t("insights-to-do")))
        .column(count("insights-at-hand"))
        .column(count("insights-days-of-stock"))
        .column(Column::label(t("foretold-gone-on")))
        .column(Column::percent(t("foretold-gone-risk")).shape(""))
        .column(count("foretold-demand-30"))
        .column(count("foretold-demand-60"))
        .column(count("foretold-demand-90"))
        .column(count("foretold-lead"));
    if asking.acts() { figure.column(Column::label(t("foretold-act"))) } else { figure }
}

fn row(asking: &Asking<'_>, product: &Asked) -> Vec<Cell> {
    let language = asking.layout.language;
    let pieces = |value: f64| Cell::number(language, value, 0);
    let gone = product.stock_out_date.as_ref().and_then(|day| day.parse::<Date>().ok());
    let mut row = vec![
        article(asking, &product.product_id, Some(&product.product_name)),
        Cell::of(product.reorder_quantity, pieces),
        Cell::text(product.recommendation.as_str()),
        Cell::of(product.current_stock, pieces),
        Cell::of(product.days_of_stock, |value| Cell::text(number(language, value, 1))),
        Cell::of(gone, |day| Cell::day(language, day)),
        Cell::of(product.stock_out_risk, |value| Cell::percent(language, 100.0 * value)),
        pieces(product.forecast_30d),
        pieces(product.forecast_60d),
        pieces(product.forecast_90d),
        pieces(product.lead_days),
    ];
    if asking.acts() {
        row.push(receive(asking, &product.product_id, product.reorder_quantity));
    }
    row
}
