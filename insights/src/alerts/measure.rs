//! What the rules are about, measured: of the data by SQL, of the feeds and of this process by asking.
//!
//! `None` means that there is too little to tell from, or that it could not be read: the rule stays as it is.

use belgrano_wire::steady::SteadyMillis;
use belgrano_wire::timestamp::UnixMillis;
use datafusion::common::ScalarValue;
use jiff::ToSpan;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::band::{Brought, band};
use super::{Kind, Rule};
use crate::api::CRITICAL;
use crate::app::App;
use crate::engine::Scope;
use crate::ingest::OWN;

/// Days of the same weekday that today is compared with.
const WEEKS: i64 = 8;
/// Products that are named; of the others it is said how many there are.
const NAMED: usize = 5;
/// More products than anybody reads.
const COUNTED: usize = 1000;

/// What one round measured, for the rules to be held against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The value, in the unit of the kind.
    pub value: f64,
    /// What would be ordinary, where that is not the rule's limit alone.
    pub band: Option<(f64, f64)>,
    /// What it is about: names.
    pub about: Option<String>,
}

impl Reading {
    fn of(value: f64) -> Self {
        Self { value, ..Self::default() }
    }

    /// Whether it is beyond the limit of `rule`.
    pub(super) fn is_beyond(&self, rule: &Rule) -> bool {
        match self.band {
            Some((low, high)) => self.value < low || self.value > high,
            None => self.value >= rule.threshold,
        }
    }
}

/// Why something could not be measured.
pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Measures what `rule` is about.
pub(super) async fn measure(app: &App, rule: &Rule) -> Result<Option<Reading>, Trouble> {
    match rule.kind {
        Kind::Stock => Box::pin(stock(app)).await.map(Some),
        Kind::Deliveries => Box::pin(deliveries(app, rule)).await,
        Kind::Revenue => Box::pin(revenue(app, rule)).await,
        Kind::Feed => Ok(feed(app).await?),
        Kind::Requests => Ok(requests(app, rule, app.ambient.steady())),
        Kind::Disk => disk(app).map(Some),
        Kind::Memory => memory().map(Some),
    }
}

async fn rows<T: DeserializeOwned>(app: &App, sql: &str, values: Vec<ScalarValue>) -> Result<Vec<T>, Trouble> {
    let answer = Box::pin(app.answers.ask(&Scope::WHOLE, sql, values)).await?;
    if answer.since.is_some() {
        return Err("the lake cannot be read: what was known before tells nothing of now".into());
    }
    let found = crate::api::json(&answer.batches).map_err(|problem| problem.detail().to_owned())?;
    Ok(serde_json::from_value::<Vec<T>>(found)?)
}

fn own() -> ScalarValue {
    ScalarValue::Utf8(Some(OWN.to_owned()))
}

#[derive(Deserialize)]
struct Product {
    product_name: Option<String>,
}

async fn stock(app: &App) -> Result<Reading, Trouble> {
    let sql = format!(
        "SELECT p.product_name FROM gold_stock p WHERE p.source = $1 AND {CRITICAL} \
         ORDER BY p.days_of_stock NULLS LAST, p.current_stock, p.product_id LIMIT {COUNTED}"
    );
    let low: Vec<Product> = rows(app, &sql, vec![own()]).await?;
    let names: Vec<String> = low.iter().filter_map(|product| product.product_name.clone()).take(NAMED).collect();
    let more = if low.len() > names.len() { ", …" } else { "" };
    let about = (!names.is_empty()).then(|| format!("{}{more}", names.join(", ")));
    Ok(Reading { value: counted(low.len()), band: None, about })
}

#[derive(Deserialize)]
struct Ended {
    delivered: Option<i64>,
    failed: Option<i64>,
}

async fn deliveries(app: &App, rule: &Rule) -> Result<Option<Reading>, Trouble> {
    const SQL: &str = "SELECT sum(CASE WHEN delivered_at >= $2 THEN 1 ELSE 0 END) AS delivered, \
         sum(CASE WHEN failed_at >= $2 THEN 1 ELSE 0 END) AS failed FROM silver_tickets WHERE source = $1";
    let window_ms = i64::try_from(rule.window().as_millis()).unwrap_or(i64::MAX);
    // To the minute, so that what is asked twice within one is worked out once.
    let from = UnixMillis(app.ambient.now().plus_ms(-window_ms).0 / 60_000 * 60_000);
    let instant = ScalarValue::TimestampMicrosecond(Some(from.0.saturating_mul(1000)), Some("UTC".into()));
    let found: Vec<Ended> = rows(app, SQL, vec![own(), instant]).await?;
    let Some(Ended { delivered, failed }) = found.into_iter().next() else { return Ok(None) };
    let (delivered, failed) = (delivered.unwrap_or(0), failed.unwrap_or(0));
    Ok((delivered + failed >= rule.minimum.max(1)).then(|| {
        let share = exact(failed) / exact(delivered + failed);
        Reading::of(share * 100.0)
    }))
}

