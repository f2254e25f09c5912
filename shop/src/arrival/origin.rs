//! Where a visit comes from: one word, the same for everybody who came that way.

use std::fmt;

use belgrano_wire::search::fold;
use url::{Host, Url};

/// Where a visit comes from: the `utm_source` of the link that was followed, else the kind of site that led here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Signs of a word at most.
const MOST_CHARS: usize = 40;
const DIRECT: &str = "directo";
const SEARCH: &str = "buscador";
const SOCIAL: &str = "red-social";
const ELSEWHERE: &str = "otro-sitio";
const PACKAGE: &str = "paquete";

/// Names of search engines, as they stand before the last parts of a host: `www.google.com.ar`.
const SEARCH_NAMES: [&str; 12] =
    ["google", "bing", "duckduckgo", "yahoo", "ecosia", "qwant", "startpage", "yandex", "baidu", "ask", "aol", "kagi"];
/// Hosts of search engines that are no engine under another name (`brave.com` is a browser's).
const SEARCH_HOSTS: [&str; 2] = ["search.brave.com", "com.google.android.googlequicksearchbox"];
/// Hosts of social networks; what is below them too.
const SOCIAL_HOSTS: [&str; 26] = [
    "facebook.com",
    "fb.com",
    "fb.me",
    "messenger.com",
    "instagram.com",
    "threads.net",
    "twitter.com",
    "x.com",
    "t.co",
    "tiktok.com",
    "linkedin.com",
    "lnkd.in",
    "pinterest.com",
    "youtube.com",
    "youtu.be",
    "reddit.com",
    "whatsapp.com",
    "wa.me",
    "telegram.org",
    "t.me",
    "bsky.app",
    "snapchat.com",
    "discord.com",
    "com.facebook.katana",
    "com.instagram.android",
    "com.whatsapp",
];

impl Origin {
    /// Nobody led here that is known: typed, kept, or a program's.
    #[must_use]
    pub fn direct() -> Self {
        Self(DIRECT.to_owned())
    }

    /// A site that is neither an engine nor a network; also whatever there is no more room for.
    #[must_use]
    pub fn elsewhere() -> Self {
        Self(ELSEWHERE.to_owned())
    }

    /// What a merchant's package ordered.
    #[must_use]
    pub fn package() -> Self {
        Self(PACKAGE.to_owned())
    }

    /// The word of a link: lower case, without accents, other signs than letters, digits, `.`, `_` and `-` as one `-`, at most
    /// 40 signs. `None` where nothing is left of it.
    #[must_use]
    pub fn of_link(utm_source: &str) -> Option<Self> {
        let mut word = String::new();
        // Whoever sends a megabyte gets no more of it read than can be kept.
        for c in utm_source.chars().take(4 * MOST_CHARS) {
            let folded =
                if c.is_ascii() { c.to_ascii_lowercase().to_string() } else { fold(c.encode_utf8(&mut [0; 4])) };
            match folded.chars().next().filter(|&c| may_stand(c)) {
                Some(c) => word.push(c),
                None if !word.ends_with('-') => word.push('-'),
                None => {}
            }
        }
        let word: String = word.trim_matches('-').chars().take(MOST_CHARS).collect();
        match word.trim_end_matches('-') {
            "" => None,
            // Said of orders that nobody sent; a link cannot claim it.
            PACKAGE => Some(Self::elsewhere()),
            word => Some(Self(word.to_owned())),
        }
    }

