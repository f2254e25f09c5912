//! Asking: at a rate whatever the service does, or as fast as a few connections can; and what came of it, by address.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::questions::Question;
use crate::clock::{now_ns, seconds_between, seconds_ns, sleep_until};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::feed::lock;
use crate::hist::Hist;
use crate::http::{Client, request};
use crate::report::{Report, float, ratio};

/// How long an answer may take before it counts as an error.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Most requests under way at once.
const MAX_OPEN: usize = 256;

/// What came of the questions.
#[derive(Clone, Default)]
pub struct Tally {
    /// Latency of each address, errors among them.
    pub by_name: BTreeMap<&'static str, Hist>,
    /// Answers that are none: by address and status or failure.
    pub errors: BTreeMap<String, u64>,
    /// From the first question to the last answer.
    pub seconds: f64,
}

impl Tally {
    fn note(&mut self, name: &'static str, ns: u64, outcome: std::result::Result<u16, String>) {
        self.by_name.entry(name).or_default().record(ns);
        let wrong = match outcome {
            Ok(200) => return,
            Ok(status) => format!("{name}: {status}"),
            Err(failure) => format!("{name}: {failure}"),
        };
        *self.errors.entry(wrong).or_default() += 1;
    }

    /// The latencies of all addresses together.
    pub fn all(&self) -> Hist {
        let mut all = Hist::default();
        self.by_name.values().for_each(|hist| all.add(hist));
        all
    }

    /// The latencies of the addresses with these names together.
    pub fn of(&self, names: &[&str]) -> Hist {
        let mut some = Hist::default();
        self.by_name.iter().filter(|(name, _)| names.contains(name)).for_each(|(_, hist)| some.add(hist));
        some
    }

    /// How many answers were none.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Answers a second that are answers.
    pub fn per_s(&self) -> f64 {
        ratio(float(self.all().count().saturating_sub(self.failed())), self.seconds)
    }

    /// Everything into a report, under `prefix`; an error fails it.
    pub fn put(&self, report: &mut Report, prefix: &str) {
        report.put(format!("{prefix}per_s"), self.per_s()).put(format!("{prefix}errors"), &self.errors);
        report.put_hist(&format!("{prefix}all"), &self.all());
        for (name, hist) in &self.by_name {
            report.put_hist(&format!("{prefix}{name}"), hist);
        }
        report.expect_none(usize::try_from(self.failed()).unwrap_or(usize::MAX), &format!("{prefix}questions failed"));
    }

    /// A table for people: each address with its quantiles in milliseconds.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| address | n | p50 ms | p99 ms | max ms |\n|---|--:|--:|--:|--:|\n");
        let ms = |ns: u64| float(ns) / 1e6;
        let all = self.all();
        for (name, hist) in self.by_name.iter().map(|(name, hist)| (*name, hist)).chain([("all", &all)]) {
            let (n, middle, high, max) =
                (hist.count(), ms(hist.quantile_ns(500)), ms(hist.quantile_ns(990)), ms(hist.max_ns()));
            let _ = writeln!(text, "| `{name}` | {n} | {middle:.1} | {high:.1} | {max:.1} |");
        }
        text
    }
}

async fn ask(client: &mut Client, endpoint: &Endpoint, question: &Question) -> std::result::Result<u16, String> {
    let wire = request(endpoint, "GET", &question.path, "", b"");
    client.send(&wire).await.map(|reply| reply.status()).map_err(|failure| failure.name().to_owned())
}

/// One after the other, on one connection.
pub async fn in_turn(endpoint: &Endpoint, questions: impl Iterator<Item = Question>) -> Tally {
    let (mut tally, mut client) = (Tally::default(), Client::new(endpoint.clone(), TIMEOUT));
    let begun = now_ns();
    for question in questions {
        let sent = now_ns();
        let outcome = ask(&mut client, endpoint, &question).await;
        tally.note(question.name, now_ns() - sent, outcome);
    }
    tally.seconds = seconds_between(begun, now_ns());
    tally
}

