//! A shop and a board on one database, as an operator would start them.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use super::cast::catalog;
use super::database::{Database, Engine, Service};
use super::http::Client;
use super::poll::{DEADLINE, pause};
use super::process::{Process, Program, belgrano};

/// The first administrator of both services.
pub const ADMIN: (&str, &str) = ("admin@belgrano.test", "una-clave-de-prueba");
/// What clients of the old pair send.
pub const API_KEY: &str = "clave-de-la-pareja-vieja";
/// What the services know each other by.
pub const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// What is configured otherwise than usual.
#[derive(Clone, Debug)]
pub struct Plan {
    engine: Engine,
    combined: bool,
    demo: bool,
    env: Vec<(String, String)>,
    catalog: serde_json::Value,
    ticketera_url: Option<String>,
    before_tickets: Option<String>,
    before_shop: Option<String>,
}

impl Plan {
    pub fn new(engine: Engine) -> Self {
        let catalog = catalog(&[(1, Some(1_000_000)), (2, Some(1_000_000)), (3, None)]);
        let none = None::<String>;
        Self {
            engine,
            combined: false,
            demo: false,
            env: Vec::new(),
            catalog,
            ticketera_url: none.clone(),
            before_tickets: none.clone(),
            before_shop: none,
        }
    }

    /// Both services in one process.
    pub fn combined(mut self) -> Self {
        self.combined = true;
        self
    }

    /// A demo, in which little happens from now on.
    pub fn demo() -> Self {
        Self { demo: true, ..Self::new(Engine::Sqlite).combined() }
    }

    /// Sets a variable for both services (`SHOP_…` or `TICKETS_…` for one).
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What the shop sells.
    pub fn catalog(mut self, catalog: serde_json::Value) -> Self {
        self.catalog = catalog;
        self
    }

    /// Where the shop looks for the board, if not at the board itself.
    pub fn ticketera_url(mut self, url: &str) -> Self {
        self.ticketera_url = Some(url.to_owned());
        self
    }

    /// Shell commands that run in the board's process before it is the board.
    pub fn before_tickets(mut self, commands: &str) -> Self {
        self.before_tickets = Some(commands.to_owned());
        self
    }

    /// The same for the shop.
    pub fn before_shop(mut self, commands: &str) -> Self {
        self.before_shop = Some(commands.to_owned());
        self
    }

    /// A database with a catalog and nothing running.
    pub async fn prepare(self) -> Pair {
        let demo = self.demo;
        let database = if demo { Database::of_demo().await } else { Database::create(self.engine).await };
        let mut pair = Pair { shop: Node::nowhere(), tickets: Node::nowhere(), plan: self, database };
        pair.tickets = pair.node(Service::Tickets);
        pair.shop = pair.node(Service::Shop);
        if demo {
            return pair;
        }
        let file = pair.database.folder().join("productos.json");
        std::fs::write(&file, pair.plan.catalog.to_string()).expect("a file");
        let mut import = pair.shop.program.clone();
        import.before = None;
        import.arguments = vec!["catalog".into(), "import".into(), file.display().to_string()];
        import.run();
        pair
    }

    /// Both services, ready.
    pub async fn start(self) -> Pair {
        let mut pair = self.prepare().await;
        if !pair.plan.combined {
            pair.tickets.start().await;
        }
        pair.shop.launch();
        // A demo writes a year first.
        pair.shop.ready_within(if pair.plan.demo { DEADLINE * 3 } else { DEADLINE }).await;
        pair.tickets.ready().await;
        pair
    }
}

/// A shop and a board.
pub struct Pair {
    pub shop: Node,
    pub tickets: Node,
    pub database: Database,
    plan: Plan,
}

impl Pair {
    pub async fn start(engine: Engine) -> Self {
        Plan::new(engine).start().await
    }

    /// A further instance of a service on the same database, not started.
    pub fn node(&self, service: Service) -> Node {
        let port = free_port();
        let plan = &self.plan;
        let combined = plan.combined;
        if combined && service == Service::Tickets {
            return Node { port, ..Node::nowhere() };
        }
        let mut env = vec![("PATH".to_owned(), std::env::var("PATH").unwrap_or_default())];
        env.extend(self.database.env());
        env.extend(usual_env());
        let board = if combined || service == Service::Shop { self.tickets.port } else { port };
        let shop = if service == Service::Shop { port } else { self.shop.port };
        env.extend(addresses("SHOP", shop).into_iter().chain(addresses("TICKETS", board)));
        if !combined || plan.ticketera_url.is_some() {
            let url = plan.ticketera_url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{board}"));
            env.push(("TICKETERA_URL".to_owned(), url));
        }
        env.extend(plan.env.iter().cloned());
        let mut arguments = vec!["serve".to_owned()];
        if plan.demo {
            arguments = ["demo", "--rate", "1"].map(str::to_owned).into();
        } else if !combined {
            arguments.extend(["--solo".to_owned(), service.name().to_owned()]);
        }
        let before = match service {
            Service::Shop => plan.before_shop.clone(),
            Service::Tickets => plan.before_tickets.clone(),
        };
        let name = format!("{}-{port}", service.name());
        let log = self.database.folder().join(&name).with_extension("log");
        Node { port, program: Program { name, binary: belgrano(), arguments, env, before, log }, process: None }
    }

