//! Products as a batch sells them: price of the moment, and stock that goes down in memory before it does on disk.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute_rows, fetch_in};
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;

use super::ShopUnit;
use crate::price::{offers, price_now};

/// What a sale needs to know of a product.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProductForSale {
    /// Its id.
    pub id: i64,
    /// Its name, as the order will keep it.
    pub name: String,
    /// The price now, offers included.
    pub price: Money,
    /// What one costs its business, where somebody said so.
    pub cost: Option<Money>,
    /// What is left; `None` never runs out.
    pub stock: Option<i64>,
    /// Whether it is sold at all.
    pub active: bool,
    /// The business that sells it.
    pub business: String,
    /// Its category.
    pub category: String,
    /// The first branch that has it, if any.
    pub branch: Option<String>,
}

const SELECT_PRODUCTS: &str = "SELECT p.id, p.name, p.price, p.cost, p.stock, p.active AND b.active AS active, b.name AS business, \
     c.name AS category, (SELECT s.name FROM product_branches x JOIN branches s ON s.id = x.branch_id \
     WHERE x.product_id = p.id AND s.active ORDER BY s.id LIMIT 1) AS branch \
     FROM products p JOIN businesses b ON b.id = p.business_id JOIN categories c ON c.id = p.category_id WHERE p.id IN";
const UPDATE_STOCK: &str = "UPDATE products SET stock = v.column2 FROM (VALUES";

#[derive(Debug, Default)]
pub(super) struct Products {
    known: HashMap<i64, Option<ProductForSale>>,
    dirty: Vec<i64>,
}

impl Products {
    pub(super) async fn load(&mut self, session: &mut Session, ids: &[i64], now: UnixMillis) -> sqlx::Result<()> {
        let mut missing = Vec::new();
        for &id in ids {
            if let Entry::Vacant(unknown) = self.known.entry(id) {
                unknown.insert(None);
                missing.push(id);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let products = fetch_in!(*session, ProductForSale, SELECT_PRODUCTS, &missing, "");
        let offers = offers(session, &missing, now).await?;
        for mut product in products {
            product.price = price_now(product.price, offers.get(&product.id));
            self.known.insert(product.id, Some(product));
        }
        Ok(())
    }

    /// Puts another stock in the place of the one there is. Returns it; `None` for what is not counted and what is not known.
    pub(super) fn change_stock(&mut self, id: i64, change: impl FnOnce(Option<i64>) -> Option<i64>) -> Option<i64> {
        let Some(Some(product)) = self.known.get_mut(&id) else { return None };
        let before = product.stock;
        product.stock = change(before);
        if product.stock != before && !self.dirty.contains(&id) {
            self.dirty.push(id);
        }
        product.stock
    }

    pub(super) async fn flush(&mut self, session: &mut Session) -> sqlx::Result<()> {
        let rows: Vec<(i64, i64)> =
            self.dirty.drain(..).filter_map(|id| Some((id, self.known.get(&id)?.as_ref()?.stock?))).collect();
        let tail = ") AS v WHERE products.id = v.column1";
        let changed = execute_rows!(*session, UPDATE_STOCK, 2, &rows, tail, |query, row| query.bind(row.0).bind(row.1));
        if changed == rows.len() as u64 {
            Ok(())
        } else {
            Err(sqlx::Error::Protocol(format!("stock of {} products changed {changed} rows", rows.len())))
        }
    }
}

impl ShopUnit {
    /// Reads products that are asked for one by one afterwards, in as few statements as the engine takes.
    pub async fn read_products(&mut self, ids: impl IntoIterator<Item = i64>) -> sqlx::Result<()> {
        let ids: Vec<i64> = ids.into_iter().collect();
        self.products.load(&mut self.session, &ids, self.now).await
    }

    /// A product at the price of this moment, or `None`. Of several, [`ShopUnit::read_products`] first.
    pub async fn product(&mut self, id: i64) -> sqlx::Result<Option<&ProductForSale>> {
        self.products.load(&mut self.session, &[id], self.now).await?;
        Ok(self.products.known.get(&id).and_then(Option::as_ref))
    }
}
