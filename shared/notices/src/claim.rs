//! Taking notices that are due, under a lease: what is no news any more lapses, and for the rest there has to be a place.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::storage::Db;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch, fetch_scalar};
use belgrano_wire::steady::{SteadyMillis, horizon};
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use sqlx::AssertSqlSafe;

use super::doors::{Closed, Door, Doors};
use super::push::{BrowserKeys, Endpoint};
use super::queue::millis;
use super::{Channel, News, NoticeUnit};

/// Notices that are looked at to find some for whom there is a place.
const LOOKED_AT: usize = 512;
/// For how long those are put off that stood before others that could not be looked at.
const STEP_ASIDE_MS: i64 = 1000;

/// Let lapse what is no news any more, then take up to `limit` notices that are due and for whom there is a place.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The most to take.
    pub limit: usize,
    /// How long they are ours.
    pub lease: Duration,
    /// Who is sent to already.
    pub(super) doors: Doors,
    /// Notices that somebody holds are passed over. It takes a lock on everything that is due, so only where it has to.
    pub(super) around_held: bool,
}

impl Claim {
    /// While nobody is sent to.
    #[must_use]
    pub fn new(limit: usize, lease: Duration) -> Self {
        Self { limit, lease, doors: Doors::default(), around_held: false }
    }
}

/// What there was to claim.
#[derive(Debug)]
pub struct Claims {
    /// What is ours.
    pub notices: Vec<Claimed>,
    /// Some have to wait until a place is free.
    pub passed_over: bool,
    /// There may be more for whom there is one: worth another look at once.
    pub more: bool,
}

/// A notice somebody may send.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its row.
    pub id: i64,
    /// What happened, however many are told.
    pub event: String,
    /// Who is told.
    pub account_id: i64,
    /// How.
    pub channel: Channel,
    /// The browser; `None` for what goes another way.
    pub browser: Option<Browser>,
    /// What happened.
    pub news: News,
    /// To which order.
    pub order_number: String,
    /// Where, if that matters.
    pub place: Option<String>,
    /// From when on it is no news.
    pub expires_at: UnixMillis,
    /// Tries before this one.
    pub attempts: u32,
    /// When it was first tried.
    pub first_attempt_at: Option<UnixMillis>,
    /// Fences the lease: a verdict without it changes nothing.
    pub token: Arc<str>,
}

/// A subscribed browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Its subscription.
    pub subscription_id: i64,
    /// Where its push service takes messages.
    pub endpoint: Endpoint,
    /// Who may read them.
    pub keys: BrowserKeys,
    /// What its user reads.
    pub language: Language,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    event: String,
    account_id: i64,
    #[sqlx(try_from = "String")]
    channel: Channel,
    #[sqlx(try_from = "String")]
    news: News,
    order_number: String,
    place: Option<String>,
    expires_at: UnixMillis,
    attempts: i64,
    first_attempt_at: Option<UnixMillis>,
    subscription_id: Option<i64>,
    endpoint: Option<String>,
    public_key: Option<Vec<u8>>,
    auth: Option<Vec<u8>>,
    language: Option<String>,
}

/// The writers of several instances take turns: what somebody holds is held by a stranger.
const DUE: &str = "SELECT n.id, n.event, n.account_id, n.channel, n.news, n.order_number, n.place, n.expires_at, n.attempts, \
     n.first_attempt_at, n.subscription_id, s.endpoint, s.public_key, s.auth, s.language \
     FROM notices n LEFT JOIN push_subscriptions s ON s.id = n.subscription_id \
     WHERE n.state = 'pendiente' AND n.next_attempt_at <= $1";
/// After [`DUE`], and after what a service adds to it.
const FIRST: &str = " ORDER BY n.next_attempt_at, n.id LIMIT $2";
/// Still news, and the browser that was to be told is gone.
const ORPHANS: &str = "SELECT id FROM notices WHERE state = 'pendiente' AND next_attempt_at <= $1 AND expires_at > $1 \
     AND channel = 'push' AND subscription_id IS NULL ORDER BY id";
const TAKE: &str = "UPDATE notices SET lease_token = v.column2, next_attempt_at = v.column3 FROM (VALUES";
/// What passes over held rows on Postgres: after the condition of what lapses, and after [`FIRST`].
const FREE_ONLY: &str = " AND id IN (SELECT id FROM notices WHERE state = 'pendiente' AND next_attempt_at <= $1 \
     FOR UPDATE SKIP LOCKED)";
