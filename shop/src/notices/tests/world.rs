//! A shop with a customer who has an order, and a push service that both can reach.

use std::time::Duration;

use belgrano_notices::Delivery;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::storage::Db;
use belgrano_testing::{FakeBrowser, FakePushService, TestDatabase};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};
use serde_json::json;

use crate::orders::{Apply, Report};
use crate::testing::{Browser, TestShop};
use crate::unit::ShopUnit;

pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const LOCAL: [(&str, &str); 2] = [("PUBLIC_URL", "http://localhost:5000"), ("PUSH_LOOPBACK", "true")];

/// A shop with a push service, and a customer with an order.
pub(super) struct World {
    pub(super) shop: TestShop,
    pub(super) push: FakePushService,
    pub(super) delivery: Delivery<ShopUnit>,
    pub(super) ana: Browser,
    pub(super) number: OrderNumber,
    pub(super) version: i64,
}

impl World {
    pub(super) async fn new(database: &TestDatabase) -> Self {
        Self::with(database, &[]).await
    }

    pub(super) async fn with(database: &TestDatabase, variables: &[(&'static str, &'static str)]) -> Self {
        let variables: Vec<_> = LOCAL.iter().chain(variables).copied().collect();
        let shop = TestShop::with(database, &variables).await;
        let mut ana = shop.customer("ana@example.com").await;
        let number = order(&shop, &mut ana).await;
        let delivery = crate::notices::delivery(&shop.app).expect("a client");
        Self { push: FakePushService::start().await, delivery, shop, ana, number, version: 0 }
    }

    /// Somebody else's order.
    pub(super) async fn orders(&self, who: &mut Browser) -> OrderNumber {
        order(&self.shop, who).await
    }

    /// A browser of Ana's that wants to be told.
    pub(super) async fn subscribed(&mut self) -> FakeBrowser {
        let browser = self.push.browser();
        let answer = self.shop.post(&mut self.ana, "/api/avisos", browser.subscription()).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        browser
    }

    /// The board says that the order came to `state`.
    pub(super) async fn moves(&mut self, state: TicketState) {
        self.moves_at(state, self.shop.app.ambient.now()).await;
    }

    /// The same, some time ago.
    pub(super) async fn moves_at(&mut self, state: TicketState, at: UnixMillis) {
        self.version += 1;
        self.board_says(&self.number, state, self.version, at).await;
    }

    /// The same of any order.
    pub(super) async fn board_says(&self, number: &OrderNumber, state: TicketState, version: i64, at: UnixMillis) {
        let report = Report {
            number: number.clone(),
            state: Some(state),
            ticket_id: Some(1),
            version: Some(version),
            driver: None,
            reason: None,
            changed_at: Some(at),
        };
        let apply = Apply { reports: vec![report], cursor: None, another_life: false };
        assert_eq!(self.shop.app.writer.submit(apply).await.expect("applied"), 1);
    }

    pub(super) async fn want_mail(&mut self) {
        let answer = self
            .shop
            .send(&mut self.ana, axum::http::Method::PUT, "/api/avisos/correo", Some(json!({ "activo": true })))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        count(&self.shop.app.db, sql).await
    }

    /// Waits until there are so many.
    pub(super) async fn await_count(&self, sql: &'static str, wanted: i64) {
        let wait = async {
            while self.count(sql).await != wanted {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), wait).await.expect("it never came to that");
    }

    /// What became of each notice, in the order they were written.
    pub(super) async fn states(&self) -> Vec<String> {
        let mut session = self.shop.app.db.read().await.expect("a connection");
        fetch_scalar!(all, session, String, "SELECT channel || ' ' || state FROM notices ORDER BY id").expect("rows")
    }
}

async fn order(shop: &TestShop, who: &mut Browser) -> OrderNumber {
    let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
    let placed = shop.post(who, "/api/pedidos", order).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    OrderNumber::parse(placed.body["numero"].as_str().expect("a number")).expect("a number")
}

pub(super) async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut session = db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, sql).expect("a count")
}

pub(super) const SUBSCRIPTIONS: &str = "SELECT COUNT(*) FROM push_subscriptions";
pub(super) const NOTICES: &str = "SELECT COUNT(*) FROM notices";
