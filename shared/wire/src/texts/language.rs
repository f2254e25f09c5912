//! Which language a visitor reads, and how each is called.

use std::convert::Infallible;

use axum_core::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use super::message::{Message, Text};
use crate::cookie::cookie;

/// The cookie that remembers a visitor's choice.
pub const LANGUAGE_COOKIE: &str = "belgrano_idioma";

/// A language that pages exist in. Spanish as it is spoken in Buenos Aires is what holds when nobody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// `es-AR`.
    #[default]
    Spanish,
    /// `en`.
    English,
}

impl Language {
    /// All of them, the usual one first.
    pub const ALL: [Self; 2] = [Self::Spanish, Self::English];

    /// Its tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Spanish => "es-AR",
            Self::English => "en",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spanish => "Español",
            Self::English => "English",
        }
    }

    /// The language of a tag: `es`, `es-MX` and `es-419` are all Spanish here.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "es" => Some(Self::Spanish),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// What the visitor chose, else what the browser prefers, else Spanish.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(Self::parse);
        chosen.or_else(|| preferred(headers)).unwrap_or_default()
    }

    /// The text called `key`, for a page in this language.
    #[must_use]
    pub fn t(self, key: &'static str) -> Text {
        self.say(Message::new(key))
    }

    /// A text for a page in this language.
    #[must_use]
    pub fn say(self, message: Message) -> Text {
        Text::new(self, message)
    }
}

/// The best of `Accept-Language` (RFC 9110, 12.5.4); of two that are equally welcome, the first.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let wanted = list.split(',').filter_map(|entry| {
        let (tag, rest) = entry.split_once(';').unwrap_or((entry, ""));
        let weight: f32 = rest.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse().ok())?;
        (weight > 0.0).then_some((Language::parse(tag)?, weight))
    });
    let better = |best: (Language, f32), next: (Language, f32)| if next.1 > best.1 { next } else { best };
    wanted.reduce(better).map(|(language, _)| language)
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, header};

    use super::Language;

    fn of(headers: &[(HeaderName, &'static str)]) -> Language {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().expect("a header")));
        Language::of(&headers.collect::<HeaderMap>())
    }

    #[test]
    fn the_choice_wins_over_the_browser_and_the_browser_over_the_habit() {
        let accept = |list| (header::ACCEPT_LANGUAGE, list);
        assert_eq!(of(&[]), Language::Spanish);
        assert_eq!(of(&[accept("en-US,en;q=0.9,es;q=0.8")]), Language::English);
        assert_eq!(of(&[accept("de, en;q=0.4, es-419;q=0.5")]), Language::Spanish);
        assert_eq!(of(&[accept("en;q=0, pt")]), Language::Spanish);
        assert_eq!(of(&[accept("en;q=x, , ;;")]), Language::Spanish);
        assert_eq!(of(&[accept("en"), (header::COOKIE, "a=b; belgrano_idioma=es-AR")]), Language::Spanish);
        assert_eq!(of(&[accept("en"), (header::COOKIE, "belgrano_idioma=xx")]), Language::English);
    }
}
