//! What an operator lays under the zones: a MapLibre style, or one archive of tiles.

use url::{Host, Url};

/// `https://…/style.json`, or `pmtiles://https://…/city.pmtiles`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    url: Url,
    archive: bool,
}

/// What is wrong with `MAP_STYLE_URL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGround {
    /// No address of a style or an archive.
    #[error("has to be the address `https://…` of a MapLibre style, or `pmtiles://https://…`")]
    Address,
    /// A page that came by https loads nothing that did not.
    #[error("has to begin with `https://`, except on this very machine")]
    Insecure,
    /// Every visitor would read it.
    #[error("cannot have a user or a password in it: everybody can read it")]
    Credentials,
}

impl Ground {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, InvalidGround> {
        let (rest, archive) = text.strip_prefix("pmtiles://").map_or((text, false), |rest| (rest, true));
        let url = Url::parse(rest).map_err(|_| InvalidGround::Address)?;
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(InvalidGround::Address),
        };
        match url.scheme() {
            _ if !url.username().is_empty() || url.password().is_some() => Err(InvalidGround::Credentials),
            "https" => Ok(Self { url, archive }),
            "http" if local => Ok(Self { url, archive }),
            "http" => Err(InvalidGround::Insecure),
            _ => Err(InvalidGround::Address),
        }
    }

    /// What a page loads.
    #[must_use]
    pub fn address(&self) -> String {
        if self.archive { format!("pmtiles://{}", self.url) } else { self.url.to_string() }
    }

    /// The one site it comes from, for the content security policy: `https://tiles.example`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ground, InvalidGround};

    #[test]
    fn knows_its_origin() {
        let archive = Ground::parse("pmtiles://https://tiles.example:8443/ba.pmtiles").expect("an archive");
        assert_eq!(archive.origin(), "https://tiles.example:8443");
        assert_eq!(archive.address(), "pmtiles://https://tiles.example:8443/ba.pmtiles");
        let style = Ground::parse("https://tiles.example/style.json?key=1").expect("a style");
        assert_eq!(
            (style.origin().as_str(), style.address().as_str()),
            ("https://tiles.example", "https://tiles.example/style.json?key=1")
        );
        assert!(Ground::parse("http://127.0.0.1:8000/style.json").is_ok());
    }

    #[test]
    fn nothing_gets_into_the_policy_that_is_no_address() {
        for (text, error) in [
            ("ftp://x", InvalidGround::Address),
            ("data:text/plain,x", InvalidGround::Address),
            ("/static/style.json", InvalidGround::Address),
            ("pmtiles://", InvalidGround::Address),
            ("http://tiles.example/style.json", InvalidGround::Insecure),
            ("https://u:p@tiles.example/", InvalidGround::Credentials),
            ("https://x; script-src *", InvalidGround::Address),
            ("https:// *", InvalidGround::Address),
        ] {
            assert_eq!(Ground::parse(text), Err(error), "{text}");
        }
    }
}