    /// Stops both as a platform would, insists on a clean end, and removes the database.
    pub async fn finish(mut self) {
        for node in [&mut self.shop, &mut self.tickets] {
            if node.process.is_some() {
                node.stop().await;
            }
        }
        self.database.remove().await;
    }
}

/// What every test's services have: cheap passwords, and no limit that a test would run into by its haste.
fn usual_env() -> Vec<(String, String)> {
    let usual = [
        ("HOST", "127.0.0.1"),
        ("ADMIN_EMAIL", ADMIN.0),
        ("ADMIN_PASSWORD", ADMIN.1),
        ("SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
        ("INTEGRATION_SECRET", SECRET),
        ("API_KEY", API_KEY),
        ("ARGON2_MEMORY_KIB", "8"),
        ("ARGON2_PASSES", "1"),
        ("DATABASE_READERS", "4"),
        ("REGISTRATIONS", "100000"),
        ("ORDERS_OPEN", "0"),
        ("ORDER_QUANTITY", "10000"),
        ("NEW_ACCOUNT_TOTAL", "0"),
        ("LOGIN_TRIES", "100000"),
        ("LOGIN_TRIES_WIDE", "100000"),
        // An offer that expires while a loaded machine thinks would be a step nobody took.
        ("OFFER_TIMEOUT", "3600"),
    ];
    usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn addresses(prefix: &str, port: u16) -> [(String, String); 2] {
    [(format!("{prefix}_PORT"), port.to_string()), (format!("{prefix}_PUBLIC_URL"), format!("http://127.0.0.1:{port}"))]
}

/// A place where a service runs, may be killed, and comes back.
pub struct Node {
    pub port: u16,
    program: Program,
    process: Option<Process>,
}

impl Node {
    /// Of a program that listens on `port`.
    pub fn new(port: u16, program: Program) -> Self {
        Self { port, program, process: None }
    }

    fn nowhere() -> Self {
        let program = Program {
            name: String::new(),
            binary: belgrano(),
            arguments: vec![],
            env: vec![],
            before: None,
            log: std::path::PathBuf::new(),
        };
        Self { port: 0, program, process: None }
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A client that has not logged in.
    pub fn client(&self) -> Client {
        Client::new(&self.url())
    }

    /// A further client with the session of another.
    pub fn client_as(&self, other: &Client) -> Client {
        let client = self.client();
        client.share_cookies(other);
        client
    }

    /// Starts it, on the same port as before, and waits until it is ready.
    pub async fn start(&mut self) {
        self.launch();
        self.ready().await;
    }

    /// Starts it and does not wait.
    pub fn launch(&mut self) {
        self.process = Some(self.program.start());
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&mut self) {
        self.ready_within(DEADLINE).await;
    }

    async fn ready_within(&mut self, patience: Duration) {
        let client = self.client();
        let started = std::time::Instant::now();
        loop {
            let seen = match client.get("/ready").await {
                Ok(reply) if reply.status == 200 => return,
                Ok(reply) => reply.body,
                Err(error) => error.to_string(),
            };
            let ended = self.process.as_mut().and_then(Process::ended);
            assert!(ended.is_none(), "{} ended at start: {ended:?}", self.program.name);
            assert!(started.elapsed() < patience, "{} is not ready: {seen}", self.program.name);
            pause().await;
        }
    }

    /// Whether the process lives. False when there is none.
    pub fn lives(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.ended().is_none())
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.process.take().expect("a running process").kill();
    }

    /// Sends a signal: `-TERM`, `-STOP`, `-CONT`.
    pub fn signal(&self, signal: &str) {
        self.process.as_ref().expect("a running process").signal(signal);
    }

    /// The process' id.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("a running process").pid()
    }

    /// Waits until the process has ended by itself.
    pub async fn exit(&mut self) -> std::process::ExitStatus {
        self.process.take().expect("a running process").exit().await
    }

    /// SIGTERM, and a clean end.
    pub async fn stop(&mut self) {
        self.signal("-TERM");
        let status = self.exit().await;
        assert!(status.success(), "{} stopped badly: {status}", self.program.name);
    }

    /// Changes how it is started from now on.
    pub fn program(&mut self) -> &mut Program {
        &mut self.program
    }
}

/// A port nobody listens on, outside of those that the system gives to outgoing connections and to port 0.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test processes that run side by side have neighbouring ids, and a port is only taken once its service listens.
    let start = u16::try_from(std::process::id() * 16 % 9000).unwrap_or(0);
    loop {
        let port = 10_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 9000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
