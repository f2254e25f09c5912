//! The addresses of PharmaVida's analytics: `/api/analitica/…`, in its words.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use belgrano_runtime::http::{ClientIp, Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::ask::{Ids, rows};
use super::console::{refused, written};
use super::filters::{Filters, money};
use super::sums::{OF_PLACES, OF_PRODUCTS};
use super::table;
use crate::access::Reader;
use crate::app::App;
use crate::guard::Question;

/// That the service lives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pong {
    message: &'static str,
}

/// Answers
///
/// Says that the service is there, in the words that its users look for.
#[utoipa::path(get, path = "/api/analitica/ping", tag = "PharmaVida", security(()), responses((status = 200, body = Pong)))]
pub(crate) async fn ping() -> Json<Pong> {
    Json(Pong { message: "Conectado correctamente con Flask y Athena ✅" })
}

/// What was sold to a district.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct DistrictSales {
    distrito: String,
    ventas_totales: f64,
}

/// Sales by district
///
/// Net sales by barrio, most first. Orders that say none stand under `Sin dato`.
#[utoipa::path(get, path = "/api/analitica/ventas-por-distrito", tag = "PharmaVida", params(Filters),
    responses((status = 200, body = [DistrictSales]), (status = 422, body = ProblemDocument)))]
pub(crate) async fn sales_by_district(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Vec<DistrictSales>>, Problem> {
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT coalesce(s.barrio, s.city, s.country, 'Sin dato') AS distrito, {revenue} AS ventas_totales FROM {table} s \
         WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 1",
        revenue = money(&format!("sum({})", narrowed.amount())),
        table = narrowed.sums(OF_PLACES).table(),
    );
    Ok(Json(rows(&app, &reader, &sql, values).await?))
}

/// What was sold of a product.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ProductSales {
    #[schema(value_type = i64)]
    producto_id: Value,
    nombre: Option<String>,
    total_unidades: i64,
    facturacion_total: f64,
}

/// Best selling products
///
/// The ten products with the highest net sales. Each line counts its own quantity at the price it was sold for.
#[utoipa::path(get, path = "/api/analitica/ventas-por-producto", tag = "PharmaVida", params(Filters),
    responses((status = 200, body = [ProductSales]), (status = 422, body = ProblemDocument)))]
pub(crate) async fn sales_by_product(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Vec<ProductSales>>, Problem> {
    let narrowed = filters.check()?.by_line();
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT s.product_id AS producto_id, max(s.product_name) AS nombre, CAST(sum({units}) AS BIGINT) AS total_unidades, \
         {revenue} AS facturacion_total FROM {table} s WHERE {condition} AND NOT s.fee GROUP BY s.product_id ORDER BY 4 DESC, 1 LIMIT 10",
        units = narrowed.units(),
        revenue = money(&format!("sum({})", narrowed.amount())),
        table = narrowed.sums(OF_PRODUCTS).table(),
    );
    let ids = Ids::of(&app, &reader, &narrowed.source).await?;
    let found: Vec<ProductSales> = rows(&app, &reader, &sql, values).await?;
    let view = |row: ProductSales| ProductSales { producto_id: ids.product(row.producto_id), ..row };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// What a customer spent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct CustomerSpending {
    #[schema(value_type = i64)]
    usuario_id: Value,
    nombre: Option<String>,
    apellido: Option<String>,
    gasto_total: f64,
}

/// Customers who spent most
///
/// The ten customers with the highest net purchases. Names are null for who may not see them.
#[utoipa::path(get, path = "/api/analitica/top-clientes", tag = "PharmaVida", params(Filters),
    responses((status = 200, body = [CustomerSpending]), (status = 422, body = ProblemDocument)))]
