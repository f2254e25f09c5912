//! Changing one's own password, knowing the present one.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_shared::auth::email::Email;
use belgrano_shared::auth::gate::Chosen;
use belgrano_shared::auth::password::NewPassword;
use belgrano_shared::auth::session::TokenHash;
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::storage::require_one;
use belgrano_shared::texts::Message;
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Role;
use crate::app::App;
use crate::sessions::{Session, end_others};
use crate::unit::BoardUnit;

/// Replace a password whose hash was `verified`, and end every session except `keep`.
#[derive(Debug)]
struct ChangePassword {
    user_id: i64,
    verified: String,
    hash: String,
    keep: TokenHash,
}

/// The password given as the present one is not.
#[derive(Debug)]
struct WrongPassword;

impl From<WrongPassword> for Problem {
    fn from(WrongPassword: WrongPassword) -> Self {
        Self::invalid_field("password_actual", Message::new("error-old-password"))
    }
}

#[derive(sqlx::FromRow)]
struct Known {
    email: String,
    password_hash: String,
}

const SELECT: &str = "SELECT email, password_hash FROM users WHERE id = $1 AND active";

impl Command<BoardUnit> for ChangePassword {
    type Output = ();
    type Refusal = WrongPassword;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<WrongPassword>> {
        const UPDATE: &str = "UPDATE users SET password_hash = $1, password_examined = TRUE WHERE id = $2";
        let known = fetch!(optional, *unit.reader(), Known, SELECT, self.user_id)?;
        if known.is_none_or(|known| known.password_hash != self.verified) {
            return Err(Failure::Refused(WrongPassword));
        }
        require_one(execute!(*unit.session(), UPDATE, &self.hash, self.user_id)?)?;
        Ok(end_others(unit, self.user_id, &self.keep).await?)
    }
}

/// `PUT /api/yo/clave`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePasswordBody {
    #[serde(rename = "password_actual")]
    #[schema(format = Password)]
    current: String,
    #[serde(rename = "password_nueva")]
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    new: NewPassword,
}

/// Cambia la contraseña propia. Las otras sesiones de la cuenta terminan.
#[utoipa::path(put, path = "/api/yo/clave", tag = "cuentas", request_body = ChangePasswordBody, responses(
    (status = 204), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument),
    (status = 429, body = ProblemDocument)))]
pub(crate) async fn change_password(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Json(body): Json<ChangePasswordBody>,
) -> Result<StatusCode, Problem> {
    let known = fetch!(optional, app.db.read().await?, Known, SELECT, who.user_id)?;
    let known = known.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-account-closed")))?;
    // A stolen session must not be a way to guess the password.
    if let Some(email) = Email::parse(&known.email) {
        app.gate.take_try(ip, &email)?;
    }
    let verified = app.gate.verify(&body.current, Some(known.password_hash)).await?.ok_or(WrongPassword)?.stored;
    let chosen = Chosen { field: "password_nueva", email: &known.email, admin: who.role == Role::Admin };
    let hash = app.gate.hash(&body.new, chosen).await?;
    let change = ChangePassword { user_id: who.user_id, verified, hash, keep: who.session };
    app.writer.submit_for(&who, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
