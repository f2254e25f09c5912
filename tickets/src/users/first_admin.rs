//! Who administers the board: the account that the operator names at start, else one that is made when nobody can. There are no
//! default credentials.

use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::auth::second_factor;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_web::seen::Seen;

use super::{ChangeUser, CreateUser, NewDriver, Role, UserRefusal, account};
use crate::app::App;
use crate::service::StartError;
use crate::unit::BoardUnit;

/// Those that have a password.
const COUNT: &str = "SELECT COUNT(*) FROM users WHERE role = 'admin' AND active AND password_hash NOT LIKE '!%'";

/// Makes the account of the settings an active administrator with the password of the settings.
#[derive(Debug)]
struct EnsureAdmin {
    /// As it is if nobody has its address.
    create: CreateUser,
    /// Only where nobody else can administer the board.
    if_none: bool,
    /// The hash that the password fits already.
    fits: Option<String>,
}

impl Command<BoardUnit> for EnsureAdmin {
    /// Whether the account has this password from now on and had not before; another instance may have been faster.
    type Output = bool;
    type Refusal = UserRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<bool, Failure<UserRefusal>> {
        const HASH: &str = "SELECT password_hash FROM users WHERE id = $1";
        if self.if_none && fetch_scalar!(one, *unit.reader(), i64, COUNT)? > 0 {
            return Ok(false);
        }
        let Some(known) = account::find_by_email(unit.reader(), &self.create.email).await? else {
            return self.create.apply(unit).await.map(|_| true);
        };
        let stored = fetch_scalar!(one, *unit.reader(), String, HASH, known.id)?;
        let fits = self.fits.as_ref() == Some(&stored);
        if fits && known.active && known.role == Role::Admin {
            return Ok(false);
        }
        // Whoever had it before may have set one up, which would keep the operator out.
        if known.role != Role::Admin && second_factor::forget(unit.session(), known.id).await? {
            unit.log(Entry::new(Kind::SecondFactorRemoved).on(known.id));
        }
        let change = ChangeUser {
            id: known.id,
            name: None,
            role: Some(Role::Admin),
            active: Some(true),
            password_hash: (!fits).then(|| self.create.password_hash.clone()),
            seen: Seen::default(),
        };
        change.apply(unit).await?;
        tracing::warn!(account = known.id, "is the administrator of ADMIN_EMAIL now");
        Ok(true)
    }
}

/// With `ADMIN_PASSWORD`, sees to it that `ADMIN_EMAIL` is an administrator with that password, whatever was there. Without,
/// makes it one if nobody can administer the board, and prints a password nobody chose, once.
pub async fn ensure_admin(app: &App) -> Result<(), StartError> {
    let chosen = &app.settings.common.admin;
    let mut session = app.db.read().await?;
    if chosen.password.is_none() && fetch_scalar!(one, session, i64, COUNT)? > 0 {
        return Ok(());
    }
    drop(session);
    let password = chosen.password.clone().unwrap_or_else(|| NewPassword::random(&app.ambient));
    let fits = match account::for_log_in(&app.db, &chosen.email).await? {
        Some(known) => app.gate.verify(password.reveal(), Some(known.password_hash)).await?.map(|fits| fits.stored),
        None => None,
    };
    let create = CreateUser {
        name: "Administración".to_owned(),
        password_hash: app.gate.passwords().hash(&password).await?,
        email: chosen.email.clone(),
        role: Role::Admin,
        driver: NewDriver::default(),
    };
    let made = app.writer.submit(EnsureAdmin { create, if_none: chosen.password.is_none(), fits }).await?;
    if made && chosen.password.is_none() {
        println!("Belgrano Tickets  first administrator: {}  password: {}", chosen.email.as_str(), password.reveal());
    }
    Ok(())
}