const FREE_DUE: &str = " FOR UPDATE OF n SKIP LOCKED";
const PUT_OFF: &str = "UPDATE notices SET next_attempt_at = v.column2 FROM (VALUES";
const TAKE_TAIL: &str = ") AS v WHERE notices.id = v.column1";

/// Whether there is anything to claim. Read only: most looks find nothing.
pub(super) async fn any_due(db: &Db, now: UnixMillis) -> sqlx::Result<bool> {
    const ANY: &str = "SELECT id FROM notices WHERE state = 'pendiente' AND next_attempt_at <= $1 LIMIT 1";
    Ok(fetch_scalar!(optional, db.read().await?, i64, ANY, now)?.is_some())
}

/// Whether something waits for a time that nothing is put off to, `longest` being the longest wait there is. Read only.
pub(super) async fn any_beyond(db: &Db, now: UnixMillis, longest: Duration) -> sqlx::Result<bool> {
    const ANY: &str = "SELECT id FROM notices WHERE state = 'pendiente' AND next_attempt_at > $1 LIMIT 1";
    Ok(fetch_scalar!(optional, db.read().await?, i64, ANY, horizon(now, longest))?.is_some())
}

/// Make due what waits for a time that today's clock did not write.
#[derive(Clone, Copy, Debug)]
pub(super) enum BringBack {
    /// What lies beyond the longest wait there is, leases included.
    Beyond(Duration),
    /// The clock was just set back: all that waits, but for leases within this.
    SetBack(Duration),
}

const BRING_BACK: &str = "UPDATE notices SET next_attempt_at = $1, lease_token = NULL WHERE state = 'pendiente' \
     AND next_attempt_at > $2 AND (lease_token IS NULL OR next_attempt_at > $3)";

impl<U: NoticeUnit> Command<U> for BringBack {
    /// How many notices were waiting for it.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        let (free, leased) = match *self {
            Self::Beyond(longest) => (horizon(now, longest), horizon(now, longest)),
            Self::SetBack(lease) => (now, horizon(now, lease)),
        };
        Ok(execute!(*unit.session(), BRING_BACK, now, free, leased)?)
    }
}

impl<U: NoticeUnit> Command<U> for Claim {
    type Output = Claims;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<Claims, Failure<Infallible>> {
        let now = unit.now();
        let lease_until = now.plus_ms(millis(self.lease));
        let token: Arc<str> = unit.ambient().uuid().simple().to_string().into();
        let mail = U::NOTICES.mail.as_ref();
        let orphans = match mail {
            Some(_) => fetch_scalar!(all, *unit.reader(), i64, ORPHANS, now)?,
            None => Vec::new(),
        };
        let (free_only, free_due) = match unit.reader().engine() {
            Engine::Postgres if self.around_held => (FREE_ONLY, FREE_DUE),
            _ => ("", ""),
        };
        execute!(*unit.session(), AssertSqlSafe(format!("{}{free_only}", U::NOTICES.lapse)), now)?;
        let (due, limit) = (
            AssertSqlSafe(format!("{DUE}{}{FIRST}{free_due}", U::NOTICES.in_order)),
            i64::try_from(LOOKED_AT).unwrap_or(i64::MAX),
        );
        let rows = fetch!(all, *unit.reader(), Row, due, now, limit)?;
        let steady = unit.ambient().steady();
        let Chosen { taken, put_off, passed_over, more } = self.choose(rows, now, steady);
        execute_rows!(*unit.session(), PUT_OFF, 2, &put_off, TAKE_TAIL, |query, one| query.bind(one.0).bind(one.1));
        execute_rows!(*unit.session(), TAKE, 3, &taken, TAKE_TAIL, |query, row| {
            query.bind(row.id).bind(&*token).bind(lease_until)
        });
        // They are claimed in the next round: what is no news by then lapses first.
        let mut stands_in = 0;
        if let Some(mail) = mail {
            for id in orphans {
                stands_in += execute!(*unit.session(), mail.instead, id, now)?;
            }
        }
        if stands_in > 0 {
            unit.wake();
        }
        let notices = taken.into_iter().map(|row| row.claimed(&token)).collect();
        Ok(Claims { notices, passed_over, more })
    }
}

/// What a claim does with the rows that are due.
#[derive(Default)]
struct Chosen {
    taken: Vec<Row>,
    /// Each with the time until which nobody has to look at it.
    put_off: Vec<(i64, UnixMillis)>,
    passed_over: bool,
    more: bool,
}

