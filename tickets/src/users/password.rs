//! Changing one's own password, knowing the present one.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::change_password::{ChangePasswordBody, ChangeRefusal, Changing, Known, WrongPassword};
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::http::{ClientIp, Json};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};

use super::Role;
use crate::app::App;
use crate::sessions::{Session, end_others};
use crate::unit::BoardUnit;

/// Replace a password whose hash was `verified`, and end every session except `keep`.
#[derive(Debug)]
struct ChangePassword {
    user_id: i64,
    changing: Changing,
    keep: TokenHash,
}

/// What an account that may log in logs in with.
pub(super) const SELECT: &str = "SELECT email, password_hash FROM users WHERE id = $1 AND active";

impl Command<BoardUnit> for ChangePassword {
    type Output = ();
    type Refusal = WrongPassword;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<WrongPassword>> {
        const UPDATE: &str = "UPDATE users SET password_hash = $1, password_examined = TRUE WHERE id = $2";
        let known = fetch!(optional, *unit.reader(), Known, SELECT, self.user_id)?;
        if known.is_none_or(|known| known.password_hash != self.changing.verified) {
            return Err(Failure::Refused(WrongPassword));
        }
        require_one(execute!(*unit.session(), UPDATE, &self.changing.hash, self.user_id)?)?;
        unit.log(Entry::new(Kind::PasswordChanged).on(self.user_id));
        end_others(unit, self.user_id, Some(&self.keep)).await?;
        Ok(())
    }
}

/// Changes one's own password. The other sessions of the account end.
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
    let changing = app.gate.change_password(ip, known, who.role == Role::Admin, &body).await.map_err(|refused| {
        if let ChangeRefusal::Wrong(why, _) = &refused {
            app.security.note(Entry::new(Kind::PasswordFailed).by(who.source).with("motivo", *why));
        }
        Problem::from(refused)
    })?;
    let change = ChangePassword { user_id: who.user_id, changing, keep: who.session };
    app.writer.submit_for(&who, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
