//! The watchers of `fanout`: thousands of sockets that look for this run's marks in what they are
//! sent, without parsing it. What they find goes into shared counters and a few histograms.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use memchr::memmem::Finder;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::api::Session;
use crate::clock::{now_ns, seconds_ns};
use crate::error::{Context as _, Error, Result};
use crate::fanout::Plan;
use crate::feed::{lock, subscribe};
use crate::hist::Hist;
use crate::ws::{Closed, Ws};

/// Locks that the watchers spread over.
const SHARDS: usize = 16;
/// Receive buffer of a stalled reader: as small as the kernel allows, so that it is full soon.
const STALLED_BUFFER: u32 = 2048;

/// The changes of one run, and what became of each.
pub struct Changes {
    mark: String,
    due_ns: Vec<AtomicU64>,
    accepted: Vec<AtomicBool>,
    received: Vec<AtomicU32>,
    /// Deliveries of all changes.
    pub delivered: AtomicU64,
    /// When the last one arrived.
    pub last_ns: AtomicU64,
}

impl Changes {
    /// As many as there are in `seconds` at `rate`.
    pub fn new(tag: &str, rate: f64, seconds: f64) -> Result<Self> {
        let n = usize::try_from(seconds_ns(rate * seconds) / crate::clock::SECOND).unwrap_or(0);
        if n == 0 {
            return Err(Error::new("no change in that time at that rate"));
        }
        Ok(Self {
            mark: format!("cambio {tag} "),
            due_ns: (0..n).map(|_| AtomicU64::new(0)).collect(),
            accepted: (0..n).map(|_| AtomicBool::new(false)).collect(),
            received: (0..n).map(|_| AtomicU32::new(0)).collect(),
            delivered: AtomicU64::new(0),
            last_ns: AtomicU64::new(0),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.due_ns.len()
    }

    /// The text that change `i` writes into its ticket.
    pub fn mark(&self, i: usize) -> String {
        format!("{}{i}.", self.mark)
    }

    /// Change `i` is sent now, being due at `at_ns`.
    pub fn due(&self, i: usize, at_ns: u64) {
        self.due_ns[i].store(at_ns, Relaxed);
    }

    /// Change `i` was answered with 2xx.
    pub fn accepted(&self, i: usize) {
        self.accepted[i].store(true, Relaxed);
    }

    /// Deliveries of accepted changes that did not arrive, of `watchers` for each.
    pub fn missed(&self, watchers: u64) -> u64 {
        let pairs = self.accepted.iter().zip(&self.received);
        pairs
            .filter(|(accepted, _)| accepted.load(Relaxed))
            .map(|(_, received)| watchers.saturating_sub(received.load(Relaxed).into()))
            .sum()
    }

    /// Counts the change that `message` shows, if it is one of these; its latency.
    fn receive(&self, finder: &Finder<'_>, message: &[u8]) -> Option<u64> {
        let at = finder.find(message)?;
        let i = leading_number(&message[at + self.mark.len()..])?;
        let i = usize::try_from(i).ok().filter(|i| *i < self.len())?;
        let due_ns = self.due_ns[i].load(Relaxed);
        if due_ns == 0 {
            return None;
        }
        let at_ns = now_ns();
        self.received[i].fetch_add(1, Relaxed);
        self.delivered.fetch_add(1, Relaxed);
        self.last_ns.fetch_max(at_ns, Relaxed);
        Some(at_ns.saturating_sub(due_ns))
    }
}

fn leading_number(text: &[u8]) -> Option<u64> {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    str::from_utf8(&text[..end]).ok()?.parse().ok()
}

/// What one or all watchers heard.
#[derive(Default)]
pub struct Heard {
    /// From due to arrival.
    pub latency: Hist,
    /// `seq` not above the one before.
    pub repeated: u64,
    /// Numbers of `seq` left out.
    pub gaps: u64,
    /// Sockets that ended before they should.
    pub dropped: u64,
    /// How the stalled readers' sockets ended: code, `broken`, or `open`.
    pub stalled_ends: BTreeMap<String, u64>,
}

/// Open sockets and those who read them.
pub struct Audience {
    watchers: Vec<JoinHandle<()>>,
    stalled: Vec<Ws>,
    shards: Arc<Vec<Mutex<Heard>>>,
}

impl Audience {
    /// Opens all sockets, in turn for each of `admins`.
    pub async fn gather(admins: &[Session], plan: Plan, changes: Arc<Changes>) -> Result<Self> {
        let shards: Arc<Vec<Mutex<Heard>>> = Arc::new((0..SHARDS).map(|_| Mutex::default()).collect());
        let gate = Arc::new(Semaphore::new(plan.dialing.max(1)));
        let mut dials = Vec::new();
        for (i, admin) in (0..plan.sockets + plan.stalled).zip(admins.iter().cycle()) {
            let (endpoint, headers, gate) = (admin.endpoint.clone(), admin.headers().to_owned(), gate.clone());
            let buffer = (i >= plan.sockets).then_some(STALLED_BUFFER);
            dials.push(tokio::spawn(async move {
                let _permit = gate.acquire_owned().await.context("sockets")?;
                Ok::<_, Error>(subscribe(&endpoint, &headers, None, buffer).await?.0)
            }));
        }
        let (mut watchers, mut stalled, mut why) = (Vec::new(), Vec::new(), None);
        for (i, dial) in dials.into_iter().enumerate() {
            match dial.await? {
                Ok(ws) if i < plan.sockets => {
                    watchers.push(tokio::spawn(watch(ws, changes.clone(), shards.clone(), i % SHARDS)));
                }
                Ok(ws) => stalled.push(ws),
                Err(e) => why = Some(e),
            }
        }
        match why {
            Some(e) if watchers.is_empty() => Err(e),
            _ => Ok(Self { watchers, stalled, shards }),
        }
    }

    /// How many sockets watch.
    pub fn connected(&self) -> usize {
        self.watchers.len()
    }

    /// How many sockets there are, the stalled ones with them.
    pub fn open(&self) -> usize {
        self.watchers.len() + self.stalled.len()
    }

    /// Closes all sockets and gathers what was heard.
    pub async fn dismiss(self) -> Heard {
        for watcher in &self.watchers {
            watcher.abort();
        }
        let mut all = Heard::default();
        for shard in self.shards.iter() {
            let heard = lock(shard);
            all.latency.add(&heard.latency);
            all.repeated += heard.repeated;
            all.gaps += heard.gaps;
            all.dropped += heard.dropped;
        }
        let ends: Vec<_> = self.stalled.into_iter().map(|ws| tokio::spawn(end_of(ws))).collect();
        for end in ends {
            let end = end.await.unwrap_or_else(|e| e.to_string());
            *all.stalled_ends.entry(end).or_default() += 1;
        }
        all
    }
}

async fn watch(mut ws: Ws, changes: Arc<Changes>, shards: Arc<Vec<Mutex<Heard>>>, shard: usize) {
    let mark = changes.mark.clone();
    let finder = Finder::new(mark.as_bytes());
    let seq_key = Finder::new(br#""seq":"#);
    let mut last = None;
    loop {
        let read = ws.read(|message| {
            let latency = changes.receive(&finder, message);
            let seq = seq_key.find(message).and_then(|at| leading_number(&message[at + 6..]));
            let mut heard = lock(&shards[shard]);
            if let Some(ns) = latency {
                heard.latency.record(ns);
            }
            if let Some(seq) = seq {
                match last {
                    Some(before) if seq <= before => heard.repeated += 1,
                    Some(before) => heard.gaps += seq - before - 1,
                    None => {}
                }
                last = Some(seq);
            }
        });
        if read.await.is_err() {
            lock(&shards[shard]).dropped += 1;
            return;
        }
    }
}

/// Reads what a stalled socket still holds, to see how the server ended it.
async fn end_of(mut ws: Ws) -> String {
    let rest = async {
        loop {
            if let Err(closed) = ws.read(|_| {}).await {
                return closed;
            }
        }
    };
    match tokio::time::timeout(Duration::from_millis(500), rest).await {
        Ok(Closed(Some(code))) => code.to_string(),
        Ok(Closed(None)) => "broken".to_owned(),
        Err(_) => "open".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_and_what_is_missing_is_counted() {
        let changes = Changes::new("t1", 10.0, 0.3).unwrap();
        assert_eq!(changes.len(), 3);
        let mark = changes.mark.clone();
        let finder = Finder::new(mark.as_bytes());
        changes.due(0, 1);
        changes.due(2, 1);
        changes.accepted(0);
        changes.accepted(2);
        let message = |i| format!(r#"{{"seq":7,"indicaciones":"{}"}}"#, changes.mark(i)).into_bytes();
        assert!(changes.receive(&finder, &message(0)).is_some());
        assert!(changes.receive(&finder, &message(0)).is_some());
        assert!(changes.receive(&finder, &message(1)).is_none(), "not sent yet");
        assert!(changes.receive(&finder, b"{}").is_none());
        assert_eq!(changes.missed(2), 2, "change 2 reached nobody");
    }
}
