//! What is noted outside of any command, on its way to the table.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::hex::hex;
use belgrano_wire::signature::SigningSecrets;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::alarm::{Alarm, Quiet, Watch};
use super::flood::Flood;
use super::{AddressHash, Entry, Kind, Noted, SecurityUnit, Source};
use crate::auth::email::Email;
use crate::http::{ClientIp, RequestContext};
use crate::telemetry::Metrics;
use crate::writer::{WriteError, Writer};

/// Between two looks at whether a minute is over.
const TURN: Duration = Duration::from_secs(10);
/// After this the database is asked again that did not answer.
const REST: Duration = Duration::from_secs(1);
/// Entries that wait for a database that is away; further ones are lost, and counted.
const MOST_WAITING: usize = 2000;
/// E-mails whose account is remembered from the last failure with it.
const MOST_TRIED: usize = 1000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    kind: &'static str,
}

/// The security log of a service. Cheap to clone; clones are the same.
#[derive(Clone, Debug)]
pub struct SecurityLog(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    key: SigningSecrets,
    ambient: Ambient,
    watch: Watch,
    state: Mutex<State>,
    wake: Notify,
    noted: Family<Labels, Counter>,
    lost: Counter,
    alarms: Counter,
}

#[derive(Debug, Default)]
struct State {
    flood: Flood,
    waiting: Vec<Entry>,
    quiet: Quiet,
    alarm: Option<Alarm>,
    /// The accounts of e-mails that somebody failed with of late.
    tried: HashMap<String, i64>,
}

impl SecurityLog {
    /// Addresses and e-mails are hashed with `key`, the newest of what the services share; with another key an address is
    /// another hash.
    #[must_use]
    pub fn new(key: SigningSecrets, metrics: &Metrics, ambient: &Ambient) -> Self {
        Self(Arc::new(Parts {
            key,
            ambient: ambient.clone(),
            watch: Watch::new(ambient),
            state: Mutex::default(),
            wake: Notify::new(),
            noted: metrics.register(
                "security_noted",
                "What was refused or taken out, by kind, also what is only counted in the security log",
                Family::default(),
            ),
            lost: metrics.register(
                "security_entries_lost",
                "Entries of the security log that were not written because the database was away",
                Counter::default(),
            ),
            alarms: metrics.register(
                "security_alarms",
                "Times that more failed than may, after an hour without an alarm",
                Counter::default(),
            ),
        }))
    }

    /// Where a request comes from, by nobody in particular so far.
    #[must_use]
    pub fn source(&self, context: &RequestContext) -> Source {
        let address = context.client_ip.counted().map(|address| self.hash_address(address));
        Source { account: None, address, request: Some(context.request_id) }
    }

    fn hash_address(&self, address: IpAddr) -> AddressHash {
        AddressHash(self.hash("direccion", &address.to_string()))
    }

