//! Loading a catalog: everything in one command, so a shop never shows half of one.
//!
//! Ids are kept: they are what baskets, orders and links out there name. The file is the truth about everything but stock,
//! which the shop has been selling from since: the file's counts for products that are new, and for the others only when
//! asked. An id under another name is another product: its stock is the file's too, and offers on the old one end. What the file no longer names stays. The same file twice changes nothing the second time.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::hash::Hash;

use belgrano_shared::free_text::NotText;
use belgrano_shared::search::fold;
use belgrano_shared::writer::{Command, Failure, WriteError, Writer};

use super::file::{Entry, File};
use super::rows::{self, BranchRow, BusinessRow, CategoryRow, OfferRow, ProductRow, Stored};
use crate::unit::ShopUnit;

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
        rows::write_products(session, &report.changed(&products, |id| stored.products.get(id), |row| row.id)).await?;
        rows::write_offers(session, &report.changed(&offers, |id| stored.offers.get(id), |row| row.id.clone())).await?;
        let report = merge.report;
        unit.announce().catalog = true;
        Ok(report)
    }
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

/// Turns entries of the file into rows, and refuses those that cannot be.
struct Merge<'a> {
    file: &'a File,
    options: ImportOptions,
    report: Report,
}

impl Merge<'_> {
    fn refuse(&mut self, path: &str, reason: impl Into<String>) {
        self.report.refused.push(Refused { path: path.to_owned(), reason: reason.into() });
    }

    /// The entries whose id and name nobody else has: an earlier entry of the file, or a row the file does not name.
    fn unclaimed<'f, T, K: Eq + Hash>(
        &mut self,
        entries: &'f [Entry<T>],
        id: impl Fn(&T) -> i64,
        name: impl Fn(&Entry<T>) -> K,
        stored: impl Iterator<Item = (i64, K)>,
    ) -> Vec<&'f Entry<T>> {
        let in_file: HashSet<i64> = entries.iter().map(|entry| id(&entry.value)).collect();
        let mut names: HashSet<K> = stored.filter(|(id, _)| !in_file.contains(id)).map(|(_, name)| name).collect();
        let mut ids = HashSet::new();
        let mut unclaimed = Vec::new();
        for entry in entries {
            if !ids.insert(id(&entry.value)) {
                self.refuse(&entry.path, format!("the id {} is there twice", id(&entry.value)));
            } else if !names.insert(name(entry)) {
                self.refuse(&entry.path, "there is another of that name");
            } else {
                unclaimed.push(entry);
            }
        }
        unclaimed
    }

    fn businesses(&mut self, stored: &Stored) -> Vec<BusinessRow> {
        let taken = stored.businesses.values().map(|row| (row.id, row.slug.clone()));
        let file = self.file;
        let entries = self.unclaimed(&file.businesses, |value| value.id, |entry| entry.slug.clone(), taken);
        let row = |entry: &Entry<super::file::Business>| BusinessRow {
            id: entry.value.id,
            slug: entry.slug.clone(),
            name: entry.value.name.clone(),
            description: entry.value.description.clone(),
            logo: entry.value.logo.clone(),
            color: entry.value.color.clone(),
            active: entry.value.active,
        };
        entries.into_iter().map(row).collect()
    }

    fn categories(&mut self, stored: &Stored) -> Vec<CategoryRow> {
        let taken = stored.categories.values().map(|row| (row.id, row.slug.clone()));
        let file = self.file;
        let entries = self.unclaimed(&file.categories, |value| value.id, |entry| entry.slug.clone(), taken);
        let row = |entry: &Entry<super::file::Category>| CategoryRow {
            id: entry.value.id,
            slug: entry.slug.clone(),
            name: entry.value.name.clone(),
            description: entry.value.description.clone(),
            icon: entry.value.icon.clone(),
        };
        entries.into_iter().map(row).collect()
    }

    fn branches(&mut self, stored: &Stored, businesses: &[BusinessRow]) -> Vec<BranchRow> {
        let ids: HashMap<&str, i64> = businesses.iter().map(|row| (row.slug.as_str(), row.id)).collect();
        let taken = stored.branches.values().map(|row| (row.id, (Some(row.business_id), row.slug.clone())));
        let name =
            |entry: &Entry<super::file::Branch>| (ids.get(entry.value.business.as_str()).copied(), entry.slug.clone());
        let file = self.file;
        let mut rows = Vec::new();
        for entry in self.unclaimed(&file.branches, |value| value.id, name, taken) {
            let Some(&business_id) = ids.get(entry.value.business.as_str()) else {
                self.refuse(&entry.path, format!("there is no business `{}`", entry.value.business));
                continue;
            };
            rows.push(BranchRow {
                id: entry.value.id,
                business_id,
                slug: entry.slug.clone(),
                name: entry.value.name.clone(),
                address: entry.value.address.clone(),
                phone: entry.value.phone.clone(),
                hours: entry.value.hours.clone(),
                active: entry.value.active,
            });
        }
        rows
    }

    fn products(
        &mut self,
        stored: &Stored,
        businesses: &[BusinessRow],
        branches: &[BranchRow],
        categories: &[CategoryRow],
    ) -> Vec<ProductRow> {
        let file = self.file;
        let mut rows = Vec::new();
        // Products have no slug; their place in the file is as unique as they are.
        for entry in self.unclaimed(&file.products, |value| value.id, |entry| entry.path.clone(), std::iter::empty()) {
            let product = &entry.value;
            let Some(business) = businesses.iter().find(|row| row.slug == product.business) else {
                self.refuse(&entry.path, format!("there is no business `{}`", product.business));
                continue;
            };
            let Some(category) = categories.iter().find(|row| row.slug == product.category) else {
                self.refuse(&entry.path, format!("there is no category `{}`", product.category));
                continue;
            };
            if product.price.cents() < 0 || product.stock.is_some_and(|stock| stock < 0) {
                self.refuse(&entry.path, "the price or the stock is negative");
                continue;
            }
            let same = |row: &&ProductRow| !self.options.replace_stock && row.name == product.name;
            let kept = stored.products.get(&product.id).filter(same);
            rows.push(ProductRow {
                id: product.id,
                business_id: business.id,
                category_id: category.id,
                search: fold(&format!("{} {} {}", product.name, category.name, business.name)),
                name: product.name.clone(),
                price: product.price,
                list_price: product.list_price,
                stock: kept.map_or(product.stock, |row| row.stock),
                featured: product.featured,
                active: product.active,
                image: product.image.clone(),
                branches: self.branches_of(entry, business.id, branches),
            });
        }
        rows
    }

    /// The branches a product names, or all of its business'. One that does not exist is left out, the product is not.
    fn branches_of(
        &mut self,
        entry: &Entry<super::file::Product>,
        business_id: i64,
        branches: &[BranchRow],
    ) -> Vec<i64> {
        let own: Vec<&BranchRow> = branches.iter().filter(|branch| branch.business_id == business_id).collect();
        let mut ids: Vec<i64> = match &entry.value.branches {
            None => own.iter().map(|branch| branch.id).collect(),
            Some(slugs) => {
                let mut ids = Vec::new();
                for (place, slug) in slugs.iter().enumerate() {
                    if let Some(branch) = own.iter().find(|branch| branch.slug == *slug) {
                        ids.push(branch.id);
                    } else {
                        let path = format!("{}.sucursales[{place}]", entry.path);
                        self.refuse(&path, format!("the business has no branch `{slug}`"));
                    }
                }
                ids
            }
        };
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn offers(&mut self, stored: &Stored, businesses: &[BusinessRow], products: &[ProductRow]) -> Vec<OfferRow> {
        let file = self.file;
        let mut ids = HashSet::new();
        let mut rows = Vec::new();
        for entry in &file.offers {
            let offer = &entry.value;
            let business = businesses.iter().find(|row| row.slug == offer.business);
            let (Some(business), Some((starts_at, ends_at))) = (business, offer.period()) else {
                self.refuse(&entry.path, "there is no business of that name, or it ends before it begins");
                continue;
            };
            if !(0..=100).contains(&offer.percent) || !ids.insert(&offer.id) {
                self.refuse(&entry.path, "the discount is not from 0 to 100, or the id is there twice");
                continue;
            }
            let mut linked = Vec::new();
            for (place, id) in offer.products.iter().enumerate() {
                let now = products.iter().find(|row| row.id == *id).map(|row| row.business_id);
                let owner = now.or_else(|| stored.products.get(id).map(|row| row.business_id));
                if owner == Some(business.id) {
                    linked.push(*id);
                } else {
                    let path = format!("{}.productos[{place}]", entry.path);
                    self.refuse(&path, format!("the business has no product {id}"));
                }
            }
            linked.sort_unstable();
            linked.dedup();
            rows.push(OfferRow {
                id: offer.id.clone(),
                business_id: business.id,
                title: offer.title.clone(),
                description: offer.description.clone(),
                percent: offer.percent,
                starts_at,
                ends_at,
                products: linked,
            });
        }
        rows
    }
}
