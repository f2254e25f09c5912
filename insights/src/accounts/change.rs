//! Making and changing an account. Whatever changes what it may see ends its sessions.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_web::seen::{Changed, Fields, Seen};
use belgrano_wire::texts::Message;
use serde::{Deserialize, Deserializer};

use super::{Account, Role, account};
use crate::unit::{Ended, InsightsUnit};

/// Why an account is not made or changed.
#[derive(Clone, Debug)]
pub enum AccountRefusal {
    /// There is no such account.
    NotFound,
    /// Somebody logs in with that address already.
    EmailTaken,
    /// Nobody could administer insights any more.
    LastAdmin,
    /// Another service vouches for it: it has no password here.
    NoPassword,
    /// It is not as it was seen.
    Changed(Changed),
}

impl From<AccountRefusal> for Problem {
    fn from(refusal: AccountRefusal) -> Self {
        match refusal {
            AccountRefusal::NotFound => Self::not_found(Message::new("refusal-no-account")),
            AccountRefusal::EmailTaken => Self::taken("correo-repetido", "email", "refusal-email-taken"),
            AccountRefusal::LastAdmin => Self::conflict("ultimo-admin", Message::new("refusal-last-admin")),
            AccountRefusal::NoPassword => Self::conflict("sin-contrasena", Message::new("refusal-no-password-here")),
            AccountRefusal::Changed(changed) => changed.into(),
        }
    }
}

/// Make an account that logs in with a password.
#[derive(Clone, Debug)]
pub struct CreateAccount {
    /// What it is called.
    pub name: String,
    /// What it logs in with.
    pub email: Email,
    /// Hashed before the command was submitted.
    pub password_hash: String,
    /// What it may do.
    pub role: Role,
    /// Of a merchant: the number of its business.
    pub business_id: Option<i64>,
}

impl Command<InsightsUnit> for CreateAccount {
    type Output = Account;
    type Refusal = AccountRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<Account, Failure<AccountRefusal>> {
        const INSERT: &str = "INSERT INTO accounts (name, email, password_hash, role, business_id, active, origin, created_at) \
             VALUES ($1, $2, $3, $4, $5, TRUE, 'insights', $6) RETURNING id";
        let email = self.email.as_str();
        if account::find_by_email(unit.reader(), email).await?.is_some() {
            return Err(Failure::Refused(AccountRefusal::EmailTaken));
        }
        let (now, business) = (unit.now(), of_merchant(self.role, self.business_id));
        let (name, hash, role) = (&self.name, &self.password_hash, self.role.as_str());
        let id = fetch_scalar!(one, *unit.session(), i64, INSERT, name, email, hash, role, business, now)?;
        unit.log(Entry::new(Kind::AccountMade).on(id).with("rol", role));
        account::find(unit.reader(), id).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }
}

/// Only a merchant is of a business.
pub(super) fn of_merchant(role: Role, business_id: Option<i64>) -> Option<i64> {
    business_id.filter(|_| role == Role::Merchant)
}

/// What happens to the business of an account. `null` takes it away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Business {
    /// The field was left out: it stays as it is.
    #[default]
    Keep,
    /// The field was null: from now on it has none.
    Clear,
    /// It has the one of this number.
    Set(i64),
}

impl Business {
    fn after(self, before: Option<i64>) -> Option<i64> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(id) => Some(id),
        }
    }

    /// What is to be written, as a form sends it.
    fn typed(self) -> Option<String> {
        (self != Self::Keep).then(|| number(self.after(None)))
    }
}

