//! From changes of the feeds to answers, through memory and the lake.

mod accounts;
mod doors;
mod entering;
mod foretelling;
pub(crate) mod house;
mod instashop;
mod learning;
mod looking;
mod narrowing;
mod pages;
mod predictions;
mod refusing;
mod security;
pub(crate) mod seeing;
mod views;

use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_testing::still_ambient;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::engine::{Answers, Limits, QueryError, Scope, Warehouse};
use crate::ingest::{Change, Fresh, OWN, Store, translate};
use crate::lake::Lake;
use crate::lake::rows::Origin;
use crate::models::runner::Runner;

/// A lake in a folder that goes with the test.
struct World {
    folder: TempDir,
    answers: Answers,
    store: Store,
    runner: Runner,
    seq: i64,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::open(folder, 0).await
    }

    async fn open(folder: TempDir, seq: i64) -> Self {
        let lake = Lake::in_folder(folder.path()).expect("a lake");
        let warehouse = Warehouse::open(lake, Limits::default()).expect("models");
        warehouse.refresh().await.expect("the lake");
        let runner = Runner::new(warehouse.clone(), Ambient::system());
        let store = Store::new(warehouse.clone(), runner.clone(), Ambient::system());
        store.open("shop", "e1").await.expect("a feed");
        Self { folder, answers: Answers::new(warehouse, Ambient::system()), store, runner, seq }
    }

    async fn reopened(self) -> Self {
        self.store.lease().give_back().await.expect("a lease");
        Self::open(self.folder, self.seq).await
    }

    fn came(&mut self, changes: &[(&str, &str, Value)]) {
        let mut fresh = Fresh::default();
        for (entity, key, content) in changes {
            self.seq += 1;
            let text = json!({ "seq": self.seq, "entidad": entity, "clave": key, "dato": content }).to_string();
            let change: Change<'_> = serde_json::from_str(&text).expect("a change");
            let origin = Origin { source: OWN, seq: self.seq, at: UnixMillis(1_764_000_000_000) };
            translate(&change, origin, &mut fresh).expect("a change that can be read");
        }
        self.store.add(fresh.take().expect("batches"), "shop", "e1", self.seq).expect("rows");
    }

    async fn ask(&self, sql: &str) -> Value {
        let answer =
            self.answers.ask(&Scope::WHOLE, sql, Vec::new()).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        crate::api::json(&answer.batches).expect("rows")
    }
}

pub(crate) fn order(number: &str, state: &str, at: &str, quantity: i64) -> Value {
    json!({
        "numero": number, "cuenta_id": 7, "estado": state, "total": 100.5, "metodo_pago": "efectivo", "barrio": "Belgrano",
        "creado": at, "lineas": [
            { "posicion": 1, "producto_id": 3, "nombre": "Yerba", "cantidad": quantity, "precio": 50.25, "costo": 30, "categoria": "Almacén" },
            { "posicion": 2, "producto_id": 4, "nombre": "Azúcar", "cantidad": 1, "precio": 10, "costo": null },
        ],
    })
}

