//! Which address a request comes from.
//!
//! The socket's, unless `TRUST_PROXY` says how many proxies stand before us: then the entry of `X-Forwarded-For` that
//! the outermost of them wrote. What stands further left the client made up, and so did a peer that is none of the
//! proxies (`PROXY_NETWORKS`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use ipnet::IpNet;

use super::RequestContext;
use crate::config::Env;
use crate::problem::Problem;

/// The proxies that stand between clients and us.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// How many of them a request passes.
    pub count: usize,
    /// Where they connect from; empty: from anywhere, because nobody else can reach us.
    pub networks: Vec<IpNet>,
}

impl Proxies {
    /// Reads `TRUST_PROXY` and `PROXY_NETWORKS`.
    pub fn from_env(env: &mut Env) -> Self {
        let count = env.number("TRUST_PROXY", 0, 0..=16, "proxies in front that write X-Forwarded-For");
        let meaning = "networks the proxies connect from, separated by commas; unset: whoever connects is one";
        let mut networks = Vec::new();
        for text in env.list("PROXY_NETWORKS", "", meaning) {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => networks.push(network),
                Err(_) => env.mistake("PROXY_NETWORKS", format!("`{text}` is not a network like `10.0.0.0/8`")),
            }
        }
        Self { count, networks }
    }

    /// Whether what connects from `peer` is one of them.
    pub(super) fn include(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.count > 0 && (self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&peer)))
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
        let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
        let forwarded =
            lines.flat_map(|line| line.rsplit(',')).nth(proxies.count - 1).and_then(|text| parse(text.trim()));
        Self(forwarded.unwrap_or(socket))
    }
}

/// An address, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
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
    use crate::config::Env;

    fn of(forwarded: &[&'static str], count: usize) -> String {
        of_proxies(forwarded, &Proxies { count, ..Proxies::default() })
    }

    fn of_proxies(forwarded: &[&'static str], proxies: &Proxies) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711))));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        ClientIp::of(&headers, &extensions, proxies).0.to_string()
    }

    #[test]
    fn only_as_many_proxies_are_believed_as_there_are() {
        assert_eq!(of(&["1.1.1.1"], 0), "10.0.0.1");
        assert_eq!(of(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(of(&["6.6.6.6, 1.1.1.1, 2.2.2.2"], 2), "1.1.1.1");
        assert_eq!(of(&["6.6.6.6", "1.1.1.1:80"], 1), "1.1.1.1");
        assert_eq!(of(&[], 1), "10.0.0.1");
        assert_eq!(of(&["nonsense"], 1), "10.0.0.1");
        assert_eq!(of(&["1.1.1.1"], 2), "10.0.0.1");
    }

    #[test]
    fn who_is_no_proxy_is_not_believed() {
        let proxies = |networks| {
            let mut env = Env::from_map([("TRUST_PROXY", "1"), ("PROXY_NETWORKS", networks)]);
            let proxies = Proxies::from_env(&mut env);
            env.finish().map(|_| proxies)
        };
        let within = proxies("192.168.7.1, 10.0.0.0/8,fd00::/8").expect("networks");
        assert_eq!(of_proxies(&["1.1.1.1"], &within), "1.1.1.1");
        assert!(within.include("::ffff:10.1.2.3".parse().expect("an address")));
        assert!(within.include("192.168.7.1".parse().expect("an address")));
        let elsewhere = proxies("10.1.0.0/16").expect("a network");
        assert_eq!(of_proxies(&["1.1.1.1"], &elsewhere), "10.0.0.1");
        assert!(proxies("10.0.0.0/33").is_err());
        assert!(!Proxies { count: 0, ..within }.include("10.0.0.1".parse().expect("an address")));
    }

    #[test]
    fn a_whole_network_counts_as_one() {
        let key = |text: &str| ClientIp(text.parse().expect("an address")).key().to_string();
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(key("::ffff:1.2.3.4"), "1.2.3.4");
    }
}
