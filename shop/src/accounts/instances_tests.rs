//! Several instances: what one has ended, another does not go on with.

use std::path::Path;

use axum::http::Method;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::submitted_in_nobodys_name;
use serde_json::{Value, json};

use crate::testing::TestShop;

on_both_engines! {
    async fn who_logged_out_elsewhere_changes_nothing(database) {
        let shop = TestShop::new(database).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        for who in [&mut admin, &mut ana] {
            assert_eq!(other.get(who, "/api/me").await.status, 200);
        }
        for who in [&admin, &ana] {
            assert_eq!(shop.post(&mut who.clone(), "/api/logout", Value::Null).await.status, 204);
        }
        let items = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "direccion": "Av. Cabildo 2040" });
        for (who, method, path, body) in [
            (&admin, Method::PATCH, "/api/productos/1", json!({ "precio": 1 })),
            (&admin, Method::POST, "/api/productos/1/movimientos", json!({ "tipo": "recepcion", "cantidad": 5, "motivo": "x" })),
            (&admin, Method::DELETE, "/api/productos/1/foto", Value::Null),
            (&admin, Method::POST, "/api/outbox/1/descartar", json!({ "motivo": "x" })),
            (&admin, Method::POST, "/api/outbox/reintentar", json!({})),
            (&admin, Method::POST, "/api/avisos/envios/1/reintentar", Value::Null),
            (&ana, Method::POST, "/api/pedidos", items),
            (&ana, Method::PATCH, "/api/me", json!({ "nombre": "Otra" })),
            (&ana, Method::DELETE, "/api/yo/sesiones", Value::Null),
            (&ana, Method::DELETE, "/api/yo/sesiones/1", Value::Null),
        ] {
            let answer = other.send(&mut who.clone(), method, path, Some(body)).await;
            assert_eq!(answer.status, 401, "{path}: {answer:?}");
        }
        let mut session = other.app.db.read().await.expect("a connection");
        assert_eq!(fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM orders").expect("a count"), 0);
        drop(session);
        assert_eq!(other.get(&mut admin.clone(), "/api/me").await.status, 200, "it has not heard of it");
        other.app.session_ends.look(&|end| other.app.heed(end)).await.expect("looked");
        for who in [&admin, &ana] {
            assert_eq!(other.get(&mut who.clone(), "/api/me").await.status, 401);
        }
    }
}

#[test]
fn what_a_handler_changes_it_changes_in_somebodys_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // That a session is in use is noted in nobody's name. An outbox that the operator empties from the
    // command line is nobody's.
    assert_eq!(submitted_in_nobodys_name(&source), ["accounts/principal.rs", "outbox/manage.rs"]);
}