impl Claim {
    /// Those who wait for a place keep theirs in the queue, unless they stand before others that were not looked at. Where
    /// nobody found a place those others are not looked at at once: a full door would keep the writer busy.
    fn choose(&self, rows: Vec<Row>, now: UnixMillis, steady: SteadyMillis) -> Chosen {
        let mut doors = self.doors.clone();
        let (mut chosen, mut waiting) = (Chosen::default(), Vec::new());
        let beyond = rows.len() == LOOKED_AT;
        for row in rows {
            if chosen.taken.len() == self.limit {
                chosen.more = true;
                break;
            }
            let door = row.door();
            match doors.look(&door, steady) {
                Ok(()) => {
                    doors.enter(door);
                    chosen.taken.push(row);
                }
                Err(Closed::Resting(until)) => chosen.put_off.push((row.id, now.plus_ms(until.since_ms(steady)))),
                Err(Closed::Busy) => waiting.push(row.id),
            }
        }
        chosen.passed_over = !waiting.is_empty();
        if beyond && !chosen.more {
            chosen.more = !chosen.taken.is_empty();
            let aside = now.plus_ms(STEP_ASIDE_MS);
            chosen.put_off.extend(waiting.into_iter().map(|id| (id, aside)));
        }
        chosen
    }
}

impl Row {
    fn door(&self) -> Door {
        let endpoint = self.endpoint.as_deref().and_then(Endpoint::stored);
        door(self.channel, self.account_id, endpoint.as_ref())
    }

    fn claimed(self, token: &Arc<str>) -> Claimed {
        let browser = if self.channel == Channel::Push { self.browser() } else { None };
        Claimed {
            id: self.id,
            event: self.event,
            account_id: self.account_id,
            channel: self.channel,
            browser,
            news: self.news,
            order_number: self.order_number,
            place: self.place,
            expires_at: self.expires_at,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            first_attempt_at: self.first_attempt_at,
            token: Arc::clone(token),
        }
    }

    /// What was stored was read before it was stored.
    fn browser(&self) -> Option<Browser> {
        Some(Browser {
            subscription_id: self.subscription_id?,
            endpoint: Endpoint::stored(self.endpoint.as_deref()?)?,
            keys: BrowserKeys::new(self.public_key.as_deref()?, self.auth.as_deref()?)?,
            language: self.language.as_deref().and_then(Language::parse).unwrap_or_default(),
        })
    }
}

impl Claimed {
    /// Through which it is sent.
    pub(super) fn door(&self) -> Door {
        door(self.channel, self.account_id, self.browser.as_ref().map(|browser| &browser.endpoint))
    }
}

/// Whoever has a webhook has a door of its own: one that hangs holds up no mail.
fn door(channel: Channel, account_id: i64, endpoint: Option<&Endpoint>) -> Door {
    let host = match channel {
        Channel::Webhook => format!("webhook {account_id}").into(),
        Channel::Push | Channel::Mail => endpoint.map_or("", Endpoint::host).into(),
    };
    Door { host, account_id }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::steady::SteadyMillis;
    use belgrano_wire::testing::START;

    use super::{Channel, Claim, Door, LOOKED_AT, News, Row, STEP_ASIDE_MS};

    const STEADY: SteadyMillis = SteadyMillis(0);

    /// A mail that is due.
    fn row(id: i64) -> Row {
        Row {
            id,
            event: String::new(),
            account_id: 1,
            channel: Channel::Mail,
            news: News::OnTheWay,
            order_number: String::new(),
            place: None,
            expires_at: START,
            attempts: 0,
            first_attempt_at: None,
            subscription_id: None,
            endpoint: None,
            public_key: None,
            auth: None,
            language: None,
        }
    }

    fn due() -> Vec<Row> {
        (0..).take(LOOKED_AT).map(row).collect()
    }

    #[test]
    fn a_full_door_is_not_knocked_at_again_at_once() {
        let mut claim = Claim::new(1000, Duration::from_secs(1));
        let free = claim.choose(due(), START, STEADY);
        assert!(free.more && !free.taken.is_empty(), "there is a place, and others were not looked at");
        let mail = Door { host: "".into(), account_id: 1 };
        while claim.doors.look(&mail, STEADY).is_ok() {
            claim.doors.enter(mail.clone());
        }
        let full = claim.choose(due(), START, STEADY);
        assert!(full.taken.is_empty() && full.passed_over && !full.more);
        let aside = START.plus_ms(STEP_ASIDE_MS);
        assert!(full.put_off.len() == LOOKED_AT && full.put_off.iter().all(|(_, until)| *until == aside));
    }
}
