//! `X-API-Key`: the static key of a client that does not sign, and how many wrong ones are too many.
//!
//! Every door of shop and board that a key opens asks one [`KeyGuard`], after the signature where there is one. A key of ours
//! opens what it is for and nothing else; its client is named in the trace. Compared in a time that says nothing of the keys.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SignatureError;
use belgrano_wire::texts::Message;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::client_key::{ClientKey, KeyScope};
use super::known_password::is_published_key;
use crate::http::{ClientIp, RateLimit};
use crate::problem::Problem;

/// The header.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Requests of one address in a minute that show neither a signature nor a key before it is told to wait. What is right is
/// never counted.
const WRONG_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// Fewer characters of a key can be guessed.
const FEWEST_CHARS: usize = 16;
const MAKE_ONE: &str = "`openssl rand -base64 32` makes one that cannot";

/// Whether a key is so short that it can be guessed. A bare one holds all the same: the other side may have it for now.
#[must_use]
pub fn is_short(key: &str) -> bool {
    key.chars().count() < FEWEST_CHARS
}

/// A key that is valid. Kept as a hash: all are of one length, and a core dump of these has no key in it.
struct Known {
    name: Arc<str>,
    scopes: Vec<KeyScope>,
    hash: [u8; 32],
}

/// Who may come with a key, and how often one address may come with a wrong one. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct KeyGuard(Arc<Guarded>);

struct Guarded {
    known: Vec<Known>,
    wrong: RateLimit<IpAddr>,
}

impl std::fmt::Debug for KeyGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyGuard({})", self.0.known.len())
    }
}

impl KeyGuard {
    /// Lets in who has one of `keys`. One that documents of the old pair print, or that is short, is said in the log, and holds:
    /// its other half may have it.
    #[must_use]
    pub fn new(keys: &[ClientKey], ambient: &Ambient) -> Self {
        if keys.iter().any(|client| is_published_key(client.key.expose())) {
            tracing::warn!(
                "API_KEY has a value that is published: anybody can send orders; give both services another"
            );
        }
        if keys.iter().any(|client| is_short(client.key.expose())) {
            tracing::warn!(
                "API_KEY has a value of fewer than {FEWEST_CHARS} characters: it can be guessed; {MAKE_ONE}"
            );
        }
        let known = keys.iter().map(|client| Known {
            name: Arc::clone(&client.name),
            scopes: client.scopes.clone(),
            hash: Sha256::digest(client.key.expose()).into(),
        });
        let wrong = RateLimit::new(WRONG_A_MINUTE, Duration::from_mins(1), ambient);
        Self(Arc::new(Guarded { known: known.collect(), wrong }))
    }

    /// The name of the client that a request's key is of, whatever that key opens; `None` without a key of ours.
    #[must_use]
    pub fn client(&self, headers: &HeaderMap) -> Option<&str> {
        self.find(headers).map(|known| &*known.name)
    }

    /// Lets in whoever comes with a key for `scope`. A key of ours for something else is 403 and says what is wanted; any
    /// other request is `refusal`, and 429 after too many of those.
    pub fn admit(
        &self,
        headers: &HeaderMap,
        scope: KeyScope,
        ip: ClientIp,
        refusal: impl FnOnce() -> Problem,
    ) -> Result<(), Problem> {
        let Some(known) = self.find(headers) else { return Err(self.refuse(ip, refusal())) };
        // Into the request's span: what is logged of it from here on says whose it was.
        tracing::Span::current().record("client", &*known.name);
        if known.scopes.contains(&scope) {
            return Ok(());
        }
        let wanted = Message::new("refusal-key-scope").with("scope", scope.as_str());
        Err(Problem::forbidden(wanted).with("alcance", scope.as_str()))
    }

    /// `refusal` of a request that shows neither a signature nor a key, or 429 after too many from its address.
    #[must_use]
    pub fn refuse(&self, ip: ClientIp, refusal: Problem) -> Problem {
        self.0.wrong.check(&ip.key()).err().unwrap_or(refusal)
    }

    /// Compares the request's key with every one of ours.
    fn find(&self, headers: &HeaderMap) -> Option<&Known> {
        let sent: [u8; 32] = Sha256::digest(headers.get(X_API_KEY)?.as_bytes()).into();
        self.0.known.iter().fold(None, |found, known| if known.hash.ct_eq(&sent).into() { Some(known) } else { found })
    }
}

