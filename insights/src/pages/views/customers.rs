//! `/clientes`: segments, new against returning, how what they bring is spread, cohorts, the way to the fifth order, and plans.

use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use jiff::civil::Date;

use super::alike::{alike, worth};
use super::leaving::leaving;
use super::{Asking, Found};
use crate::api::{self, Back, ValueView};
use crate::pages::figure::{Cell, ChartKind, Column, Figure};
use crate::pages::numbers::{amount, number};
use crate::pages::segment;

/// What the page shows.
pub(super) async fn find(asking: &Asking<'_>) -> Result<Found, Problem> {
    let mut figures = vec![
        segments(asking).await?,
        leaving(asking).await?,
        returning(asking).await?,
        values(asking).await?,
        worth(asking).await?,
        cohorts(asking).await?,
    ];
    figures.extend(alike(asking).await?);
    figures.extend([journey(asking).await?, plans(asking).await?]);
    let json = [
        "/api/clientes/segmentos",
        "/api/ml/churn/at-risk",
        "/api/clientes/nuevos",
        "/api/clientes/valor",
        "/api/clientes/valor-futuro",
        "/api/ml/clustering/customers",
        "/api/instashop/cohortes",
        "/api/instashop/recorrido",
        "/api/instashop/planes",
    ];
    Ok(Found { marks: Vec::new(), figures, json: json.into() })
}

async fn segments(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::segments_for(app, reader, filters)).await?;
    let rows = found.segments.iter().map(|found| {
        let (name, to_do) = segment::words(&found.segment).unzip();
        let said = |key: Option<&'static str>| key.map_or_else(String::new, |key| layout.t(key).to_string());
        let only = asking.look.address(&[("segment", Some(found.segment.as_str()))]);
        vec![
            Cell::text(said(name)).linked(only),
            Cell::amount(language, found.revenue, currency),
            Cell::count(language, found.customers),
            Cell::of(found.share, |value| Cell::percent(language, value)),
            Cell::of(found.aov, |value| Cell::amount(language, value, currency)),
            Cell::of(found.recency, |value| Cell::text(number(language, value, 0))),
            Cell::text(said(to_do)),
        ]
    });
    Ok(Figure::new(layout, "segments", ChartKind::Bars, layout.t("insights-segments"))
        .column(Column::label(layout.t("insights-segment")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::count(layout.t("insights-customers")).shape(""))
        .column(Column::percent(layout.t("insights-share")).shape(""))
        .column(Column::amount(layout.t("insights-average"), currency).shape(""))
        .column(Column::count(layout.t("insights-days-since")).shape(""))
        .column(Column::label(layout.t("insights-to-do")))
        .rows(rows))
}

/// A month as its first day says it: `11/2026`.
fn month(day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| day.to_owned(), |day| day.strftime("%m/%Y").to_string())
}

async fn returning(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::returning_for(app, reader, filters)).await?;
    let rows = found.months.iter().map(|of| {
        vec![
            Cell::text(month(&of.month)),
            Cell::count(language, of.new),
            Cell::count(language, of.returning),
            Cell::amount(language, of.new_revenue, currency),
            Cell::amount(language, of.returning_revenue, currency),
            Cell::amount(language, of.nobody_revenue, currency),
        ]
    });
    Ok(Figure::new(layout, "returning", ChartKind::Axis, layout.t("insights-new-and-returning"))
        .column(Column::label(layout.t("insights-month-of")))
        .column(Column::count(layout.t("insights-new-ones")).stack("customers"))
        .column(Column::count(layout.t("insights-returning-ones")).stack("customers"))
        .column(Column::amount(layout.t("insights-sales-new"), currency).shape(""))
        .column(Column::amount(layout.t("insights-sales-returning"), currency).shape(""))
        .column(Column::amount(layout.t("insights-sales-nobody"), currency).shape(""))
        .rows(rows))
}

async fn values(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::values_for(app, reader, filters)).await?;
    let rows = found.tenths.iter().map(|tenth| {
        vec![
            Cell::text(tenth.tenth.to_string()),
            Cell::amount(language, tenth.revenue, currency),
            Cell::count(language, tenth.customers),
            Cell::amount(language, tenth.from, currency),
            Cell::amount(language, tenth.to, currency),
            Cell::of(tenth.share, |value| Cell::percent(language, value)),
        ]
    });
    Ok(Figure::new(layout, "values", ChartKind::Axis, layout.t("insights-values"))
        .note(percentiles(asking, &found))
        .column(Column::label(layout.t("insights-tenth")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::count(layout.t("insights-customers")).shape(""))
        .column(Column::amount(layout.t("insights-from-amount"), currency).shape(""))
        .column(Column::amount(layout.t("insights-to-amount"), currency).shape(""))
        .column(Column::percent(layout.t("insights-share")).shape(""))
        .rows(rows))
}

