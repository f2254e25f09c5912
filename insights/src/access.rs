//! Who may read, and what of it: keys with a scope, and `ACCESS=open` for a closed network.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use belgrano_shared::auth::api_key::X_API_KEY;
use belgrano_shared::config::{Env, Secret};
use belgrano_shared::http::ClientIp;
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Message;
use sha2::{Digest, Sha256};

use crate::app::App;

/// What somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The name of the key or the account; `None`: nobody in particular.
    pub name: Option<String>,
    /// Names, e-mail addresses and telephones too.
    pub persons: bool,
    /// The one business whose rows they are, for a merchant; `None`: all.
    pub business: Option<String>,
}

impl Reader {
    /// Who counts as one caller: a key, else an address.
    pub(crate) fn caller(&self, ip: ClientIp) -> String {
        self.name.clone().unwrap_or_else(|| ip.key().to_string())
    }
}

/// A key that somebody reads with.
#[derive(Clone)]
struct Key {
    name: String,
    persons: bool,
    hash: [u8; 32],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.name)
    }
}

/// The keys that are valid; their hashes alone are kept.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Reads `API_KEYS`.
    pub fn from_env(env: &mut Env) -> Self {
        let meaning = "keys of programs that read, as `name:scope:key`, separated by commas; scope `lectura` sees no \
                       names, e-mails or telephones, `completa` does";
        let words = env.secrets("API_KEYS", meaning);
        let keys = words.iter().filter_map(|word| {
            let key = parse(word);
            if key.is_none() {
                env.mistake(
                    "API_KEYS",
                    "each has to be name:lectura:key or name:completa:key, the key of 16 characters or more",
                );
            }
            key
        });
        Self(keys.collect())
    }

    /// Whoever has this key.
    pub(crate) fn reader(&self, sent: &str) -> Option<Reader> {
        let key = self.find(sent)?;
        Some(Reader { name: Some(format!("key {}", key.name)), persons: key.persons, business: None })
    }

    fn find(&self, sent: &str) -> Option<&Key> {
        let hash: [u8; 32] = Sha256::digest(sent.as_bytes()).into();
        // Of what is compared an observer learns the hash at most, which gives no key.
        self.0.iter().find(|key| key.hash == hash)
    }
}

fn parse(word: &Secret) -> Option<Key> {
    let mut parts = word.expose().trim().splitn(3, ':');
    let (name, scope, key) = (parts.next()?, parts.next()?, parts.next()?);
    let persons = match scope {
        "lectura" => false,
        "completa" => true,
        _ => return None,
    };
    let long = key.len() >= 16 && !name.is_empty();
    long.then(|| Key { name: name.to_owned(), persons, hash: Sha256::digest(key.as_bytes()).into() })
}

/// The key that a request carries, in either of the two usual places.
fn sent(headers: &HeaderMap) -> Option<&str> {
    let own = headers.get(X_API_KEY).and_then(|value| value.to_str().ok());
    let bearer = || headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ");
    own.or_else(bearer)
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Some(sent) = sent(&parts.headers) {
            return app.keys.reader(sent).ok_or_else(|| Problem::unauthenticated(Message::new("refusal-key")));
        }
        if app.settings.open {
            return Ok(Self { name: None, persons: true, business: None });
        }
        Err(Problem::unauthenticated(Message::new("refusal-log-in")))
    }
}
