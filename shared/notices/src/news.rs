//! What there is to tell, in the words of whoever is told.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::vocabulary;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::push::Urgency;

/// Bytes of a digest that fill the 32 characters a topic may have.
const TOPIC_BYTES: usize = 24;

vocabulary! {
    /// What happened, called as the state that an order has come to with it where that says it.
    News {
        /// A driver is offered an order.
        Offered = "asignado";
        /// A customer's order has left.
        OnTheWay = "en-camino";
        /// A customer's order is there.
        Delivered = "entregado";
        /// A driver need not bring an order any more: it was called off.
        Cancelled = "cancelado";
        /// A driver need not bring an order any more: it is somebody else's, or nobody's.
        Withdrawn = "retirado";
        /// A driver has an order back that was withdrawn.
        Restored = "recuperado";
        /// A merchant's package was due and became no order. Its number is the package's, its place what the package is called.
        PackageMissed = "paquete";
        /// A customer is asked what it says of an order that was delivered.
        ReviewAsked = "resena";
        /// Somebody changed the password of an account, or recovered it. Its number is `cuenta-` and the account's.
        PasswordChanged = "clave";
        /// The second factor of an account was set up, taken away, or got other recovery codes. Numbered as a changed password is.
        SecondFactorChanged = "segundo-factor";
        /// So much failed at the door that administrators should look. Its number is `seguridad`.
        SecurityAlarm = "seguridad";
        /// A figure that somebody has set a limit to is beyond it, or well again. The service words it; its number is the rule's.
        Alarm = "alarma";
    }
}

vocabulary! {
    /// How somebody is told.
    Channel {
        /// On a device.
        Push = "push";
        /// By mail.
        Mail = "correo";
        /// By a signed request to an address of theirs.
        Webhook = "webhook";
    }
}

vocabulary! {
    /// Where a notice is in its life.
    NoticeState {
        /// To be sent.
        Pending = "pendiente";
        /// Whoever carries it has taken it.
        Delivered = "entregado";
        /// It could not be sent: somebody may look why.
        Dead = "muerto";
        /// It was no news any more, or there was nobody left to tell.
        Lapsed = "caducado";
    }
}

impl News {
    /// How long this is worth telling after it happened, where nothing else says so.
    #[must_use]
    pub fn lifetime_ms(self) -> i64 {
        const MINUTE: i64 = 60_000;
        match self {
            Self::Offered => 10 * MINUTE,
            Self::OnTheWay | Self::Cancelled | Self::Withdrawn | Self::Restored => 30 * MINUTE,
            Self::Delivered => 4 * 60 * MINUTE,
            Self::PackageMissed
            | Self::ReviewAsked
            | Self::Alarm
            | Self::PasswordChanged
            | Self::SecondFactorChanged
            | Self::SecurityAlarm => 24 * 60 * MINUTE,
        }
    }

    /// How soon a device should say so.
    #[must_use]
    pub fn urgency(self) -> Urgency {
        match self {
            Self::Delivered | Self::PackageMissed | Self::ReviewAsked => Urgency::Normal,
            Self::Offered
            | Self::OnTheWay
            | Self::Cancelled
            | Self::Withdrawn
            | Self::Restored
            | Self::PasswordChanged
            | Self::SecondFactorChanged
            | Self::SecurityAlarm
            | Self::Alarm => Urgency::High,
        }
    }

    /// Whether it goes by mail too, whoever asked for mail and whatever a browser was told: nobody looks for it by themselves, and who
    /// changed a password may have a browser of the account.
    #[must_use]
    pub fn always_by_mail(self) -> bool {
        matches!(self, Self::PackageMissed | Self::PasswordChanged | Self::SecondFactorChanged | Self::SecurityAlarm)
    }

