//! Random walks of a ticket through the whole service: whatever is asked, version and events agree.

use belgrano_shared::testing::TestDatabase;
use proptest::prelude::*;
use serde_json::json;

use super::board::Board;

const STATES: [&str; 7] = ["pendiente", "aceptado", "en-camino", "entregado", "fallido", "devuelto", "cancelado"];

async fn walk(moves: Vec<(usize, bool)>) {
    let database = TestDatabase::sqlite();
    let board = Board::start(&database).await;
    let admin = board.admin().await;
    let (driver, id) = board.driver(&admin, "beto").await;
    board.order("BA-1").await;
    for (to, as_driver) in moves {
        let client = if as_driver { &driver } else { &admin };
        let (status, body) = match to {
            0..7 => board.step(client, "BA-1", json!({ "estado": STATES[to], "motivo": "porque sí" })).await,
            7 | 8 => board.assign(&admin, "BA-1", id).await,
            _ => board.post(&admin, "/api/tickets/BA-1/deshacer", json!({})).await,
        };
        assert!([200, 404, 409].contains(&status), "{body}");
        assert_eq!(board.count("SELECT COUNT(*) FROM events").await, board.count("SELECT version FROM tickets").await);
        let held = "SELECT COUNT(*) FROM tickets WHERE (state = 'pendiente') = (driver_id IS NOT NULL)";
        let cancelled = board.count("SELECT COUNT(*) FROM tickets WHERE state = 'cancelado'").await;
        assert_eq!(board.count(held).await * (1 - cancelled), 0, "pending and held never go together");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn version_is_the_number_of_events(moves in proptest::collection::vec((0..10_usize, any::<bool>()), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(walk(moves));
    }
}
