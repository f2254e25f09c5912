//! `/api/instashop/sentimiento`: what customers think, by their stars; by their words too, where there are enough.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::share;
use super::words::{LEAST, Rated, Unable, WordsView, train};
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::filters::{Filters, Narrowed};
use crate::api::kpis::{as_real, two};
use crate::app::App;

/// Reviews with words that a classifier is trained on: the latest.
const READ: usize = 5000;

/// Reviews by their stars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct StarsView {
    pub(crate) reviews: i64,
    /// How many of one star, two, three, four and five.
    pub(crate) stars: [i64; 5],
    /// Null without a review.
    pub(crate) average: Option<f64>,
    /// Four or five stars.
    pub(crate) positive: i64,
    /// Reviews of three stars.
    pub(crate) neutral: i64,
    /// Reviews of one or two stars.
    pub(crate) negative: i64,
    /// Percent of all.
    pub(crate) positive_share: Option<f64>,
    pub(crate) neutral_share: Option<f64>,
    pub(crate) negative_share: Option<f64>,
}

/// Stars of the reviews of a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MonthOfStars {
    /// Its first day.
    pub(crate) month: String,
    #[serde(flatten)]
    pub(crate) stars: StarsView,
}

/// What customers think.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentimentView {
    /// Of articles and deliveries.
    pub(crate) all: StarsView,
    pub(crate) articles: StarsView,
    pub(crate) deliveries: StarsView,
    /// The earliest first.
    pub(crate) months: Vec<MonthOfStars>,
    /// What words tell; null where `words_missing` says why.
    pub(crate) words: Option<WordsView>,
    /// `too_few`: fewer than `words_needed` reviews with words; `one_sided`: nearly all are good, or nearly all bad; `not_shown`: who asks
    /// may not see what persons write.
    pub(crate) words_missing: Option<&'static str>,
    /// Reviews with words, other than of three stars.
    pub(crate) with_words: Option<i64>,
    pub(crate) words_needed: i64,
}

/// Sentiment of reviews
///
/// By stars: four and five are positive, three neutral, one and two negative. Hidden reviews are left out. With 200 reviews of words or
/// more, a classifier tells which words stand in good and bad ones, and how often it is right.
#[utoipa::path(
    get, path = "/api/instashop/sentimiento", tag = "InstaShop", params(Filters),
    responses((status = 200, body = SentimentView), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn sentiment(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<SentimentView>, Problem> {
    let narrowed = filters.check()?;
    let (from, values) = reviews(&narrowed);
    let sql = format!(
        "SELECT CAST(CAST(date_trunc('month', r.reviewed_on) AS DATE) AS VARCHAR) AS month, r.of_delivery, \
         CAST(r.stars AS BIGINT) AS stars, count(*) AS n {from} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    );
    let found: Vec<Found> = rows(&app, &reader, &sql, values.clone()).await?;
    let mut months: Vec<MonthOfStars> = Vec::new();
    for month in found.iter().filter_map(|row| row.month.clone()) {
        if months.last().is_none_or(|last| last.month != month) {
            let stars = tally(found.iter().filter(|row| row.month.as_ref() == Some(&month)));
            months.push(MonthOfStars { month, stars });
        }
    }
    let texts = texts(&app, &reader, &from, values).await?;
    let with_words = texts.as_ref().map(|texts| i64::try_from(texts.len()).unwrap_or(i64::MAX));
    let (words, words_missing) = match texts {
        Some(texts) => learnt(texts).await?,
        None => (None, Some("not_shown")),
    };
    Ok(Json(SentimentView {
        all: tally(found.iter()),
        articles: tally(found.iter().filter(|row| !row.of_delivery)),
        deliveries: tally(found.iter().filter(|row| row.of_delivery)),
        months,
        words,
        words_missing,
        with_words,
        words_needed: i64::try_from(LEAST).unwrap_or(i64::MAX),
    }))
}

#[derive(Debug, Deserialize)]
struct Found {
    month: Option<String>,
    of_delivery: bool,
    stars: i64,
    n: i64,
}

/// What comes after the columns of a question about reviews `r`, with its values: those of what is asked about.
fn reviews(narrowed: &Narrowed) -> (String, Vec<ScalarValue>) {
    let days = |sql: &mut String| {
        use std::fmt::Write as _;
        let _ = narrowed.from.map(|day| write!(sql, " AND r.reviewed_on >= DATE '{day}'"));
        let _ = narrowed.to.map(|day| write!(sql, " AND r.reviewed_on <= DATE '{day}'"));
    };
    let ever = narrowed.of_all_days();
    let (condition, values) = ever.sales(None);
    let sold = if ever.is_of_everything() {
        String::new()
    } else {
        format!(
            "LEFT SEMI JOIN (SELECT DISTINCT s.order_id AS s_order, s.product_id AS s_product FROM gold_sales s WHERE {condition}) q \
             ON r.order_id = q.s_order AND (r.product_id IS NULL OR r.product_id = q.s_product)"
        )
    };
    let mut sql = format!("FROM silver_reviews r {sold} WHERE r.source = $1 AND NOT r.hidden");
    days(&mut sql);
    (sql, values)
}

fn tally<'a>(rows: impl Iterator<Item = &'a Found>) -> StarsView {
    let mut stars = [0; 5];
    for row in rows {
        let place = usize::try_from(row.stars - 1).ok().and_then(|place| stars.get_mut(place));
        if let Some(count) = place {
            *count += row.n;
        }
    }
    let [one, two_stars, three, four, five] = stars;
    let (reviews, positive, negative) = (stars.iter().sum(), four + five, one + two_stars);
    let sum = one + 2 * two_stars + 3 * three + 4 * four + 5 * five;
    StarsView {
        reviews,
        stars,
        average: (reviews > 0).then(|| two(as_real(sum) / as_real(reviews))),
        positive,
        neutral: three,
        negative,
        positive_share: share(positive, reviews),
        neutral_share: share(three, reviews),
        negative_share: share(negative, reviews),
    }
}

#[derive(Debug, Deserialize)]
struct Written {
    words: Option<String>,
    stars: i64,
}

/// The latest reviews with words that are good or bad; `None` for who may not see what persons write.
async fn texts(
    app: &App,
    reader: &Reader,
    from: &str,
    values: Vec<ScalarValue>,
) -> Result<Option<Vec<Rated>>, Problem> {
    if !reader.persons {
        return Ok(None);
    }
    let sql = format!(
        "SELECT r.words, CAST(r.stars AS BIGINT) AS stars {from} AND r.words IS NOT NULL AND r.stars <> 3 \
         ORDER BY r.reviewed_at DESC, r.review_id LIMIT {READ}"
    );
    let found: Vec<Written> = rows(app, reader, &sql, values).await?;
    Ok(Some(found.into_iter().filter_map(|row| Some((row.words?, row.stars > 3))).collect()))
}

/// What a classifier learns of them, beside what the service does meanwhile.
async fn learnt(texts: Vec<Rated>) -> Result<(Option<WordsView>, Option<&'static str>), Problem> {
    let trained = tokio::task::spawn_blocking(move || train(&texts)).await;
    Ok(match trained.map_err(|error| Problem::internal(&error))? {
        Ok(words) => (Some(words), None),
        Err(Unable::TooFew) => (None, Some("too_few")),
        Err(Unable::OneSided) => (None, Some("one_sided")),
    })
}
