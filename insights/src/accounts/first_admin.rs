//! Who administers insights: the account that the operator names at start, else one that is made when nobody can. There are no
//! default credentials.

use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::writer::{Command, Failure};

use super::{AccountRefusal, ChangeAccount, CreateAccount, Role, account};
use crate::app::App;
use crate::service::StartError;
use crate::unit::InsightsUnit;

const COUNT: &str = "SELECT COUNT(*) FROM accounts WHERE role = 'admin' AND active AND origin = 'insights'";

/// Makes the account of the settings an active administrator with the password of the settings.
#[derive(Debug)]
struct EnsureAdmin {
    /// As it is if nobody has its address.
    create: CreateAccount,
    /// Only where nobody else can administer.
    if_none: bool,
    /// The hash that the password fits already.
    fits: Option<String>,
}

impl Command<InsightsUnit> for EnsureAdmin {
    /// Whether the account has this password from now on and had not before; another instance may have been faster.
    type Output = bool;
    type Refusal = AccountRefusal;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<bool, Failure<AccountRefusal>> {
        const HASH: &str = "SELECT password_hash FROM accounts WHERE id = $1";
        if self.if_none && fetch_scalar!(one, *unit.reader(), i64, COUNT)? > 0 {
            return Ok(false);
        }
        let Some(known) = account::find_by_email(unit.reader(), self.create.email.as_str()).await? else {
            return self.create.apply(unit).await.map(|_| true);
        };
        let stored = fetch_scalar!(one, *unit.reader(), String, HASH, known.id)?;
        let fits = self.fits.as_ref() == Some(&stored);
        if fits && known.active && known.role == Role::Admin {
            return Ok(false);
        }
        let password_hash = (!fits).then(|| self.create.password_hash.clone());
        let (role, active) = (Some(Role::Admin), Some(true));
        ChangeAccount { id: known.id, role, active, password_hash, ..ChangeAccount::default() }.apply(unit).await?;
        tracing::warn!(account = known.id, "is the administrator of ADMIN_EMAIL now");
        Ok(true)
    }
}

/// With `ADMIN_PASSWORD`, sees to it that `ADMIN_EMAIL` is an administrator with that password, whatever was there. Without,
/// makes it one if nobody can administer insights, and prints a password nobody chose, once.
pub async fn ensure_admin(app: &App) -> Result<(), StartError> {
    let chosen = &app.settings.common.admin;
    if chosen.password.is_none() && fetch_scalar!(one, app.db.read().await?, i64, COUNT)? > 0 {
        return Ok(());
    }
    let password = chosen.password.clone().unwrap_or_else(|| NewPassword::random(&app.ambient));
    let fits = match account::for_log_in(&app.db, &chosen.email).await? {
        Some(known) => app.gate.verify(password.reveal(), Some(known.password_hash)).await?.map(|fits| fits.stored),
        None => None,
    };
    let create = CreateAccount {
        name: "Administración".to_owned(),
        password_hash: app.gate.passwords().hash(&password).await?,
        email: chosen.email.clone(),
        role: Role::Admin,
        business_id: None,
    };
    let made = app.writer.submit(EnsureAdmin { create, if_none: chosen.password.is_none(), fits }).await?;
    if made && chosen.password.is_none() {
        println!("Belgrano Insights  first administrator: {}  password: {}", chosen.email.as_str(), password.reveal());
    }
    Ok(())
}
