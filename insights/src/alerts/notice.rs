//! Alarms in the outbox of notices: written in the transaction that decides them, delivered by mail and by webhook.

use std::sync::Arc;

use belgrano_notices::lapse_notices;
use belgrano_notices::{
    Delivery, DeliveryError, DeliveryParts, MailService, News, NoticeService, WebhookClient, WebhookService,
};
use belgrano_runtime::execute_rows;
use belgrano_runtime::mailer::Mailer;

use super::rule::Target;
use super::words::{self, Particulars};
use crate::app::App;
use crate::unit::InsightsUnit;

/// The notices of insights. Whoever is no longer told is no news.
pub(crate) static SERVICE: NoticeService = NoticeService {
    lapse: lapse_notices!("SELECT 1 FROM alert_targets t WHERE t.id = notices.account_id"),
    // That it is well again is not told before that it began.
    in_order: " AND NOT EXISTS (SELECT 1 FROM notices e WHERE e.account_id = n.account_id AND e.state = 'pendiente' \
               AND e.id < n.id)",
    mail: Some(MailService {
        wanted: "SELECT id FROM alert_targets WHERE channel = 'correo' AND id IN",
        recipient: "SELECT t.address AS email, r.language FROM alert_targets t JOIN alert_rules r ON r.id = t.rule_id \
                    WHERE t.id = $1 AND t.channel = 'correo' AND $2 = 'alarma'",
        // Nothing stands in: whoever is told by webhook has not asked for mail.
        instead: "UPDATE notices SET reason = reason WHERE id = $1 AND created_at < 0 AND created_at > $2",
    }),
    webhooks: Some(WebhookService {
        target: "SELECT t.address, t.form, r.language FROM alert_targets t JOIN alert_rules r ON r.id = t.rule_id \
                 WHERE t.id = $1 AND t.channel = 'webhook'",
        body: words::body,
    }),
    words: Some(words::words),
};

/// Tells everybody in `targets`, in this transaction. Nothing is written where nobody is to be told.
pub(super) async fn tell(unit: &mut InsightsUnit, targets: &[Target], particulars: &Particulars) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO notices (event, account_id, channel, news, order_number, place, state, created_at, \
         expires_at, next_attempt_at) VALUES";
    if targets.is_empty() {
        return Ok(());
    }
    let (now, event) = (unit.now(), unit.ambient().uuid().to_string());
    let expires_at = now.plus_ms(News::Alarm.lifetime_ms());
    let (stored, rule) = (particulars.stored(), particulars.rule.to_string());
    execute_rows!(*unit.session(), INSERT, 10, targets, |query, target| {
        query
            .bind(&event)
            .bind(target.id)
            .bind(&target.channel)
            .bind(News::Alarm.as_str())
            .bind(&rule)
            .bind(&stored)
            .bind("pendiente")
            .bind(now)
            .bind(expires_at)
            .bind(now)
    });
    unit.wake_notices();
    Ok(())
}

/// The task that sends notices of alerts by mail and webhook.
pub(super) fn delivery(app: &App) -> Result<Delivery<InsightsUnit>, reqwest::Error> {
    delivery_by(app, app.settings.mailer.clone())
}

/// What sends them, mail by `mailer`.
pub(super) fn delivery_by(app: &App, mailer: Mailer) -> Result<Delivery<InsightsUnit>, reqwest::Error> {
    let settings = &app.settings.notices;
    let webhooks = app.webhook_secrets.clone();
    let webhooks = webhooks.map(|secrets| WebhookClient::new(secrets, settings.reach, settings.timeout, &app.ambient));
    let parts = DeliveryParts {
        db: app.db.clone(),
        writer: app.writer.clone(),
        ambient: app.ambient.clone(),
        wake: Arc::clone(&app.notices_wake),
        push: None,
        mailer,
        webhooks: webhooks.transpose()?,
        timeout: settings.timeout,
        public_url: app.settings.common.public_url.clone(),
    };
    Ok(Delivery::new(parts, &app.metrics))
}

/// Starts the tasks that send; they stop with the life of insights.
pub(crate) fn start_delivery(app: &App) -> Result<(), DeliveryError> {
    delivery(app)?.start(&app.settings.common.storage.target, &app.life)
}
