//! Where messages may be sent to: what a browser says its push service is, and what an attacker might say instead.
//!
//! The address comes from whoever subscribes, and we are inside. So it has to be https, and what its name resolves to has to
//! be a public address: the resolver that the connection itself uses drops all others, so that there is no moment between
//! looking and connecting at which a name could change.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Longer than any push service's.
const MAX_CHARS: usize = 1024;

/// Which addresses may be sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public ones, by https.
    #[default]
    Public,
    /// Also this machine's own, and by plain http: for tests.
    Loopback,
}

/// Why an address is not sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// Not an https address, or with a user, a fragment, or beyond the length.
    #[error("no es una dirección https de un servicio de avisos")]
    Form,
    /// It is nobody's on the Internet.
    #[error("no es una dirección pública")]
    NotPublic,
}

/// Reads an address and judges it as far as one can without asking anybody.
pub fn parse(text: &str, reach: Reach) -> Result<Url, BadEndpoint> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_CHARS).ok_or(BadEndpoint::Form)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(BadEndpoint::Form),
    };
    let local = reach == Reach::Loopback && literal.is_some_and(|address| address.is_loopback());
    if !plain || !(url.scheme() == "https" || local && url.scheme() == "http") {
        return Err(BadEndpoint::Form);
    }
    if literal.is_some_and(|address| !may_reach(address, reach)) {
        return Err(BadEndpoint::NotPublic);
    }
    Ok(url)
}

fn may_reach(address: IpAddr, reach: Reach) -> bool {
    is_public(address) || reach == Reach::Loopback && address.is_loopback()
}

/// Whether an address is somebody's on the Internet (IANA's special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Only what is handed out at all (`2000::/3`), without what leads to other places (6to4, Teredo and the like) or nowhere.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        // IPv4 behind a translator (RFC 6052) or in disguise: the address it stands for decides.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0xffff, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002 | 0x3fff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

/// Names that lead to public addresses only.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicNames(pub(super) Reach);

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            // The port is the caller's business; 0 stands for none.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| may_reach(address.ip(), reach)).collect();
            if public.is_empty() {
                return Err(BadEndpoint::NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::dns::{Name, Resolve};

    use super::{BadEndpoint, PublicNames, Reach, is_public, parse};

    #[test]
    fn only_public_https_is_sent_to() {
        for right in [
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://web.push.apple.com/QGuQ",
            "https://wns2-par02p.notify.windows.com/w/?token=BQ",
            "https://8.8.8.8/x",
            "https://[2606:4700::1111]/x",
        ] {
            assert!(parse(right, Reach::Public).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "no es",
            "http://push.example.net/x",
            "ftp://push.example.net/x",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://user@push.example.net/x",
            "https://user:pass@push.example.net/x",
            "https://push.example.net/x#y",
            "http://127.0.0.1:5000/api",
        ] {
            assert_eq!(parse(wrong, Reach::Public), Err(BadEndpoint::Form), "{wrong}");
        }
        assert_eq!(parse(&format!("https://a.example/{}", "x".repeat(1024)), Reach::Public), Err(BadEndpoint::Form));
    }

    #[test]
    fn an_address_inside_is_refused_however_it_is_written() {
        for inside in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[ff02::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::a00:1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[::127.0.0.1]",
        ] {
            let address = format!("https://{inside}/x");
            assert_eq!(parse(&address, Reach::Public), Err(BadEndpoint::NotPublic), "{address}");
        }
        for outside in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(is_public(outside.parse().expect("an address")), "{outside}");
        }
    }

    #[test]
    fn a_test_may_reach_its_own_machine_and_no_other() {
        assert!(parse("http://127.0.0.1:9/x", Reach::Loopback).is_ok());
        assert!(parse("http://[::1]:9/x", Reach::Loopback).is_ok());
        for wrong in ["http://10.0.0.1/x", "http://push.example.net/x", "http://localhost/x"] {
            assert_eq!(parse(wrong, Reach::Loopback), Err(BadEndpoint::Form), "{wrong}");
        }
        assert_eq!(parse("https://192.168.1.1/x", Reach::Loopback), Err(BadEndpoint::NotPublic));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_leads_nowhere() {
        let name = || "localhost".parse::<Name>().expect("a name");
        let refused = PublicNames(Reach::Public).resolve(name()).await.err().expect("nowhere to go");
        assert_eq!(refused.downcast_ref::<BadEndpoint>(), Some(&BadEndpoint::NotPublic));
        assert!(PublicNames(Reach::Loopback).resolve(name()).await.is_ok_and(|mut found| found.next().is_some()));
    }
}
