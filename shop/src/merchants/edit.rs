//! What a merchant may do to its packages: make, change, pause, resume, delete.

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch_scalar};
use belgrano_web::seen::{Changed, Seen};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::calendar::{DueDate, RunHour};
use super::package::{self, Package, PackageDraft, PackageView};
use super::shown;
use crate::unit::{ShopUnit, ShopWants};

/// The most packages of one merchant.
pub const MAX_PACKAGES: i64 = 200;
/// How far ahead a series may start.
const MAX_DAYS_AHEAD: i64 = 366;

/// Why a package is not changed.
#[derive(Debug)]
pub enum PackageRefusal {
    /// The merchant has no such package.
    NotFound,
    /// The merchant has [`MAX_PACKAGES`] already.
    TooMany,
    /// Products that are not for sale.
    Unsellable(Vec<FieldError>),
    /// The first order of the series would be in the past.
    StartsInThePast,
    /// The first order of the series is more than a year away.
    StartsTooLate,
    /// It is not as it was seen.
    Changed(Changed),
}

impl From<PackageRefusal> for Problem {
    fn from(refusal: PackageRefusal) -> Self {
        match refusal {
            PackageRefusal::NotFound => not_found(),
            PackageRefusal::TooMany => Self::conflict(
                "demasiados-paquetes",
                Message::new("refusal-too-many-packages").with("max", MAX_PACKAGES),
            ),
            PackageRefusal::Unsellable(errors) => Self::invalid(errors),
            PackageRefusal::StartsInThePast => Self::invalid_field("primera_fecha", Message::new("error-first-past")),
            PackageRefusal::StartsTooLate => Self::invalid_field("primera_fecha", Message::new("error-first-far")),
            PackageRefusal::Changed(changed) => changed.into(),
        }
    }
}

/// The 404 of a package; it does not say whether somebody else has it.
pub(super) fn not_found() -> Problem {
    Problem::not_found(Message::new("refusal-no-package"))
}

fn refuse<T>(refusal: PackageRefusal) -> Result<T, Failure<PackageRefusal>> {
    Err(Failure::Refused(refusal))
}

/// Make a package.
#[derive(Debug)]
pub struct Create {
    /// Whose.
    pub account_id: i64,
    /// What it will be.
    pub draft: PackageDraft,
    /// When on a day packages are ordered.
    pub hour: RunHour,
}

const COUNT: &str = "SELECT count(*) FROM packages WHERE account_id = $1";
const INSERT: &str = "INSERT INTO packages (account_id, name, frequency, address, barrio, payment_method, notes, anchor_on, next_on, \
     next_at, active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, $11) RETURNING id";

impl Command<ShopUnit> for Create {
    type Output = PackageView;
    type Refusal = PackageRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.products.extend(self.draft.basket.product_ids());
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<PackageView, Failure<PackageRefusal>> {
        if fetch_scalar!(one, *unit.reader(), i64, COUNT, self.account_id)? >= MAX_PACKAGES {
            return refuse(PackageRefusal::TooMany);
        }
        check_products(unit, &self.draft).await?;
        let first_on = match self.draft.first_on {
            Some(first_on) => check_start(first_on, unit.now(), self.hour)?,
            None => DueDate::upcoming(unit.now(), self.hour),
        };

        let (now, PackageDraft { name, frequency, delivery, .. }) = (unit.now(), &self.draft);
        let id = fetch_scalar!(
            one,
            *unit.session(),
            i64,
            INSERT,
            self.account_id,
            name,
            frequency.as_str(),
            delivery.address.as_deref().unwrap_or_default(),
            &delivery.barrio,
            delivery.payment_method.as_str(),
            &delivery.notes,
            first_on.to_string(),
            first_on.to_string(),
            first_on.at(self.hour),
            now
        )?;
        put_items(unit, id, &self.draft).await?;
        unit.announce().packages = true;
        as_it_is(unit, self.account_id, id).await
    }
}

/// Replace what a package is.
#[derive(Debug)]
pub struct Update {
    /// Whose.
    pub account_id: i64,
    /// Which.
    pub id: i64,
    /// What it will be.
    pub draft: PackageDraft,
    /// What was seen of it: what is no longer so is not overwritten.
    pub seen: Seen,
    /// When on a day packages are ordered.
    pub hour: RunHour,
}

const UPDATE: &str = "UPDATE packages SET name = $2, frequency = $3, address = $4, barrio = $5, payment_method = $6, notes = $7, \
     anchor_on = $8, next_on = $9, next_at = $10 WHERE id = $1";

impl Command<ShopUnit> for Update {
    type Output = PackageView;
    type Refusal = PackageRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.products.extend(self.draft.basket.product_ids());
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<PackageView, Failure<PackageRefusal>> {
        let Some(package) = package::own(unit.reader(), self.account_id, self.id).await? else {
            return refuse(PackageRefusal::NotFound);
        };
        let before = as_it_is(unit, self.account_id, self.id).await?;
        let checked = self.seen.check(&shown::fields(&before), &shown::wanted(&self.draft));
        checked.map_err(|changed| Failure::Refused(PackageRefusal::Changed(changed)))?;
        check_products(unit, &self.draft).await?;
        let (anchor_on, next_on, next_at) = self.series(&package, unit.now())?;

        let PackageDraft { name, frequency, delivery, .. } = &self.draft;
        let changed = execute!(
            *unit.session(),
            UPDATE,
            self.id,
            name,
            frequency.as_str(),
            delivery.address.as_deref().unwrap_or_default(),
            &delivery.barrio,
            delivery.payment_method.as_str(),
            &delivery.notes,
            anchor_on.to_string(),
            next_on.to_string(),
            next_at
        )?;
        require_one(changed)?;
        put_items(unit, self.id, &self.draft).await?;
        unit.announce().packages = true;
        as_it_is(unit, self.account_id, self.id).await
    }
}

