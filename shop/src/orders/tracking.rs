//! A link to follow an order without an account: for whoever will open the door.
//!
//! Its token is 32 bytes that nobody can guess, derived from the order, the moment it was shared and the service's secret: so the
//! owner sees the same link again, the database holds only its hash, and sharing anew after it was revoked gives another. It ends
//! by itself, some hours after the order has. What must never happen here: an address, a telephone, a PIN, a surname.

use belgrano_runtime::auth::session::Token;
use belgrano_runtime::config::Env;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::signature::SigningSecrets;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};
use std::time::Duration;

use super::cancel::no_such_order;
use super::following::{self, Progress};
use super::view::shown_driver;
use crate::accounts::Principal;
use crate::app::App;
use crate::unit::{Order, ShopUnit, ShopWants, select_orders};

/// How long a link works.
#[derive(Clone, Copy, Debug)]
pub struct TrackingSettings {
    /// From when it was shared.
    pub kept: Duration,
    /// From when the order was over.
    pub kept_after: Duration,
}

impl TrackingSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        Self {
            kept: env.duration_s("TRACKING_KEPT", 48 * 3600, "seconds a link to follow an order works"),
            kept_after: env.duration_s(
                "TRACKING_KEPT_AFTER",
                6 * 3600,
                "seconds such a link works after its order is over",
            ),
        }
    }
}

/// What became of the link to an order.
pub(crate) enum Shared {
    /// It was not shared, or that is over and forgotten.
    Not,
    /// It is shared until then at the latest; `path` is on this site.
    Open { path: String, until: UnixMillis },
    /// The link ended then.
    Ended(UnixMillis),
}

#[derive(sqlx::FromRow)]
struct Row {
    token_hash: Vec<u8>,
    created_at: UnixMillis,
    expires_at: UnixMillis,
}

const OF_ORDER: &str = "SELECT token_hash, created_at, expires_at FROM tracking_links WHERE order_id = \
     (SELECT id FROM orders WHERE number = $1 AND account_id = $2)";

fn token(secrets: &SigningSecrets, number: &OrderNumber, created_at: UnixMillis) -> Token {
    Token::from_bytes(secrets.derive("seguimiento", &[number.as_str(), &created_at.0.to_string()]))
}

/// The last moment a link to an order works, as long as it was shared for.
fn last_moment(app: &App, order: &Order) -> UnixMillis {
    let after_ms = i64::try_from(app.settings.tracking.kept_after.as_millis()).unwrap_or(i64::MAX);
    if order.state.is_final() { order.updated_at.plus_ms(after_ms) } else { UnixMillis(i64::MAX) }
}

/// The link of an account's order.
pub(crate) async fn shared_link(app: &App, account_id: i64, number: &OrderNumber) -> sqlx::Result<Shared> {
    const BY_NUMBER: &str = select_orders!("WHERE number = $1");
    let mut session = app.db.read().await?;
    let order = fetch!(optional, session, Order, BY_NUMBER, number.as_str())?;
    let row = fetch!(optional, session, Row, OF_ORDER, number.as_str(), account_id)?;
    let Some((order, row)) = order.zip(row) else { return Ok(Shared::Not) };
    let (now, last) = (app.ambient.now(), last_moment(app, &order));
    let until = row.expires_at.min(last);
    if row.expires_at <= now || last < now {
        return Ok(Shared::Ended(until));
    }
    let token = token(&app.secrets, number, row.created_at);
    // Shared under a secret that has been rotated out: it still works, but nobody can say it again.
    let same = token.hash()[..] == row.token_hash[..];
    Ok(if same { Shared::Open { path: format!("/seguimiento/{}", token.reveal()), until } } else { Shared::Not })
}

/// Shares an order, or ends that.
#[derive(Debug)]
pub(crate) struct Share {
    account_id: i64,
    number: OrderNumber,
    /// With a link until then; `None` ends it.
    link: Option<(Token, UnixMillis, UnixMillis)>,
}

