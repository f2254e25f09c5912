//! A board on port 0, and what a test does to it past its routes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::session::Token;
use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_testing::TestDatabase;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::live::EventKind;
use belgrano_wire::signature::SigningSecrets;
use belgrano_wire::{OrderMessage, OrderNumber};

use super::client::Client;
use crate::app::App;
use crate::assignment::{Assign, Chosen, Terms};
use crate::intake::Receive;
use crate::progress::Undo;
use crate::service;
use crate::settings::Settings;
use crate::unit::{Action, Actor, Announcement, BoardUnit, BoardWants, Change};
use crate::users::{CreateUser, Role};

pub(super) const API_KEY: &str = "clave-de-prueba-0123456789abcdef";
pub(super) const ORIGIN: &str = "http://tickets.test";
/// However slow the machine: what has not happened by then will not happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// One instance of the board.
pub(super) struct Board {
    pub(super) app: App,
    pub(super) address: SocketAddr,
    pub(super) life: Lifecycle,
}

/// Somebody logged in.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) user_id: i64,
    pub(super) session: Vec<u8>,
    pub(super) cookie: String,
}

impl Board {
    pub(super) async fn start(database: &TestDatabase, variables: &[(&str, &str)]) -> Self {
        let ambient = Ambient::system();
        let secret = SigningSecrets::generate(&ambient);
        let mut all = vec![
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("PUBLIC_URL", ORIGIN),
            ("API_KEY", API_KEY),
            // Not generated, which would leave a file behind.
            ("VAPID_PRIVATE_KEY", "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            ("INTEGRATION_SECRET", &secret),
            ("ADMIN_EMAIL", "admin@example.com"),
            ("ADMIN_PASSWORD", "una-clave-larga-de-prueba"),
        ];
        all.extend_from_slice(variables);
        let (mut settings, _) = Settings::from_env(Env::from_map(all)).expect("settings without mistakes");
        settings.common.storage = database.settings();
        let life = Lifecycle::new();
        let serve = settings.common.serve.clone();
        let (app, router) = service::assemble(settings, &ambient, &life).await.expect("a board");
        let bound = belgrano_runtime::http::serve::bind(serve).await.expect("a free port");
        let address = bound.local_addr().expect("bound");
        life.spawn_critical("http", bound.serve(router, life.clone(), app.metrics.clone()));
        Self { app, address, life }
    }

    /// Stops it; everything has to end by itself, well before the deadline.
    pub(super) async fn stop(self) {
        self.life.stop();
        drop(self.app);
        let stopped = tokio::time::timeout(PATIENCE, self.life.run(PATIENCE)).await.expect("stops in time");
        assert_eq!(stopped, Ok(()));
        assert!(!self.life.hard().is_cancelled(), "something had to be dropped");
    }

    /// An account with a session.
    pub(super) async fn account(&self, role: Role) -> Account {
        let name = self.app.ambient.code(10);
        let create = CreateUser {
            email: Email::local(&name.to_lowercase()),
            name,
            password_hash: "ninguna".to_owned(),
            role,
            driver: crate::users::NewDriver::default(),
        };
        let user_id = self.app.writer.submit(create).await.expect("a new account").id;
        self.log_in(user_id).await
    }

    /// One more session.
    pub(super) async fn log_in(&self, user_id: i64) -> Account {
        let token = Token::generate(&self.app.ambient);
        let session = token.hash().to_vec();
        self.app.writer.submit(LogIn { user_id, session: session.clone() }).await.expect("a session");
        Account { user_id, session, cookie: format!("belgrano_tickets={}", token.reveal()) }
    }

    pub(super) async fn client(&self, account: &Account) -> Client {
        Client::connect(self.address, &[("cookie", &account.cookie)]).await
    }

    /// A new ticket.
    pub(super) async fn receive(&self, number: &str) {
        let json = format!(r#"{{"numero":"{number}","cliente_nombre":"Ana","total":10}}"#);
        let message = OrderMessage::from_json(json.as_bytes()).expect("an order");
        self.app.writer.submit(Receive::new(message)).await.expect("taken in");
    }

    /// Gives a ticket to a driver, or to nobody.
    pub(super) async fn give(&self, number: &str, driver: Option<i64>) {
        let number = OrderNumber::parse(number).expect("a number");
        self.app.writer.submit(Give { number, driver, text: None }).await.expect("given");
    }

    /// Offers a ticket to a driver, as an administrator does.
    pub(super) async fn offer(&self, number: &str, driver: i64) {
        let number = OrderNumber::parse(number).expect("a number");
        let terms = Terms { by: Actor::System, offer_timeout_ms: 60_000, recall: false };
        let assign = Assign { number, chosen: Chosen::Driver(driver), if_match: None, terms };
        self.app.writer.submit(assign).await.expect("offered");
    }

    /// Takes the last change of a ticket back.
    pub(super) async fn undo(&self, number: &str) {
        let number = OrderNumber::parse(number).expect("a number");
        let undo = Undo { number, if_match: None, by: Actor::System, offer_timeout_ms: 60_000 };
        self.app.writer.submit(undo).await.expect("undone");
    }

    /// A change that makes a long event.
    pub(super) async fn write_on(&self, number: &str, text: String) {
        let number = OrderNumber::parse(number).expect("a number");
        self.app.writer.submit(Give { number, driver: None, text: Some(text) }).await.expect("written");
    }

    pub(super) async fn revoke(&self, user_id: i64, session: Option<Vec<u8>>) {
        self.app.writer.submit(Revoke { user_id, session }).await.expect("revoked");
    }

    /// The log, as `view` should have seen it: `seq` and whether it is a farewell.
    pub(super) async fn log(&self, driver: Option<i64>) -> Vec<(i64, bool)> {
        let mut session = self.app.db.read().await.expect("a connection");
        let sql = "SELECT seq FROM events WHERE $1 = 0 OR driver_id = $1 ORDER BY seq";
        let own = fetch_scalar!(all, session, i64, sql, driver.unwrap_or(0)).expect("rows");
        let sql = "SELECT seq FROM events WHERE previous_driver_id = $1 AND driver_id IS DISTINCT FROM $1";
        let left = fetch_scalar!(all, session, i64, sql, driver.unwrap_or(0)).expect("rows");
        let mut all: Vec<_> =
            own.into_iter().map(|seq| (seq, false)).chain(left.into_iter().map(|seq| (seq, true))).collect();
        all.sort_unstable();
        all
    }
}

/// Waits until something is so.
pub(super) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let watch = async {
        let mut looks = tokio::time::interval(Duration::from_millis(5));
        while !is_so() {
            looks.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, watch).await.is_ok(), "never: {what}");
}

struct LogIn {
    user_id: i64,
    session: Vec<u8>,
}

impl Command<BoardUnit> for LogIn {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        const SQL: &str = "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        let now = unit.now();
        execute!(*unit.session(), SQL, &self.session, self.user_id, now, now.plus_ms(3_600_000))?;
        Ok(())
    }
}

