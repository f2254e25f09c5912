//! A package as it is stored and as its merchant sees it.

use std::collections::HashMap;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_in};
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{DueDate, Frequency, Series};
use crate::basket::Basket;
use crate::checkout::Delivery;

/// What a merchant wants of a package, parsed.
#[derive(Clone, Debug)]
pub struct PackageDraft {
    /// What the merchant calls it, 1 to [`PackageDraft::MAX_NAME_CHARS`] characters.
    pub name: String,
    /// How often.
    pub frequency: Frequency,
    /// What.
    pub basket: Basket,
    /// Where to and how; without an address it goes to the business.
    pub delivery: Delivery,
    /// The day the series starts. When `None`, a new package starts on the next possible day and an old one keeps its series.
    pub first_on: Option<DueDate>,
}

impl PackageDraft {
    /// The longest name.
    pub const MAX_NAME_CHARS: usize = 100;
}

/// The row of a package, without its items.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Package {
    pub id: i64,
    pub account_id: i64,
    pub name: String,
    #[sqlx(try_from = "String")]
    pub frequency: Frequency,
    pub address: String,
    /// The address of the business, where a package without one goes.
    pub business_address: Option<String>,
    pub barrio: Option<String>,
    pub payment_method: String,
    pub notes: String,
    #[sqlx(try_from = "String")]
    pub anchor_on: DueDate,
    #[sqlx(try_from = "String")]
    pub next_on: DueDate,
    pub next_at: UnixMillis,
    pub active: bool,
    pub created_at: UnixMillis,
}

impl Package {
    /// Where it goes: to its own address, else to that of the business; `None` leaves it to the account's.
    pub(super) fn destination(&self) -> Option<&String> {
        [Some(&self.address), self.business_address.as_ref()].into_iter().flatten().find(|address| !address.is_empty())
    }

    pub(super) fn series(&self) -> Series {
        Series { frequency: self.frequency, anchor: self.anchor_on }
    }
}

/// A product of a package.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Item {
    package_id: i64,
    pub product_id: i64,
    pub quantity: i64,
    pub product_name: String,
    /// Whether it is for sale still.
    pub sold: bool,
}

/// A package as its merchant sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PackageView {
    /// Its id.
    pub id: i64,
    /// What the merchant calls it.
    #[serde(rename = "nombre")]
    pub name: String,
    /// How often it is ordered.
    #[serde(rename = "frecuencia")]
    pub frequency: Frequency,
    /// What is ordered.
    pub items: Vec<PackageItemView>,
    /// Where it goes; null: to the business.
    #[serde(rename = "direccion")]
    pub address: Option<String>,
    /// The neighbourhood it goes to.
    pub barrio: Option<String>,
    /// How it is paid.
    #[serde(rename = "metodo_pago")]
    pub payment_method: String,
    /// What the driver has to know.
    #[serde(rename = "notas")]
    pub notes: String,
    /// Whether the series goes on; false while it is paused.
    #[serde(rename = "activo")]
    pub active: bool,
    /// The day the series counts from.
    #[serde(rename = "primera_fecha")]
    pub first_on: DueDate,
    /// The day of the next order; null while it is paused.
    #[serde(rename = "proxima_fecha")]
    pub next_on: Option<DueDate>,
    /// The instant of the next order; null while it is paused.
    #[serde(rename = "proxima_corrida")]
    pub next_at: Option<UnixMillis>,
    /// When it was made.
    #[serde(rename = "fecha_creacion")]
    pub created_at: UnixMillis,
    /// Its last run, while that became no order and nobody has ordered it since.
    #[serde(rename = "no_pedida")]
    pub missed: Option<MissedView>,
}

/// A run that became no order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct MissedView {
    #[serde(skip)]
    package_id: i64,
    /// The due date.
    #[serde(rename = "fecha")]
    pub due_on: Option<String>,
    /// Why there is no order.
    #[serde(rename = "motivo")]
    pub failure: Option<String>,
}

/// One product of a package.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PackageItemView {
    /// The product.
    #[serde(rename = "producto_id")]
    pub product_id: i64,
    /// Its name today.
    #[serde(rename = "nombre")]
    pub name: String,
    /// How many.
    #[serde(rename = "cantidad")]
    pub quantity: i64,
    /// Whether it is for sale; while one is not, the package is not ordered.
    #[serde(rename = "a_la_venta")]
    pub sold: bool,
}

