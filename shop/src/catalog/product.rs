//! A product as the shop shows it: today's price, its offer, where it is.

use std::collections::HashMap;

use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::photo;
use crate::price::{Offer, offers, price_now};
use crate::reviews::{self, Rating};

/// A product as the shop shows it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProductView {
    /// Its id.
    pub id: i64,
    /// Its name.
    #[serde(rename = "nombre")]
    pub name: String,
    /// The price now, in pesos, offers included.
    #[serde(rename = "precio")]
    pub price: Money,
    /// What it costs without discounts, in pesos; never less than `precio`.
    #[serde(rename = "precio_original")]
    pub list_price: Money,
    /// The offer that is in `precio`.
    #[serde(rename = "oferta")]
    pub offer: Option<OfferView>,
    /// What is left; null never runs out.
    pub stock: Option<i64>,
    /// Whether one can be bought now.
    #[serde(rename = "disponible")]
    pub available: bool,
    /// Who sells it.
    #[serde(rename = "negocio")]
    pub business: Named,
    /// What kind of thing it is.
    #[serde(rename = "categoria")]
    pub category: Named,
    /// The branches that have it.
    #[serde(rename = "sucursales")]
    pub branches: Vec<Named>,
    /// The path of its picture.
    #[serde(rename = "imagen")]
    pub image: String,
    /// The same, when it is a photo that this shop has.
    #[serde(skip)]
    pub photo: Option<String>,
    /// What its reviews come to.
    #[serde(rename = "calificacion")]
    pub rating: Rating,
    /// Whether it is shown first.
    #[serde(rename = "destacado")]
    pub featured: bool,
}

/// An offer on a product.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OfferView {
    /// What it says.
    #[serde(rename = "titulo")]
    pub title: String,
    /// Percent off.
    #[serde(rename = "descuento")]
    pub percent: i64,
}

/// A business, a branch or a category by its names.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: i64,
    /// Its name.
    #[serde(rename = "nombre")]
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
}

/// `SELECT` of what a [`ProductView`] needs of the product itself; what follows says which.
macro_rules! select_products {
    ($($which:tt)+) => {
        concat!(
            "SELECT p.id, p.name, p.price, p.list_price, p.stock, p.active AND b.active AS active, p.featured, p.image, f.hash AS photo, ",
            "b.id AS business_id, b.name AS business_name, b.slug AS business_slug, ",
            "c.id AS category_id, c.name AS category_name, c.slug AS category_slug FROM products p ",
            "JOIN businesses b ON b.id = p.business_id JOIN categories c ON c.id = p.category_id LEFT JOIN product_photos f ON f.product_id = p.id ",
            $($which)+
        )
    };
}
pub(super) use select_products;

#[derive(sqlx::FromRow)]
pub(super) struct ProductRow {
    id: i64,
    name: String,
    price: Money,
    list_price: Option<Money>,
    stock: Option<i64>,
    active: bool,
    featured: bool,
    image: String,
    photo: Option<String>,
    business_id: i64,
    business_name: String,
    business_slug: String,
    category_id: i64,
    category_name: String,
    category_slug: String,
}

#[derive(sqlx::FromRow)]
struct BranchRow {
    product_id: i64,
    id: i64,
    name: String,
    slug: String,
}

const SELECT_BRANCHES: &str = "SELECT x.product_id, s.id, s.name, s.slug \
     FROM product_branches x JOIN branches s ON s.id = x.branch_id WHERE s.active AND x.product_id IN";

/// The products among `ids` that exist, also those not for sale, by id.
pub async fn products_by_id(
    session: &mut Session,
    ids: &[i64],
    now: UnixMillis,
) -> sqlx::Result<HashMap<i64, ProductView>> {
    let rows = fetch_in!(*session, ProductRow, select_products!("WHERE p.id IN"), ids, "");
    let views = complete(session, rows, now).await?;
    Ok(views.into_iter().map(|view| (view.id, view)).collect())
}

/// Adds offers and branches to `rows`, in their order.
pub(super) async fn complete(
    session: &mut Session,
    rows: Vec<ProductRow>,
    now: UnixMillis,
) -> sqlx::Result<Vec<ProductView>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut offers = offers(session, &ids, now).await?;
    let mut branches: HashMap<i64, Vec<Named>> = HashMap::new();
    for row in fetch_in!(*session, BranchRow, SELECT_BRANCHES, &ids, "ORDER BY s.id") {
        let branch = Named { id: row.id, name: row.name, slug: row.slug };
        branches.entry(row.product_id).or_default().push(branch);
    }
    let mut ratings = reviews::ratings(session, &ids).await?;
    let view = |row: ProductRow| {
        let rating = ratings.remove(&row.id).unwrap_or_default();
        let (offer, branches) = (offers.remove(&row.id), branches.remove(&row.id));
        view(row, offer, branches.unwrap_or_default(), rating)
    };
    Ok(rows.into_iter().map(view).collect())
}

fn view(row: ProductRow, offer: Option<Offer>, branches: Vec<Named>, rating: Rating) -> ProductView {
    let photo = row.photo.map(|hash| photo::address(row.id, &hash));
    ProductView {
        id: row.id,
        name: row.name,
        price: price_now(row.price, offer.as_ref()),
        list_price: row.list_price.map_or(row.price, |list| list.max(row.price)),
        offer: offer.map(|offer| OfferView { title: offer.title, percent: offer.percent }),
        stock: row.stock,
        available: row.active && row.stock != Some(0),
        business: Named { id: row.business_id, name: row.business_name, slug: row.business_slug },
        category: Named { id: row.category_id, name: row.category_name, slug: row.category_slug },
        branches,
        image: photo.clone().unwrap_or(row.image),
        photo,
        rating,
        featured: row.featured,
    }
}
