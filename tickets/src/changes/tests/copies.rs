//! Whatever happens to tickets, in whatever order: a reader's copy ends as the tables are, and its history only grows.

use std::collections::BTreeMap;

use belgrano_runtime::changes::Source;
use belgrano_runtime::fetch_scalar;
use belgrano_testing::TestDatabase;
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::reading::ask;
use crate::changes::BoardData;
use crate::housekeeping::round;
use crate::tests::board::{Board, Client};

const STATES: [&str; 7] = ["pendiente", "aceptado", "en-camino", "entregado", "fallido", "devuelto", "cancelado"];
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What somebody may type.
const BY_HAND: [&str; 3] = [
    "UPDATE tickets SET priority = 'urgente' WHERE id % 2 = 0",
    "UPDATE drivers SET capacity = capacity % 9 + 1",
    "UPDATE users SET name = name || '.' WHERE role = 'flota'",
];

/// Something that happens to one of three tickets.
#[derive(Clone, Debug)]
enum Move {
    Order(usize),
    Assign(usize),
    Step(usize, usize),
    Undo(usize),
    Edit(usize),
    Shift(bool),
    ByHand(usize),
    /// So many days later what is old is forgotten.
    Forget(i64),
    Read(usize),
}

fn moves() -> impl Strategy<Value = Move> {
    let ticket = 0..3_usize;
    prop_oneof![
        4 => ticket.clone().prop_map(Move::Order),
        3 => ticket.clone().prop_map(Move::Assign),
        6 => (ticket.clone(), 0..7_usize).prop_map(|(ticket, to)| Move::Step(ticket, to)),
        2 => ticket.clone().prop_map(Move::Undo),
        1 => ticket.prop_map(Move::Edit),
        1 => any::<bool>().prop_map(Move::Shift),
        2 => (0..BY_HAND.len()).prop_map(Move::ByHand),
        1 => (0..25_i64).prop_map(Move::Forget),
        4 => (1..9_usize).prop_map(Move::Read),
    ]
}

/// By kind and key.
type Copy = BTreeMap<(String, String), Value>;

#[derive(Default)]
struct Reader {
    after: i64,
    copy: Copy,
}

impl Reader {
    async fn page(&mut self, board: &Board, limit: usize) -> bool {
        let page = ask(board, &format!("despues={}&limite={limit}", self.after)).await;
        for change in page["cambios"].as_array().expect("changes") {
            let text = |member: &str| change[member].as_str().expect("text").to_owned();
            assert!(change["seq"].as_i64().expect("a number") > self.after);
            self.after = change["seq"].as_i64().expect("a number");
            let thing = (text("entidad"), text("clave"));
            let before = self.copy.insert(thing.clone(), change["dato"].clone());
            let is_history = thing.0 == "paso";
            assert!(!is_history || (before.is_none() && !change["dato"].is_null()), "{change} is not added");
        }
        let before = std::mem::replace(&mut self.after, page["hasta"].as_i64().expect("a number"));
        self.after > before || !page["cambios"].as_array().expect("changes").is_empty()
    }
}

async fn make(
    database: &TestDatabase,
    board: &Board,
    who: (&Client, &(Client, i64)),
    reader: &Mutex<Reader>,
    happens: &Move,
) {
    let (admin, (driver, id)) = who;
    let number = |ticket: &usize| format!("BA-{ticket}");
    let of = |ticket: &usize, what: &str| format!("/api/tickets/BA-{ticket}{what}");
    let (status, body) = match happens {
        Move::Order(ticket) => board.order(&number(ticket)).await,
        Move::Assign(ticket) => board.assign(admin, &number(ticket), *id).await,
        Move::Step(ticket, to) => {
            let who = if to % 2 == 0 { admin } else { driver };
            board.step(who, &number(ticket), json!({ "estado": STATES[*to], "motivo": "porque sí" })).await
        }
        Move::Undo(ticket) => board.post(admin, &of(ticket, "/deshacer"), json!({})).await,
        Move::Edit(ticket) => board.call(admin, "PATCH", &of(ticket, ""), json!({ "prioridad": "alta" })).await,
        Move::Shift(on) => board.post(driver, "/api/repartidores/yo/turno", json!({ "activo": on })).await,
        Move::ByHand(which) => {
            database.execute(&board.app.db, BY_HAND[*which]).await;
            (200, Value::Null)
        }
        Move::Forget(days) => {
            board.clock.advance_ms(days * DAY_MS);
            // Who is logged in stays so: only the log of events is looked at here.
            round(&board.app).await.expect("a round");
            (200, Value::Null)
        }
        Move::Read(limit) => {
            reader.lock().await.page(board, *limit).await;
            (200, Value::Null)
        }
    };
    assert!([200, 201, 401, 403, 404, 409, 422].contains(&status), "{happens:?}: {status} {body}");
}

/// Of kinds of which nothing is ever forgotten.
async fn tables(board: &Board) -> Copy {
    let mut copy = Copy::new();
    for (entity, keys) in [
        ("ticket", "SELECT CAST(id AS TEXT) FROM tickets"),
        ("repartidor", "SELECT CAST(user_id AS TEXT) FROM drivers"),
    ] {
        copy.extend(contents(board, entity, keys).await);
    }
    copy
}

async fn contents(board: &Board, entity: &'static str, keys: &'static str) -> Copy {
    let mut session = board.app.db.read().await.expect("a connection");
    let keys = fetch_scalar!(all, session, String, keys).expect("keys");
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let contents = BoardData::contents(&mut session, entity, &keys).await.expect("contents").expect("a known kind");
    contents.all().into_iter().map(|(name, content)| ((entity.to_owned(), name), content)).collect()
}

async fn follow(database: &TestDatabase, rounds: Vec<Vec<(usize, Move)>>) {
    let boards = [Board::passive(database, 7).await, Board::passive(database, 8).await];
    let admin = boards[0].admin().await;
    let driver = boards[0].driver(&admin, "beto").await;
    let reader = Mutex::new(Reader::default());
    for at_once in rounds {
        join_all(at_once.iter().map(|(at, happens)| make(database, &boards[*at], (&admin, &driver), &reader, happens)))
            .await;
    }
    let mut reader = reader.into_inner();
    while reader.page(&boards[1], 500).await {}
    let mut expected = tables(&boards[0]).await;
    let (steps, state): (Copy, Copy) = reader.copy.into_iter().partition(|((entity, _), _)| entity == "paso");
    assert_eq!(state, expected);
    // Of the history the reader has what is left of it, and what it saw before that was forgotten.
    expected = contents(&boards[0], "paso", "SELECT CAST(seq AS TEXT) FROM events").await;
    assert!(expected.iter().all(|(thing, content)| steps.get(thing) == Some(content)), "{expected:?} of {steps:?}");
}

fn rounds() -> impl Strategy<Value = Vec<Vec<(usize, Move)>>> {
    proptest::collection::vec(proptest::collection::vec((0..2_usize, moves()), 1..5), 1..20)
}

/// The same cases every time: what fails, fails again. A database of Postgres takes seconds to make.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(18), max_shrink_time: 20_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn a_copy_ends_as_the_tables_on_sqlite(rounds in rounds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(follow(&TestDatabase::sqlite(), rounds));
    }
}

proptest! {
    #![proptest_config(cases(3))]

    #[test]
    fn a_copy_ends_as_the_tables_on_postgres(rounds in rounds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let database = TestDatabase::postgres();
            follow(&database, rounds).await;
            database.remove().await;
        });
    }
}