pub(crate) async fn top_customers(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Vec<CustomerSpending>>, Problem> {
    let narrowed = filters.check()?;
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT q.customer_id AS usuario_id, p.first_name AS nombre, p.last_name AS apellido, q.gasto AS gasto_total FROM (\
           SELECT s.customer_id, {spent} AS gasto FROM gold_sales s \
           WHERE {condition} AND s.customer_id IS NOT NULL GROUP BY s.customer_id ORDER BY 2 DESC, 1 LIMIT 10) q \
         LEFT JOIN silver_persons p ON p.source = $1 AND p.customer_id = q.customer_id ORDER BY 4 DESC, 1",
        spent = money(&format!("sum({})", narrowed.amount())),
    );
    let ids = Ids::of(&app, &reader, &narrowed.source).await?;
    let found: Vec<CustomerSpending> = rows(&app, &reader, &sql, values).await?;
    let view = |row: CustomerSpending| CustomerSpending {
        usuario_id: ids.customer(row.usuario_id),
        nombre: row.nombre.filter(|_| reader.persons),
        apellido: row.apellido.filter(|_| reader.persons),
        ..row
    };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// A product that nobody has bought and that no offer is about.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct UnofferedProduct {
    #[schema(value_type = i64)]
    producto_id: Value,
    nombre_producto: Option<String>,
    precio: Option<f64>,
    stock: Option<i64>,
    /// Its last offer, which is over; null when it never had one.
    oferta_id: Option<String>,
    /// The last day of that offer.
    fecha_vencimiento: Option<String>,
}

/// Products without an offer
///
/// Products that nobody has bought and that no offer of today is about, by name. Filters by category, business and price choose
/// products; others and days say what counts as bought.
#[utoipa::path(get, path = "/api/analitica/productos-sin-oferta", tag = "PharmaVida", params(Filters),
    responses((status = 200, body = [UnofferedProduct]), (status = 422, body = ProblemDocument)))]
pub(crate) async fn products_without_offer(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Vec<UnofferedProduct>>, Problem> {
    let narrowed = filters.check()?.by_line();
    let (condition, mut values) = narrowed.articles();
    let (sold, bought) = (narrowed.lines(None, &mut values), narrowed.bought());
    let sql = format!(
        "WITH offered AS (\
           SELECT d.product_id, max(o.offer_id) AS offer_id, max(o.ends_on) AS ends_on, \
             bool_or(o.starts_at <= now() AND o.ends_at > now()) AS active \
           FROM silver_offer_products d JOIN silver_offers o ON o.source = d.source AND o.offer_id = d.offer_id \
           WHERE d.source = $1 GROUP BY d.product_id), \
         sold AS (SELECT DISTINCT s.product_id FROM gold_sales s WHERE {sold} AND {bought}) \
         SELECT a.product_id AS producto_id, a.product_name AS nombre_producto, CAST(a.price AS DOUBLE) AS precio, a.stock, \
           o.offer_id AS oferta_id, CAST(o.ends_on AS VARCHAR) AS fecha_vencimiento \
         FROM silver_products a LEFT JOIN offered o ON o.product_id = a.product_id \
           LEFT JOIN sold s ON s.product_id = a.product_id \
         WHERE a.source = $1 AND a.active AND s.product_id IS NULL AND NOT coalesce(o.active, false) \
           AND a.product_id IN (SELECT p.product_id FROM gold_product_performance p WHERE {condition}) \
         ORDER BY 2, 1"
    );
    let ids = Ids::of(&app, &reader, &narrowed.source).await?;
    let found: Vec<UnofferedProduct> = rows(&app, &reader, &sql, values).await?;
    let view = |row: UnofferedProduct| UnofferedProduct { producto_id: ids.product(row.producto_id), ..row };
    Ok(Json(found.into_iter().map(view).collect()))
}

/// A query of somebody's own.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnQuery {
    /// One `SELECT` over the views.
    q: String,
}

/// Answers a query of one's own
///
/// One `SELECT` over the views, within limits on its time, its memory and its rows.
#[utoipa::path(
    get, path = "/api/analitica/query", tag = "PharmaVida", params(OwnQuery),
    responses(
        (status = 200, body = [Object]),
        (status = 400, body = ProblemDocument, description = "It is wrong, too large, took too long, or asks for what cannot be reached"),
        (status = 429, body = ProblemDocument, description = "Another query of the same caller is running"),
    )
)]
pub(crate) async fn query(
    State(app): State<App>,
    reader: Reader,
    ip: ClientIp,
    Query(query): Query<OwnQuery>,
) -> Result<Response, Problem> {
    let caller = reader.caller(ip);
    let found = app.guard.run(&caller, &reader, Question::rows(query.q), &app.warehouse).await.map_err(refused)?;
    let body = written(found, |found| table::objects(&found.batches)).await?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}
