//! The first administrator, made when there is none. No password is built in.

use belgrano_shared::auth::password::{NewPassword, PasswordError};
use belgrano_shared::fetch_scalar;
use belgrano_shared::writer::{Command, Failure, WriteError};

use super::Role;
use super::register::{NewAccount, RegisterRefusal};
use crate::app::App;
use crate::unit::ShopUnit;

/// Why there is no first administrator.
#[derive(Debug, thiserror::Error)]
pub enum FirstAdminError {
    /// It could not be hashed.
    #[error("cannot hash the password of the first administrator")]
    Hash(#[from] PasswordError),
    /// It could not be asked for.
    #[error("cannot read the shop's database")]
    Read(#[from] sqlx::Error),
    /// Somebody else logs in with that address.
    #[error("ADMIN_EMAIL: another account has {0}, and no administrator is left; set another address")]
    Taken(String),
    /// It could not be stored.
    #[error("cannot store the first administrator: {0}")]
    Write(String),
}

const COUNT: &str = "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND active";

struct MakeFirstAdmin(NewAccount);

impl Command<ShopUnit> for MakeFirstAdmin {
    /// Whether it was made; another instance may have been faster.
    type Output = bool;
    type Refusal = RegisterRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<bool, Failure<RegisterRefusal>> {
        if fetch_scalar!(one, *unit.reader(), i64, COUNT)? > 0 {
            return Ok(false);
        }
        self.0.insert(unit).await.map(|_| true)
    }
}

/// Makes the first administrator if there is none, and prints a password nobody chose, once.
pub async fn ensure_first_admin(app: &App) -> Result<(), FirstAdminError> {
    if fetch_scalar!(one, app.db.read().await?, i64, COUNT)? > 0 {
        return Ok(());
    }
    let chosen = &app.settings.common.admin;
    let password = chosen.password.clone().unwrap_or_else(|| NewPassword::random(&app.ambient));
    let account = NewAccount {
        role: Role::Admin,
        first_name: "Administración".to_owned(),
        last_name: String::new(),
        email: chosen.email.clone(),
        password_hash: app.gate.hash(&password).await?,
        phone: String::new(),
        address: String::new(),
        business: None,
    };
    let made = app.writer.submit(MakeFirstAdmin(account)).await.map_err(|error| match error {
        WriteError::Refused(_) => FirstAdminError::Taken(chosen.email.as_str().to_owned()),
        other => FirstAdminError::Write(other.to_string()),
    })?;
    if made && chosen.password.is_none() {
        // To the terminal and not to the log: logs are kept and shipped.
        println!("Belgrano Ahorro   first administrator: {}  password: {}", chosen.email.as_str(), password.reveal());
    }
    Ok(())
}
