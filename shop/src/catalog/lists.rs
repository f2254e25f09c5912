//! The short lists around the products: businesses with their branches, categories, today's offers.
//!
//! A neighbourhood has a handful of each, so each is one page.

use std::collections::HashSet;

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_in, fetch_scalar};
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::product::Named;
use crate::app::App;

/// A business with its branches.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct BusinessView {
    pub(crate) id: i64,
    pub(crate) nombre: String,
    pub(crate) slug: String,
    pub(crate) descripcion: String,
    pub(crate) logo: String,
    pub(crate) color: String,
    pub(crate) sucursales: Vec<BranchView>,
}

/// A branch.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct BranchView {
    pub(crate) id: i64,
    pub(crate) nombre: String,
    pub(crate) slug: String,
    pub(crate) direccion: String,
    pub(crate) telefono: String,
    pub(crate) horarios: String,
}

/// Every business.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BusinessList {
    pub(crate) negocios: Vec<BusinessView>,
    /// Always null: there is one page.
    pub(crate) cursor: Option<String>,
}

#[derive(sqlx::FromRow)]
struct BusinessRow {
    id: i64,
    name: String,
    slug: String,
    description: String,
    logo: String,
    color: String,
}

#[derive(sqlx::FromRow)]
struct BranchRow {
    business_id: i64,
    id: i64,
    name: String,
    slug: String,
    address: String,
    phone: String,
    hours: String,
}

pub(super) async fn read_businesses(session: &mut Session) -> sqlx::Result<Vec<BusinessView>> {
    const BUSINESSES: &str = "SELECT id, name, slug, description, logo, color FROM businesses WHERE active ORDER BY id";
    const BRANCHES: &str =
        "SELECT business_id, id, name, slug, address, phone, hours FROM branches WHERE active ORDER BY id";
    let rows = fetch!(all, *session, BusinessRow, BUSINESSES)?;
    let branches = fetch!(all, *session, BranchRow, BRANCHES)?;
    let of = |business: i64| {
        let own = branches.iter().filter(|branch| branch.business_id == business);
        own.map(|branch| BranchView {
            id: branch.id,
            nombre: branch.name.clone(),
            slug: branch.slug.clone(),
            direccion: branch.address.clone(),
            telefono: branch.phone.clone(),
            horarios: branch.hours.clone(),
        })
        .collect()
    };
    let view = |row: BusinessRow| BusinessView {
        sucursales: of(row.id),
        id: row.id,
        nombre: row.name,
        slug: row.slug,
        descripcion: row.description,
        logo: row.logo,
        color: row.color,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Who has something for sale, by id.
pub(crate) struct Stocked {
    pub(crate) businesses: HashSet<i64>,
    pub(crate) branches: HashSet<i64>,
}

/// The businesses and branches with a product for sale.
pub(crate) async fn stocked(app: &App) -> sqlx::Result<Stocked> {
    const BUSINESSES: &str = "SELECT DISTINCT business_id FROM products WHERE active";
    const BRANCHES: &str = "SELECT DISTINCT x.branch_id FROM product_branches x JOIN products p ON p.id = x.product_id \
         WHERE p.active";
    let mut session = app.db.snapshot().await?;
    let businesses = fetch_scalar!(all, session, i64, BUSINESSES)?.into_iter().collect();
    let branches = fetch_scalar!(all, session, i64, BRANCHES)?.into_iter().collect();
    Ok(Stocked { businesses, branches })
}

/// Businesses and their branches
#[utoipa::path(get, path = "/api/negocios", tag = "catálogo", security(()), responses((status = 200, body = BusinessList)))]
pub(super) async fn businesses(State(app): State<App>) -> Result<Json<BusinessList>, Problem> {
    Ok(Json(BusinessList { negocios: all_businesses(&app).await?, cursor: None }))
}

/// Every business with its branches.
pub(crate) async fn all_businesses(app: &App) -> Result<Vec<BusinessView>, Problem> {
    Ok(read_businesses(&mut app.db.snapshot().await?).await?)
}

/// A category and how many of its products are for sale.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct CategoryView {
    pub(crate) id: i64,
    #[sqlx(rename = "name")]
    pub(crate) nombre: String,
    pub(crate) slug: String,
    #[sqlx(rename = "description")]
    pub(crate) descripcion: String,
    #[sqlx(rename = "icon")]
    pub(crate) icono: String,
    #[sqlx(rename = "products")]
    pub(crate) productos: i64,
}

/// Every category.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CategoryList {
    pub(crate) categorias: Vec<CategoryView>,
    /// Always null: there is one page.
    pub(crate) cursor: Option<String>,
}

