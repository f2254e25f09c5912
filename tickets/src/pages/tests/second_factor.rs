//! A second factor as a person of the board sets it up and logs in with it.

use belgrano_runtime::auth::second_factor::FactorSecret;

use super::{ADMIN, PASSWORD, Stage, stage_with};

const PAGE: &str = "/clave/segundo-factor";
const PERIOD_MS: i64 = 30_000;

/// Sets it up through the page; its secret.
async fn set_up(stage: &mut Stage) -> FactorSecret {
    let page = stage.browser.get(PAGE).await;
    assert!(page.body.contains("<svg class=\"qr\""), "{}", page.body);
    let text = page.body.split("class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
    let secret = FactorSecret::parse(text).expect("base32");
    let (offer, code) = (page.hidden("propuesta"), code(stage, &secret, 0));
    let form = [("propuesta", offer.as_str()), ("codigo", code.as_str()), ("password_actual", PASSWORD)];
    let codes = stage.browser.post(PAGE, &form).await;
    assert_eq!((codes.status, codes.body.matches("<li><code>").count()), (200, 10), "{}", codes.body);
    secret
}

/// What the app shows so many periods from now: the stage's clock stands still.
fn code(stage: &Stage, secret: &FactorSecret, periods: i64) -> String {
    secret.code(stage.app.ambient.now().plus_ms(periods * PERIOD_MS)).expect("a code")
}

#[tokio::test]
async fn a_person_logs_in_in_two_steps_and_an_administrator_helps_who_lost_the_phone() {
    let mut stage = Stage::as_admin().await;
    let eva = [("nombre", "Eva"), ("email", "eva@x.example"), ("password", PASSWORD), ("rol", "admin")];
    stage.browser.follow("/usuarios", &eva).await;
    let secret = set_up(&mut stage).await;
    assert!(!stage.browser.get(PAGE).await.body.contains(&secret.text()));
    let mut browser = stage.browser.another();
    let first = browser.post("/ingresar", &[("email", ADMIN), ("password", PASSWORD), ("volver", "/flota")]).await;
    assert_eq!((first.status, first.location.as_str()), (303, "/ingresar/codigo?volver=%2Fflota"));
    assert!(first.set_cookies.iter().all(|cookie| !cookie.starts_with("belgrano_tickets=")), "{:?}", first.set_cookies);
    assert!(browser.get("/flota").await.location.starts_with("/ingresar"), "nobody is logged in yet");
    let wrong = browser.post("/ingresar/codigo", &[("codigo", "00"), ("volver", "/flota")]).await;
    assert!(wrong.status == 401 && wrong.body.contains("id=\"codigo-error\""), "{}", wrong.body);
    let next = code(&stage, &secret, 1);
    let page = browser.follow("/ingresar/codigo", &[("codigo", &next), ("volver", "/flota")]).await;
    assert_eq!(page.status, 200);
    assert_eq!(browser.get("/ingresar/codigo").await.location, "/ingresar", "the step is used up");

    let mut eva = stage.browser_of("eva@x.example").await;
    let page = eva.get("/usuarios/1").await;
    assert!(page.body.contains("action=\"/usuarios/1/sin-segundo-factor\""), "{}", page.body);
    let page = eva.follow("/usuarios/1/sin-segundo-factor", &[]).await;
    assert!(!page.body.contains("sin-segundo-factor"), "{}", page.body);
    assert!(browser.get("/flota").await.location.starts_with("/ingresar"), "its sessions have ended");
    assert_eq!(stage.browser_of(ADMIN).await.get("/tablero").await.status, 200, "the password is enough again");
}

#[tokio::test]
async fn an_administrator_who_has_to_have_one_is_led_to_it_and_out() {
    let mut stage = stage_with(&[("SECOND_FACTOR", "administrators"), ("INSIGHTS_URL", "https://datos.example")]).await;
    stage.log_in(ADMIN).await;
    for path in ["/", "/tablero", "/tickets.csv", "/insights", "/clave"] {
        let seen = stage.browser.get(path).await;
        assert_eq!((seen.status, seen.location.as_str()), (303, PAGE), "{path}");
    }
    set_up(&mut stage).await;
    assert_eq!(stage.browser.get("/tablero").await.status, 200);
}
