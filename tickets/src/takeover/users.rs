//! `user`: administrators and drivers.

use std::collections::{HashMap, HashSet};

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::known_password::{Crossing, Owner};
use belgrano_runtime::auth::old_password::OldHash;
use belgrano_runtime::auth::password::{NO_PASSWORD, PasswordError, Passwords};
use belgrano_runtime::storage::Db;
use belgrano_runtime::takeover::{KNOWN_PASSWORD_REMARK, OldRow, Report, TakeoverError};
use belgrano_runtime::writer::{Command, Failure};

use crate::unit::BoardUnit;
use crate::users::{self, CreateUser, NewDriver, Role};

const WHAT: &str = "accounts";

/// An account, and the id that the old board's tickets know it by.
#[derive(Clone, Debug)]
pub(super) struct OldUser {
    old_id: i64,
    /// Without its password.
    create: CreateUser,
    password: Crossing,
}

/// Somebody who can carry tickets.
#[derive(Clone, Debug)]
pub(super) struct Driver {
    pub(super) id: i64,
    pub(super) name: String,
}

/// The accounts that can be taken.
pub(super) fn read(rows: &[OldRow], refused: &mut Report) -> Vec<OldUser> {
    let users = rows.iter().filter_map(|row| {
        let old_id = row.whole("id")?;
        let user = format!("account {old_id}");
        let email = row.text("email").or_else(|| row.text("username"));
        let Some(email) = email.as_deref().and_then(Email::parse) else {
            refused.refuse(&user, "has no email address: not taken");
            return None;
        };
        let Some(role) = row.text("role").and_then(|role| Role::try_from(role).ok()) else {
            refused.refuse(&user, "its role is neither admin nor flota: not taken");
            return None;
        };
        let password_hash = row.text("password").filter(|hash| OldHash::parse(hash).is_some());
        if password_hash.is_none() {
            refused.refuse(&user, "its password cannot be read: set another");
        }
        let called = [email.as_str(), &row.words("username", 100), &row.words("nombre", 100)].map(str::to_owned);
        let owner = Owner::new(&called.each_ref().map(String::as_str));
        let names = [row.words("nombre", 100), row.words("username", 100)];
        let name = names.into_iter().find(|name| !name.is_empty());
        let create = CreateUser {
            name: name.unwrap_or_else(|| email.as_str().to_owned()),
            email,
            password_hash: String::new(),
            role,
            driver: NewDriver::default(),
        };
        let password = Crossing { hash: password_hash.unwrap_or_else(|| NO_PASSWORD.to_owned()), owner };
        Some(OldUser { old_id, create, password })
    });
    users.collect()
}

/// Takes the passwords away that others know.
pub(super) async fn examine(
    users: &mut [OldUser],
    passwords: &Passwords,
    report: &mut Report,
) -> Result<(), PasswordError> {
    let mut crossing: Vec<&mut Crossing> = users.iter_mut().map(|old| &mut old.password).collect();
    for at in passwords.refuse_known(&mut crossing).await? {
        report.refuse(format!("account {}", users[at].old_id), format!("{KNOWN_PASSWORD_REMARK}: set another"));
    }
    Ok(())
}

/// Wraps the passwords of those that are new here.
pub(super) async fn wrap(users: &mut [OldUser], db: &Db, passwords: &Passwords) -> Result<(), TakeoverError> {
    let mut known = HashSet::new();
    let mut session = db.read().await?;
    for old in &*users {
        known.extend(users::find_by_email(&mut session, &old.create.email).await?.map(|_| old.old_id));
    }
    drop(session);
    let new = users.iter_mut().filter(|old| !known.contains(&old.old_id));
    let mut crossing: Vec<&mut Crossing> = new.map(|old| &mut old.password).collect();
    Ok(passwords.wrap_all(&mut crossing).await?)
}

/// Makes the accounts that are not there, and says which driver each is now.
pub(super) async fn store<R>(
    unit: &mut BoardUnit,
    users: &[OldUser],
    report: &mut Report,
) -> Result<HashMap<i64, Driver>, Failure<R>> {
    let mut drivers = HashMap::new();
    for OldUser { old_id, create, password } in users {
        let create = CreateUser { password_hash: password.hash.clone(), ..create.clone() };
        let known = users::find_by_email(unit.reader(), &create.email).await?;
        report.take(WHAT, known.is_none());
        let account = match known {
            Some(account) => account,
            None => create.apply(unit).await.map_err(|failure| match failure {
                Failure::Broke(error) => error,
                // Only a taken address is refused, and it was just looked up.
                Failure::Refused(_) => sqlx::Error::RowNotFound,
            })?,
        };
        if account.role == Role::Driver {
            drivers.insert(*old_id, Driver { id: account.id, name: account.name });
        }
    }
    Ok(drivers)
}
