//! Changing an account. Whatever takes something away from it ends its sessions.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_web::seen::{Changed, Fields, Seen};
use belgrano_wire::texts::Message;

use super::{Account, NewDriver, Role, account, create};
use crate::unit::{Announcement, BoardUnit};

/// Why an account is not made or changed.
#[derive(Clone, Debug)]
pub enum UserRefusal {
    /// There is no such account.
    NotFound,
    /// Somebody logs in with that address already.
    EmailTaken,
    /// Nobody could administer the board any more.
    LastAdmin,
    /// It is not as it was seen.
    Changed(Changed),
}

impl From<UserRefusal> for Problem {
    fn from(refusal: UserRefusal) -> Self {
        match refusal {
            UserRefusal::NotFound => Self::not_found(Message::new("refusal-no-account")),
            UserRefusal::EmailTaken => Self::taken("correo-repetido", "email", "refusal-email-taken"),
            UserRefusal::LastAdmin => Self::conflict("ultimo-admin", Message::new("refusal-last-admin")),
            UserRefusal::Changed(changed) => changed.into(),
        }
    }
}

/// Change an account; what is `None` stays.
#[derive(Debug)]
pub struct ChangeUser {
    /// Which.
    pub id: i64,
    /// A new name.
    pub name: Option<String>,
    /// A new role.
    pub role: Option<Role>,
    /// Whether it may log in.
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
    fields.said("rol", account.role.as_str().to_owned(), role).flag("activo", account.active)
}

const UPDATE: &str = "UPDATE users SET name = $1, role = $2, active = $3, \
     password_hash = COALESCE($4, password_hash), password_examined = (password_examined OR $4 IS NOT NULL) WHERE id = $5";

impl Command<BoardUnit> for ChangeUser {
    type Output = Account;
    type Refusal = UserRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Account, Failure<UserRefusal>> {
        let before = account::find(unit.reader(), self.id).await?.ok_or(Failure::Refused(UserRefusal::NotFound))?;
        let wanted = [
            ("nombre", self.name.clone()),
            ("rol", self.role.map(|role| role.as_str().to_owned())),
            ("activo", self.active.map(|active| active.to_string())),
        ];
        self.seen
            .check(&fields(&before), &wanted)
            .map_err(|changed| Failure::Refused(UserRefusal::Changed(changed)))?;
        let after = Account {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            role: self.role.unwrap_or(before.role),
            active: self.active.unwrap_or(before.active),
            ..before.clone()
        };
        let stays_admin = after.role == Role::Admin && after.active;
        if before.role == Role::Admin && before.active && !stays_admin && other_admins(unit, self.id).await? == 0 {
            return Err(Failure::Refused(UserRefusal::LastAdmin));
        }
        let role = after.role.as_str();
        let (name, active, hash) = (&after.name, after.active, &self.password_hash);
        require_one(execute!(*unit.session(), UPDATE, name, role, active, hash, self.id)?)?;
        if after.role == Role::Driver {
            create::insert_driver(unit, self.id, &NewDriver::default()).await?;
        }
        let still_drives = after.role == Role::Driver && after.active;
        if before.role == Role::Driver && !still_drives {
            execute!(*unit.session(), "UPDATE drivers SET on_shift = FALSE WHERE user_id = $1", self.id)?;
        }
        if before.role != after.role || before.active != after.active || self.password_hash.is_some() {
            execute!(*unit.session(), "DELETE FROM sessions WHERE user_id = $1", self.id)?;
            unit.announce(Announcement::Revoked { user_id: self.id, session: None });
        }
        self.tell(unit, &before, &after);
        Ok(after)
    }
}

impl ChangeUser {
    /// What the security log says of it: what it may do now, and whether it has another password. A name is nothing to tell.
    fn tell(&self, unit: &mut BoardUnit, before: &Account, after: &Account) {
        if before.role != after.role || before.active != after.active {
            let changed = Entry::new(Kind::AccountChanged).on(self.id).with("rol", after.role.as_str());
            unit.log(changed.with("activo", after.active));
        }
        if self.password_hash.is_some() {
            unit.log(Entry::new(Kind::PasswordChanged).on(self.id));
        }
    }
}

/// Correct on several instances too: whoever holds the batch's lock is the only one who writes.
async fn other_admins(unit: &mut BoardUnit, id: i64) -> sqlx::Result<i64> {
    const COUNT: &str = "SELECT COUNT(*) FROM users WHERE role = 'admin' AND active AND id <> $1";
    fetch_scalar!(one, *unit.reader(), i64, COUNT, id)
}
