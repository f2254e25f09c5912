//! Several instances: what one has ended, another does not go on with.

use std::path::Path;

use belgrano_runtime::on_both_engines;
use belgrano_testing::submitted_in_nobodys_name;
use serde_json::{Value, json};

use super::board::{Board, Client};

const DEAF: [(&str, &str); 1] = [("SESSION_POLL", "3600")];

/// An administrator and a driver that log in at `other`, which has them in memory, and are closed by `board`.
async fn closed_elsewhere(board: &Board, other: &Board) -> (Client, Client) {
    let admin = board.admin().await;
    let eva = json!({ "nombre": "Eva", "email": "eva@x.example", "password": "jacaranda lila", "rol": "admin" });
    let (status, eva) = board.post(&admin, "/api/usuarios", eva).await;
    assert_eq!(status, 201, "{eva}");
    let (_, beto) = board.driver(&admin, "beto").await;
    let (number, other_number) = ("1", "2");
    for number in [number, other_number] {
        board.order(number).await;
    }
    board.assign(&admin, "2", beto).await;
    let eva_there = other.log_in("eva@x.example", "jacaranda lila").await.expect("logs in");
    let beto_there = other.log_in("beto@flota.example", "reparto1234").await.expect("logs in");
    for who in [&eva_there, &beto_there] {
        assert_eq!(other.get(who, "/api/me").await.0, 200);
    }
    for path in [format!("/api/usuarios/{}", eva["id"]), format!("/api/repartidores/{beto}")] {
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "activo": false })).await.0, 200);
    }
    (eva_there, beto_there)
}

on_both_engines! {
    async fn who_was_closed_elsewhere_changes_nothing(database) {
        let board = Board::start(database).await;
        let other = Board::seeded(database, 8, &DEAF).await;
        let (eva, beto) = closed_elsewhere(&board, &other).await;
        assert_eq!(other.get(&eva, "/api/me").await.0, 200, "it has not heard of it: the transaction says no");
        let before = board.count("SELECT seq FROM counters").await;
        let new = |email: &str| json!({ "nombre": "Mal", "email": email, "password": "jacaranda lila", "rol": "admin",
            "telefono": "" });
        for (method, path, body) in [
            ("POST", "/api/usuarios", new("mal@x.example")),
            ("PATCH", "/api/usuarios/1", json!({ "password": "jacaranda lila" })),
            ("POST", "/api/repartidores", new("mal2@x.example")),
            ("PATCH", "/api/repartidores/3", json!({ "activo": true })),
            ("POST", "/api/tickets/1/estado", json!({ "estado": "cancelado", "motivo": "x" })),
            ("POST", "/api/tickets/1/asignar", json!({ "auto": true })),
            ("POST", "/api/tickets/2/desasignar", Value::Null),
            ("POST", "/api/tickets/2/deshacer", Value::Null),
            ("PATCH", "/api/tickets/1", json!({ "prioridad": "urgente" })),
            ("POST", "/api/tickets/lote", json!({ "numeros": ["1"], "accion": "cancelar", "motivo": "x" })),
            ("POST", "/api/avisos/envios/1/reintentar", Value::Null),
            ("DELETE", "/api/yo/sesiones", Value::Null),
            ("DELETE", "/api/yo/sesiones/1", Value::Null),
            ("PUT", "/api/yo/clave", json!({ "password_actual": "jacaranda lila", "password_nueva": "otra muy distinta" })),
        ] {
            let (status, answer) = other.call(&eva, method, path, body).await;
            assert_eq!(status, 401, "{method} {path}: {answer}");
        }
        for (path, body) in [
            ("/api/tickets/2/estado", json!({ "estado": "aceptado" })),
            ("/api/repartidores/yo/turno", json!({ "activo": true })),
            ("/api/repartidores/yo/posicion", json!({ "lat": -34.56, "lng": -58.45 })),
        ] {
            let (status, answer) = other.post(&beto, path, body).await;
            assert_eq!(status, 401, "{path}: {answer}");
        }
        assert_eq!(board.count("SELECT seq FROM counters").await, before);
        assert_eq!(board.count("SELECT COUNT(*) FROM users WHERE active").await, 1);
    }

    async fn an_instance_hears_of_sessions_that_another_ended(database) {
        let board = Board::start(database).await;
        let other = Board::seeded(database, 8, &DEAF).await;
        let (eva, beto) = closed_elsewhere(&board, &other).await;
        other.app.session_ends.look(&|end| other.app.heed(end)).await.expect("looked");
        for who in [&eva, &beto] {
            assert_eq!(other.get(who, "/api/me").await.0, 401);
        }
        let (here, there) = (board.admin().await, other.admin().await);
        assert_eq!((other.get(&here, "/api/me").await.0, board.post(&here, "/api/logout", Value::Null).await.0), (200, 204));
        other.app.session_ends.look(&|end| other.app.heed(end)).await.expect("looked");
        assert_eq!(other.get(&here, "/api/me").await.0, 401);
        assert_eq!(other.get(&there, "/api/me").await.0, 200, "another session of the account goes on");
    }
}

#[test]
fn what_a_handler_changes_it_changes_in_somebodys_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Ending one's own session harms nobody, and beginning one proves who it is.
    assert_eq!(submitted_in_nobodys_name(&source), ["sessions/log_in.rs"]);
}
