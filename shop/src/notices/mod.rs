//! Notices to customers: their order is on its way, their order is there, what do they say of it; to merchants: a package was not
//! ordered; to everybody: the password or the second factor was changed; to administrators: somebody is trying to get in. On the
//! browsers that asked for it, else by mail where the account asked for that; of a package, a password, a second factor and an
//! attack by mail in any case.
//!
//! What the board says of an order leaves its notice in the transaction that applies it ([`of`]); the rest is
//! [`belgrano_notices`]. An order that has moved on since is no news and is not told.

mod mail;
mod routes;
#[cfg(test)]
mod tests;

pub use mail::{WantMail, wants_mail};
pub use routes::routes;
pub(crate) use routes::want_mail;

use std::sync::Arc;

use belgrano_notices::lapse_notices;
use belgrano_notices::push::PushClient;
use belgrano_notices::{Delivery, DeliveryError, DeliveryParts, MailService, News, Notice, NoticeService, NoticeUnit};
use belgrano_runtime::storage::Session;
use belgrano_wire::TicketState;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

use crate::app::App;
use crate::unit::{Order, ShopUnit};

/// The shop's notices.
pub static SERVICE: NoticeService = NoticeService {
    lapse: lapse_notices!(
        "SELECT 1 FROM orders o WHERE o.number = notices.order_number AND o.state = notices.news \
         UNION ALL SELECT 1 FROM package_runs r WHERE r.outcome = 'rechazada' \
         AND r.package_id = CASE WHEN notices.news = 'paquete' THEN CAST(notices.order_number AS BIGINT) END \
         AND r.id = (SELECT MAX(l.id) FROM package_runs l WHERE l.package_id = r.package_id) \
         UNION ALL SELECT 1 FROM orders o WHERE notices.news = 'resena' AND o.number = notices.order_number \
         AND o.state = 'entregado' AND NOT EXISTS (SELECT 1 FROM reviews v WHERE v.order_id = o.id) \
         UNION ALL SELECT 1 FROM accounts a WHERE notices.news IN ('clave', 'segundo-factor') AND a.id = notices.account_id \
         AND a.active \
         UNION ALL SELECT 1 FROM accounts a WHERE notices.news = 'seguridad' AND a.id = notices.account_id \
         AND a.active AND a.role = 'admin'"
    ),
    in_order: "",
    mail: Some(MailService {
        wanted: "SELECT account_id FROM mail_notices WHERE account_id IN",
        recipient: "SELECT a.email, COALESCE(m.language, '') AS language FROM accounts a \
                    LEFT JOIN mail_notices m ON m.account_id = a.id \
                    WHERE a.id = $1 AND a.active \
                    AND (m.account_id IS NOT NULL OR $2 IN ('paquete', 'clave', 'segundo-factor', 'seguridad'))",
        instead: "INSERT INTO notices (event, account_id, channel, news, order_number, place, state, created_at, \
                  expires_at, next_attempt_at) SELECT n.event, n.account_id, 'correo', n.news, n.order_number, n.place, \
                  'pendiente', $2, n.expires_at, $2 FROM notices n JOIN mail_notices m ON m.account_id = n.account_id \
                  WHERE n.id = $1 AND n.channel = 'push' AND n.expires_at > $2 AND NOT EXISTS \
                  (SELECT 1 FROM notices o WHERE o.event = n.event AND \
                  (o.channel = 'correo' OR o.state IN ('pendiente', 'entregado')))",
    }),
    webhooks: None,
    words: None,
};

impl NoticeUnit for ShopUnit {
    const NOTICES: &'static NoticeService = &SERVICE;

    fn now(&self) -> UnixMillis {
        self.now()
    }

    fn ambient(&self) -> &Ambient {
        self.ambient()
    }

    fn session(&mut self) -> &mut Session {
        self.session()
    }

    fn reader(&mut self) -> &mut Session {
        self.reader()
    }

    fn wake(&mut self) {
        self.announce().noticed = true;
    }
}

/// What the customer is told of an order that came to its state at `at`, if anything.
#[must_use]
pub fn of(order: &Order, at: UnixMillis) -> Option<Notice> {
    let news = match order.state {
        TicketState::OnTheWay => News::OnTheWay,
        TicketState::Delivered => News::Delivered,
        _ => return None,
    };
    Some(Notice {
        account_id: order.account_id,
        news,
        order_number: order.number.clone(),
        place: None,
        expires_at: at.plus_ms(news.lifetime_ms()),
    })
}

/// What sends them.
pub(crate) fn delivery(app: &App) -> Result<Delivery<ShopUnit>, reqwest::Error> {
    let settings = &app.settings.notices;
    let client = |vapid| PushClient::new(vapid, settings.reach, settings.timeout, &app.ambient);
    let parts = DeliveryParts {
        db: app.db.clone(),
        writer: app.writer.clone(),
        ambient: app.ambient.clone(),
        wake: Arc::clone(&app.notices_wake),
        push: app.vapid.clone().map(client).transpose()?,
        mailer: app.settings.mailer.clone(),
        webhooks: None,
        timeout: settings.timeout,
        public_url: app.settings.common.public_url.clone(),
    };
    Ok(Delivery::new(parts, &app.metrics))
}

/// Starts the tasks that send; they stop with the shop's life.
pub fn start(app: &App) -> Result<(), DeliveryError> {
    delivery(app)?.start(&app.settings.common.storage.target, &app.life)
}
