//! What is for sale: the home page, the list and one product.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{Json, Page, Path, Query};
use belgrano_shared::pages::{Choice, Form, Layout, text};
use belgrano_shared::problem::Problem;
use url::form_urlencoded;

use super::frame::Frame;
use crate::app::App;
use crate::catalog::{self, BusinessView, CategoryView, CurrentOffer, Filter, ProductView};

/// Products on a page: full rows of two, three and four.
const PRODUCTS: u32 = 24;
/// Products shown first on the home page.
const FEATURED: u32 = 8;

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
}

#[derive(Template)]
#[template(path = "products.html")]
struct ProductsPage<'a> {
    layout: &'a Layout,
    form: Form,
    products: Vec<ProductView>,
    categories: Vec<Choice>,
    businesses: Vec<Choice>,
    /// The address of the next page.
    next: Option<String>,
    /// Where to come back to after adding to the cart.
    here: String,
}

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage<'a> {
    layout: &'a Layout,
    product: ProductView,
}

/// Offers, what is shown first, categories and businesses.
pub(super) async fn home(state: State<App>, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    let Json(offers) = catalog::offers(state.clone()).await?;
    let Json(categories) = catalog::categories(state.clone()).await?;
    let Json(businesses) = catalog::businesses(state.clone()).await?;
    let featured = Filter { destacado: Some(true), ..Filter::default() };
    let first = Page { cursor: None, limit: FEATURED };
    let Json(featured) = catalog::list_products(state.clone(), Query(featured), first).await?;
    let ids: Vec<i64> = offers.ofertas.iter().flat_map(|offer| offer.productos.iter().copied()).collect();
    let app = state.0;
    let products = catalog::products_by_id(&mut app.db.snapshot().await?, &ids, app.ambient.now()).await?;
    layout.show(&HomePage {
        layout: &layout,
        offers: offers.ofertas,
        products,
        featured: featured.productos,
        categories: categories.categorias,
        businesses: businesses.negocios,
    })
}

/// A search, with its filters.
pub(super) async fn list(
    state: State<App>,
    Frame { layout, .. }: Frame,
    Query(mut filter): Query<Filter>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    // A select that was left alone sends an empty value.
    filter.negocio = filter.negocio.filter(|slug| !slug.is_empty());
    filter.categoria = filter.categoria.filter(|slug| !slug.is_empty());
    let page = Page { cursor: asked.cursor.filter(|cursor| !cursor.is_empty()), limit: PRODUCTS };
    let Json(categories) = catalog::categories(state.clone()).await?;
    let Json(businesses) = catalog::businesses(state.clone()).await?;
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
    let form = Form::filled(fields.clone());
    let (form, products, next) = match catalog::list_products(state, Query(filter), page).await {
        Ok(Json(found)) => (form, found.productos, found.cursor.map(|cursor| address(Some(&cursor)))),
        Err(problem) if Form::takes(&problem) => (form.refused(&problem), Vec::new(), None),
        Err(problem) => return Err(problem),
    };
    let any = |text: &str| Choice::new("", text);
    let named = categories.categorias.iter().map(|category| Choice::new(&category.slug, &category.nombre));
    let categories = std::iter::once(any("Todas")).chain(named).collect();
    let named = businesses.negocios.iter().map(|business| Choice::new(&business.slug, &business.nombre));
    let businesses = std::iter::once(any("Todos")).chain(named).collect();
    layout.show(&ProductsPage { layout: &layout, form, products, categories, businesses, next, here })
}

/// Which page of a list.
#[derive(serde::Deserialize)]
pub(super) struct Asked {
    cursor: Option<String>,
}

/// One product.
pub(super) async fn product(
    state: State<App>,
    Frame { layout, .. }: Frame,
    id: Path<i64>,
) -> Result<Response, Problem> {
    let Json(product) = catalog::show_product(state, id).await?;
    layout.show(&ProductPage { layout: &layout, product })
}
