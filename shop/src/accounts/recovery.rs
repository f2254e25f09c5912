//! Recovering an account: a code by mail, single-use, expiring, with few attempts.
//!
//! Asking always gets the same answer at once; whether there is an account is found out afterwards, out of the caller's
//! sight. A wrong code gets one answer too, whatever was wrong with it, and costs the same statements and a commit.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_notices::News;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::gate::Chosen;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::auth::typed_code;
use belgrano_runtime::http::{ClientIp, Json, RequestContext};
use belgrano_runtime::mailer::Mail;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind, Source};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use serde::Deserialize;
use url::{Url, form_urlencoded};
use utoipa::ToSchema;

use super::password::{replace_password, tell};
use crate::app::App;
use crate::unit::ShopUnit;

/// 50 bits: five attempts guess nothing, and half an hour is too short to find it in a stolen table.
const CODE_CHARS: usize = 10;

struct StartRecovery {
    account_id: i64,
    code_hash: [u8; 32],
    lifetime_ms: i64,
}

impl Command<ShopUnit> for StartRecovery {
    type Output = ();
    type Refusal = WrongCode;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<WrongCode>> {
        const UPSERT: &str = "INSERT INTO recovery_codes (account_id, code_hash, attempts, expires_at) \
             VALUES ($1, $2, 0, $3) ON CONFLICT (account_id) DO UPDATE SET code_hash = excluded.code_hash, \
             attempts = 0, expires_at = excluded.expires_at";
        let expires_at = unit.now().plus_ms(self.lifetime_ms);
        execute!(*unit.session(), UPSERT, self.account_id, &self.code_hash[..], expires_at)?;
        Ok(())
    }
}

struct FinishRecovery {
    email: Email,
    code: String,
    password_hash: String,
    max_attempts: i64,
    source: Source,
}

/// No account has this id.
const NOBODY: i64 = 0;

/// How a code was used. A wrong one is no refusal: that it was tried has to be committed.
#[derive(Debug, PartialEq, Eq)]
enum CodeUse {
    Right,
    Wrong,
}

#[derive(sqlx::FromRow)]
struct Recovery {
    account_id: i64,
    code_hash: Vec<u8>,
    attempts: i64,
    expires_at: UnixMillis,
}

impl Command<ShopUnit> for FinishRecovery {
    type Output = CodeUse;
    type Refusal = WrongCode;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<CodeUse, Failure<WrongCode>> {
        const SELECT: &str = "SELECT r.account_id, r.code_hash, r.attempts, r.expires_at FROM recovery_codes r \
             JOIN accounts a ON a.id = r.account_id WHERE a.email = $1 AND a.active";
        const COUNT: &str = "UPDATE recovery_codes SET attempts = attempts + 1 WHERE account_id = $1";
        let found = fetch!(optional, *unit.reader(), Recovery, SELECT, self.email.as_str())?;
        let account_id = found.as_ref().map_or(NOBODY, |recovery| recovery.account_id);
        // Hashes of something secret: how long they take to compare says nothing about the code.
        let given = typed_code::hash(account_id, &self.code);
        let now = unit.now();
        let right = found.is_some_and(|recovery| {
            recovery.expires_at > now && recovery.attempts < self.max_attempts && recovery.code_hash == given
        });
        if right {
            replace_password(unit, account_id, &self.password_hash, None).await?;
            tell(unit, account_id, News::PasswordChanged)?;
            unit.log(Entry::new(Kind::PasswordRecovered).by(self.source).on(account_id));
            return Ok(CodeUse::Right);
        }
        // Also where there is nobody to count for: whoever measures a wrong code waits for the disk every time.
        execute!(*unit.session(), COUNT, account_id)?;
        Ok(CodeUse::Wrong)
    }
}

/// No such account, no code asked for, expired, used, tried too often, or wrong.
#[derive(Debug)]
struct WrongCode;

impl From<WrongCode> for Problem {
    fn from(WrongCode: WrongCode) -> Self {
        Self::invalid_field("codigo", Message::new("error-code"))
    }
}

/// Which account is to be recovered.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ForgotBody {
    #[schema(value_type = String)]
    email: Email,
}

