//! Businesses, branches, categories, products and offers, as the feed tells them: all there are, sold or not.

use std::collections::HashMap;

use belgrano_runtime::changes::{Content, Contents, Utc, ids};
use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;
use belgrano_wire::money::Money;
use serde::Serialize;
use sqlx::FromRow;

#[derive(Serialize, FromRow)]
pub(super) struct Business {
    id: i64,
    slug: String,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "activo")]
    active: bool,
}

impl Content for Business {
    const SELECT: &'static str = "SELECT id, slug, name, active FROM businesses WHERE id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}

#[derive(Serialize, FromRow)]
pub(super) struct Branch {
    id: i64,
    #[serde(rename = "negocio_id")]
    business_id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "direccion")]
    address: String,
    #[serde(rename = "activa")]
    active: bool,
}

impl Content for Branch {
    const SELECT: &'static str = "SELECT id, business_id, name, address, active FROM branches WHERE id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}

#[derive(Serialize, FromRow)]
pub(super) struct Category {
    id: i64,
    slug: String,
    #[serde(rename = "nombre")]
    name: String,
}

impl Content for Category {
    const SELECT: &'static str = "SELECT id, slug, name FROM categories WHERE id IN";

    fn key(&self) -> String {
        self.id.to_string()
    }
}

#[derive(Serialize, FromRow)]
struct Product {
    id: i64,
    #[serde(rename = "nombre")]
    name: String,
    #[serde(rename = "negocio_id")]
    business_id: i64,
    #[serde(rename = "categoria_id")]
    category_id: i64,
    #[serde(rename = "precio")]
    price: Money,
    #[serde(rename = "precio_lista")]
    list_price: Option<Money>,
    /// What one costs the shop; null: unknown.
    #[serde(rename = "costo")]
    cost: Option<Money>,
    /// Null: not counted.
    stock: Option<i64>,
    /// From which stock on to order more.
    #[serde(rename = "punto_pedido")]
    reorder_point: Option<i64>,
    /// How long that takes to come.
    #[serde(rename = "plazo_dias")]
    lead_days: Option<i64>,
    #[serde(rename = "activo")]
    active: bool,
    #[serde(rename = "destacado")]
    featured: bool,
    #[serde(rename = "sucursales")]
    #[sqlx(skip)]
    branches: Vec<i64>,
}

const PRODUCTS: &str = "SELECT id, name, business_id, category_id, price, list_price, cost, stock, reorder_point, \
     lead_days, active, featured FROM products WHERE id IN";
const PRODUCT_BRANCHES: &str = "SELECT product_id, branch_id FROM product_branches WHERE product_id IN";

/// Products with the branches that have them.
pub(super) async fn products(session: &mut Session, keys: &[&str]) -> sqlx::Result<Contents> {
    let ids = ids(keys);
    let mut branches: HashMap<i64, Vec<i64>> = HashMap::new();
    for (product, branch) in fetch_in!(*session, (i64, i64), PRODUCT_BRANCHES, &ids, "ORDER BY product_id, branch_id") {
        branches.entry(product).or_default().push(branch);
    }
    let mut contents = Contents::default();
    for mut product in fetch_in!(*session, Product, PRODUCTS, &ids, "") {
        product.branches = branches.remove(&product.id).unwrap_or_default();
        contents.tell(product.id.to_string(), None, &product)?;
    }
    Ok(contents)
}

#[derive(Serialize, FromRow)]
struct Offer {
    id: String,
    #[serde(rename = "negocio_id")]
    business_id: i64,
    #[serde(rename = "titulo")]
    title: String,
    #[serde(rename = "porcentaje")]
    percent: i64,
    #[serde(rename = "desde")]
    starts_at: Utc,
    #[serde(rename = "hasta")]
    ends_at: Utc,
    #[serde(rename = "productos")]
    #[sqlx(skip)]
    products: Vec<i64>,
}

const OFFERS: &str = "SELECT id, business_id, title, percent, starts_at, ends_at FROM offers WHERE id IN";
const OFFER_PRODUCTS: &str = "SELECT offer_id, product_id FROM offer_products WHERE offer_id IN";

/// Offers with the products they are for.
pub(super) async fn offers(session: &mut Session, keys: &[&str]) -> sqlx::Result<Contents> {
    let mut products: HashMap<String, Vec<i64>> = HashMap::new();
    for (offer, product) in fetch_in!(*session, (String, i64), OFFER_PRODUCTS, keys, "ORDER BY offer_id, product_id") {
        products.entry(offer).or_default().push(product);
    }
    let mut contents = Contents::default();
    for mut offer in fetch_in!(*session, Offer, OFFERS, keys, "") {
        offer.products = products.remove(&offer.id).unwrap_or_default();
        contents.tell(offer.id.clone(), None, &offer)?;
    }
    Ok(contents)
}
