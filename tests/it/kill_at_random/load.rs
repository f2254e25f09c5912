//! The load: customers who do not give up, and an admin with a driver who work through whatever there is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{SCARCE, eventually};
use crate::harness::{Cast, Client, Customer, Reply, pause};

/// What the shop sells; the last two never run out.
pub const STOCKS: [(i64, Option<i64>); 4] = [(1, Some(1_000_000)), (2, Some(SCARCE)), (3, None), (4, None)];
const CUSTOMERS: usize = 5;

/// What one customer was told.
pub struct Answers {
    pub customer: Customer,
    /// Numbers of accepted orders, by key.
    pub accepted: BTreeMap<String, String>,
    /// Orders this customer wanted to cancel, and was told that it may.
    pub cancelled: Vec<String>,
}

/// The load, while it lasts.
pub struct Load {
    signals: Arc<Signals>,
    customers: Vec<JoinHandle<Answers>>,
    fleet: JoinHandle<()>,
}

#[derive(Default)]
struct Signals {
    enough: AtomicBool,
    answered: AtomicUsize,
}

impl Load {
    pub async fn start(cast: &Cast, rng: &mut StdRng) -> Self {
        let signals = Arc::new(Signals::default());
        let mut customers = Vec::new();
        for n in 0..CUSTOMERS {
            let customer = Customer::join(&cast.pair.shop, &format!("cliente{n}")).await;
            customers.push(tokio::spawn(shopping(customer, StdRng::seed_from_u64(rng.random()), Arc::clone(&signals))));
        }
        let work = Fleet {
            admin: cast.pair.tickets.client_as(&cast.admin.client),
            driver: cast.pair.tickets.client_as(&cast.driver.client),
            driver_id: cast.driver.id,
            rng: StdRng::seed_from_u64(rng.random()),
        };
        let fleet = tokio::spawn(work.until(Arc::clone(&signals)));
        Self { signals, customers, fleet }
    }

    /// Waits until that many more orders were answered.
    pub async fn progress(&self, orders: usize) {
        let wanted = self.signals.answered.load(Ordering::Relaxed) + orders;
        eventually("orders go on", async || {
            let answered = self.signals.answered.load(Ordering::Relaxed);
            if answered >= wanted { Ok(()) } else { Err(answered) }
        })
        .await;
    }

    /// Everybody finishes what they are at.
    pub async fn stop(self) -> Vec<Answers> {
        self.signals.enough.store(true, Ordering::Relaxed);
        let mut answers = Vec::new();
        for customer in self.customers {
            answers.push(customer.await.expect("a customer that does not panic"));
        }
        self.fleet.await.expect("a fleet that does not panic");
        answers
    }
}

async fn shopping(customer: Customer, mut rng: StdRng, signals: Arc<Signals>) -> Answers {
    let mut answers = Answers { customer, accepted: BTreeMap::new(), cancelled: Vec::new() };
    let mut n = 0;
    while !signals.enough.load(Ordering::Relaxed) {
        n += 1;
        let key = format!("compra-{n}");
        let mut items = vec![(rng.random_range(1..4), rng.random_range(1..4))];
        if rng.random() {
            items.push((4, 1));
        }
        let reply = answers.customer.checkout(&key, &items).await;
        match reply.status {
            201 => {
                let number = reply.json()["numero"].as_str().expect("a number").to_owned();
                answers.accepted.insert(key, number.clone());
                if rng.random_range(0..5) == 0 && cancel(&answers.customer, &number).await.status == 200 {
                    answers.cancelled.push(number);
                }
            }
            // Sold out.
            409 | 422 => {}
            _ => panic!("{reply:?}"),
        }
        signals.answered.fetch_add(1, Ordering::Relaxed);
    }
    answers
}

/// Goes on until there is an answer.
async fn cancel(customer: &Customer, number: &str) -> Reply {
    let (path, reason) = (format!("/api/pedidos/{number}/cancelar"), json!({ "motivo": "me arrepentí" }));
    loop {
        match customer.client.send(Method::POST, &path, &[], Some(&reason)).await {
            Ok(reply) if reply.status != 503 => return reply,
            _ => pause().await,
        }
    }
}

/// An admin and a driver, who take a cut for what it is and go on.
struct Fleet {
    admin: Client,
    driver: Client,
    driver_id: i64,
    rng: StdRng,
}

impl Fleet {
    async fn until(mut self, signals: Arc<Signals>) {
        while !signals.enough.load(Ordering::Relaxed) {
            let seen = self.admin.get("/api/tickets?limit=50").await;
            let tickets = seen.ok().filter(|reply| reply.status == 200).map(|reply| reply.json()["tickets"].clone());
            for ticket in tickets.as_ref().and_then(Value::as_array).into_iter().flatten() {
                self.touch(ticket).await;
            }
            pause().await;
        }
    }

    /// One step on with a ticket, or none. That the answer is lost or the state was another is part of the game.
    async fn touch(&mut self, ticket: &Value) {
        let number = ticket["numero"].as_str().expect("a number");
        let step =
            |state: &str| (format!("/api/tickets/{number}/estado"), json!({ "estado": state, "motivo": "prueba" }));
        let (client, (path, body)) = match (ticket["estado"].as_str(), self.rng.random_range(0..4)) {
            (Some("pendiente"), 0..3) => {
                let driver = json!({ "repartidor_id": self.driver_id });
                (&self.admin, (format!("/api/tickets/{number}/asignar"), driver))
            }
            (Some("asignado"), 0..2) => (&self.driver, step("aceptado")),
            (Some("asignado"), 2) => (&self.admin, (format!("/api/tickets/{number}/desasignar"), json!({}))),
            (Some("aceptado"), 0..3) => (&self.driver, step("en-camino")),
            (Some("en-camino"), 0..2) => (&self.driver, step("entregado")),
            (Some("en-camino"), 2) => (&self.driver, step("fallido")),
            (Some("fallido"), 0) => (&self.admin, step("pendiente")),
            (Some("fallido"), 1) => (&self.admin, step("devuelto")),
            _ => return,
        };
        if let Ok(reply) = client.send(Method::POST, &path, &[], Some(&body)).await {
            assert!(matches!(reply.status, 200 | 204 | 409 | 503), "{path} {body}: {reply:?}");
        }
    }
}
