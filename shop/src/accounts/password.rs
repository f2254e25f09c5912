//! Changing the password, knowing the old one.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_notices::{News, Notice};
use belgrano_runtime::auth::change_password::{ChangePasswordBody, ChangeRefusal, Changing, Known, WrongPassword};
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::http::{ClientIp, Json};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::OrderNumber;

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
    // A code mailed before belongs to the password before.
    const END_RECOVERY: &str = "DELETE FROM recovery_codes WHERE account_id = $1";
    let session = unit.session();
    belgrano_runtime::storage::require_one(execute!(*session, UPDATE, account_id, hash)?)?;
    execute!(*session, END_RECOVERY, account_id)?;
    end_sessions(unit, account_id, keep).await?;
    Ok(())
}

/// Ends every session of an account, except `keep`: how many.
pub(super) async fn end_sessions(unit: &mut ShopUnit, account_id: i64, keep: Option<&TokenHash>) -> sqlx::Result<u64> {
    const END_SESSIONS: &str = "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2";
    // No session has an empty hash.
    let keep: &[u8] = keep.map_or(&[], |token| &token[..]);
    let ended = execute!(*unit.session(), END_SESSIONS, account_id, keep)?;
    unit.announce().accounts.push(account_id);
    Ok(ended)
}

/// Tells an account that what it logs in with was changed: its password, by somebody who had the old one or a code, or its second
/// factor.
pub(super) fn tell(unit: &mut ShopUnit, account_id: i64, news: News) -> sqlx::Result<()> {
    let order_number =
        OrderNumber::parse(&format!("cuenta-{account_id}")).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let expires_at = unit.now().plus_ms(news.lifetime_ms());
    unit.notify(Notice { account_id, news, order_number, place: None, expires_at });
    Ok(())
}

/// What an account that may log in logs in with.
pub(super) const SELECT: &str = "SELECT email, password_hash FROM accounts WHERE id = $1 AND active";

struct ChangePassword {
    account_id: i64,
    changing: Changing,
    keep: TokenHash,
}

impl Command<ShopUnit> for ChangePassword {
    type Output = ();
    type Refusal = WrongPassword;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<WrongPassword>> {
        let known = fetch!(optional, *unit.reader(), Known, SELECT, self.account_id)?;
        if known.is_none_or(|known| known.password_hash != self.changing.verified) {
            return Err(Failure::Refused(WrongPassword));
        }
        replace_password(unit, self.account_id, &self.changing.hash, Some(&self.keep)).await?;
        unit.log(Entry::new(Kind::PasswordChanged).on(self.account_id));
        Ok(tell(unit, self.account_id, News::PasswordChanged)?)
    }
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
    let changing = app.gate.change_password(ip, known, who.role == Role::Admin, &body).await.map_err(|refused| {
        if let ChangeRefusal::Wrong(why, _) = &refused {
            app.security.note(Entry::new(Kind::PasswordFailed).by(who.source).with("motivo", *why));
        }
        Problem::from(refused)
    })?;
    let change = ChangePassword { account_id: who.account_id, changing, keep: who.token };
    app.writer.submit_for(&who, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
