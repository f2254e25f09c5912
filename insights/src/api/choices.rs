//! `/api/filtros`: what there is to narrow a question to, as the data of a source has it.

use std::collections::BTreeMap;

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ask::{rows, text};
use super::blank;
use crate::access::Reader;
use crate::app::App;

/// Values of a filter that are offered, those with the most orders.
const OFFERED: usize = 300;

/// Which source is asked about.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfSource {
    /// Name of the source of data; our own when it is left out.
    #[serde(default = "blank::own", deserialize_with = "blank::source")]
    fuente: String,
}

impl OfSource {
    /// The source that a page asks for by its name.
    pub(crate) fn named(fuente: &str) -> Self {
        Self { fuente: fuente.to_owned() }
    }
}

/// What a source can be narrowed to.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Choices {
    /// By the name of the parameter, the values that the source has: the most frequent first. A filter whose values nobody knows
    /// is left out.
    pub(crate) filtros: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Choice {
    name: String,
    value: String,
}

/// The parameters, and where their values stand.
const COLUMNS: [(&str, &str, &str, &str); 10] = [
    ("country", "gold_daily_places", "country", "net_orders"),
    ("region", "gold_daily_places", "region", "net_orders"),
    ("city", "gold_daily_places", "city", "net_orders"),
    ("barrio", "gold_daily_places", "barrio", "net_orders"),
    ("payment_method", "gold_daily_sales", "payment_method", "net_orders"),
    ("device", "gold_daily_sales", "device", "net_orders"),
    ("source", "gold_daily_sales", "traffic_source", "net_orders"),
    ("category", "gold_daily_categories", "category", "lines"),
    ("negocio", "gold_daily_categories", "business", "lines"),
    ("sucursal", "gold_daily_categories", "branch", "lines"),
];

/// What there is to narrow to
///
/// The values of each filter that a source has. Filters of which it knows nothing are left out.
#[utoipa::path(get, path = "/api/filtros", tag = "Belgrano", params(OfSource), responses((status = 200, body = Choices)))]
pub(super) async fn choices(
    State(app): State<App>,
    reader: Reader,
    Query(of): Query<OfSource>,
) -> Result<Json<Choices>, Problem> {
    Box::pin(choices_for(&app, &reader, of)).await.map(Json)
}

/// What the filters of a source can be.
pub(crate) async fn choices_for(app: &App, reader: &Reader, of: OfSource) -> Result<Choices, Problem> {
    let part = |(name, table, column, weight): (&str, &str, &str, &str)| {
        format!(
            "SELECT '{name}' AS name, s.{column} AS value, sum(s.{weight}) AS weight FROM {table} s \
             WHERE s.source = $1 AND s.{column} IS NOT NULL GROUP BY s.{column}"
        )
    };
    let parts: Vec<String> = COLUMNS.into_iter().map(part).collect();
    let sql = format!(
        "SELECT name, value FROM ({} UNION ALL SELECT 'segment' AS name, c.customer_segment AS value, count(*) AS weight \
         FROM gold_customer_analytics c WHERE c.source = $1 AND c.customer_segment IS NOT NULL GROUP BY c.customer_segment) \
         ORDER BY name, weight DESC, value",
        parts.join(" UNION ALL ")
    );
    let found: Vec<Choice> = rows(app, reader, &sql, vec![text(of.fuente)]).await?;
    let mut filtros: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Choice { name, value } in found {
        let values = filtros.entry(name).or_default();
        if values.len() < OFFERED {
            values.push(value);
        }
    }
    Ok(Choices { filtros })
}
