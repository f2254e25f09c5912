//! The first start makes an administrator; there are no default credentials.

use std::convert::Infallible;

use belgrano_shared::auth::password::NewPassword;
use belgrano_shared::config::Secret;
use belgrano_shared::fetch_scalar;
use belgrano_shared::writer::{Command, Failure};

use super::{CreateUser, NewDriver, Role, UserRefusal, normal_email};
use crate::app::App;
use crate::service::StartError;
use crate::unit::BoardUnit;

/// 100 bits, in letters that cannot be misread.
const PASSWORD_CHARS: usize = 20;
const COUNT: &str = "SELECT COUNT(*) FROM users WHERE role = 'admin'";

/// Make an administrator, unless there is one.
#[derive(Debug)]
struct EnsureAdmin(CreateUser);

impl Command<BoardUnit> for EnsureAdmin {
    /// Whether it was made.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<bool, Failure<Infallible>> {
        if fetch_scalar!(one, *unit.reader(), i64, COUNT)? > 0 {
            return Ok(false);
        }
        match self.0.apply(unit).await {
            Ok(_) => Ok(true),
            // A driver logs in with that address: an administrator has to be made by hand.
            Err(Failure::Refused(UserRefusal::EmailTaken | UserRefusal::NotFound | UserRefusal::LastAdmin)) => {
                Ok(false)
            }
            Err(Failure::Broke(error)) => Err(Failure::Broke(error)),
        }
    }
}

/// Makes the first administrator, if there is none. A password nobody chose is printed, once.
pub async fn ensure_admin(app: &App) -> Result<(), StartError> {
    let mut session = app.db.read().await?;
    if fetch_scalar!(one, session, i64, COUNT)? > 0 {
        return Ok(());
    }
    drop(session);
    let admin = &app.settings.common.admin;
    let chosen = admin.password.as_ref().and_then(|password| NewPassword::parse(password.expose()).ok());
    let random = Secret::new(app.ambient.code(PASSWORD_CHARS));
    let password = match (&chosen, NewPassword::parse(random.expose())) {
        (Some(chosen), _) => chosen.clone(),
        (None, Ok(random)) => random,
        (None, Err(rule)) => return Err(StartError::Write(rule.to_owned())),
    };
    let email = normal_email(&admin.email);
    let create = CreateUser {
        name: "Administración".to_owned(),
        password_hash: app.passwords.hash(&password).await?,
        email: email.clone(),
        role: Role::Admin,
        driver: NewDriver::default(),
    };
    let made = app.writer.submit(EnsureAdmin(create)).await?;
    if made && chosen.is_none() {
        println!("tickets: primera cuenta de administración: {email}  contraseña: {}", random.expose());
    }
    Ok(())
}
