//! `/api/productos/…`: articles by share and growth, and those that nobody buys.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::Reader;
use crate::api::ask::{Ids, rows};
use crate::api::days::{Compare, Days};
use crate::api::filters::{Filters, Narrowed, money, within};
use crate::api::instashop::{growth, last_days, percent};
use crate::api::kpis::{as_real, days, two};
use crate::api::sums::OF_PRODUCTS;
use crate::app::App;

/// Days that are looked at when no first one is asked for.
const USUAL: i64 = 90;

/// A part of the list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Most {
    /// At most so many articles, 1 to 1000; 100 when it is left out.
    pub(crate) limit: Option<i64>,
}

/// Where an article stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Quadrant {
    /// Sells more than most, and grows faster than all together: keep it at hand and in sight.
    Star,
    /// Sells more than most, and grows no faster: keep its margin.
    CashCow,
    /// Sells less than most, and grows faster: try it in sight.
    Question,
    /// Sells less than most, and grows no faster: sell what is left.
    Dog,
}

/// An article's share of the sales and its growth, and the quadrant of both.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MatrixView {
    #[schema(value_type = i64)]
    pub(crate) product_id: Value,
    pub(crate) product_name: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) revenue: f64,
    pub(crate) units: i64,
    pub(crate) orders: i64,
    /// On the lines whose cost is known, percent.
    pub(crate) margin: Option<f64>,
    pub(crate) previous_revenue: f64,
    /// Percent of the revenue of all articles.
    #[serde(default)]
    pub(crate) share: Option<f64>,
    /// Against the stretch before, percent; null where that sold nothing, which counts as growing.
    #[serde(default)]
    pub(crate) growth: Option<f64>,
    /// Null where nothing at all was sold in the stretch before: nothing has grown or shrunk then.
    #[serde(skip_deserializing)]
    pub(crate) quadrant: Option<Quadrant>,
}

/// Articles by share and growth.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Matrix {
    /// First and last day that are looked at.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// Revenue for each article that sold: more than this is a high share.
    pub(crate) mean_revenue: Option<f64>,
    /// Of all articles together: faster than this is high growth.
    pub(crate) growth: Option<f64>,
    /// How many stand in each quadrant.
    pub(crate) stars: i64,
    pub(crate) cash_cows: i64,
    pub(crate) questions: i64,
    pub(crate) dogs: i64,
    /// Of the highest sales first.
    pub(crate) products: Vec<MatrixView>,
    /// How many sold in either stretch.
    pub(crate) total: i64,
}

/// Articles by share and growth
///
/// Sales of the days asked about, or of the last 90, against the stretch of the same length before.
#[utoipa::path(
    get, path = "/api/productos/matriz", tag = "Belgrano", params(Filters, Most),
    responses((status = 200, body = Matrix), (status = 422, body = ProblemDocument))
)]
pub(super) async fn matrix(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(most): Query<Most>,
) -> Result<Json<Matrix>, Problem> {
    Box::pin(matrix_for(&app, &reader, filters, most)).await.map(Json)
}

/// Articles by what they sell and how that grows.
pub(crate) async fn matrix_for(app: &App, reader: &Reader, filters: Filters, most: Most) -> Result<Matrix, Problem> {
    let limit = within("limit", most.limit, 100, 1..=1000)?;
    let narrowed = filters.check()?.by_line();
    let asked = days(app, reader, &narrowed).await?;
    let (now, compare) = match asked {
        Some(asked) if narrowed.from.is_none() => (last_days(asked.to, USUAL), Compare::Before),
        asked => (asked, narrowed.compare),
    };
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let mut products = match now.and_then(|now| Some((now, now.before(compare)?))) {
        Some((now, before)) => sold(app, reader, &narrowed, now, before).await?,
        None => Vec::new(),
    };
    let (mean_revenue, whole) = judge(&mut products);
    let count = |of: Quadrant| {
        let found = products.iter().filter(|product| product.quadrant == Some(of)).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    };
    let [stars, cash_cows, questions, dogs] =
        [Quadrant::Star, Quadrant::CashCow, Quadrant::Question, Quadrant::Dog].map(count);
    let total = i64::try_from(products.len()).unwrap_or(i64::MAX);
    products.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    for product in &mut products {
        product.product_id = ids.product(product.product_id.take());
    }
    let (from, to) = (now.map(|now| now.from.to_string()), now.map(|now| now.to.to_string()));
    Ok(Matrix { from, to, mean_revenue, growth: whole, stars, cash_cows, questions, dogs, products, total })
}

