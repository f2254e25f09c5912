//! Events and a NATS server of one test's own.
#![expect(clippy::missing_panics_doc, reason = "whatever goes wrong here fails the test that asked")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use serde_json::value::RawValue;
use tempfile::TempDir;

use crate::{Event, Target};

/// Looks at a server that has just been started, at most.
const TRIES: u32 = 400;

/// A change of something that says nothing of an order.
#[must_use]
pub fn event(entity: &str, key: &str, seq: i64) -> Event {
    let data = RawValue::from_string(json!({ "n": seq }).to_string()).ok();
    let at = Some("2026-11-29T12:00:00.123Z".to_owned());
    Event { feed: "shop", epoch: "e1".to_owned(), seq, entity: entity.to_owned(), key: key.to_owned(), at, data }
}

/// One whose `member` names an order.
#[must_use]
pub fn event_of(entity: &str, key: &str, seq: i64, member: &str, order: &str) -> Event {
    let data = RawValue::from_string(json!({ member: order, "n": seq }).to_string()).ok();
    Event { data, ..event(entity, key, seq) }
}

/// A server with JetStream. Ends with this value.
#[derive(Debug)]
pub struct NatsServer {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl NatsServer {
    /// Starts one with a store of its own.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With more settings, as its file has them.
    pub async fn start_with(settings: &str) -> Self {
        let port = {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            listener.local_addr().expect("bound").port()
        };
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store");
        let jetstream = format!("jetstream {{ store_dir: \"{}\" }}\n{settings}\n", store.display());
        std::fs::write(folder.path().join(SETTINGS), jetstream).expect("its settings");
        let mut server = Self { process: spawn(port, folder.path()), port, folder };
        server.answers().await;
        server
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Dies with all its connections; what it has acknowledged is on its disk.
    pub fn kill(&mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it is ours");
    }

    /// Is started again, where it was.
    pub async fn restart(&mut self) {
        self.process = spawn(self.port, self.folder.path());
        self.answers().await;
    }

    async fn answers(&mut self) {
        for _ in 0..TRIES {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nats-server does not answer");
    }
}

const SETTINGS: &str = "nats.conf";

fn spawn(port: u16, folder: &Path) -> Child {
    let found = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
    let program = found.into_iter().find(|path| Path::new(path).exists()).unwrap_or("nats-server");
    let process = Command::new(program)
        .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-c", SETTINGS])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    process.expect("nats-server: scripts/need nats-server installs it")
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Numbers that look random and repeat themselves for the same seed.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// The sequence of `seed`, which is printed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        eprintln!("seed of this test: {seed}");
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `most`.
    pub fn below(&mut self, most: u64) -> u64 {
        // xorshift64* (Vigna 2016).
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % most
    }
}

/// An event as it arrived: its id, its order's key, its place in the feed, and the whole document.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The CloudEvent.
    pub document: serde_json::Value,
}

impl Arrived {
    /// Of the bytes of a message.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        Self { document: serde_json::from_slice(body).expect("a CloudEvent") }
    }

    /// A member that is text.
    #[must_use]
    pub fn text(&self, member: &str) -> &str {
        self.document[member].as_str().unwrap_or_else(|| panic!("{member} in {}", self.document))
    }

    /// Its place in the feed.
    #[must_use]
    pub fn seq(&self) -> i64 {
        self.text("sequence").parse().expect("a number")
    }
}

/// Whether no event of a key arrived first after a later one of that key did, in each feed.
pub fn assert_in_order(arrived: &[Arrived]) {
    let mut newest: std::collections::HashMap<(String, String), i64> = std::collections::HashMap::new();
    let mut known = std::collections::HashSet::new();
    for one in arrived {
        if !known.insert(one.text("id").to_owned()) {
            continue;
        }
        let key = (one.text("source").to_owned(), one.text("partitionkey").to_owned());
        let last = newest.entry(key).or_insert(0);
        assert!(*last < one.seq(), "{} came after {last}", one.document);
        *last = one.seq();
    }
}

/// How many messages the JetStream stream of `target` has.
pub async fn count(target: &Target) -> usize {
    crate::nats::count(target).await
}

/// All messages of the JetStream stream of `target`, in its order.
pub async fn stored(target: &Target) -> Vec<Arrived> {
    crate::nats::stored(target).await.iter().map(|body| Arrived::read(body)).collect()
}
