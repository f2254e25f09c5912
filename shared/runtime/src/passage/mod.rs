//! A link of one use that takes somebody who is logged in at one service to the same person at another. No cookie is shared.
//!
//! The service that knows the person signs who it is with the secret that all of them share; the link holds for a minute. The
//! one that is entered verifies it, remembers that it was used, and opens a session of its own. What must never happen here: a
//! link that says nothing of when, of whom or for what it was signed.

mod door;

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use url::Url;

pub use door::{Door, DoorSettings};

use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{PASSAGE_ID_PREFIX, SignatureError, SignatureHeaders, SigningSecrets};
use belgrano_wire::timestamp::UnixMillis;

/// How long a link holds, and how far the clocks of both services may be apart.
pub const HOLDS: Duration = Duration::from_mins(1);
/// Where it leads to.
pub const PATH: &str = "/entrar";

/// The service that knows the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The shop.
    #[serde(rename = "shop")]
    Shop,
    /// The board.
    #[serde(rename = "tickets")]
    Board,
}

impl Origin {
    /// The word in links and databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Board => "tickets",
        }
    }
}

/// Who comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The service that vouches for the person.
    #[serde(rename = "de")]
    pub from: Origin,
    /// Number of the account at that service.
    #[serde(rename = "cuenta")]
    pub account: i64,
    /// What the person is called.
    #[serde(rename = "nombre")]
    pub name: String,
    /// The account's address.
    #[serde(rename = "email")]
    pub email: String,
    /// What the account may do there, in that service's word.
    #[serde(rename = "rol")]
    pub role: String,
    /// What a merchant calls their business.
    #[serde(rename = "negocio", default)]
    pub business: Option<String>,
}

/// The query of a link.
#[derive(Clone, Debug, Deserialize)]
pub struct Signed {
    /// Name of the link: it can be used once.
    #[serde(default)]
    pase: String,
    /// When it was signed, in seconds.
    #[serde(default)]
    en: String,
    /// Who comes.
    #[serde(default)]
    quien: String,
    /// Signature over name, time and person, with the shared secret.
    #[serde(default)]
    firma: String,
}

/// A link that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid {
    /// Its name, to be remembered: it may be used once.
    pub id: String,
    /// Until when it has to be remembered.
    pub until: UnixMillis,
    /// Who comes.
    pub passage: Passage,
}

/// Why a link does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It was signed longer ago than it holds, or a clock is off.
    #[error("the link is too old, or the clocks of the services are apart")]
    Expired,
    /// Nobody of ours signed it, or not for this.
    #[error("the link was not signed with our secret")]
    Forged,
}

impl Passage {
    /// The link, to be followed at once.
    #[must_use]
    pub fn link(&self, to: &Url, secrets: &SigningSecrets, ambient: &Ambient) -> Url {
        let id = format!("{PASSAGE_ID_PREFIX}{}", ambient.uuid().simple());
        let body = serde_json::to_vec(self).unwrap_or_default();
        let signed = secrets.sign(&id, ambient.now(), &body);
        let mut url = to.clone();
        url.set_path(&format!("{}{PATH}", to.path().trim_end_matches('/')));
        url.query_pairs_mut()
            .clear()
            .append_pair("pase", &id)
            .append_pair("en", &signed.timestamp)
            .append_pair("quien", &BASE64.encode(body))
            .append_pair("firma", &signed.signature);
        url
    }
}

