//! The catalog's tables as an import compares them: what is there, what should be, and what to write.

use std::collections::HashMap;
use std::hash::Hash;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute, execute_rows, fetch};
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct BusinessRow {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) logo: String,
    pub(super) color: String,
    pub(super) active: bool,
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct BranchRow {
    pub(super) id: i64,
    pub(super) business_id: i64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) phone: String,
    pub(super) hours: String,
    pub(super) active: bool,
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct CategoryRow {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) icon: String,
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct ProductRow {
    pub(super) id: i64,
    pub(super) business_id: i64,
    pub(super) category_id: i64,
    pub(super) name: String,
    pub(super) search: String,
    pub(super) price: Money,
    pub(super) list_price: Option<Money>,
    pub(super) cost: Option<Money>,
    pub(super) reorder_point: Option<i64>,
    pub(super) lead_days: Option<i64>,
    pub(super) stock: Option<i64>,
    pub(super) featured: bool,
    pub(super) active: bool,
    pub(super) image: String,
    /// Ascending.
    #[sqlx(skip)]
    pub(super) branches: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub(super) struct OfferRow {
    pub(super) id: String,
    pub(super) business_id: i64,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) percent: i64,
    pub(super) starts_at: UnixMillis,
    pub(super) ends_at: UnixMillis,
    /// Ascending.
    #[sqlx(skip)]
    pub(super) products: Vec<i64>,
}

/// Everything that is there, by id.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) businesses: HashMap<i64, BusinessRow>,
    pub(super) branches: HashMap<i64, BranchRow>,
    pub(super) categories: HashMap<i64, CategoryRow>,
    pub(super) products: HashMap<i64, ProductRow>,
    pub(super) offers: HashMap<String, OfferRow>,
}

const SELECT_PRODUCTS: &str = "SELECT id, business_id, category_id, name, search, price, list_price, cost, \
     reorder_point, lead_days, stock, featured, active, image FROM products";

impl Stored {
    pub(super) async fn load(session: &mut Session) -> sqlx::Result<Self> {
        fn by_id<K: Eq + Hash, R>(rows: Vec<R>, id: impl Fn(&R) -> K) -> HashMap<K, R> {
            rows.into_iter().map(|row| (id(&row), row)).collect()
        }
        let businesses = "SELECT id, slug, name, description, logo, color, active FROM businesses";
        let branches = "SELECT id, business_id, slug, name, address, phone, hours, active FROM branches";
        let categories = "SELECT id, slug, name, description, icon FROM categories";
        let offers = "SELECT id, business_id, title, description, percent, starts_at, ends_at FROM offers";
        let product_branches = "SELECT product_id, branch_id FROM product_branches ORDER BY branch_id";
        let offer_products = "SELECT offer_id, product_id FROM offer_products ORDER BY product_id";
        let mut stored = Self {
            businesses: by_id(fetch!(all, *session, BusinessRow, businesses)?, |row| row.id),
            branches: by_id(fetch!(all, *session, BranchRow, branches)?, |row| row.id),
            categories: by_id(fetch!(all, *session, CategoryRow, categories)?, |row| row.id),
            products: by_id(fetch!(all, *session, ProductRow, SELECT_PRODUCTS)?, |row| row.id),
            offers: by_id(fetch!(all, *session, OfferRow, offers)?, |row| row.id.clone()),
        };
        for (product, branch) in fetch!(all, *session, (i64, i64), product_branches)? {
            stored.products.entry(product).and_modify(|row| row.branches.push(branch));
        }
        for (offer, product) in fetch!(all, *session, (String, i64), offer_products)? {
            stored.offers.entry(offer).and_modify(|row| row.products.push(product));
        }
        Ok(stored)
    }

    /// Takes these products out of every offer, as [`end_offers`] does.
    pub(super) fn forget_offers(&mut self, products: &[i64]) {
        for offer in self.offers.values_mut() {
            offer.products.retain(|product| !products.contains(product));
        }
    }
}

/// Takes these products out of every offer.
pub(super) async fn end_offers(session: &mut Session, products: &[i64]) -> sqlx::Result<()> {
    for product in products {
        execute!(*session, "DELETE FROM offer_products WHERE product_id = $1", product)?;
    }
    Ok(())
}

pub(super) async fn write_businesses(session: &mut Session, rows: &[BusinessRow]) -> sqlx::Result<()> {
    for row in rows {
        // Two rows may trade slugs; out of the way first.
        execute!(*session, "UPDATE businesses SET slug = '~' || CAST(id AS TEXT) WHERE id = $1", row.id)?;
    }
    let head = "INSERT INTO businesses (id, slug, name, description, logo, color, active) VALUES";
    let tail = "ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, \
         description = excluded.description, logo = excluded.logo, color = excluded.color, active = excluded.active";
    execute_rows!(*session, head, 7, rows, tail, |query, row| {
        let query = query.bind(row.id).bind(&row.slug).bind(&row.name).bind(&row.description);
        query.bind(&row.logo).bind(&row.color).bind(row.active)
    });
    Ok(())
}

