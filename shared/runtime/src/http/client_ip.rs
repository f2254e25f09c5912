//! Which address a request comes from.
//!
//! The socket's, unless that is one of our proxies (`PROXY_NETWORKS`): then `X-Forwarded-For` is read from its end, where the
//! nearest proxy wrote, past every address that is a proxy, to the first that is none. What stands further left the client may
//! have made up. An entry that is no address ends it: then the proxy that wrote it is who is counted.
//! What must never happen here: an address of the client's own choice.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use ipnet::IpNet;

use super::RequestContext;
use super::networks::Networks;
use crate::config::Env;
use crate::problem::Problem;

/// No request passes more proxies.
const MOST: usize = 16;
/// The proxies that stand between clients and us.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// How many of them a request passes at most; 0: none is believed.
    pub count: usize,
    /// Where they are; empty: anywhere, as older configurations have it, which believes an attacker who gets past them.
    pub networks: Vec<IpNet>,
}

impl Proxies {
    /// Reads `PROXY_NETWORKS`, and `TRUST_PROXY` as older configurations have it.
    pub fn from_env(env: &mut Env) -> Self {
        let meaning = "networks of the proxies in front, separated by commas, also `private` and `loopback`: of the addresses in \
                       X-Forwarded-For the last that is in none of them is the client's; unset: that header is not read";
        let Networks(networks) = Networks::from_env(env, "PROXY_NETWORKS", "", meaning);
        let meaning = "proxies that a request passes at most; 0: as many as are in `PROXY_NETWORKS`. Without those, how many of them \
                       write X-Forwarded-For: the old way, which locks customers out or believes an attacker when the number is off";
        let count = env.number("TRUST_PROXY", 0, 0..=MOST, meaning);
        let count = if count == 0 && !networks.is_empty() { MOST } else { count };
        Self { count, networks }
    }

    /// Whether they are only counted, wherever they are: what the operator should change.
    #[must_use]
    pub fn only_counted(&self) -> bool {
        self.count > 0 && self.networks.is_empty()
    }

    /// Whether `address` is one of them.
    pub(super) fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.count > 0 && (self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&address)))
    }
}

/// The client's address, for limits. Not for logs: it is personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// What to count by: one customer has a whole /64 of IPv6 to choose from.
    #[must_use]
    pub fn key(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        }
    }

    /// Whom limits count by; `None` for what did not come over a socket.
    #[must_use]
    pub fn counted(self) -> Option<IpAddr> {
        (!self.0.is_unspecified()).then(|| self.key())
    }

    /// Reads it from the socket and, if that is one of the `proxies`, from `X-Forwarded-For`.
    pub(super) fn of(headers: &HeaderMap, extensions: &Extensions, proxies: &Proxies) -> Self {
        let socket = extensions
            .get()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip());
        if !proxies.include(socket) {
            return Self(socket);
        }
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).map(parse);
        if proxies.only_counted() {
            return Self(entries.into_iter().nth(proxies.count - 1).flatten().unwrap_or(socket));
        }
        let mut client = socket;
        for entry in entries.take(proxies.count) {
            let Some(address) = entry else { break };
            client = address;
            if !proxies.include(address) {
                break;
            }
        }
        Self(client)
    }
}