async fn sold(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    now: Days,
    before: Days,
) -> Result<Vec<MatrixView>, Problem> {
    let (condition, values) = narrowed.sales(Some(Days { from: before.from, to: now.to }));
    let sums = narrowed.sums_with_profit(OF_PRODUCTS);
    let then = format!("s.ordered_on <= DATE '{}'", before.to);
    // What is counted of the present stretch alone stands in a question of its own, joined by article.
    let (condition_now, _) = narrowed.sales(Some(now));
    let sql = format!(
        "SELECT a.product_id, a.product_name, p.category, coalesce(n.revenue, 0.0) AS revenue, coalesce(n.units, 0) AS units, \
         coalesce(n.orders, 0) AS orders, n.margin, a.previous_revenue FROM \
         (SELECT s.product_id, max(s.product_name) AS product_name, coalesce({previous}, 0.0) AS previous_revenue \
           FROM {table} s WHERE {condition} AND NOT s.fee GROUP BY s.product_id) a \
         LEFT JOIN (SELECT s.product_id AS n_product, {revenue} AS revenue, CAST(sum({units}) AS BIGINT) AS units, \
           CAST({orders} AS BIGINT) AS orders, round(100.0 * {profit} / nullif({costed}, 0), 2) AS margin \
           FROM {table} s WHERE {condition_now} AND NOT s.fee GROUP BY s.product_id) n ON a.product_id = n.n_product \
         LEFT JOIN (SELECT product_id AS p_product, category FROM gold_product_performance WHERE source = $1) p ON a.product_id = p.p_product \
         ORDER BY 4 DESC, a.product_id",
        previous = money(&format!("sum(CASE WHEN {then} THEN {} END)", narrowed.amount())),
        table = sums.table(),
        revenue = money(&format!("sum({})", narrowed.amount())),
        units = narrowed.units(),
        orders = sums.orders(),
        profit = money(sums.profit()),
        costed = money(sums.costed()),
    );
    rows(app, reader, &sql, values).await
}

/// Puts each article into its quadrant: the mean revenue of those that sold, and the growth of all together, part them.
fn judge(products: &mut [MatrixView]) -> (Option<f64>, Option<f64>) {
    let selling = products.iter().filter(|product| product.revenue > 0.0).count();
    let revenue: f64 = products.iter().map(|product| product.revenue).sum();
    let previous: f64 = products.iter().map(|product| product.previous_revenue).sum();
    let mean = i64::try_from(selling).ok().filter(|selling| *selling > 0).map(|selling| revenue / as_real(selling));
    let whole = growth(revenue, previous);
    for product in products {
        product.share = percent(product.revenue, revenue);
        product.growth = growth(product.revenue, product.previous_revenue);
        let large = mean.is_some_and(|mean| product.revenue > mean);
        // What sold nothing before has grown, if it sells now, more than anything that did.
        let grows = match product.growth {
            Some(own) => whole.is_some_and(|whole| own > whole),
            None => product.revenue > 0.0,
        };
        product.quadrant = whole.map(|_| match (large, grows) {
            (true, true) => Quadrant::Star,
            (true, false) => Quadrant::CashCow,
            (false, true) => Quadrant::Question,
            (false, false) => Quadrant::Dog,
        });
    }
    (mean.map(two), whole)
}

/// An article of the catalog that nobody bought.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct UnsoldView {
    #[schema(value_type = i64)]
    pub(crate) product_id: Value,
    pub(crate) product_name: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) business: Option<String>,
    pub(crate) current_price: Option<f64>,
    pub(crate) current_stock: Option<i64>,
    /// Cost of that stock; null where either is unknown.
    pub(crate) stock_value: Option<f64>,
    /// Null for one that was never sold.
    pub(crate) days_since_last_sale: Option<i64>,
}

/// Articles that nobody bought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unsold {
    /// Those whose stock cost most first.
    pub(crate) products: Vec<UnsoldView>,
    pub(crate) total: i64,
}

/// Articles that nobody bought
///
/// Articles for sale without a sale in the days asked about, or the last 90.
#[utoipa::path(
    get, path = "/api/productos/sin-ventas", tag = "Belgrano", params(Filters, Most),
    responses((status = 200, body = Unsold), (status = 422, body = ProblemDocument))
)]
pub(super) async fn unsold(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(most): Query<Most>,
) -> Result<Json<Unsold>, Problem> {
    Box::pin(unsold_for(&app, &reader, filters, most)).await.map(Json)
}

/// Articles that nobody bought.
pub(crate) async fn unsold_for(app: &App, reader: &Reader, filters: Filters, most: Most) -> Result<Unsold, Problem> {
    let limit = within("limit", most.limit, 100, 1..=1000)?;
    let narrowed = filters.check()?;
    let asked = days(app, reader, &narrowed).await?;
    let now = if narrowed.from.is_some() { asked } else { asked.and_then(|asked| last_days(asked.to, USUAL)) };
    let (condition, values) = narrowed.articles();
    let since = now
        .map_or_else(String::new, |now| format!(" AND s.ordered_on BETWEEN DATE '{}' AND DATE '{}'", now.from, now.to));
    let sql = format!(
        "SELECT p.product_id, p.product_name, p.category, p.business, p.current_price, p.current_stock, \
         round(CASE WHEN p.current_stock IS NOT NULL THEN greatest(p.current_stock, 0) * p.current_cost END, 2) AS stock_value, p.days_since_last_sale FROM gold_stock p \
         LEFT ANTI JOIN (SELECT s.product_id AS s_product FROM gold_daily_products s WHERE s.source = $1{since} AND s.net_orders > 0) q \
         ON p.product_id = q.s_product WHERE {condition} AND p.active ORDER BY 7 DESC NULLS LAST, p.product_id"
    );
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let mut products: Vec<UnsoldView> = rows(app, reader, &sql, values).await?;
    let total = i64::try_from(products.len()).unwrap_or(i64::MAX);
    products.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    for product in &mut products {
        product.product_id = ids.product(product.product_id.take());
    }
    Ok(Unsold { products, total })
}
