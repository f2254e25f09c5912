//! What the shop promised its customer: what a ticket is late against, and whether it was kept.

use belgrano_runtime::on_both_engines;
use belgrano_testing::START;
use serde_json::{Value, json};

use super::board::{Board, Client, order};

const MINUTE_MS: i64 = 60_000;

/// Takes in an order that was promised for so many minutes from the start on.
async fn promised(board: &Board, number: &str, minutes: Option<i64>) -> (u16, Value) {
    let mut message = order(number);
    message["fecha_creacion"] = json!(START.to_rfc3339());
    if let Some(minutes) = minutes {
        message["prometido"] = json!(START.plus_ms(minutes * MINUTE_MS).to_rfc3339());
    }
    board.intake(&message).await
}

async fn lateness(board: &Board, admin: &Client) -> Value {
    board.get(admin, "/api/reportes/resumen").await.1["demora"].clone()
}

on_both_engines! {
    async fn a_promise_comes_along_and_is_no_part_of_what_was_ordered(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        assert_eq!(promised(&board, "BA-1", Some(40)).await.0, 201);
        assert_eq!(promised(&board, "BA-1", Some(50)).await.0, 200, "the same order");
        assert_eq!(promised(&board, "BA-1", None).await.0, 200, "the same order");
        let mut odd = order("BA-2");
        odd["prometido"] = json!("pronto");
        assert_eq!(board.intake(&odd).await.0, 201, "odd, and nothing is refused for it");
        let of = async |number: &str| board.get(&admin, &format!("/api/tickets/{number}")).await.1["prometido"].clone();
        assert_eq!(of("BA-1").await, START.plus_ms(40 * MINUTE_MS).to_rfc3339());
        assert_eq!(of("BA-2").await, Value::Null);
        let stored = "SELECT promised_at FROM tickets WHERE number = 'BA-1'";
        assert_eq!(board.count(stored).await, START.plus_ms(40 * MINUTE_MS).0);
    }

    async fn late_is_what_was_promised_and_else_the_limit(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        promised(&board, "BA-1", Some(20)).await;
        promised(&board, "BA-2", Some(90)).await;
        promised(&board, "BA-3", None).await;
        let late = async |minutes: i64| {
            board.clock.advance_ms(minutes * MINUTE_MS);
            lateness(&board, &admin).await["abiertos_tarde"].clone()
        };
        assert_eq!(late(20).await, 0, "until then it is on time");
        assert_eq!(late(1).await, 1, "before the limit");
        assert_eq!(late(40).await, 2, "the limit of an hour, for that of which nothing was promised");
        assert_eq!(late(30).await, 3);
    }

    async fn promises_kept_and_broken_are_counted(database) {
        let board = Board::start(database).await;
        let admin = board.admin().await;
        let (driver, id) = board.driver(&admin, "beto").await;
        for (number, minutes) in [("BA-1", Some(5)), ("BA-2", Some(10)), ("BA-3", None)] {
            promised(&board, number, minutes).await;
            assert_eq!(board.assign(&admin, number, id).await.0, 200);
            // An offer that nobody accepts is taken back long before ten minutes are over.
            assert_eq!(board.step(&driver, number, json!({ "estado": "aceptado" })).await.0, 200);
        }
        board.clock.advance_ms(10 * MINUTE_MS);
        for number in ["BA-1", "BA-2", "BA-3"] {
            for state in ["en-camino", "entregado"] {
                assert_eq!(board.step(&driver, number, json!({ "estado": state })).await.0, 200);
            }
        }
        let found = lateness(&board, &admin).await;
        assert_eq!((&found["prometidos"], &found["cumplidos"], &found["entregados"]), (&json!(2), &json!(1), &json!(3)));
        assert_eq!(board.post(&admin, "/api/tickets/BA-2/deshacer", json!({})).await.0, 200);
        let found = lateness(&board, &admin).await;
        assert_eq!((&found["prometidos"], &found["cumplidos"]), (&json!(1), &json!(0)), "what was taken back was not kept");
    }
}