impl PackageView {
    /// What is in it and no longer for sale.
    pub fn gone(&self) -> impl Iterator<Item = &PackageItemView> {
        self.items.iter().filter(|item| !item.sold)
    }

    fn new(package: Package, items: Vec<Item>, missed: Option<MissedView>) -> Self {
        let view = |item: Item| PackageItemView {
            product_id: item.product_id,
            name: item.product_name,
            quantity: item.quantity,
            sold: item.sold,
        };
        Self {
            id: package.id,
            name: package.name,
            frequency: package.frequency,
            items: items.into_iter().map(view).collect(),
            address: Some(package.address).filter(|address| !address.is_empty()),
            barrio: package.barrio,
            payment_method: package.payment_method,
            notes: package.notes,
            active: package.active,
            first_on: package.anchor_on,
            next_on: package.active.then_some(package.next_on),
            next_at: package.active.then_some(package.next_at),
            created_at: package.created_at,
            missed,
        }
    }
}

/// `SELECT` of every column of a package; what follows says which.
macro_rules! select_packages {
    ($which:literal) => {
        concat!(
            "SELECT p.id, p.account_id, p.name, p.frequency, p.address, m.address AS business_address, p.barrio, ",
            "p.payment_method, p.notes, p.anchor_on, p.next_on, p.next_at, p.active, p.created_at ",
            "FROM packages p LEFT JOIN merchants m ON m.account_id = p.account_id ",
            $which
        )
    };
}

const BY_ID: &str = select_packages!("WHERE p.id = $1");
const OWN: &str = select_packages!("WHERE p.id = $1 AND p.account_id = $2");
const PAGE: &str = select_packages!("WHERE p.account_id = $1 AND p.id > $2 ORDER BY p.id LIMIT $3");
const ITEMS: &str = "SELECT i.package_id, i.product_id, i.quantity, p.name AS product_name, p.active AND b.active AS sold \
     FROM package_items i JOIN products p ON p.id = i.product_id JOIN businesses b ON b.id = p.business_id WHERE i.package_id IN";

const MISSED: &str = "SELECT r.package_id, r.due_on, r.failure FROM package_runs r WHERE r.outcome = 'rechazada' \
     AND r.id = (SELECT MAX(l.id) FROM package_runs l WHERE l.package_id = r.package_id) AND r.package_id IN";

/// The last runs of some packages, of those that became no order.
async fn missed(session: &mut Session, package_ids: &[i64]) -> sqlx::Result<Vec<MissedView>> {
    Ok(fetch_in!(*session, MissedView, MISSED, package_ids, ""))
}

/// Whoever's package it is.
pub(super) async fn by_id(session: &mut Session, id: i64) -> sqlx::Result<Option<Package>> {
    fetch!(optional, *session, Package, BY_ID, id)
}

/// A package of this account.
pub(super) async fn own(session: &mut Session, account_id: i64, id: i64) -> sqlx::Result<Option<Package>> {
    fetch!(optional, *session, Package, OWN, id, account_id)
}

/// What is in some packages, by package and product.
pub(super) async fn items(session: &mut Session, package_ids: &[i64]) -> sqlx::Result<Vec<Item>> {
    let mut items = fetch_in!(*session, Item, ITEMS, package_ids, "");
    items.sort_by_key(|item| (item.package_id, item.product_id));
    Ok(items)
}

/// A package of this account as it sees it.
pub(super) async fn view(session: &mut Session, account_id: i64, id: i64) -> sqlx::Result<Option<PackageView>> {
    let Some(package) = own(session, account_id, id).await? else { return Ok(None) };
    let items = items(session, &[id]).await?;
    let missed = missed(session, &[id]).await?.pop();
    Ok(Some(PackageView::new(package, items, missed)))
}

/// At most `limit` packages of this account with ids above `after`.
pub(super) async fn page(
    session: &mut Session,
    account_id: i64,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<PackageView>> {
    let packages = fetch!(all, *session, Package, PAGE, account_id, after, limit)?;
    let ids: Vec<i64> = packages.iter().map(|package| package.id).collect();
    let mut by_package: HashMap<i64, Vec<Item>> = HashMap::new();
    for item in items(session, &ids).await? {
        by_package.entry(item.package_id).or_default().push(item);
    }
    let missed = missed(session, &ids).await?;
    let with_items = |package: Package| {
        let items = by_package.remove(&package.id).unwrap_or_default();
        let missed = missed.iter().find(|missed| missed.package_id == package.id).cloned();
        PackageView::new(package, items, missed)
    };
    Ok(packages.into_iter().map(with_items).collect())
}
