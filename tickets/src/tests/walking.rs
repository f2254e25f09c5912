//! Random walks of a ticket through the whole service: whatever is asked, version and events agree.

use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use proptest::prelude::*;
use serde_json::json;

use super::board::{Board, NOBODY, order};
use crate::unit::Recount;

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

/// What the reports would count if they counted tickets.
const COUNTED_ANEW: [(&str, &str); 6] = [
    (
        "SELECT COUNT(*) FROM (SELECT who, word, SUM(n) AS n FROM report_counts WHERE what = 'estado' GROUP BY who, word \
         HAVING SUM(n) <> 0) AS kept FULL JOIN (SELECT COALESCE(driver_id, 0) AS who, state AS word, COUNT(*) AS n \
         FROM tickets GROUP BY 1, 2) AS real ON real.who = kept.who AND real.word = kept.word AND real.n = kept.n \
         WHERE real.n IS NULL OR kept.n IS NULL",
        "by state and driver",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT slot, word, n FROM report_counts WHERE what = 'recibido' AND n <> 0) AS kept \
         FULL JOIN (SELECT created_at / 900000 AS slot, state AS word, COUNT(*) AS n FROM tickets GROUP BY 1, 2) AS real \
         ON real.slot = kept.slot AND real.word = kept.word AND real.n = kept.n WHERE real.n IS NULL OR kept.n IS NULL",
        "by when they were ordered",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT slot, minutes, n, total_ms FROM report_counts WHERE what = 'entrega' AND n <> 0) \
         AS kept FULL JOIN (SELECT delivered_at / 900000 AS slot, (delivered_at - created_at + 59999) / 60000 AS minutes, \
         COUNT(*) AS n, SUM(delivered_at - created_at) AS total_ms FROM tickets WHERE state = 'entregado' GROUP BY 1, 2) AS \
         real ON real.slot = kept.slot AND real.minutes = kept.minutes AND real.n = kept.n AND real.total_ms = kept.total_ms \
         WHERE real.n IS NULL OR kept.n IS NULL",
        "by when they were delivered",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT slot, who, minutes, n FROM report_counts WHERE what = 'repartidor' AND n <> 0) AS kept \
         FULL JOIN (SELECT delivered_at / 86400000 AS slot, driver_id AS who, (delivered_at - created_at + 59999) / 60000 \
         AS minutes, COUNT(*) AS n FROM tickets WHERE state = 'entregado' GROUP BY 1, 2, 3) AS real ON real.slot = kept.slot \
         AND real.who = kept.who AND real.minutes = kept.minutes AND real.n = kept.n WHERE real.n IS NULL OR kept.n IS NULL",
        "by who delivered them",
    ),
    (
        "SELECT COUNT(*) FROM (SELECT slot, word, n FROM report_counts WHERE what = 'promesa' AND n <> 0) AS kept FULL JOIN \
         (SELECT delivered_at / 900000 AS slot, CASE WHEN delivered_at <= promised_at THEN 'a-tiempo' ELSE 'tarde' END AS word, \
         COUNT(*) AS n FROM tickets WHERE state = 'entregado' AND promised_at IS NOT NULL GROUP BY 1, 2) AS real \
         ON real.slot = kept.slot AND real.word = kept.word AND real.n = kept.n WHERE real.n IS NULL OR kept.n IS NULL",
        "by what was promised",
    ),
    (
        "SELECT (SELECT COUNT(*) FROM events WHERE action = 'failed') - (SELECT COALESCE(CAST(SUM(n) AS BIGINT), 0) FROM \
         report_counts WHERE what = 'motivo')",
        "attempts that failed",
    ),
];

async fn assert_counted(board: &Board) {
    for (differences, which) in COUNTED_ANEW {
        assert_eq!(board.count(differences).await, 0, "{which}: kept counts differ from those of the tables");
    }
    assert_eq!(board.count("SELECT seq - counted_seq FROM counters").await, 0);
}

/// One of several tickets: which, what is done with it, and what time passes before.
type Move = (usize, usize, i64);

async fn many(database: &TestDatabase, moves: Vec<Move>) {
    let board = Board::start(database).await;
    let admin = board.admin().await;
    let (beto, caro) = (board.driver(&admin, "beto").await, board.driver(&admin, "caro").await);
    for (ticket, to, passes_ms) in moves {
        board.clock.advance_ms(passes_ms);
        let number = format!("BA-{ticket}");
        let path = format!("/api/tickets/{number}");
        let (status, body) = match to {
            0..7 => board.step(&admin, &number, json!({ "estado": STATES[to], "motivo": "porque sí" })).await,
            7 => board.assign(&admin, &number, beto.1).await,
            8 => board.assign(&admin, &number, caro.1).await,
            9 | 10 => board.post(&admin, &format!("{path}/deshacer"), json!({})).await,
            11 => {
                board
                    .call_with(&NOBODY, "POST", &format!("{path}/cancelar"), &[("x-api-key", "clave")], json!({}))
                    .await
            }
            12..16 => {
                board.step(&beto.0, &number, json!({ "estado": STATES[to - 11], "motivo": "no había nadie" })).await
            }
            _ => {
                let mut order = order(&number);
                // Of every other one nothing was promised.
                if ticket % 2 == 0 {
                    order["prometido"] = json!(board.app.ambient.now().plus_ms(30 * 60_000));
                }
                board.intake(&order).await
            }
        };
        assert!([200, 201, 404, 409, 422].contains(&status), "{body}");
        assert_counted(&board).await;
    }
    // As a process of an older version leaves it.
    database.execute(&board.app.db, "UPDATE counters SET counted_seq = counted_seq - 1").await;
    database.execute(&board.app.db, "UPDATE report_counts SET n = n + 1").await;
    let recounted = board.app.writer.submit(Recount).await.expect("counted");
    assert!(recounted);
    assert_counted(&board).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]
    #[test]
    fn kept_counts_are_those_of_the_tables(
        moves in proptest::collection::vec((0..4_usize, 0..20_usize, 0..40 * 60_000_i64), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(many(&TestDatabase::sqlite(), moves));
    }
}

on_both_engines! {
    async fn a_day_s_work_is_counted_as_it_is_done(database) {
        let day = [(0, 19), (1, 19), (2, 19), (0, 7), (1, 8), (0, 12), (0, 13), (0, 14), (0, 9), (0, 15), (1, 11), (0, 9), (0, 14)];
        many(database, day.map(|(ticket, to)| (ticket, to, 7 * 60_000)).to_vec()).await;
    }
}
