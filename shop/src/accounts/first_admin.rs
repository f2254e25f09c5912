//! Who administers the shop: the account that the operator names at start, else one that is made when nobody can. No password
//! is built in.

use belgrano_runtime::auth::password::{NewPassword, PasswordError};
use belgrano_runtime::auth::second_factor;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch, fetch_scalar};

use super::Role;
use super::password::replace_password;
use super::register::{NewAccount, RegisterRefusal};
use crate::app::App;
use crate::unit::ShopUnit;

/// Why nobody could be made administrator.
#[derive(Debug, thiserror::Error)]
pub enum FirstAdminError {
    /// The password could not be hashed.
    #[error("cannot hash the password of the first administrator")]
    Hash(#[from] PasswordError),
    /// It could not be asked for.
    #[error("cannot read the shop's database")]
    Read(#[from] sqlx::Error),
    /// It could not be stored.
    #[error("cannot store the first administrator: {0}")]
    Write(String),
}

/// Those that have a password.
const COUNT: &str = "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND active AND password_hash NOT LIKE '!%'";
const FIND: &str = "SELECT id, role, active, password_hash FROM accounts WHERE email = $1";

#[derive(sqlx::FromRow)]
struct Known {
    id: i64,
    role: String,
    active: bool,
    password_hash: String,
}

struct MakeAdmin {
    /// As it is if nobody has its address.
    account: NewAccount,
    /// Only where nobody else can administer the shop.
    if_none: bool,
    /// The hash that the password fits already.
    fits: Option<String>,
}

impl Command<ShopUnit> for MakeAdmin {
    /// Whether the account has this password from now on and had not before; another instance may have been faster.
    type Output = bool;
    type Refusal = RegisterRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<bool, Failure<RegisterRefusal>> {
        const PROMOTE: &str = "UPDATE accounts SET role = 'admin', active = TRUE WHERE id = $1";
        if self.if_none && fetch_scalar!(one, *unit.reader(), i64, COUNT)? > 0 {
            return Ok(false);
        }
        let Some(known) = fetch!(optional, *unit.reader(), Known, FIND, self.account.email.as_str())? else {
            let id = self.account.insert(unit).await?;
            unit.log(self.account.told(id));
            return Ok(true);
        };
        let fits = self.fits.as_ref() == Some(&known.password_hash);
        if fits && known.active && known.role == Role::Admin.as_str() {
            return Ok(false);
        }
        execute!(*unit.session(), PROMOTE, known.id)?;
        // Whoever had it before may have set one up, which would keep the operator out.
        if known.role != Role::Admin.as_str() && second_factor::forget(unit.session(), known.id).await? {
            unit.log(Entry::new(Kind::SecondFactorRemoved).on(known.id));
        }
        // Ends its sessions, too: they were another role's, or somebody else's.
        let hash = if fits { &known.password_hash } else { &self.account.password_hash };
        replace_password(unit, known.id, hash, None).await?;
        let changed = Entry::new(Kind::AccountChanged).on(known.id).with("rol", Role::Admin.as_str());
        unit.log(changed.with("activo", true));
        if !fits {
            unit.log(Entry::new(Kind::PasswordChanged).on(known.id));
        }
        tracing::warn!(account = known.id, "is the administrator of ADMIN_EMAIL now");
        Ok(true)
    }
}

/// With `ADMIN_PASSWORD`, sees to it that `ADMIN_EMAIL` is an administrator with that password, whatever was there. Without,
/// makes it one if nobody can administer the shop, and prints a password nobody chose, once.
pub async fn ensure_first_admin(app: &App) -> Result<(), FirstAdminError> {
    let chosen = &app.settings.common.admin;
    if chosen.password.is_none() && fetch_scalar!(one, app.db.read().await?, i64, COUNT)? > 0 {
        return Ok(());
    }
    let password = chosen.password.clone().unwrap_or_else(|| NewPassword::random(&app.ambient));
    let known = fetch!(optional, app.db.read().await?, Known, FIND, chosen.email.as_str())?;
    let fits = match known {
        Some(known) => app.gate.verify(password.reveal(), Some(known.password_hash)).await?.map(|fits| fits.stored),
        None => None,
    };
    let account = NewAccount {
        role: Role::Admin,
        first_name: "Administración".to_owned(),
        last_name: String::new(),
        email: chosen.email.clone(),
        password_hash: app.gate.passwords().hash(&password).await?,
        phone: String::new(),
        address: String::new(),
        business: None,
    };
    let command = MakeAdmin { account, if_none: chosen.password.is_none(), fits };
    let made = app.writer.submit(command).await.map_err(|error| match error {
        WriteError::Refused(_) => FirstAdminError::Write("its address was taken this moment".to_owned()),
        other => FirstAdminError::Write(other.to_string()),
    })?;
    if made && chosen.password.is_none() {
        // To the terminal and not to the log: logs are kept and shipped.
        println!("Belgrano Ahorro   first administrator: {}  password: {}", chosen.email.as_str(), password.reveal());
    }
    Ok(())
}
