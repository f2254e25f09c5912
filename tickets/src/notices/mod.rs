//! Notices to drivers: an offer reaches a phone in a pocket, through Web Push, when its driver asked for that.
//!
//! A ticket that is recorded as assigned leaves its notice in the same transaction ([`offer`]); the rest is
//! [`belgrano_shared::notices`]. An offer that was answered, taken back or ran out meanwhile is no news and is not sent.

mod routes;
#[cfg(test)]
mod tests;

pub use routes::routes;
pub(crate) use routes::{list, retry};

use std::sync::Arc;

use belgrano_shared::lapse_notices;
use belgrano_shared::lifecycle::Lifecycle;
use belgrano_shared::mailer::Mailer;
use belgrano_shared::notices::push::PushClient;
use belgrano_shared::notices::{Delivery, DeliveryParts, News, Notice, NoticeService};
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{EventKind, TicketState, TicketView};

use crate::app::App;

/// The board's notices.
pub static SERVICE: NoticeService = NoticeService {
    lapse: lapse_notices!(
        "SELECT 1 FROM tickets t WHERE t.number = notices.order_number AND t.state = notices.news \
         AND t.driver_id = notices.account_id"
    ),
    mail: None,
};

/// What a driver is told of a change, if anything.
#[must_use]
pub fn offer(ticket: &TicketView, kind: EventKind, now: UnixMillis) -> Option<Notice> {
    let offered = kind == EventKind::Assigned && ticket.state == TicketState::Assigned;
    let account_id = ticket.driver_id.filter(|_| offered)?;
    Some(Notice {
        account_id,
        news: News::Offered,
        order_number: ticket.number.clone(),
        place: ticket.neighbourhood.clone(),
        expires_at: ticket.offer_expires_at.unwrap_or(now.plus_ms(News::Offered.lifetime_ms())),
    })
}

/// Starts the tasks that send.
pub fn spawn(app: &App, life: &Lifecycle) -> Result<(), reqwest::Error> {
    let settings = &app.settings.common.notices;
    let client = |vapid| PushClient::new(vapid, settings.reach, settings.timeout, &app.ambient);
    let parts = DeliveryParts {
        db: app.db.clone(),
        writer: app.writer.clone(),
        ambient: app.ambient.clone(),
        wake: Arc::clone(&app.signals.noticed),
        push: app.vapid.clone().map(client).transpose()?,
        mailer: Mailer::unconfigured(),
        timeout: settings.timeout,
        public_url: app.settings.common.public_url.clone(),
    };
    let delivery = Delivery::new(parts, &app.metrics);
    life.spawn_critical("notices housekeeping", delivery.clone().housekeeping(life.soft().clone()));
    life.spawn_critical("notices", delivery.run(life.soft().clone()));
    Ok(())
}