/// 303 to a link: to another site, unlike where forms lead.
#[must_use]
pub fn follow(link: &Url) -> Response {
    let location = HeaderValue::try_from(link.as_str()).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

impl Signed {
    /// What a link says.
    #[must_use]
    pub fn of(link: &Url) -> Option<Self> {
        serde_urlencoded::from_str(link.query()?).ok()
    }

    /// Who comes, if the link holds.
    pub fn open(&self, secrets: &SigningSecrets, now: UnixMillis) -> Result<Valid, Invalid> {
        let body = BASE64.decode(&self.quien).map_err(|_| Invalid::Forged)?;
        let headers = SignatureHeaders { id: &self.pase, timestamp: &self.en, signature: &self.firma };
        secrets.verify(headers, &body, now, HOLDS).map_err(|error| match error {
            SignatureError::Clock { .. } => Invalid::Expired,
            _ => Invalid::Forged,
        })?;
        // What was signed for something else opens no door.
        if !self.pase.starts_with(PASSAGE_ID_PREFIX) {
            return Err(Invalid::Forged);
        }
        let passage = serde_json::from_slice(&body).map_err(|_| Invalid::Forged)?;
        // A clock that is ahead signs for longer than a minute from now.
        let twice = i64::try_from(HOLDS.as_millis() * 2).unwrap_or(i64::MAX);
        Ok(Valid { id: self.pase.clone(), until: now.plus_ms(twice + 1000), passage })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base64::Engine as _;

    use super::{Invalid, Origin, Passage, Signed};
    use belgrano_wire::ambient::{Ambient, ManualClock};
    use belgrano_wire::signature::SigningSecrets;
    use belgrano_wire::testing::still_ambient;

    fn setting() -> (SigningSecrets, Ambient, Arc<ManualClock>) {
        let secrets = SigningSecrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let (ambient, clock) = still_ambient(7);
        (secrets, ambient, clock)
    }

    fn ana() -> Passage {
        Passage {
            from: Origin::Shop,
            account: 7,
            name: "Ana Díaz".to_owned(),
            email: "ana@example.com".to_owned(),
            role: "admin".to_owned(),
            business: None,
        }
    }

    fn read(url: &url::Url) -> Signed {
        Signed::of(url).expect("a link")
    }

    #[test]
    fn a_link_holds_for_a_minute_and_says_who_comes() {
        let (secrets, ambient, _) = setting();
        let to = "https://insights.example/datos/".parse().expect("a URL");
        let link = ana().link(&to, &secrets, &ambient);
        assert!(link.as_str().starts_with("https://insights.example/datos/entrar?pase=insights_"), "{link}");
        let signed = read(&link);
        let open = |late_s: i64| signed.open(&secrets, ambient.now().plus_ms(late_s * 1000));
        assert_eq!(open(0).expect("it holds").passage, ana());
        assert_eq!(open(60).expect("it holds").id, signed.pase);
        assert_eq!(open(61), Err(Invalid::Expired));
        let valid = open(-60).expect("a clock that is behind");
        assert!(signed.open(&secrets, valid.until).is_err(), "remembered for as long as it could be used");
    }

    #[test]
    fn nothing_else_opens_the_door() {
        let (secrets, ambient, _) = setting();
        let signed = read(&ana().link(&"http://localhost:8000".parse().expect("a URL"), &secrets, &ambient));
        let admin = super::BASE64.encode(br#"{"de":"shop","cuenta":1,"nombre":"x","email":"x","rol":"admin"}"#);
        let forged = [
            Signed { quien: admin, ..signed.clone() },
            Signed { pase: "insights_1".to_owned(), ..signed.clone() },
            Signed { firma: String::new(), ..signed.clone() },
            Signed { quien: "?".to_owned(), ..signed.clone() },
            Signed { en: "mañana".to_owned(), ..signed.clone() },
        ];
        for forged in forged {
            assert_eq!(forged.open(&secrets, ambient.now()), Err(Invalid::Forged), "{forged:?}");
        }
        // Signed by the same secret, for something else.
        let body = serde_json::to_vec(&ana()).expect("a body");
        let other = secrets.sign("m-1", ambient.now(), &body);
        let (pase, quien) = ("m-1".to_owned(), super::BASE64.encode(body));
        let signed = Signed { pase, en: other.timestamp, quien, firma: other.signature };
        assert_eq!(signed.open(&secrets, ambient.now()), Err(Invalid::Forged));
    }
}
