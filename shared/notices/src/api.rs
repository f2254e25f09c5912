//! What both services say and read about notices over HTTP; the handlers are the services' own.

use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_runtime::storage::Db;
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::push::{BrowserKeys, Endpoint, Vapid, endpoint};
use super::{Channel, News, NoticeSettings, NoticeState, Subscribe, Unsubscribe};

/// What a browser subscribes with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// `applicationServerKey`: base64url of an uncompressed point of P-256; null where there is no Web Push.
    pub clave: Option<String>,
    /// The account of this session, if there is one: what a browser was subscribed for.
    pub cuenta: Option<i64>,
    /// Whether the browser of this session gets notices, in the language that it asks in.
    pub activo: bool,
}

impl Key {
    /// The key of `vapid`, and where `who` (an account and its session) stands.
    pub async fn read(
        db: &Db,
        vapid: Option<&Vapid>,
        who: Option<(i64, TokenHash)>,
        language: Language,
    ) -> sqlx::Result<Self> {
        const ACTIVE: &str = "SELECT id FROM push_subscriptions WHERE session_hash = $1 AND language = $2 LIMIT 1";
        let activo = match &who {
            Some((_, token)) => {
                fetch_scalar!(optional, db.read().await?, i64, ACTIVE, &token[..], language.tag())?.is_some()
            }
            None => false,
        };
        let clave = vapid.map(|vapid| vapid.public_key().to_owned());
        Ok(Self { clave, cuenta: who.map(|(account_id, _)| account_id), activo })
    }
}

/// A subscription as `PushSubscription.toJSON()` writes it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SubscriptionBody {
    /// Where the push service takes messages.
    #[schema(example = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA")]
    pub endpoint: String,
    /// Who may read them.
    pub keys: SubscriptionKeys,
    /// The endpoint that this one is instead of.
    pub anterior: Option<String>,
}

/// The browser's keys.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SubscriptionKeys {
    /// An uncompressed point of P-256 in base64url.
    pub p256dh: String,
    /// 16 bytes in base64url.
    pub auth: String,
}

/// Which browser to tell nothing any more.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Forget {
    /// The endpoint of its subscription.
    pub endpoint: String,
}

impl Forget {
    /// As a command, of `account_id`.
    #[must_use]
    pub fn unsubscribe(&self, account_id: i64) -> Unsubscribe {
        Unsubscribe { account_id, endpoint: endpoint::canonical(&self.endpoint) }
    }
}

impl SubscriptionBody {
    /// As a command, of `account_id` in `session`; 422 for what is no subscription.
    pub fn subscribe(
        self,
        account_id: i64,
        session: TokenHash,
        language: Language,
        settings: &NoticeSettings,
    ) -> Result<Subscribe, Problem> {
        let endpoint = Endpoint::parse(&self.endpoint, settings.reach);
        let keys = BrowserKeys::parse(&self.keys.p256dh, &self.keys.auth);
        match (endpoint, keys) {
            (Ok(endpoint), Some(keys)) => Ok(Subscribe {
                account_id,
                session,
                endpoint,
                keys,
                language,
                replaces: self.anterior.as_deref().map(endpoint::canonical),
                most: settings.most,
            }),
            (endpoint, keys) => {
                let bad_url = endpoint.err().map(|_| FieldError::new("endpoint", Message::new("error-push-endpoint")));
                let bad_keys = keys.is_none().then(|| FieldError::new("keys", Message::new("error-push-keys")));
                Err(Problem::invalid(bad_url.into_iter().chain(bad_keys).collect()))
            }
        }
    }
}

/// Which notices to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StateFilter {
    /// Only notices in this state.
    pub estado: Option<NoticeState>,
}

/// A page of notices, the youngest first, and the queue in a few numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticePage {
    /// The notices.
    pub avisos: Vec<NoticeView>,
    /// Where the next page begins.
    pub cursor: Option<String>,
    /// All of them in numbers.
    pub resumen: NoticeSummary,
}

