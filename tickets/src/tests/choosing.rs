//! Who is offered a ticket, and who is not.

use belgrano_runtime::on_both_engines;
use serde_json::json;

use super::board::Board;
use crate::assignment::{AssignPending, Place, Terms};
use crate::unit::Actor;

const HOUR_MS: i64 = 3_600_000;
const OFFERED: &str = "SELECT COUNT(*) FROM tickets WHERE state = 'asignado'";

/// What the machine does by itself.
async fn offer_all(board: &Board) {
    let terms = Terms { by: Actor::System, offer_timeout_ms: HOUR_MS, recall: false };
    board.app.writer.submit(AssignPending { terms, after: Place::FIRST }).await.expect("committed");
}

on_both_engines! {
    async fn who_cannot_carry_it_is_offered_nothing(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let (_, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        for (change, back) in [
            ("UPDATE users SET active = FALSE WHERE name = 'beto'", "UPDATE users SET active = TRUE"),
            ("UPDATE users SET role = 'admin' WHERE name = 'beto'", "UPDATE users SET role = 'flota' WHERE name = 'beto'"),
        ] {
            database.execute(&board.app.db, change).await;
            offer_all(&board).await;
            assert_eq!(board.count(OFFERED).await, 0, "{change}");
            let refused = board.assign(&admin, "BA-1", id).await;
            assert_eq!((refused.0, &refused.1["errors"][0]["field"]), (422, &json!("repartidor_id")), "{change}");
            database.execute(&board.app.db, back).await;
        }
        offer_all(&board).await;
        assert_eq!(board.count(OFFERED).await, 1);
    }

    async fn who_let_it_go_is_spared_it_for_a_while_by_the_clock_there_is(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let (beto, id) = board.driver(&admin, "beto").await;
        board.order("BA-1").await;
        let let_go = async || {
            assert_eq!(board.assign(&admin, "BA-1", id).await.0, 200);
            assert_eq!(board.step(&beto, "BA-1", json!({ "estado": "pendiente" })).await.0, 200);
            offer_all(&board).await;
            board.count(OFFERED).await
        };
        assert_eq!(let_go().await, 0, "not at once");
        board.clock.advance_ms(HOUR_MS / 6 + 1);
        offer_all(&board).await;
        assert_eq!(board.count(OFFERED).await, 1, "after ten minutes");
        assert_eq!(board.post(&admin, "/api/tickets/BA-1/desasignar", json!({})).await.0, 200);

        board.clock.set_by_ms(10 * HOUR_MS);
        assert_eq!(let_go().await, 0);
        board.clock.set_by_ms(-10 * HOUR_MS);
        board.clock.advance_ms(HOUR_MS / 6 + 1);
        offer_all(&board).await;
        assert_eq!(board.count(OFFERED).await, 1, "that was hours ahead, and before");
    }
}
