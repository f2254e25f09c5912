//! What is bought together: pairs and triples of articles.

use belgrano_runtime::problem::Problem;

use super::Asking;
use crate::api::{self, MostTogether, Set};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::learned::Learned;
use crate::pages::numbers::{count, number};
use crate::training::Wait;

/// Sets of each kind that are shown.
const SHOWN: i64 = 15;

/// Pairs, and triples where there are any.
pub(super) async fn together(asking: &Asking<'_>) -> Result<Vec<Figure>, Problem> {
    let layout = asking.layout;
    let most = MostTogether { top_n: Some(SHOWN) };
    let filters = asking.look.filters.clone().over(None, api::Compare::Before);
    let work = Box::pin(api::sets(asking.app, asking.reader, filters, &most, layout.language, Wait::Page));
    let learned = Learned::of(work).await?;
    let pairs =
        Figure::new(layout, "pairs", ChartKind::Bars, layout.t("foretold-pairs")).or(layout.t("foretold-pairs-none"));
    let pairs = learned.figure(layout, asking.look, pairs, |figure, found| {
        let orders = count(layout.language, i64::try_from(found.learned_from).unwrap_or(i64::MAX));
        let figure = figure.note(layout.t("foretold-pairs-note").with("orders", orders));
        let figure = match &found.note {
            Some(note) => figure.note(note),
            None => figure,
        };
        columns(asking, figure).rows(found.pairs.iter().map(|set| row(asking, set)))
    });
    let mut figures = vec![pairs];
    if let Some(found) = learned.found().filter(|found| !found.triples.is_empty()) {
        let triples = Figure::new(layout, "triples", ChartKind::Bars, layout.t("foretold-triples"));
        figures.push(columns(asking, triples).rows(found.triples.iter().map(|set| row(asking, set))));
    }
    Ok(figures)
}

fn columns(asking: &Asking<'_>, figure: Figure) -> Figure {
    let t = |key: &'static str| asking.layout.t(key);
    figure
        .column(Column::label(t("foretold-set")))
        .column(Column::percent(t("foretold-confidence")))
        .column(Column::label(t("foretold-rule")))
        .column(Column::count(t("foretold-lift")).shape(""))
        .column(Column::percent(t("foretold-support")).shape(""))
        .column(Column::count(t("insights-orders")).shape(""))
}

fn row(asking: &Asking<'_>, set: &Set) -> Vec<Cell> {
    let (layout, language) = (asking.layout, asking.layout.language);
    let names: Vec<&str> = set.given.iter().map(|article| article.product_name.as_str()).collect();
    let rule =
        layout.t("foretold-buys-too").with("given", names.join(" + ")).with("then", set.then.product_name.as_str());
    vec![
        Cell::text(format!("{} + {}", names.join(" + "), set.then.product_name)),
        Cell::percent(language, 100.0 * set.confidence),
        Cell::text(rule.to_string()),
        Cell::text(format!("{}\u{a0}×", number(language, set.lift, 1))),
        Cell::percent(language, 100.0 * set.support),
        Cell::count(language, i64::try_from(set.orders).unwrap_or(i64::MAX)),
    ]
}
