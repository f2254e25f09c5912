//! Sums by place: by country, as Global Ecommerce Analytics has them, and by barrio.

use axum::extract::State;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::{Problem, ProblemDocument};

use super::filters::{Filters, Narrowed, money};
use super::global::{List, all};
use super::sums::{Cube, OF_ORDERS, OF_PLACES};
use crate::access::Reader;
use crate::app::App;

/// What is said where a place is not known.
pub(crate) const UNKNOWN: &str = "Sin dato";

/// What a place is, and the name of the list of them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Country,
    Barrio,
}

impl Place {
    /// The column, and the member of each row.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Barrio => "barrio",
        }
    }

    /// Where its sums may stand.
    fn cubes(self) -> &'static [Cube] {
        match self {
            Self::Country => OF_ORDERS,
            Self::Barrio => OF_PLACES,
        }
    }

    fn list(self) -> &'static str {
        match self {
            Self::Country => "countries",
            Self::Barrio => "barrios",
        }
    }
}

/// Sales by country
#[utoipa::path(
    get, path = "/api/analytics/countries", tag = "Global", params(Filters),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn countries(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<List, Problem> {
    by_place(&app, &reader, &filters.check()?, Place::Country).await
}

/// Sales by place, of the highest first: revenue, orders, their average and how many customers bought. What has no place is of
/// `Sin dato`.
pub(crate) async fn by_place(app: &App, reader: &Reader, narrowed: &Narrowed, place: Place) -> Result<List, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums(place.cubes());
    let sql = format!(
        "SELECT a.{column}, a.revenue, a.orders, coalesce(round(a.revenue / nullif(a.orders, 0), 2), 0.0) AS aov, \
         coalesce(b.customers, 0) AS customers \
         FROM (SELECT coalesce(s.{column}, '{UNKNOWN}') AS {column}, {revenue} AS revenue, CAST({orders} AS BIGINT) AS orders \
           FROM {table} s WHERE {condition} GROUP BY 1) a \
         LEFT JOIN (SELECT coalesce(s.{column}, '{UNKNOWN}') AS buyers_of, count(DISTINCT key_of(s.customer_id)) AS customers \
           FROM gold_sales s WHERE {condition} AND {bought} GROUP BY 1) b ON a.{column} = b.buyers_of \
         ORDER BY 2 DESC, 1",
        column = place.column(),
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        table = sums.table(),
        bought = narrowed.bought(),
    );
    all(app, reader, place.list(), &sql, &narrowed.source, values).await
}
