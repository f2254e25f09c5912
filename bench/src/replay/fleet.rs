//! The other side of a replay: the admin's automatic assignment, and drivers who carry what they are
//! given, each with an account and a connection of their own.
//!
//! Everybody acts on what the live feed says, as the people at their screens would.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::api::Session;
use crate::clock::now_ns;
use crate::error::{Context as _, Result};
use crate::feed::{Event, Feed, Health, lock};

/// A delivery has these steps after it was assigned.
const STEPS: [&str; 3] = ["aceptado", "en-camino", "entregado"];

/// What the fleet saw.
#[derive(Default)]
pub struct Log {
    /// When each ticket was announced.
    pub created_ns: HashMap<String, u64>,
    /// The last state of each ticket, by the feed.
    pub state: HashMap<String, String>,
    /// When the driver's `entregado` was answered.
    pub delivered_ns: BTreeMap<String, u64>,
    /// Assignments and steps refused, by reason.
    pub refused: BTreeMap<String, usize>,
}

impl Log {
    fn refuse(&mut self, reason: String) {
        *self.refused.entry(reason).or_default() += 1;
    }
}

/// A fleet at work.
pub struct Fleet {
    /// What it saw so far.
    pub log: Arc<Mutex<Log>>,
    feed: Feed,
    tasks: Vec<JoinHandle<()>>,
}

/// A driver to be made.
#[derive(Clone, Copy, Debug)]
pub struct Crew {
    /// How many drivers.
    pub drivers: usize,
    /// Tickets each may have at once.
    pub capacity: usize,
    /// Time between two steps of a driver.
    pub step: Duration,
}

impl Fleet {
    /// Makes the drivers, puts them on shift and starts everybody's work. Each delivery is told to
    /// `delivered`, with the time its answer came; the channel closes when the fleet is dismissed.
    pub async fn hire(
        mut admin: Session,
        crew: Crew,
        barrios: &[String],
        tag: &str,
        delivered: UnboundedSender<(String, u64)>,
    ) -> Result<Self> {
        let log: Arc<Mutex<Log>> = Arc::default();
        let mut routes = HashMap::new();
        let mut tasks = Vec::new();
        for i in 0..crew.drivers.max(1) {
            let account = json!({
                "nombre": format!("Repartidora {i}"), "email": format!("f{i}.{tag}@medicion.example"),
                "telefono": "+54 11 5555 0202", "capacidad": crew.capacity,
                "barrio": barrios[i % barrios.len()],
            });
            let (mut driver, made) = admin.colleague("/api/repartidores", account).await?;
            let id = made["id"].as_i64().context("a new driver has no id")?;
            let shift = driver.patiently("POST", "/api/repartidores/yo/turno", Some(&json!({"activo": true}))).await?;
            shift.accepted("going on shift")?;
            let (to_driver, given) = unbounded_channel();
            routes.insert(id, to_driver);
            let driver = Driver { session: driver, log: log.clone(), delivered: delivered.clone() };
            tasks.push(tokio::spawn(driver.drive(given, crew.step)));
        }
        let (to_admin, events) = unbounded_channel();
        let feed = Feed::start(&admin, move |event| {
            let _ = to_admin.send(event);
        })
        .await?;
        tasks.push(tokio::spawn(dispatch(admin, events, routes, log.clone())));
        Ok(Self { log, feed, tasks })
    }

    /// Ends everybody's work.
    pub fn dismiss(self) -> (Health, Arc<Mutex<Log>>) {
        for task in &self.tasks {
            task.abort();
        }
        (self.feed.stop(), self.log)
    }
}

/// Assigns what is free, automatically, and tells drivers what they were given.
async fn dispatch(
    mut admin: Session,
    mut events: UnboundedReceiver<Event>,
    routes: HashMap<i64, UnboundedSender<String>>,
    log: Arc<Mutex<Log>>,
) {
    let mut free: VecDeque<String> = VecDeque::new();
    let mut told: HashSet<(String, i64)> = HashSet::new();
    loop {
        // While tickets wait for a driver with room, look at the feed only for a moment.
        let patience = Duration::from_millis(if free.is_empty() { 60_000 } else { 20 });
        let mut next = tokio::time::timeout(patience, events.recv()).await.unwrap_or_default();
        while let Some(event) = next {
            note(&log, &event);
            let number = event.ticket.numero;
            match (event.ticket.estado.as_str(), event.ticket.repartidor_id) {
                ("pendiente", _) => {
                    told.retain(|(n, _)| *n != number);
                    free.push_back(number);
                }
                ("asignado", Some(driver)) if told.insert((number.clone(), driver)) => {
                    if let Some(route) = routes.get(&driver) {
                        let _ = route.send(number);
                    }
                }
                _ => {}
            }
            next = events.try_recv().ok();
        }
        for _ in 0..free.len().min(16) {
            let Some(number) = free.pop_front() else { break };
            let waits = lock(&log).state.get(&number).is_some_and(|s| s == "pendiente");
            if waits && !assign(&mut admin, &number, &log).await {
                free.push_back(number);
                break;
            }
        }
    }
}

fn note(log: &Mutex<Log>, event: &Event) {
    let mut log = lock(log);
    let number = event.ticket.numero.clone();
    log.created_ns.entry(number.clone()).or_insert(event.at_ns);
    log.state.insert(number, event.ticket.estado.clone());
}

/// Asks for a driver. False when it has to be asked again.
async fn assign(admin: &mut Session, number: &str, log: &Mutex<Log>) -> bool {
    let path = format!("/api/tickets/{number}/asignar");
    match admin.patiently("POST", &path, Some(&json!({"auto": true}))).await {
        Ok(answer) if answer.ok() => true,
        // Nobody has room, or the ticket is not free any more: the feed will tell which.
        Ok(answer) if answer.status == 409 => {
            lock(log).refuse(format!("assign: {}", without_number(&answer.reason(), number)));
            false
        }
        Ok(answer) => {
            lock(log).refuse(format!("assign: {}", without_number(&answer.reason(), number)));
            true
        }
        Err(e) => {
            lock(log).refuse(format!("assign: {e}"));
            false
        }
    }
}

/// Takes the ticket's number out of a reason, so that equal reasons are counted as one.
fn without_number(reason: &str, number: &str) -> String {
    reason.replace(number, "N")
}

struct Driver {
    session: Session,
    log: Arc<Mutex<Log>>,
    delivered: UnboundedSender<(String, u64)>,
}

impl Driver {
    /// Accepts, starts and delivers, one ticket after another.
    async fn drive(mut self, mut given: UnboundedReceiver<String>, step: Duration) {
        while let Some(number) = given.recv().await {
            for state in STEPS {
                tokio::time::sleep(step).await;
                if let Err(reason) = self.step(&number, state).await {
                    // Cancelled meanwhile, or the offer ran out: the ticket is somebody else's business.
                    lock(&self.log).refuse(format!("{state}: {}", without_number(&reason, &number)));
                    break;
                }
            }
        }
    }

    async fn step(&mut self, number: &str, state: &str) -> Result<(), String> {
        let path = format!("/api/tickets/{number}/estado");
        let outcome = self.session.patiently("POST", &path, Some(&json!({"estado": state}))).await;
        let answer = outcome.map_err(|e| e.to_string())?;
        if !answer.ok() {
            return Err(answer.reason());
        }
        if state == "entregado" {
            let at_ns = now_ns();
            lock(&self.log).delivered_ns.insert(number.to_owned(), at_ns);
            let _ = self.delivered.send((number.to_owned(), at_ns));
        }
        Ok(())
    }
}