/// A notice, for administrators.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct NoticeView {
    /// Its number.
    pub id: i64,
    /// The account that is told.
    #[serde(rename = "cuenta_id")]
    pub account_id: i64,
    /// By which channel it goes.
    #[serde(rename = "canal")]
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// What it tells of.
    #[serde(rename = "novedad")]
    #[sqlx(try_from = "String")]
    pub news: News,
    /// Number of the order it is about.
    #[serde(rename = "numero")]
    pub order_number: String,
    /// Where it is in its life.
    #[serde(rename = "estado")]
    #[sqlx(try_from = "String")]
    pub state: NoticeState,
    /// When it happened.
    #[serde(rename = "creado")]
    pub created_at: UnixMillis,
    /// From when on it is no news.
    #[serde(rename = "vence")]
    pub expires_at: UnixMillis,
    /// When it is tried next, while it waits.
    #[serde(rename = "proximo_intento")]
    pub next_attempt_at: UnixMillis,
    /// Tries so far.
    #[serde(rename = "intentos")]
    pub attempts: i64,
    /// What went wrong last.
    #[serde(rename = "motivo")]
    pub reason: Option<String>,
}

/// The queue in a few numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeSummary {
    /// To be sent.
    #[serde(rename = "pendientes")]
    pub pending: i64,
    /// Could not be sent.
    #[serde(rename = "muertos")]
    pub dead: i64,
    /// Age of the oldest to be sent, in seconds.
    #[serde(rename = "mas_viejo_s")]
    pub oldest_s: Option<i64>,
    /// Browsers that are told.
    #[serde(rename = "navegadores")]
    pub browsers: i64,
}

impl NoticeSummary {
    /// Counts.
    pub async fn read(db: &Db, now: UnixMillis) -> sqlx::Result<Self> {
        const PENDING: &str = "SELECT COUNT(*) FROM notices WHERE state <> 'entregado' AND state = 'pendiente'";
        const DEAD: &str = "SELECT COUNT(*) FROM notices WHERE state <> 'entregado' AND state = 'muerto'";
        const OLDEST: &str = "SELECT MIN(created_at) FROM notices WHERE state <> 'entregado' AND state = 'pendiente'";
        let mut session = db.read().await?;
        let oldest = fetch_scalar!(one, session, Option<UnixMillis>, OLDEST)?;
        Ok(Self {
            pending: fetch_scalar!(one, session, i64, PENDING)?,
            dead: fetch_scalar!(one, session, i64, DEAD)?,
            oldest_s: oldest.map(|oldest| now.since_ms(oldest).max(0) / 1000),
            browsers: fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM push_subscriptions")?,
        })
    }
}

macro_rules! select_notices {
    ($which:literal) => {
        concat!(
            "SELECT id, account_id, channel, news, order_number, state, created_at, expires_at, next_attempt_at, attempts, ",
            "reason FROM notices WHERE ",
            $which,
            "id < $1 ORDER BY id DESC LIMIT $2"
        )
    };
}

/// The notices in `state` before the id `$1`, at most `$2`. Nearly all were delivered, so those are found by id alone; for the
/// others there is an index, which SQLite takes only where its condition is repeated word for word.
#[must_use]
pub fn list_statement(state: Option<NoticeState>) -> &'static str {
    match state {
        None => select_notices!(""),
        Some(NoticeState::Delivered) => select_notices!("state = 'entregado' AND "),
        Some(NoticeState::Pending) => select_notices!("state <> 'entregado' AND state = 'pendiente' AND "),
        Some(NoticeState::Dead) => select_notices!("state <> 'entregado' AND state = 'muerto' AND "),
        Some(NoticeState::Lapsed) => select_notices!("state <> 'entregado' AND state = 'caducado' AND "),
    }
}

impl NoticePage {
    /// The page after the notice `after`.
    pub async fn read(
        db: &Db,
        filter: &StateFilter,
        after: Option<i64>,
        limit: u32,
        now: UnixMillis,
    ) -> sqlx::Result<Self> {
        let (before, count) = (after.unwrap_or(i64::MAX), i64::from(limit));
        let mut session = db.read().await?;
        let avisos = fetch!(all, session, NoticeView, list_statement(filter.estado), before, count)?;
        drop(session);
        let full = avisos.len() == limit as usize;
        let cursor = avisos.last().filter(|_| full).map(|last| belgrano_runtime::http::Page::encode(&last.id));
        Ok(Self { avisos, cursor, resumen: NoticeSummary::read(db, now).await? })
    }
}