pub(super) async fn read_categories(session: &mut Session) -> sqlx::Result<Vec<CategoryView>> {
    const CATEGORIES: &str = "SELECT c.id, c.name, c.slug, c.description, c.icon, (SELECT COUNT(*) FROM products p \
         JOIN businesses b ON b.id = p.business_id WHERE p.category_id = c.id AND p.active AND b.active) AS products \
         FROM categories c ORDER BY c.id";
    fetch!(all, *session, CategoryView, CATEGORIES)
}

/// Categories
#[utoipa::path(get, path = "/api/categorias", tag = "catálogo", security(()), responses((status = 200, body = CategoryList)))]
pub(super) async fn categories(State(app): State<App>) -> Result<Json<CategoryList>, Problem> {
    Ok(Json(CategoryList { categorias: all_categories(&app).await?, cursor: None }))
}

/// Every category, with how many of its products are for sale.
pub(crate) async fn all_categories(app: &App) -> Result<Vec<CategoryView>, Problem> {
    Ok(read_categories(&mut app.db.read().await?).await?)
}

/// An offer that holds now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CurrentOffer {
    pub(crate) id: String,
    pub(crate) titulo: String,
    pub(crate) descripcion: String,
    /// Percent off.
    pub(crate) descuento: i64,
    pub(crate) desde: UnixMillis,
    /// The first instant at which it no longer holds.
    pub(crate) hasta: UnixMillis,
    pub(crate) negocio: Named,
    /// The products it is on, by id.
    pub(crate) productos: Vec<i64>,
}

/// Every offer that holds now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferList {
    pub(crate) ofertas: Vec<CurrentOffer>,
    /// Always null: there is one page.
    pub(crate) cursor: Option<String>,
}

#[derive(sqlx::FromRow)]
struct OfferRow {
    id: String,
    title: String,
    description: String,
    percent: i64,
    starts_at: UnixMillis,
    ends_at: UnixMillis,
    business_id: i64,
    business_name: String,
    business_slug: String,
}

pub(super) async fn read_offers(session: &mut Session, now: UnixMillis) -> sqlx::Result<Vec<CurrentOffer>> {
    const OFFERS: &str = "SELECT o.id, o.title, o.description, o.percent, o.starts_at, o.ends_at, b.id AS business_id, \
         b.name AS business_name, b.slug AS business_slug FROM offers o JOIN businesses b ON b.id = o.business_id \
         WHERE b.active AND o.starts_at <= $1 AND o.ends_at > $1 AND EXISTS (SELECT 1 FROM offer_products x \
         JOIN products p ON p.id = x.product_id WHERE x.offer_id = o.id AND p.active) ORDER BY o.ends_at, o.id";
    const PRODUCTS: &str = "SELECT x.offer_id, x.product_id FROM offer_products x \
         JOIN products p ON p.id = x.product_id WHERE p.active AND x.offer_id IN";
    let rows = fetch!(all, *session, OfferRow, OFFERS, now)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let products = fetch_in!(*session, (String, i64), PRODUCTS, &ids, "ORDER BY x.product_id");
    let view = |row: OfferRow| CurrentOffer {
        productos: products.iter().filter(|(offer, _)| *offer == row.id).map(|(_, product)| *product).collect(),
        id: row.id,
        titulo: row.title,
        descripcion: row.description,
        descuento: row.percent,
        desde: row.starts_at,
        hasta: row.ends_at,
        negocio: Named { id: row.business_id, name: row.business_name, slug: row.business_slug },
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Today's offers
#[utoipa::path(get, path = "/api/ofertas", tag = "catálogo", security(()), responses((status = 200, body = OfferList)))]
pub(super) async fn offers(State(app): State<App>) -> Result<Json<OfferList>, Problem> {
    Ok(Json(OfferList { ofertas: current_offers(&app).await?, cursor: None }))
}

/// The offers that hold now.
pub(crate) async fn current_offers(app: &App) -> Result<Vec<CurrentOffer>, Problem> {
    Ok(read_offers(&mut app.db.snapshot().await?, app.ambient.now()).await?)
}
