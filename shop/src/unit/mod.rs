//! The shop's unit of work: what one batch of commands has read, and what it will write.
//!
//! Commands see products, customers and orders as they will be after the commands before them in the batch, and write by
//! putting whole values back. [`ShopUnit::commit`] turns all of it into a handful of many-row statements, so the cost of a
//! checkout falls as the load rises. Commands of the quiet rooms (accounts, cart, merchants) run their own statements on
//! [`ShopUnit::session`] instead, after [`ShopUnit::flush`] when they read what the batch may have buffered.

mod ahead;
mod batch;
mod cancel_cause;
mod customers;
mod handoff;
mod movements;
mod order_limits;
mod orders;
mod outbox;
mod past;
#[cfg(test)]
mod plan_tests;
mod products;
mod security_log;

use std::sync::LazyLock;

use belgrano_notices::{Notice, NoticeUnit, Outgoing};
use belgrano_runtime::auth::caller::{Callers, KnowsCallers};
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::auth::session_end;
use belgrano_runtime::changes::{FeedUnit, Growing};
use belgrano_runtime::idempotency::{Answers, IdempotencyKey, KeepsAnswers, StoredAnswer};
use belgrano_runtime::security::{self, Entry, Source};
use belgrano_runtime::storage::Session;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::UnitOfWork;
use belgrano_runtime::{execute, fetch, growing};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

pub use batch::{Committed, Promises, ShopContext, ShopWants};
pub use cancel_cause::CancelCause;
pub use customers::Customer;
pub use handoff::{Claimed, Handoff, Place};
pub use movements::{Cause, MovementKind};
pub use order_limits::OrderLimits;
pub use orders::{Order, OrderLine, Promised};
pub(crate) use orders::{select_lines, select_orders};
pub use outbox::{MessageKind, OutboxMessage};
pub use products::ProductForSale;

use customers::Customers;
use movements::Movements;
use orders::Orders;
use outbox::Outbox;
use products::Products;

/// One batch of the shop's writer.
#[derive(Debug)]
pub struct ShopUnit {
    session: Session,
    ambient: Ambient,
    handoff: Handoff,
    promises: Promises,
    order_limits: OrderLimits,
    now: UnixMillis,
    /// Where [`ShopUnit::go_back`] went, if it did.
    then: Option<past::Then>,
    changes: u64,
    counters: Counters,
    stored_counters: Counters,
    products: Products,
    customers: Customers,
    movements: Movements,
    orders: Orders,
    outbox: Outbox,
    answers: Answers,
    callers: Callers,
    outgoing: Outgoing,
    /// Who asks for the command that is applied.
    asker: Source,
    log: Vec<Entry>,
    committed: Committed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
struct Counters {
    order_id: i64,
    outbox_id: i64,
}

/// Writing the row locks it: on Postgres the writers of other instances wait here until this batch is over.
fn lock_counters(engine: Engine) -> String {
    let (turn, time) = (engine.own_turn(), engine.own_time("clock"));
    format!("UPDATE counters SET clock = $1 WHERE id = 1 RETURNING order_id, outbox_id{turn}{time}")
}

static LOCK_SQLITE: LazyLock<String> = LazyLock::new(|| lock_counters(Engine::Sqlite));
static LOCK_POSTGRES: LazyLock<String> = LazyLock::new(|| lock_counters(Engine::Postgres));
/// Not a join: planned on empty tables, a join would read both as a whole for as long as that plan is kept.
const CALLERS: &str = "SELECT s.token_hash, s.account_id, s.expires_at, \
     (SELECT a.role FROM accounts a WHERE a.id = s.account_id AND a.active) AS role FROM sessions s WHERE s.token_hash IN";
const STORE_COUNTERS: &str = "UPDATE counters SET order_id = $1, outbox_id = $2 WHERE id = 1";

impl ShopUnit {
    /// The transaction, for a room's own statements. Taking it counts as a change, so take it to write.
    pub fn session(&mut self) -> &mut Session {
        self.changes += 1;
        &mut self.session
    }

    /// The transaction, for statements that change what a sale reads: products, accounts. What is buffered is written first,
    /// and what was read of them is forgotten.
    pub async fn own_statements(&mut self) -> sqlx::Result<&mut Session> {
        self.flush().await?;
        self.products = Products::default();
        self.customers = Customers::default();
        Ok(self.session())
    }

    /// An account was erased by statements of its own: nothing that was read of it before may be written again, nobody comes with a
    /// session of it any more, and whoever watches it hears of that. What was buffered has to be written by then.
    pub(crate) fn forget_account(&mut self, account_id: i64) {
        self.orders.forget_read();
        self.callers.forget_account(account_id);
        self.committed.accounts.push(account_id);
        self.committed.packages = true;
        self.changes += 1;
    }

    /// The transaction, to read on.
    pub fn reader(&mut self) -> &mut Session {
        &mut self.session
    }

