//! Notices: what somebody who is not looking is told, on their devices or by mail, if they asked for it, or by a signed
//! request to an address that somebody named.
//!
//! A service writes a notice in the transaction of what it is about ([`Outgoing`]), one row for each browser that the account
//! has subscribed ([`Subscribe`]), else one by mail where the account wants that. From there on it is an outbox: [`Claim`]
//! hands rows out under a lease, the task of [`Delivery`] sends them, [`Settle`] takes the verdict back. At least once, so
//! every repeat carries the same topic and tag and replaces what it repeats.
//!
//! What must never happen here: a request that waits for a push service or a mail server, news of an order that has moved
//! on since, or anything to a browser whose session is over.

mod api;
mod claim;
mod delivery;
mod doors;
mod metrics;
mod news;
mod outgoing;
mod page;
pub mod push;
mod queue;
mod settings;
mod subscription;
mod webhook;

pub use api::{
    Forget, Key, NoticePage, NoticeSummary, NoticeView, StateFilter, SubscriptionBody, SubscriptionKeys, list_statement,
};
use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::UnitOfWork;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
pub use claim::{Claim, Claimed, Claims};
pub use delivery::{Delivery, DeliveryError, DeliveryParts};
pub use news::{Channel, Composed, News, NoticeState};
pub use outgoing::{Notice, Outgoing};
pub use page::{NOTICES_PATH, retried, show_notices};
pub use queue::{EndLeases, Prune, Replay, ReplayRefusal, Settle, Verdict};
pub use settings::NoticeSettings;
pub use subscription::{SessionOver, Subscribe, Unsubscribe};
pub use webhook::{Posted, WebhookClient, WebhookService};

/// Subject and text of a notice, from what is stored of it, in somebody's language.
pub type Words = fn(&str, Language) -> (String, String);

/// What is different about the notices of a service.
#[derive(Debug)]
pub struct NoticeService {
    /// What is no news any more leaves the queue: an `UPDATE` whose `$1` is now.
    pub lapse: &'static str,
    /// What of the notices that are due has to wait for others: a condition on the row `n`, empty where nothing has.
    pub in_order: &'static str,
    /// Mail, where there is any.
    pub mail: Option<MailService>,
    /// Webhooks, where there are any.
    pub webhooks: Option<WebhookService>,
    /// Title and text of what the service words itself ([`News::Alarm`]), made of the particulars in `place`; `None` where there
    /// is no such thing.
    pub words: Option<Words>,
}

/// How a service finds out who wants mail.
#[derive(Debug)]
pub struct MailService {
    /// The accounts that do, of those whose ids follow `IN`.
    pub wanted: &'static str,
    /// `email` and `language` of the account `$1`, where it is to have the news `$2` by mail.
    pub recipient: &'static str,
    /// Puts the mail into the queue that stands in for the notice `$1`, at the time `$2`.
    pub instead: &'static str,
}

/// What lapses, given what is still news: a condition on a row of `notices`.
#[macro_export]
macro_rules! lapse_notices {
    ($still_news:literal) => {
        concat!(
            "UPDATE notices SET state = 'caducado', settled_at = $1, lease_token = NULL ",
            "WHERE state = 'pendiente' AND next_attempt_at <= $1 AND (expires_at <= $1 ",
            "OR (channel = 'push' AND subscription_id IS NULL) OR NOT EXISTS (",
            $still_news,
            "))"
        )
    };
}

/// A unit of work that notices are written with.
pub trait NoticeUnit: UnitOfWork {
    /// Whose they are.
    const NOTICES: &'static NoticeService;

    /// The time of this batch.
    fn now(&self) -> UnixMillis;
    /// Randomness and ids.
    fn ambient(&self) -> &Ambient;
    /// The transaction, to write: a change.
    fn session(&mut self) -> &mut Session;
    /// The transaction, to read.
    fn reader(&mut self) -> &mut Session;
    /// Tells the task, once this is committed, that there may be something to send.
    fn wake(&mut self);
}
