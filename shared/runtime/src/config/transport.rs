//! What leaves this machine does so over TLS, unless the operator says by name that it may not.
//!
//! A mail server or a database on this machine is reached as its address says. Elsewhere the connection has to be encrypted.
//! What must never happen here: a password on a network in clear text because nobody thought of it.

use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::{Host, Url};

use super::Env;

/// How a connection is protected, as `belgrano check` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Encrypted, or there is no connection.
    Tls,
    /// Encrypted after `STARTTLS`, or nothing is sent.
    StartTls,
    /// In clear text to this machine.
    Here,
    /// In clear text, which the operator has allowed.
    Clear,
}

impl Transport {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "over TLS",
            Self::StartTls => "over TLS (STARTTLS)",
            Self::Here => "on this machine",
            Self::Clear => "IN CLEAR TEXT, as allowed",
        }
    }
}

/// `SMTP_URL` with what it needs to be protected, and how it is. `None`: it asks for clear text, which is not allowed.
#[must_use]
pub fn smtp(text: &str, clear_allowed: bool) -> Option<(String, Transport)> {
    let as_it_is = |transport| Some((text.to_owned(), transport));
    let Ok(url) = Url::parse(text) else { return as_it_is(Transport::Tls) };
    if url.scheme() != "smtp" {
        return as_it_is(Transport::Tls);
    }
    let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    match tls.as_deref() {
        Some("required") => as_it_is(Transport::StartTls),
        _ if is_here(url.host().as_ref()) => as_it_is(Transport::Here),
        _ if clear_allowed => as_it_is(Transport::Clear),
        None => {
            let mut url = url;
            url.query_pairs_mut().append_pair("tls", "required");
            Some((url.into(), Transport::StartTls))
        }
        Some(_) => None,
    }
}

/// The options of a database with what they need to be protected, and how they are. `None`: they ask for clear text, which is
/// not allowed.
#[must_use]
pub fn postgres(options: PgConnectOptions, clear_allowed: bool) -> Option<(PgConnectOptions, Transport)> {
    let host = options.get_host();
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match options.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Some((options, Transport::Tls)),
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer if here => Some((options, Transport::Here)),
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer if clear_allowed => Some((options, Transport::Clear)),
        PgSslMode::Allow | PgSslMode::Prefer => Some((options.ssl_mode(PgSslMode::Require), Transport::Tls)),
        PgSslMode::Disable => None,
    }
}

/// Reads whether mail may leave in clear text.
pub fn clear_smtp(env: &mut Env) -> bool {
    env.bool("SMTP_CLEAR", false, "whether mail may go in clear text to a server that is not this machine")
}

/// Reads whether the database may be reached in clear text.
pub fn clear_postgres(env: &mut Env) -> bool {
    env.bool("DATABASE_CLEAR", false, "whether a database that is not on this machine may be reached in clear text")
}

fn is_here(host: Option<&Host<&str>>) -> bool {
    match host {
        // Of a scheme that is none of the web's every host is a name.
        Some(Host::Domain(name)) => {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            *name == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::{PgConnectOptions, PgSslMode};

    use super::{Transport, postgres, smtp};

    #[test]
    fn mail_leaves_encrypted_unless_it_is_allowed_not_to() {
        let how = |url, allowed| smtp(url, allowed);
        let required = |url: &str| Some((url.to_owned(), Transport::StartTls));
        assert_eq!(how("smtp://u:p@mail.example", false), required("smtp://u:p@mail.example?tls=required"));
        assert_eq!(
            how("smtp://mail.example:587?tls=required", false),
            required("smtp://mail.example:587?tls=required")
        );
        for url in ["smtp://mail.example?tls=opportunistic", "smtp://mail.example?tls=none"] {
            assert_eq!(how(url, false), None, "{url}");
            assert_eq!(how(url, true), Some((url.to_owned(), Transport::Clear)), "{url}");
        }
        assert_eq!(how("smtp://mail.example", true), Some(("smtp://mail.example".to_owned(), Transport::Clear)));
        for url in ["smtp://localhost", "smtp://127.0.0.1:25", "smtp://[::1]:25"] {
            assert_eq!(how(url, false), Some((url.to_owned(), Transport::Here)), "{url}");
        }
        assert_eq!(how("smtps://u:p@mail.example", false).map(|(_, how)| how), Some(Transport::Tls));
    }

    #[test]
    fn a_database_is_reached_encrypted_unless_it_is_allowed_not_to() {
        let how = |url: &str, allowed| {
            let options: PgConnectOptions = url.parse().expect("an address");
            postgres(options, allowed).map(|(options, how)| (matches!(options.get_ssl_mode(), PgSslMode::Require), how))
        };
        assert_eq!(
            how("postgres://u:p@db.example/x", false),
            Some((true, Transport::Tls)),
            "no fall back to clear text"
        );
        assert_eq!(how("postgres://u:p@db.example/x?sslmode=prefer", false), Some((true, Transport::Tls)));
        assert_eq!(how("postgres://u:p@db.example/x?sslmode=verify-full", false), Some((false, Transport::Tls)));
        assert_eq!(how("postgres://u:p@db.example/x?sslmode=disable", false), None);
        assert_eq!(how("postgres://u:p@db.example/x?sslmode=disable", true), Some((false, Transport::Clear)));
        assert_eq!(how("postgres://u:p@db.example/x", true), Some((false, Transport::Clear)));
        for here in ["postgres://u:p@localhost/x", "postgres://u:p@127.0.0.1/x", "postgres:///x?host=/run/postgresql"] {
            assert_eq!(how(here, false), Some((false, Transport::Here)), "{here}");
        }
    }
}
