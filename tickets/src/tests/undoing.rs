//! A page offers to take a change back exactly when the command does it.

use axum::body::Body;
use axum::http::Request;
use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use http_body_util::BodyExt;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::board::{Board, Client};
use crate::housekeeping;

const STATES: [&str; 7] = ["pendiente", "aceptado", "en-camino", "entregado", "fallido", "devuelto", "cancelado"];
const MINUTE_MS: i64 = 60_000;

/// Something that happens to the one ticket, or to one of the two drivers.
#[derive(Clone, Debug)]
enum Move {
    Assign(usize),
    Unassign,
    Step(usize),
    Edit(bool),
    /// A driver is closed, or comes back.
    Drives(usize, bool),
    /// So many minutes pass.
    Later(i64),
    /// All but the newest change is forgotten.
    Forget,
    Undo,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0..2_usize).prop_map(Move::Assign),
        1 => Just(Move::Unassign),
        6 => (0..STATES.len()).prop_map(Move::Step),
        1 => any::<bool>().prop_map(Move::Edit),
        2 => (0..2_usize, any::<bool>()).prop_map(|(driver, on)| Move::Drives(driver, on)),
        1 => (1..12_i64).prop_map(Move::Later),
        1 => Just(Move::Forget),
        6 => Just(Move::Undo),
    ]
}

/// Whether the page of the ticket offers to take its last change back.
async fn is_offered(board: &Board, admin: &Client) -> bool {
    let request = Request::get("/tickets/BA-1").header("cookie", admin.cookie()).body(Body::empty());
    let response = board.answer(request.expect("a request")).await;
    assert_eq!(response.status().as_u16(), 200);
    let page = response.into_body().collect().await.expect("a page").to_bytes();
    String::from_utf8_lossy(&page).contains("/tickets/BA-1/deshacer")
}

/// Takes it back, after a look whether that was offered.
async fn undo(board: &Board, admin: &Client) -> u16 {
    let offered = is_offered(board, admin).await;
    let (status, body) = board.post(admin, "/api/tickets/BA-1/deshacer", Value::Null).await;
    assert_eq!(offered, status == 200, "{status} {body}");
    status
}

async fn make(database: &TestDatabase, board: &Board, admin: &Client, drivers: &[i64], happens: &Move) {
    let of = |what: &str| format!("/api/tickets/BA-1{what}");
    match happens {
        Move::Assign(which) => {
            let body = json!({ "repartidor_id": drivers[*which], "en_camino": true });
            board.post(admin, &of("/asignar"), body).await;
        }
        Move::Unassign => drop(board.post(admin, &of("/desasignar"), json!({ "en_camino": true })).await),
        Move::Step(to) => {
            board.step(admin, "BA-1", json!({ "estado": STATES[*to], "motivo": "porque sí" })).await;
        }
        Move::Edit(urgent) => {
            let body = json!({ "prioridad": if *urgent { "urgente" } else { "baja" } });
            board.call(admin, "PATCH", &of(""), body).await;
        }
        Move::Drives(which, on) => {
            let path = format!("/api/repartidores/{}", drivers[*which]);
            board.call(admin, "PATCH", &path, json!({ "activo": on })).await;
        }
        Move::Later(minutes) => board.clock.advance_ms(minutes * MINUTE_MS),
        Move::Forget => {
            const OLD: &str = "UPDATE events SET recorded_at = 0 WHERE version < (SELECT MAX(version) FROM tickets)";
            database.execute(&board.app.db, OLD).await;
            housekeeping::round(&board.app).await.expect("a round");
        }
        Move::Undo => drop(undo(board, admin).await),
    }
}

async fn walk(database: &TestDatabase, moves: Vec<Move>) {
    let board = Board::passive(database, 7).await;
    let admin = board.admin().await;
    let drivers = [board.driver(&admin, "ana").await.1, board.driver(&admin, "beto").await.1];
    assert_eq!(board.order("BA-1").await.0, 201);
    for happens in &moves {
        make(database, &board, &admin, &drivers, happens).await;
    }
    undo(&board, &admin).await;
}

on_both_engines! {
    async fn to_a_driver_who_left_nothing_goes_back(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        let (_, id) = board.driver(&admin, "ana").await;
        board.order("BA-1").await;
        board.assign(&admin, "BA-1", id).await;
        assert_eq!(board.post(&admin, "/api/tickets/BA-1/desasignar", Value::Null).await.0, 200);
        assert!(is_offered(&board, &admin).await);
        let path = format!("/api/repartidores/{id}");
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "activo": false })).await.0, 200);
        assert_eq!(undo(&board, &admin).await, 409);
        assert_eq!(board.call(&admin, "PATCH", &path, json!({ "activo": true })).await.0, 200);
        assert_eq!(undo(&board, &admin).await, 200);
    }

    async fn also_of_a_ticket_with_a_long_history(database) {
        let board = Board::passive(database, 7).await;
        let admin = board.admin().await;
        board.order("BA-1").await;
        // More than a page of its history shows.
        for turn in 0..201 {
            let body = json!({ "prioridad": if turn % 2 == 0 { "alta" } else { "baja" } });
            assert_eq!(board.call(&admin, "PATCH", "/api/tickets/BA-1", body).await.0, 200);
        }
        assert_eq!(undo(&board, &admin).await, 200);
    }
}

/// The same cases every time: what fails, fails again. A database of Postgres takes seconds to make.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(31), max_shrink_time: 20_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn what_is_offered_is_done_on_sqlite(moves in proptest::collection::vec(moves(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(walk(&TestDatabase::sqlite(), moves));
    }
}

proptest! {
    #![proptest_config(cases(3))]

    #[test]
    fn what_is_offered_is_done_on_postgres(moves in proptest::collection::vec(moves(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let database = TestDatabase::postgres();
            walk(&database, moves).await;
            database.remove().await;
        });
    }
}
