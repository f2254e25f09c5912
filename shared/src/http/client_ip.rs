//! Which address a request comes from.
//!
//! The socket's, unless `TRUST_PROXY` says how many proxies stand before us: then the entry of `X-Forwarded-For` that
//! the outermost of them wrote. What stands further left the client made up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::RequestContext;
use crate::problem::Problem;

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

    /// Reads it from the socket and, with `proxies` above zero, from `X-Forwarded-For`.
    pub(super) fn of(headers: &HeaderMap, extensions: &Extensions, proxies: usize) -> Self {
        let socket = extensions
            .get()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip());
        if proxies == 0 {
            return Self(socket);
        }
        let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
        let forwarded = lines.flat_map(|line| line.rsplit(',')).nth(proxies - 1).and_then(|text| parse(text.trim()));
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

    use super::ClientIp;

    fn of(forwarded: &[&'static str], proxies: usize) -> String {
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
    fn a_whole_network_counts_as_one() {
        let key = |text: &str| ClientIp(text.parse().expect("an address")).key().to_string();
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(key("::ffff:1.2.3.4"), "1.2.3.4");
    }
}
