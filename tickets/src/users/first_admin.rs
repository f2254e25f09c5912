//! The first start makes an administrator; there are no default credentials.

use std::convert::Infallible;

use belgrano_shared::auth::password::NewPassword;
use belgrano_shared::fetch_scalar;
use belgrano_shared::writer::{Command, Failure};

use super::{CreateUser, NewDriver, Role, UserRefusal};
use crate::app::App;
use crate::service::StartError;
use crate::unit::BoardUnit;

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
    let chosen = &app.settings.common.admin;
    let password = chosen.password.clone().unwrap_or_else(|| NewPassword::random(&app.ambient));
    let create = CreateUser {
        name: "Administración".to_owned(),
        password_hash: app.gate.hash(&password).await?,
        email: chosen.email.clone(),
        role: Role::Admin,
        driver: NewDriver::default(),
    };
    let made = app.writer.submit(EnsureAdmin(create)).await?;
    if made && chosen.password.is_none() {
        println!("Belgrano Tickets  first administrator: {}  password: {}", chosen.email.as_str(), password.reveal());
    }
    Ok(())
}
