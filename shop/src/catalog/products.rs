//! Searching products, and looking at one.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use belgrano_runtime::fetch;
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::Session;
use belgrano_wire::search::fold;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::found::{After, search};
use super::meant::{Meant, Near};
use super::product::{ProductView, products_by_id};
use super::search::{MAX_WORDS, patterns};
use super::some_words::{Rank, SomeWords};
use crate::app::App;
use crate::reviews::select_score;

/// What is looked for; everything absent matches everything.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Words; without a letter or a digit among them nothing is found. Each has to be in the name, the category or the business. Case and accents do not count. When there is nothing,
    /// what comes close is found: a slip in a word of four letters or more, two from eight on, and plurals. When that is
    /// nothing either, what some of the words find, the most words first, also by the place or telephone of a branch.
    /// What fits alike comes by what its reviews say.
    #[serde(default)]
    pub(crate) q: String,
    /// A business, by slug or id.
    pub(crate) negocio: Option<String>,
    /// A category, by slug or id.
    pub(crate) categoria: Option<String>,
    /// Only those that are shown first (or only the others).
    pub(crate) destacado: Option<bool>,
}

impl Filter {
    /// Business, category and what is shown first, for a statement.
    pub(super) fn parts(&self) -> (&str, &str, i64) {
        // SQLite has no typed null to compare with: 0 is "both".
        let featured = match self.destacado {
            None => 0,
            Some(true) => 1,
            Some(false) => 2,
        };
        (self.negocio.as_deref().unwrap_or_default(), self.categoria.as_deref().unwrap_or_default(), featured)
    }
}

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductPage {
    pub(crate) productos: Vec<ProductView>,
    /// Where the next page starts; null on the last one.
    pub(crate) cursor: Option<String>,
    /// Nothing is called like that: these come close to it.
    #[serde(rename = "aproximado", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) close: bool,
}

/// Id, words and score of what is for sale.
const TO_COMPARE: &str = concat!(
    "SELECT p.id, p.search, ",
    select_score!(),
    " FROM products p JOIN businesses b ON b.id = p.business_id JOIN categories c ON c.id = p.category_id \
     LEFT JOIN product_ratings r ON r.product_id = p.id WHERE p.active AND b.active \
     AND ($1 = '' OR b.slug = $1 OR CAST(b.id AS TEXT) = $1) AND ($2 = '' OR c.slug = $2 OR CAST(c.id AS TEXT) = $2) \
     AND ($3 = 0 OR p.featured = ($3 = 1)) ORDER BY p.id"
);

/// The same for what nothing is called: the products whose words come close, whole ones if there are any.
async fn search_meant(
    session: &mut Session,
    filter: &Filter,
    after: After,
    limit: u32,
    now: UnixMillis,
) -> sqlx::Result<(Vec<ProductView>, bool)> {
    let query = fold(&filter.q);
    if query.is_empty() {
        return Ok((Vec::new(), false));
    }
    let (business, category, featured) = filter.parts();
    let products = fetch!(all, *session, (i64, String, i64), TO_COMPARE, business, category, featured)?;
    let meant = Meant::new(&query);
    let fitting = |near| -> Vec<(Reverse<i64>, i64)> {
        let fit = products.iter().filter(|(_, search, _)| meant.fits(search, near));
        fit.map(|(id, _, score)| (Reverse(*score), *id)).collect()
    };
    let mut fit = fitting(Near::Words);
    if fit.is_empty() {
        fit = fitting(Near::Beginnings);
    }
    let (score, id) = after.rated();
    fit.retain(|place| *place > (Reverse(score), id));
    fit.sort_unstable();
    let more = fit.len() > limit as usize;
    let ids: Vec<i64> = fit.into_iter().take(limit as usize).map(|(_, id)| id).collect();
    let mut views = products_by_id(session, &ids, now).await?;
    Ok((ids.iter().filter_map(|id| views.remove(id)).collect(), more))
}

const PLACES: &str = "SELECT x.product_id, s.name, s.address, s.phone FROM product_branches x \
     JOIN branches s ON s.id = x.branch_id WHERE s.active";

