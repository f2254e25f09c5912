//! Where a service listens: an address on this machine, resolved once.
//!
//! A load generator that someone points at a shop by accident is a nuisance, so only loopback
//! addresses are taken.

use std::net::{SocketAddr, ToSocketAddrs as _};

use crate::error::{Context as _, Error, Result};

/// The base of a service, `http://HOST:PORT`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// Resolved address.
    pub addr: SocketAddr,
    /// `HOST:PORT` as written, for the `Host` header.
    pub authority: String,
    /// The value of `Origin`: what the service believes its public address to be.
    pub origin: String,
}

impl Endpoint {
    /// From `http://HOST:PORT`, with a trailing slash or without.
    pub fn parse(url: &str) -> Result<Self> {
        let base = url.trim_end_matches('/');
        let authority = base
            .strip_prefix("http://")
            .filter(|rest| !rest.contains('/'))
            .ok_or_else(|| Error::new(format_args!("{url}: expected http://HOST:PORT")))?;
        let addr = authority
            .to_socket_addrs()
            .context(url)?
            .find(|a| a.ip().is_loopback())
            .ok_or_else(|| Error::new(format_args!("{url}: only this machine (loopback) can be measured")))?;
        Ok(Self { addr, authority: authority.to_owned(), origin: base.to_owned() })
    }

    /// The service on `port` of this machine.
    pub fn local(port: u16) -> Self {
        let addr = SocketAddr::from(([127, 0, 0, 1], port));
        Self { addr, authority: addr.to_string(), origin: format!("http://{addr}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_loopback_only() {
        let e = Endpoint::parse("http://127.0.0.1:5000/").unwrap();
        assert_eq!(e, Endpoint::local(5000));
        for bad in ["127.0.0.1:5000", "https://127.0.0.1:5000", "http://127.0.0.1:5000/x", "http://192.0.2.1:80"] {
            assert!(Endpoint::parse(bad).is_err(), "{bad}");
        }
    }
}