/// No such order of this account, or one that is over: there is nothing to follow.
#[derive(Debug)]
pub(crate) enum ShareRefusal {
    Unknown,
    Over,
}

impl From<ShareRefusal> for Problem {
    fn from(refusal: ShareRefusal) -> Self {
        match refusal {
            ShareRefusal::Unknown => no_such_order(),
            ShareRefusal::Over => Self::conflict("pedido-terminado", Message::new("refusal-share-over")),
        }
    }
}

/// Whether there is anything left to follow of an order in this state. The command refuses by it, and a page offers by it.
pub(crate) fn check_shareable(state: TicketState) -> Result<(), ShareRefusal> {
    if state.is_final() { Err(ShareRefusal::Over) } else { Ok(()) }
}

impl Command<ShopUnit> for Share {
    type Output = ();
    type Refusal = ShareRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.orders.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<ShareRefusal>> {
        const PUT: &str = "INSERT INTO tracking_links (order_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (order_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, \
             expires_at = excluded.expires_at WHERE tracking_links.expires_at <= excluded.created_at";
        const END: &str = "DELETE FROM tracking_links WHERE order_id = $1";
        let order = unit.order(&self.number).await?.filter(|order| order.account_id == self.account_id);
        let Some((id, state)) = order.map(|order| (order.id, order.state)) else {
            return Err(Failure::Refused(ShareRefusal::Unknown));
        };
        match &self.link {
            Some((token, created_at, expires_at)) => {
                check_shareable(state).map_err(Failure::Refused)?;
                unit.flush().await?;
                execute!(*unit.session(), PUT, id, &token.hash()[..], *created_at, *expires_at)?;
            }
            None => {
                execute!(*unit.session(), END, id)?;
            }
        }
        Ok(())
    }
}

/// Shares an order of an account; one that is shared already stays under its link.
pub(crate) async fn share(app: &App, who: &Principal, number: OrderNumber) -> Result<(), Problem> {
    let now = app.ambient.now();
    let token = token(&app.secrets, &number, now);
    let kept_ms = i64::try_from(app.settings.tracking.kept.as_millis()).unwrap_or(i64::MAX);
    let link = Some((token, now, now.plus_ms(kept_ms)));
    Ok(app.writer.submit_for(who, Share { account_id: who.account_id, number, link }).await?)
}

/// Nobody follows it by its link any more.
pub(crate) async fn unshare(app: &App, who: &Principal, number: OrderNumber) -> Result<(), Problem> {
    Ok(app.writer.submit_for(who, Share { account_id: who.account_id, number, link: None }).await?)
}

/// What whoever has the link sees.
pub(crate) struct Tracked {
    pub(crate) progress: Progress,
    pub(crate) barrio: Option<String>,
    /// The first name of whoever brings it, while it is on its way.
    pub(crate) driver: Option<String>,
}

/// The order behind a token. A wrong one, one that has ended and one that was revoked are not told apart.
pub(crate) async fn tracked(app: &App, token: &str) -> Result<Tracked, Problem> {
    const BY_TOKEN: &str =
        select_orders!("WHERE id = (SELECT order_id FROM tracking_links WHERE token_hash = $1 AND expires_at > $2)");
    let gone = || Problem::not_found(Message::new("refusal-no-tracking"));
    let now = app.ambient.now();
    let hash = Token::parse(token).ok_or_else(gone)?.hash();
    let mut session = app.db.read().await?;
    let order = fetch!(optional, session, Order, BY_TOKEN, &hash[..], now)?.ok_or_else(gone)?;
    drop(session);
    if last_moment(app, &order) < now {
        return Err(gone());
    }
    let driver = shown_driver(&order);
    let driver = driver.and_then(|name| name.split_whitespace().next().map(str::to_owned));
    Ok(Tracked { progress: following::progress(app, &order).await?, barrio: order.barrio.clone(), driver })
}