/// An address as proxies write it: bare, with a port, in brackets, in quotes.
fn parse(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let address = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.or_else(bare).filter(|address: &IpAddr| !address.is_unspecified()).map(|address| address.to_canonical())
}

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(RequestContext::from_request_parts(parts, state).await?.client_ip)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::extract::ConnectInfo;
    use axum::http::{Extensions, HeaderMap, HeaderValue};

    use super::{ClientIp, Proxies};
    use crate::config::{ConfigMistakes, Env};

    fn proxies(variables: &[(&'static str, &'static str)]) -> Result<Proxies, ConfigMistakes> {
        let mut env = Env::from_map(variables.iter().copied());
        let proxies = Proxies::from_env(&mut env);
        env.finish().map(|_| proxies)
    }

    fn of(peer: &str, forwarded: &[&'static [u8]], proxies: &Proxies) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 4711)));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line).expect("a value"));
        }
        ClientIp::of(&headers, &extensions, proxies).0.to_string()
    }

    #[test]
    fn the_last_that_is_no_proxy_is_the_client() {
        let ours = proxies(&[("PROXY_NETWORKS", "private, loopback, 162.158.0.0/15,2400:cb00::/32, 203.0.113.9")]);
        let ours = ours.expect("networks");
        let long: &'static [u8] =
            b"9.9.9.9, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, \
              10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1, 10.0.0.1";
        let cases: [(&str, &[&[u8]], &str); 28] = [
            // Who is no proxy is not believed, whatever it says.
            ("1.1.1.1", &[b"2.2.2.2"], "1.1.1.1"),
            ("1.1.1.1", &[b"2.2.2.2, 10.0.0.7"], "1.1.1.1"),
            // One proxy, two, three; a client that writes before them.
            ("10.0.0.1", &[b"1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", &[b"1.1.1.1, 162.158.7.7"], "1.1.1.1"),
            ("10.0.0.1", &[b"1.1.1.1, 162.158.7.7, 10.2.0.9"], "1.1.1.1"),
            ("10.0.0.1", &[b"6.6.6.6, 1.1.1.1, 162.158.7.7, 10.2.0.9"], "1.1.1.1"),
            ("10.0.0.1", &[b"10.9.9.9, 1.1.1.1, 162.158.7.7"], "1.1.1.1"),
            ("127.0.0.1", &[b"1.1.1.1, 203.0.113.9"], "1.1.1.1"),
            // In several lines, which are one list.
            ("10.0.0.1", &[b"6.6.6.6", b"1.1.1.1", b"162.158.7.7"], "1.1.1.1"),
            ("10.0.0.1", &[b"6.6.6.6, 1.1.1.1", b"162.158.7.7, 10.2.0.9"], "1.1.1.1"),
            // Nothing, or nothing but proxies: the one furthest out.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[b"162.158.7.7, 10.2.0.9"], "162.158.7.7"),
            // What is no address ends it; what stands left of it is not believed.
            ("10.0.0.1", &[b""], "10.0.0.1"),
            ("10.0.0.1", &[b"nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[b"1.1.1.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[b"1.1.1.1, 0.0.0.0"], "10.0.0.1"),
            ("10.0.0.1", &[b"1.1.1.1, _hidden, 162.158.7.7"], "162.158.7.7"),
            ("10.0.0.1", &[b"1.1.1.1,, 162.158.7.7"], "162.158.7.7"),
            ("10.0.0.1", &[b"1.1.1.1, 1.1.1, 162.158.7.7"], "162.158.7.7"),
            ("10.0.0.1", &[b"1.1.1.1", b"\xff\xfe"], "10.0.0.1"),
            // Ports, brackets, quotes, IPv6 in every form.
            ("10.0.0.1", &[b"1.1.1.1:80"], "1.1.1.1"),
            ("10.0.0.1", &[b"2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", &[b"[2001:db8::1]:443, 2400:cb00::7"], "2001:db8::1"),
            ("10.0.0.1", &[b"\"[2001:db8::1]\""], "2001:db8::1"),
            ("::ffff:10.0.0.1", &[b"::ffff:1.1.1.1, ::ffff:162.158.7.7"], "1.1.1.1"),
            ("fd00::1", &[b"2001:db8::1, fd00::2"], "2001:db8::1"),
            ("::1", &[b"1.1.1.1"], "1.1.1.1"),
            // Nobody has so many.
            ("10.0.0.1", &[long], "10.0.0.1"),
        ];
        for (peer, forwarded, client) in cases {
            assert_eq!(of(peer, forwarded, &ours), client, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn without_networks_nobody_is_believed_unless_they_are_counted() {
        assert_eq!(of("10.0.0.1", &[b"1.1.1.1"], &proxies(&[]).expect("nothing set")), "10.0.0.1");
        let counted = |count| proxies(&[("TRUST_PROXY", count)]).expect("a number");
        for (forwarded, count, client) in [
            (&[&b"6.6.6.6, 1.1.1.1"[..]][..], "1", "1.1.1.1"),
            (&[b"6.6.6.6, 1.1.1.1, 2.2.2.2"], "2", "1.1.1.1"),
            (&[b"6.6.6.6", b"1.1.1.1:80"], "1", "1.1.1.1"),
            (&[], "1", "10.0.0.1"),
            (&[b"nonsense"], "1", "10.0.0.1"),
            (&[b"1.1.1.1"], "2", "10.0.0.1"),
        ] {
            assert_eq!(of("10.0.0.1", forwarded, &counted(count)), client, "{forwarded:?} {count}");
        }
        assert!(counted("1").only_counted());
    }

    #[test]
    fn networks_and_a_number_believe_what_both_allow() {
        let both = proxies(&[("TRUST_PROXY", "2"), ("PROXY_NETWORKS", "private")]).expect("both");
        assert!(!both.only_counted());
        assert_eq!(of("10.0.0.1", &[b"1.1.1.1, 10.0.0.2"], &both), "1.1.1.1");
        assert_eq!(of("10.0.0.1", &[b"1.1.1.1, 10.0.0.3, 10.0.0.2"], &both), "10.0.0.3");
        assert!(proxies(&[("PROXY_NETWORKS", "10.0.0.0/33")]).is_err());
        assert!(proxies(&[("PROXY_NETWORKS", "cloudflare")]).is_err());
    }

    #[test]
    fn a_whole_network_counts_as_one() {
        let key = |text: &str| ClientIp(text.parse().expect("an address")).key().to_string();
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(key("::ffff:1.2.3.4"), "1.2.3.4");
    }
}
