//! The products as administrators see them: also those that are not sold, with what can be edited.

use belgrano_shared::http::Page;
use belgrano_shared::money::Money;
use belgrano_shared::problem::Problem;
use belgrano_shared::storage::Session;
use belgrano_shared::texts::Message;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::{fetch, fetch_in};
use serde::Deserialize;

use super::product::{ProductView, products_by_id};
use super::search::{MAX_WORDS, patterns};
use crate::accounts::Admin;
use crate::app::App;

/// From here down a stock is worth telling.
pub(crate) const LOW_STOCK: i64 = 5;

/// What is looked for; everything absent matches everything.
#[derive(Clone, Debug, Default, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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
    /// Not sold: it, or its business.
    Pausados,
}

impl Shelf {
    pub(crate) const ALL: [Self; 4] = [Self::Todos, Self::SinStock, Self::PocoStock, Self::Pausados];

    /// As in an address; empty for any.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Todos => "",
            Self::SinStock => "sin_stock",
            Self::PocoStock => "poco_stock",
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
        }
    }
}

/// A product with what can be edited.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Managed {
    /// As the shop shows it.
    pub(crate) view: ProductView,
    /// The price without offers.
    pub(crate) price: Money,
    /// Whether it is to be sold.
    pub(crate) active: bool,
    /// Whether its business sells at all.
    pub(crate) business_active: bool,
}

/// How many there are of each [`Shelf`], whichever is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Counts {
    every: i64,
    sold_out: i64,
    low: i64,
    paused: i64,
}

impl Counts {
    pub(crate) fn of(self, which: Shelf) -> i64 {
        match which {
            Shelf::Todos => self.every,
            Shelf::SinStock => self.sold_out,
            Shelf::PocoStock => self.low,
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
    active: bool,
    business_active: bool,
}

/// `$1` to `$10`: business, category and eight words.
macro_rules! from_fitting {
    ($select:expr, $rest:expr) => {
        concat!(
            $select,
            " FROM products p JOIN businesses b ON b.id = p.business_id JOIN categories c ON c.id = p.category_id ",
            "WHERE ($1 = '' OR b.slug = $1) AND ($2 = '' OR c.slug = $2) ",
            "AND p.search LIKE $3 AND p.search LIKE $4 AND p.search LIKE $5 AND p.search LIKE $6 ",
            "AND p.search LIKE $7 AND p.search LIKE $8 AND p.search LIKE $9 AND p.search LIKE $10 ",
            $rest
        )
    };
}

const LIST: &str = from_fitting!(
    "SELECT p.id, p.price, p.active, b.active AS business_active",
    "AND p.id > $11 AND ($12 = 0 OR ($12 = 1 AND p.stock = 0) OR ($12 = 2 AND p.stock BETWEEN 1 AND $13) \
     OR ($12 = 3 AND NOT (p.active AND b.active))) ORDER BY p.id LIMIT $14"
);
const COUNT: &str = from_fitting!(
    "SELECT COUNT(*) AS every, COUNT(CASE WHEN p.stock = 0 THEN 1 END) AS sold_out, \
     COUNT(CASE WHEN p.stock BETWEEN 1 AND $11 THEN 1 END) AS low, \
     COUNT(CASE WHEN NOT (p.active AND b.active) THEN 1 END) AS paused",
    ""
);
const BUSINESSES: &str = "SELECT slug, name FROM businesses ORDER BY id";

/// The products that fit, a page at a time. 422 for too many words and for a cursor that is not one.
pub(crate) async fn managed(app: &App, _: &Admin, filter: &ManagedFilter, page: &Page) -> Result<ManagedPage, Problem> {
    let words = patterns(&filter.q)
        .ok_or_else(|| Problem::invalid_field("q", Message::new("error-words").with("max", MAX_WORDS)))?;
    let after = page.position::<i64>()?.unwrap_or(0);
    let [w1, w2, w3, w4, w5, w6, w7, w8] = &words;
    let (business, category, shelf) = (filter.negocio.as_str(), filter.categoria.as_str(), filter.estado.code());
    let beyond = i64::from(page.limit) + 1;
    let mut snapshot = app.db.snapshot().await?;
    let mut rows = fetch!(
        all, snapshot, Row, LIST, business, category, w1, w2, w3, w4, w5, w6, w7, w8, after, shelf, LOW_STOCK, beyond
    )?;
    let more = rows.len() > page.limit as usize;
    rows.truncate(page.limit as usize);
    let cursor = rows.last().filter(|_| more).map(|row| Page::encode(&row.id));
    let counts = fetch!(one, snapshot, Counts, COUNT, business, category, w1, w2, w3, w4, w5, w6, w7, w8, LOW_STOCK)?;
    let businesses = fetch!(all, snapshot, (String, String), BUSINESSES)?;
    let products = with_views(&mut snapshot, rows, app.ambient.now()).await?;
    Ok(ManagedPage { products, cursor, counts, businesses })
}

/// One of them, or `None`.
pub(crate) async fn managed_by_id(app: &App, _: &Admin, id: i64) -> Result<Option<Managed>, Problem> {
    const ONE: &str = "SELECT p.id, p.price, p.active, b.active AS business_active FROM products p \
         JOIN businesses b ON b.id = p.business_id WHERE p.id IN";
    let mut snapshot = app.db.snapshot().await?;
    let rows = fetch_in!(snapshot, Row, ONE, &[id], "");
    Ok(with_views(&mut snapshot, rows, app.ambient.now()).await?.pop())
}

async fn with_views(session: &mut Session, rows: Vec<Row>, now: UnixMillis) -> sqlx::Result<Vec<Managed>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut views = products_by_id(session, &ids, now).await?;
    let managed = |row: Row| {
        let Row { id, price, active, business_active } = row;
        Some(Managed { view: views.remove(&id)?, price, active, business_active })
    };
    Ok(rows.into_iter().filter_map(managed).collect())
}
