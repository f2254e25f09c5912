//! Accounts: who may make and change them, and what that does to whoever is logged in.

use belgrano_runtime::fetch_scalar;
use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use super::house::{Caller, House};

on_both_engines! {
    async fn the_first_administrator_makes_the_others(database) {
        let house = House::start(database).await;
        let admin = house.admin().await;
        let (status, me) = house.get(&admin, "/api/me").await;
        assert_eq!((status, &me["rol"], &me["email"]), (200, &json!("admin"), &json!("admin@belgrano.local")));
        let (merchant, id) = house.account("comerciante", Some(1)).await;
        let (_, me) = house.get(&merchant, "/api/me").await;
        assert_eq!((me["id"].as_i64(), &me["negocio_id"]), (Some(id), &json!(1)));
        let (analyst, _) = house.account("analista", Some(1)).await;
        assert_eq!(house.get(&analyst, "/api/me").await.1["negocio_id"], Value::Null, "an analyst is of no business");
        for other in [&merchant, &analyst] {
            assert_eq!(house.get(other, "/api/usuarios").await.0, 403);
        }
        assert_eq!(house.get(&Caller::Key("fedcba9876543210"), "/api/usuarios").await.0, 401, "accounts are for people");
        let (_, page) = house.get(&admin, "/api/usuarios?limit=2").await;
        assert_eq!(page["usuarios"].as_array().map(Vec::len), Some(2));
        let rest = format!("/api/usuarios?limit=2&cursor={}", page["cursor"].as_str().expect("a cursor"));
        assert_eq!(house.get(&admin, &rest).await.1["usuarios"][0]["rol"], "analista");
        let again = json!({ "nombre": "x", "email": "ANALISTA@example.com", "password": "jacaranda lila", "rol": "admin" });
        assert_eq!(house.call(&admin, "POST", "/api/usuarios", again).await.0, 409);
    }

    async fn another_role_or_business_ends_the_sessions(database) {
        let house = House::start(database).await;
        let admin = house.admin().await;
        let (merchant, id) = house.account("comerciante", Some(1)).await;
        let path = format!("/api/usuarios/{id}");
        let (status, _) = house.call(&admin, "PATCH", &path, json!({ "nombre": "Otro nombre" })).await;
        assert_eq!((status, house.get(&merchant, "/api/me").await.0), (200, 200), "a name changes nothing");
        let changes = [json!({ "negocio_id": 2 }), json!({ "negocio_id": null }), json!({ "rol": "analista" }), json!({ "password": "otra clave larga" })];
        let mut password = "jacaranda lila";
        for change in changes {
            let logged_in = house.log_in("comerciante@example.com", password).await.expect("a session");
            assert_eq!(house.get(&logged_in, "/api/me").await.0, 200);
            let (status, after) = house.call(&admin, "PATCH", &path, change.clone()).await;
            assert_eq!((status, house.get(&logged_in, "/api/me").await.0), (200, 401), "{change} {after}");
            if change["password"].is_string() {
                password = "otra clave larga";
            }
        }
        let unseen = json!({ "rol": "admin", "visto": { "rol": "comerciante" } });
        assert_eq!(house.call(&admin, "PATCH", &path, unseen).await.0, 409, "somebody changed it meanwhile");
        let closed = house.call(&admin, "PATCH", &path, json!({ "activo": false })).await;
        assert_eq!((closed.0, house.log_in("comerciante@example.com", password).await.err()), (200, Some(401)));
    }

    async fn an_administrator_gives_a_merchant_its_business_on_a_page(database) {
        let mut house = House::start(database).await;
        let business = |id: i64, name: &str| json!({ "id": id, "slug": format!("n{id}"), "nombre": name, "activo": true });
        house.came("shop", &[("negocio", "1", business(1, "La Granja")), ("negocio", "2", business(2, "Dulces Sur"))]).await;
        let admin = house.admin().await;
        let (merchant, id) = house.account("comerciante", None).await;
        assert!(house.text(&merchant, "/").await.contains("negocio"), "it is told why it sees nothing");
        let (analyst, _) = house.account("analista", None).await;
        for other in [&merchant, &analyst] {
            assert!(!house.text(other, "/fuentes").await.contains("href=\"/cuentas\""), "not theirs to see");
            assert_eq!(house.page(other, "/cuentas").await.0, 403);
            assert_eq!(house.send_form(other, &format!("/cuentas/{id}"), &[("rol", "admin")]).await.0, 403);
        }
        assert!(house.text(&admin, "/fuentes").await.contains("href=\"/cuentas\""));
        let list = house.text(&admin, "/cuentas").await;
        assert!(list.contains("Un comercio todavía no ve nada") && list.contains("Asignar negocio"), "{list}");
        let page = house.text(&admin, &format!("/cuentas/{id}")).await;
        assert!(page.contains("La Granja") && page.contains("Dulces Sur"), "{page}");
        let fields = [("nombre", "Comercio"), ("rol", "comerciante"), ("negocio_id", "2"), ("activo", "true"), ("password", "")];
        assert_eq!(house.send_form(&admin, &format!("/cuentas/{id}"), &fields).await.0, 303);
        let list = house.text(&admin, "/cuentas").await;
        assert!(list.contains("Dulces Sur") && !list.contains("Asignar negocio"), "{list}");
        // What the page showed goes along.
        let fields = [("nombre", "Comercio"), ("negocio_id", ""), ("visto", r#"{"nombre":"Comercio","negocio_id":"2"}"#)];
        assert_eq!(house.send_form(&admin, &format!("/cuentas/{id}"), &fields).await.0, 303);
        assert!(house.text(&admin, "/cuentas").await.contains("Asignar negocio"), "and takes it away");
        let fields = [("nombre", ""), ("email", "x"), ("password", "corta"), ("rol", "analista"), ("negocio_id", "")];
        assert_eq!(house.send_form(&admin, "/cuentas", &fields).await.0, 422);
        let fields = [("nombre", "Eva"), ("email", "eva@example.com"), ("password", "caballo-verde-7"), ("rol", "comerciante"), ("negocio_id", "1")];
        assert_eq!(house.send_form(&admin, "/cuentas", &fields).await.0, 303);
        let eva = house.log_in("eva@example.com", "caballo-verde-7").await.expect("the new account");
        assert_eq!(house.get(&eva, "/api/me").await.1["negocio_id"], 1);
    }

    async fn somebody_can_always_administer(database) {
        let house = House::start(database).await;
        let admin = house.admin().await;
        let id = house.get(&admin, "/api/me").await.1["id"].as_i64().expect("an id");
        for change in [json!({ "activo": false }), json!({ "rol": "analista" })] {
            let (status, refusal) = house.call(&admin, "PATCH", &format!("/api/usuarios/{id}"), change).await;
            assert_eq!((status, &refusal["type"]), (409, &json!("urn:belgrano:problema:ultimo-admin")));
        }
        assert_eq!(house.call(&admin, "PATCH", "/api/usuarios/99", json!({})).await.0, 404);
        let wrong = json!({ "nombre": " ", "email": "x", "password": "jacaranda lila", "rol": "comerciante", "negocio_id": 1 });
        let (status, refusal) = house.call(&admin, "POST", "/api/usuarios", wrong).await;
        let fields: Vec<_> = refusal["errors"].as_array().expect("errors").iter().map(|one| one["field"].clone()).collect();
        assert_eq!((status, fields), (422, vec![json!("nombre"), json!("email")]));
    }

    async fn a_log_out_ends_the_session_and_tries_are_counted(database) {
        let house = House::start_with(database, &[("LOGIN_TRIES", "3")]).await;
        let admin = house.admin().await;
        assert_eq!(house.call(&admin, "POST", "/api/logout", Value::Null).await.0, 204);
        assert_eq!(house.get(&admin, "/api/me").await.0, 401);
        let wrong = async || house.log_in("admin@belgrano.local", "no es esta").await.err();
        assert_eq!((wrong().await, wrong().await, wrong().await), (Some(401), Some(401), Some(429)));
        house.clock.advance_ms(15 * 60 * 1000);
        let _ = house.admin().await;
    }

    async fn what_has_expired_is_forgotten(database) {
        let house = House::start(database).await;
        let admin = house.admin().await;
        let lifetime = house.app.settings.common.gate.session_lifetime;
        let prune = || crate::housekeeping::Prune { session_lifetime: lifetime, log_kept_ms: i64::MAX };
        assert_eq!(house.app.writer.submit(prune()).await.expect("a commit"), 0);
        house.clock.advance_ms(i64::try_from(lifetime.as_millis()).expect("a time"));
        assert_eq!(house.get(&admin, "/api/me").await.0, 401);
        assert_eq!(house.app.writer.submit(prune()).await.expect("a commit"), 1);
        let mut session = house.app.db.read().await.expect("a connection");
        assert_eq!(fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM sessions").expect("a count"), 0);
    }
}
