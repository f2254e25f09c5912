//! Where messages may be sent to: what a browser says its push service is, and what an attacker might say instead.
//!
//! The address comes from whoever subscribes, and we are inside. So it has to be https on its own port and a name with a
//! dot, as every push service's is, and what that name resolves to has to be a public address: the resolver that the
//! connection itself uses drops all others, so that there is no moment between looking and connecting at which a name could
//! change.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use belgrano_wire::texts::Message;
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
    /// Also this machine's own, on any port and by plain http: for tests.
    Loopback,
}

/// Why an address is not sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// Not an https address on port 443, or with a user, a fragment, or beyond the length.
    #[error("{}", Message::from(*self))]
    Form,
    /// It names nobody on the Internet: a number, a name of this network, or a name that leads inside.
    #[error("{}", Message::from(*self))]
    NotPublic,
}

impl From<BadEndpoint> for Message {
    fn from(bad: BadEndpoint) -> Self {
        Self::new(match bad {
            BadEndpoint::Form => "kept-notice-bad-address",
            BadEndpoint::NotPublic => "kept-notice-inside",
        })
    }
}

/// Where the push service of one browser takes messages for it. Whoever knows it can write there, so `Debug` shows the host
/// only.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Endpoint").field(&self.host()).finish()
    }
}

impl Endpoint {
    /// Reads an address and judges it as far as one can without asking anybody.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, BadEndpoint> {
        let endpoint = Self::stored(text).ok_or(BadEndpoint::Form)?;
        endpoint.judge(reach)?;
        Ok(endpoint)
    }

    /// One that was judged before it was stored.
    #[must_use]
    pub fn stored(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(Self)
    }

    /// Whether it may be sent to.
    pub fn judge(&self, reach: Reach) -> Result<(), BadEndpoint> {
        let Self(url) = self;
        let is_local = reach == Reach::Loopback && literal(url).is_some_and(|address| address.is_loopback());
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let is_https = url.scheme() == "https" && url.port().is_none();
        let is_ours = is_local && matches!(url.scheme(), "http" | "https");
        if !is_plain || url.as_str().len() > MAX_CHARS || !(is_https || is_ours) {
            return Err(BadEndpoint::Form);
        }
        let is_named = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.') && !name.ends_with('.'));
        if is_named || is_local { Ok(()) } else { Err(BadEndpoint::NotPublic) }
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// As it is stored: the same for every way to write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whose it is: the name, with a port where there is one.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.authority()
    }
}

/// What an address is stored as, if it is: see [`Endpoint::as_str`].
#[must_use]
pub fn canonical(text: &str) -> String {
    Url::parse(text).map_or_else(|_| text.to_owned(), String::from)
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
        Host::Domain(_) => None,
    }
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
#[derive(Clone, Debug)]
pub(crate) struct PublicNames {
    pub(crate) reach: Reach,
    /// What every name leads to, in a test of what is behind a name.
    #[cfg(test)]
    pub(crate) fixed: Option<SocketAddr>,
}

impl PublicNames {
    pub(crate) fn new(reach: Reach) -> Self {
        Self {
            reach,
            #[cfg(test)]
            fixed: None,
        }
    }

    async fn look_up(&self, name: &str) -> std::io::Result<Vec<SocketAddr>> {
        #[cfg(test)]
        if let Some(fixed) = self.fixed {
            return Ok(vec![fixed]);
        }
        // The port is the caller's business; 0 stands for none.
        Ok(tokio::net::lookup_host((name, 0)).await?.collect())
    }
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let mut found = names.look_up(name.as_str()).await?;
            found.retain(|address| may_reach(address.ip(), names.reach));
            if found.is_empty() {
                return Err(BadEndpoint::NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::dns::{Name, Resolve};

    use super::{BadEndpoint, Endpoint, PublicNames, Reach, canonical, is_public};

    fn parse(text: &str, reach: Reach) -> Result<Endpoint, BadEndpoint> {
        Endpoint::parse(text, reach)
    }

    #[test]
    fn only_public_https_is_sent_to() {
        for right in [
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://web.push.apple.com/QGuQ",
            "https://wns2-par02p.notify.windows.com/w/?token=BQ",
            "https://push.example.net:443/x",
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
            "https://push.example.net:8443/x",
            "https://push.example.net:22/x",
        ] {
            assert_eq!(parse(wrong, Reach::Public), Err(BadEndpoint::Form), "{wrong}");
        }
        for long in ["x".repeat(1024), "ñ".repeat(400)] {
            assert_eq!(parse(&format!("https://a.example/{long}"), Reach::Public), Err(BadEndpoint::Form));
        }
    }

    #[test]
    fn an_address_is_stored_the_same_however_it_is_written() {
        let stored = parse("https://Push.Example.NET:443/a/../b?x=1", Reach::Public).expect("an endpoint");
        assert_eq!(stored.as_str(), "https://push.example.net/b?x=1");
        for written in ["https://push.example.net/b?x=1", "HTTPS://PUSH.example.net:443/./b?x=1"] {
            assert_eq!(canonical(written), stored.as_str(), "{written}");
        }
    }

    #[test]
    fn what_lets_one_write_to_a_browser_is_shown_nowhere() {
        let endpoint = parse("https://push.example.net/capability?secret", Reach::Public).expect("an endpoint");
        assert_eq!(format!("{endpoint:?}"), r#"Endpoint("push.example.net")"#);
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
            // Numbers that are somebody's are no push service either, and neither is a name without a dot or with one too many.
            "8.8.8.8",
            "[2606:4700::1111]",
            "localhost",
            "intranet",
            "push.example.net.",
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
        assert_eq!(parse("ftp://127.0.0.1/x", Reach::Loopback), Err(BadEndpoint::Form));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_leads_nowhere() {
        let name = || "localhost".parse::<Name>().expect("a name");
        let refused = PublicNames::new(Reach::Public).resolve(name()).await.err().expect("nowhere to go");
        assert_eq!(refused.downcast_ref::<BadEndpoint>(), Some(&BadEndpoint::NotPublic));
        assert!(PublicNames::new(Reach::Loopback).resolve(name()).await.is_ok_and(|mut found| found.next().is_some()));
    }
}
