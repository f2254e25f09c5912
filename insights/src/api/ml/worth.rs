//! What customers will bring, and how that is spread: `/api/clientes/valor-futuro`.

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Language;
use serde::Serialize;
use utoipa::ToSchema;

use super::churn::{DAYS, LEAST, lesson};
use super::{note_age, too_little};
use crate::access::Reader;
use crate::api::filters::Filters;
use crate::app::App;
use crate::math::{mean, quantile, rounded};
use crate::training::{Training, Wait};

/// A tenth of the customers by what they will bring.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FutureTenth {
    /// 1 to 10, the last being those who will bring most.
    pub(crate) tenth: usize,
    pub(crate) customers: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// What they will bring together.
    pub(crate) expected: f64,
    /// Percent of what all will bring.
    pub(crate) share: Option<f64>,
}

/// What customers will bring in twelve months, discounted at 10 % a year, and how that is spread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FutureValue {
    pub(crate) customers: usize,
    /// What all of them will bring together.
    pub(crate) expected: f64,
    pub(crate) mean: Option<f64>,
    /// The tenth, half and so on will bring this much or less.
    pub(crate) p10: Option<f64>,
    pub(crate) p50: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p99: Option<f64>,
    /// In ten steps of customers, the least first.
    pub(crate) tenths: Vec<FutureTenth>,
    /// Customers it was learned from.
    pub(crate) learned_from: usize,
    /// What one should know before believing it; null where there is nothing.
    pub(crate) note: Option<String>,
}

/// What customers will bring
///
/// `expected_value_12m` of `/api/ml/churn/at-risk` of every customer: percentiles, and tenths of the customers. None where too few came
/// back.
#[utoipa::path(
    get, path = "/api/clientes/valor-futuro", tag = "Belgrano", params(Filters),
    responses(
        (status = 200, body = FutureValue), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn future_value(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    headers: HeaderMap,
) -> Result<Json<FutureValue>, Problem> {
    let found = worth(&app, &reader, filters, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn worth(
    app: &App,
    reader: &Reader,
    filters: Filters,
    language: Language,
    wait: Wait,
) -> Result<Option<FutureValue>, Problem> {
    let Some(lesson) = lesson(app, reader, filters.check()?, DAYS, wait).await? else { return Ok(None) };
    note_age(&lesson);
    let mut values: Vec<f64> = lesson.what.values().collect();
    values.sort_by(f64::total_cmp);
    let note = values.is_empty().then(|| too_little(language, LEAST));
    Ok(Some(FutureValue { learned_from: lesson.what.learned_from, note, ..spread(&values) }))
}

/// How these are spread, the least of them first.
fn spread(values: &[f64]) -> FutureValue {
    let all: f64 = values.iter().sum();
    let money = |value: f64| rounded(value, 2);
    let at = |share: f64| (!values.is_empty()).then(|| money(quantile(values, share)));
    let place = |tenth: usize| tenth * values.len() / 10;
    let tenth = |number: usize| {
        let own = &values[place(number - 1)..place(number)];
        let expected: f64 = own.iter().sum();
        Some(FutureTenth {
            tenth: number,
            customers: own.len(),
            from: money(*own.first()?),
            to: money(*own.last()?),
            expected: money(expected),
            share: (all > 0.0).then(|| rounded(100.0 * expected / all, 2)),
        })
    };
    FutureValue {
        customers: values.len(),
        expected: money(all),
        mean: (!values.is_empty()).then(|| money(mean(values))),
        p10: at(0.1),
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        tenths: (1..=10).filter_map(tenth).collect(),
        learned_from: values.len(),
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::spread;
    use crate::math::real;

    #[test]
    fn tenths_hold_all_customers_and_all_that_they_will_bring() {
        let values: Vec<f64> = (1..=25).map(real).collect();
        let found = spread(&values);
        assert_eq!((found.tenths.len(), found.tenths.iter().map(|it| it.customers).sum::<usize>()), (10, 25));
        let expected: f64 = found.tenths.iter().map(|it| it.expected).sum();
        assert!((expected - 325.0).abs() < 1e-9 && (found.expected - 325.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.p50, found.mean, found.tenths[9].to.to_bits()), (Some(13.0), Some(13.0), 25.0_f64.to_bits()));
        let few = spread(&[5.0, 7.0]);
        assert_eq!((few.tenths.len(), few.customers), (2, 2), "there are no tenths of two customers but two of one");
        assert_eq!((spread(&[]).p50, spread(&[]).tenths.len()), (None, 0));
    }
}
