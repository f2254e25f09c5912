//! What the fuzz targets of requests' heads do with an input, and what has to hold whatever it is.
#![expect(clippy::missing_panics_doc, reason = "a panic is what a target reports")]

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, header};

use super::{ClientIp, Proxies, cookie};

/// Each line of the input as a header called `name`, as far as it can be one.
fn lines(input: &[u8], name: &HeaderName) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(name, line);
    }
    headers
}

/// Cookies of a request: a value is a piece of what was sent, and ends where the next one begins.
pub fn cookies(input: &[u8]) {
    let headers = lines(input, &header::COOKIE);
    for name in ["belgrano_session", "__Host-belgrano_session", ""] {
        let Some(value) = cookie(&headers, name) else { continue };
        assert!(!value.contains(';'), "a value of two cookies");
        let piece = |window: &[u8]| window == value.as_bytes();
        assert!(value.is_empty() || input.windows(value.len()).any(piece), "a value that nobody sent");
    }
}

/// `X-Forwarded-For`: whatever a client writes there, who is counted is who stood before our proxy.
pub fn forwarded(input: &[u8]) {
    let client: IpAddr = IpAddr::from([203, 0, 113, 9]);
    let peer: ConnectInfo<SocketAddr> = ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 443)));
    let mut extensions = Extensions::new();
    extensions.insert(peer);
    let network = "10.0.0.0/8".parse().expect("a network");
    let by_networks = Proxies { count: 16, networks: vec![network] };
    let by_count = Proxies { count: 1, networks: Vec::new() };
    let name = HeaderName::from_static("x-forwarded-for");

    let mut headers = lines(input, &name);
    for proxies in [&by_networks, &by_count] {
        let _ = ClientIp::of(&headers, &extensions, proxies);
    }
    assert_eq!(ClientIp::of(&headers, &extensions, &Proxies::default()).0, IpAddr::from([10, 0, 0, 1]));
    // The proxy adds whom it heard, in a line of its own.
    headers.append(name.clone(), HeaderValue::from_static("203.0.113.9"));
    for proxies in [&by_networks, &by_count] {
        assert_eq!(ClientIp::of(&headers, &extensions, proxies).0, client, "an address of the client's own choice");
    }
    // Or it adds to the last line.
    let joined = [input, b", 203.0.113.9"].concat();
    let Ok(joined) = HeaderValue::from_bytes(&joined) else { return };
    let headers = HeaderMap::from_iter([(name, joined)]);
    for proxies in [&by_networks, &by_count] {
        assert_eq!(ClientIp::of(&headers, &extensions, proxies).0, client, "an address of the client's own choice");
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::testing::try_corpus;

    #[test]
    fn cookies_of_the_corpus_and_near_it_are_what_was_sent() {
        try_corpus("cookies", super::cookies);
    }

    #[test]
    fn forwarded_addresses_of_the_corpus_and_near_it_are_not_the_clients_choice() {
        try_corpus("forwarded", super::forwarded);
    }
}
