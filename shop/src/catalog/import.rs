//! Loading a catalog: everything in one command, so a shop never shows half of one.
//!
//! Ids are kept: they are what baskets, orders and links out there name. The file is the truth about everything but stock,
//! which the shop has been selling from since: the file's counts for products that are new, and for the others only when
//! asked; and what only administrators know of a product (cost, reorder point, lead time), which stays where the file does
//! not say. An id under another name is another product: its stock is the file's too, and offers on the old one end. What the
//! file no longer names stays. The same file twice changes nothing the second time.

use std::convert::Infallible;

use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};
use belgrano_wire::free_text::NotText;
use belgrano_wire::texts::Language;

use super::file::File;
use super::merge::Merge;
use super::prices;
use super::rows::{self, ProductRow, Stored};
use crate::unit::{Cause, ShopUnit};

/// How a catalog is loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    /// The file's stock replaces the shop's also for products it already has.
    pub replace_stock: bool,
    /// Does nothing when there is any product: for several instances that start at once.
    pub only_if_empty: bool,
}

/// What an import did, counted in businesses, branches, categories, products and offers together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Were not there.
    pub inserted: usize,
    /// Were there, and different.
    pub updated: usize,
    /// Were there, and the same.
    pub unchanged: usize,
    /// What was left out.
    pub refused: Vec<Refused>,
}

/// One thing of the file that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands in the file: `productos[3]`.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no catalog.
    #[error("not a catalog: {0}")]
    NotText(#[from] NotText),
    /// It is none either.
    #[error("not a catalog: it is not JSON from line {line}, column {column} on")]
    NotJson {
        /// Where it stops being JSON, counted from one; zero when there is nothing at all.
        line: usize,
        /// In characters of that line.
        column: usize,
    },
    /// Nor this, though it is JSON.
    #[error("not a catalog: it has no `productos`")]
    NoProducts,
    /// The database.
    #[error("cannot read the shop's database")]
    Read(#[from] sqlx::Error),
    /// The writer.
    #[error("cannot store the catalog")]
    Write(#[from] WriteError<Infallible>),
}

/// Loads a catalog in the format of the old pair's `productos.json`.
pub async fn import(writer: &Writer<ShopUnit>, json: &[u8], options: ImportOptions) -> Result<Report, ImportError> {
    let file = File::parse(json)?;
    Ok(writer.submit(Import { file, options }).await?)
}

struct Import {
    file: File,
    options: ImportOptions,
}

impl Command<ShopUnit> for Import {
    type Output = Report;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Report, Failure<Infallible>> {
        let session = unit.own_statements().await?;
        let mut stored = Stored::load(session).await?;
        if self.options.only_if_empty && !stored.products.is_empty() {
            return Ok(Report::default());
        }
        let mut merge = Merge {
            file: &self.file,
            options: self.options,
            report: Report { refused: self.file.refused.clone(), ..Report::default() },
        };
        let businesses = merge.businesses(&stored);
        let branches = merge.branches(&stored, &businesses);
        let categories = merge.categories(&stored);
        let products = merge.products(&stored, &businesses, &branches, &categories);
        let offers = merge.offers(&stored, &businesses, &products);
        let replaced =
            products.iter().filter(|row| stored.products.get(&row.id).is_some_and(|old| old.name != row.name));
        let replaced: Vec<i64> = replaced.map(|row| row.id).collect();
        rows::end_offers(session, &replaced).await?;
        stored.forget_offers(&replaced);
        let report = &mut merge.report;
        rows::write_businesses(session, &report.changed(&businesses, |id| stored.businesses.get(id), |row| row.id))
            .await?;
        rows::write_branches(session, &report.changed(&branches, |id| stored.branches.get(id), |row| row.id)).await?;
        rows::write_categories(session, &report.changed(&categories, |id| stored.categories.get(id), |row| row.id))
            .await?;
        let changed = report.changed(&products, |id| stored.products.get(id), |row| row.id);
        rows::write_products(session, &changed).await?;
        rows::write_offers(session, &report.changed(&offers, |id| stored.offers.get(id), |row| row.id.clone())).await?;
        let report = merge.report;
        note_history(unit, &stored, &changed).await?;
        unit.announce().catalog = true;
        Ok(report)
    }
}

/// Notes the prices of what is new or has others now, and the stock of what has another. A new product's first stock is where
/// its movements start from.
async fn note_history(unit: &mut ShopUnit, stored: &Stored, written: &[ProductRow]) -> sqlx::Result<()> {
    let price = |row: &ProductRow| (row.price, row.list_price, row.cost);
    let before = |row: &ProductRow| stored.products.get(&row.id);
    let changed: Vec<&ProductRow> = written.iter().filter(|row| before(row).map(price) != Some(price(row))).collect();
    let now = unit.now();
    prices::note_all(unit.session(), &changed, now).await?;
    let reason = Language::Spanish.t("kept-stock-imported").to_string();
    for row in written {
        if let Some(old) = before(row).filter(|old| old.stock != row.stock) {
            unit.note_count(row.id, old.stock, row.stock, Cause::counted(None, reason.clone()));
        }
    }
    Ok(())
}

impl Report {
    /// Those of `wanted` that differ from what is stored; counts all of them.
    fn changed<'a, K, R: Clone + PartialEq + 'a>(
        &mut self,
        wanted: &[R],
        stored: impl Fn(&K) -> Option<&'a R>,
        id: impl Fn(&R) -> K,
    ) -> Vec<R> {
        let mut changed = Vec::new();
        for row in wanted {
            let count = match stored(&id(row)) {
                None => &mut self.inserted,
                Some(same) if same == row => {
                    self.unchanged += 1;
                    continue;
                }
                Some(_) => &mut self.updated,
            };
            *count += 1;
            changed.push(row.clone());
        }
        changed
    }
}
