//! The pages as a person meets them, in front of the whole router.

mod delivering;
mod dispatching;
mod editing;
mod insights;
mod second_factor;

use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_testing::{Browser, still_ambient};
use belgrano_wire::OrderMessage;
use tempfile::TempDir;

use crate::app::App;
use crate::intake::Receive;
use crate::service::assemble;
use crate::settings::Settings;

pub(super) const PASSWORD: &str = "una clave larga";
pub(super) const ADMIN: &str = "admin@belgrano.local";
const ORIGIN: &str = "http://localhost:5001";

/// A board with one administrator, and a browser in front of it.
pub(super) struct Stage {
    pub(super) browser: Browser,
    pub(super) app: App,
    _folder: TempDir,
}

pub(super) async fn stage() -> Stage {
    stage_with(&[]).await
}

/// The same with other settings.
pub(super) async fn stage_with(more: &[(&str, &str)]) -> Stage {
    let folder = tempfile::tempdir().expect("a directory");
    let data = folder.path().to_str().expect("text").to_owned();
    let variables =
        [("DATA_DIR", data.as_str()), ("ADMIN_PASSWORD", PASSWORD), ("ARGON2_MEMORY_KIB", "8"), ("ARGON2_PASSES", "1")];
    let (settings, _) = Settings::from_env(Env::from_map(variables.iter().chain(more).copied())).expect("settings");
    let (ambient, _) = still_ambient(1);
    let (app, router) = assemble(settings, &ambient, &Lifecycle::new()).await.expect("a board");
    Stage { browser: Browser::new(router, ORIGIN), app, _folder: folder }
}

impl Stage {
    pub(super) async fn log_in(&mut self, email: &str) -> String {
        let sent = self.browser.post("/ingresar", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        sent.location
    }

    /// Takes in an order, as the shop sends it.
    pub(super) async fn order(&self, number: &str, barrio: &str) {
        let json = format!(
            r#"{{"numero":"{number}","cliente_nombre":"Ana <Díaz>","cliente_direccion":"Av. Cabildo 2040",
                "cliente_telefono":"+54 11 5555-0101","total":6901.0,"metodo_pago":"efectivo","barrio":"{barrio}",
                "productos":[{{"nombre":"Yerba 1 kg","precio":3450.5,"cantidad":2,"subtotal":6901.0}}]}}"#
        );
        let message = OrderMessage::from_json(json.as_bytes()).expect("an order");
        self.app.writer.submit(Receive::new(message)).await.expect("a ticket");
    }

    /// Makes a driver through the page and gives back its id; log in as it with its name and `@example.com`.
    pub(super) async fn driver(&mut self, name: &str) -> String {
        let email = format!("{name}@example.com");
        let form = [("nombre", name), ("email", email.as_str()), ("password", PASSWORD), ("capacidad", "2")];
        let page = self.browser.follow("/flota", &form).await;
        let before = page.body.split(&format!("\">{name}</a>")).next().expect("the page");
        before.rsplit("href=\"/flota/").next().expect("the driver").to_owned()
    }

    /// A second browser in front of the same board.
    pub(super) async fn browser_of(&self, email: &str) -> Browser {
        let mut browser = self.browser.another();
        let sent = browser.post("/ingresar", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        browser
    }

    pub(super) async fn as_admin() -> Self {
        let mut stage = stage().await;
        stage.log_in(ADMIN).await;
        stage
    }
}

#[tokio::test]
async fn who_is_unknown_logs_in_and_comes_back() {
    let mut stage = stage().await;
    let browser = &mut stage.browser;
    let sent_away = browser.get("/usuarios?limit=5").await;
    assert_eq!((sent_away.status, sent_away.location.as_str()), (303, "/ingresar?volver=%2Fusuarios%3Flimit%3D5"));
    let page = browser.get(&sent_away.location).await;
    let volver = page.hidden("volver");
    assert_eq!(volver, "/usuarios?limit=5");

    for (email, status, said) in [("<ana>@x", 422, "value=\"&#60;ana&#62;@x\""), ("ana@x", 401, "no son correctos")] {
        let wrong = browser.post("/ingresar", &[("email", email), ("password", "no"), ("volver", &volver)]).await;
        assert_eq!(wrong.status, status);
        assert!(wrong.body.contains(said), "{}", wrong.body);
        assert_eq!(wrong.hidden("volver"), volver);
    }

    let right = [("email", ADMIN), ("password", PASSWORD), ("volver", volver.as_str())];
    let page = browser.follow("/ingresar", &right).await;
    assert!(page.body.contains("<h1>Usuarios</h1>") && page.body.contains(ADMIN));
    assert_eq!(browser.get("/ingresar?volver=//evil.example").await.location, "/");

    assert_eq!(browser.post("/salir", &[]).await.location, "/ingresar");
    assert_eq!(browser.get("/usuarios").await.location, "/ingresar?volver=%2Fusuarios");
}

