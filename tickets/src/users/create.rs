//! Making an account, and the driver that goes with role `flota`.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};

use super::{Account, Role, UserRefusal, account};
use crate::unit::BoardUnit;

/// What a driver has beside the account.
#[derive(Clone, Debug)]
pub struct NewDriver {
    /// How to reach it.
    pub phone: String,
    /// Tickets it carries at once, 1 to 1000.
    pub capacity: i64,
    /// Where it usually is.
    pub neighbourhood: Option<String>,
}

impl Default for NewDriver {
    fn default() -> Self {
        Self { phone: String::new(), capacity: 5, neighbourhood: None }
    }
}

/// Make an account. With role `flota` it is a driver from the start.
#[derive(Clone, Debug)]
pub struct CreateUser {
    /// What it is called.
    pub name: String,
    /// What it logs in with.
    pub email: Email,
    /// Hashed before the command was submitted.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
    /// Used with role `flota`.
    pub driver: NewDriver,
}

const INSERT: &str = "INSERT INTO users (name, email, password_hash, role, active, created_at, \
     password_examined) VALUES ($1, $2, $3, $4, TRUE, $5, TRUE) RETURNING id";

impl Command<BoardUnit> for CreateUser {
    type Output = Account;
    type Refusal = UserRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Account, Failure<UserRefusal>> {
        const TAKEN: &str = "SELECT id FROM users WHERE email = $1";
        if fetch_scalar!(optional, *unit.reader(), i64, TAKEN, self.email.as_str())?.is_some() {
            return Err(Failure::Refused(UserRefusal::EmailTaken));
        }
        let (now, role) = (unit.now(), self.role.as_str());
        let (name, email, hash) = (&self.name, self.email.as_str(), &self.password_hash);
        let id = fetch_scalar!(one, *unit.session(), i64, INSERT, name, email, hash, role, now)?;
        if self.role == Role::Driver {
            insert_driver(unit, id, &self.driver).await?;
        }
        unit.log(Entry::new(Kind::AccountMade).on(id).with("rol", role));
        account::find(unit.reader(), id).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }
}

/// Makes the account a driver, if it is not one already.
pub(super) async fn insert_driver(unit: &mut BoardUnit, id: i64, driver: &NewDriver) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO drivers (user_id, phone, capacity, barrio) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO NOTHING";
    execute!(*unit.session(), INSERT, id, &driver.phone, driver.capacity, &driver.neighbourhood)?;
    Ok(())
}
