//! Second factors as a client of the shop meets them, on both engines.

use belgrano_runtime::auth::second_factor::{FactorSecret, RemoveFactor};
use belgrano_runtime::on_both_engines;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::testing::{ADMIN, Answer, Browser, TestShop};

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correcto caballo";
/// A period of a code.
const PERIOD_MS: i64 = 30_000;

/// The phone of whoever has set a factor up, and the paper with the recovery codes.
struct Phone {
    secret: FactorSecret,
    recovery: Vec<String>,
}

impl Phone {
    /// What it shows now.
    fn code(&self, shop: &TestShop) -> String {
        self.secret.code(shop.app.ambient.now()).expect("a code")
    }

    /// Six digits that are no code of these minutes.
    fn wrong(&self, shop: &TestShop) -> String {
        let now = shop.app.ambient.now();
        let near: Vec<_> = (-3..=3).filter_map(|period| self.secret.code(now.plus_ms(period * PERIOD_MS))).collect();
        (0..100).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).expect("one of a hundred")
    }
}

async fn offered(shop: &TestShop, who: &mut Browser) -> (FactorSecret, Value) {
    let offer = shop.post(who, "/api/segundo-factor/propuesta", Value::Null).await;
    assert_eq!(offer.status, 200, "{offer:?}");
    let secret = FactorSecret::parse(offer.body["secreto"].as_str().expect("a secret")).expect("base32");
    assert!(offer.body["uri"].as_str().is_some_and(|uri| uri.starts_with("otpauth://totp/Belgrano%20Ahorro:")));
    (secret, offer.body["propuesta"].clone())
}

async fn set_up(shop: &TestShop, who: &mut Browser, password: &str) -> Phone {
    let (secret, offer) = offered(shop, who).await;
    let code = secret.code(shop.app.ambient.now()).expect("a code");
    let body = json!({ "propuesta": offer, "codigo": code, "password_actual": password });
    let done = shop.post(who, "/api/segundo-factor", body).await;
    assert_eq!(done.status, 201, "{done:?}");
    let recovery: Vec<String> = serde_json::from_value(done.body["codigos_recuperacion"].clone()).expect("a list");
    assert_eq!(recovery.len(), 10);
    Phone { secret, recovery }
}

/// A shop with a customer who has a factor, a period after it was set up.
async fn with_factor(shop: &TestShop) -> (Browser, Phone) {
    let mut ana = shop.customer(EMAIL).await;
    let phone = set_up(shop, &mut ana, PASSWORD).await;
    shop.clock.advance_ms(PERIOD_MS);
    (ana, phone)
}

async fn log_in(shop: &TestShop, code: Option<&str>) -> Answer {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "codigo": code });
    shop.post(&mut Browser::default(), "/api/login", body).await
}

/// The slug of a refusal.
fn slug(answer: &Answer) -> (u16, &str) {
    let kind = answer.body["type"].as_str().unwrap_or_default();
    (answer.status, kind.rsplit(':').next().unwrap_or_default())
}

async fn proof(shop: &TestShop, who: &mut Browser, path: &str, password: &str, code: &str) -> Answer {
    shop.post(who, path, json!({ "password_actual": password, "codigo": code })).await
}

/// Whose, by whom and why: what the security log has of a kind, the oldest first.
async fn logged(shop: &TestShop, kind: &str) -> Vec<[Value; 3]> {
    shop.app.security.flush(&shop.app.writer, false).await.expect("written");
    let path = format!("/api/seguridad/registro?limit=200&tipo={kind}");
    let page = shop.get(&mut shop.admin().await, &path).await;
    let entries = page.body["entradas"].as_array().expect("a list").clone();
    let told = |entry: &Value| ["sobre_cuenta_id", "cuenta_id", "datos"].map(|name| entry[name].clone());
    entries.iter().rev().map(told).collect()
}