    /// The key of why somebody gets a mail of it.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::PackageMissed => "notice-mail-why-package",
            Self::PasswordChanged | Self::SecondFactorChanged => "notice-mail-why-password",
            Self::SecurityAlarm => "notice-mail-why-security",
            Self::Alarm => "notice-mail-why-alarm",
            _ => "notice-mail-why",
        }
    }

    /// Where whoever is told chooses what they are told.
    pub(super) fn chosen_at(self) -> &'static str {
        if self == Self::Alarm { "/alertas" } else { "/avisos" }
    }

    /// The key of what administrators read.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Offered => "notices-offered",
            Self::OnTheWay => "notices-on-the-way",
            Self::Delivered => "notices-delivered",
            Self::Cancelled => "notices-cancelled",
            Self::Withdrawn => "notices-withdrawn",
            Self::Restored => "notices-restored",
            Self::PackageMissed => "notices-package-missed",
            Self::ReviewAsked => "notices-review-asked",
            Self::PasswordChanged => "notices-password-changed",
            Self::SecondFactorChanged => "notices-second-factor",
            Self::SecurityAlarm => "notices-security",
            Self::Alarm => "notices-alarm",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Offered => "notice-offer-title",
            Self::OnTheWay => "notice-on-the-way-title",
            Self::Delivered => "notice-delivered-title",
            Self::Cancelled => "notice-cancelled-title",
            Self::Withdrawn => "notice-withdrawn-title",
            Self::Restored => "notice-restored-title",
            Self::PackageMissed => "notice-package-missed-title",
            Self::ReviewAsked => "notice-review-asked-title",
            Self::PasswordChanged => "notice-password-changed-title",
            Self::SecondFactorChanged => "notice-second-factor-title",
            Self::SecurityAlarm => "notice-security-title",
            Self::Alarm => "notices-alarm",
        }
    }

    fn path(self, number: &str, base: &Url) -> String {
        let mut url = base.clone();
        // A base that cannot have a path was refused when the settings were read.
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear();
            match self {
                Self::OnTheWay | Self::Delivered => path.extend(["pedidos", number]),
                Self::PackageMissed => path.extend(["paquetes", number]),
                Self::ReviewAsked => path.extend(["pedidos", number, "resena"]),
                Self::PasswordChanged => path.push("recuperar"),
                Self::SecondFactorChanged => path.extend(["perfil", "clave"]),
                Self::SecurityAlarm => path.push("seguridad"),
                Self::Alarm => path.push("alertas"),
                Self::Offered | Self::Cancelled | Self::Withdrawn | Self::Restored => path.push("reparto"),
            };
        }
        url.path().to_owned()
    }
}

impl Channel {
    /// The key of what administrators read.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Push => "notices-push",
            Self::Mail => "notices-mail",
            Self::Webhook => "notices-webhook",
        }
    }
}

impl NoticeState {
    /// The key of what administrators read.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Pending => "notices-state-pending",
            Self::Delivered => "notices-state-sent",
            Self::Dead => "notices-state-dead",
            Self::Lapsed => "notices-state-lapsed",
        }
    }

    /// The look of its badge.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Pending => "info",
            Self::Delivered => "good",
            Self::Dead => "bad",
            Self::Lapsed => "",
        }
    }
}

/// A notice in somebody's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// What happened.
    pub title: String,
    /// To which order, and what it takes to decide.
    pub body: String,
    /// Where to look, on the service's own site.
    pub path: String,
    /// The same for all that is said of one order: the next replaces the last.
    pub topic: String,
}

impl Composed {
    /// Says it. `place` is the neighbourhood of a driver's stop, `until` when an offer ends.
    #[must_use]
    pub fn new(
        news: News,
        number: &str,
        place: Option<&str>,
        until: UnixMillis,
        base: &Url,
        language: Language,
    ) -> Self {
        let text = match (news, place) {
            (News::Offered, Some(_)) => "notice-offer-place",
            (News::Offered, None) => "notice-offer",
            (News::OnTheWay, _) => "notice-on-the-way",
            (News::Delivered, _) => "notice-delivered",
            (News::Cancelled, Some(_)) => "notice-cancelled-place",
            (News::Cancelled, None) => "notice-cancelled",
            (News::Withdrawn, Some(_)) => "notice-withdrawn-place",
            (News::Withdrawn, None) => "notice-withdrawn",
            (News::Restored, Some(_)) => "notice-restored-place",
            (News::Restored, None) => "notice-restored",
            (News::PackageMissed, _) => "notice-package-missed",
            (News::ReviewAsked, _) => "notice-review-asked",
            (News::PasswordChanged, _) => "notice-password-changed",
            (News::SecondFactorChanged, _) => "notice-second-factor",
            (News::SecurityAlarm, _) => "notice-security",
            (News::Alarm, _) => "notices-alarm",
        };
        let text = Message::new(text).with("until", language.time(until)).with("place", place.unwrap_or_default());
        Self {
            title: Message::new(news.title()).to(language),
            body: text.with("number", number).to(language),
            path: news.path(number, base),
            topic: topic(number),
        }
    }

