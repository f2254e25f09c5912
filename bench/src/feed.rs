//! A reader of the live feed that keeps the protocol's promises in view: it resumes where
//! it was when its socket ends, and counts every gap, repeat and step back in `seq`.
//!
//! It reads as an admin, who may see every ticket, so for it `seq` has no holes: a missing number is
//! a missing event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::api::Session;
use crate::clock::now_ns;
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::report::Report;
use crate::ws::Ws;

/// How long a server may take for its first message.
const HELLO: Duration = Duration::from_secs(20);

/// One change of one ticket, as it arrived.
#[derive(Clone, Debug)]
pub struct Event {
    /// `ticket.created` and so on, or `snapshot` for a ticket of a snapshot.
    pub kind: String,
    /// The ticket.
    pub ticket: Ticket,
    /// When it arrived.
    pub at_ns: u64,
}

/// What this tool reads of a ticket.
#[derive(Clone, Debug, Deserialize)]
pub struct Ticket {
    /// The order's number.
    pub numero: String,
    /// State, as on the wire.
    pub estado: String,
    /// The driver's id.
    #[serde(default)]
    pub repartidor_id: Option<i64>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    form: String,
    epoch: Option<String>,
    seq: Option<u64>,
    kind: Option<String>,
    ticket: Option<Ticket>,
    tickets: Option<Vec<Ticket>>,
}

/// How well the feed kept its promises.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// `seq` numbers that never came.
    pub gaps: u64,
    /// Events whose `seq` had come before, or was lower than one before.
    pub repeated: u64,
    /// Times the socket ended and was opened again.
    pub reconnects: u64,
    /// Snapshots received.
    pub snapshots: u64,
    /// Messages that are no messages.
    pub unreadable: u64,
    /// Close codes.
    pub closes: BTreeMap<String, u64>,
}

impl Health {
    /// Puts the counts into `report` and fails it for every broken promise.
    pub fn put(&self, report: &mut Report) {
        report
            .put("feed_gaps", self.gaps)
            .put("feed_repeated_or_out_of_order", self.repeated)
            .put("feed_reconnects", self.reconnects)
            .put("feed_snapshots", self.snapshots)
            .put("feed_closes", &self.closes);
        for (n, what) in [
            (self.gaps, "events missing by seq"),
            (self.repeated, "events repeated or out of order by seq"),
            (self.unreadable, "messages unreadable"),
        ] {
            if n > 0 {
                report.fail(format!("feed: {n} {what}"));
            }
        }
    }
}

/// Where the reader is in the feed.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    epoch: String,
    seq: u64,
}

/// A running reader.
pub struct Feed {
    health: Arc<Mutex<Health>>,
    task: JoinHandle<()>,
}

impl Feed {
    /// Opens a socket as `admin`, subscribes from now on, and hands each event to `on_event`.
    pub async fn start(admin: &Session, on_event: impl FnMut(Event) + Send + 'static) -> Result<Self> {
        let health = Arc::new(Mutex::new(Health::default()));
        let (endpoint, headers) = (admin.endpoint.clone(), admin.headers().to_owned());
        let (ws, cursor) = subscribe(&endpoint, &headers, None, None).await?;
        let mut reader = Reader { health: health.clone(), cursor, on_event };
        let task = tokio::spawn(async move {
            let mut ws = ws;
            loop {
                let closed = loop {
                    if let Err(closed) = ws.read(|text| reader.take(text)).await {
                        break closed;
                    }
                };
                reader.closed(closed.0);
                ws = loop {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    if let Ok((ws, _)) = subscribe(&endpoint, &headers, Some(&reader.cursor), None).await {
                        break ws;
                    }
                };
                lock(&reader.health).reconnects += 1;
            }
        });
        Ok(Self { health, task })
    }

    /// Ends the reader.
    pub fn stop(self) -> Health {
        self.task.abort();
        lock(&self.health).clone()
    }
}