    /// What is kept of an address, to look for it: what an operator found elsewhere.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> AddressHash {
        self.hash_address(ClientIp(address).key())
    }

    /// What is kept of an e-mail that no account has: two tries with it are alike, and it is not in the log.
    #[must_use]
    pub fn email(&self, email: &Email) -> String {
        hex(&self.hash("correo", email.as_str()))
    }

    fn hash(&self, what: &str, of: &str) -> [u8; 8] {
        let mut beginning = [0; 8];
        beginning.copy_from_slice(&self.0.key.derive("registro-de-seguridad", &[what, of])[..8]);
        beginning
    }

    /// A log-in of `email` that failed for `why` (a code); `account` is the one that has it, where that was looked up.
    pub fn log_in_failed(&self, source: Source, email: &Email, account: Option<i64>, why: &'static str) {
        let entry = Entry::new(Kind::LogInFailed).by(source).with("motivo", why);
        self.note(self.at(entry, email, account));
    }

    /// The same entry, at whatever account has `email`. Who is told to wait is not looked up; the account may be known from the
    /// tries before, so that all of them are told of alike.
    #[must_use]
    pub fn at(&self, entry: Entry, email: &Email, account: Option<i64>) -> Entry {
        let mark = self.email(email);
        let mut state = self.state();
        if let Some(account) = account {
            if state.tried.len() >= MOST_TRIED {
                state.tried.clear();
            }
            state.tried.insert(mark.clone(), account);
        }
        match state.tried.get(&mark) {
            Some(account) => entry.on(*account),
            None => entry.with("correo", mark),
        }
    }

    /// Takes an entry of something that no command does. Quick, and waits for nothing: it is written soon, or counted where there
    /// are too many.
    pub fn note(&self, entry: Entry) {
        self.0.noted.get_or_create(&Labels { kind: entry.kind.as_str() }).inc();
        let alarm = entry.kind.is_failure().then(|| self.0.watch.count(&entry)).flatten();
        let now = self.0.ambient.now();
        let mut state = self.state();
        if let Some(alarm) = alarm
            && state.quiet.begin(self.0.ambient.steady())
        {
            state.alarm = Some(alarm);
            self.0.alarms.inc();
        }
        let counted = state.flood.turn(self.0.ambient.steady());
        let admitted = state.flood.admit(Entry { at: Some(now), ..entry });
        let news = !counted.is_empty() || admitted.is_some() || state.alarm.is_some();
        state.waiting.extend(counted.into_iter().chain(admitted));
        self.shorten(&mut state);
        drop(state);
        if news {
            self.0.wake.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the oldest: they say how it began.
    fn shorten(&self, state: &mut State) {
        let beyond = state.waiting.len().saturating_sub(MOST_WAITING);
        state.waiting.truncate(MOST_WAITING);
        self.0.lost.inc_by(u64::try_from(beyond).unwrap_or(u64::MAX));
    }

    fn take(&self, last: bool) -> Option<Noted> {
        let now = self.0.ambient.steady();
        let mut state = self.state();
        let counted = if last { state.flood.end(now) } else { state.flood.turn(now) };
        state.waiting.extend(counted);
        let noted = Noted { entries: std::mem::take(&mut state.waiting), alarm: state.alarm.take() };
        (!noted.entries.is_empty() || noted.alarm.is_some()).then_some(noted)
    }

    fn put_back(&self, noted: Noted) {
        let mut state = self.state();
        let later = std::mem::replace(&mut state.waiting, noted.entries);
        state.waiting.extend(later);
        state.alarm = noted.alarm.or(state.alarm);
        self.shorten(&mut state);
    }

    /// Writes what waits; `last`: also what is only counted so far, because nobody comes after this.
    pub async fn flush<U: SecurityUnit>(&self, writer: &Writer<U>, last: bool) -> Result<(), WriteError<Infallible>> {
        let Some(noted) = self.take(last) else { return Ok(()) };
        let written = writer.submit(noted.clone()).await;
        if written.is_err() {
            self.put_back(noted);
        }
        written
    }

    /// Writes as there is something to write, until `stop`.
    pub async fn follow<U: SecurityUnit>(self, writer: Writer<U>, stop: CancellationToken) {
        let rounds = async {
            let mut failing = false;
            loop {
                // A minute that ends without anybody coming has a count to be written, too.
                let _ = tokio::time::timeout(TURN, self.0.wake.notified()).await;
                let written = self.flush(&writer, false).await;
                if let Err(error) = &written {
                    if !failing {
                        tracing::warn!(%error, "the security log is not written; it is tried again");
                    }
                    tokio::time::sleep(REST).await;
                }
                failing = written.is_err();
            }
        };
        let _: Option<()> = stop.run_until_cancelled(rounds).await;
    }

    /// Writes all there is, at the end of a service.
    pub async fn finish<U: SecurityUnit>(&self, writer: &Writer<U>) {
        if let Err(error) = self.flush(writer, true).await {
            tracing::warn!(%error, "the end of the security log was not written");
        }
    }
}
