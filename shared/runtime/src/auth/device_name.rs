//! What somebody logs in with, roughly, by what it says of itself (`User-Agent`): a program and a system.
//!
//! Enough to tell one's telephone from one's desk in a list of sessions. Versions and models are not kept: nobody is to be
//! recognised by them.

use axum::http::{HeaderMap, header};

/// Programs by a word of theirs, the more particular first: most of them say that they are Chrome and Safari as well.
const PROGRAMS: [(&str, &str); 12] = [
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("chromium/", "Chromium"),
    ("chrome/", "Chrome"),
    ("crios/", "Chrome"),
    ("safari/", "Safari"),
    ("curl/", "curl"),
];

/// Systems, the more particular first: Android says that it is Linux as well.
const SYSTEMS: [(&str, &str); 8] = [
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipod", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("cros ", "ChromeOS"),
    ("macintosh", "macOS"),
    ("linux", "Linux"),
];

/// A program and a system, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceName {
    program: Option<&'static str>,
    system: Option<&'static str>,
}

impl DeviceName {
    /// Of whoever sent a request.
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Self {
        Self::of(headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default())
    }

    /// By the words of a `User-Agent`.
    fn of(agent: &str) -> Self {
        let agent = agent.to_ascii_lowercase();
        let first =
            |names: &[(&str, &'static str)]| names.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name);
        Self { program: first(&PROGRAMS), system: first(&SYSTEMS) }
    }

    /// As it is stored and shown: `Firefox, Android`. `None` when neither is known.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let known: Vec<&str> = [self.program, self.system].into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::DeviceName;

    #[test]
    fn a_program_and_a_system_are_told_without_versions() {
        for (agent, text) in [
            (
                "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
                Some("Chrome, Android"),
            ),
            ("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", Some("Firefox, Android")),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36",
                Some("Samsung Internet, Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                Some("Safari, iPhone"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
                Some("Edge, Windows"),
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Some("Firefox, Linux")),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
                Some("Safari, macOS"),
            ),
            ("curl/8.5.0", Some("curl")),
            ("Mozilla/5.0 (Windows NT 10.0)", Some("Windows")),
            ("<script>", None),
            ("", None),
        ] {
            assert_eq!(DeviceName::of(agent).text().as_deref(), text, "{agent}");
        }
    }
}