/// Asks for a recovery code
///
/// The answer is the same whether there is such an account or not.
#[utoipa::path(
    post, path = "/api/password/forgot", tag = "cuentas", security(()), request_body = ForgotBody,
    responses(
        (status = 202, description = "If there is such an account, a mail is on its way"),
        (status = 409, body = ProblemDocument, description = "This shop sends no mail"),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn forgot_password(
    State(app): State<App>,
    ip: ClientIp,
    language: Language,
    Json(ForgotBody { email }): Json<ForgotBody>,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    if !app.settings.mailer.is_configured() {
        // What cannot be sent is not promised.
        return Err(Problem::conflict("sin-correo", Message::new("forgot-no-mail")));
    }
    app.gate.take_try(ip, &email)?;
    if app.limits.may_mail(&email)
        && let Ok(slot) = app.limits.recoveries().try_acquire_owned()
    {
        let task = app.clone();
        app.life.spawn(async move {
            if let Err(problem) = start_recovery(&task, &email, language).await {
                // The address stays out of it.
                tracing::warn!(detail = problem.detail(), "a recovery mail was not sent");
            }
            drop(slot);
        });
    }
    let said = if app.settings.mailer.delivers() { "recovery-asked" } else { "forgot-logged" };
    let message = language.t(said).to_string();
    Ok((StatusCode::ACCEPTED, Json(serde_json::json!({ "mensaje": message }))))
}

async fn start_recovery(app: &App, email: &Email, language: Language) -> Result<(), Problem> {
    const SELECT: &str = "SELECT id FROM accounts WHERE email = $1 AND active";
    let found = fetch_scalar!(optional, app.db.read().await?, i64, SELECT, email.as_str())?;
    let Some(account_id) = found else { return Ok(()) };
    let code = app.ambient.code(CODE_CHARS);
    let lifetime = app.settings.accounts.recovery_lifetime;
    let lifetime_ms = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    app.writer
        .submit(StartRecovery { account_id, code_hash: typed_code::hash(account_id, &code), lifetime_ms })
        .await?;
    let (first, second) = code.split_at(CODE_CHARS / 2);
    let minutes = lifetime.as_secs() / 60;
    let how = language.t("recovery-mail-code").with("code", format!("{first}-{second}"));
    let link = reset_link(&app.settings.common.public_url, email, &format!("{first}-{second}"));
    let link = language.t("recovery-mail-link").with("link", link);
    let text = format!("{how}\n\n{link}\n\n{}\n", language.t("recovery-mail-lasts").with("minutes", minutes));
    let mail = Mail { to: email.as_str().to_owned(), subject: language.t("recovery-mail-subject").into(), text };
    app.settings.mailer.send(&mail).await.map_err(|error| Problem::internal(&error))
}

/// The page where the code goes. What it brings along stands behind the `#`, which no browser sends: so neither is in a log of
/// ours, of a proxy or of another site, and only `recover.js` of that page reads it.
fn reset_link(public_url: &Url, email: &Email, code: &str) -> String {
    let mut link = public_url.clone();
    link.set_path("/recuperar/codigo");
    let brought = form_urlencoded::Serializer::new(String::new())
        .append_pair("email", email.as_str())
        .append_pair("codigo", code)
        .finish();
    link.set_fragment(Some(&brought));
    link.into()
}

/// The code from the mail and the new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ResetBody {
    #[schema(value_type = String)]
    email: Email,
    #[serde(rename = "codigo")]
    code: String,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: NewPassword,
}

/// Uses a recovery code
///
/// Sets the new password and ends every session of the account.
#[utoipa::path(
    post, path = "/api/password/reset", tag = "cuentas", security(()), request_body = ResetBody,
    responses(
        (status = 204),
        (status = 422, body = ProblemDocument, description = "The code is wrong, used or expired; not told apart"),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn reset_password(
    State(app): State<App>,
    context: RequestContext,
    Json(body): Json<ResetBody>,
) -> Result<StatusCode, Problem> {
    let source = app.security.source(&context);
    let failed = app.security.at(Entry::new(Kind::CodeFailed).by(source), &body.email, None);
    if let Err(too_many) = app.gate.take_try(context.client_ip, &body.email) {
        app.security.note(failed.with("motivo", "limite"));
        return Err(too_many);
    }
    // Before it is known whether the code is right, so that both cost the same.
    // An administrator may come this way, and who asks is not told whose address is one.
    let chosen = Chosen { field: "password", email: body.email.as_str(), admin: true };
    let password_hash = app.gate.hash(&body.password, chosen).await?;
    let max_attempts = app.settings.accounts.recovery_attempts;
    let finish = FinishRecovery { email: body.email, code: body.code, password_hash, max_attempts, source };
    match app.writer.submit(finish).await? {
        CodeUse::Right => Ok(StatusCode::NO_CONTENT),
        CodeUse::Wrong => {
            app.security.note(failed);
            Err(WrongCode.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::auth::email::Email;
    use belgrano_runtime::on_both_engines;
    use belgrano_runtime::security::Source;
    use belgrano_runtime::writer::{Command, Failure, UnitOfWork};
    use belgrano_wire::texts::Language;

    use super::{CodeUse, FinishRecovery, WrongCode, start_recovery};
    use crate::testing::TestShop;
    use crate::unit::ShopUnit;

    /// Says how many changes the command makes: none would need no commit, and not wait for the disk.
    struct Changes(FinishRecovery);

    impl Command<ShopUnit> for Changes {
        type Output = (CodeUse, u64);
        type Refusal = WrongCode;

        async fn apply(&self, unit: &mut ShopUnit) -> Result<Self::Output, Failure<WrongCode>> {
            let before = unit.changes();
            Ok((self.0.apply(unit).await?, unit.changes() - before))
        }
    }

    async fn try_a_wrong_code(shop: &TestShop, email: &str) -> (CodeUse, u64) {
        let email = Email::parse(email).expect("an address");
        let wrong = FinishRecovery {
            email,
            code: "00000".to_owned(),
            password_hash: String::new(),
            max_attempts: 2,
            source: Source::default(),
        };
        shop.app.writer.submit(Changes(wrong)).await.expect("committed")
    }

    on_both_engines! {
        async fn a_wrong_code_costs_the_same_whether_there_is_an_account_or_not(database) {
            let shop = TestShop::new(database).await;
            for known in ["asked@example.com", "never.asked@example.com"] {
                shop.customer(known).await;
            }
            let asked = Email::parse("asked@example.com").expect("an address");
            start_recovery(&shop.app, &asked, Language::English).await.expect("a mail");
            for try_at in ["first", "second", "one too many"] {
                assert_eq!(try_a_wrong_code(&shop, asked.as_str()).await, (CodeUse::Wrong, 1), "{try_at}");
            }
            shop.clock.advance_ms(31 * 60_000);
            for email in [asked.as_str(), "never.asked@example.com", "nobody@example.com"] {
                assert_eq!(try_a_wrong_code(&shop, email).await, (CodeUse::Wrong, 1), "{email}");
            }
        }
    }
}