struct Revoke {
    user_id: i64,
    session: Option<Vec<u8>>,
}

impl Command<BoardUnit> for Revoke {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        const SQL: &str = "DELETE FROM sessions WHERE user_id = $1 AND token_hash = $2";
        const ALL: &str = "DELETE FROM sessions WHERE user_id = $1";
        match &self.session {
            Some(session) => execute!(*unit.session(), SQL, self.user_id, session)?,
            None => execute!(*unit.session(), ALL, self.user_id)?,
        };
        unit.announce(Announcement::Revoked { user_id: self.user_id, session: self.session.clone() });
        Ok(())
    }
}

struct Give {
    number: OrderNumber,
    driver: Option<i64>,
    text: Option<String>,
}

impl Command<BoardUnit> for Give {
    type Output = ();
    type Refusal = Infallible;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        let mut ticket = unit.ticket(&self.number).await?.expect("a ticket").clone();
        let previous_driver = ticket.view.driver_id;
        ticket.view.set_driver(self.driver.map(|id| (id, format!("Repartidor {id}"))));
        ticket.view.instructions.clone_from(&self.text);
        let kind = if self.driver.is_some() { EventKind::Assigned } else { EventKind::Unassigned };
        let occurred_at = unit.now();
        unit.record(
            ticket,
            Change {
                kind,
                action: Action::Edited,
                actor: Actor::System,
                occurred_at,
                clock_moved_ms: None,
                previous_driver,
            },
        )?;
        Ok(())
    }
}
