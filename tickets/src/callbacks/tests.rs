//! Two boards over one database and one old shop: it hears everything once, in order.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::on_both_engines;
use belgrano_runtime::storage::Db;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::call::OldShop;
use super::follow::{pass, tell_from};
use super::lease;
use crate::tests::board::Board;

/// An old shop that writes down what it hears. Its first answer waits until it is let go.
#[derive(Clone, Default)]
struct Shop(Arc<Parts>);

#[derive(Default)]
struct Parts {
    heard: Mutex<Vec<String>>,
    asked: Notify,
    answer: Notify,
}

impl Shop {
    async fn start(&self) -> OldShop {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound")).parse().expect("a URL");
        let router = Router::new().fallback(hear).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        OldShop::new(url, None).expect("a client")
    }

    fn heard(&self) -> Vec<String> {
        self.0.heard.lock().expect("no panic").clone()
    }
}

async fn hear(State(shop): State<Shop>, uri: Uri) -> StatusCode {
    let first = {
        let mut heard = shop.0.heard.lock().expect("no panic");
        heard.push(uri.path().rsplit('/').next().unwrap_or_default().to_owned());
        heard.len() == 1
    };
    if first {
        shop.0.asked.notify_one();
        shop.0.answer.notified().await;
    }
    StatusCode::OK
}

fn token(board: &str) -> Arc<str> {
    board.into()
}

async fn told(db: &Db) -> i64 {
    let mut session = db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, "SELECT seq FROM callback_cursor WHERE id = 1").expect("a cursor")
}

on_both_engines! {
    async fn two_boards_tell_the_shop_once(database) {
        let (one, other) = (Board::start(database).await, Board::seeded(database, 8, &[]).await);
        let shop = Shop::default();
        let old = shop.start().await;
        pass(&one.app, &old, &token("one")).await.expect("nothing to tell yet");
        for number in ["BA-1", "BA-2", "BA-3"] {
            assert_eq!(one.order(number).await.0, 201);
        }
        let token_of_one = token("one");
        let telling = pass(&one.app, &old, &token_of_one);
        let meanwhile = async {
            shop.0.asked.notified().await;
            pass(&other.app, &old, &token("other")).await.expect("nothing of its to do");
            assert_eq!(shop.heard(), ["BA-1"], "the other board leaves it to the first");
            shop.0.answer.notify_one();
        };
        assert_eq!(tokio::join!(telling, meanwhile).0, Ok(()));
        assert_eq!(shop.heard(), ["BA-1", "BA-2", "BA-3"]);
        other.order("BA-4").await;
        pass(&other.app, &old, &token("other")).await.expect("its turn");
        assert_eq!(shop.heard(), ["BA-1", "BA-2", "BA-3", "BA-4"]);
        assert_eq!(told(&one.app.db).await, 4);
    }

    async fn who_slept_past_its_lease_moves_nothing(database) {
        let (one, other) = (Board::start(database).await, Board::seeded(database, 8, &[]).await);
        let shop = Shop::default();
        let old = shop.start().await;
        pass(&one.app, &old, &token("one")).await.expect("nothing to tell yet");
        for number in ["BA-1", "BA-2"] {
            assert_eq!(one.order(number).await.0, 201);
        }
        let token_of_one = token("one");
        let telling = pass(&one.app, &old, &token_of_one);
        let meanwhile = async {
            shop.0.asked.notified().await;
            other.clock.advance_ms(60_000);
            pass(&other.app, &old, &token("other")).await.expect("takes over");
            assert_eq!((shop.heard().len(), told(&other.app.db).await), (3, 2), "from the start");
            shop.0.answer.notify_one();
        };
        assert_eq!(tokio::join!(telling, meanwhile).0, Ok(()));
        assert_eq!(shop.heard(), ["BA-1", "BA-1", "BA-2"], "nothing more from the first");
        assert_eq!(told(&one.app.db).await, 2);
    }

    async fn a_lease_of_a_clock_that_was_ahead_is_taken_over(database) {
        let (one, other) = (Board::start(database).await, Board::seeded(database, 8, &[]).await);
        let shop = Shop::default();
        shop.0.answer.notify_one();
        let old = shop.start().await;
        pass(&one.app, &old, &token("one")).await.expect("nothing to tell yet");
        assert_eq!(one.order("BA-1").await.0, 201);
        for ahead_ms in [10 * 60_000, 3_600_000, 365 * 24 * 3_600_000] {
            one.clock.set_by_ms(ahead_ms);
            lease::claim(&one.app, &token("one")).await.expect("a database").expect("free");
            one.clock.set_by_ms(-ahead_ms);
            lease::claim(&other.app, &token("other")).await.expect("a database").expect("of no use to anybody else");
        }
        pass(&other.app, &old, &token("other")).await.expect("its turn");
        assert_eq!(shop.heard(), ["BA-1"]);
    }

    async fn who_sleeps_on_its_lease_says_nothing_old(database) {
        let (one, other) = (Board::start(database).await, Board::seeded(database, 8, &[]).await);
        let shop = Shop::default();
        shop.0.answer.notify_one();
        let old = shop.start().await;
        pass(&one.app, &old, &token("one")).await.expect("nothing to tell yet");
        assert_eq!(one.order("BA-1").await.0, 201);
        let asleep = lease::claim(&one.app, &token("one")).await.expect("a database").expect("free");
        for board in [&one, &other] {
            board.clock.advance_ms(60_000);
        }
        let admin = other.admin().await;
        let cancel = json!({ "estado": "cancelado", "motivo": "no hay" });
        assert_eq!(other.step(&admin, "BA-1", cancel).await.0, 200);
        pass(&other.app, &old, &token("other")).await.expect("takes over");
        assert_eq!(shop.heard(), ["BA-1", "estado"]);
        tell_from(&one.app, &old, &token("one"), asleep).await.expect("leaves it");
        assert_eq!(shop.heard(), ["BA-1", "estado"], "what is newer was told already");

        assert_eq!(one.order("BA-2").await.0, 201);
        pass(&one.app, &old, &token("one")).await.expect("its turn again");
        assert_eq!(shop.heard(), ["BA-1", "estado", "BA-2"]);
    }
}
