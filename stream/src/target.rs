//! Where to: what `STREAM_URL`, `STREAM_NAME` and `STREAM_CA` say.

use std::path::PathBuf;

use url::Url;

/// A broker, and what it is to keep events in.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) kind: Kind,
    /// `host:port`, one or several.
    pub(crate) servers: Vec<String>,
    pub(crate) log_in: LogIn,
    /// Whether the connection has to be TLS.
    pub(crate) tls: bool,
    /// The JetStream stream, or the topic.
    pub(crate) name: String,
    /// Certificates that the broker's has to be signed by, PEM; `None`: those of the system.
    pub(crate) authorities: Option<PathBuf>,
}

/// Which broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nats,
    Kafka,
}

/// Who we are there. Has no `Debug`, so that no message can hold it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum LogIn {
    Nobody,
    User { name: String, password: String },
    Token(String),
}

/// Without its password.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Target").field(&self.place()).finish()
    }
}

/// Why an address cannot be one. The text does not repeat it: there may be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// It is of another kind.
    #[error("has to begin with `nats://`, `tls://` (NATS over TLS) or `kafka://`")]
    Scheme,
    /// It is no address.
    #[error(
        "has to be `nats://host:4222` or `kafka://host:9092`, several hosts separated by commas, with `user:password@` before the \
         first if need be, in which `@`, `/`, `:`, `#`, `?` and `%` are percent-encoded"
    )]
    Form,
    /// It is Kafka's, and this program cannot speak to it.
    #[error("is Kafka's, and this program was built without it: `cargo build --release -p insights --features kafka`")]
    NoKafka,
    /// What the stream is called.
    #[error("may have letters, digits, `-` and `_`, 64 at most")]
    Name,
}

const MAX_NAME: usize = 64;

impl Target {
    /// Reads an address and a name.
    pub fn parse(address: &str, name: &str) -> Result<Self, BadTarget> {
        Self::parse_for(address, name, cfg!(feature = "kafka"))
    }

    /// The same, for a program that speaks to Kafka or does not.
    fn parse_for(address: &str, name: &str, kafka: bool) -> Result<Self, BadTarget> {
        let (scheme, rest) = address.split_once("://").ok_or(BadTarget::Scheme)?;
        let (kind, tls, port) = match scheme {
            "nats" => (Kind::Nats, false, 4222),
            "tls" => (Kind::Nats, true, 4222),
            "kafka" => (Kind::Kafka, false, 9092),
            _ => return Err(BadTarget::Scheme),
        };
        if kind == Kind::Kafka && !kafka {
            return Err(BadTarget::NoKafka);
        }
        let usable = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(usable) {
            return Err(BadTarget::Name);
        }
        let (user, hosts) = rest.rsplit_once('@').map_or((None, rest), |(user, hosts)| (Some(user), hosts));
        let log_in = user.map_or(Some(LogIn::Nobody), log_in).ok_or(BadTarget::Form)?;
        if kind == Kind::Kafka && matches!(log_in, LogIn::Token(_)) {
            return Err(BadTarget::Form);
        }
        let hosts = hosts.trim_end_matches('/');
        let servers = hosts.split(',').map(|host| server(host, port).ok_or(BadTarget::Form));
        let servers = servers.collect::<Result<_, _>>()?;
        Ok(Self { kind, servers, log_in, tls, name: name.to_owned(), authorities: None })
    }

    /// With certificates that the broker's has to be signed by, a PEM file.
    #[must_use]
    pub fn with_authorities(self, file: Option<PathBuf>) -> Self {
        Self { authorities: file, ..self }
    }

    /// Which broker and what of it, without a password: what a cursor is of.
    #[must_use]
    pub fn place(&self) -> String {
        let scheme = match self.kind {
            Kind::Nats => "nats",
            Kind::Kafka => "kafka",
        };
        format!("{scheme}://{}/{}", self.servers.join(","), self.name)
    }

    /// The JetStream stream, or the topic.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// `user:password` or `token`, each percent-encoded.
fn log_in(text: &str) -> Option<LogIn> {
    let url = Url::parse(&format!("nats://{text}@host")).ok().filter(|url| url.host_str() == Some("host"))?;
    let decode = |part: &str| {
        let pair = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    let name = decode(url.username()).filter(|name| !name.is_empty())?;
    match url.password() {
        Some(password) => Some(LogIn::User { name, password: decode(password)? }),
        None => Some(LogIn::Token(name)),
    }
}

fn server(text: &str, usual: u16) -> Option<String> {
    let url = Url::parse(&format!("nats://{text}")).ok()?;
    let alone = url.path().is_empty() && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let host = url.host_str().filter(|host| alone && !host.is_empty())?;
    Some(format!("{host}:{}", url.port().unwrap_or(usual)))
}

#[cfg(test)]
mod tests {
    use super::{BadTarget, LogIn, Target};

    #[test]
    fn an_address_is_read_and_its_password_stays_where_it_is() {
        let target = Target::parse("nats://ana:p%40ss@one.example,two.example:4333", "belgrano").expect("a target");
        assert_eq!(target.place(), "nats://one.example:4222,two.example:4333/belgrano");
        assert!(target.log_in == LogIn::User { name: "ana".to_owned(), password: "p@ss".to_owned() });
        assert!(!format!("{target:?}").contains("ss@"), "{target:?}");
        let token = Target::parse("tls://s3cr%2Bet@[::1]", "x").expect("a target");
        assert!(token.log_in == LogIn::Token("s3cr+et".to_owned()) && token.tls);
        assert_eq!(token.place(), "nats://[::1]:4222/x");
        for wrong in
            ["nats://", "nats://one/two", "nats://ana:pa/ss@one", "nats://ana:pa#ss@one", "nats://@one", "nats://one,"]
        {
            assert_eq!(Target::parse(wrong, "x"), Err(BadTarget::Form), "{wrong}");
        }
        for wrong in ["nats", "http://one", "amqp://ana:secret@one"] {
            assert_eq!(Target::parse(wrong, "x"), Err(BadTarget::Scheme), "{wrong}");
        }
        assert_eq!(Target::parse("nats://one", "a b"), Err(BadTarget::Name));
        let kafka = |spoken| Target::parse_for("kafka://one:9092", "x", spoken).map(|target| target.place());
        assert_eq!((kafka(true), kafka(false)), (Ok("kafka://one:9092/x".to_owned()), Err(BadTarget::NoKafka)));
    }
}