/// What some words of a query find, and where the branches are that sell it: the most words first, those in what a product is
/// called before those of a place. `skip` are on earlier pages.
async fn search_some(
    session: &mut Session,
    filter: &Filter,
    skip: usize,
    limit: u32,
    now: UnixMillis,
) -> sqlx::Result<(Vec<ProductView>, bool)> {
    let (business, category, featured) = filter.parts();
    let products = fetch!(all, *session, (i64, String, i64), TO_COMPARE, business, category, featured)?;
    let wanted = SomeWords::new(&filter.q);
    let mut places: HashMap<i64, Vec<Arc<str>>> = HashMap::new();
    let mut folded: HashMap<[String; 3], Arc<str>> = HashMap::new();
    for (product, name, address, phone) in fetch!(all, *session, (i64, String, String, String), PLACES)? {
        let text = folded.entry([name, address, phone]).or_insert_with_key(|parts| fold(&parts.join(" ")).into());
        places.entry(product).or_default().push(Arc::clone(text));
    }
    let none = Vec::new();
    let rank = |id: &i64, search: &str| wanted.rank(search, places.get(id).unwrap_or(&none));
    let mut ranked: Vec<(Reverse<(Rank, i64)>, i64)> =
        products.iter().filter_map(|(id, search, score)| Some((Reverse((rank(id, search)?, *score)), *id))).collect();
    ranked.sort_unstable();
    let more = ranked.len() > skip + limit as usize;
    let ids: Vec<i64> = ranked.into_iter().skip(skip).take(limit as usize).map(|(_, id)| id).collect();
    let mut views = products_by_id(session, &ids, now).await?;
    Ok((ids.iter().filter_map(|id| views.remove(id)).collect(), more))
}

/// Searches the products for sale
#[utoipa::path(
    get, path = "/api/productos", tag = "catálogo", security(()),
    params(
        Filter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses((status = 200, body = ProductPage), (status = 422, body = ProblemDocument))
)]
pub(super) async fn list_products(
    State(app): State<App>,
    Query(filter): Query<Filter>,
    page: Page,
) -> Result<Json<ProductPage>, Problem> {
    products(&app, &filter, &page).await.map(Json)
}

/// A page of the products for sale that `filter` lets through.
pub(crate) async fn products(app: &App, filter: &Filter, page: &Page) -> Result<ProductPage, Problem> {
    let words = patterns(&filter.q)
        .ok_or_else(|| Problem::invalid_field("q", Message::new("error-words").with("max", MAX_WORDS)))?;
    let after = page.position::<After>()?.unwrap_or(After::START);
    let (mut snapshot, now) = (app.db.snapshot().await?, app.ambient.now());
    // What only some words find has an order of its own: its cursor counts backwards how many were shown.
    let shown = after.shown();
    if shown > 0 {
        let (products, more) = search_some(&mut snapshot, filter, shown, page.limit, now).await?;
        return Ok(some_page(products, shown, more));
    }
    let (mut products, mut more) = search(&mut snapshot, filter, &words, after, page.limit, now).await?;
    let mut close = false;
    // Beyond the last page of what is called like that, nothing is meant.
    if products.is_empty()
        && (after == After::START || search(&mut snapshot, filter, &words, After::START, 1, now).await?.0.is_empty())
    {
        (products, more) = search_meant(&mut snapshot, filter, after, page.limit, now).await?;
        close = !products.is_empty();
        if products.is_empty() && after == After::START {
            let (products, more) = search_some(&mut snapshot, filter, 0, page.limit, now).await?;
            return Ok(some_page(products, 0, more));
        }
    }
    let last = products.last().filter(|_| more);
    Ok(ProductPage {
        cursor: last.map(|product| Page::encode(&After::product(product, filter))),
        productos: products,
        close,
    })
}

/// A page of what only some words find, after `shown` others.
fn some_page(products: Vec<ProductView>, shown: usize, more: bool) -> ProductPage {
    let next = i64::try_from(shown + products.len()).unwrap_or(i64::MAX);
    ProductPage {
        cursor: more.then(|| Page::encode(&After::Id(-next))),
        close: !products.is_empty(),
        productos: products,
    }
}

/// One product
#[utoipa::path(
    get, path = "/api/productos/{id}", tag = "catálogo", security(()),
    params(("id" = i64, Path)),
    responses((status = 200, body = ProductView), (status = 404, body = ProblemDocument))
)]
pub(super) async fn show_product(State(app): State<App>, Path(id): Path<i64>) -> Result<Json<ProductView>, Problem> {
    product(&app, id).await.map(Json)
}

/// A product that is for sale.
pub(crate) async fn product(app: &App, id: i64) -> Result<ProductView, Problem> {
    const FOR_SALE: &str = "SELECT COUNT(*) FROM products p JOIN businesses b ON b.id = p.business_id WHERE p.id = $1 AND p.active AND b.active";
    let mut snapshot = app.db.snapshot().await?;
    let for_sale = belgrano_runtime::fetch_scalar!(one, snapshot, i64, FOR_SALE, id)? > 0;
    let found = products_by_id(&mut snapshot, &[id], app.ambient.now()).await?.remove(&id);
    found.filter(|_| for_sale).ok_or_else(no_such_product)
}

pub(crate) fn no_such_product() -> Problem {
    Problem::not_found(Message::new("refusal-no-product"))
}
