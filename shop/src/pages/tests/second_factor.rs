//! A second factor as a person sets it up and logs in with it, without script.

use belgrano_runtime::auth::second_factor::FactorSecret;
use belgrano_runtime::fetch_scalar;
use belgrano_testing::{Browser, CapturedLog, Seen, TestDatabase};

use super::PASSWORD;
use crate::testing::{ADMIN, TestShop};

const EMAIL: &str = "ana@example.com";
const PAGE: &str = "/perfil/segundo-factor";
const PERIOD_MS: i64 = 30_000;

/// The key that the page shows for who cannot scan it.
fn secret_of(page: &Seen) -> FactorSecret {
    let text = page.body.split("class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
    FactorSecret::parse(text).expect("base32")
}

fn code(shop: &TestShop, secret: &FactorSecret) -> String {
    secret.code(shop.app.ambient.now()).expect("a code")
}

/// What the security log counts of codes that were wrong at the account which has a factor, by nobody in particular.
async fn failures(shop: &TestShop) -> i64 {
    const FAILED: &str = "SELECT COUNT(*) FROM security_log WHERE kind = 'segundo-factor-fallido' AND account_id IS NULL \
         AND on_account_id = (SELECT account_id FROM second_factors)";
    shop.app.security.flush(&shop.app.writer, false).await.expect("written");
    fetch_scalar!(one, shop.app.db.read().await.expect("a connection"), i64, FAILED).expect("a count")
}

async fn entered(shop: &TestShop, email: &str, password: &str) -> Browser {
    let mut browser = shop.visitor();
    assert_eq!(browser.post("/ingresar", &[("email", email), ("password", password)]).await.status, 303);
    browser
}

async fn set_up(shop: &TestShop, who: &mut Browser, password: &str) -> (FactorSecret, Seen) {
    let page = who.get(PAGE).await;
    let (secret, offer) = (secret_of(&page), page.hidden("propuesta"));
    let typed = code(shop, &secret);
    let form = [("propuesta", offer.as_str()), ("codigo", typed.as_str()), ("password_actual", password)];
    let codes = who.post(PAGE, &form).await;
    assert_eq!(codes.status, 200, "{}", codes.body);
    (secret, codes)
}

#[tokio::test]
async fn a_person_sets_it_up_and_keeps_the_codes() {
    let database = TestDatabase::sqlite();
    let log = CapturedLog::start();
    let shop = TestShop::new(&database).await;
    shop.customer(EMAIL).await;
    let mut ana = entered(&shop, EMAIL, PASSWORD).await;
    let page = ana.get(PAGE).await;
    assert!(page.body.contains("<svg class=\"qr\"") && page.body.contains("href=\"otpauth://totp/"), "{}", page.body);
    let (secret, offer) = (secret_of(&page), page.hidden("propuesta"));
    let refused = ana.post(PAGE, &[("propuesta", &offer), ("codigo", "000"), ("password_actual", PASSWORD)]).await;
    assert!(refused.status == 422 && refused.body.contains("id=\"codigo-error\""), "{}", refused.body);
    assert_eq!(refused.hidden("propuesta"), offer, "what was scanned stays");
    let typed = code(&shop, &secret);
    let form = [("propuesta", offer.as_str()), ("codigo", typed.as_str()), ("password_actual", PASSWORD)];
    let codes = ana.post(PAGE, &form).await;
    assert_eq!((codes.status, codes.body.matches("<li><code>").count()), (200, 10), "{}", codes.body);
    let after = ana.get(PAGE).await;
    let recovery = codes.body.split("<li><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    assert!(after.status == 200 && !after.body.contains("propuesta"), "{}", after.body);
    for gone in [secret.text().as_str(), &secret.text().replace(' ', ""), recovery] {
        assert!(!after.body.contains(gone), "{gone}: {}", after.body);
        assert!(!log.text().contains(gone), "{gone}: {}", log.text());
    }
    shop.clock.advance_ms(PERIOD_MS);
    let typed = code(&shop, &secret);
    let off = [("codigo", typed.as_str()), ("password_actual", PASSWORD)];
    let page = ana.follow("/perfil/segundo-factor/quitar", &off).await;
    assert!(page.body.contains("<svg class=\"qr\""), "there is none any more: {}", page.body);
}

#[tokio::test]
async fn a_person_logs_in_in_two_steps() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    shop.customer(EMAIL).await;
    let (secret, _) = set_up(&shop, &mut entered(&shop, EMAIL, PASSWORD).await, PASSWORD).await;
    shop.clock.advance_ms(PERIOD_MS);
    let mut ana = shop.visitor();
    let first = ana.post("/ingresar", &[("email", EMAIL), ("password", PASSWORD), ("volver", "/pedidos")]).await;
    assert_eq!((first.status, first.location.as_str()), (303, "/ingresar/codigo?volver=%2Fpedidos"));
    assert!(first.set_cookies.iter().all(|cookie| !cookie.starts_with("belgrano_shop=")), "{:?}", first.set_cookies);
    let step = first.set_cookies.iter().find(|cookie| cookie.starts_with("belgrano_shop_paso=")).expect("a step");
    assert!(step.contains("Max-Age=300; HttpOnly; SameSite=Lax"), "{step}");
    assert!(ana.get("/pedidos").await.location.starts_with("/ingresar"), "nobody is logged in yet");
    let page = ana.get(&first.location).await;
    assert!(page.body.contains("autocomplete=\"one-time-code\""), "{}", page.body);
    let wrong = ana.post("/ingresar/codigo", &[("codigo", "00"), ("volver", "/pedidos")]).await;
    assert!(wrong.status == 401 && wrong.body.contains("id=\"codigo-error\""), "{}", wrong.body);
    assert_eq!(failures(&shop).await, 1);
    let typed = code(&shop, &secret);
    let done = ana.post("/ingresar/codigo", &[("codigo", &typed), ("volver", "/pedidos")]).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/pedidos"));
    assert_eq!(ana.get("/pedidos").await.status, 200);
    // The step was for one use, and no cookie of it is left.
    assert_eq!(ana.get("/ingresar/codigo").await.location, "/ingresar");
    assert!(done.set_cookies.iter().any(|cookie| cookie.starts_with("belgrano_shop_paso=;")));
}

#[tokio::test]
async fn the_second_step_does_not_wait_for_ever_nor_survives_the_password() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    shop.customer(EMAIL).await;
    let mut here = entered(&shop, EMAIL, PASSWORD).await;
    let (secret, _) = set_up(&shop, &mut here, PASSWORD).await;
    let begin = async || {
        let mut browser = shop.visitor();
        browser.post("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
        browser
    };
    let mut late = begin().await;
    shop.clock.advance_ms(5 * 60_000);
    let over = late.post("/ingresar/codigo", &[("codigo", &code(&shop, &secret))]).await;
    assert!(over.location.starts_with("/ingresar") && !over.location.starts_with("/ingresar/codigo"), "{over:?}");
    let mut before = begin().await;
    let change = [("password_actual", PASSWORD), ("password_nueva", "otra muy distinta")];
    here.follow("/perfil/clave", &change).await;
    let over = before.post("/ingresar/codigo", &[("codigo", &code(&shop, &secret))]).await;
    assert!(over.status != 200 && before.get("/pedidos").await.location.starts_with("/ingresar"), "{over:?}");
}

#[tokio::test]
async fn so_many_wrong_codes_end_a_second_step() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    shop.customer(EMAIL).await;
    let (_, codes) = set_up(&shop, &mut entered(&shop, EMAIL, PASSWORD).await, PASSWORD).await;
    let recovery = codes.body.split("<li><code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a code");
    let mut thief = shop.visitor();
    thief.post("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
    for _ in 0..5 {
        assert_eq!(thief.post("/ingresar/codigo", &[("codigo", "0000-0000-0000-0000")]).await.status, 401);
    }
    assert_eq!(failures(&shop).await, 5);
    let over = thief.post("/ingresar/codigo", &[("codigo", recovery)]).await;
    assert!(over.status != 200 && thief.get("/pedidos").await.location.starts_with("/ingresar"), "{over:?}");
}

#[tokio::test]
async fn an_administrator_who_has_to_have_one_is_led_to_it_and_out() {
    let database = TestDatabase::sqlite();
    let settings = [("SECOND_FACTOR", "administrators"), ("INSIGHTS_URL", "https://datos.example")];
    let shop = TestShop::with(&database, &settings).await;
    let mut admin = entered(&shop, ADMIN.0, ADMIN.1).await;
    for path in ["/", "/envios", "/insights", "/perfil/clave", "/administrar/segundo-factor"] {
        let seen = admin.get(path).await;
        assert_eq!((seen.status, seen.location.as_str()), (303, PAGE), "{path}");
    }
    let page = admin.get(PAGE).await;
    assert!(page.status == 200 && page.body.contains("class=\"notice warn\""), "{}", page.body);
    set_up(&shop, &mut admin, ADMIN.1).await;
    assert_eq!(admin.get("/envios").await.status, 200);
    assert!(admin.get("/insights").await.location.starts_with("https://datos.example/entrar"));
    let mut other = entered(&shop, ADMIN.0, ADMIN.1).await;
    assert!(other.get("/envios").await.location.starts_with("/ingresar"), "the password alone opens nothing now");
    assert!(other.get("/insights").await.location.starts_with("/ingresar"));
}

#[tokio::test]
async fn an_administrator_helps_who_lost_the_phone() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    shop.customer(EMAIL).await;
    set_up(&shop, &mut entered(&shop, EMAIL, PASSWORD).await, PASSWORD).await;
    let mut admin = entered(&shop, ADMIN.0, ADMIN.1).await;
    let path = "/administrar/segundo-factor";
    let nobody = admin.post(path, &[("email", "nobody@example.com")]).await;
    assert!(nobody.status == 422 && nobody.body.contains("id=\"email-error\""), "{}", nobody.body);
    let done = admin.follow(path, &[("email", EMAIL)]).await;
    assert!(done.body.contains("class=\"notice"), "{}", done.body);
    assert_eq!(entered(&shop, EMAIL, PASSWORD).await.get("/pedidos").await.status, 200);
}
