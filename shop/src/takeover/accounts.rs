//! `usuarios` and `comerciantes`.

use std::collections::{HashMap, HashSet};

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::known_password::{Crossing, Owner};
use belgrano_runtime::auth::old_password::OldHash;
use belgrano_runtime::auth::password::{NO_PASSWORD, PasswordError, Passwords};
use belgrano_runtime::storage::Db;
use belgrano_runtime::takeover::{KNOWN_PASSWORD_REMARK, OldRow, Report, TakeoverError};
use belgrano_runtime::writer::Failure;
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::limits;
use belgrano_wire::timestamp::UnixMillis;

use crate::accounts::{Cuit, NewAccount, NewBusiness, Role};
use crate::unit::ShopUnit;

const WHAT: &str = "accounts";
const FIND: &str = "SELECT id FROM accounts WHERE email = $1";

/// An account, and the id that the old shop's orders know it by.
#[derive(Clone, Debug)]
pub(super) struct OldAccount {
    old_id: i64,
    /// Without its password.
    account: NewAccount,
    password: Crossing,
    registered_at: Option<UnixMillis>,
}

/// The accounts that can be taken.
pub(super) fn read(users: &[OldRow], merchants: &[OldRow], refused: &mut Report) -> Vec<OldAccount> {
    let businesses: HashMap<i64, &OldRow> =
        merchants.iter().filter_map(|row| Some((row.whole("usuario_id")?, row))).collect();
    let accounts = users.iter().filter_map(|row| {
        let old_id = row.whole("id")?;
        let name = format!("account {old_id}");
        let Some(email) = row.text("email").as_deref().and_then(Email::parse) else {
            refused.refuse(&name, "has no email address: not taken");
            return None;
        };
        let password_hash = row.text("password").filter(|hash| OldHash::parse(hash).is_some());
        if password_hash.is_none() {
            refused.refuse(&name, "its password cannot be read: it has to be recovered");
        }
        let business = businesses.get(&old_id).and_then(|row| business(row, &name, refused));
        let role = match (row.text("rol").as_deref(), &business) {
            (Some("admin"), _) => Role::Admin,
            (_, Some(_)) => Role::Merchant,
            _ => Role::Customer,
        };
        let mut words = |what, column, max| words(row, &name, what, column, max, refused);
        let account = NewAccount {
            role,
            first_name: words("first name", "nombre", 100),
            last_name: words("last name", "apellido", 100),
            email,
            password_hash: String::new(),
            phone: words("telephone", "telefono", limits::PHONE),
            address: words("address", "direccion", limits::ADDRESS),
            business: business.filter(|_| role == Role::Merchant),
        };
        let owner = Owner::new(&[account.email.as_str(), &account.first_name, &account.last_name, &account.phone]);
        let password = Crossing { hash: password_hash.unwrap_or_else(|| NO_PASSWORD.to_owned()), owner };
        Some(OldAccount { old_id, account, password, registered_at: row.time("fecha_registro") })
    });
    accounts.collect()
}

/// Takes the passwords away that others know.
pub(super) async fn examine(
    accounts: &mut [OldAccount],
    passwords: &Passwords,
    report: &mut Report,
) -> Result<(), PasswordError> {
    let mut crossing: Vec<&mut Crossing> = accounts.iter_mut().map(|old| &mut old.password).collect();
    for at in passwords.refuse_known(&mut crossing).await? {
        let account = format!("account {}", accounts[at].old_id);
        report.refuse(account, format!("{KNOWN_PASSWORD_REMARK}: it has to be recovered"));
    }
    Ok(())
}

/// Wraps the passwords of those that are new here.
pub(super) async fn wrap(accounts: &mut [OldAccount], db: &Db, passwords: &Passwords) -> Result<(), TakeoverError> {
    let mut known = HashSet::new();
    let mut session = db.read().await?;
    for old in &*accounts {
        known.extend(fetch_scalar!(optional, session, i64, FIND, old.account.email.as_str())?.map(|_| old.old_id));
    }
    drop(session);
    let new = accounts.iter_mut().filter(|old| !known.contains(&old.old_id));
    let mut crossing: Vec<&mut Crossing> = new.map(|old| &mut old.password).collect();
    Ok(passwords.wrap_all(&mut crossing).await?)
}

fn business(row: &OldRow, user: &str, refused: &mut Report) -> Option<NewBusiness> {
    let Some(cuit) = row.text("cuit").and_then(|cuit| Cuit::parse(&cuit).ok()) else {
        refused.refuse(user, "its business has no valid CUIT: taken as a customer");
        return None;
    };
    let mut words = |what, column, max| words(row, user, what, column, max, refused);
    Some(NewBusiness {
        name: words("business name", "nombre_negocio", limits::CUSTOMER_NAME),
        cuit,
        kind: words("kind of business", "tipo_negocio", 100),
        address: words("business address", "direccion_comercial", limits::ADDRESS),
        phone: words("business telephone", "telefono_comercial", limits::PHONE),
        plan: None,
    })
}

/// A text of at most `max` characters; that it was cut is in the report.
fn words(row: &OldRow, user: &str, what: &str, column: &str, max: usize, refused: &mut Report) -> String {
    let whole = row.words(column, usize::MAX);
    let words = row.words(column, max);
    if words != whole {
        refused.refuse(user, format!("its {what} has more than {max} characters and was cut"));
    }
    words
}

/// Makes the accounts that are not there, and says which id each has now.
pub(super) async fn store<R>(
    unit: &mut ShopUnit,
    accounts: &[OldAccount],
    report: &mut Report,
) -> Result<HashMap<i64, i64>, Failure<R>> {
    const SINCE: &str = "UPDATE accounts SET created_at = $1 WHERE id = $2";
    let mut ids = HashMap::with_capacity(accounts.len());
    for OldAccount { old_id, account, password, registered_at } in accounts {
        let account = &NewAccount { password_hash: password.hash.clone(), ..account.clone() };
        let known = fetch_scalar!(optional, *unit.reader(), i64, FIND, account.email.as_str())?;
        report.take(WHAT, known.is_none());
        let id = match known {
            Some(id) => id,
            None => insert(unit, *old_id, account, report).await?,
        };
        if let (None, Some(since)) = (known, registered_at) {
            execute!(*unit.session(), SINCE, since, id)?;
        }
        ids.insert(*old_id, id);
    }
    Ok(ids)
}

/// A merchant whose CUIT belongs to another account is made a customer.
async fn insert<R>(
    unit: &mut ShopUnit,
    old_id: i64,
    account: &NewAccount,
    report: &mut Report,
) -> Result<i64, Failure<R>> {
    let customer = NewAccount { role: Role::Customer, business: None, ..account.clone() };
    let made = match account.insert(unit).await {
        Err(Failure::Refused(_)) => {
            report.refuse(format!("account {old_id}"), "another account has its CUIT: taken as a customer");
            customer.insert(unit).await
        }
        made => made,
    };
    made.map_err(|failure| match failure {
        Failure::Broke(error) => Failure::Broke(error),
        // Neither the address nor a CUIT is taken: it was looked up, and there is none.
        Failure::Refused(_) => Failure::Broke(sqlx::Error::RowNotFound),
    })
}
