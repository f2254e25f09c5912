//! What deserves a look now: what is late and where, what runs out, which source is behind.

use belgrano_runtime::problem::Problem;
use belgrano_wire::timestamp::UnixMillis;
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::ask::{rows, text};
use super::super::instashop::CRITICAL;
use super::super::state::{self, FeedView};
use crate::access::Reader;
use crate::app::App;
use crate::ingest::OWN;

/// Of each kind at most so many.
const SHOWN: usize = 8;
/// A feed that was silent for longer is behind.
const BEHIND_S: i64 = 60;

/// What deserves a look.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Looks {
    /// Deliveries under way whose promised time is over.
    pub(crate) tarde: i64,
    /// Where they are, most first.
    pub(crate) tarde_en: Vec<LatePlace>,
    /// The latest of them, at most eight.
    pub(crate) tarde_primeros: Vec<Late>,
    /// Products whose stock is `Crítico`, as `/api/instashop/stock` counts them.
    pub(crate) por_agotarse: i64,
    /// The first of them to run out, at most eight.
    pub(crate) stock: Vec<ShortStock>,
    /// Cash that drivers took at the door today, the most first; none for who sees one business alone.
    pub(crate) efectivo: Vec<Cash>,
    /// Sources that do not answer, or have been silent for a minute.
    pub(crate) fuentes: Vec<FeedView>,
}

/// How much is late in a barrio.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct LatePlace {
    pub(crate) barrio: String,
    pub(crate) tarde: i64,
}

/// A delivery that is late.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Late {
    /// Number of the order, for the board's `/tickets/{numero}`.
    pub(crate) numero: String,
    pub(crate) barrio: String,
    pub(crate) estado: Option<String>,
    /// Minutes since the promised time.
    pub(crate) minutos: i64,
}

/// A product that runs out.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct ShortStock {
    /// Its number in the shop.
    pub(crate) producto_id: String,
    pub(crate) producto: Option<String>,
    pub(crate) stock: i64,
    /// Days that it lasts at the pace of the last ninety; null where nothing was sold.
    pub(crate) dias: Option<f64>,
    /// Pieces to order.
    pub(crate) pedir: Option<i64>,
}

/// Cash that a driver took at the door.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Cash {
    /// Its number on the board.
    pub(crate) repartidor_id: String,
    /// Null for who may not see names.
    #[serde(default)]
    pub(crate) repartidor: Option<String>,
    pub(crate) entregas: i64,
    pub(crate) monto: f64,
}

/// What there is of our own marketplace, as somebody sees it.
pub(super) async fn looks(app: &App, reader: &Reader) -> Result<Looks, Problem> {
    let late = late(app, reader).await?;
    let mut places: Vec<LatePlace> = Vec::new();
    for Late { barrio, .. } in &late {
        match places.iter_mut().find(|place| place.barrio == *barrio) {
            Some(place) => place.tarde += 1,
            None => places.push(LatePlace { barrio: barrio.clone(), tarde: 1 }),
        }
    }
    places.sort_by(|one, other| other.tarde.cmp(&one.tarde).then_with(|| one.barrio.cmp(&other.barrio)));
    places.truncate(SHOWN);
    let mut stock = short(app, reader).await?;
    let (tarde, por_agotarse) = (count(&late), count(&stock));
    let tarde_primeros = late.into_iter().take(SHOWN).collect();
    stock.truncate(SHOWN);
    let feeds = state::feeds(app, reader);
    let behind = |feed: &FeedView| feed.problema.is_some() || feed.retraso_s.is_some_and(|lag| lag > BEHIND_S);
    let fuentes = feeds.into_iter().filter(behind).collect();
    let efectivo = cash(app, reader).await?;
    Ok(Looks { tarde, tarde_en: places, tarde_primeros, por_agotarse, stock, efectivo, fuentes })
}

fn count<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap_or(i64::MAX)
}

#[derive(Deserialize)]
struct Open {
    numero: String,
    barrio: String,
    estado: Option<String>,
    /// Seconds since 1970.
    prometido: i64,
}

/// What is late, the latest first. What is open is asked for and not what is late by now: that is the same question a minute later,
/// whose answer is known when the lake is away.
async fn late(app: &App, reader: &Reader) -> Result<Vec<Late>, Problem> {
    const SQL: &str = "SELECT order_id AS numero, coalesce(barrio, 'Sin dato') AS barrio, status AS estado, \
         CAST(to_unixtime(promised_at) AS BIGINT) AS prometido FROM silver_tickets WHERE source = $1 AND promised_at IS NOT NULL \
         AND status NOT IN ('entregado', 'cancelado', 'devuelto') ORDER BY promised_at, order_id LIMIT 5000";
    let open: Vec<Open> = rows(app, reader, SQL, vec![text(OWN)]).await?;
    let now = app.ambient.now().0.div_euclid(1000);
    let late = open.into_iter().map(|Open { numero, barrio, estado, prometido }| Late {
        numero,
        barrio,
        estado,
        minutos: (now - prometido).div_euclid(60),
    });
    Ok(late.filter(|late| late.minutos > 0).collect())
}

/// What runs out, the first first.
async fn short(app: &App, reader: &Reader) -> Result<Vec<ShortStock>, Problem> {
    let sql = format!(
        "SELECT p.product_id AS producto_id, p.product_name AS producto, CAST(p.current_stock AS BIGINT) AS stock, \
         p.days_of_stock AS dias, CAST(p.order_quantity AS BIGINT) AS pedir FROM gold_stock p WHERE p.source = $1 AND {CRITICAL} \
         ORDER BY p.days_of_stock NULLS LAST, p.revenue_90d DESC, p.product_id LIMIT 1000"
    );
    rows(app, reader, &sql, vec![text(OWN)]).await
}

/// What drivers took in cash today. Whether they have handed it in already the board does not know.
async fn cash(app: &App, reader: &Reader) -> Result<Vec<Cash>, Problem> {
    const SQL: &str = "SELECT t.driver_id AS repartidor_id, max(t.driver_name) AS repartidor, count(*) AS entregas, \
         CAST(sum(t.total) AS DOUBLE) AS monto FROM silver_tickets t WHERE t.source = $1 AND t.status = 'entregado' \
         AND t.payment_method = 'efectivo' AND t.delivered_at >= $2 AND t.driver_id IS NOT NULL AND t.total > 0 \
         GROUP BY t.driver_id ORDER BY 4 DESC, 1 LIMIT 100";
    if reader.business.is_some() {
        return Ok(Vec::new());
    }
    let Some(day) = app.ambient.now().local().map(|now| now.date()) else { return Ok(Vec::new()) };
    let Some(midnight) = UnixMillis::of_local(day.at(0, 0, 0, 0)) else { return Ok(Vec::new()) };
    let since = ScalarValue::TimestampMicrosecond(Some(midnight.0.saturating_mul(1000)), Some("UTC".into()));
    rows(app, reader, SQL, vec![text(OWN), since]).await
}
