//! Accounts as a client meets them, on both engines.

use axum::body::Body;
use axum::http::{Method, Request};
use belgrano_runtime::on_both_engines;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testing::{ADMIN, Browser, TestShop};

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correcto caballo";

async fn log_in(shop: &TestShop, who: &mut Browser, password: &str) -> u16 {
    shop.post(who, "/api/login", json!({ "email": EMAIL, "password": password })).await.status
}

fn merchant(email: &str, cuit: Option<&str>) -> Value {
    json!({
        "nombre": "Rosa", "apellido": "Gómez", "email": email, "password": PASSWORD, "telefono": "11 5555 0102",
        "direccion": "Av. Congreso 2100", "rol": "comerciante", "nombre_negocio": "Granja", "cuit": cuit,
        "tipo_negocio": "granja", "direccion_comercial": "Av. Congreso 2100", "telefono_comercial": "11 5555 0103",
    })
}

on_both_engines! {
    async fn registering_logs_in_and_logging_out_ends_it(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let me = shop.get(&mut ana, "/api/me").await;
        insta::assert_json_snapshot!("me_of_a_customer", me.body);
        let mut stolen = ana.clone();
        assert_eq!(shop.post(&mut ana, "/api/logout", json!({})).await.status, 204);
        assert_eq!(shop.get(&mut ana, "/api/me").await.status, 401);
        assert_eq!(shop.get(&mut stolen, "/api/me").await.status, 401, "the token is dead, not only the cookie");
        assert_eq!(log_in(&shop, &mut ana, "incorrecto").await, 401);
        assert_eq!(log_in(&shop, &mut ana, PASSWORD).await, 200);
        assert_eq!(shop.get(&mut ana, "/api/me").await.status, 200);
        shop.clock.advance_ms(15 * 24 * 3_600_000);
        assert_eq!(shop.get(&mut ana, "/api/me").await.status, 401, "two weeks are over");
    }

    async fn an_address_and_a_cuit_have_one_account_each(database) {
        let shop = TestShop::new(database).await;
        shop.customer(EMAIL).await;
        let mut nobody = Browser::default();
        let body = json!({ "nombre": "Otra", "email": "ANA@example.com ", "password": PASSWORD });
        assert_eq!(shop.post(&mut nobody, "/api/register", body).await.status, 409);
        let made = shop.post(&mut nobody, "/api/register", merchant("r@example.com", Some("30-50001091-2"))).await;
        assert_eq!(made.status, 201);
        insta::assert_json_snapshot!("a_merchant", made.body);
        let again = shop.post(&mut nobody, "/api/register", merchant("s@example.com", Some("30500010912"))).await;
        assert_eq!(again.status, 409);
        for wrong in [Some("30-50001091-3"), None] {
            let refused = shop.post(&mut nobody, "/api/register", merchant("t@example.com", wrong)).await;
            assert_eq!((refused.status, refused.body["errors"][0]["field"].as_str()), (422, Some("cuit")));
        }
        let admin = json!({ "nombre": "X", "email": "x@example.com", "password": PASSWORD, "rol": "admin" });
        assert_eq!(shop.post(&mut nobody, "/api/register", admin).await.status, 422);
    }

    async fn a_profile_changes_where_it_may(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let body = json!({ "direccion": " Juramento 1700 ", "rol": "admin", "nombre_negocio": "nada" });
        let changed = shop.send(&mut ana, Method::PATCH, "/api/me", Some(body)).await;
        assert_eq!((changed.status, &changed.body["direccion"]), (200, &json!("Juramento 1700")));
        assert_eq!((&changed.body["rol"], &changed.body["nombre"]), (&json!("cliente"), &json!("Ana")));
        let empty = shop.send(&mut ana, Method::PUT, "/api/me", Some(json!({ "nombre": " " }))).await;
        assert_eq!(empty.status, 422);
    }

    async fn a_year_of_birth_is_told_only_by_its_owner_and_taken_back(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let mut say = async |year: Value| {
            let body = json!({ "anio_nacimiento": year });
            let answer = shop.send(&mut ana, Method::PATCH, "/api/me", Some(body)).await;
            (answer.status, answer.body["anio_nacimiento"].clone(), answer.body["errors"][0]["field"].clone())
        };
        assert_eq!(say(json!(1987)).await, (200, json!(1987), Value::Null));
        // The tests' year is 2026.
        for wrong in [json!(1905), json!(2014), json!(i64::MIN), json!(u64::MAX), json!("hace mucho"), json!(19.87), json!([1987])] {
            let (status, _, field) = say(wrong.clone()).await;
            assert_eq!((status, field), (422, json!("anio_nacimiento")), "{wrong}");
        }
        for right in [1906, 2013] {
            assert_eq!(say(json!(right)).await.1, right);
        }
        let kept = shop.send(&mut shop.admin().await, Method::PATCH, "/api/me", Some(json!({ "nombre": "Otra" }))).await;
        assert_eq!(kept.body["anio_nacimiento"], Value::Null, "nobody else's");
        assert_eq!(say(Value::Null).await, (200, Value::Null, Value::Null), "erased");
        say(json!(1987)).await;
        let mut visitor = shop.visitor();
        visitor.follow("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let page = visitor.get("/perfil").await;
        assert!(page.body.contains("name=\"anio_nacimiento\" type=\"number\" value=\"1987\""), "{}", page.body);
        let saw = page.hidden("visto");
        let wrong = visitor.post("/perfil", &[("visto", &saw), ("nombre", "Ana"), ("anio_nacimiento", "2020")]).await;
        assert!(wrong.status == 422 && wrong.body.contains("va de 1906 a 2013"), "{}", wrong.body);
        let page = visitor.follow("/perfil", &[("visto", &saw), ("nombre", "Ana"), ("anio_nacimiento", "")]).await;
        assert!(page.body.contains("name=\"anio_nacimiento\" type=\"number\" value=\"\""), "blank is erased: {}", page.body);
        let behind = visitor.post("/perfil", &[("visto", &saw), ("nombre", "Ana"), ("anio_nacimiento", "1988")]).await;
        assert_eq!(behind.status, 409, "it was erased meanwhile: {}", behind.body);
        visitor.follow("/perfil", &[("nombre", "Ana"), ("anio_nacimiento", " 1990 ")]).await;
        assert_eq!(shop.get(&mut ana, "/api/me").await.body["anio_nacimiento"], 1990);
    }

    async fn a_new_password_ends_the_other_sessions(database) {
        let shop = TestShop::new(database).await;
        let mut here = shop.customer(EMAIL).await;
        let mut there = Browser::default();
        assert_eq!(log_in(&shop, &mut there, PASSWORD).await, 200);
        assert_eq!(shop.get(&mut there, "/api/me").await.status, 200);
        let change = |current: &str| json!({ "password_actual": current, "password_nueva": "otra muy distinta" });
        assert_eq!(shop.post(&mut here, "/api/password/change", change("no era")).await.status, 422);
        assert_eq!(shop.post(&mut here, "/api/password/change", change(PASSWORD)).await.status, 204);
        assert_eq!(shop.get(&mut here, "/api/me").await.status, 200);
        assert_eq!(shop.get(&mut there, "/api/me").await.status, 401);
        assert_eq!(log_in(&shop, &mut there, PASSWORD).await, 401);
        assert_eq!(log_in(&shop, &mut there, "otra muy distinta").await, 200);
    }

    async fn the_other_sessions_are_listed_and_ended(database) {
        let shop = TestShop::new(database).await;
        let (mut here, mut there) = (shop.customer(EMAIL).await, Browser::default());
        let mut bruno = shop.customer("bruno@example.com").await;
        let sessions = async |browser: &mut Browser| shop.get(browser, "/api/yo/sesiones").await.body["otras"].clone();
        assert_eq!(sessions(&mut here).await, json!([]));
        assert_eq!(log_in(&shop, &mut there, PASSWORD).await, 200);
        assert_eq!(sessions(&mut here).await.as_array().map(Vec::len), Some(1));
        assert_eq!(sessions(&mut bruno).await, json!([]), "nobody sees another's");
        let end = async |browser: &mut Browser| shop.send(browser, Method::DELETE, "/api/yo/sesiones", None).await.status;
        assert_eq!(end(&mut Browser::default()).await, 401);
        assert_eq!(end(&mut here).await, 204);
        assert_eq!(shop.get(&mut there, "/api/me").await.status, 401);
        assert_eq!(shop.get(&mut bruno, "/api/me").await.status, 200);

        let mut visitor = shop.visitor();
        visitor.follow("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let page = visitor.get("/perfil/clave").await;
        assert!(page.body.contains("Tu cuenta tiene otra sesión abierta."), "{}", page.body);
        let page = visitor.follow("/perfil/clave/otras-sesiones", &[]).await;
        assert!(page.body.contains("Las otras sesiones terminaron."), "{}", page.body);
        assert!(page.body.contains("Tu cuenta no tiene otra sesión abierta."), "{}", page.body);
        assert_eq!(shop.get(&mut here, "/api/me").await.status, 401);
    }

    async fn one_session_has_a_name_and_ends_at_every_instance(database) {
        let (shop, other) = (TestShop::new(database).await, TestShop::seeded(database, 8, &[]).await);
        let (mut here, mut there, mut third) = (shop.customer(EMAIL).await, Browser::default(), Browser::default());
        let mut bruno = shop.customer("bruno@example.com").await;
        for browser in [&mut there, &mut third] {
            assert_eq!(log_in(&shop, browser, PASSWORD).await, 200);
        }
        assert_eq!(other.get(&mut there, "/api/me").await.status, 200, "the other instance believes it now");
        let sessions = async |browser: &mut Browser| shop.get(browser, "/api/yo/sesiones").await.body;
        let id = sessions(&mut there).await["esta"]["id"].as_str().expect("a name").to_owned();
        let listed = sessions(&mut here).await;
        let named = listed["otras"].as_array().into_iter().flatten().filter(|other| other["id"] == id.as_str());
        assert_eq!((named.count(), listed["esta"]["id"] == id.as_str()), (1, false), "{listed}");
        let path = format!("/api/yo/sesiones/{id}");
        let end = async |browser: &mut Browser| shop.send(browser, Method::DELETE, &path, None).await.status;
        assert_eq!((end(&mut bruno).await, end(&mut Browser::default()).await), (404, 401), "nobody ends another's");
        assert_eq!((end(&mut here).await, end(&mut here).await), (204, 404));
        assert_eq!(shop.get(&mut there, "/api/me").await.status, 401);
        other.app.session_ends.look(&|end| other.app.heed(end)).await.expect("looked");
        assert_eq!(other.get(&mut there, "/api/me").await.status, 401);
        assert_eq!(shop.get(&mut third, "/api/me").await.status, 200, "the others go on");
    }

    async fn a_session_says_what_it_was_opened_with(database) {
        let shop = TestShop::new(database).await;
        let mut here = shop.customer(EMAIL).await;
        let phone = "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0";
        let request = Request::post("/api/login").header("content-type", "application/json").header("user-agent", phone);
        let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
        let request = request.body(Body::from(body)).expect("a request");
        let answer = crate::service::router(&shop.app).oneshot(request).await.expect("infallible");
        assert_eq!(answer.status(), 200);
        let listed = shop.get(&mut here, "/api/yo/sesiones").await.body;
        assert_eq!(listed["otras"][0]["dispositivo"], "Firefox, Android", "{listed}");
        assert_eq!(listed["esta"]["dispositivo"], Value::Null, "it said nothing of itself");

        let mut visitor = shop.visitor();
        visitor.follow("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let page = visitor.get("/perfil/clave").await;
        assert!(page.body.contains("Firefox, Android"), "{}", page.body);
        let actions = page.body.split("action=\"").filter_map(|rest| rest.split('"').next());
        let one = actions.filter(|action| action.starts_with("/perfil/clave/otras-sesiones/")).collect::<Vec<_>>();
        assert_eq!(one.len(), 2, "a form for each of the others: {one:?}");
        for pressed in ["once", "twice"] {
            let page = visitor.follow(one[0], &[]).await;
            assert!(page.body.contains("Esa sesión terminó."), "{pressed}: {}", page.body);
            assert!(page.body.contains("Tu cuenta tiene otra sesión abierta."), "{pressed}: {}", page.body);
        }
    }

    async fn what_people_write_is_kept_as_they_wrote_it_and_runs_nowhere(database) {
        const WRITTEN: &str = "Robert'); DROP TABLE accounts;-- \"><script>alert(1)</script> {{ 7 * 7 }} ねこ O'Hara";
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let changed = shop.send(&mut ana, Method::PATCH, "/api/me", Some(json!({ "direccion": WRITTEN }))).await;
        assert_eq!((changed.status, &changed.body["direccion"]), (200, &json!(WRITTEN)));
        assert_eq!(shop.get(&mut ana, "/api/me").await.body["direccion"], WRITTEN);
        let mut visitor = shop.visitor();
        visitor.follow("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let page = visitor.get("/perfil").await;
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        assert!(page.body.contains("&#60;script&#62;alert(1)&#60;/script&#62; {{ 7 * 7 }} ねこ O&#39;Hara"), "{}", page.body);
    }

    async fn a_session_is_in_a_cookie_and_nowhere_else(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let cookie = ana.cookie();
        let (name, token) = cookie.split_once('=').expect("a pair");
        assert_eq!(shop.get(&mut ana, "/api/me").await.status, 200);
        for path in [format!("/api/me?{name}={token}"), format!("/api/me?token={token}"), format!("/api/me?api_key={token}")] {
            assert_eq!(shop.get(&mut Browser::default(), &path).await.status, 401, "{path}");
        }
        let page = shop.visitor().post("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert!(page.status == 303 && !page.location.contains('?'), "{page:?}");
    }

    async fn a_password_holds_until_it_is_changed_and_may_come_back(database) {
        let shop = TestShop::new(database).await;
        shop.customer(EMAIL).await;
        shop.clock.advance_ms(3 * 365 * 24 * 3_600_000);
        let mut ana = Browser::default();
        assert_eq!(log_in(&shop, &mut ana, PASSWORD).await, 200, "three years are no reason");
        for (current, new) in [(PASSWORD, "otra muy distinta"), ("otra muy distinta", PASSWORD)] {
            let change = json!({ "password_actual": current, "password_nueva": new });
            assert_eq!(shop.post(&mut ana, "/api/password/change", change).await.status, 204);
        }
    }

    async fn who_changes_a_password_is_told_how_long_it_has_to_be(database) {
        let shop = TestShop::new(database).await;
        shop.customer(EMAIL).await;
        for ((email, password), least) in [((EMAIL, PASSWORD), 8), (ADMIN, 10)] {
            let mut visitor = shop.visitor();
            visitor.follow("/ingresar", &[("email", email), ("password", password)]).await;
            let page = visitor.get("/perfil/clave").await;
            let said = [format!("minlength=\"{least}\""), format!("Al menos {least} caracteres.")];
            assert!(said.iter().all(|said| page.body.contains(said)), "{email}: {}", page.body);
        }
    }

    async fn recovery_takes_the_mailed_code_once(database) {
        let mut shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let mut nobody = Browser::default();
        let unknown = shop.post(&mut nobody, "/api/password/forgot", json!({ "email": "no@example.com" })).await;
        let known = shop.post(&mut nobody, "/api/password/forgot", json!({ "email": EMAIL })).await;
        assert_eq!((unknown.status, &unknown.body), (202, &known.body), "nobody can tell them apart");
        let mail = shop.mails.recv().await.expect("a mail");
        assert!(mail.to == EMAIL && !mail.text.contains(PASSWORD), "{}", mail.text);
        let code = mail.text.split(": ").nth(1).and_then(|rest| rest.lines().next()).expect("a code").to_lowercase();
        let reset = |code: &str| json!({ "email": EMAIL, "codigo": code, "password": "otra muy distinta" });
        assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset("00000-00000")).await.status, 422);
        assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset(&code)).await.status, 204);
        assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset(&code)).await.status, 422, "single-use");
        assert_eq!(shop.get(&mut ana, "/api/me").await.status, 401, "sessions ended");
        assert_eq!(log_in(&shop, &mut ana, "otra muy distinta").await, 200);
        assert!(shop.mails.try_recv().is_err(), "the unknown address got none");
    }

    async fn the_code_comes_in_the_language_of_who_asked(database) {
        let mut shop = TestShop::new(database).await;
        let mut english = shop.customer(EMAIL).await.with_cookie("belgrano_idioma", "en");
        let asked = shop.post(&mut english, "/api/password/forgot", json!({ "email": EMAIL })).await;
        assert!(asked.body["mensaje"].as_str().is_some_and(|said| said.starts_with("If there is an account")));
        let mail = shop.mails.recv().await.expect("a mail");
        assert_eq!(mail.subject, "Your Belgrano Ahorro code");
        assert!(mail.text.contains("use this code: ") && mail.text.contains("expires in 30 minutes"), "{}", mail.text);
    }

    async fn a_code_ends_after_its_attempts_and_its_time(database) {
        let mut shop = TestShop::new(database).await;
        shop.customer(EMAIL).await;
        let mut nobody = Browser::default();
        for waits_ms in [0, 31 * 60_000] {
            shop.post(&mut nobody, "/api/password/forgot", json!({ "email": EMAIL })).await;
            let mail = shop.mails.recv().await.expect("a mail");
            let code = mail.text.split(": ").nth(1).and_then(|rest| rest.lines().next()).expect("a code").to_owned();
            let reset = |code: &str| json!({ "email": EMAIL, "codigo": code, "password": "otra muy distinta" });
            for _ in 0..if waits_ms == 0 { 5 } else { 0 } {
                assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset("00000-00000")).await.status, 422);
            }
            shop.clock.advance_ms(waits_ms);
            assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset(&code)).await.status, 422);
        }
    }

    async fn guessing_is_slowed_down(database) {
        let shop = TestShop::with(database, &[("LOGIN_TRIES", "3")]).await;
        let mut who = shop.customer(EMAIL).await;
        for _ in 0..3 {
            assert_eq!(log_in(&shop, &mut who, "incorrecto").await, 401);
        }
        let refused = shop.post(&mut who, "/api/login", json!({ "email": EMAIL, "password": PASSWORD })).await;
        assert_eq!(refused.status, 429);
        assert!(refused.headers.contains_key("retry-after"));
        let other = json!({ "email": ADMIN.0, "password": ADMIN.1 });
        assert_eq!(shop.post(&mut who, "/api/login", other).await.status, 200, "another account is not locked");
    }

    async fn an_account_has_so_many_sessions_and_old_ones_go(database) {
        let shop = TestShop::with(database, &[("MAX_SESSIONS", "2")]).await;
        let mut first = shop.customer(EMAIL).await;
        for _ in 0..2 {
            shop.clock.advance_ms(60_000);
            assert_eq!(log_in(&shop, &mut Browser::default(), PASSWORD).await, 200);
        }
        assert_eq!(shop.get(&mut first, "/api/me").await.status, 401, "the oldest made room");
        shop.clock.advance_ms(15 * 24 * 3_600_000);
        let prune = crate::housekeeping::Prune { carts_kept_ms: 0, answers_kept_ms: 0, log_kept_ms: i64::MAX, session_lifetime: std::time::Duration::MAX, code_lifetime: std::time::Duration::MAX };
        assert_eq!(shop.app.writer.submit(prune).await.expect("pruned"), 2);
    }

    async fn a_second_start_makes_no_second_administrator(database) {
        TestShop::new(database).await;
        let other = TestShop::with(database, &[("ADMIN_EMAIL", "otro@example.com"), ("ADMIN_PASSWORD", "")]).await;
        let mut who = Browser::default();
        let body = json!({ "email": "otro@example.com", "password": ADMIN.1 });
        assert_eq!(other.post(&mut who, "/api/login", body).await.status, 401);
        let mut admin = other.admin().await;
        assert_eq!(other.get(&mut admin, "/api/me").await.body["rol"], "admin");
    }

    async fn log_ins_of_one_moment_all_come_in(database) {
        TestShop::new(database).await.customer(EMAIL).await;
        // What was hashed before is outdated here: the first log-in that gets there replaces it.
        let dearer = TestShop::seeded(database, 8, &[("ARGON2_MEMORY_KIB", "128")]).await;
        let log_ins = (0..6).map(|_| async { log_in(&dearer, &mut Browser::default(), PASSWORD).await });
        assert_eq!(join_all(log_ins).await, [200; 6]);
    }
}