/// A poisoned lock only means that a task of the generator panicked, which the run reports itself.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a socket and subscribes after `from`, or after what the welcome says is now.
pub async fn subscribe(
    endpoint: &Endpoint,
    headers: &str,
    from: Option<&Cursor>,
    receive_buffer: Option<u32>,
) -> Result<(Ws, Cursor)> {
    let hello = async {
        let mut ws = Ws::connect(endpoint, "/ws", headers, receive_buffer).await?;
        let mut welcome = None;
        while welcome.is_none() {
            let read = ws.read(|text| welcome = serde_json::from_slice::<Message>(text).ok()).await;
            read.map_err(|closed| Error::new(format_args!("socket: closed before the welcome ({closed:?})")))?;
        }
        let now = welcome
            .filter(|m| m.form == "welcome")
            .and_then(|m| Some(Cursor { epoch: m.epoch?, seq: m.seq? }))
            .context("socket: the first message is no welcome")?;
        let from = from.unwrap_or(&now);
        let ask = json!({"type": "subscribe", "epoch": from.epoch, "after": from.seq});
        ws.send(&ask.to_string()).await?;
        Ok((ws, now))
    };
    tokio::time::timeout(HELLO, hello).await.context("socket: no welcome")?
}

struct Reader<F> {
    health: Arc<Mutex<Health>>,
    cursor: Cursor,
    on_event: F,
}

impl<F: FnMut(Event)> Reader<F> {
    fn take(&mut self, text: &[u8]) {
        let at_ns = now_ns();
        let Ok(message) = serde_json::from_slice::<Message>(text) else {
            lock(&self.health).unreadable += 1;
            return;
        };
        match (message.form.as_str(), message.seq) {
            ("event", Some(seq)) => {
                self.step(seq);
                if let (Some(kind), Some(ticket)) = (message.kind, message.ticket) {
                    (self.on_event)(Event { kind, ticket, at_ns });
                }
            }
            ("snapshot", Some(seq)) => {
                lock(&self.health).snapshots += 1;
                self.cursor.seq = seq;
                for ticket in message.tickets.unwrap_or_default() {
                    (self.on_event)(Event { kind: "snapshot".into(), ticket, at_ns });
                }
            }
            // A welcome of another epoch is followed by a snapshot, which says the same.
            _ => {}
        }
    }

    fn step(&mut self, seq: u64) {
        let mut health = lock(&self.health);
        if seq <= self.cursor.seq {
            health.repeated += 1;
            return;
        }
        health.gaps += seq - self.cursor.seq - 1;
        self.cursor.seq = seq;
    }

    fn closed(&self, code: Option<u16>) {
        let name = code.map_or_else(|| "none".to_owned(), |c| c.to_string());
        *lock(&self.health).closes.entry(name).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> Reader<impl FnMut(Event)> {
        let cursor = Cursor { epoch: "e".into(), seq: 10 };
        Reader { health: Arc::default(), cursor, on_event: |_| {} }
    }

    fn event(seq: u64) -> Vec<u8> {
        let ticket = json!({"numero": "BA-1", "estado": "pendiente", "repartidor_id": null});
        json!({"type": "event", "seq": seq, "kind": "ticket.created", "ticket": ticket}).to_string().into_bytes()
    }

    #[test]
    fn counts_what_is_missing_and_what_comes_twice() {
        let mut reader = reader();
        for seq in [11, 12, 12, 15, 14, 16] {
            reader.take(&event(seq));
        }
        let health = lock(&reader.health).clone();
        assert_eq!((health.gaps, health.repeated), (2, 2));
        let mut report = Report::new("e2e");
        health.put(&mut report);
        assert_eq!(report.failures().len(), 2);
    }

    #[test]
    fn a_snapshot_moves_the_cursor() {
        let mut reader = reader();
        reader.take(br#"{"type":"snapshot","seq":40,"tickets":[]}"#);
        reader.take(&event(41));
        let health = lock(&reader.health).clone();
        assert_eq!((health.gaps, health.repeated, health.snapshots), (0, 0, 1));
    }
}