fn percentiles(asking: &Asking<'_>, found: &ValueView) -> String {
    let layout = asking.layout;
    let money = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |value| amount(layout.language, value, &asking.look.currency))
    };
    let said = layout.t("insights-percentiles").with("half", money(found.p50)).with("most", money(found.p90));
    said.with("top", money(found.p99)).with("mean", money(found.mean)).to_string()
}

async fn cohorts(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let layout = asking.layout;
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::cohorts_for(app, reader, filters, Back::default())).await?;
    let width = found.cohorts.iter().map(|cohort| cohort.months.len()).max().unwrap_or(0);
    let mut figure = Figure::new(layout, "cohorts", ChartKind::Heat, layout.t("insights-cohorts"))
        .note(layout.t("insights-cohorts-note"))
        .column(Column::label(layout.t("insights-cohort")));
    for number in 0..width {
        figure = figure.column(Column::percent(layout.t("insights-month-number").with("number", number.to_string())));
    }
    let rows = found.cohorts.iter().map(|cohort| {
        let cells = cohort.months.iter().map(|cell| {
            Cell::of(cell.as_ref().and_then(|cell| cell.retention), |value| Cell::percent(language, value))
        });
        [Cell::text(month(&cohort.cohort))].into_iter().chain(cells).collect()
    });
    Ok(figure.rows(rows))
}

async fn journey(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let layout = asking.layout;
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::journey_for(app, reader, filters)).await?;
    let days = |value: Option<f64>| Cell::of(value, |value| Cell::text(number(language, value, 1)));
    let rows = found.steps.iter().filter(|_| found.steps.iter().any(|step| step.customers > 0)).map(|step| {
        vec![
            Cell::text(layout.t("insights-order-number").with("number", step.step.to_string()).to_string()),
            Cell::count(language, step.customers),
            Cell::of(step.went_on, |value| Cell::percent(language, value)),
            Cell::of(step.went_on_90d, |value| Cell::percent(language, value)),
            days(step.days_average),
            days(step.days_median),
        ]
    });
    Ok(Figure::new(layout, "journey", ChartKind::Axis, layout.t("insights-journey"))
        .note(layout.t("insights-journey-note"))
        .column(Column::label(layout.t("insights-journey-step")))
        .column(Column::count(layout.t("insights-customers")))
        .column(Column::percent(layout.t("insights-went-on")).shape("line").right())
        .column(Column::percent(layout.t("insights-went-on-90")).shape(""))
        .column(Column::count(layout.t("insights-days-average")).shape(""))
        .column(Column::count(layout.t("insights-days-median")).shape(""))
        .rows(rows))
}

/// What a plan is called.
fn plan_name(layout: &Layout, plan: &str) -> String {
    let key = match plan {
        "basic" => "plan-basic",
        "premium" => "plan-premium",
        "enterprise" => "plan-enterprise",
        // A plan that a newer shop has.
        _ => return plan.to_owned(),
    };
    layout.t(key).to_string()
}

async fn plans(asking: &Asking<'_>) -> Result<Figure, Problem> {
    let (layout, currency) = (asking.layout, &asking.look.currency);
    let language = layout.language;
    let (app, reader, filters) = asking.parts();
    let found = Box::pin(api::plans_for(app, reader, filters)).await?;
    let rows = found.plans.iter().map(|plan| {
        vec![
            Cell::text(
                plan.plan
                    .as_deref()
                    .map_or_else(|| layout.t("insights-no-plan").to_string(), |it| plan_name(layout, it)),
            ),
            Cell::amount(language, plan.revenue, currency),
            Cell::count(language, plan.accounts),
            Cell::count(language, plan.buyers),
            Cell::of(plan.lifetime_value, |value| Cell::amount(language, value, currency)),
            Cell::of(plan.retention_rate, |value| Cell::percent(language, value)),
        ]
    });
    Ok(Figure::new(layout, "plans", ChartKind::Bars, layout.t("insights-plans"))
        .column(Column::label(layout.t("insights-plan")))
        .column(Column::amount(layout.t("insights-sales"), currency))
        .column(Column::count(layout.t("insights-accounts")).shape(""))
        .column(Column::count(layout.t("insights-buyers")).shape(""))
        .column(Column::amount(layout.t("insights-lifetime"), currency).shape(""))
        .column(Column::percent(layout.t("insights-bought-again")).shape(""))
        .rows(rows))
}