#[tokio::test]
async fn nobody_is_logged_in_from_elsewhere() {
    let mut stage = stage().await;
    let browser = &mut stage.browser;
    let form = [("email", ADMIN), ("password", PASSWORD)];
    let refused = browser.post_from("https://evil.example", "/ingresar", &form).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("viene de otro sitio"), "a page: {}", refused.body);
    let away = browser.post("/ingresar", &[form[0], form[1], ("volver", "https://evil.example/")]).await;
    assert_eq!(away.location, "/");
}

#[tokio::test]
async fn accounts_are_made_and_changed() {
    let mut stage = Stage::as_admin().await;
    let browser = &mut stage.browser;
    let short = [("nombre", "Beto"), ("email", "beto@example.com"), ("password", "corta"), ("rol", "flota")];
    let refused = browser.post("/usuarios", &short).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("value=\"Beto\"") && refused.body.contains("id=\"password-error\""),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("corta"));

    let good = [short[0], short[1], ("password", PASSWORD), short[3]];
    let page = browser.follow("/usuarios", &good).await;
    assert!(page.body.contains("La cuenta está lista.") && page.body.contains("beto@example.com"), "{}", page.body);
    assert!(!browser.get("/usuarios").await.body.contains("está lista"), "told once");
    let twice = browser.post("/usuarios", &good).await;
    assert_eq!(twice.status, 409);
    assert!(twice.body.contains("Ya hay una cuenta con ese correo."));

    let path = page.body.split("href=\"/usuarios/").nth(2).expect("the second account");
    let path = format!("/usuarios/{}", path.split('"').next().expect("an id"));
    let form = browser.get(&path).await;
    assert!(form.body.contains("<h1>Beto</h1>") && form.body.contains("<option value=\"flota\" selected>"));
    let page = browser.follow(&path, &[("nombre", "Beto B."), ("activo", "false"), ("password", "")]).await;
    assert!(page.body.contains("Beto B.") && page.body.contains(">No puede ingresar<"));
    assert_eq!(browser.get("/usuarios/999").await.status, 404);
    let last = browser.get("/usuarios").await;
    assert_eq!(last.status, 200, "{last:?}");
    let admin = last.body.split("href=\"/usuarios/").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    let refused = browser.post(&format!("/usuarios/{admin}"), &[("activo", "false")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("tiene que quedar una"));
}

#[tokio::test]
async fn everybody_changes_their_own_password() {
    let mut stage = Stage::as_admin().await;
    stage.driver("beto").await;
    let (admin, driver) = (stage.browser_of(ADMIN).await, stage.browser_of("beto@example.com").await);
    for (mut browser, home, least) in [(admin, "/tablero", 10), (driver, "/reparto", 8)] {
        let page = browser.get(home).await;
        assert!(page.body.contains("href=\"/clave\""), "{}", page.body);
        let page = browser.get("/clave").await;
        let asked =
            (page.body.contains(&format!("minlength=\"{least}\"")), page.body.contains(&format!("Al menos {least} ")));
        assert_eq!(asked, (true, true), "{}", page.body);
        let new = ("password_nueva", "otra muy distinta");
        let wrong = browser.post("/clave", &[("password_actual", "no era"), new]).await;
        assert!(wrong.status == 422 && wrong.body.contains("id=\"password_actual-error\""), "{}", wrong.body);
        assert!(!wrong.body.contains(new.1));
        let sent = browser.post("/clave", &[("password_actual", PASSWORD), new]).await;
        assert_eq!((sent.status, sent.location.as_str()), (303, home));
        assert!(browser.get(home).await.body.contains("La contraseña quedó cambiada"));
    }
    let ended = stage.browser.get("/tablero").await;
    assert_eq!(ended.location, "/ingresar?volver=%2Ftablero", "the session of the first browser");
}

#[tokio::test]
async fn other_sessions_are_seen_and_ended() {
    let mut stage = Stage::as_admin().await;
    let page = stage.browser.get("/clave").await;
    assert!(page.body.contains("no tiene otra sesión") && !page.body.contains("Terminar las otras"), "{}", page.body);
    let mut there = stage.browser_of(ADMIN).await;
    let page = stage.browser.get("/clave").await;
    assert!(page.body.contains("tiene otra sesión abierta") && page.body.contains("recién"), "{}", page.body);
    let page = stage.browser.follow("/clave/otras-sesiones", &[]).await;
    assert!(
        page.body.contains("Las otras sesiones terminaron.") && page.body.contains("no tiene otra"),
        "{}",
        page.body
    );
    assert_eq!(there.get("/tablero").await.location, "/ingresar?volver=%2Ftablero");
    let mut there = stage.browser_of(ADMIN).await;
    let page = stage.browser.get("/clave").await;
    let actions = page.body.split("action=\"").filter_map(|rest| rest.split('"').next());
    let one: Vec<_> = actions.filter(|action| action.starts_with("/clave/otras-sesiones/")).collect();
    assert_eq!(one.len(), 1, "a form for the other one: {}", page.body);
    for pressed in ["once", "twice"] {
        let page = stage.browser.follow(one[0], &[]).await;
        assert!(page.body.contains("Esa sesión terminó."), "{pressed}: {}", page.body);
    }
    assert_eq!(there.get("/tablero").await.location, "/ingresar?volver=%2Ftablero");
}
