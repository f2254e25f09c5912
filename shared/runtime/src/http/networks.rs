//! Networks as settings name them.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::config::Env;

/// The networks that are nobody's on the Internet.
const PRIVATE: [&str; 6] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7"];
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// The networks of one setting, whose members are believed, or let in.
#[derive(Clone, Debug, Default)]
pub struct Networks(pub(super) Vec<IpNet>);

impl Networks {
    /// Reads a list, separated by commas: `10.0.0.0/8`, an address, `private` or `loopback`.
    pub fn from_env(env: &mut Env, name: &'static str, default: &'static str, meaning: &'static str) -> Self {
        let mut all = Vec::new();
        for text in env.list(name, default, meaning) {
            match named(&text) {
                Some(found) => all.extend(found),
                None => {
                    env.mistake(name, format!("`{text}` is not a network like `10.0.0.0/8`, `private` or `loopback`"));
                }
            }
        }
        Self(all)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is in one of them.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The networks that one word names.
fn named(text: &str) -> Option<Vec<IpNet>> {
    let all = |list: &[&str]| Some(list.iter().filter_map(|network| network.parse().ok()).collect());
    match text {
        "private" => all(&PRIVATE),
        "loopback" => all(&LOOPBACK),
        network => {
            let one = network.parse().or_else(|_| network.parse::<IpAddr>().map(IpNet::from)).ok()?;
            Some(vec![one])
        }
    }
}
