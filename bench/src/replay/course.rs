//! The customers' side of a replay: accounts, and orders at their time of the week.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, Semaphore};

use super::data::Address;
use super::plan::{Placement, Plan};
use crate::api::{Answer, Session};
use crate::clock::{now_ns, seconds_ns, sleep_until};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::feed::lock;
use crate::hist::Hist;
use crate::http::Failure;
use crate::report::float;

/// Orders that are being placed at once, when the week runs fast.
const MAX_OPEN: usize = 32;
/// Times a request is sent again when its connection broke; its idempotency key makes that safe.
const RESENDS: u32 = 3;

/// An order that the shop took.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The shop's number.
    pub number: String,
    /// Whose.
    pub email: String,
    /// What was written into `notas`.
    pub notes: String,
    /// Where it goes.
    pub address: Address,
    /// What was asked for.
    pub placement: Placement,
    /// The shop agreed to cancel it.
    pub cancelled: bool,
}

impl Placed {
    /// The state it must end in.
    pub fn expected_state(&self) -> &'static str {
        if self.cancelled { "cancelado" } else { "entregado" }
    }
}

/// What the customers saw.
#[derive(Default)]
pub struct Book {
    /// Accepted orders and when, by number.
    pub placed: BTreeMap<String, (Placed, u64)>,
    /// Orders not taken, by reason.
    pub refused: BTreeMap<String, usize>,
    /// Corrections of stock that were refused, as they must be.
    pub absurd_refused: usize,
    /// Corrections of stock that were taken.
    pub absurd_taken: usize,
    /// Cancellations not granted, by reason.
    pub not_cancelled: BTreeMap<String, usize>,
    /// Latency of accepted checkouts.
    pub checkout: Hist,
}

/// One customer; an order waits for the one before.
pub type Shared = Arc<AsyncMutex<Session>>;

/// Makes the accounts of `plan` at `shop`, `tag` in each address, and logs them in.
pub async fn register(shop: &Endpoint, plan: &Plan, addresses: &[Address], tag: &str) -> Result<Vec<Shared>> {
    let gate = Arc::new(Semaphore::new(4));
    let mut tasks = Vec::new();
    for customer in &plan.customers {
        let (shop, gate) = (shop.clone(), gate.clone());
        let name = format!("{}.{tag}", customer.name.to_lowercase());
        let street = addresses[customer.address].street.clone();
        tasks.push(tokio::spawn(async move {
            let _permit = gate.acquire_owned().await.context("accounts")?;
            Session::customer(&shop, &name, &street).await
        }));
    }
    let mut customers = Vec::new();
    for task in tasks {
        customers.push(Arc::new(AsyncMutex::new(task.await??)));
    }
    Ok(customers)
}

/// Places every order of `plan` at its time, `speed` times as fast as it was; 0 is as fast as it goes.
pub async fn place_all(
    plan: &Plan,
    customers: &[Shared],
    addresses: &[Address],
    speed: f64,
    book: &Arc<Mutex<Book>>,
) -> Result<()> {
    let start_ns = now_ns();
    let open = Arc::new(Semaphore::new(MAX_OPEN));
    let mut tasks = Vec::new();
    for placement in &plan.placements {
        if speed > 0.0 {
            let at_s = float(placement.at_s.unsigned_abs()) / speed;
            sleep_until(start_ns + seconds_ns(at_s)).await;
        }
        let permit = open.clone().acquire_owned().await.context("orders")?;
        let customer = customers[placement.customer].clone();
        let address = addresses[plan.customers[placement.customer].address].clone();
        let (placement, book) = (placement.clone(), book.clone());
        tasks.push(tokio::spawn(async move {
            let _permit = permit;
            place(&placement, address, &customer, &book).await;
        }));
    }
    for task in tasks {
        task.await?;
    }
    Ok(())
}

async fn place(placement: &Placement, address: Address, customer: &Shared, book: &Mutex<Book>) {
    let mut session = customer.lock().await;
    let notes = format!("Repetición {}", placement.invoice);
    let items: Vec<Value> = placement
        .items
        .iter()
        .map(|(product, quantity)| json!({"producto_id": product, "cantidad": quantity}))
        .collect();
    let body = json!({
        "items": items, "direccion": address.street, "barrio": address.barrio,
        "metodo_pago": "efectivo", "notas": notes,
    });
    let key = format!("replay-{}-{}", session.email, placement.invoice);
    let sent_ns = now_ns();
    let outcome = surely(&mut session, "/api/pedidos", &key, &body).await;
    let done_ns = now_ns();
    let number = match outcome {
        Ok(answer) if answer.ok() => answer.body["numero"].as_str().unwrap_or_default().to_owned(),
        refused => {
            let mut book = lock(book);
            let clean = refused.as_ref().is_ok_and(|answer| answer.status < 500);
            if placement.absurd && clean {
                book.absurd_refused += 1;
                return;
            }
            let reason = refused.map_or_else(|f| f.name().to_owned(), |answer| answer.reason());
            *book.refused.entry(reason).or_default() += 1;
            return;
        }
    };
    let placed = Placed {
        number: number.clone(),
        email: session.email.clone(),
        notes,
        address,
        placement: placement.clone(),
        cancelled: false,
    };
    {
        let mut book = lock(book);
        book.absurd_taken += usize::from(placement.absurd);
        book.checkout.record(done_ns - sent_ns);
        book.placed.insert(number.clone(), (placed, done_ns));
    }
    if placement.cancel {
        cancel(&mut session, &number, &key, book).await;
    }
}

async fn cancel(session: &mut Session, number: &str, key: &str, book: &Mutex<Book>) {
    let path = format!("/api/pedidos/{number}/cancelar");
    let outcome = surely(session, &path, &format!("{key}-cancelar"), &json!({})).await;
    let mut book = lock(book);
    match outcome {
        Ok(answer) if answer.ok() => {
            if let Some((placed, _)) = book.placed.get_mut(number) {
                placed.cancelled = true;
            }
        }
        refused => {
            let reason = refused.map_or_else(|f| f.name().to_owned(), |answer| answer.reason());
            *book.not_cancelled.entry(reason).or_default() += 1;
        }
    }
}

/// Sends a command under its key until it is answered, waiting when the shop asks to.
async fn surely(session: &mut Session, path: &str, key: &str, body: &Value) -> Result<Answer, Failure> {
    let header = format!("Idempotency-Key: {key}\r\n");
    let mut broken = 0;
    loop {
        let wait = match session.call_with("POST", path, &header, Some(body)).await {
            Ok(answer) if matches!(answer.status, 429 | 503) && broken < RESENDS * 20 => answer.wait(),
            Err(_) if broken < RESENDS => Duration::from_millis(50),
            answered => return answered,
        };
        broken += 1;
        tokio::time::sleep(wait).await;
    }
}

/// Waits until the shop shows order `number` as delivered to its customer; how long after `since_ns`.
pub async fn delivered_at_shop(customer: &Shared, number: &str, since_ns: u64, within: Duration) -> Result<u64> {
    let mut session = customer.lock().await.another();
    let path = format!("/api/pedidos/{number}");
    let deadline = now_ns() + seconds_ns(within.as_secs_f64());
    loop {
        let order = session.get(&path).await?;
        if order["estado"] == "entregado" {
            return Ok(now_ns().saturating_sub(since_ns));
        }
        if now_ns() > deadline {
            return Err(Error::new(format_args!("{number}: delivered, but the shop says {}", order["estado"])));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
