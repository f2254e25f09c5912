//! The honest clients: many with small requests, and two on a line so slow that only patience tells them from the flood.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until};

use crate::bare::Intake;
use crate::clock::{now_ns, run_tag};
use crate::endpoint::Endpoint;
use crate::hist::Hist;
use crate::http::Client;
use crate::report::float;

/// Between two requests of one client.
const PAUSE: Duration = Duration::from_secs(1);
/// Who waits longer has been shut out.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes a second of the slow ones.
const SLOW: usize = 2048;
const LARGE: &str = "/docs/swagger-ui-bundle.js";

/// Clients that keep to what they announce.
pub struct Honest {
    intake: Intake,
    tickets: Endpoint,
    tag: String,
}

/// What the many met with.
#[derive(Default)]
pub struct Met {
    /// From the first byte sent, connecting included, to the whole answer.
    pub latency: Hist,
    /// What was not accepted, by status or failure.
    pub failed: BTreeMap<String, u64>,
}

impl Honest {
    /// Clients of `tickets` with the keys of `intake`.
    pub fn new(intake: Intake, tickets: Endpoint) -> Self {
        Self { intake, tickets, tag: run_tag() }
    }

    /// `count` clients for `duration`, each on a new connection for every ticket.
    pub async fn all(self: Arc<Self>, count: usize, duration: Duration) -> Met {
        let until = Instant::now() + duration;
        let tasks: Vec<_> = (0..count).map(|who| tokio::spawn(Arc::clone(&self).one(who, until))).collect();
        let mut all = Met::default();
        for task in tasks {
            let met = task.await.unwrap_or_default();
            all.latency.add(&met.latency);
            for (why, n) in met.failed {
                *all.failed.entry(why).or_default() += n;
            }
        }
        all
    }

    async fn one(self: Arc<Self>, who: usize, until: Instant) -> Met {
        let mut met = Met::default();
        // Not all at the same moment.
        let mut next = Instant::now() + PAUSE.mul_f64(float(who as u64 % 50) / 50.0);
        let mut n = 0;
        while next < until {
            sleep_until(next).await;
            next += PAUSE;
            n += 1;
            let number = format!("BF-{}-{who}-{n}", self.tag);
            let Ok(wire) = self.intake.ticket(&number, n) else { break };
            let begin_ns = now_ns();
            let why = match Client::new(self.tickets.clone(), PATIENCE).send(&wire).await {
                Ok(reply) if (200..300).contains(&reply.status()) => {
                    met.latency.record(now_ns() - begin_ns);
                    continue;
                }
                Ok(reply) => reply.status().to_string(),
                Err(failure) => failure.name().to_owned(),
            };
            *met.failed.entry(why).or_default() += 1;
        }
        met
    }

    /// Reads something large at two kilobytes a second: what came of it.
    pub async fn slow_reader(self: Arc<Self>, duration: Duration) -> String {
        let begin = Instant::now();
        let outcome = async {
            let mut stream = TcpStream::connect(self.tickets.addr).await?;
            let get = format!("GET {LARGE} HTTP/1.1\r\nHost: {}\r\n\r\n", self.tickets.authority);
            stream.write_all(get.as_bytes()).await?;
            let mut piece = [0; SLOW];
            while begin.elapsed() < duration {
                stream.read_exact(&mut piece).await?;
                sleep(Duration::from_secs(1)).await;
            }
            Ok::<_, std::io::Error>(())
        };
        said(outcome.await, begin)
    }

    /// Sends a ticket at two kilobytes a second, for nearly as long as there is.
    pub async fn slow_sender(self: Arc<Self>, duration: Duration) -> String {
        let begin = Instant::now();
        let outcome = async {
            let pieces = usize::try_from(duration.as_secs() * 3 / 4).unwrap_or(1);
            let wire = self.intake.padded_ticket(&format!("BF-{}-lento", self.tag), pieces * SLOW);
            let wire = wire.map_err(|error| std::io::Error::other(error.to_string()))?;
            let mut stream = TcpStream::connect(self.tickets.addr).await?;
            for piece in wire.chunks(SLOW) {
                stream.write_all(piece).await?;
                sleep(Duration::from_secs(1)).await;
            }
            let mut status = [0; 12];
            stream.read_exact(&mut status).await?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&status[9..]).into_owned())
        };
        match outcome.await {
            Ok(status) => status,
            Err(error) => said(Err(error), begin),
        }
    }
}

fn said(outcome: std::io::Result<()>, begin: Instant) -> String {
    match outcome {
        Ok(()) => "served".to_owned(),
        Err(error) => format!("cut after {} s: {error}", begin.elapsed().as_secs()),
    }
}
