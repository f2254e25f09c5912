//! What deserves a look now: what is late and where, what runs out, which source is behind.

use belgrano_shared::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::ask::{rows, text};
use super::super::state::{self, FeedView};
use crate::access::Reader;
use crate::app::App;
use crate::ingest::OWN;

/// Of each kind at most so many.
const SHOWN: usize = 8;
/// A product that lasts for longer runs out at nobody's worry.
const DAYS_OF_STOCK: f64 = 7.0;
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
    /// Products that run out within a week, or have.
    pub(crate) por_agotarse: i64,
    /// The first of them, at most eight.
    pub(crate) stock: Vec<ShortStock>,
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
    Ok(Looks { tarde, tarde_en: places, tarde_primeros, por_agotarse, stock, fuentes })
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
        "SELECT product_id AS producto_id, product_name AS producto, CAST(current_stock AS BIGINT) AS stock, days_of_stock AS dias \
         FROM gold_product_performance WHERE source = $1 AND active AND current_stock IS NOT NULL \
         AND (days_of_stock <= {DAYS_OF_STOCK} OR (current_stock <= 0 AND units_90d > 0)) \
         ORDER BY coalesce(days_of_stock, 0.0), current_stock, product_id LIMIT 1000"
    );
    rows(app, reader, &sql, vec![text(OWN)]).await
}