/// Every model with what came and what is stored, each of them or neither.
async fn ask_every_model(world: &World) {
    let models = world.answers.warehouse().project().models().iter();
    for name in models.map(|model| model.name.clone()).collect::<Vec<_>>() {
        let session = world.answers.warehouse().session().expect("a session");
        let planned = session.context().sql(&format!("SELECT * FROM {name}")).await;
        planned.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[tokio::test]
async fn a_question_that_finds_no_room_is_told_to_come_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { memory_bytes: 1 << 10, ..Limits::default() };
    let warehouse = Warehouse::open(Lake::in_folder(folder.path()).expect("a lake"), limits).expect("models");
    warehouse.refresh().await.expect("the lake");
    let answers = Answers::new(warehouse, Ambient::system());
    let sql = "SELECT a, count(*) AS n FROM (VALUES ('one'), ('two'), ('three')) v(a) GROUP BY a";
    let error = answers.ask(&Scope::WHOLE, sql, Vec::new()).await.expect_err("no room");
    assert!(matches!(error, QueryError::NoRoom), "{error:?}");
    assert_eq!(Problem::from(error).status(), 503);
}

#[tokio::test]
async fn who_has_waited_long_enough_gets_what_was_known_before() {
    const COUNT: &str = "SELECT count(*) AS n FROM silver_orders";
    let mut world = World::new().await;
    let order = |number| order(number, "pendiente", "2026-11-21T12:00:00-03:00", 2);
    world.came(&[("pedido", "BA-1", order("BA-1"))]);
    assert_eq!(world.ask(COUNT).await, json!([{ "n": 1 }]));
    world.came(&[("pedido", "BA-2", order("BA-2"))]);
    let hasty = world.answers.clone().with_patience(Duration::from_millis(1));
    let nothing_moves = world.answers.hold_still().await;
    let old = hasty.ask(&Scope::WHOLE, COUNT, Vec::new()).await.expect("the answer of before");
    assert_eq!(crate::api::json(&old.batches).expect("rows"), json!([{ "n": 1 }]));
    assert!(old.since.is_some(), "it says that it is old");
    drop(nothing_moves);
    // What was begun goes on although nobody waits for it any more.
    let mut told = hasty.ask(&Scope::WHOLE, COUNT, Vec::new()).await.expect("an answer");
    while told.since.is_some() {
        told = hasty.ask(&Scope::WHOLE, COUNT, Vec::new()).await.expect("an answer");
    }
    assert_eq!(crate::api::json(&told.batches).expect("rows"), json!([{ "n": 2 }]));
}

#[tokio::test]
async fn every_model_has_a_plan_whatever_is_stored() {
    let mut world = World::new().await;
    ask_every_model(&world).await;
    world.came(&[("pedido", "BA-1", order("BA-1", "pendiente", "2026-11-21T12:00:00-03:00", 2))]);
    ask_every_model(&world).await;
    world.store.flush().await.expect("a flush");
    ask_every_model(&world).await;
}

#[tokio::test]
async fn gold_is_made_and_its_tests_find_nothing() {
    let mut world = World::new().await;
    world.came(&[("pedido", "BA-1", order("BA-1", "pendiente", "2026-11-21T12:00:00-03:00", 2))]);
    world.store.flush().await.expect("a flush");
    world.runner.build_gold(true).await.expect("gold");
    let runs = world.runner.runs();
    let bad: Vec<_> = runs.iter().filter(|(_, run)| !run.is_good()).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let models = world.answers.warehouse().project().models();
    let untested: Vec<_> = models.iter().map(|model| &model.name).filter(|name| !runs.contains_key(*name)).collect();
    assert!(untested.is_empty(), "{untested:?}");
    assert!(!runs["silver_orders"].made && !runs["gold_sales"].made && runs["gold_daily_sales"].made);
}

#[tokio::test]
async fn a_test_of_a_silver_model_that_finds_something_is_told() {
    let mut world = World::new().await;
    world.came(&[("pedido", "BA-1", order("BA-1", "perdido", "2026-11-21T12:00:00-03:00", 2))]);
    world.store.flush().await.expect("a flush");
    world.runner.build_gold(false).await.expect("gold");
    let runs = world.runner.runs();
    assert_eq!(runs["silver_orders"].failed, [("accepted_values_silver_orders_status".to_owned(), 1)]);
    assert!(runs["silver_customers"].is_good());
}

const SALES: &str = "SELECT order_id, sum(net) AS net FROM gold_sales GROUP BY 1 ORDER BY 1";

#[tokio::test]
async fn what_came_wins_over_what_is_stored() {
    let mut world = World::new().await;
    world.came(&[
        ("pedido", "BA-1", order("BA-1", "pendiente", "2026-10-21T12:00:00-03:00", 2)),
        ("pedido", "BA-2", order("BA-2", "pendiente", "2026-11-21T12:00:00-03:00", 1)),
    ]);
    let both = json!([{ "order_id": "BA-1", "net": 110.5 }, { "order_id": "BA-2", "net": 60.25 }]);
    assert_eq!(world.ask(SALES).await, both);
    world.store.flush().await.expect("a flush");
    assert_eq!(world.ask(SALES).await, both);
    assert_eq!(world.ask("SELECT count(*) AS n FROM hot_bronze_orders").await, json!([{ "n": 0 }]));

    world.came(&[("pedido", "BA-1", order("BA-1", "cancelado", "2026-10-21T12:00:00-03:00", 2))]);
    let one = json!([{ "order_id": "BA-2", "net": 60.25 }]);
    assert_eq!(world.ask(SALES).await, one);
    world.store.flush().await.expect("a flush");
    assert_eq!(world.ask(SALES).await, one);

    let mut world = world.reopened().await;
    assert_eq!(world.ask(SALES).await, one);
    assert_eq!(world.store.open("shop", "e1").await.expect("a place"), 3);
    world.came(&[("pedido", "BA-2", Value::Null)]);
    assert_eq!(world.ask(SALES).await, json!([]));
}

#[tokio::test]
async fn what_a_killed_flush_has_stored_counts_once() {
    let mut world = World::new().await;
    let changes = [("pedido", "BA-1", order("BA-1", "pendiente", "2026-11-21T12:00:00-03:00", 2))];
    world.came(&changes);
    world.store.append_alone().await.expect("rows in the lake");
    let mut world = world.reopened().await;
    assert_eq!(world.store.open("shop", "e1").await.expect("a place"), 0);
    world.seq = 0;
    world.came(&changes);
    let once = json!([{ "order_id": "BA-1", "net": 110.5 }]);
    assert_eq!(world.ask(SALES).await, once);
    world.store.flush().await.expect("a flush");
    assert_eq!(world.ask(SALES).await, once);
    assert_eq!(world.ask("SELECT count(*) AS n FROM bronze_orders").await, json!([{ "n": 1 }]));
}

#[tokio::test]
async fn an_answer_is_of_its_day() {
    let world = World::new().await;
    let (ambient, clock) = still_ambient(1);
    let answers = Answers::new(world.answers.warehouse().clone(), ambient);
    let ask = async || answers.ask(&Scope::WHOLE, "SELECT 1 AS n", Vec::new()).await.expect("an answer").batches;
    let today = ask().await;
    clock.advance_ms(60_000);
    assert!(Arc::ptr_eq(&today, &ask().await));
    clock.advance_ms(24 * 3_600_000);
    assert!(!Arc::ptr_eq(&today, &ask().await));
}