pub(super) async fn write_branches(session: &mut Session, rows: &[BranchRow]) -> sqlx::Result<()> {
    for row in rows {
        execute!(*session, "UPDATE branches SET slug = '~' || CAST(id AS TEXT) WHERE id = $1", row.id)?;
    }
    let head = "INSERT INTO branches (id, business_id, slug, name, address, phone, hours, active) VALUES";
    let tail = "ON CONFLICT (id) DO UPDATE SET business_id = excluded.business_id, slug = excluded.slug, \
         name = excluded.name, address = excluded.address, phone = excluded.phone, hours = excluded.hours, \
         active = excluded.active";
    execute_rows!(*session, head, 8, rows, tail, |query, row| {
        let query = query.bind(row.id).bind(row.business_id).bind(&row.slug).bind(&row.name);
        query.bind(&row.address).bind(&row.phone).bind(&row.hours).bind(row.active)
    });
    Ok(())
}

pub(super) async fn write_categories(session: &mut Session, rows: &[CategoryRow]) -> sqlx::Result<()> {
    for row in rows {
        execute!(*session, "UPDATE categories SET slug = '~' || CAST(id AS TEXT) WHERE id = $1", row.id)?;
    }
    let head = "INSERT INTO categories (id, slug, name, description, icon) VALUES";
    let tail = "ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name, \
         description = excluded.description, icon = excluded.icon";
    execute_rows!(*session, head, 5, rows, tail, |query, row| {
        query.bind(row.id).bind(&row.slug).bind(&row.name).bind(&row.description).bind(&row.icon)
    });
    Ok(())
}

/// What these rows change nobody has changed by hand.
pub(super) async fn write_products(session: &mut Session, rows: &[ProductRow]) -> sqlx::Result<()> {
    let head = "INSERT INTO products (id, business_id, category_id, name, search, price, list_price, stock, featured, \
         active, image, cost, reorder_point, lead_days) VALUES";
    let tail = "ON CONFLICT (id) DO UPDATE SET business_id = excluded.business_id, category_id = excluded.category_id, \
         name = excluded.name, search = excluded.search, price = excluded.price, list_price = excluded.list_price, \
         stock = excluded.stock, featured = excluded.featured, active = excluded.active, image = excluded.image, \
         cost = excluded.cost, reorder_point = excluded.reorder_point, lead_days = excluded.lead_days, \
         price_by = CASE WHEN products.price = excluded.price THEN products.price_by END, \
         active_by = CASE WHEN products.active = excluded.active THEN products.active_by END";
    execute_rows!(*session, head, 14, rows, tail, |query, row| {
        let query = query.bind(row.id).bind(row.business_id).bind(row.category_id).bind(&row.name).bind(&row.search);
        let query = query.bind(row.price).bind(row.list_price).bind(row.stock).bind(row.featured);
        let query = query.bind(row.active).bind(&row.image);
        query.bind(row.cost).bind(row.reorder_point).bind(row.lead_days)
    });
    for row in rows {
        execute!(*session, "DELETE FROM product_branches WHERE product_id = $1", row.id)?;
    }
    let links: Vec<(i64, i64)> =
        rows.iter().flat_map(|row| row.branches.iter().map(|branch| (row.id, *branch))).collect();
    let head = "INSERT INTO product_branches (product_id, branch_id) VALUES";
    execute_rows!(*session, head, 2, &links, |query, link| query.bind(link.0).bind(link.1));
    Ok(())
}

pub(super) async fn write_offers(session: &mut Session, rows: &[OfferRow]) -> sqlx::Result<()> {
    let head = "INSERT INTO offers (id, business_id, title, description, percent, starts_at, ends_at) VALUES";
    let tail = "ON CONFLICT (id) DO UPDATE SET business_id = excluded.business_id, title = excluded.title, \
         description = excluded.description, percent = excluded.percent, starts_at = excluded.starts_at, \
         ends_at = excluded.ends_at";
    execute_rows!(*session, head, 7, rows, tail, |query, row| {
        let query = query.bind(&row.id).bind(row.business_id).bind(&row.title).bind(&row.description);
        query.bind(row.percent).bind(row.starts_at).bind(row.ends_at)
    });
    for row in rows {
        execute!(*session, "DELETE FROM offer_products WHERE offer_id = $1", &row.id)?;
    }
    let links: Vec<(&str, i64)> =
        rows.iter().flat_map(|row| row.products.iter().map(|product| (row.id.as_str(), *product))).collect();
    let head = "INSERT INTO offer_products (offer_id, product_id) VALUES";
    execute_rows!(*session, head, 2, &links, |query, link| query.bind(link.0).bind(link.1));
    Ok(())
}
