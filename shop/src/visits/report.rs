//! The counters of some days, added up by day, device and origin.

use std::collections::BTreeMap;

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::funnel::Counts;

/// Origins that are listed; those with the most visits.
const ORIGINS: i64 = 100;

/// Counters, and what part of the visits became orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct Figures {
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// Orders for each visit; null without visits.
    pub(crate) conversion: Option<f64>,
}

/// What was counted of one day, device or origin.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FunnelRow {
    /// The date, the kind of device or the origin.
    #[serde(rename = "que")]
    pub(crate) what: String,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// The funnel of some days.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FunnelReport {
    /// The first day.
    pub(crate) desde: String,
    /// The last day, which counts.
    pub(crate) hasta: String,
    /// All days together.
    pub(crate) total: Figures,
    /// Each day, those without anything too.
    pub(crate) por_dia: Vec<FunnelRow>,
    /// Each kind of device that came.
    pub(crate) por_dispositivo: Vec<FunnelRow>,
    /// The origins with the most visits, 100 at most.
    pub(crate) por_origen: Vec<FunnelRow>,
}

#[derive(sqlx::FromRow)]
struct Row {
    what: String,
    #[sqlx(flatten)]
    counts: Counts,
}

#[derive(sqlx::FromRow)]
struct HourRow {
    hour: UnixMillis,
    #[sqlx(flatten)]
    counts: Counts,
}

macro_rules! select_sums {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            ", CAST(SUM(visits) AS BIGINT) AS visits, CAST(SUM(home) AS BIGINT) AS home, \
             CAST(SUM(product) AS BIGINT) AS product, CAST(SUM(cart) AS BIGINT) AS cart, \
             CAST(SUM(checkout) AS BIGINT) AS checkout, CAST(SUM(orders) AS BIGINT) AS orders \
             FROM funnel WHERE hour >= $1 AND hour < $2 ",
            $rest
        )
    };
}

const BY_HOUR: &str = select_sums!("hour", "GROUP BY hour");
const BY_DEVICE: &str = select_sums!("device AS what", "GROUP BY device ORDER BY visits DESC, what");
const BY_ORIGIN: &str =
    select_sums!("origin AS what", "GROUP BY origin ORDER BY visits DESC, orders DESC, what LIMIT $3");

/// The funnel from the first day to the last.
pub(super) async fn read(session: &mut Session, days: &[LocalDay]) -> sqlx::Result<FunnelReport> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Err(sqlx::Error::RowNotFound) };
    let (begins, ends) = (first.begins, last.ends);
    let mut by_day: BTreeMap<Date, Counts> = days.iter().map(|day| (day.date, Counts::default())).collect();
    let mut total = Counts::default();
    for HourRow { hour, counts } in fetch!(all, *session, HourRow, BY_HOUR, begins, ends)? {
        total.add(counts);
        if let Some(day) = hour.local().and_then(|local| by_day.get_mut(&local.date())) {
            day.add(counts);
        }
    }
    let rows = |rows: Vec<Row>| rows.into_iter().map(|row| FunnelRow::new(row.what, row.counts)).collect();
    Ok(FunnelReport {
        desde: first.date.to_string(),
        hasta: last.date.to_string(),
        total: Figures::new(total),
        por_dia: by_day.into_iter().map(|(day, counts)| FunnelRow::new(day.to_string(), counts)).collect(),
        por_dispositivo: rows(fetch!(all, *session, Row, BY_DEVICE, begins, ends)?),
        por_origen: rows(fetch!(all, *session, Row, BY_ORIGIN, begins, ends, ORIGINS)?),
    })
}

impl Figures {
    #[expect(clippy::cast_precision_loss, reason = "counts of views are far below 2^52")]
    fn new(counts: Counts) -> Self {
        let conversion = (counts.visits > 0).then(|| counts.orders as f64 / counts.visits as f64);
        Self { counts, conversion: conversion.map(|part| (part * 10_000.0).round() / 10_000.0) }
    }
}

impl FunnelRow {
    fn new(what: String, counts: Counts) -> Self {
        Self { what, figures: Figures::new(counts) }
    }
}
