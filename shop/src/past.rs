//! What a past is told with that only handlers do otherwise: people register, an administrator changes a price.
//!
//! For the demo, which writes a year into a new database before the shop opens, with
//! [`ShopUnit::go_back`](crate::unit::ShopUnit::go_back). Orders, packages, reviews and visits have public commands of their own.
//! Nothing here asks who wants it: it is no way in.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::execute;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::money::Money;

use crate::accounts::{Cuit, NewAccount, NewBusiness, Role};
use crate::catalog::{Change, EditBody, EditProduct};
use crate::merchants::Plan;
use crate::unit::ShopUnit;

/// Somebody registers, with what they say of themselves later.
#[derive(Clone, Debug)]
pub struct Registration {
    /// What the account may do; a merchant has a `business`.
    pub role: Role,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What it logs in with.
    pub email: Email,
    /// A hash of the password, as `Passwords::hash` makes it.
    pub password_hash: String,
    /// Where to call.
    pub phone: String,
    /// Where it lives.
    pub address: String,
    /// The year of birth, if it says so.
    pub birth_year: Option<i64>,
    /// The business of a merchant.
    pub business: Option<Business>,
}

/// The business of a merchant who registers.
#[derive(Clone, Debug)]
pub struct Business {
    /// What it is called.
    pub name: String,
    /// Its tax number.
    pub cuit: Cuit,
    /// What kind it is.
    pub kind: String,
    /// What it pays for: `basic`, `premium` or `enterprise`; anything else is nothing.
    pub plan: String,
}

/// Why a past cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PastRefusal {
    /// An account has that address or that CUIT.
    #[error("there is an account with that address or CUIT already")]
    Taken,
    /// There is no such product.
    #[error("there is no such product")]
    NoSuchProduct,
}

impl Command<ShopUnit> for Registration {
    /// The id of the account.
    type Output = i64;
    type Refusal = PastRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<i64, Failure<PastRefusal>> {
        const BORN: &str = "UPDATE accounts SET birth_year = $2 WHERE id = $1";
        let id = self.account().insert(unit).await.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::Refused(PastRefusal::Taken),
            Failure::Broke(error) => Failure::Broke(error),
        })?;
        if let Some(year) = self.birth_year {
            execute!(*unit.session(), BORN, id, year)?;
        }
        Ok(id)
    }
}

impl Registration {
    fn account(&self) -> NewAccount {
        let business = self.business.as_ref().map(|business| NewBusiness {
            name: business.name.clone(),
            cuit: business.cuit.clone(),
            kind: business.kind.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            plan: Plan::ALL.into_iter().find(|plan| plan.as_str() == business.plan),
        });
        NewAccount {
            role: self.role,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            password_hash: self.password_hash.clone(),
            phone: self.phone.clone(),
            address: self.address.clone(),
            business,
        }
    }
}

/// An administrator sets what a product is sold for and what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Reprice {
    /// The administrator's account.
    pub by: i64,
    /// Which product.
    pub product_id: i64,
    /// What one is sold for, without offers.
    pub price: Money,
    /// What one costs the shop.
    pub cost: Money,
}

impl Command<ShopUnit> for Reprice {
    type Output = ();
    type Refusal = PastRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<PastRefusal>> {
        let body = EditBody { precio: Some(self.price), costo: Change::Set(self.cost), ..EditBody::default() };
        let edit = EditProduct { by: self.by, id: self.product_id, body };
        match edit.apply(unit).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused(_)) => Err(Failure::Refused(PastRefusal::NoSuchProduct)),
            Err(Failure::Broke(error)) => Err(Failure::Broke(error)),
        }
    }
}
