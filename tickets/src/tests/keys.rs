//! Keys of clients with names and scopes, at every door of the board that a key opens.

use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use super::board::{Board, NOBODY, order};
use super::intake::signed_for;

const TICKETS: &str = "llave-de-la-tienda-1";
const CHANGES: &str = "llave-de-la-copia-12";
const STATES: &str = "llave-del-tablero-12";
const ALL: &str = "llave-de-la-oficina1";
const KEYS: (&str, &str) = (
    "API_KEY",
    "tienda:tickets:llave-de-la-tienda-1,copia:cambios:llave-de-la-copia-12,tablero:estados:llave-del-tablero-12,\
     oficina:completa:llave-de-la-oficina1",
);
/// Method, address, scope, and the answer to who is let in with nothing to say.
const DOORS: [(&str, &str, &str, u16); 7] = [
    ("POST", "/api/tickets", "tickets", 422),
    ("POST", "/api/tickets/recibir", "tickets", 422),
    ("POST", "/api/tickets/BA-9/cancelar", "tickets", 404),
    ("POST", "/api/tickets/BA-9/olvidar", "tickets", 200),
    ("POST", "/api/tickets/estados", "cambios", 422),
    ("POST", "/api/ws/token", "cambios", 200),
    ("GET", "/api/cambios?limite=0", "cambios", 422),
];

async fn ask(board: &Board, method: &str, path: &str, key: &str) -> (u16, Value) {
    let body = if method == "GET" { Value::Null } else { json!({}) };
    board.call_with(&NOBODY, method, path, &[("x-api-key", key)], body).await
}

on_both_engines! {
    async fn a_key_opens_the_doors_of_its_scope(database) {
        let board = Board::start_with(database, &[KEYS]).await;
        for (method, path, scope, let_in) in DOORS {
            for (key, opens) in [(TICKETS, "tickets"), (CHANGES, "cambios"), (STATES, "estados"), (ALL, scope)] {
                let (status, answer) = ask(&board, method, path, key).await;
                if opens == scope {
                    assert_eq!(status, let_in, "{path} with {opens}: {answer}");
                } else {
                    assert_eq!((status, &answer["alcance"]), (403, &json!(scope)), "{path} with {opens}: {answer}");
                }
            }
            assert_eq!(ask(&board, method, path, "llave-de-nadie-0123").await.0, 401, "{path}");
        }
    }

    async fn a_signature_decides_whatever_key_comes_with_it(database) {
        let board = Board::start_with(database, &[KEYS]).await;
        let send = async |path: &str, id: &str, body: &str, key: &'static str| {
            let mut request = signed_for(path, id, body);
            request.headers_mut().insert("x-api-key", axum::http::HeaderValue::from_static(key));
            board.send(request).await.0
        };
        let body = order("BA-1").to_string();
        assert_eq!(send("/api/tickets", "m1", &body, CHANGES).await, 201, "a key for something else takes nothing away");
        assert_eq!(send("/api/tickets", "m1", &body, "llave-de-nadie-0123").await, 200);
        // Good once, although the key would be good again.
        assert_eq!(send("/api/ws/token", "ws_1", "{}", ALL).await, 200);
        assert_eq!(send("/api/ws/token", "ws_1", "{}", ALL).await, 401);
        // A signature that was made for something else is none: then the key decides, as for whoever has another secret.
        assert_eq!(send("/api/ws/token", "m1", "{}", ALL).await, 200);
        assert_eq!(send("/api/ws/token", "m1", "{}", TICKETS).await, 403);
    }

    async fn a_key_is_rotated_without_a_gap(database) {
        const OLD: &str = "llave-de-la-tienda-1";
        const NEW: &str = "llave-de-la-tienda-2";
        let steps: [(&str, [u16; 2]); 4] = [
            ("tienda:tickets:llave-de-la-tienda-1", [422, 401]),
            ("tienda:tickets:llave-de-la-tienda-1,tienda-2:tickets:llave-de-la-tienda-2", [422, 422]),
            ("tienda-2:tickets:llave-de-la-tienda-2,tienda:tickets:llave-de-la-tienda-1", [422, 422]),
            ("tienda-2:tickets:llave-de-la-tienda-2", [401, 422]),
        ];
        for (seed, (keys, expected)) in (20..).zip(steps) {
            let board = Board::seeded(database, seed, &[("API_KEY", keys)]).await;
            let answers = [ask(&board, "POST", "/api/tickets", OLD).await.0, ask(&board, "POST", "/api/tickets", NEW).await.0];
            assert_eq!(answers, expected, "{keys}");
        }
    }

    async fn whose_key_opens_something_else_is_told_by_name(database) {
        let board = Board::start_with(database, &[KEYS]).await;
        let admin = board.admin().await;
        assert_eq!(ask(&board, "POST", "/api/ws/token", TICKETS).await.0, 403);
        board.await_count("SELECT COUNT(*) FROM security_log WHERE kind = 'rechazo'", 1).await;
        let all = board.get(&admin, "/api/seguridad/registro?limit=200").await.1;
        let told = all["entradas"].as_array().expect("a list").iter().find(|entry| entry["tipo"] == "rechazo");
        let expected = json!({ "cliente": "tienda", "metodo": "POST", "ruta": "/api/ws/token" });
        assert_eq!(told.map(|entry| &entry["datos"]), Some(&expected), "{all}");
        assert!(!all.to_string().contains(TICKETS) && !all.to_string().contains("llave-rechazada"), "{all}");
    }
}
