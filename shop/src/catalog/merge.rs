//! What of a file becomes which rows, beside what is stored: entries that cannot be are refused with their place and the reason.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use belgrano_wire::money::Money;
use belgrano_wire::search::fold;

use super::edit::MAX_LEAD_DAYS;
use super::file::{self, Entry, File};
use super::import::{ImportOptions, Refused, Report};
use super::rows::{BranchRow, BusinessRow, CategoryRow, OfferRow, ProductRow, Stored};

/// Turns entries of the file into rows, and refuses those that cannot be.
pub(super) struct Merge<'a> {
    pub(super) file: &'a File,
    pub(super) options: ImportOptions,
    pub(super) report: Report,
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

    pub(super) fn businesses(&mut self, stored: &Stored) -> Vec<BusinessRow> {
        let taken = stored.businesses.values().map(|row| (row.id, row.slug.clone()));
        let file = self.file;
        let entries = self.unclaimed(&file.businesses, |value| value.id, |entry| entry.slug.clone(), taken);
        let row = |entry: &Entry<file::Business>| BusinessRow {
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

    pub(super) fn categories(&mut self, stored: &Stored) -> Vec<CategoryRow> {
        let taken = stored.categories.values().map(|row| (row.id, row.slug.clone()));
        let file = self.file;
        let entries = self.unclaimed(&file.categories, |value| value.id, |entry| entry.slug.clone(), taken);
        let row = |entry: &Entry<file::Category>| CategoryRow {
            id: entry.value.id,
            slug: entry.slug.clone(),
            name: entry.value.name.clone(),
            description: entry.value.description.clone(),
            icon: entry.value.icon.clone(),
        };
        entries.into_iter().map(row).collect()
    }

    pub(super) fn branches(&mut self, stored: &Stored, businesses: &[BusinessRow]) -> Vec<BranchRow> {
        let ids: HashMap<&str, i64> = businesses.iter().map(|row| (row.slug.as_str(), row.id)).collect();
        let taken = stored.branches.values().map(|row| (row.id, (Some(row.business_id), row.slug.clone())));
        let name = |entry: &Entry<file::Branch>| (ids.get(entry.value.business.as_str()).copied(), entry.slug.clone());
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

    pub(super) fn products(
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
            if let Some(why) = out_of_range(product) {
                self.refuse(&entry.path, why);
                continue;
            }
            let same = stored.products.get(&product.id).filter(|row| row.name == product.name);
            let kept = same.filter(|_| !self.options.replace_stock);
            rows.push(ProductRow {
                id: product.id,
                business_id: business.id,
                category_id: category.id,
                search: fold(&format!("{} {} {}", product.name, category.name, business.name)),
                name: product.name.clone(),
                price: product.price,
                list_price: product.list_price,
                cost: product.cost.or(same.and_then(|row| row.cost)),
                reorder_point: product.reorder_point.or(same.and_then(|row| row.reorder_point)),
                lead_days: product.lead_days.or(same.and_then(|row| row.lead_days)),
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
    fn branches_of(&mut self, entry: &Entry<file::Product>, business_id: i64, branches: &[BranchRow]) -> Vec<i64> {
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

    pub(super) fn offers(
        &mut self,
        stored: &Stored,
        businesses: &[BusinessRow],
        products: &[ProductRow],
    ) -> Vec<OfferRow> {
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

/// Why a product cannot be taken as it is.
fn out_of_range(product: &file::Product) -> Option<String> {
    let below = |number: Option<i64>| number.is_some_and(|number| number < 0);
    if product.price.cents() < 0 || below(product.stock) {
        return Some("the price or the stock is negative".to_owned());
    }
    if below(product.cost.map(Money::cents)) || below(product.reorder_point) {
        return Some("the cost or the reorder point is negative".to_owned());
    }
    let days = product.lead_days.is_some_and(|days| !(0..=MAX_LEAD_DAYS).contains(&days));
    days.then(|| format!("the lead time is not from 0 to {MAX_LEAD_DAYS} days"))
}
