//! Notices to drivers: an offer reaches a phone in a pocket, and so does a stop that need not be made any more, through Web
//! Push, when its driver asked for that. To administrators who asked for it: somebody is trying to get in.
//!
//! A change of a ticket leaves its notices in the same transaction ([`of`]); the rest is [`belgrano_notices`]. An offer
//! that was answered, taken back or ran out meanwhile is no news and is not sent. Nobody is told of what they did themselves.

mod routes;
#[cfg(test)]
mod tests;

pub use routes::routes;

use std::sync::Arc;

use belgrano_notices::lapse_notices;
use belgrano_notices::push::PushClient;
use belgrano_notices::{Delivery, DeliveryError, DeliveryParts, News, Notice, NoticeService};
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::mailer::Mailer;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, TicketState, TicketView};

use crate::app::App;
use crate::unit::{Actor, Change};

/// The board's notices.
pub static SERVICE: NoticeService = NoticeService {
    lapse: lapse_notices!(
        "SELECT 1 FROM tickets t WHERE t.number = notices.order_number AND CASE notices.news \
         WHEN 'asignado' THEN t.state = 'asignado' AND t.driver_id = notices.account_id \
         WHEN 'recuperado' THEN t.state IN ('aceptado', 'en-camino') AND t.driver_id = notices.account_id \
         WHEN 'retirado' THEN t.driver_id IS DISTINCT FROM notices.account_id \
         ELSE t.state = notices.news END \
         UNION ALL SELECT 1 FROM users u WHERE notices.news = 'seguridad' AND u.id = notices.account_id \
         AND u.active AND u.role = 'admin'"
    ),
    in_order: "",
    mail: None,
    webhooks: None,
    words: None,
};

/// What drivers are told of a change that made `after` of `before`.
pub fn of(
    before: Option<&TicketView>,
    after: &TicketView,
    change: &Change,
    now: UnixMillis,
) -> impl Iterator<Item = Notice> {
    let told = [before.and_then(|before| lost(before, after, change)), gained(before, after, change)];
    told.into_iter().flatten().map(move |(account_id, news)| Notice {
        account_id,
        news,
        order_number: after.number.clone(),
        place: after.neighbourhood.clone(),
        expires_at: after.offer_expires_at.filter(|_| news == News::Offered).unwrap_or(now.plus_ms(news.lifetime_ms())),
    })
}

/// The driver who need not come any more. Not of an offer that ran out: that one has an end of its own, which the driver was
/// told with it.
fn lost(before: &TicketView, after: &TicketView, change: &Change) -> Option<(i64, News)> {
    let driver_id = before.driver_id.filter(|id| is_stop(before.state) && !is_by(change, *id))?;
    let ran_out = before.state == TicketState::Assigned && change.actor == Actor::System;
    if after.state == TicketState::Cancelled {
        Some((driver_id, News::Cancelled))
    } else if after.driver_id != Some(driver_id) && !ran_out {
        Some((driver_id, News::Withdrawn))
    } else {
        None
    }
}

/// The driver who has a stop more.
fn gained(before: Option<&TicketView>, after: &TicketView, change: &Change) -> Option<(i64, News)> {
    let driver_id = after.driver_id.filter(|id| !is_by(change, *id))?;
    if after.state == TicketState::Assigned {
        (change.kind == EventKind::Assigned).then_some((driver_id, News::Offered))
    } else {
        let is_new = before.is_none_or(|before| before.driver_id != Some(driver_id));
        (is_new && is_stop(after.state)).then_some((driver_id, News::Restored))
    }
}

/// Whether a driver has it to do.
fn is_stop(state: TicketState) -> bool {
    matches!(state, TicketState::Assigned | TicketState::Accepted | TicketState::OnTheWay)
}

fn is_by(change: &Change, driver_id: i64) -> bool {
    matches!(change.actor, Actor::User { id, .. } if id == driver_id)
}

/// Starts the tasks that send.
pub fn spawn(app: &App, life: &Lifecycle) -> Result<(), DeliveryError> {
    let settings = &app.settings.notices;
    let client = |vapid| PushClient::new(vapid, settings.reach, settings.timeout, &app.ambient);
    let parts = DeliveryParts {
        db: app.db.clone(),
        writer: app.writer.clone(),
        ambient: app.ambient.clone(),
        wake: Arc::clone(&app.signals.noticed),
        push: app.vapid.clone().map(client).transpose()?,
        mailer: Mailer::unconfigured(),
        webhooks: None,
        timeout: settings.timeout,
        public_url: app.settings.common.public_url.clone(),
    };
    Delivery::new(parts, &app.metrics).start(&app.settings.common.storage.target, life)
}
