//! The unit of work of insights' own state: one transaction for the commands of a batch, and which sessions it ended.

use std::sync::{Arc, LazyLock};

use belgrano_notices::{NoticeService, NoticeUnit};
use belgrano_runtime::auth::caller::{Callers, KnowsCallers};
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::security::{self, Entry, SecurityUnit, Source};
use belgrano_runtime::storage::Session;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::UnitOfWork;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use tokio::sync::Notify;

use crate::alerts;
use crate::sessions::Principal;

/// One batch of the writer.
#[derive(Debug)]
pub struct InsightsUnit {
    session: Session,
    ambient: Ambient,
    now: UnixMillis,
    changes: u64,
    ended: Vec<Ended>,
    callers: Callers,
    noticed: bool,
    /// Who asks for the command that is applied.
    asker: Source,
    log: Vec<Entry>,
}

/// What a batch asks to be read before its commands run.
#[derive(Debug, Default)]
pub struct InsightsWants {
    /// Sessions of those who ask.
    callers: Vec<TokenHash>,
}

/// Whom a commit concerns.
#[derive(Debug, Default)]
pub struct Committed {
    /// Which sessions it ended.
    ended: Vec<Ended>,
    /// There are notices to be sent.
    noticed: bool,
    /// What the security log has more.
    logged: Vec<Entry>,
}

/// Which sessions a batch ended.
#[derive(Clone, Copy, Debug)]
pub enum Ended {
    /// A single session, by the hash of its token.
    Session(TokenHash),
    /// All of an account.
    Account(i64),
}

impl InsightsUnit {
    /// The transaction, to write: taking it counts as a change.
    pub fn session(&mut self) -> &mut Session {
        self.changes += 1;
        &mut self.session
    }

    /// The transaction, to read.
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

    /// Says that there are notices to be sent, once this is committed.
    pub fn wake_notices(&mut self) {
        self.noticed = true;
    }

    /// Adds an entry to the security log, with the commit; by whoever asks for the command, where it says nothing else.
    pub fn log(&mut self, entry: Entry) {
        self.changes += 1;
        self.log.push(entry.or_by(self.asker));
    }

    /// Says that sessions ended, once this is committed.
    pub fn ended(&mut self, ended: Ended) {
        self.ended.push(ended);
    }
}

/// Makes the row when it is missing and locks it when it is there: on Postgres the writers of other instances wait here.
fn take_turn(engine: Engine) -> String {
    format!(
        "INSERT INTO counters (id, clock) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET clock = excluded.clock \
         RETURNING id{}",
        engine.own_turn()
    )
}

/// Not a join: planned on empty tables, a join would read both as a whole for as long as that plan is kept.
const CALLERS: &str = "SELECT s.token_hash, s.account_id, s.expires_at, \
     (SELECT a.role FROM accounts a WHERE a.id = s.account_id AND a.active) AS role FROM sessions s WHERE s.token_hash IN";
static TURN_SQLITE: LazyLock<String> = LazyLock::new(|| take_turn(Engine::Sqlite));
static TURN_POSTGRES: LazyLock<String> = LazyLock::new(|| take_turn(Engine::Postgres));

impl UnitOfWork for InsightsUnit {
    type Context = Ambient;
    type Wants = InsightsWants;
    type Committed = Committed;

    async fn begin(mut session: Session, ambient: &Ambient) -> sqlx::Result<Self> {
        let turn: &'static str = match session.engine() {
            Engine::Sqlite => &TURN_SQLITE,
            Engine::Postgres => &TURN_POSTGRES,
        };
        let now = ambient.now();
        fetch_scalar!(one, session, i64, turn, now)?;
        Ok(Self {
            session,
            ambient: ambient.clone(),
            now,
            changes: 0,
            ended: Vec::new(),
            callers: Callers::default(),
            noticed: false,
            asker: Source::default(),
            log: Vec::new(),
        })
    }

    async fn read(&mut self, wants: InsightsWants) -> sqlx::Result<()> {
        self.callers = Callers::load(&mut self.session, CALLERS, &wants.callers).await?;
        Ok(())
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    async fn commit(mut self) -> sqlx::Result<Committed> {
        if self.changes > 0 {
            security::store(&mut self.session, &self.log, self.now).await?;
            self.session.commit().await?;
        } else {
            self.session.rollback().await?;
        }
        Ok(Committed { ended: self.ended, noticed: self.noticed, logged: self.log })
    }
}

impl KnowsCallers for InsightsUnit {
    fn want_caller(wants: &mut InsightsWants, session: TokenHash) {
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

impl NoticeUnit for InsightsUnit {
    const NOTICES: &'static NoticeService = &alerts::SERVICE;

    fn now(&self) -> UnixMillis {
        self.now
    }

    fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    fn session(&mut self) -> &mut Session {
        InsightsUnit::session(self)
    }

    fn reader(&mut self) -> &mut Session {
        InsightsUnit::reader(self)
    }

    fn wake(&mut self) {
        self.wake_notices();
    }
}

impl SecurityUnit for InsightsUnit {
    /// Its notices are for the addresses of alerts, not for accounts.
    const TOLD: Option<&'static str> = None;

    fn log(&mut self, entry: Entry) {
        self.log(entry);
    }

    fn now(&self) -> UnixMillis {
        self.now
    }

    fn reader(&mut self) -> &mut Session {
        &mut self.session
    }

    fn tell_of_alarm(&mut self, _: i64) -> sqlx::Result<()> {
        Ok(())
    }
}

/// What happens after each commit: sessions that ended are believed no longer, and notices are sent.
pub fn announcer(gate: Gate<Principal>, notices: Arc<Notify>) -> impl Fn(Committed) + Send + Sync + 'static {
    move |Committed { ended, noticed, logged }| {
        logged.iter().for_each(Entry::tell);
        if noticed {
            notices.notify_one();
        }
        for ended in ended {
            match ended {
                Ended::Session(token) => gate.forget_session(&token),
                Ended::Account(id) => gate.forget_accounts(&[id]),
            }
        }
    }
}
