//! What the security log of a board has after each thing that it tells of.

use axum::body::Body;
use axum::http::Request;
use belgrano_runtime::on_both_engines;
use belgrano_testing::FakePushService;
use serde_json::{Value, json};

use super::board::{Board, Client, NOBODY};

/// The entries of a kind, the oldest first, as an administrator reads them.
async fn of_kind(board: &Board, admin: &Client, kind: &str) -> Vec<Value> {
    let (status, page) = board.get(admin, &format!("/api/seguridad/registro?limit=200&tipo={kind}")).await;
    assert_eq!(status, 200, "{page}");
    let mut entries = page["entradas"].as_array().expect("a list").clone();
    entries.reverse();
    entries
}

on_both_engines! {
    async fn accounts_and_who_changed_them_are_told(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let me = board.get(&admin, "/api/me").await.1["id"].clone();
        let (_, beto) = board.driver(&admin, "beto").await;
        let made = of_kind(&board, &admin, "cuenta-nueva").await.pop().expect("an entry");
        assert_eq!((&made["cuenta_id"], &made["sobre_cuenta_id"], &made["datos"]), (&me, &json!(beto), &json!({ "rol": "flota" })));
        let path = format!("/api/usuarios/{beto}");
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "nombre": "Alberto" })).await.0, 200);
        assert_eq!(of_kind(&board, &admin, "cuenta-cambiada").await, [Value::Null; 0], "a name is nothing to tell");
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "rol": "admin", "password": "jacaranda lila" })).await.0, 200);
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "activo": false })).await.0, 200);
        let changed = of_kind(&board, &admin, "cuenta-cambiada").await;
        let told: Vec<_> = changed.iter().map(|entry| (&entry["cuenta_id"], &entry["datos"])).collect();
        let (promoted, closed) = (json!({ "activo": true, "rol": "admin" }), json!({ "activo": false, "rol": "admin" }));
        assert_eq!(told, [(&me, &promoted), (&me, &closed)]);
        let passwords = of_kind(&board, &admin, "clave-cambiada").await;
        assert_eq!((passwords.len(), &passwords[0]["sobre_cuenta_id"]), (1, &json!(beto)));
        assert!(!format!("{changed:?}{passwords:?}").contains("jacaranda"));
    }

    async fn who_comes_in_and_who_is_refused_is_told(database) {
        const FAILED: &str = "SELECT COUNT(*) FROM security_log WHERE kind = 'ingreso-fallido'";
        const REFUSED: &str = "SELECT COUNT(*) FROM security_log WHERE kind = 'rechazo'";
        const KEYS: &str = "SELECT COUNT(*) FROM security_log WHERE kind = 'llave-rechazada'";
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (caro, caro_id) = board.driver(&admin, "caro").await;
        assert_eq!(board.log_in("caro@flota.example", "no es esa").await.err(), Some(401));
        board.await_count(FAILED, 1).await;
        assert_eq!(of_kind(&board, &admin, "ingreso-fallido").await[0]["sobre_cuenta_id"], caro_id);
        assert_eq!(board.get(&caro, "/api/seguridad/registro").await.0, 403);
        assert_eq!(board.get(&NOBODY, "/api/seguridad/registro").await.0, 401);
        board.await_count(REFUSED, 1).await;
        let refused = &of_kind(&board, &admin, "rechazo").await[0];
        assert_eq!((&refused["cuenta_id"], &refused["datos"]["ruta"]), (&json!(caro_id), &json!("/api/seguridad/registro")));
        let wrong = [("x-api-key", "otra llave")];
        assert_eq!(board.call_with(&NOBODY, "POST", "/api/tickets", &wrong, json!({})).await.0, 401);
        board.await_count(KEYS, 1).await;
        assert_eq!(board.post(&caro, "/api/logout", Value::Null).await.0, 204);
        assert_eq!(of_kind(&board, &admin, "salida").await[0]["cuenta_id"], caro_id);
        let all = board.get(&admin, "/api/seguridad/registro?limit=200").await.1.to_string();
        for secret in ["caro@flota.example", "no es esa", "otra llave"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }

    async fn a_table_that_is_taken_out_is_told(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let me = board.get(&admin, "/api/me").await.1["id"].clone();
        for path in ["/tickets.csv", "/reportes/dias.csv"] {
            let request = Request::get(path).header("cookie", admin.cookie()).body(Body::empty());
            assert_eq!(board.answer(request.expect("a request")).await.status(), 200, "{path}");
        }
        board.await_count("SELECT COUNT(*) FROM security_log WHERE kind = 'exportacion'", 2).await;
        let taken = of_kind(&board, &admin, "exportacion").await;
        assert_eq!((&taken[0]["cuenta_id"], &taken[0]["datos"]["ruta"]), (&me, &json!("/tickets.csv")));
    }

    async fn administrators_who_asked_are_told_of_an_attack_once(database) {
        let board = Board::start_with(database, &[("PUSH_LOOPBACK", "true")]).await;
        let admin = board.admin().await;
        let (caro, _) = board.driver(&admin, "caro").await;
        let push = FakePushService::start().await;
        let (of_admin, of_caro) = (push.browser(), push.browser());
        for (who, browser) in [(&admin, &of_admin), (&caro, &of_caro)] {
            assert_eq!(board.post(who, "/api/avisos", browser.subscription()).await.0, 204);
        }
        for _ in 0..80 {
            assert!(board.log_in("caro@flota.example", "no es esa").await.is_err());
        }
        board.await_count("SELECT COUNT(*) FROM security_log WHERE kind = 'alarma'", 1).await;
        let received = push.await_received(1).await;
        let said = of_admin.read(&received[0]);
        assert_eq!((&said["title"], &said["url"]), (&json!("Demasiados intentos fallidos"), &json!("/seguridad")));
        assert_eq!(board.count("SELECT COUNT(*) FROM notices WHERE news = 'seguridad'").await, 1, "administrators, once");
    }
}

#[tokio::test]
async fn its_page_is_for_administrators() {
    let database = belgrano_testing::TestDatabase::sqlite();
    let board = Board::start(&database).await;
    let admin = board.admin().await;
    let (caro, _) = board.driver(&admin, "caro").await;
    let page = async |who: &Client, path: &str| {
        let request = Request::get(path).header("accept", "text/html").header("cookie", who.cookie());
        let response = board.answer(request.body(Body::empty()).expect("a request")).await;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    };
    let (status, shown) = page(&admin, "/seguridad").await;
    assert!(status == 200 && shown.contains("Cuenta nueva") && shown.contains("caro (#"), "{shown}");
    assert!(page(&admin, "/ajustes").await.1.contains("href=\"/seguridad\""), "the settings lead there");
    assert_eq!(page(&caro, "/seguridad").await.0, 403);
}
