//! What both services configure alike: where they listen, where they store, what they share with the other side.
//!
//! Each variable is read here once, so that the two cannot drift apart. A service adds its own settings beside these.

use std::path::PathBuf;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use belgrano_wire::texts::Language;
use belgrano_wire::zone::Zone;
use sqlx::postgres::PgConnectOptions;
use url::{Host, Url};

use super::transport;
use super::{Env, GeneratedSecretError, Secret, generated_secret, local_url};
use crate::auth::client_key::{self, ClientKey, KeyScope};
use crate::auth::email::Email;
use crate::auth::gate::GateSettings;
use crate::auth::password::NewPassword;
use crate::changes::ChangeSettings;
use crate::http::HttpSettings;
use crate::http::serve::ServeSettings;
use crate::security::SecuritySettings;
use crate::storage::{StorageSettings, Target};

/// The file in `DATA_DIR` of the secret that nobody set.
pub const GENERATED_SECRET: &str = "integration_secret";

/// The settings of either service.
#[derive(Clone, Debug)]
pub struct Common {
    /// Where browsers find the service.
    pub public_url: Url,
    /// Where and within which limits it listens.
    pub serve: ServeSettings,
    /// Whose time people are shown.
    pub zone: Zone,
    /// The limits of every request.
    pub http: HttpSettings,
    /// Where it stores.
    pub storage: StorageSettings,
    /// Where generated secrets and SQLite files live.
    pub data_dir: PathBuf,
    /// The keys of clients that do not sign. [`Common::key_for`] is the one to send.
    pub api_keys: Vec<ClientKey>,
    /// Limits of passwords, sessions and log-ins.
    pub gate: GateSettings,
    /// The administrator that the operator names.
    pub admin: FirstAdmin,
    /// Limits of the change feed.
    pub changes: ChangeSettings,
    /// How long the security log goes back.
    pub security: SecuritySettings,
    /// `None`: nobody set one, so it is generated into `data_dir`.
    integration: Option<SigningSecrets>,
}

/// The administrator that the operator names, or that a first start makes.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// `ADMIN_EMAIL`.
    pub email: Email,
    /// `ADMIN_PASSWORD`; without it a random one is printed once.
    pub password: Option<NewPassword>,
}

/// The secret of the two services was generated, and is not what a secret looks like.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It could not be kept.
    #[error(transparent)]
    Generated(#[from] GeneratedSecretError),
    /// Somebody edited the file.
    #[error("DATA_DIR: {} does not hold a secret; remove it, and another is made", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
    },
}

impl Common {
    /// Reads what both services need; `service` (`shop`, `tickets`) names the SQLite file and the Postgres schema.
    pub fn from_env(env: &mut Env, service: &str, default_port: u16) -> Self {
        let serve = ServeSettings::from_env(env, default_port);
        let local = local_url(serve.port);
        let public_url = env.site(
            "PUBLIC_URL",
            local,
            "where browsers find the service, without a path; the origin whose pages may write",
        );
        let data_dir = env.path("DATA_DIR", "./data", "where SQLite files and generated secrets live");
        let storage = storage(env, service, &data_dir);
        let zone = env.zone(
            "TIME_ZONE",
            "the zone whose time people are shown and whose days are counted, as the tz database calls it",
        );
        let generated_allowed = matches!(storage.target, Target::Sqlite(_));
        let http = HttpSettings::from_env(env, &public_url);
        let serve = ServeSettings { proxies: http.proxies.clone(), ..serve };
        Self {
            http,
            api_keys: ClientKey::from_env(env),
            gate: GateSettings::from_env(env),
            admin: first_admin(env),
            changes: ChangeSettings::from_env(env),
            security: SecuritySettings::from_env(env),
            integration: integration(env, generated_allowed),
            public_url,
            zone,
            serve,
            storage,
            data_dir,
        }
    }

    /// Whether this is somebody's own machine: no database server is configured, and no address that others can reach.
    #[must_use]
    pub fn development(&self) -> bool {
        self.stores_locally() && self.is_local()
    }

    /// Whether only this machine can reach the service.
    #[must_use]
    pub fn is_local(&self) -> bool {
        is_local(&self.public_url)
    }

    /// The key to send where `scope` is asked for, if there is one.
    #[must_use]
    pub fn key_for(&self, scope: KeyScope) -> Option<&Secret> {
        client_key::to_send(&self.api_keys, scope)
    }

    /// Whether no database server is configured: what is generated is kept in `data_dir`, and only this process reads it.
    #[must_use]
    pub fn stores_locally(&self) -> bool {
        matches!(self.storage.target, Target::Sqlite(_))
    }

    /// The secrets that the operator set, if any.
    #[must_use]
    pub fn configured_secrets(&self) -> Option<SigningSecrets> {
        self.integration.clone()
    }