#[derive(Deserialize)]
struct Day {
    /// `None`: of no sale at all there is no first day.
    day: Option<String>,
    net: Value,
    orders: i64,
}

async fn revenue(app: &App, rule: &Rule) -> Result<Option<Reading>, Trouble> {
    let Some(now) = app.ambient.now().local() else { return Ok(None) };
    let (today, hour) = (now.date(), i64::from(now.hour()));
    let days: Vec<_> = (0..=WEEKS).filter_map(|weeks| today.checked_sub((weeks * 7).days()).ok()).collect();
    let list = days.iter().map(|day| format!("DATE '{day}'")).collect::<Vec<_>>().join(", ");
    // Days before the first sale tell nothing; a day without a sale since does.
    let sql = format!(
        "SELECT CAST(min(ordered_on) AS VARCHAR) AS day, 0 AS net, CAST(0 AS BIGINT) AS orders FROM gold_hourly_sales WHERE source = $1 UNION ALL \
         SELECT CAST(ordered_on AS VARCHAR) AS day, sum(net) AS net, CAST(sum(net_orders) AS BIGINT) AS orders FROM gold_hourly_sales WHERE source = $1 \
         AND ordered_on IN ({list}) AND ordered_hour < {hour} GROUP BY ordered_on"
    );
    let found: Vec<Day> = rows(app, &sql, vec![own()]).await?;
    let brought = |one: &Day| Brought { net: amount(&one.net), orders: exact(one.orders) };
    let days_of: Vec<_> = found.iter().filter_map(|one| Some((one.day.as_deref()?, brought(one)))).collect();
    let Some(first) = days_of.iter().map(|(day, _)| *day).min() else { return Ok(None) };
    let of = |day: &jiff::civil::Date| {
        let day = day.to_string();
        let add = |all: Brought, one: Brought| Brought { net: all.net + one.net, orders: all.orders + one.orders };
        let own = days_of.iter().filter(|(of, _)| *of == day).map(|(_, brought)| *brought);
        (*day >= *first).then(|| own.fold(Brought::default(), add))
    };
    let before: Vec<Brought> = days.iter().skip(1).filter_map(of).collect();
    let enough = i64::try_from(before.len()).is_ok_and(|days| days >= rule.minimum);
    let Some(today) = of(&today).filter(|_| enough && hour > 0) else { return Ok(None) };
    let ordinary = band(&before, today, rule.threshold);
    Ok(ordinary.map(|band| Reading { value: today.net, band: Some(band), about: None }))
}

/// How far the slowest feed is behind, or the broker that changes are published to.
pub(crate) async fn feed(app: &App) -> sqlx::Result<Option<Reading>> {
    let now = app.ambient.now();
    let read = app.feeds.all().into_iter().map(|(name, state)| (state.current_at, name.to_owned()));
    let published = crate::stream::progress(app).await?.unwrap_or_default().into_iter();
    let published = published.map(|progress| (progress.current_at, format!("stream {}", progress.feed)));
    // A feed that has never been whole has no lag yet: a first copy of years takes as long as it takes.
    let behind = read.chain(published).filter_map(|(at, name)| Some((now.since_ms(at?), name)));
    Ok(behind.max().map(|(lag_ms, name)| Reading { about: Some(name), ..Reading::of(exact(lag_ms.max(0) / 1000)) }))
}

fn requests(app: &App, rule: &Rule, now: SteadyMillis) -> Option<Reading> {
    let (count, ms) = app.latencies.p95(now, rule.window())?;
    i64::try_from(count).is_ok_and(|count| count >= rule.minimum).then(|| Reading::of(f64::from(ms)))
}

fn disk(app: &App) -> Result<Reading, Trouble> {
    let found = rustix::fs::statvfs(&app.settings.common.data_dir)?;
    let whole = found.f_blocks.max(1);
    // What only the administrator of the machine may still use counts as used.
    let used = whole.saturating_sub(found.f_bavail.min(whole));
    Ok(Reading::of(counted(usize::try_from(used)?) * 100.0 / counted(usize::try_from(whole)?)))
}

fn memory() -> Result<Reading, Trouble> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kib: i64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(Reading::of(exact(kib) / 1024.0))
}

/// A decimal as the engine writes it: a number, or a text.
fn amount(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
fn exact(count: i64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
fn counted(count: usize) -> f64 {
    count as f64
}