impl<'de> Deserialize<'de> for Business {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Change an account; what is `None` stays.
#[derive(Debug, Default)]
pub struct ChangeAccount {
    /// Number of the account that is changed.
    pub id: i64,
    /// The new name; `None` leaves the old one.
    pub name: Option<String>,
    /// The new role; `None` leaves the old one.
    pub role: Option<Role>,
    /// Which business it sees from now on.
    pub business: Business,
    /// Whether it may come in.
    pub active: Option<bool>,
    /// A new password, hashed before the command was submitted.
    pub password_hash: Option<String>,
    /// What was seen of it: what is no longer so is not overwritten.
    pub seen: Seen,
}

/// What a page shows of an account to be changed.
#[must_use]
pub fn fields(account: &Account) -> Fields {
    let role = Message::new("error-changed-now").with("now", Message::new(account.role.text()));
    let fields = Fields::default().text("nombre", &account.name);
    let fields = fields.said("rol", account.role.as_str().to_owned(), role).flag("activo", account.active);
    fields.text("negocio_id", number(account.business_id))
}

/// A business as a page has it; empty for none.
fn number(business_id: Option<i64>) -> String {
    business_id.map(|id| id.to_string()).unwrap_or_default()
}

impl ChangeAccount {
    /// What the security log says of it: what it may see now, and whether it has another password.
    fn tell(&self, unit: &mut InsightsUnit, before: &Account, after: &Account) {
        let rights = |account: &Account| (account.role, account.active, account.business_id);
        if rights(before) != rights(after) {
            let changed = Entry::new(Kind::AccountChanged).on(self.id).with("rol", after.role.as_str());
            unit.log(changed.with("activo", after.active));
        }
        if self.password_hash.is_some() {
            unit.log(Entry::new(Kind::PasswordChanged).on(self.id));
        }
    }

    fn after(&self, before: &Account) -> Account {
        let role = self.role.unwrap_or(before.role);
        Account {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            role,
            business_id: of_merchant(role, self.business.after(before.business_id)),
            active: self.active.unwrap_or(before.active),
            ..before.clone()
        }
    }

    fn check_seen(&self, before: &Account) -> Result<(), Changed> {
        let wanted = [
            ("nombre", self.name.clone()),
            ("rol", self.role.map(|role| role.as_str().to_owned())),
            ("activo", self.active.map(|active| active.to_string())),
            ("negocio_id", self.business.typed()),
        ];
        self.seen.check(&fields(before), &wanted)
    }
}

impl Command<InsightsUnit> for ChangeAccount {
    type Output = Account;
    type Refusal = AccountRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<Account, Failure<AccountRefusal>> {
        const UPDATE: &str = "UPDATE accounts SET name = $1, role = $2, business_id = $3, active = $4, \
             password_hash = COALESCE($5, password_hash) WHERE id = $6";
        let before = account::find(unit.reader(), self.id).await?.ok_or(Failure::Refused(AccountRefusal::NotFound))?;
        self.check_seen(&before).map_err(|changed| Failure::Refused(AccountRefusal::Changed(changed)))?;
        if self.password_hash.is_some() && before.origin != super::HERE {
            return Err(Failure::Refused(AccountRefusal::NoPassword));
        }
        let after = self.after(&before);
        let stays_admin = after.role == Role::Admin && after.active;
        if can_administer(&before) && !stays_admin && other_admins(unit, self.id).await? == 0 {
            return Err(Failure::Refused(AccountRefusal::LastAdmin));
        }
        let (name, role, business, active) = (&after.name, after.role.as_str(), after.business_id, after.active);
        require_one(execute!(*unit.session(), UPDATE, name, role, business, active, &self.password_hash, self.id)?)?;
        let sees_other =
            (before.role, before.business_id, before.active) != (after.role, after.business_id, after.active);
        if sees_other || self.password_hash.is_some() {
            end_sessions(unit, self.id).await?;
        }
        self.tell(unit, &before, &after);
        Ok(after)
    }
}

/// Ends every session of an account.
pub(super) async fn end_sessions(unit: &mut InsightsUnit, id: i64) -> sqlx::Result<()> {
    execute!(*unit.session(), "DELETE FROM sessions WHERE account_id = $1", id)?;
    unit.ended(Ended::Account(id));
    Ok(())
}

fn can_administer(account: &Account) -> bool {
    account.role == Role::Admin && account.active && account.origin == super::HERE
}

/// Those that can come in by themselves: who comes by a link needs the other service for it. Correct on several instances too:
/// whoever has the turn is the only one who writes.
async fn other_admins(unit: &mut InsightsUnit, id: i64) -> sqlx::Result<i64> {
    const COUNT: &str =
        "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND active AND origin = 'insights' AND id <> $1";
    fetch_scalar!(one, *unit.reader(), i64, COUNT, id)
}
