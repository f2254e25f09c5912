//! The kind of device a request comes from, by what its program says of itself (`User-Agent`).

use axum::http::{HeaderMap, header};
use belgrano_wire::vocabulary;

vocabulary! {
    /// A kind of device.
    Device {
        /// A telephone.
        Phone = "movil";
        /// A tablet that says so. An iPad's Safari says it is a Mac and counts as one.
        Tablet = "tablet";
        /// A desk or a lap.
        Desktop = "escritorio";
        /// Anything else, programs among them.
        Other = "otro";
    }
}

/// What programs say that read pages for nobody who looks at them: robots, previews of links, tests, monitors.
const ROBOTS: [&str; 28] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "facebookexternalhit",
    "mediapartners",
    "archiver",
    "scan",
    "monitor",
    "uptime",
    "pingdom",
    "lighthouse",
    "headless",
    "phantom",
    "curl/",
    "wget/",
    "python",
    "httpx",
    "go-http-client",
    "java/",
    "okhttp",
    "axios",
    "node-fetch",
    "undici",
    "libwww",
    "http://",
    "https://",
];

impl Device {
    /// By the words of a `User-Agent`.
    #[must_use]
    pub fn of(agent: &str) -> Self {
        let agent = agent.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| agent.contains(word));
        if says(&["ipad", "tablet", "kindle", "playbook", "silk/"]) || (says(&["android"]) && !says(&["mobile"])) {
            Self::Tablet
        } else if says(&["mobi", "iphone", "ipod", "android"]) {
            Self::Phone
        } else if says(&["windows nt", "macintosh", "x11", "linux"]) {
            Self::Desktop
        } else {
            Self::Other
        }
    }

    /// Of a request.
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Self {
        Self::of(agent(headers))
    }
}

/// Whether a request is obviously a program's that nobody looks at. One that says nothing of itself is.
#[must_use]
pub fn is_robot(headers: &HeaderMap) -> bool {
    let agent = agent(headers).to_ascii_lowercase();
    agent.is_empty() || ROBOTS.iter().any(|word| agent.contains(word))
}

fn agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Device, is_robot};

    const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";
    const TABLET: &str = "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

    #[test]
    fn a_device_is_what_its_program_says() {
        let kinds = [
            (PHONE, Device::Phone),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                Device::Phone,
            ),
            ("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", Device::Phone),
            (TABLET, Device::Tablet),
            (
                "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
                Device::Tablet,
            ),
            (DESK, Device::Desktop),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
                Device::Desktop,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
                Device::Desktop,
            ),
            ("SmartTV/1.0", Device::Other),
            ("curl/8.5.0", Device::Other),
            ("", Device::Other),
        ];
        for (agent, device) in kinds {
            assert_eq!(Device::of(agent), device, "{agent}");
        }
    }

    #[test]
    fn programs_that_nobody_looks_at_are_told_from_people() {
        let robot = |agent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
            is_robot(&headers)
        };
        assert!(is_robot(&HeaderMap::new()));
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.23 (preview)",
            "curl/8.5.0",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36",
        ] {
            assert!(robot(agent), "{agent}");
        }
        assert!(!robot(PHONE) && !robot(TABLET) && !robot(DESK));
    }
}
