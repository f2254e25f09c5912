//! Session tokens and the cookie they travel in.
//!
//! A token is 32 random bytes; the database has its SHA-256 only, so that who reads the table cannot log in. The same
//! token serves wherever something random is handed out once: a recovery mail, a socket's first frame.

use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use sha2::{Digest, Sha256};
use url::Url;

use crate::execute;
use crate::storage::Session;

/// What is stored of a token.
pub type TokenHash = [u8; 32];

const TOKEN_BYTES: usize = 32;
/// 32 bytes in base64url without padding.
const TOKEN_CHARS: usize = 43;

/// A random token, as the client holds it. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; TOKEN_BYTES]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

impl Token {
    /// A new one.
    #[must_use]
    pub fn generate(ambient: &Ambient) -> Self {
        Self(ambient.bytes())
    }

    /// One that was not drawn but derived: from something nobody else knows.
    #[must_use]
    pub fn from_bytes(bytes: [u8; TOKEN_BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads what [`Token::reveal`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != TOKEN_CHARS {
            return None;
        }
        // One byte of room beyond: the decoder wants to be sure before it writes.
        let mut bytes = [0; TOKEN_BYTES + 1];
        let len = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        bytes[..len].try_into().ok().map(Self)
    }

    /// The text to hand to the client: base64url, 43 characters.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What to store and to look up. Not salted and not slow: there is nothing to guess in 32 random bytes.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }
}

/// A service's session cookie. Both services may be on one host, which shares cookies across ports: name them apart.
#[derive(Clone, Copy, Debug)]
pub struct SessionCookie {
    name: &'static str,
    max_age_s: u64,
    secure: bool,
}

impl SessionCookie {
    /// `Secure` when the service is reached by https, and then called `__Host-…`: browsers take such a cookie from this very host
    /// by https alone, so that no neighbour below the same domain can put another in its place.
    #[must_use]
    pub fn new(name: &'static str, max_age: Duration, public_url: &Url) -> Self {
        Self { name, max_age_s: max_age.as_secs(), secure: public_url.scheme() == "https" }
    }

    /// `Set-Cookie` that hands out `token`.
    #[must_use]
    pub fn set(&self, token: &Token) -> HeaderValue {
        self.header(&token.reveal(), self.max_age_s)
    }

    /// `Set-Cookie` that takes it back.
    #[must_use]
    pub fn clear(&self) -> HeaderValue {
        self.header("", 0)
    }

    /// The token in a request's cookies. Of several with our name the first that is a token counts.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap) -> Option<Token> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|line| line.split(';')).find_map(|pair| {
            let name = pair.trim_start().strip_prefix(self.prefix())?;
            let value = name.strip_prefix(self.name)?.strip_prefix('=')?;
            Token::parse(value.trim_end())
        })
    }

    fn prefix(&self) -> &'static str {
        if self.secure { "__Host-" } else { "" }
    }

    fn header(&self, value: &str, max_age_s: u64) -> HeaderValue {
        let Self { name, secure, .. } = self;
        let secure = if *secure { "; Secure" } else { "" };
        let prefix = self.prefix();
        let cookie = format!("{prefix}{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
        // A name of ours and base64url are always a valid header.
        HeaderValue::try_from(cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// Note that a session is in use. Both services call the table `sessions` and the column `seen_at`.
#[derive(Clone, Copy, Debug)]
pub struct SeenNow(pub TokenHash);

impl SeenNow {
    /// Writes it.
    pub async fn store(&self, session: &mut Session, now: UnixMillis) -> sqlx::Result<()> {
        execute!(*session, "UPDATE sessions SET seen_at = $1 WHERE token_hash = $2", now, &self.0[..])?;
        Ok(())
    }
}

/// Lets no session last longer than `lifetime` from now: one that would was opened by a clock that was set back since. Says how
/// many did. Both services call the table `sessions` and the column `expires_at`.
pub async fn shorten(session: &mut Session, now: UnixMillis, lifetime: Duration) -> sqlx::Result<u64> {
    const SHORTEN: &str = "UPDATE sessions SET expires_at = $1 WHERE expires_at > $1";
    let latest = now.plus_ms(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
    execute!(*session, SHORTEN, latest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{HeaderMap, HeaderValue, header};
    use belgrano_wire::ambient::Ambient;

    use super::{SessionCookie, Token};

    fn cookie(public_url: &str) -> SessionCookie {
        SessionCookie::new("shop_session", Duration::from_hours(1), &public_url.parse().expect("a URL"))
    }

    #[test]
    fn a_token_comes_back_from_its_cookie() {
        let token = Token::generate(&Ambient::system());
        assert_eq!(Token::parse(&token.reveal()).as_ref(), Some(&token));
        let mut headers = HeaderMap::new();
        for line in ["tickets_session=x; xshop_session=y", "shop_session=stale; other"] {
            headers.append(header::COOKIE, HeaderValue::from_static(line));
        }
        assert_eq!(cookie("http://localhost").read(&headers), None);
        let ours = format!("theme=dark; shop_session={}; z=1", token.reveal());
        headers.append(header::COOKIE, HeaderValue::try_from(ours).expect("valid"));
        assert_eq!(cookie("http://localhost").read(&headers), Some(token));
    }

    #[test]
    fn the_cookie_is_locked_down() {
        let token = Token::generate(&Ambient::system());
        let text = |value: HeaderValue| value.to_str().expect("text").to_owned();
        let rest = "; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax";
        assert_eq!(text(cookie("http://localhost:5000").set(&token)), format!("shop_session={}{rest}", token.reveal()));
        let secure = text(cookie("https://shop.example").set(&token));
        assert!(
            secure.starts_with("__Host-shop_session=")
                && secure.ends_with("; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure")
        );
        let sent = |name: &str| {
            let value = HeaderValue::try_from(format!("{name}={}", token.reveal())).expect("valid");
            cookie("https://shop.example").read(&HeaderMap::from_iter([(header::COOKIE, value)]))
        };
        assert_eq!(
            (sent("shop_session"), sent("__Host-shop_session")),
            (None, Some(token.clone())),
            "a neighbour's is none"
        );
        assert!(text(cookie("http://localhost").clear()).starts_with("shop_session=; Path=/; Max-Age=0;"));
    }

    #[test]
    fn nothing_else_is_a_token() {
        let too_short = "A".repeat(42);
        let not_base64 = "!".repeat(43);
        for wrong in ["", &too_short, &not_base64, &"A".repeat(44)] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
    }
}
