//! The products as administrators see them: also those that are not sold, with what can be edited.

use belgrano_runtime::http::Page;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_in, fetch_scalar};
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::product::{ProductView, products_by_id};
use super::products::no_such_product;
use super::search::{MAX_WORDS, patterns, some_words};
use crate::accounts::Admin;
use crate::app::App;

/// From here down a stock is worth telling.
pub(crate) const LOW_STOCK: i64 = 5;

/// What is looked for; everything absent matches everything.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ManagedFilter {
    /// Words, as in the shop's own search.
    #[serde(default)]
    pub(crate) q: String,
    /// A business, by slug.
    #[serde(default)]
    pub(crate) negocio: String,
    /// A category, by slug.
    #[serde(default)]
    pub(crate) categoria: String,
    /// How it stands on the shelf.
    #[serde(default)]
    pub(crate) estado: Shelf,
}

/// How a product stands on the shelf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shelf {
    /// In any way.
    #[default]
    #[serde(alias = "")]
    Todos,
    /// None left.
    SinStock,
    /// [`LOW_STOCK`] or fewer left.
    PocoStock,
    /// So few left that it is to be ordered again.
    Reponer,
    /// Not sold: it, or its business.
    Pausados,
}

impl Shelf {
    pub(crate) const ALL: [Self; 5] = [Self::Todos, Self::SinStock, Self::PocoStock, Self::Reponer, Self::Pausados];

    /// As in an address; empty for any.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Todos => "",
            Self::SinStock => "sin_stock",
            Self::PocoStock => "poco_stock",
            Self::Reponer => "reponer",
            Self::Pausados => "pausados",
        }
    }

    /// As the query knows it.
    fn code(self) -> i64 {
        match self {
            Self::Todos => 0,
            Self::SinStock => 1,
            Self::PocoStock => 2,
            Self::Pausados => 3,
            Self::Reponer => 4,
        }
    }
}

/// A product as administrators see it: as it is shown, with what can be edited.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Managed {
    /// As the shop shows it.
    #[serde(flatten)]
    pub(crate) view: ProductView,
    /// The price without offers, in pesos.
    #[serde(rename = "precio_base")]
    pub(crate) price: Money,
    /// What one costs its business, in pesos; null where nobody said.
    #[serde(rename = "costo")]
    pub(crate) cost: Option<Money>,
    /// From how many left on it is to be ordered again; null where nobody said.
    #[serde(rename = "punto_pedido")]
    pub(crate) reorder_point: Option<i64>,
    /// Days from ordering it to having it; null where nobody said.
    #[serde(rename = "plazo_dias")]
    pub(crate) lead_days: Option<i64>,
    /// Whether it is to be sold.
    #[serde(rename = "activo")]
    pub(crate) active: bool,
    /// Whether its business sells at all.
    #[serde(rename = "negocio_activo")]
    pub(crate) business_active: bool,
}

impl Managed {
    /// What of the price of today is left after the cost, in whole percent of that price; below zero at a loss.
    pub(crate) fn margin_percent(&self) -> Option<i64> {
        let (price, cost) = (self.view.price.cents(), self.cost?.cents());
        (price > 0).then(|| ((price - cost) * 100).div_euclid(price))
    }

    /// Whether it is to be ordered again.
    pub(crate) fn is_to_order(&self) -> bool {
        self.view.stock.zip(self.reorder_point).is_some_and(|(left, point)| left <= point)
    }
}

/// How many there are of each [`Shelf`], whichever is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Counts {
    every: i64,
    sold_out: i64,
    low: i64,
    to_order: i64,
    paused: i64,
}

impl Counts {
    pub(crate) fn of(self, which: Shelf) -> i64 {
        match which {
            Shelf::Todos => self.every,
            Shelf::SinStock => self.sold_out,
            Shelf::PocoStock => self.low,
            Shelf::Reponer => self.to_order,
            Shelf::Pausados => self.paused,
        }
    }
}

