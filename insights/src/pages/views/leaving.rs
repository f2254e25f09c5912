//! Customers who are about to leave, why, and what to do: each one press away in the shop.

use belgrano_runtime::problem::Problem;
use serde_json::Value;

use super::Asking;
use crate::api::{self, AtRisk, Compare, Risk};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::learned::Learned;
use crate::pages::numbers::count;
use crate::training::Wait;

/// Customers that are listed.
const LISTED: i64 = 100;

pub(super) async fn leaving(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let layout = asking.layout;
    let risk = Risk { limit: Some(LISTED), ..Risk::default() };
    let filters = asking.look.filters.clone().over(None, Compare::Before);
    let work = Box::pin(api::leaving(asking.app, asking.reader, filters, &risk, layout.language, Wait::Page));
    let learned = Learned::of(work).await?;
    let figure = Figure::new(layout, "leaving", ChartKind::Table, layout.t("foretold-leaving"));
    let figure = figure.or(layout.t("foretold-leaving-none"));
    Ok(learned.figure(layout, asking.look, figure, |mut figure, found| {
        if let Some(note) = &found.note {
            // Of too few nobody is said to stay either.
            return figure.note(note).or(layout.t("foretold-not-yet"));
        }
        let of = |number: usize| count(layout.language, i64::try_from(number).unwrap_or(i64::MAX));
        let note =
            layout.t("foretold-leaving-note").with("count", of(found.customers.len())).with("total", of(found.total));
        figure = figure.note(note.with("learned", of(found.learned_from)));
        let all: Vec<&Value> = found.customers.iter().map(|customer| &customer.customer_id).collect();
        if let Some(way) = chosen(asking, &all) {
            figure = figure.action(way, layout.t("foretold-open-all"));
        }
        columns(asking, figure).rows(found.customers.iter().map(|customer| row(asking, customer)))
    }))
}

/// The way to the page of the shop that has these customers; `None` where there is none.
fn chosen(asking: &Asking<'_>, customers: &[&Value]) -> Option<String> {
    let ids: Vec<String> = customers.iter().filter_map(|id| id.as_i64()).map(|id| id.to_string()).collect();
    if ids.is_empty() || !asking.acts() {
        return None;
    }
    asking.way(&asking.app.settings.shop_url, &format!("/administrar/clientes?ids={}", ids.join(",")))
}

fn columns(asking: &Asking<'_>, figure: Figure) -> Figure {
    let (t, currency) = (|key: &'static str| asking.layout.t(key), &asking.look.currency);
    figure
        .column(Column::label(t("insights-customer")))
        .column(Column::percent(t("foretold-leaves")))
        .column(Column::label(t("foretold-reason")))
        .column(Column::label(t("insights-to-do")))
        .column(Column::amount(t("foretold-brought"), currency))
        .column(Column::amount(t("foretold-will-bring"), currency))
        .column(Column::count(t("insights-orders")))
}

fn row(asking: &Asking<'_>, customer: &AtRisk) -> Vec<Cell> {
    let (language, currency) = (asking.layout.language, &asking.look.currency);
    let id = &customer.customer_id;
    let number = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let name = Cell::text(customer.name.clone().unwrap_or_else(|| format!("#{number}")));
    let money = |value| Cell::amount(language, value, currency);
    vec![
        match chosen(asking, &[id]) {
            Some(way) => name.linked(way),
            None => name,
        },
        Cell::percent(language, 100.0 * customer.churn_probability),
        Cell::text(customer.reason.as_str()),
        Cell::text(customer.recommended_action.as_str()),
        money(customer.lifetime_value),
        Cell::of(customer.expected_value_12m, money),
        Cell::number(language, customer.total_orders, 0),
    ]
}
