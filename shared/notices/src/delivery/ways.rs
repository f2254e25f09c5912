//! The ways a notice goes: to a browser, to a webhook, as a mail. Each tries once and says what became of it.

use belgrano_runtime::fetch;
use belgrano_runtime::mailer::{Mail, MailError};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;

use super::{Delivery, NO_HOOK_ANSWER, NO_MAIL_ANSWER, NO_PUSH_ANSWER, Told, kept};
use crate::claim::Browser;
use crate::doors::Ending;
use crate::push::{PushMessage, PushOutcome};
use crate::webhook::{Posted, Target as Hook};
use crate::{Claimed, Composed, News, NoticeUnit, Verdict};

#[derive(sqlx::FromRow)]
struct Recipient {
    email: String,
    language: String,
}

impl<U: NoticeUnit> Delivery<U> {
    pub(super) async fn push(&self, notice: &Claimed, browser: &Browser, now: UnixMillis) -> Told {
        let Some(client) = &self.parts.push else {
            return Told::of(Verdict::Dead { reason: kept("kept-notice-no-key") }, Ending::Broken);
        };
        let said = self.compose(notice, browser.language);
        let left_ms = notice.expires_at.since_ms(now);
        let message = PushMessage {
            endpoint: &browser.endpoint,
            keys: &browser.keys,
            text: &said.payload(&notice.event, browser.language),
            ttl_s: u64::try_from(left_ms).unwrap_or(0).div_ceil(1000),
            urgency: notice.news.urgency(),
            topic: &said.topic,
        };
        let outcome = client.send(&message).await;
        let gone = matches!(outcome, PushOutcome::Gone(_)).then_some(browser.subscription_id);
        Told { gone, ..self.told(notice, outcome, NO_PUSH_ANSWER) }
    }

    /// What an outcome means for the notice; `silent` is the reason when nothing was answered.
    fn told(&self, notice: &Claimed, outcome: PushOutcome, silent: &'static str) -> Told {
        match outcome {
            PushOutcome::Taken => Told::of(Verdict::Delivered, Ending::Answered),
            PushOutcome::Gone(reason) => Told::of(Verdict::Gone { reason }, Ending::Answered),
            PushOutcome::Refused(reason) => Told::of(Verdict::Dead { reason }, Ending::Broken),
            PushOutcome::Later(after, reason) => Told::of(self.later(notice, after, reason), Ending::Answered),
            PushOutcome::Unreachable(reason) => Told::of(self.later(notice, None, reason), Ending::Broken),
            PushOutcome::Silent => Told::of(self.later(notice, None, kept(silent)), Ending::Hung),
        }
    }

    pub(super) async fn post(&self, notice: &Claimed) -> Told {
        let (Some(client), Some(service)) = (&self.parts.webhooks, &U::NOTICES.webhooks) else {
            return Told::of(Verdict::Dead { reason: kept("kept-notice-no-secret") }, Ending::Broken);
        };
        let target = match self.webhook(service.target, notice.account_id).await {
            Ok(Some(target)) => target,
            Ok(None) => return Told::of(Verdict::Gone { reason: kept("kept-notice-no-webhook") }, Ending::Broken),
            Err(error) => return Told::of(self.later(notice, None, error.to_string()), Ending::Broken),
        };
        let language = Language::parse(&target.language).unwrap_or_default();
        let Composed { title, body, path, .. } = self.compose(notice, language);
        let link = self.address(&path);
        let particulars = notice.place.as_deref().unwrap_or_default();
        let posted =
            Posted { event: &notice.event, title: &title, text: &body, link: &link, particulars, form: &target.form };
        let outcome = client.post(&target.address, &notice.event, (service.body)(&posted)).await;
        self.told(notice, outcome, NO_HOOK_ANSWER)
    }

    async fn webhook(&self, target: &'static str, id: i64) -> sqlx::Result<Option<Hook>> {
        let mut session = self.parts.db.read().await?;
        fetch!(optional, session, Hook, target, id)
    }

    fn address(&self, path: &str) -> String {
        self.parts.public_url.join(path).map_or_else(|_| self.parts.public_url.to_string(), String::from)
    }

    pub(super) async fn mail(&self, notice: &Claimed) -> Told {
        let recipient = match self.recipient(notice).await {
            Ok(Some(recipient)) => recipient,
            Ok(None) => {
                return Told::of(Verdict::Gone { reason: kept("kept-notice-unwanted") }, Ending::Broken);
            }
            Err(error) => return Told::of(self.later(notice, None, error.to_string()), Ending::Broken),
        };
        let language = Language::parse(&recipient.language).unwrap_or_default();
        let Composed { title, body, path, .. } = self.compose(notice, language);
        let stop = Message::new(notice.news.why()).with("link", self.address(notice.news.chosen_at())).to(language);
        let text = format!("{body}\n\n{}\n\n-- \n{stop}\n", self.address(&path));
        let mail = Mail { to: recipient.email, subject: title, text };
        // Before the lease ends, whatever a mail server does between two of its answers.
        let sent = tokio::time::timeout(self.parts.timeout * 2, self.parts.mailer.send_as(&mail, &notice.event)).await;
        match sent {
            Ok(Ok(())) => Told::of(Verdict::Delivered, Ending::Answered),
            Ok(Err(MailError::Unconfigured)) => {
                Told::of(Verdict::Gone { reason: kept("kept-notice-no-mail") }, Ending::Broken)
            }
            Ok(Err(error)) if error.is_permanent() => {
                Told::of(Verdict::Dead { reason: error.explained() }, Ending::Answered)
            }
            Ok(Err(error)) => Told::of(self.later(notice, None, error.explained()), Ending::Broken),
            Err(_) => Told::of(self.later(notice, None, kept(NO_MAIL_ANSWER)), Ending::Hung),
        }
    }

    async fn recipient(&self, notice: &Claimed) -> sqlx::Result<Option<Recipient>> {
        let Some(mail) = &U::NOTICES.mail else { return Ok(None) };
        let mut session = self.parts.db.read().await?;
        fetch!(optional, session, Recipient, mail.recipient, notice.account_id, notice.news.as_str())
    }

    fn compose(&self, notice: &Claimed, language: Language) -> Composed {
        let Claimed { news, order_number, place, expires_at, .. } = notice;
        let said = Composed::new(*news, order_number, place.as_deref(), *expires_at, &self.parts.public_url, language);
        match (U::NOTICES.words, place) {
            (Some(words), Some(particulars)) if *news == News::Alarm => {
                let (title, body) = words(particulars, language);
                Composed { title, body, ..said }
            }
            _ => said,
        }
    }
}
