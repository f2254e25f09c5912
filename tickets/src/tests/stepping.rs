//! Drivers and admins moving tickets.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::START;
use belgrano_testing::pictures::{self, data_url};
use belgrano_wire::OrderNumber;
use belgrano_wire::pin;
use serde_json::{Value, json};

use super::board::{Board, NOBODY, order};
use crate::housekeeping::Prune;

const PRUNE: Prune = Prune { session_lifetime: std::time::Duration::from_hours(24), log_kept_ms: i64::MAX };

on_both_engines! {
    async fn a_delivery_from_offer_to_proof(database) {
        let board = Board::start_with(database, &[("PROOF", "pin,foto")]).await;
        let admin = board.admin().await;
        let ((driver, id), (other, _)) = (board.driver(&admin, "beto").await, board.driver(&admin, "caro").await);
        board.order("BA-1").await;
        let (status, offered) = board.assign(&admin, "BA-1", id).await;
        assert_eq!((status, &offered["repartidor_nombre"], &offered["version"]), (200, &json!("beto"), &json!(2)));
        assert_eq!(board.step(&other, "BA-1", json!({ "estado": "aceptado" })).await.0, 404, "not hers");
        let (status, problem) = board.step(&driver, "BA-1", json!({ "estado": "entregado" })).await;
        assert_eq!((status, &problem["legales"]), (409, &json!(["aceptado", "pendiente"])));
        assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "aceptado" })).await.0, 200);
        let again = board.step(&driver, "BA-1", json!({ "estado": "aceptado" })).await;
        assert_eq!((again.0, &again.1["version"]), (200, &json!(3)), "his answer got lost");
        board.clock.advance_ms(60_000);
        let occurred = START.plus_ms(30_000).to_rfc3339();
        let started = board.step(&driver, "BA-1", json!({ "estado": "en_camino", "ocurrido": occurred })).await;
        assert_eq!(started.0, 200);

        let number = OrderNumber::parse("BA-1").expect("a number");
        let right = pin::of(&board.app.secrets, &number);
        let wrong = if right == "0000" { "0001" } else { "0000" };
        let photo = &data_url(&pictures::jpeg(8, 8, 1));
        let deliver = async |body: Value| board.step(&driver, "BA-1", body).await;
        assert_eq!(deliver(json!({ "estado": "entregado" })).await.1["errors"][0]["field"], "pin");
        let (status, problem) = deliver(json!({ "estado": "entregado", "pin": right })).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("foto")));
        let (status, problem) = deliver(json!({ "estado": "entregado", "pin": wrong, "foto": photo })).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("pin")));
        let text = deliver(json!({ "estado": "entregado", "pin": right, "foto": "data:image/png;base64,aG9sYQ==" })).await;
        assert_eq!(text.0, 422, "text is no photo");
        let (status, delivered) = deliver(json!({ "estado": "entregado", "pin": right, "foto": photo })).await;
        assert_eq!((status, &delivered["estado"]), (200, &json!("entregado")), "{delivered}");
        assert_eq!(board.count("SELECT COUNT(*) FROM proofs").await, 1);

        let (_, history) = board.get(&driver, "/api/tickets/BA-1/eventos").await;
        let actions: Vec<_> = history["eventos"].as_array().expect("a list").iter().map(|event| &event["accion"]).collect();
        assert_eq!(actions, ["recibido", "asignado", "aceptado", "en camino", "entregado"]);
        assert_eq!(history["eventos"][3]["ocurrido"], occurred);
        assert_eq!(history["eventos"][3]["actor"], "beto");
        assert_eq!(board.get(&other, "/api/tickets/BA-1/eventos").await.0, 404);
        let (_, report) = board.get(&admin, "/api/reportes/resumen").await;
        assert_eq!((&report["total"], &report["por_estado"]["entregado"]), (&json!(1), &json!(1)));
        assert_eq!(report["demora"]["promedio_s"], 60);
        assert_eq!(report["por_dia"][0]["entregados"], 1);
    }

    async fn a_proof_goes_with_the_delivery_it_was_given_with(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let ((driver, id), (other, other_id)) = (board.driver(&admin, "beto").await, board.driver(&admin, "caro").await);
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        let photo = &data_url(&pictures::jpeg(8, 8, 1));
        for step in [
            json!({ "estado": "aceptado" }),
            json!({ "estado": "en-camino" }),
            json!({ "estado": "entregado", "foto": photo }),
        ] {
            assert_eq!(board.step(&driver, "BA-1", step).await.0, 200);
        }
        assert_eq!(board.count("SELECT COUNT(*) FROM proofs").await, 1);
        let (status, undone) = board.post(&admin, "/api/tickets/BA-1/deshacer", Value::Null).await;
        assert_eq!((status, &undone["estado"]), (200, &json!("en-camino")));
        assert_eq!(board.count("SELECT COUNT(*) FROM proofs").await, 0);

        board.step(&driver, "BA-1", json!({ "estado": "fallido", "motivo": "no había nadie" })).await;
        board.assign(&admin, "BA-1", other_id).await;
        for state in ["aceptado", "en-camino", "entregado"] {
            assert_eq!(board.get(&other, "/api/tickets/BA-1/pruebas/foto").await.0, 404, "somebody else's, and taken back");
            assert_eq!(board.step(&other, "BA-1", json!({ "estado": state })).await.0, 200, "{state}");
        }
        assert_eq!(board.get(&admin, "/api/tickets/BA-1/pruebas/foto").await.0, 404, "delivered without one");
    }

    async fn a_key_is_remembered_also_where_nothing_changed(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        board.step(&driver, "BA-1", json!({ "estado": "aceptado" })).await;
        let keyed = async |state: &str| {
            let body = json!({ "estado": state });
            board.call_with(&driver, "POST", "/api/tickets/BA-1/estado", &[("idempotency-key", "k1")], body).await.0
        };
        assert_eq!(keyed("aceptado").await, 200, "he had accepted it before");
        assert_eq!(keyed("en-camino").await, 422, "another request under the key");
    }

    async fn the_null_character_reaches_no_batch(database) {
        const FIND: &str = "SELECT id FROM users WHERE email = $1";
        let board = Board::start(database).await;
        let admin = board.admin().await;
        assert_eq!(board.log_in("a\0@b", "una clave").await.err(), Some(422));
        assert_eq!(board.get(&admin, "/api/tickets?q=%00").await.1["errors"][0]["field"], "q");
        assert_eq!(board.get(&admin, "/api/tickets/BA%00/eventos").await.0, 404);
        let mut with_nul = order("BA-1");
        with_nul["cliente_nombre"] = json!("Ana\0Díaz");
        assert_eq!(board.intake(&with_nul).await.0, 422);
        board.order("BA-1").await;
        let cancel = json!({ "motivo": "no\0va" });
        assert_eq!(board.step(&admin, "BA-1", json!({ "estado": "cancelado", "motivo": "no\0va" })).await.0, 422);
        let key = [("x-api-key", "clave")];
        assert_eq!(board.call_with(&NOBODY, "POST", "/api/tickets/BA-1/cancelar", &key, cancel).await.0, 422);
        let mut session = board.app.db.read().await.expect("a connection");
        let problem = fetch_scalar!(optional, session, i64, FIND, "a\0@b").map_err(Problem::from);
        assert!(matches!(&problem, Ok(None)) || problem.is_err_and(|problem| problem.status() == 400), "the net");
    }

    async fn what_cannot_be_seen_is_refused_by_the_name_of_its_field(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (_, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        let (user, driver) = (format!("/api/usuarios/{id}"), format!("/api/repartidores/{id}"));
        let base = json!({ "email": "x@example.com", "password": "reparto1234", "nombre": "Caro", "rol": "admin",
            "estado": "cancelado", "accion": "cancelar", "numeros": ["BA-1"] });
        for text in ["a\0b", "a\u{1b}[31m", "a\u{85}b"] {
            for (method, path, field) in [
                ("POST", "/api/usuarios", "nombre"), ("PATCH", &user, "nombre"),
                ("POST", "/api/repartidores", "nombre"), ("POST", "/api/repartidores", "telefono"),
                ("POST", "/api/repartidores", "barrio"), ("PATCH", &driver, "telefono"), ("PATCH", &driver, "barrio"),
                ("POST", "/api/tickets/BA-1/estado", "motivo"), ("POST", "/api/tickets/lote", "motivo"),
                ("PATCH", "/api/tickets/BA-1", "indicaciones"),
            ] {
                let mut body = base.clone();
                body[field] = json!(text);
                let (status, problem) = board.call(&admin, method, path, body).await;
                assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{method} {path}: {problem}");
            }
        }
        assert_eq!(board.count("SELECT COUNT(*) FROM events").await, 1, "none of it changed anything");
    }

    async fn what_went_back_to_the_shop_stays_there(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        // A name is anybody's to choose.
        let (driver, id) = board.driver(&admin, "tienda").await;
        for number in ["BA-1", "BA-2"] {
            board.order(number).await;
        }
        let undo = async |number: &str| {
            board.post(&admin, &format!("/api/tickets/{number}/deshacer"), Value::Null).await.0
        };
        board.step(&admin, "BA-1", json!({ "estado": "cancelado", "motivo": "no hay" })).await;
        assert_eq!(undo("BA-1").await, 409, "its goods are sold again");
        board.assign(&admin, "BA-2", id).await;
        board.step(&driver, "BA-2", json!({ "estado": "aceptado" })).await;
        assert_eq!(undo("BA-2").await, 200, "not the shop, a driver who is called like it");
        for (state, reason) in [("aceptado", None), ("en-camino", None), ("fallido", Some("nadie"))] {
            let (status, _) = board.step(&driver, "BA-2", json!({ "estado": state, "motivo": reason })).await;
            assert_eq!(status, 200, "{state}");
        }
        assert_eq!(board.step(&driver, "BA-2", json!({ "estado": "devuelto", "motivo": "nadie" })).await.0, 200);
        assert_eq!(undo("BA-2").await, 409);
    }

    async fn a_pin_cannot_be_guessed(database) {
        let board = Board::start_with(database, &[("PROOF", "pin")]).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        for state in ["aceptado", "en-camino"] {
            board.step(&driver, "BA-1", json!({ "estado": state })).await;
        }
        let number = OrderNumber::parse("BA-1").expect("a number");
        let right = pin::of(&board.app.secrets, &number);
        let wrong = if right == "0000" { "0001" } else { "0000" };
        for _ in 0..5 {
            assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "entregado", "pin": wrong })).await.0, 422);
        }
        assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "entregado", "pin": right })).await.0, 429);
        let other = Board::start_with(database, &[("PROOF", "pin")]).await;
        let refused = other.step(&driver, "BA-1", json!({ "estado": "entregado", "pin": right })).await;
        assert_eq!(refused.0, 429, "neither a restart nor a second instance gives more tries");
        board.clock.advance_ms(15 * 60 * 1000 - 1);
        assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "entregado", "pin": right })).await.0, 429);
        board.clock.advance_ms(1);
        assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "entregado", "pin": right })).await.0, 200);
        board.clock.advance_ms(15 * 60 * 1000);
        board.app.writer.submit(PRUNE).await.expect("pruned");
        assert_eq!(board.count("SELECT COUNT(*) FROM pin_tries").await, 0);
    }

    async fn an_answered_delivery_is_no_try_at_the_pin(database) {
        let board = Board::start_with(database, &[("PROOF", "pin")]).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        for state in ["aceptado", "en-camino"] {
            board.step(&driver, "BA-1", json!({ "estado": state })).await;
        }
        let number = OrderNumber::parse("BA-1").expect("a number");
        let right = pin::of(&board.app.secrets, &number);
        let wrong = if right == "0000" { "0001" } else { "0000" };
        let keyed = async |key: &str, pin: &str| {
            let body = json!({ "estado": "entregado", "pin": pin });
            board.call_with(&driver, "POST", "/api/tickets/BA-1/estado", &[("idempotency-key", key)], body).await
        };
        for _ in 0..4 {
            assert_eq!(keyed("wrong", wrong).await.0, 422, "a refusal is not kept, and each is counted");
        }
        let first = keyed("right", &right).await;
        assert_eq!(first.0, 200, "{}", first.1);
        for _ in 0..6 {
            assert_eq!(keyed("right", &right).await, first, "the same key gives the same answer");
        }
        for _ in 0..6 {
            assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "entregado", "pin": wrong })).await.0, 200, "done");
        }
    }

    async fn a_pin_tells_nothing_of_a_ticket_of_somebody_else(database) {
        let board = Board::start_with(database, &[("PROOF", "pin")]).await;
        let admin = board.admin().await;
        let ((driver, id), (other, _)) = (board.driver(&admin, "beto").await, board.driver(&admin, "caro").await);
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        let deliver = json!({ "estado": "entregado", "pin": "0000" });
        for _ in 0..7 {
            assert_eq!(board.step(&other, "BA-1", deliver.clone()).await.0, 404, "not hers");
            assert_eq!(board.step(&driver, "BA-1", deliver.clone()).await.0, 409, "not on its way");
        }
        assert_eq!(board.count("SELECT COUNT(*) FROM pin_tries").await, 0);
    }

    async fn versions_keys_and_undo(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        let patch = async |version: &str, priority: &str| {
            let body = json!({ "prioridad": priority });
            board.call_with(&admin, "PATCH", "/api/tickets/BA-1", &[("if-match", version)], body).await.0
        };
        assert_eq!((patch("\"1\"", "urgente").await, patch("\"1\"", "baja").await), (200, 412));
        assert_eq!(patch("\"x\"", "baja").await, 422);
        assert_eq!(patch("2", "urgente").await, 200, "nothing changes");
        board.assign(&admin, "BA-1", id).await;
        board.step(&driver, "BA-1", json!({ "estado": "aceptado" })).await;

        let keyed = async |key: &str, body: Value| {
            board.call_with(&driver, "POST", "/api/tickets/BA-1/estado", &[("idempotency-key", key)], body).await
        };
        let rejected = keyed("k1", json!({ "estado": "pendiente" })).await;
        assert_eq!((rejected.0, &rejected.1["repartidor_id"]), (200, &Value::Null));
        assert_eq!(keyed("k1", json!({ "estado": "pendiente" })).await, rejected, "not his any more, but his key");
        assert_eq!(keyed("k1", json!({ "estado": "aceptado" })).await.0, 422, "another request under the key");
        let again = board.step(&driver, "BA-1", json!({ "estado": "pendiente" })).await;
        assert_eq!((again.0, &again.1["version"]), (200, &rejected.1["version"]), "nor without a key");

        let undo = async || board.post(&admin, "/api/tickets/BA-1/deshacer", Value::Null).await;
        let (status, undone) = undo().await;
        assert_eq!((status, &undone["estado"], &undone["repartidor_id"]), (200, &json!("aceptado"), &json!(id)));
        assert_eq!(undo().await.0, 409, "not twice");
        assert_eq!(board.post(&driver, "/api/tickets/BA-1/deshacer", Value::Null).await.0, 403);
        let failed = board.step(&driver, "BA-1", json!({ "estado": "en-camino" })).await;
        assert_eq!(failed.0, 200);
        assert_eq!(board.step(&driver, "BA-1", json!({ "estado": "fallido" })).await.1["errors"][0]["field"], "motivo");
        board.clock.advance_ms(10 * 60 * 1000 + 1);
        assert_eq!(undo().await.0, 409, "too late");
        assert_eq!(board.count("SELECT COUNT(*) FROM events").await, board.count("SELECT version FROM tickets").await);
    }

    async fn nothing_is_given_back_to_a_driver_who_left(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        for state in ["aceptado", "pendiente"] {
            assert_eq!(board.step(&driver, "BA-1", json!({ "estado": state })).await.0, 200);
        }
        let active = async |active: bool| {
            let (path, body) = (format!("/api/repartidores/{id}"), json!({ "activo": active }));
            assert_eq!(board.call(&admin, "PATCH", &path, body).await.0, 200);
        };
        let undo = async || board.post(&admin, "/api/tickets/BA-1/deshacer", Value::Null).await;
        active(false).await;
        let (status, refused) = undo().await;
        assert_eq!((status, &refused["type"]), (409, &json!("urn:belgrano:problema:no-se-puede-deshacer")));
        active(true).await;
        let (status, undone) = undo().await;
        assert_eq!((status, &undone["repartidor_id"]), (200, &json!(id)));
    }

    async fn search_finds_what_is_asked_for(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        for at in 1..=5 {
            assert_eq!(board.order(&format!("BA-{at}")).await.0, 201);
        }
        board.assign(&admin, "BA-3", id).await;
        let numbers = async |client, query: &str| {
            let (status, page) = board.get(client, &format!("/api/tickets?{query}")).await;
            assert_eq!(status, 200, "{page}");
            let tickets = page["tickets"].as_array().expect("a list");
            let numbers: Vec<_> = tickets.iter().map(|ticket| ticket["numero"].as_str().expect("text").to_owned()).collect();
            (numbers, page["cursor"].as_str().map(str::to_owned))
        };
        assert_eq!(numbers(&admin, "estado=asignado,entregado").await.0, ["BA-3"]);
        assert_eq!(numbers(&driver, "").await.0, ["BA-3"], "a driver sees his own");
        assert_eq!(numbers(&admin, "q=ana&barrio=belgrano&prioridad=normal&repartidor=2").await.0, ["BA-3"]);
        assert_eq!(numbers(&admin, "q=%25").await.0, Vec::<String>::new());
        assert_eq!(numbers(&admin, "desde=2026-11-22").await.0, Vec::<String>::new());
        assert_eq!(numbers(&admin, "desde=2026-11-21&hasta=2026-11-21").await.0.len(), 5);
        let (first, cursor) = numbers(&admin, "limit=2").await;
        assert_eq!(first, ["BA-5", "BA-4"]);
        board.order("BA-6").await;
        let (second, _) = numbers(&admin, &format!("limit=2&cursor={}", cursor.expect("more"))).await;
        assert_eq!(second, ["BA-3", "BA-2"], "what came meanwhile moves nothing");
        assert_eq!(board.get(&NOBODY, "/api/tickets").await.0, 401);
        assert_eq!(board.get(&driver, "/api/tickets/BA-1").await.0, 404);
    }
}