impl Update {
    /// Anchor, next date and its instant. A new first date starts the series anew; another frequency counts from the date
    /// that comes next; else the series goes on as it was.
    fn series(
        &self,
        package: &Package,
        now: UnixMillis,
    ) -> Result<(DueDate, DueDate, UnixMillis), Failure<PackageRefusal>> {
        match self.draft.first_on {
            Some(first_on) if first_on != package.anchor_on => {
                let first_on = check_start(first_on, now, self.hour)?;
                Ok((first_on, first_on, first_on.at(self.hour)))
            }
            _ if self.draft.frequency != package.frequency => Ok((package.next_on, package.next_on, package.next_at)),
            _ => Ok((package.anchor_on, package.next_on, package.next_at)),
        }
    }
}

/// Pause a package, or let its series go on. Dates that pass meanwhile are not ordered.
#[derive(Clone, Copy, Debug)]
pub struct SetActive {
    /// Whose.
    pub account_id: i64,
    /// Which.
    pub id: i64,
    /// On or off. What it is already is no error.
    pub active: bool,
    /// When on a day packages are ordered.
    pub hour: RunHour,
}

const SET_ACTIVE: &str = "UPDATE packages SET active = $2, next_on = $3, next_at = $4 WHERE id = $1";

impl Command<ShopUnit> for SetActive {
    type Output = PackageView;
    type Refusal = PackageRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<PackageView, Failure<PackageRefusal>> {
        let Some(package) = package::own(unit.reader(), self.account_id, self.id).await? else {
            return refuse(PackageRefusal::NotFound);
        };
        if package.active != self.active {
            let upcoming = package.series().upcoming(package.next_on, unit.now(), self.hour);
            // A paused package keeps the date at which it was paused; so does one whose calendar has ended.
            let next_on = upcoming.filter(|_| self.active).unwrap_or(package.next_on);
            let (day, at) = (next_on.to_string(), next_on.at(self.hour));
            require_one(execute!(*unit.session(), SET_ACTIVE, self.id, self.active, day, at)?)?;
            unit.announce().packages = true;
        }
        as_it_is(unit, self.account_id, self.id).await
    }
}

/// Delete a package with its history; the orders it made stay.
#[derive(Clone, Copy, Debug)]
pub struct Delete {
    /// Whose.
    pub account_id: i64,
    /// Which.
    pub id: i64,
}

const DELETE: &str = "DELETE FROM packages WHERE id = $1";

impl Command<ShopUnit> for Delete {
    type Output = ();
    type Refusal = PackageRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<PackageRefusal>> {
        if package::own(unit.reader(), self.account_id, self.id).await?.is_none() {
            return refuse(PackageRefusal::NotFound);
        }
        require_one(execute!(*unit.session(), DELETE, self.id)?)?;
        Ok(())
    }
}

async fn check_products(unit: &mut ShopUnit, draft: &PackageDraft) -> Result<(), Failure<PackageRefusal>> {
    let mut errors = Vec::new();
    for (position, item) in draft.basket.items().iter().enumerate() {
        let message = match unit.product(item.product_id).await? {
            Some(product) if product.active => continue,
            Some(product) => Message::new("error-no-longer-sold").with("name", &product.name),
            None => Message::new("error-not-for-sale").with("id", item.product_id),
        };
        errors.push(FieldError::new(format!("items[{position}].producto_id"), message));
    }
    if errors.is_empty() { Ok(()) } else { refuse(PackageRefusal::Unsellable(errors)) }
}

fn check_start(first_on: DueDate, now: UnixMillis, hour: RunHour) -> Result<DueDate, Failure<PackageRefusal>> {
    if first_on.at(hour) <= now {
        return refuse(PackageRefusal::StartsInThePast);
    }
    match DueDate::upcoming(now, hour).plus_days(MAX_DAYS_AHEAD) {
        Some(last) if first_on > last => refuse(PackageRefusal::StartsTooLate),
        _ => Ok(first_on),
    }
}

const DELETE_ITEMS: &str = "DELETE FROM package_items WHERE package_id = $1";
const INSERT_ITEMS: &str = "INSERT INTO package_items (package_id, product_id, quantity) VALUES";

async fn put_items(unit: &mut ShopUnit, id: i64, draft: &PackageDraft) -> sqlx::Result<()> {
    execute!(*unit.session(), DELETE_ITEMS, id)?;
    execute_rows!(*unit.session(), INSERT_ITEMS, 3, draft.basket.items(), |query, item| {
        query.bind(id).bind(item.product_id).bind(item.quantity)
    });
    Ok(())
}

/// The package as it is now.
async fn as_it_is(unit: &mut ShopUnit, account_id: i64, id: i64) -> Result<PackageView, Failure<PackageRefusal>> {
    match package::view(unit.reader(), account_id, id).await? {
        Some(view) => Ok(view),
        None => refuse(PackageRefusal::NotFound),
    }
}
