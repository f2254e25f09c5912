//! A feed that changes, a real server, and both of them and insights cut off at any moment.

mod said;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use belgrano_runtime::on_both_engines;
use belgrano_runtime::telemetry::Metrics;
use belgrano_stream::Target;
use belgrano_stream::testing::{Arrived, Dice, NatsServer, assert_in_order, stored};
use belgrano_testing::TestDatabase;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::cursor::{Place, place};
use super::figures::Figures;
use super::follow::{Publishing, Round};
use super::progress;
use crate::ingest::{feeds, follow};
use crate::lease::TERM;
use crate::tests::house::House;

/// Changes of a question of the stream's, as these tests ask them.
const PAGE: usize = 5;

/// What a feed tells: each key at its newest change.
#[derive(Clone, Debug, Default)]
struct Told {
    epoch: String,
    seq: i64,
    entries: BTreeMap<(&'static str, String), (i64, Value)>,
    /// The farthest place that the stream has asked from.
    streamed: i64,
}

impl Told {
    fn set(&mut self, entity: &'static str, key: String, content: Value) {
        self.seq += 1;
        self.entries.insert((entity, key), (self.seq, content));
    }

    /// Something that happens to one of a few orders.
    fn happen(&mut self, dice: &mut Dice) {
        let order = format!("BA-{}", dice.below(9));
        let n = self.seq;
        match dice.below(5) {
            0 => self.set("pedido", order, Value::Null),
            1 => self.set("paso", n.to_string(), json!({ "numero": order, "n": n })),
            2 => self.set("movimiento", n.to_string(), json!({ "pedido": order, "n": n })),
            _ => self.set("pedido", order, json!({ "n": n })),
        }
    }
}

type Shared = Arc<Mutex<Told>>;

#[derive(Deserialize)]
struct Asked {
    despues: i64,
    limite: usize,
}

async fn changes(State(told): State<Shared>, Query(asked): Query<Asked>) -> Json<Value> {
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    if asked.limite == PAGE {
        told.streamed = told.streamed.max(asked.despues);
    }
    let mut new: Vec<_> = told.entries.iter().filter(|(_, (seq, _))| *seq > asked.despues).collect();
    new.sort_by_key(|(_, (seq, _))| *seq);
    new.truncate(asked.limite);
    let until = new.last().map_or(asked.despues, |(_, (seq, _))| *seq);
    let change = |((entity, key), (seq, content)): &(&(&str, String), &(i64, Value))| json!({ "seq": seq, "entidad": entity, "clave": key, "en": "2026-11-21T12:00:00Z", "dato": content });
    Json(json!({ "epoca": told.epoch, "cambios": new.iter().map(change).collect::<Vec<_>>(), "hasta": until }))
}

struct World {
    house: House,
    told: Shared,
    server: NatsServer,
    variables: Vec<(&'static str, &'static str)>,
}

impl World {
    async fn start(database: &TestDatabase) -> Self {
        let told: Shared = Arc::new(Mutex::new(Told { epoch: "e1".to_owned(), ..Told::default() }));
        let router = Router::new().route("/api/cambios", get(changes)).with_state(Arc::clone(&told));
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let server = NatsServer::start().await;
        let url: &'static str = url.leak();
        let mut variables = vec![("STREAM_URL", server.url().leak() as &'static str), ("STREAM_PERSONS", "true")];
        variables.extend(["BELGRANO_AHORRO_URL", "TICKETERA_URL"].map(|name| (name, url)));
        Self { house: House::start_with(database, &variables).await, told, server, variables }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Told) -> T) -> T {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What publishes the shop's feed, in pages of a few changes.
    fn publishing(house: &House) -> Publishing {
        let [shop, _] = feeds(&house.app.settings);
        let streaming = house.app.settings.stream.clone().expect("a target");
        let figures = Figures::register(&Metrics::new());
        let mut publishing = Publishing::new(house.app.clone(), &shop, streaming, figures).expect("a client");
        publishing.reader.page = PAGE;
        publishing
    }

    fn run(&self) -> JoinHandle<()> {
        tokio::spawn(Self::publishing(&self.house).run())
    }

    fn target(&self) -> &Target {
        &self.house.app.settings.stream.as_ref().expect("a target").target
    }

    async fn place(&self) -> Option<Place> {
        place(&self.house.app.db, &self.target().place(), "shop").await.expect("a place")
    }

    async fn stored(&self) -> Vec<Arrived> {
        stored(self.target()).await
    }

    /// Waits for what becomes so, with a deadline.
    async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, mut look: impl FnMut() -> F) -> T {
        let found = async {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            loop {
                looks.tick().await;
                if let Some(found) = look().await {
                    return found;
                }
            }
        };
        let in_time = tokio::time::timeout(Duration::from_mins(2), found).await;
        in_time.unwrap_or_else(|_| panic!("{what} has not come about"))
    }

    /// Waits until the broker has everything.
    async fn current(&self) {
        let told = self.change(|told| told.clone());
        let wanted = Place { epoch: told.epoch, seq: told.seq };
        let there = || async { (self.place().await.as_ref() == Some(&wanted)).then_some(()) };
        self.until(&format!("{wanted:?}"), there).await;
    }

    /// That what arrived is whole and in order, and ends as the tables are.
    async fn assert_whole(&self) {
        let arrived = self.stored().await;
        assert_in_order(&arrived);
        let mut last = BTreeMap::new();
        for one in &arrived {
            let kind = one.text("type").trim_start_matches("ar.belgrano.").to_owned();
            last.insert((kind, one.text("subject").to_owned()), one.document["data"].clone());
        }
        let told = self.change(|told| told.clone()).entries.into_iter();
        let tables: BTreeMap<_, _> =
            told.map(|((entity, key), (_, content))| ((entity.to_owned(), key), content)).collect();
        assert_eq!(last, tables);
    }
}

on_both_engines! {
    async fn whatever_is_killed_nothing_is_missing_and_the_last_state_is_that_of_the_tables(database) {
        let mut world = World::start(database).await;
        let mut dice = Dice::new(1_129);
        let mut task = world.run();
        let mut away = false;
        for _ in 0..60 {
            for _ in 0..dice.below(12) {
                world.change(|told| told.happen(&mut dice));
            }
            match dice.below(5) {
                0 => {
                    task.abort();
                    task = world.run();
                }
                1 if !away => {
                    world.server.kill();
                    away = true;
                }
                2 if away => {
                    world.server.restart().await;
                    away = false;
                }
                3 if !away => world.current().await,
                _ => for _ in 0..dice.below(200) {
                    tokio::task::yield_now().await;
                },
            }
        }
        if away {
            world.server.restart().await;
        }
        world.current().await;
        task.abort();
        world.assert_whole().await;
    }

    async fn one_of_two_instances_publishes_and_the_other_goes_on_where_it_was(database) {
        let world = World::start(database).await;
        world.change(|told| for n in 0..12 { told.set("pedido", format!("BA-{n}"), json!({ "n": n })) });
        let mut first = World::publishing(&world.house);
        assert_eq!(first.round().await.expect("a round"), Round::More);
        let other = House::start_with(database, &world.variables).await;
        let mut second = World::publishing(&other);
        assert_eq!(second.round().await.expect("a round"), Round::NotOurs);
        let late = i64::try_from(TERM.as_millis()).expect("a time") + 1;
        world.house.clock.advance_ms(late);
        other.clock.advance_ms(late);
        while second.round().await.expect("a round") == Round::More {}
        assert_eq!(first.round().await.expect("a round"), Round::NotOurs, "it slept through its term");
        world.assert_whole().await;
        second.give_back().await;
        world.house.clock.advance_ms(late);
        assert_eq!(first.round().await.expect("a round"), Round::Current, "it goes on where the second was");
        assert_eq!(world.place().await, Some(Place { epoch: "e1".to_owned(), seq: 12 }));
        assert_eq!(world.stored().await.len(), 12, "nothing was sent twice");
    }
}

#[tokio::test]
async fn another_life_of_a_feed_is_read_from_its_beginning() {
    let database = TestDatabase::sqlite();
    let world = World::start(&database).await;
    world.change(|told| told.set("pedido", "BA-1".to_owned(), json!({ "n": 1 })));
    let task = world.run();
    world.current().await;
    world.change(|told| {
        *told = Told { epoch: "e2".to_owned(), ..Told::default() };
        told.set("pedido", "BA-1".to_owned(), json!({ "n": 2 }));
    });
    world.current().await;
    task.abort();
    let ids: Vec<String> = world.stored().await.iter().map(|one| one.text("id").to_owned()).collect();
    assert_eq!(ids, ["shop-e1-1", "shop-e2-1"]);
}

#[tokio::test]
async fn a_broker_that_is_away_holds_nothing_up_and_no_more_than_a_page_waits_for_it() {
    let database = TestDatabase::sqlite();
    let mut world = World::start(&database).await;
    world.server.kill();
    world.change(|told| {
        for n in 0..300 {
            told.set("pedido", format!("BA-{n}"), json!({ "numero": format!("BA-{n}"), "n": n }));
        }
    });
    let task = world.run();
    let app = world.house.app.clone();
    let [shop, _] = feeds(&app.settings);
    let (states, life) = (app.feeds.clone(), app.life.clone());
    let tail = tokio::spawn(follow(shop, app.store.clone(), states, app.writer.clone(), app.ambient.clone(), life));
    let read = || async { (app.feeds.all().get("shop")?.seq == 300).then_some(()) };
    world.until("the lake has all of it", read).await;
    let trouble = || async { progress(&app).await.expect("it is read")?.first()?.trouble.clone() };
    let said = world.until("why it waits", trouble).await;
    assert!(said.contains("cannot be connected to: Connection refused"), "{said}");
    assert_eq!(world.change(|told| told.streamed), 0, "only its first page was read");

    world.server.restart().await;
    world.current().await;
    world.assert_whole().await;
    let found = progress(&app).await.expect("it is read").expect("a broker");
    assert!(found[0].trouble.is_none() && found[0].current_at.is_some(), "{found:?}");
    task.abort();
    tail.abort();
}
