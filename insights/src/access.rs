//! Who may read, and what of it: keys with a scope, people who are logged in, and `ACCESS=open` for a closed network.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use belgrano_runtime::auth::api_key::X_API_KEY;
use belgrano_runtime::config::{Env, Secret};
use belgrano_runtime::http::ClientIp;
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Message;
use sha2::{Digest, Sha256};

use crate::accounts::Role;
use crate::app::App;
use crate::engine::Scope;
use crate::sessions::Principal;

/// What somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The name of the key or the account; `None`: nobody in particular.
    pub name: Option<String>,
    /// The account, of somebody who is logged in.
    pub account: Option<i64>,
    /// Names, e-mail addresses and telephones too.
    pub persons: bool,
    /// The number of the one business whose rows they are, for a merchant; `None`: all.
    pub business: Option<i64>,
}

impl Reader {
    /// What of the data they are shown.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope { persons: self.persons, business: self.business }
    }

    /// Somebody who is logged in; 403 for a merchant whose business nobody has named.
    fn of(principal: &Principal) -> Result<Self, Problem> {
        let (persons, business) = match principal.role {
            Role::Admin | Role::Analyst => (true, None),
            Role::Merchant => {
                let given =
                    principal.business.ok_or_else(|| Problem::forbidden(Message::new("refusal-business-not-given")));
                (false, Some(given?))
            }
        };
        let id = principal.account_id;
        Ok(Self { name: Some(format!("account {id}")), account: Some(id), persons, business })
    }

    /// Whether nothing is kept from them.
    pub(crate) fn sees_all(&self) -> bool {
        self.scope().is_whole()
    }

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
    business: Option<i64>,
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
                       names, e-mails or telephones, `completa` does; `lectura@7` sees the business of that number in the shop alone";
        let words = env.secrets("API_KEYS", meaning);
        let keys = words.iter().filter_map(|word| {
            let key = parse(word);
            if key.is_none() {
                env.mistake(
                    "API_KEYS",
                    "each has to be name:lectura:key, name:completa:key or name:lectura@business:key, the key of 16 \
                     characters or more, the business its number in the shop (GET /api/negocios there): two may be called \
                     the same",
                );
            }
            key
        });
        Self(keys.collect())
    }

    /// Whoever has this key.
    pub(crate) fn reader(&self, sent: &str) -> Option<Reader> {
        let key = self.find(sent)?;
        let (name, business) = (Some(format!("key {}", key.name)), key.business);
        Some(Reader { name, account: None, persons: key.persons, business })
    }

    /// What the client is called whose key a request carries.
    pub(crate) fn client(&self, headers: &HeaderMap) -> Option<&str> {
        self.find(sent(headers)?).map(|key| key.name.as_str())
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
    let (scope, business) = scope.split_once('@').map_or((scope, None), |(scope, business)| (scope, Some(business)));
    let business = match business {
        Some(number) => Some(number.trim().parse::<i64>().ok()?),
        None => None,
    };
    let persons = match scope {
        "lectura" => false,
        "completa" => true,
        _ => return None,
    };
    (key.len() >= 16 && !name.is_empty()).then(|| Key {
        name: name.to_owned(),
        persons,
        business,
        hash: Sha256::digest(key.as_bytes()).into(),
    })
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
        match app.principal(&parts.headers).await? {
            Some(principal) => Self::of(&principal),
            None if app.settings.open => Ok(Self { name: None, account: None, persons: true, business: None }),
            None => Err(Problem::unauthenticated(Message::new("refusal-log-in"))),
        }
    }
}