    /// The time of this batch.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// Randomness and ids.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// What an order that is placed now is promised of its arrival.
    #[must_use]
    pub fn first_promise(&self) -> Promised {
        if let Some(then) = &self.then {
            return then.promised;
        }
        self.promises.at(self.now)
    }

    /// How much one account may order.
    #[must_use]
    pub fn order_limits(&self) -> OrderLimits {
        self.order_limits
    }

    /// Tells an account, if it asked for that.
    pub fn notify(&mut self, notice: Notice) {
        self.changes += 1;
        self.outgoing.push(notice);
    }

    /// What the commit will announce.
    pub fn announce(&mut self) -> &mut Committed {
        &mut self.committed
    }

    fn next_order_id(&mut self) -> i64 {
        self.counters.order_id += 1;
        self.counters.order_id
    }

    fn next_outbox_id(&mut self) -> i64 {
        self.counters.outbox_id += 1;
        self.counters.outbox_id
    }

    /// Writes what is buffered, so that a statement can read it.
    pub async fn flush(&mut self) -> sqlx::Result<()> {
        self.store_then().await?;
        self.products.flush(&mut self.session).await?;
        self.movements.flush(&mut self.session).await?;
        self.orders.flush(&mut self.session).await?;
        self.outbox.flush(&mut self.session).await?;
        let outgoing = self.outgoing.flush(&mut self.session, Self::NOTICES, &self.ambient, self.now);
        self.committed.noticed |= outgoing.await?;
        self.answers.flush(&mut self.session, self.now).await?;
        security::store(&mut self.session, &self.log, self.now).await?;
        self.committed.logged.append(&mut self.log);
        if self.counters != self.stored_counters {
            execute!(self.session, STORE_COUNTERS, self.counters.order_id, self.counters.outbox_id)?;
            self.stored_counters = self.counters;
        }
        Ok(())
    }
}

impl KeepsAnswers for ShopUnit {
    fn want_answer(wants: &mut ShopWants, key: IdempotencyKey) {
        wants.keys.push(key);
    }

    fn answers(&self) -> &Answers {
        &self.answers
    }

    fn keep_answer(&mut self, key: IdempotencyKey, answer: StoredAnswer) {
        self.changes += 1;
        self.answers.keep(key, answer);
    }
}

impl KnowsCallers for ShopUnit {
    fn want_caller(wants: &mut ShopWants, session: TokenHash) {
        wants.callers.push(session);
    }

    fn callers(&self) -> &Callers {
        &self.callers
    }

    fn asked_by(&mut self, source: Source) {
        self.asker = source;
    }

    fn now(&self) -> UnixMillis {
        self.now
    }
}

impl FeedUnit for ShopUnit {
    const GROWING: &'static [Growing] = &[
        growing!("pedido", "orders", "id", "updated_at", "orders_told"),
        growing!("movimiento", "stock_movements", "id", "at", "history_told"),
    ];

    fn feed_session(&mut self) -> &mut Session {
        self.session()
    }
}

impl UnitOfWork for ShopUnit {
    type Context = ShopContext;
    type Wants = ShopWants;
    type Committed = Committed;

    async fn begin(mut session: Session, context: &ShopContext) -> sqlx::Result<Self> {
        let ShopContext { ambient, handoff, promises, order_limits } = context;
        let lock: &'static str = match session.engine() {
            Engine::Sqlite => &LOCK_SQLITE,
            Engine::Postgres => &LOCK_POSTGRES,
        };
        let now = ambient.now();
        let counters = fetch!(one, session, Counters, lock, now)?;
        Ok(Self {
            now,
            ambient: ambient.clone(),
            handoff: handoff.clone(),
            promises: promises.clone(),
            order_limits: *order_limits,
            then: None,
            changes: 0,
            counters,
            stored_counters: counters,
            products: Products::default(),
            customers: Customers::default(),
            movements: Movements::default(),
            orders: Orders::default(),
            outbox: Outbox::default(),
            answers: Answers::default(),
            callers: Callers::default(),
            outgoing: Outgoing::default(),
            asker: Source::default(),
            log: Vec::new(),
            committed: Committed::default(),
            session,
        })
    }

    async fn read(&mut self, mut wants: ShopWants) -> sqlx::Result<()> {
        ahead::look(&mut self.session, &mut wants).await?;
        self.callers = Callers::load(&mut self.session, CALLERS, &wants.callers).await?;
        self.answers = Answers::load(&mut self.session, &wants.keys).await?;
        self.products.load(&mut self.session, &wants.products, self.now).await?;
        self.customers.load(&mut self.session, &wants.accounts).await?;
        self.orders.load(&mut self.session, &wants.orders).await
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    async fn commit(mut self) -> sqlx::Result<Committed> {
        if self.changes == 0 {
            self.session.rollback().await?;
            return Ok(self.committed);
        }
        self.flush().await?;
        session_end::store(&mut self.session, &self.committed.session_ends(), self.now).await?;
        self.session.commit().await?;
        self.committed.changed = true;
        Ok(self.committed)
    }
}