on_both_engines! {
    async fn a_factor_is_set_up_with_a_code_and_the_password(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut eva) = (shop.customer(EMAIL).await, shop.customer("eva@example.com").await);
        let mut there = Browser::default();
        assert_eq!(shop.post(&mut there, "/api/login", json!({ "email": EMAIL, "password": PASSWORD })).await.status, 200);
        let (secret, offer) = offered(&shop, &mut ana).await;
        let code = secret.code(shop.app.ambient.now()).expect("a code");
        let body = |code: &str, password: &str| json!({ "propuesta": offer, "codigo": code, "password_actual": password });
        let refused = |answer: Answer| (answer.status, answer.body["errors"][0]["field"].as_str().unwrap_or_default().to_owned());
        let path = "/api/segundo-factor";
        assert_eq!(refused(shop.post(&mut ana, path, body(&code, "no era")).await), (422, "password_actual".to_owned()));
        assert_eq!(refused(shop.post(&mut ana, path, body("no es", PASSWORD)).await), (422, "codigo".to_owned()));
        assert_eq!(refused(shop.post(&mut eva, path, body(&code, PASSWORD)).await), (422, "propuesta".to_owned()), "another's offer");
        assert_eq!(shop.get(&mut ana, path).await.body["activo"], false);
        assert_eq!(shop.get(&mut there, "/api/me").await.status, 200, "nothing has changed");
        let done = shop.post(&mut ana, path, body(&code, PASSWORD)).await;
        assert_eq!(done.status, 201, "{done:?}");
        assert_eq!(shop.post(&mut ana, path, body(&code, PASSWORD)).await.body, done.body, "sent twice by an impatient finger");
        let (other, offer) = offered(&shop, &mut ana).await;
        let code = other.code(shop.app.ambient.now()).expect("a code");
        let again = shop.post(&mut ana, path, json!({ "propuesta": offer, "codigo": code, "password_actual": PASSWORD })).await;
        assert_eq!(slug(&again), (409, "segundo-factor-puesto"));
        let view = shop.get(&mut ana, path).await;
        assert_eq!((view.status, &view.body["activo"], &view.body["codigos_sin_usar"]), (200, &json!(true), &json!(10)));
        assert!(!view.body.to_string().contains(&secret.text()[..4]), "{view:?}");
        assert_eq!(shop.get(&mut there, "/api/me").await.status, 401, "the others have ended");
    }

    async fn who_has_a_factor_logs_in_with_a_code_and_who_has_none_without(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        assert_eq!(log_in(&shop, None).await.status, 200);
        assert_eq!(log_in(&shop, Some("123456")).await.status, 200, "nobody asked for one");
        let phone = set_up(&shop, &mut ana, PASSWORD).await;
        let asked = log_in(&shop, None).await;
        assert_eq!(slug(&asked), (401, "falta-codigo"));
        assert!(!asked.headers.contains_key("set-cookie"));
        assert_eq!(slug(&log_in(&shop, Some(" ")).await), (401, "falta-codigo"));
        assert_eq!(slug(&log_in(&shop, Some(&phone.code(&shop))).await), (401, "codigo-incorrecto"), "it set the factor up");
        let wrong = json!({ "email": EMAIL, "password": "no era", "codigo": phone.code(&shop) });
        assert_eq!(slug(&shop.post(&mut Browser::default(), "/api/login", wrong).await), (401, "sin-identificar"));
        shop.clock.advance_ms(PERIOD_MS);
        let code = phone.code(&shop);
        assert_eq!(log_in(&shop, Some(&code)).await.status, 200);
        assert_eq!(slug(&log_in(&shop, Some(&code)).await), (401, "codigo-incorrecto"), "a code opens once");
        // Slow fingers, and a phone whose clock is behind; further back is too late.
        shop.clock.advance_ms(3 * PERIOD_MS);
        let before = |periods: i64| phone.secret.code(shop.app.ambient.now().plus_ms(-periods * PERIOD_MS)).expect("a code");
        assert_eq!(log_in(&shop, Some(&before(2))).await.status, 401);
        assert_eq!(log_in(&shop, Some(&before(1))).await.status, 200);
        assert_eq!(log_in(&shop, Some(&before(-1))).await.status, 200, "and ahead");
        assert_eq!(log_in(&shop, Some(&before(0))).await.status, 401, "none before the last that was used");
    }

    async fn of_two_who_bring_one_code_one_gets_in(database) {
        let shop = TestShop::new(database).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        let (_, phone) = with_factor(&shop).await;
        other.clock.advance_ms(PERIOD_MS);
        let code = phone.code(&shop);
        let tries = [&shop, &other, &shop, &other].map(|at| log_in(at, Some(&code)));
        let mut statuses: Vec<u16> = join_all(tries).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401]);
    }

    async fn a_recovery_code_opens_once(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, phone) = with_factor(&shop).await;
        let typed = phone.recovery[3].to_lowercase().replace('-', " ");
        assert_eq!(log_in(&shop, Some(&typed)).await.status, 200);
        assert_eq!(slug(&log_in(&shop, Some(&phone.recovery[3])).await), (401, "codigo-incorrecto"));
        assert_eq!(shop.get(&mut ana, "/api/segundo-factor").await.body["codigos_sin_usar"], 9);
        let path = "/api/segundo-factor/codigos";
        assert_eq!(proof(&shop, &mut ana, path, PASSWORD, &phone.wrong(&shop)).await.status, 422);
        assert_eq!(proof(&shop, &mut ana, path, "no era", &phone.code(&shop)).await.status, 422);
        let others = proof(&shop, &mut ana, path, PASSWORD, &phone.code(&shop)).await;
        assert_eq!(others.status, 200, "{others:?}");
        assert_eq!(log_in(&shop, Some(&phone.recovery[4])).await.status, 401, "those before are no more");
        let new = others.body["codigos_recuperacion"][0].as_str().expect("a code").to_owned();
        assert_eq!(log_in(&shop, Some(&new)).await.status, 200);
    }

    async fn a_factor_is_turned_off_with_a_code_and_the_password(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, phone) = with_factor(&shop).await;
        let path = "/api/segundo-factor/quitar";
        assert_eq!(proof(&shop, &mut ana, path, "no era", &phone.code(&shop)).await.status, 422);
        assert_eq!(proof(&shop, &mut ana, path, PASSWORD, &phone.wrong(&shop)).await.status, 422);
        assert_eq!(slug(&log_in(&shop, None).await), (401, "falta-codigo"));
        assert_eq!(proof(&shop, &mut ana, path, PASSWORD, &phone.code(&shop)).await.status, 204);
        assert_eq!(proof(&shop, &mut ana, path, PASSWORD, &phone.code(&shop)).await.status, 404);
        assert_eq!(log_in(&shop, None).await.status, 200);
        set_up(&shop, &mut ana, PASSWORD).await;
    }

    async fn codes_are_not_guessed(database) {
        let shop = TestShop::new(database).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        let (_, phone) = with_factor(&shop).await;
        other.clock.advance_ms(PERIOD_MS);
        for _ in 0..5 {
            assert_eq!(slug(&log_in(&shop, Some(&phone.wrong(&shop))).await), (401, "codigo-incorrecto"));
        }
        for at in [&shop, &other] {
            let refused = log_in(at, Some(&phone.code(at))).await;
            assert_eq!(refused.status, 429, "on every instance");
            assert!(refused.headers.contains_key("retry-after"));
        }
        assert_eq!(log_in(&shop, Some(&phone.recovery[0])).await.status, 200, "the owner is not locked out");
        shop.clock.advance_ms(PERIOD_MS);
        assert_eq!(log_in(&shop, Some(&phone.wrong(&shop))).await.status, 401);
        shop.clock.advance_ms(PERIOD_MS);
        assert_eq!(log_in(&shop, Some(&phone.code(&shop))).await.status, 429, "each wrong one doubles the wait");
        shop.clock.advance_ms(PERIOD_MS);
        assert_eq!(log_in(&shop, Some(&phone.code(&shop))).await.status, 200);
    }

    async fn guesses_of_a_code_count_with_those_of_a_password(database) {
        let shop = TestShop::with(database, &[("LOGIN_TRIES", "4")]).await;
        let (mut ana, phone) = with_factor(&shop).await;
        for _ in 0..3 {
            assert_eq!(log_in(&shop, Some(&phone.wrong(&shop))).await.status, 401);
        }
        assert_eq!(log_in(&shop, Some(&phone.code(&shop))).await.status, 429);
        let path = "/api/segundo-factor/quitar";
        assert_eq!(proof(&shop, &mut ana, path, PASSWORD, &phone.code(&shop)).await.status, 429);
    }

    async fn a_recovered_password_leaves_the_factor_as_it_is(database) {
        let mut shop = TestShop::new(database).await;
        let (_, phone) = with_factor(&shop).await;
        let mut nobody = Browser::default();
        shop.post(&mut nobody, "/api/password/forgot", json!({ "email": EMAIL })).await;
        let mail = shop.mails.recv().await.expect("a mail");
        let code = mail.text.split(": ").nth(1).and_then(|rest| rest.lines().next()).expect("a code").to_owned();
        let reset = json!({ "email": EMAIL, "codigo": code, "password": "otra muy distinta" });
        assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset).await.status, 204);
        let with = |code: Option<String>| json!({ "email": EMAIL, "password": "otra muy distinta", "codigo": code });
        assert_eq!(slug(&shop.post(&mut nobody, "/api/login", with(None)).await), (401, "falta-codigo"));
        assert_eq!(shop.post(&mut nobody, "/api/login", with(Some(phone.code(&shop)))).await.status, 200);
    }

    async fn an_administrator_without_a_factor_gets_only_to_set_one_up_where_that_is_asked(database) {
        let shop = TestShop::with(database, &[("SECOND_FACTOR", "administrators")]).await;
        let mut admin = shop.admin().await;
        for path in ["/api/me", "/api/outbox", "/api/productos", "/api/carrito"] {
            assert_eq!(slug(&shop.get(&mut admin, path).await), (403, "segundo-factor-pendiente"), "{path}");
        }
        let change = json!({ "password_actual": ADMIN.1, "password_nueva": "jacaranda lila" });
        assert_eq!(shop.post(&mut admin, "/api/password/change", change).await.status, 403);
        assert_eq!(shop.get(&mut shop.customer(EMAIL).await, "/api/me").await.status, 200, "nobody else has to");
        assert_eq!(shop.get(&mut Browser::default(), "/api/productos").await.status, 200);
        assert_eq!(shop.get(&mut admin, "/api/segundo-factor").await.body["obligatorio"], true);
        let phone = set_up(&shop, &mut admin, ADMIN.1).await;
        assert_eq!(shop.get(&mut admin, "/api/me").await.status, 200);
        shop.clock.advance_ms(PERIOD_MS);
        let off = proof(&shop, &mut admin, "/api/segundo-factor/quitar", ADMIN.1, &phone.code(&shop)).await;
        assert_eq!((off.status, shop.get(&mut admin, "/api/me").await.status), (204, 403));
    }

    async fn an_administrator_takes_the_factor_of_another_account_away(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, _) = with_factor(&shop).await;
        let mut admin = shop.admin().await;
        let path = "/api/cuentas/segundo-factor/quitar";
        assert_eq!(shop.post(&mut ana, path, json!({ "email": EMAIL })).await.status, 403);
        for nobody in [ADMIN.0, "nobody@example.com"] {
            let status = shop.post(&mut admin, path, json!({ "email": nobody })).await.status;
            assert_eq!(status, if nobody == ADMIN.0 { 409 } else { 404 }, "{nobody}");
        }
        assert_eq!(shop.post(&mut admin, path, json!({ "email": EMAIL })).await.status, 204);
        assert_eq!(shop.get(&mut ana, "/api/me").await.status, 401, "its sessions have ended");
        assert_eq!(log_in(&shop, None).await.status, 200);
        assert_eq!(shop.post(&mut admin, path, json!({ "email": EMAIL })).await.status, 404);
    }

    async fn what_is_done_with_factors_is_told(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, phone) = with_factor(&shop).await;
        let mut admin = shop.admin().await;
        let id = shop.get(&mut ana, "/api/me").await.body["id"].clone();
        let administrator = shop.get(&mut admin, "/api/me").await.body["id"].clone();
        let (set, removed, failed) = ("segundo-factor-puesto", "segundo-factor-quitado", "segundo-factor-fallido");
        let none = json!({});
        assert_eq!(logged(&shop, set).await, [[id.clone(), id.clone(), none.clone()]]);
        let came_in = logged(&shop, "ingreso").await.len();
        assert_eq!(log_in(&shop, None).await.status, 401);
        assert_eq!(logged(&shop, failed).await.len(), 0, "who is asked for a code has given none");
        assert_eq!(log_in(&shop, Some(&phone.wrong(&shop))).await.status, 401);
        let quit = "/api/segundo-factor/quitar";
        assert_eq!(proof(&shop, &mut ana, quit, PASSWORD, &phone.wrong(&shop)).await.status, 422);
        let wrong = json!({ "motivo": "codigo" });
        let (stranger, owner) = ([id.clone(), Value::Null, wrong.clone()], [id.clone(), id.clone(), wrong]);
        assert_eq!(logged(&shop, failed).await, [stranger, owner]);
        assert_eq!(proof(&shop, &mut ana, quit, "no era", &phone.code(&shop)).await.status, 422);
        assert_eq!(logged(&shop, "clave-fallida").await, [[Value::Null, id.clone(), json!({ "motivo": "clave" })]]);
        let codes = proof(&shop, &mut ana, "/api/segundo-factor/codigos", PASSWORD, &phone.code(&shop)).await;
        assert_eq!(codes.status, 200, "{codes:?}");
        assert_eq!(logged(&shop, set).await[1], [id.clone(), id.clone(), json!({ "motivo": "codigos" })]);
        shop.clock.advance_ms(PERIOD_MS);
        assert_eq!(proof(&shop, &mut ana, quit, PASSWORD, &phone.code(&shop)).await.status, 204);
        set_up(&shop, &mut ana, PASSWORD).await;
        let path = "/api/cuentas/segundo-factor/quitar";
        assert_eq!(shop.post(&mut admin, path, json!({ "email": EMAIL })).await.status, 204);
        assert_eq!(log_in(&shop, None).await.status, 200);
        let mut ana = Browser::default();
        shop.post(&mut ana, "/api/login", json!({ "email": EMAIL, "password": PASSWORD })).await;
        set_up(&shop, &mut ana, PASSWORD).await;
        let lost = RemoveFactor { account_id: id.as_i64().expect("a number") };
        shop.app.writer.submit(lost).await.expect("at the command line");
        let by = [id.clone(), administrator, Value::Null].map(|who| [id.clone(), who, none.clone()]);
        assert_eq!(logged(&shop, removed).await, by);
        let hers = logged(&shop, "ingreso").await.into_iter().skip(came_in).filter(|[_, who, _]| *who == id);
        assert_eq!(hers.count(), 2, "nobody has come in whose code was missing or wrong");
    }

    async fn a_factor_outlives_the_secret_that_sealed_it(database) {
        const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        const NEW: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
        let (_, phone) = with_factor(&TestShop::with(database, &[("INTEGRATION_SECRET", OLD)]).await).await;
        let both = format!("{NEW},{OLD}");
        let with_both = TestShop::with(database, &[("INTEGRATION_SECRET", both.as_str())]).await;
        with_both.clock.advance_ms(2 * PERIOD_MS);
        assert_eq!(log_in(&with_both, Some(&phone.code(&with_both))).await.status, 200);
        let after = TestShop::with(database, &[("INTEGRATION_SECRET", NEW)]).await;
        after.clock.advance_ms(3 * PERIOD_MS);
        assert_eq!(log_in(&after, Some(&phone.code(&after))).await.status, 200);
    }

    async fn who_promotes_an_account_by_the_settings_gets_in_whatever_factor_it_had(database) {
        with_factor(&TestShop::new(database).await).await;
        let settings = [("ADMIN_EMAIL", EMAIL), ("ADMIN_PASSWORD", "jacaranda lila")];
        let shop = TestShop::with(database, &settings).await;
        let body = json!({ "email": EMAIL, "password": "jacaranda lila" });
        assert_eq!(shop.post(&mut Browser::default(), "/api/login", body).await.body["rol"], "admin");
    }
}
