//! Orders coming in.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{START, TestDatabase};
use belgrano_wire::OrderNumber;
use belgrano_wire::signature::{SigningSecrets, cancel_id};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::board::{Board, NOBODY, SECRET, order};
use crate::housekeeping::round;

fn signed(body: &str) -> Request<Body> {
    signed_for("/api/tickets", "m1", body)
}

pub(super) fn signed_for(path: &str, id: &str, body: &str) -> Request<Body> {
    let signed = SigningSecrets::parse(SECRET).expect("a secret").sign(id, START, body.as_bytes());
    let request = Request::post(path).header("webhook-id", id);
    let request = request.header("webhook-timestamp", signed.timestamp).header("webhook-signature", signed.signature);
    request.body(Body::from(body.to_owned())).expect("a request")
}

on_both_engines! {
    async fn the_same_order_a_thousand_times_is_one_ticket(database) {
        let board = Board::start(database).await;
        let same = order("BA-1");
        let answers = join_all((0..1000).map(|_| board.intake(&same))).await;
        let count = |status| answers.iter().filter(|answer| answer.0 == status).count();
        assert_eq!((count(201), count(200)), (1, 999));
        assert!(answers.iter().all(|(status, body)| body["idempotent"] == json!(true) || *status == 201));
        assert_eq!(board.count("SELECT COUNT(*) FROM tickets").await, 1);
        assert_eq!(board.count("SELECT COUNT(*) FROM events").await, 1);
        assert_eq!(board.get(&NOBODY, "/health").await.1["total_tickets"], 1);
    }

    async fn what_is_refused_and_why(database) {
        let board = Board::start(database).await;
        assert_eq!(board.order("BA-1").await.0, 201);
        let mut other = order("BA-1");
        other["total"] = json!(1.0);
        assert_eq!(board.intake(&other).await.0, 409);
        assert_eq!(board.intake(&json!({ "numero": "BA-2" })).await.1["errors"][0]["field"], "cliente_nombre");
        let key = |key| [("x-api-key", key)];
        let (path, nothing) = ("/api/tickets/recibir", json!({}));
        assert_eq!(board.call_with(&NOBODY, "POST", path, &key("otra"), nothing.clone()).await.0, 401);
        assert_eq!(board.call_with(&NOBODY, "POST", path, &key("clave"), nothing).await.0, 422);
        let broken = Request::post(path).header("x-api-key", "clave").body(Body::from("{")).expect("a request");
        assert_eq!(board.send(broken).await.0, 400);
    }

    async fn a_signature_is_as_good_as_a_key(database) {
        let board = Board::start(database).await;
        let body = order("BA-1").to_string();
        assert_eq!(board.send(signed(&body)).await.0, 201);
        let mut forged = signed(&body);
        *forged.body_mut() = Body::from(order("BA-2").to_string());
        assert_eq!(board.send(forged).await.0, 401);
        board.clock.advance_ms(6 * 60 * 1000);
        assert_eq!(board.send(signed(&body)).await.0, 401, "an old message sent again");
        let open = Board::start_with(database, &[("INTAKE", "open")]).await;
        assert_eq!(open.post(&NOBODY, "/api/tickets", order("BA-3")).await.0, 201);
    }

    async fn an_open_intake_is_open_to_its_networks(database) {
        async fn hands_in(board: &Board, number: &str, from: [u8; 4]) -> u16 {
            let request = Request::post("/api/tickets").header("content-type", "application/json");
            let mut request = request.body(Body::from(order(number).to_string())).expect("a request");
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 40_000))));
            board.send(request).await.0
        }
        let board = Board::start_with(database, &[("INTAKE", "open")]).await;
        assert_eq!(hands_in(&board, "BA-1", [10, 0, 0, 7]).await, 201);
        assert_eq!(hands_in(&board, "BA-2", [8, 8, 8, 8]).await, 401, "not from the Internet");
        let everywhere = Board::start_with(database, &[("INTAKE", "open"), ("INTAKE_FROM", "0.0.0.0/0,::/0")]).await;
        assert_eq!(hands_in(&everywhere, "BA-3", [8, 8, 8, 8]).await, 201);
        let closed = Board::start_with(database, &[("INTAKE_FROM", "0.0.0.0/0")]).await;
        assert_eq!(hands_in(&closed, "BA-4", [10, 0, 0, 7]).await, 401, "it is not open at all");
    }

    async fn a_refusal_names_its_message_and_a_clock_that_is_off(database) {
        let board = Board::start(database).await;
        let unreadable = json!({ "numero": "BA-2" }).to_string();
        let (status, refusal) = board.send(signed(&unreadable)).await;
        assert_eq!((status, &refusal["mensaje_id"]), (422, &json!("m1")), "{refusal}");
        let mut forged = signed(&unreadable);
        *forged.body_mut() = Body::from(order("BA-2").to_string());
        let (status, refusal) = board.send(forged).await;
        assert_eq!((status, &refusal["mensaje_id"], &refusal["desfase_s"]), (401, &json!("m1"), &Value::Null));
        // The board's clock is set on, or back: the shop's is behind, or ahead.
        for (set_by_ms, skew_s) in [(600_000, -600), (-1_200_000, 600)] {
            board.clock.set_by_ms(set_by_ms);
            let (status, refusal) = board.send(signed(&unreadable)).await;
            let said = (status, &refusal["mensaje_id"], &refusal["desfase_s"]);
            assert_eq!(said, (401, &json!("m1"), &json!(skew_s)), "{refusal}");
        }
    }

    async fn a_signature_is_good_for_what_it_was_made_for(database) {
        let board = Board::start(database).await;
        let body = order("BA-1").to_string();
        for number in ["BA-1", "BA-2"] {
            assert_eq!(board.order(number).await.0, 201);
        }
        let number = OrderNumber::parse("BA-1").expect("a number");
        let right = cancel_id(7, &number);
        let to = async |path: &str, id: &str, body: &str| board.send(signed_for(path, id, body)).await.0;
        assert_eq!(to("/api/tickets/BA-1/cancelar", "msg_1_BA-1", &body).await, 401, "the order itself, captured");
        assert_eq!(to("/api/tickets/BA-2/cancelar", &right, "").await, 401, "another order's cancellation");
        assert_eq!(to("/api/tickets/BA-1/cancelar", &right, "").await, 200);
        assert_eq!(to("/api/ws/token", &right, "").await, 401);
        assert_eq!(to("/api/ws/token", "msg_1_BA-1", &body).await, 401);
        assert_eq!(to("/api/ws/token", "ws_1", "{}").await, 200);
        assert_eq!(to("/api/ws/token", "ws_1", "{}").await, 401, "captured and sent again");
        assert_eq!(to("/api/ws/token", "ws_2", "{}").await, 200);
        let another = Board::start(database).await;
        let there = async |id: &str| another.send(signed_for("/api/ws/token", id, "{}")).await.0;
        assert_eq!((there("ws_1").await, there("ws_3").await), (401, 200), "nor at another instance");
        let kept = async || {
            let mut session = board.app.db.read().await.expect("a connection");
            fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM used_signatures").expect("a count")
        };
        assert_eq!(kept().await, 3);
        board.clock.advance_ms(2 * 5 * 60 * 1000 + 2000);
        round(&board.app).await.expect("a round");
        assert_eq!(kept().await, 0, "what is too old to be good is forgotten");
    }

    async fn the_shop_asks_where_tickets_stand(database) {
        let board = Board::start_with(database, &[("INTAKE", "open")]).await;
        for number in ["BA-1", "BA-2"] {
            assert_eq!(board.order(number).await.0, 201);
        }
        let path = "/api/tickets/estados";
        let ask = async |headers: &[(&str, &str)], body: Value| board.call_with(&NOBODY, "POST", path, headers, body).await;
        let question = json!({ "numeros": ["BA-2", "BA-9", "BA-2"] });
        let (status, found) = ask(&[("x-api-key", "clave")], question.clone()).await;
        let tickets = found["tickets"].as_array().expect("a list");
        assert_eq!((status, tickets.len(), &tickets[0]["numero"]), (200, 1, &json!("BA-2")));
        assert_eq!(ask(&[], question.clone()).await.0, 401, "not even where intake is open");
        let signed = async |id: &str| board.send(signed_for(path, id, &question.to_string())).await.0;
        assert_eq!((signed("lookup_1").await, signed("msg_1_BA-2").await, signed("ws_1").await), (200, 401, 401));
        for (wrong, field) in [(json!({ "numeros": vec!["BA-1"; 201] }), "numeros"), (json!({}), "numeros")] {
            let (status, problem) = ask(&[("x-api-key", "clave")], wrong).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
        }
    }

    async fn the_shop_calls_an_order_off(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        for number in ["BA-1", "BA-2"] {
            assert_eq!(board.order(number).await.0, 201);
            assert_eq!(board.assign(&admin, number, id).await.0, 200);
        }
        for state in ["aceptado", "en-camino", "entregado"] {
            assert_eq!(board.step(&driver, "BA-2", json!({ "estado": state })).await.0, 200);
        }
        let cancel = async |number: &str| {
            let path = format!("/api/tickets/{number}/cancelar");
            board.call_with(&NOBODY, "POST", &path, &[("x-api-key", "clave")], Value::Null).await
        };
        assert_eq!(cancel("BA-1").await.1["estado"], "cancelado");
        assert_eq!(cancel("BA-1").await.0, 200, "again is the same");
        let (status, problem) = cancel("BA-2").await;
        assert_eq!((status, &problem["estado"]), (409, &json!("entregado")));
        assert_eq!(cancel("BA-9").await.0, 404);
        assert_eq!(board.order("BA-3").await.0, 201);
        assert_eq!(board.assign(&admin, "BA-3", id).await.0, 200);
        for state in ["aceptado", "en-camino"] {
            assert_eq!(board.step(&driver, "BA-3", json!({ "estado": state })).await.0, 200);
        }
        let (status, problem) = cancel("BA-3").await;
        assert_eq!((status, &problem["estado"]), (409, &json!("en-camino")), "the driver has set out");
        assert_eq!(board.step(&driver, "BA-3", json!({ "estado": "fallido", "motivo": "no atiende" })).await.0, 200);
        assert_eq!(cancel("BA-3").await.0, 200, "nobody comes any more: a next try may be called off");
        assert_eq!(board.post(&NOBODY, "/api/tickets/BA-1/cancelar", Value::Null).await.0, 401);
        assert_eq!(board.post(&admin, "/api/tickets/BA-1/deshacer", Value::Null).await.0, 409, "the shop's own change");
    }

    async fn health_counts_the_tickets_of_all_boards(database) {
        let (one, other) = (Board::start(database).await, Board::seeded(database, 8, &[]).await);
        for number in ["BA-1", "BA-2"] {
            assert_eq!(one.order(number).await.0, 201);
        }
        assert_eq!(other.order("BA-3").await.0, 201);
        let total = async |board: &Board| board.get(&NOBODY, "/health").await.1["total_tickets"].clone();
        assert_eq!(total(&other).await, 3, "the others' too");
        one.app.live.hub().catch_up(&one.app.db).await.expect("a log");
        assert_eq!(total(&one).await, 3);
        assert_eq!(total(&Board::start(database).await).await, 3, "as counted at start");
    }
}

#[tokio::test]
async fn two_instances_on_one_server_take_an_order_in_once() {
    let database = TestDatabase::postgres();
    let (one, other) = (Board::start(&database).await, Board::start(&database).await);
    let same = order("BA-1");
    let answers = join_all((0..1000).map(|at| if at % 2 == 0 { one.intake(&same) } else { other.intake(&same) })).await;
    assert_eq!(answers.iter().filter(|answer| answer.0 == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.0 == 200 || answer.0 == 201));
    assert_eq!(one.count("SELECT COUNT(*) FROM events").await, 1);
    drop((one, other));
    database.remove().await;
}