    /// The kind of the site that led here, by its address.
    #[must_use]
    pub fn of_site(site: &Url) -> Self {
        let Some(host) = site.host_str() else { return Self::elsewhere() };
        let host = host.to_ascii_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let named = matches!(site.host(), Some(Host::Domain(_))) || site.scheme() == "android-app";
        let within = |known: &&str| host == *known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'));
        let engine = |name: &&str| {
            // `google.com.ar`, `search.yahoo.com`; not `google.example.com`.
            let labels: Vec<&str> = host.split('.').collect();
            let at = labels.iter().position(|label| label == name);
            at.is_some_and(|at| labels[at + 1..].len() <= 2 && labels[at + 1..].iter().all(|label| label.len() <= 3))
        };
        if named && (SEARCH_HOSTS.iter().any(&within) || SEARCH_NAMES.iter().any(engine)) {
            Self(SEARCH.to_owned())
        } else if named && SOCIAL_HOSTS.iter().any(within) {
            Self(SOCIAL.to_owned())
        } else {
            Self::elsewhere()
        }
    }

    /// A word as it was written down before; `None` for what is none of ours.
    #[must_use]
    pub fn stored(word: &str) -> Option<Self> {
        let fits = !word.is_empty() && word.len() <= MOST_CHARS && word != PACKAGE && word.chars().all(may_stand);
        fits.then(|| Self(word.to_owned()))
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of what a kind of origin is called; `None` for a link's own word.
    pub(crate) fn label(word: &str) -> Option<&'static str> {
        Some(match word {
            DIRECT => "visits-origin-directo",
            SEARCH => "visits-origin-buscador",
            SOCIAL => "visits-origin-red-social",
            ELSEWHERE => "visits-origin-otro-sitio",
            PACKAGE => "visits-origin-paquete",
            _ => return None,
        })
    }

    /// Whether it is one of the few kinds and no link's own word.
    #[must_use]
    pub fn is_kind(&self) -> bool {
        Self::label(&self.0).is_some()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn may_stand(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || ['.', '_', '-'].contains(&c)
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn a_links_word_is_short_and_plain() {
        let word = |text: &str| Origin::of_link(text).map(|origin| origin.to_string());
        for (typed, kept) in [
            ("Boletín de Noviembre", "boletin-de-noviembre"),
            ("  INSTAGRAM_Ads ", "instagram_ads"),
            ("a.b-c_d", "a.b-c_d"),
            ("ana@example.com?x=<script>", "ana-example.com-x-script"),
            ("ñandú", "nandu"),
            ("paquete", "otro-sitio"),
        ] {
            assert_eq!(word(typed).as_deref(), Some(kept), "{typed}");
        }
        assert_eq!((word(""), word(" ¡! "), word("日本")), (None, None, None));
        assert_eq!(word(&"é".repeat(900)), Some("e".repeat(40)));
        assert_eq!(word(&format!("{}-b", "a".repeat(39))), Some("a".repeat(39)));
        for typed in ["Boletín", "a.b-c_d", &"x".repeat(90)] {
            let kept = Origin::of_link(typed).expect("a word");
            assert_eq!(Origin::stored(kept.as_str()), Some(kept));
        }
        for wrong in ["", "paquete", "Mayor", "a b", "a;b", &"x".repeat(41)] {
            assert_eq!(Origin::stored(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_site_is_an_engine_a_network_or_another() {
        let kind = |site: &str| Origin::of_site(&site.parse().expect("a URL")).to_string();
        for (site, expected) in [
            ("https://www.google.com.ar/", "buscador"),
            ("https://google.com/", "buscador"),
            ("https://ar.search.yahoo.com/search?p=x", "buscador"),
            ("https://search.brave.com/", "buscador"),
            ("android-app://com.google.android.googlequicksearchbox/", "buscador"),
            ("https://l.instagram.com/", "red-social"),
            ("https://m.facebook.com/", "red-social"),
            ("https://t.co/abc", "red-social"),
            ("android-app://com.facebook.katana", "red-social"),
            ("https://google.evil.example/", "otro-sitio"),
            ("https://notfacebook.com/", "otro-sitio"),
            ("https://diario.example/nota", "otro-sitio"),
            ("http://127.0.0.1:8000/", "otro-sitio"),
        ] {
            assert_eq!(kind(site), expected, "{site}");
        }
    }
}
