//! Groups of customers who are alike, with their picture, and what customers will bring.

use belgrano_runtime::problem::Problem;

use super::Asking;
use crate::api::{self, Clusters, Compare, FutureValue, Groups};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::learned::Learned;
use crate::pages::numbers::{amount, number};
use crate::training::Wait;

/// The picture, and the habits of each group.
pub(super) async fn alike(asking: &Asking<'_>) -> Result<Vec<Figure>, Problem> {
    let layout = asking.layout;
    let filters = asking.look.filters.clone().over(None, Compare::Before);
    let count = Groups::default();
    let work = Box::pin(api::groups(asking.app, asking.reader, filters, &count, layout.language, Wait::Page));
    let learned = Learned::of(work).await?;
    let figure = Figure::new(layout, "groups", ChartKind::Groups, layout.t("foretold-groups"));
    let figure = figure.or(layout.t("foretold-groups-none"));
    let mut figures = vec![learned.figure(layout, asking.look, figure, |figure, found| picture(asking, figure, found))];
    if let Some(found) = learned.found().filter(|found| !found.clusters.is_empty()) {
        figures.push(habits(asking, found));
    }
    Ok(figures)
}

fn named(asking: &Asking<'_>, cluster: usize) -> String {
    asking.layout.t("foretold-group-number").with("number", i64::try_from(cluster + 1).unwrap_or(0)).to_string()
}

fn picture(asking: &Asking<'_>, figure: Figure, found: &Clusters) -> Figure {
    let (layout, language) = (asking.layout, asking.layout.language);
    if let Some(note) = &found.note {
        return figure.note(note);
    }
    let [across, up] = found.explained_variance.map(|share| number(language, 100.0 * share, 1));
    let said = layout.t("foretold-groups-note").with("across", across).with("up", up);
    let apart = found.silhouette.map_or_else(|| "–".to_owned(), |apart| number(language, apart, 2));
    let rows = found.points.iter().map(|point| {
        let id = &point.customer_id;
        vec![
            Cell::text(id.as_str().map_or_else(|| id.to_string(), str::to_owned)),
            Cell::number(language, point.x, 2),
            Cell::number(language, point.y, 2),
            Cell::text(named(asking, point.cluster)),
        ]
    });
    figure
        .note(said.with("apart", apart))
        .column(Column::label(layout.t("insights-customer")))
        .column(Column::count(layout.t("foretold-axis-1")))
        .column(Column::count(layout.t("foretold-axis-2")))
        .column(Column::label(layout.t("foretold-group")))
        .rows(rows)
}

fn habits(asking: &Asking<'_>, found: &Clusters) -> Figure {
    let (layout, language, currency) = (asking.layout, asking.layout.language, &asking.look.currency);
    let days = |value: f64| Cell::number(language, value, 0);
    let rows = found.clusters.iter().map(|group| {
        vec![
            Cell::text(named(asking, group.cluster)),
            Cell::count(language, i64::try_from(group.size).unwrap_or(i64::MAX)),
            Cell::percent(language, group.share),
            Cell::amount(language, group.revenue, currency),
            Cell::amount(language, group.avg_order_value, currency),
            Cell::number(language, group.orders, 1),
            days(group.recency_days),
            Cell::of(group.days_between_orders, days),
        ]
    });
    Figure::new(layout, "group-habits", ChartKind::Bars, layout.t("foretold-habits"))
        .note(layout.t("foretold-habits-note"))
        .column(Column::label(layout.t("foretold-group")))
        .column(Column::count(layout.t("insights-customers")))
        .column(Column::percent(layout.t("insights-share")).shape(""))
        .column(Column::amount(layout.t("foretold-brought"), currency).shape(""))
        .column(Column::amount(layout.t("insights-average"), currency).shape(""))
        .column(Column::count(layout.t("insights-orders")).shape(""))
        .column(Column::count(layout.t("insights-days-since")).shape(""))
        .column(Column::count(layout.t("foretold-days-between")).shape(""))
        .rows(rows)
}

/// What customers will bring in twelve months, and how that is spread.
pub(super) async fn worth(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let layout = asking.layout;
    let filters = asking.look.filters.clone().over(None, Compare::Before);
    let work = Box::pin(api::worth(asking.app, asking.reader, filters, layout.language, Wait::Page));
    let learned = Learned::of(work).await?;
    let figure = Figure::new(layout, "worth", ChartKind::Axis, layout.t("foretold-worth"));
    let figure = figure.or(layout.t("foretold-worth-none"));
    Ok(learned.figure(layout, asking.look, figure, |figure, found| tenths(asking, figure, found)))
}

fn tenths(asking: &Asking<'_>, figure: Figure, found: &FutureValue) -> Figure {
    let (layout, language, currency) = (asking.layout, asking.layout.language, &asking.look.currency);
    if let Some(note) = &found.note {
        return figure.note(note);
    }
    let money = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| amount(language, value, currency));
    let said = layout.t("foretold-worth-note").with("all", money(Some(found.expected))).with("mean", money(found.mean));
    let said = said.with("least", money(found.p10)).with("half", money(found.p50));
    let rows = found.tenths.iter().map(|tenth| {
        vec![
            Cell::text(tenth.tenth.to_string()),
            Cell::amount(language, tenth.expected, currency),
            Cell::count(language, i64::try_from(tenth.customers).unwrap_or(i64::MAX)),
            Cell::amount(language, tenth.from, currency),
            Cell::amount(language, tenth.to, currency),
            Cell::of(tenth.share, |value| Cell::percent(language, value)),
        ]
    });
    figure
        .note(said.with("most", money(found.p90)).with("top", money(found.p99)))
        .column(Column::label(layout.t("insights-tenth")))
        .column(Column::amount(layout.t("foretold-will-bring"), currency))
        .column(Column::count(layout.t("insights-customers")).shape(""))
        .column(Column::amount(layout.t("insights-from-amount"), currency).shape(""))
        .column(Column::amount(layout.t("insights-to-amount"), currency).shape(""))
        .column(Column::percent(layout.t("insights-share")).shape(""))
        .rows(rows)
}