/// 401 for a request whose signature is not right, and that has no key either. A clock that is off is told with the seconds.
#[must_use]
pub fn unsigned(error: SignatureError) -> Problem {
    match error {
        SignatureError::Clock { ahead_s } => {
            let key = if ahead_s < 0 { "refusal-clock-behind" } else { "refusal-clock-ahead" };
            let told = Message::new(key).with("seconds", ahead_s.saturating_abs());
            Problem::unauthenticated(told).with("desfase_s", ahead_s)
        }
        SignatureError::Id | SignatureError::Timestamp | SignatureError::Mismatch => {
            Problem::unauthenticated(Message::new("refusal-signature"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    use axum::http::{HeaderMap, HeaderValue};
    use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
    use belgrano_wire::signature::SignatureError;
    use belgrano_wire::timestamp::UnixMillis;

    use super::{KeyGuard, WRONG_A_MINUTE, X_API_KEY, unsigned};
    use crate::auth::client_key::{ClientKey, KeyScope};
    use crate::config::Env;
    use crate::http::ClientIp;
    use crate::testing::CapturedLog;

    const IP: ClientIp = ClientIp(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));

    fn guard(keys: &str) -> (KeyGuard, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(UnixMillis(0)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let mut env = Env::from_map([("API_KEY", keys)]);
        let keys = ClientKey::from_env(&mut env);
        env.finish().expect("no mistakes");
        (KeyGuard::new(&keys, &ambient), clock)
    }

    fn sent(key: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(X_API_KEY, HeaderValue::from_static(key))])
    }

    fn status(guard: &KeyGuard, headers: &HeaderMap, scope: KeyScope) -> u16 {
        let admitted = guard.admit(headers, scope, IP, || unsigned(SignatureError::Mismatch));
        admitted.map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    #[test]
    fn a_short_key_is_told_of() {
        assert!(super::is_short("clave") && super::is_short("123456789012345"));
        assert!(!super::is_short("1234567890123456"));
    }

    #[test]
    fn any_of_the_keys_and_nothing_else() {
        let (guard, _) = guard("new,old, ");
        for scope in KeyScope::ALL {
            for (key, expected) in [("new", 200), ("old", 200), ("ne", 401), ("", 401)] {
                assert_eq!(status(&guard, &sent(key), *scope), expected, "{key} for {scope}");
            }
            assert_eq!(status(&guard, &HeaderMap::new(), *scope), 401);
        }
        assert_eq!((guard.client(&sent("old")), guard.client(&sent("ne"))), (Some("clave-2"), None));
    }

    #[test]
    fn what_is_logged_of_its_request_says_whose_it_was() {
        let (guard, _) = guard("tienda:tickets:0123456789abcdef");
        let log = CapturedLog::start();
        let span = tracing::info_span!("request", client = tracing::field::Empty);
        span.in_scope(|| {
            assert_eq!(status(&guard, &sent("0123456789abcdef"), KeyScope::Tickets), 200);
            tracing::info!("an order is taken in");
        });
        let text = log.text();
        assert!(text.contains("client=\"tienda\"") && !text.contains("0123456789abcdef"), "{text}");
    }

    #[test]
    fn a_key_of_ours_for_something_else_is_told_so_and_never_counted() {
        let (guard, clock) = guard("tienda:tickets:0123456789abcdef");
        let right = sent("0123456789abcdef");
        for _ in 0..WRONG_A_MINUTE.get() * 2 {
            assert_eq!(status(&guard, &right, KeyScope::Changes), 403);
        }
        let problem = guard.admit(&right, KeyScope::Changes, IP, || unsigned(SignatureError::Id)).expect_err("403");
        assert_eq!(problem.detail(), "A esta clave le falta el alcance `cambios`.");
        for _ in 0..WRONG_A_MINUTE.get() {
            assert_eq!(status(&guard, &sent("otra"), KeyScope::Tickets), 401);
        }
        assert_eq!(status(&guard, &sent("otra"), KeyScope::Tickets), 429);
        assert_eq!(status(&guard.clone(), &HeaderMap::new(), KeyScope::States), 429, "at every door of the service");
        assert_eq!(status(&guard, &right, KeyScope::Tickets), 200, "the right one is never counted");
        clock.advance_ms(60_000);
        assert_eq!(status(&guard, &sent("otra"), KeyScope::Tickets), 401);
    }
}