/// So many a second for so long, whatever the answers do. Latency runs from when a question was due.
pub async fn paced(
    endpoint: &Endpoint,
    questions: impl Iterator<Item = Question>,
    rate: f64,
    seconds: f64,
) -> Result<Tally> {
    if rate.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return Err(Error::new("the rate must be above 0"));
    }
    let begun = now_ns();
    let end = begun + seconds_ns(seconds);
    let idle: Arc<Mutex<Vec<Client>>> = Arc::default();
    let (open, mut tasks) = (Arc::new(Semaphore::new(MAX_OPEN)), Vec::new());
    for (n, question) in (0_u32..).zip(questions) {
        let due = begun + seconds_ns(f64::from(n) / rate);
        if due >= end {
            break;
        }
        sleep_until(due).await;
        let (idle, open, endpoint) = (idle.clone(), open.clone(), endpoint.clone());
        tasks.push(tokio::spawn(async move {
            let _permit = open.acquire_owned().await.context("pool of connections")?;
            let kept = lock(&idle).pop();
            let mut client = kept.unwrap_or_else(|| Client::new(endpoint.clone(), TIMEOUT));
            let outcome = ask(&mut client, &endpoint, &question).await;
            let took = now_ns() - due;
            lock(&idle).push(client);
            Ok::<_, Error>((question.name, took, outcome))
        }));
    }
    let mut tally = Tally::default();
    for task in tasks {
        let (name, ns, outcome) = task.await??;
        tally.note(name, ns, outcome);
    }
    tally.seconds = seconds_between(begun, now_ns());
    Ok(tally)
}

/// As fast as `connections` can, for so long.
pub async fn flat_out(
    endpoint: &Endpoint,
    questions: impl Iterator<Item = Question> + Send + 'static,
    connections: usize,
    seconds: f64,
) -> Result<Tally> {
    let begun = now_ns();
    let end = begun + seconds_ns(seconds);
    let questions = Arc::new(Mutex::new(questions));
    let tasks: Vec<_> = (0..connections.max(1))
        .map(|_| {
            let (questions, endpoint) = (questions.clone(), endpoint.clone());
            tokio::spawn(async move {
                let (mut tally, mut client) = (Tally::default(), Client::new(endpoint.clone(), TIMEOUT));
                while now_ns() < end {
                    let Some(question) = lock(&questions).next() else { break };
                    let sent = now_ns();
                    let outcome = ask(&mut client, &endpoint, &question).await;
                    tally.note(question.name, now_ns() - sent, outcome);
                }
                tally
            })
        })
        .collect();
    let mut whole = Tally::default();
    for task in tasks {
        let part = task.await?;
        part.by_name.iter().for_each(|(name, hist)| whole.by_name.entry(name).or_default().add(hist));
        part.errors.iter().for_each(|(what, n)| *whole.errors.entry(what.clone()).or_default() += n);
    }
    whole.seconds = seconds_between(begun, now_ns());
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    async fn service() -> Endpoint {
        let router = Router::new().route("/good", get(async || "[]")).route("/bad", get(StatusCode::BAD_GATEWAY));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::local(listener.local_addr().unwrap().port());
        tokio::spawn(async move { axum::serve(listener, router).await });
        endpoint
    }

    fn questions() -> impl Iterator<Item = Question> + Send {
        let of = |n: u64| if n.is_multiple_of(10) { ("bad", "/bad") } else { ("good", "/good") };
        (1..).map(of).map(|(name, path)| Question { name, path: path.to_owned() })
    }

    #[tokio::test]
    async fn a_rate_asks_so_many_and_counts_what_failed() {
        let tally = paced(&service().await, questions(), 100.0, 0.5).await.unwrap();
        assert_eq!((tally.all().count(), tally.failed()), (50, 5));
        assert_eq!(tally.errors.get("bad: 502"), Some(&5));
        let mut report = Report::new("insights");
        tally.put(&mut report, "mix_");
        assert_eq!(report.failures(), ["5 mix_questions failed"]);
        assert!(tally.markdown().contains("| `good` | 45 |"), "{}", tally.markdown());
    }

    #[tokio::test]
    async fn flat_out_ends_and_counts_good_answers_only() {
        let tally = flat_out(&service().await, questions(), 4, 0.2).await.unwrap();
        let (all, failed) = (tally.all().count(), tally.failed());
        assert!(all > 10 && failed > 0);
        assert!((tally.per_s() * tally.seconds - float(all - failed)).abs() < 0.01);
    }

    #[tokio::test]
    async fn in_turn_asks_each_once() {
        let tally = in_turn(&service().await, questions().take(9)).await;
        assert_eq!((tally.of(&["good"]).count(), tally.failed()), (9, 0));
    }

    #[tokio::test]
    async fn nobody_there_is_an_error_of_every_question() {
        let tally = in_turn(&Endpoint::local(1), questions().take(3)).await;
        assert_eq!(tally.errors.get("good: connect"), Some(&3));
    }
}
