//! Changing the password, knowing the old one.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_shared::auth::email::Email;
use belgrano_shared::auth::gate::Chosen;
use belgrano_shared::auth::password::NewPassword;
use belgrano_shared::auth::session::TokenHash;
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::texts::Message;
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Role, Session};
use crate::app::App;
use crate::unit::ShopUnit;

/// Replaces the password and ends every session, except `keep`.
pub(super) async fn replace_password(
    unit: &mut ShopUnit,
    account_id: i64,
    hash: &str,
    keep: Option<&TokenHash>,
) -> sqlx::Result<()> {
    const UPDATE: &str = "UPDATE accounts SET password_hash = $2, password_examined = TRUE WHERE id = $1";
    const END_SESSIONS: &str = "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2";
    // A code mailed before belongs to the password before.
    const END_RECOVERY: &str = "DELETE FROM recovery_codes WHERE account_id = $1";
    let session = unit.session();
    belgrano_shared::storage::require_one(execute!(*session, UPDATE, account_id, hash)?)?;
    // No session has an empty hash.
    let keep: &[u8] = keep.map_or(&[], |token| &token[..]);
    execute!(*session, END_SESSIONS, account_id, keep)?;
    execute!(*session, END_RECOVERY, account_id)?;
    unit.announce().accounts.push(account_id);
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Known {
    email: String,
    password_hash: String,
}

const SELECT: &str = "SELECT email, password_hash FROM accounts WHERE id = $1 AND active";

struct ChangePassword {
    account_id: i64,
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

impl Command<ShopUnit> for ChangePassword {
    type Output = ();
    type Refusal = WrongPassword;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<WrongPassword>> {
        let known = fetch!(optional, *unit.reader(), Known, SELECT, self.account_id)?;
        if known.is_none_or(|known| known.password_hash != self.verified) {
            return Err(Failure::Refused(WrongPassword));
        }
        Ok(replace_password(unit, self.account_id, &self.hash, Some(&self.keep)).await?)
    }
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePasswordBody {
    #[serde(rename = "password_actual")]
    #[schema(format = Password)]
    current: String,
    #[serde(rename = "password_nueva")]
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    new: NewPassword,
}

/// Changes my password
///
/// Every other session of the account ends.
#[utoipa::path(
    post, path = "/api/password/change", tag = "cuentas", request_body = ChangePasswordBody,
    responses(
        (status = 204),
        (status = 401, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn change_password(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Json(body): Json<ChangePasswordBody>,
) -> Result<StatusCode, Problem> {
    let known = fetch!(optional, app.db.read().await?, Known, SELECT, who.account_id)?;
    let known = known.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-account-closed")))?;
    // A stolen session must not be a way to guess the password.
    if let Some(email) = Email::parse(&known.email) {
        app.gate.take_try(ip, &email)?;
    }
    let verified =
        app.gate.verify(&body.current, Some(known.password_hash.clone())).await?.ok_or(WrongPassword)?.stored;
    let admin = who.role == Role::Admin;
    let chosen = Chosen { field: "password_nueva", email: &known.email, admin };
    let hash = app.gate.hash(&body.new, chosen).await?;
    let change = ChangePassword { account_id: who.account_id, verified, hash, keep: who.token };
    app.writer.submit_for(&who, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
