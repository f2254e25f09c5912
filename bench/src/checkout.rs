//! Checkouts as the tests post them: a customer, three lines, rendered once and sent many times.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::Session;
use crate::clock::{now_ns, run_tag, sleep_until};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::hist::Hist;
use crate::http::{Client, Failure};

/// Different baskets that are rendered, at most.
const BASKETS: usize = 64;
/// Lines of a basket.
const LINES: usize = 3;

/// Everything to send a checkout.
pub struct Checkouts {
    shop: Endpoint,
    /// Whole requests, by different customers and with different products.
    wires: Vec<Vec<u8>>,
}

impl Checkouts {
    /// Registers `accounts` customers and prepares their requests.
    pub async fn prepare(shop: &Endpoint, accounts: usize) -> Result<Self> {
        let products = product_ids(shop).await?;
        let tag = run_tag();
        let mut customers = Vec::new();
        for i in 0..accounts.max(1) {
            customers.push(Session::customer(shop, &format!("c{i}.{tag}"), "Av. Cabildo 2040").await?);
        }
        let wires = (0..BASKETS)
            .map(|i| customers[i % customers.len()].wire("POST", "/api/pedidos", &basket(&products, i)))
            .collect();
        Ok(Self { shop: shop.clone(), wires })
    }

    /// The bytes of the `n`th checkout.
    pub fn wire(&self, n: u64) -> &[u8] {
        let index = usize::try_from(n % (self.wires.len() as u64)).unwrap_or(0);
        &self.wires[index]
    }

    /// The shop.
    pub fn shop(&self) -> &Endpoint {
        &self.shop
    }

    /// Places `n` orders one after another and returns their numbers.
    pub async fn place(&self, n: u64) -> Result<Vec<String>> {
        let mut client = Client::new(self.shop.clone(), crate::api::TIMEOUT);
        let mut numbers = Vec::new();
        for i in 0..n {
            let reply = client.send(self.wire(i)).await.map_err(|f| Error::new(format_args!("checkout: {f}")))?;
            let number = order_number(reply.body()).filter(|_| reply.ok());
            numbers
                .push(number.ok_or_else(|| Error::new(format_args!("checkout: {} {}", reply.status(), reply.json())))?);
        }
        Ok(numbers)
    }
}

/// The ids of the catalog's products, 100 at most, in a fixed order.
async fn product_ids(shop: &Endpoint) -> Result<Vec<i64>> {
    let mut nobody = Session::anonymous(shop);
    let products = nobody.list("/api/productos", "productos").await?;
    let mut ids: Vec<i64> = products.iter().filter_map(|p| p["id"].as_i64()).collect();
    ids.sort_unstable();
    ids.truncate(100);
    if ids.len() < LINES {
        return Err(Error::new(format_args!("the catalog has {} products, {LINES} are needed", ids.len())));
    }
    Ok(ids)
}

/// Three different products in quantities 2, 1 and 3.
fn basket(products: &[i64], i: usize) -> Value {
    let items: Vec<Value> = [2, 1, 3]
        .iter()
        .enumerate()
        .map(|(line, quantity)| {
            let product = products[(i * LINES + line) % products.len()];
            json!({"producto_id": product, "cantidad": quantity})
        })
        .collect();
    json!({
        "items": items, "direccion": format!("Av. Cabildo {}", 2000 + i), "barrio": "Belgrano",
        "metodo_pago": "efectivo", "notas": "Timbre 2B",
    })
}

/// The `numero` of an answer to a checkout.
pub fn order_number(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Numbered {
        numero: String,
    }
    serde_json::from_slice::<Numbered>(body).ok().map(|n| n.numero)
}

/// What one connection of a closed loop saw.
#[derive(Default)]
pub struct Tally {
    /// Latency of what was accepted, sent after warm-up.
    pub latency: Hist,
    /// Accepted in all.
    pub accepted: u64,
    /// Accepted between warm-up and end.
    pub accepted_in_time: u64,
    /// What was not accepted, by status or failure.
    pub errors: BTreeMap<String, u64>,
}

impl Tally {
    /// Takes in what another connection saw.
    pub fn add(&mut self, other: &Self) {
        self.latency.add(&other.latency);
        self.accepted += other.accepted;
        self.accepted_in_time += other.accepted_in_time;
        for (what, n) in &other.errors {
            *self.errors.entry(what.clone()).or_default() += n;
        }
    }

    /// Orders that may exist although nobody was told so.
    pub fn unanswered(&self) -> u64 {
        let lost = [Failure::Closed, Failure::Timeout, Failure::Malformed];
        lost.iter().filter_map(|f| self.errors.get(f.name())).sum()
    }

    /// Counts one answer. `from_ns` and `end_ns` bound the time that is measured.
    pub async fn count(&mut self, outcome: Result<u16, Failure>, sent_ns: u64, from_ns: u64, end_ns: u64) {
        let done_ns = now_ns();
        match outcome {
            Ok(status) if (200..300).contains(&status) => {
                self.accepted += 1;
                self.accepted_in_time += u64::from(done_ns >= from_ns && done_ns < end_ns);
                if sent_ns >= from_ns {
                    self.latency.record(done_ns - sent_ns);
                }
            }
            refused => {
                let what = refused.map_or_else(|f| f.name().to_owned(), |status| status.to_string());
                *self.errors.entry(what).or_default() += 1;
                // A service that refuses at once must not turn the loop into a flood.
                sleep_until(done_ns + 5_000_000).await;
            }
        }
    }
}