/// A page of them.
#[derive(Debug)]
pub(crate) struct ManagedPage {
    pub(crate) products: Vec<Managed>,
    /// Where the next page starts.
    pub(crate) cursor: Option<String>,
    pub(crate) counts: Counts,
    /// Every business, also those that do not sell: slug and name.
    pub(crate) businesses: Vec<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    price: Money,
    cost: Option<Money>,
    reorder_point: Option<i64>,
    lead_days: Option<i64>,
    active: bool,
    business_active: bool,
    /// How many of the eight words it has.
    words: i64,
}

/// `$1` to `$10`: business, category and eight words; `$11`: how many of the eight a product has to have.
macro_rules! from_fitting {
    ($select:expr, $rest:expr) => {
        concat!(
            $select,
            " FROM (SELECT p.id, p.price, p.cost, p.reorder_point, p.lead_days, p.stock, p.active, b.active AS business_active, CAST(",
            "CASE WHEN p.search LIKE $3 THEN 1 ELSE 0 END + CASE WHEN p.search LIKE $4 THEN 1 ELSE 0 END + ",
            "CASE WHEN p.search LIKE $5 THEN 1 ELSE 0 END + CASE WHEN p.search LIKE $6 THEN 1 ELSE 0 END + ",
            "CASE WHEN p.search LIKE $7 THEN 1 ELSE 0 END + CASE WHEN p.search LIKE $8 THEN 1 ELSE 0 END + ",
            "CASE WHEN p.search LIKE $9 THEN 1 ELSE 0 END + CASE WHEN p.search LIKE $10 THEN 1 ELSE 0 END ",
            "AS BIGINT) AS words FROM products p JOIN businesses b ON b.id = p.business_id ",
            "JOIN categories c ON c.id = p.category_id ",
            "WHERE ($1 = '' OR b.slug = $1) AND ($2 = '' OR c.slug = $2)) f WHERE f.words >= $11 ",
            $rest
        )
    };
}

const LIST: &str = from_fitting!(
    "SELECT f.id, f.price, f.cost, f.reorder_point, f.lead_days, f.active, f.business_active, f.words",
    "AND (f.words < $12 OR (f.words = $12 AND f.id > $13)) AND ($14 = 0 OR ($14 = 1 AND f.stock = 0) \
     OR ($14 = 2 AND f.stock BETWEEN 1 AND $15) OR ($14 = 3 AND NOT (f.active AND f.business_active)) \
     OR ($14 = 4 AND f.stock <= f.reorder_point)) \
     ORDER BY f.words DESC, f.id LIMIT $16"
);
const COUNT: &str = from_fitting!(
    "SELECT COUNT(*) AS every, COUNT(CASE WHEN f.stock = 0 THEN 1 END) AS sold_out, \
     COUNT(CASE WHEN f.stock BETWEEN 1 AND $12 THEN 1 END) AS low, \
     COUNT(CASE WHEN f.stock <= f.reorder_point THEN 1 END) AS to_order, \
     COUNT(CASE WHEN NOT (f.active AND f.business_active) THEN 1 END) AS paused",
    ""
);
const BUSINESSES: &str = "SELECT slug, name FROM businesses ORDER BY id";