    /// The secrets shared with the other service: the configured ones, else one that is made once and kept.
    pub fn integration_secrets(&self, ambient: &Ambient) -> Result<SigningSecrets, SecretError> {
        if let Some(secrets) = &self.integration {
            return Ok(secrets.clone());
        }
        let secret = generated_secret(&self.data_dir, GENERATED_SECRET, "whsec_", ambient)?;
        let invalid = |_| SecretError::Invalid { path: self.data_dir.join(GENERATED_SECRET) };
        SigningSecrets::parse(secret.expose()).map_err(invalid)
    }
}

fn first_admin(env: &mut Env) -> FirstAdmin {
    let usual = Email::local("admin");
    let email = env.string(
        "ADMIN_EMAIL",
        usual.as_str(),
        "who is an administrator: with `ADMIN_PASSWORD` at every start, else when there is none",
    );
    let email = Email::parse(&email).unwrap_or_else(|| {
        env.mistake("ADMIN_EMAIL", "has to be an email address");
        usual
    });
    let password = env.secret(
        "ADMIN_PASSWORD",
        "that account's password, at every start; unset: a first start prints a random one once",
    );
    let password = password.and_then(|password| {
        NewPassword::parse(password.expose())
            .and_then(|password| password.fits(email.as_str(), true).map(|()| password))
            .map_err(|rule| env.mistake("ADMIN_PASSWORD", rule.to(Language::English)))
            .ok()
    });
    FirstAdmin { email, password }
}

fn storage(env: &mut Env, service: &str, data_dir: &std::path::Path) -> StorageSettings {
    let url = env.secret("DATABASE_URL", "`postgres://…`; unset: SQLite in `DATA_DIR`");
    let clear_allowed = transport::clear_postgres(env);
    let sqlite = Target::Sqlite(data_dir.join(service).with_extension("db"));
    let target = match url {
        None => sqlite,
        Some(url) => match postgres(url.expose()) {
            None => {
                env.mistake("DATABASE_URL", "has to be an address `postgres://…`");
                sqlite
            }
            Some(options) => {
                if let Some((options, _)) = transport::postgres(options, clear_allowed) {
                    Target::Postgres { options: Box::new(options), schema: service.to_owned() }
                } else {
                    let clear = "asks for clear text to another machine: `sslmode=require`, or DATABASE_CLEAR=true";
                    env.mistake("DATABASE_URL", clear);
                    sqlite
                }
            }
        },
    };
    StorageSettings {
        target,
        readers: env.number("DATABASE_READERS", 8, 1..=1000, "connections that read at once"),
        wait: env.duration_s("DATABASE_WAIT", 5, "seconds to wait for a database connection"),
    }
}

/// sqlx reads a URL of any scheme.
fn postgres(url: &str) -> Option<PgConnectOptions> {
    let ours = url.starts_with("postgres://") || url.starts_with("postgresql://");
    ours.then(|| url.parse().ok()).flatten()
}

/// A platform that generates secrets gives bare base64; the prefix is added to those.
fn integration(env: &mut Env, generated_allowed: bool) -> Option<SigningSecrets> {
    let meaning = "`whsec_…`, what the two services sign with; several, separated by commas, while one is rotated";
    let words: Vec<String> = env
        .secrets("INTEGRATION_SECRET", meaning)
        .iter()
        .map(Secret::expose)
        .map(|word| if word.starts_with("whsec_") { word.to_owned() } else { format!("whsec_{word}") })
        .collect();
    if words.is_empty() {
        if !generated_allowed {
            env.mistake(
                "INTEGRATION_SECRET",
                "has to be set together with DATABASE_URL: each machine would make another",
            );
        }
        return None;
    }
    SigningSecrets::parse(&words.join(","))
        .map_err(|_| env.mistake("INTEGRATION_SECRET", "has to be `whsec_` and 16 to 64 bytes in base64"))
        .ok()
}

/// Whether only this machine can reach `url`.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Common;
    use crate::config::Env;
    use crate::storage::Target;

    #[test]
    fn nothing_needs_to_be_set() {
        let mut env = Env::from_map::<&str, &str>([]);
        let common = Common::from_env(&mut env, "tickets", 5001);
        env.finish().expect("no mistake");
        assert_eq!(common.public_url.as_str(), "http://localhost:5001/");
        assert!(matches!(common.storage.target, Target::Sqlite(path) if path.ends_with("data/tickets.db")));
    }

    #[test]
    fn with_a_server_the_secret_has_to_be_set() {
        let url = ("DATABASE_URL", "postgres://u:p@localhost/x");
        let read = |variables: &[(&'static str, &'static str)]| {
            let mut env = Env::from_map(variables.iter().copied());
            Common::from_env(&mut env, "shop", 5000);
            env.finish().map(drop).map_err(|mistakes| mistakes.0[0].name.clone())
        };
        assert_eq!(read(&[url]), Err("INTEGRATION_SECRET".to_owned()));
        assert_eq!(read(&[url, ("INTEGRATION_SECRET", "x")]), Err("INTEGRATION_SECRET".to_owned()));
        let bare = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        assert_eq!(read(&[url, ("INTEGRATION_SECRET", bare)]), Ok(()));
        assert_eq!(read(&[("DATABASE_URL", "mysql://x")]), Err("DATABASE_URL".to_owned()));
    }
}