    /// What the browser gets: what to show, and `id`, by which it knows a repeat.
    #[must_use]
    pub fn payload(&self, event: &str, language: Language) -> Vec<u8> {
        let Self { title, body, path, topic } = self;
        let payload =
            json!({ "id": event, "title": title, "body": body, "url": path, "tag": topic, "lang": language.tag() });
        payload.to_string().into_bytes()
    }
}

/// An order as push services may know it: its number would say how many there are.
fn topic(number: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(number)[..TOPIC_BYTES])
}

#[cfg(test)]
mod tests {
    use belgrano_wire::testing::START;
    use belgrano_wire::texts::Language;

    use super::{Composed, News, NoticeState, topic};
    use crate::push::MAX_TEXT_BYTES;

    fn compose(news: News, place: Option<&str>, language: Language) -> Composed {
        let base = "https://belgrano.example/shop?x".parse().expect("a URL");
        Composed::new(news, "BA-20261121-7", place, START, &base, language)
    }

    #[test]
    fn it_is_said_in_the_language_of_who_is_told() {
        let offer = compose(News::Offered, Some("Palermo"), Language::Spanish);
        assert!(offer.body.contains("BA-20261121-7") && offer.body.contains("Palermo"), "{}", offer.body);
        assert!(offer.body.contains("15:04"), "until when: {}", offer.body);
        assert_eq!(offer.path, "/reparto");
        let there = compose(News::Delivered, None, Language::English);
        assert_ne!(there.title, compose(News::Delivered, None, Language::Spanish).title);
        assert_eq!(there.path, "/pedidos/BA-20261121-7");
    }

    #[test]
    fn a_driver_is_told_which_stop_is_no_more_in_words_that_are_all_there() {
        for language in [Language::Spanish, Language::English] {
            let mut said: Vec<String> = Vec::new();
            for news in [News::Cancelled, News::Withdrawn, News::Restored] {
                for place in [Some("Palermo"), None] {
                    let Composed { title, body, path, .. } = compose(news, place, language);
                    assert!(body.contains("BA-20261121-7") && body.contains("Palermo") == place.is_some(), "{body}");
                    assert!(!title.contains("notice-") && !body.contains("notice-"), "{title}: {body}");
                    assert_eq!(path, "/reparto");
                    said.push(format!("{title}: {body}"));
                }
            }
            said.dedup();
            assert_eq!(said.len(), 6, "each says something else");
        }
    }

    #[test]
    fn all_that_is_said_of_one_order_has_one_topic_that_fits_the_header() {
        let topics: Vec<String> = News::ALL.iter().map(|news| compose(*news, None, Language::Spanish).topic).collect();
        assert!(topics.iter().all(|topic| *topic == topics[0]));
        assert_eq!(topics[0].len(), 32, "RFC 8030, 5.4");
        assert!(topics[0].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_ne!(topics[0], topic("BA-20261121-8"));
    }

    #[test]
    fn the_longest_there_can_be_fits_a_message() {
        let place = "ñ".repeat(120);
        let number = "9".repeat(64);
        let base = "https://belgrano.example".parse().expect("a URL");
        let composed = Composed::new(News::Offered, &number, Some(&place), START, &base, Language::Spanish);
        assert!(composed.payload(&"e".repeat(36), Language::Spanish).len() <= MAX_TEXT_BYTES);
    }

    #[test]
    fn states_are_those_of_the_schema() {
        assert_eq!(NoticeState::WORDS, ["pendiente", "entregado", "muerto", "caducado"]);
    }
}