/// The products that fit, a page at a time: those with every word, or where there are none those with some, the most words
/// first. 422 for too many words and for a cursor that is not one.
pub(crate) async fn managed(app: &App, _: &Admin, filter: &ManagedFilter, page: &Page) -> Result<ManagedPage, Problem> {
    let words = patterns(&filter.q)
        .ok_or_else(|| Problem::invalid_field("q", Message::new("error-words").with("max", MAX_WORDS)))?;
    let after = page.position::<(i64, i64)>()?.unwrap_or((i64::MAX, 0));
    let mut snapshot = app.db.snapshot().await?;
    let mut asked = Asked { filter, words, at_least: EVERY_WORD };
    let mut counts = asked.count(&mut snapshot).await?;
    if counts.every == 0
        && let Some((words, blank)) = some_words(&filter.q)
    {
        asked = Asked { filter, words, at_least: blank + 1 };
        counts = asked.count(&mut snapshot).await?;
    }
    let mut rows = asked.rows(&mut snapshot, after, i64::from(page.limit) + 1).await?;
    let more = rows.len() > page.limit as usize;
    rows.truncate(page.limit as usize);
    let cursor = rows.last().filter(|_| more).map(|row| Page::encode(&(row.words, row.id)));
    let businesses = fetch!(all, snapshot, (String, String), BUSINESSES)?;
    let products = with_views(&mut snapshot, rows, app.ambient.now()).await?;
    Ok(ManagedPage { products, cursor, counts, businesses })
}

/// All eight words, of which those that were not typed fit everything.
const EVERY_WORD: i64 = 8;

/// What is asked for.
struct Asked<'a> {
    filter: &'a ManagedFilter,
    words: [String; MAX_WORDS],
    at_least: i64,
}

impl Asked<'_> {
    async fn count(&self, session: &mut Session) -> sqlx::Result<Counts> {
        let [w1, w2, w3, w4, w5, w6, w7, w8] = &self.words;
        let (business, category) = (self.filter.negocio.as_str(), self.filter.categoria.as_str());
        let least = self.at_least;
        fetch!(one, *session, Counts, COUNT, business, category, w1, w2, w3, w4, w5, w6, w7, w8, least, LOW_STOCK)
    }

    async fn rows(&self, session: &mut Session, after: (i64, i64), limit: i64) -> sqlx::Result<Vec<Row>> {
        let [w1, w2, w3, w4, w5, w6, w7, w8] = &self.words;
        let (business, category) = (self.filter.negocio.as_str(), self.filter.categoria.as_str());
        let (fewest, state) = (self.at_least, self.filter.estado.code());
        fetch!(
            all, *session, Row, LIST, business, category, w1, w2, w3, w4, w5, w6, w7, w8, fewest, after.0, after.1,
            state, LOW_STOCK, limit
        )
    }
}

/// One of them, or `None`.
pub(crate) async fn managed_by_id(app: &App, _: &Admin, id: i64) -> Result<Option<Managed>, Problem> {
    Ok(managed_row(&mut app.db.snapshot().await?, id, app.ambient.now()).await?)
}

/// The same for somebody who has a session and may.
pub(super) async fn managed_row(session: &mut Session, id: i64, now: UnixMillis) -> sqlx::Result<Option<Managed>> {
    const ONE: &str = "SELECT p.id, p.price, p.cost, p.reorder_point, p.lead_days, p.active, b.active AS business_active, \
         CAST(0 AS BIGINT) AS words FROM products p JOIN businesses b ON b.id = p.business_id WHERE p.id IN";
    let rows = fetch_in!(*session, Row, ONE, &[id], "");
    Ok(with_views(session, rows, now).await?.pop())
}

/// 404 where there is no such product.
pub(crate) async fn require_product(session: &mut Session, id: i64) -> Result<(), Problem> {
    const COUNT: &str = "SELECT COUNT(*) FROM products WHERE id = $1";
    let there = fetch_scalar!(one, *session, i64, COUNT, id)? > 0;
    if there { Ok(()) } else { Err(no_such_product()) }
}

async fn with_views(session: &mut Session, rows: Vec<Row>, now: UnixMillis) -> sqlx::Result<Vec<Managed>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut views = products_by_id(session, &ids, now).await?;
    let managed = |row: Row| {
        let Row { id, price, cost, reorder_point, lead_days, active, business_active, .. } = row;
        let view = views.remove(&id)?;
        Some(Managed { view, price, cost, reorder_point, lead_days, active, business_active })
    };
    Ok(rows.into_iter().filter_map(managed).collect())
}
