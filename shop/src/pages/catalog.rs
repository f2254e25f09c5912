//! What is for sale: the home page, the list and one product.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, KEY_FIELD, Layout};
use belgrano_wire::timestamp::UnixMillis;
use url::form_urlencoded;

use super::frame::Frame;
use crate::app::App;
use crate::catalog::{self, BusinessView, CategoryView, CurrentOffer, Filter, LOW_STOCK, ProductView};
use crate::reviews::{self, PublicReview};

/// Products on a page: full rows of two, three and four.
const PRODUCTS: u32 = 24;
/// Products shown first on the home page.
const FEATURED: u32 = 8;
/// Products shown below another of their category.
const OTHERS: u32 = 6;
/// Reviews on a product's page.
const REVIEWS: u32 = 6;
/// An offer that ends later than this needs no end: nobody hurries for it.
const SOON_MS: i64 = 14 * 24 * 3600 * 1000;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    layout: &'a Layout,
    offers: Vec<CurrentOffer>,
    /// The products of the offers.
    products: HashMap<i64, ProductView>,
    featured: Vec<ProductView>,
    categories: Vec<CategoryView>,
    businesses: Vec<BusinessView>,
    now: UnixMillis,
    /// One-time key for additions to the cart.
    key: String,
}

impl HomePage<'_> {
    /// The last day of an offer that ends soon.
    fn ends_soon(&self, offer: &CurrentOffer) -> Option<String> {
        let soon = offer.hasta.since_ms(self.now) < SOON_MS;
        soon.then(|| self.layout.day(offer.hasta.plus_ms(-1)))
    }
}

#[derive(Template)]
#[template(path = "products.html")]
struct ProductsPage<'a> {
    layout: &'a Layout,
    form: Form,
    products: Vec<ProductView>,
    /// Nothing is called as it was typed: these come close.
    close: bool,
    categories: Vec<Choice>,
    businesses: Vec<Choice>,
    /// The address of the next page.
    next: Option<String>,
    /// Where to come back to after adding to the cart.
    here: String,
    /// One-time key for additions to the cart.
    key: String,
}

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage<'a> {
    layout: &'a Layout,
    product: ProductView,
    /// What customers say of it, newest first.
    reviews: Vec<PublicReview>,
    /// The address of more of that.
    more_reviews: Option<String>,
    /// Some more of its category.
    others: Vec<ProductView>,
    /// One-time key for additions to the cart.
    key: String,
}

/// Offers, what is shown first, categories and businesses.
pub(super) async fn home(State(app): State<App>, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    let offers = catalog::current_offers(&app).await?;
    let (categories, businesses) = stocked(&app).await?;
    let featured = Filter { destacado: Some(true), ..Filter::default() };
    let first = Page { cursor: None, limit: FEATURED };
    let featured = catalog::products(&app, &featured, &first).await?;
    let ids: Vec<i64> = offers.iter().flat_map(|offer| offer.productos.iter().copied()).collect();
    let now = app.ambient.now();
    let products = catalog::products_by_id(&mut app.db.snapshot().await?, &ids, now).await?;
    layout.show(&HomePage {
        layout: &layout,
        offers,
        products,
        featured: featured.productos,
        categories,
        businesses,
        now,
        key: app.ambient.uuid().to_string(),
    })
}

/// The categories and businesses that have something for sale; of a business the branches that do, too.
async fn stocked(app: &App) -> Result<(Vec<CategoryView>, Vec<BusinessView>), Problem> {
    let categories = catalog::all_categories(app).await?;
    let businesses = catalog::all_businesses(app).await?;
    let stocked = catalog::stocked(app).await?;
    let categories = categories.into_iter().filter(|category| category.productos > 0).collect();
    let businesses = businesses.into_iter().filter(|business| stocked.businesses.contains(&business.id));
    let with_branches = |mut business: BusinessView| {
        // Where no product says its branch, all of them sell.
        if business.sucursales.iter().any(|branch| stocked.branches.contains(&branch.id)) {
            business.sucursales.retain(|branch| stocked.branches.contains(&branch.id));
        }
        business
    };
    Ok((categories, businesses.map(with_branches).collect()))
}

/// A search, with its filters.
pub(super) async fn list(
    State(app): State<App>,
    Frame { layout, .. }: Frame,
    Query(mut filter): Query<Filter>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    // A select that was left alone sends an empty value.
    filter.negocio = filter.negocio.filter(|slug| !slug.is_empty());
    filter.categoria = filter.categoria.filter(|slug| !slug.is_empty());
    let page = Page { cursor: asked.cursor.filter(|cursor| !cursor.is_empty()), limit: PRODUCTS };
    let (categories, businesses) = stocked(&app).await?;
    let fields = [
        ("q", filter.q.clone()),
        ("categoria", filter.categoria.clone().unwrap_or_default()),
        ("negocio", filter.negocio.clone().unwrap_or_default()),
    ];
    let address = |cursor: Option<&str>| {
        let pairs = fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, value.as_str()));
        let pairs = pairs.chain(cursor.map(|cursor| ("cursor", cursor)));
        format!("/productos?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    };
    let here = address(page.cursor.as_deref());
    let key = app.ambient.uuid().to_string();
    let form = Form::filled(fields.clone());
    let mut close = false;
    let (form, products, next) = match catalog::products(&app, &filter, &page).await {
        Ok(found) => {
            close = found.close;
            (form, found.productos, found.cursor.map(|cursor| address(Some(&cursor))))
        }
        Err(problem) if Form::takes(&problem) => (form.refused(&problem), Vec::new(), None),
        Err(problem) => return Err(problem),
    };
    let any = |key| Choice::new("", layout.t(key));
    let named = categories.iter().map(|category| Choice::new(&category.slug, &category.nombre));
    let categories = std::iter::once(any("products-every-category")).chain(named).collect();
    let named = businesses.iter().map(|business| Choice::new(&business.slug, &business.nombre));
    let businesses = std::iter::once(any("products-every-business")).chain(named).collect();
    layout.show(&ProductsPage { layout: &layout, form, products, close, categories, businesses, next, here, key })
}

/// Which page of a list.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    cursor: Option<String>,
}

/// Which page of the reviews of a product.
#[derive(serde::Deserialize)]
pub(super) struct AskedReviews {
    opiniones: Option<String>,
}

/// One product.
pub(super) async fn product(
    State(app): State<App>,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    Query(AskedReviews { opiniones }): Query<AskedReviews>,
) -> Result<Response, Problem> {
    let product = catalog::product(&app, id).await?;
    let page = Page { cursor: opiniones.filter(|cursor| !cursor.is_empty()), limit: REVIEWS };
    let said = reviews::shown_of(&app, product.id, &page).await?;
    let more_reviews = said.cursor.map(|cursor| format!("/productos/{}?opiniones={cursor}#opiniones", product.id));
    let key = app.ambient.uuid().to_string();
    let same = Filter { categoria: Some(product.category.slug.clone()), ..Filter::default() };
    let found = catalog::products(&app, &same, &Page { cursor: None, limit: OTHERS + 1 }).await?;
    let others = found.productos.into_iter().filter(|other| other.id != product.id).take(OTHERS as usize).collect();
    layout.show(&ProductPage { layout: &layout, product, reviews: said.resenas, more_reviews, others, key })
}
