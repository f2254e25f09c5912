//! The reader of environment variables.
//!
//! Every getter takes the name, the default and the meaning, and answers with the default when the value is wrong, so
//! that reading goes on and [`Env::finish`] reports all mistakes. An empty variable is an unset one.

use std::collections::HashMap;
use std::fmt::{self, Display, Write};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use belgrano_wire::free_text;
use belgrano_wire::zone::Zone;
use url::Url;

use super::Secret;

/// One variable as documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name, without a service's prefix.
    pub name: &'static str,
    /// What holds when it is unset; empty: nothing.
    pub default: String,
    /// What it means, in a line.
    pub meaning: &'static str,
}

/// One variable that cannot be used as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The variable that was set, or should have been.
    pub name: String,
    /// What is wrong and how to mend it. Never holds a secret.
    pub message: String,
}

/// Every mistake of a configuration.
#[derive(Debug, thiserror::Error)]
pub struct ConfigMistakes(pub Vec<Mistake>);

impl Display for ConfigMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [Mistake { name, message }] = self.0.as_slice() {
            return write!(f, "{name}: {message}");
        }
        write!(f, "{} settings cannot be used:", self.0.len())?;
        self.0.iter().try_for_each(|Mistake { name, message }| write!(f, "\n  {name}: {message}"))
    }
}

/// Reads variables, and remembers which ones and what was wrong with them.
pub struct Env {
    variables: Arc<HashMap<String, String>>,
    prefix: &'static str,
    settings: Vec<Setting>,
    mistakes: Vec<Mistake>,
}

impl fmt::Debug for Env {
    // The values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("prefix", &self.prefix).field("mistakes", &self.mistakes).finish_non_exhaustive()
    }
}

impl Env {
    /// The variables of this process.
    #[must_use]
    pub fn from_process() -> Self {
        // A value that is not UTF-8 is shown as such by the getter that refuses it, if any reads it.
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self::from_map(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// Variables from elsewhere: a test, a demo.
    pub fn from_map<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables: Arc::new(variables), prefix: "", settings: Vec::new(), mistakes: Vec::new() }
    }

    /// A reader of the same variables for which `SHOP_PORT` wins over `PORT` (`prefix` is `SHOP_`).
    #[must_use]
    pub fn prefixed(&self, prefix: &'static str) -> Self {
        Self { variables: Arc::clone(&self.variables), prefix, settings: Vec::new(), mistakes: Vec::new() }
    }

    /// A text.
    pub fn string(&mut self, name: &'static str, default: &str, meaning: &'static str) -> String {
        self.optional_with(name, default, meaning).map_or_else(|| default.to_owned(), |(_, value)| value)
    }

    /// A text that may be absent.
    pub fn optional(&mut self, name: &'static str, meaning: &'static str) -> Option<String> {
        self.optional_with(name, "", meaning).map(|(_, value)| value)
    }

    /// A number within `range`.
    pub fn number<T>(&mut self, name: &'static str, default: T, range: RangeInclusive<T>, meaning: &'static str) -> T
    where
        T: FromStr + Display + PartialOrd + Copy,
    {
        self.parsed(name, default, meaning, |text| {
            let number = text.parse().ok().filter(|number| range.contains(number));
            number.ok_or_else(|| format!("has to be a number between {} and {}", range.start(), range.end()))
        })
    }

    /// How often something may be tried.
    pub fn tries(&mut self, name: &'static str, default: u32, meaning: &'static str) -> NonZeroU32 {
        NonZeroU32::new(self.number(name, default, 1..=1_000_000, meaning)).unwrap_or(NonZeroU32::MIN)
    }

    /// A number such as a port; 0 is a port of the system's choice.
    pub fn u16(&mut self, name: &'static str, default: u16, meaning: &'static str) -> u16 {
        self.number(name, default, 0..=u16::MAX, meaning)
    }

    /// `true`/`false`, `1`/`0`, `si`/`no`, `yes`/`no`, `on`/`off`.
    pub fn bool(&mut self, name: &'static str, default: bool, meaning: &'static str) -> bool {
        self.parsed(name, default, meaning, |text| match text.to_lowercase().as_str() {
            "true" | "1" | "si" | "sí" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("has to be `true` or `false`".to_owned()),
        })
    }

    /// A duration in whole or broken seconds, above zero.
    pub fn duration_s(&mut self, name: &'static str, default_s: u64, meaning: &'static str) -> Duration {
        let seconds = self.parsed(name, Seconds(Duration::from_secs(default_s)), meaning, |text| {
            let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            duration.filter(|duration| !duration.is_zero()).map(Seconds).ok_or("has to be a number of seconds")
        });
        seconds.0
    }

    /// A zone by its IANA name; [`Zone::USUAL`] when it is unset.
    pub fn zone(&mut self, name: &'static str, meaning: &'static str) -> Zone {
        self.parsed(name, Zone::usual(), meaning, |text| {
            Zone::named(text).ok_or_else(|| format!("has to be a name of the tz database such as `{}`", Zone::USUAL))
        })
    }

    /// An `http` or `https` address below which others lie: it may have a path, and neither a query nor a password.
    pub fn url(&mut self, name: &'static str, default: Url, meaning: &'static str) -> Url {
        self.url_with(name, default.as_str(), meaning, parse_url).unwrap_or(default)
    }

    /// An `http` or `https` address that may be absent, as for [`Env::url`].
    pub fn optional_url(&mut self, name: &'static str, meaning: &'static str) -> Option<Url> {
        self.url_with(name, "", meaning, parse_url)
    }

    /// An `http` or `https` address of a whole site: it has no path either.
    pub fn site(&mut self, name: &'static str, default: Url, meaning: &'static str) -> Url {
        self.url_with(name, default.as_str(), meaning, parse_site).unwrap_or(default)
    }

    /// A mistake is told without the address: there may be a password in it.
    fn url_with(
        &mut self,
        name: &'static str,
        default: &str,
        meaning: &'static str,
        parse: fn(&str) -> Result<Url, &'static str>,
    ) -> Option<Url> {
        let (used, text) = self.optional_with(name, default, meaning)?;
        parse(&text).map_err(|message| self.mistake(used, message)).ok()
    }

    /// Texts separated by commas; blanks around them and empty ones do not count.
    pub fn list(&mut self, name: &'static str, default: &str, meaning: &'static str) -> Vec<String> {
        let text = self.string(name, default, meaning);
        text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }

    /// A path, letter by letter as it was set: a file system does not read it as it is meant.
    pub fn path(&mut self, name: &'static str, default: &str, meaning: &'static str) -> PathBuf {
        self.as_set(name, default, meaning).map_or_else(|| default.into(), |(_, value)| value.into())
    }

    /// The same for a path that may be absent.
    pub fn optional_path(&mut self, name: &'static str, meaning: &'static str) -> Option<PathBuf> {
        self.as_set(name, "", meaning).map(|(_, value)| value.into())
    }

    /// A secret that may be absent, as it was set.
    pub fn secret(&mut self, name: &'static str, meaning: &'static str) -> Option<Secret> {
        self.as_set(name, "", meaning).map(|(_, value)| Secret::new(value))
    }

    /// Secrets separated by commas: several hold while one is rotated, the first is the one to use.
    pub fn secrets(&mut self, name: &'static str, meaning: &'static str) -> Vec<Secret> {
        self.list(name, "", meaning).into_iter().map(Secret::new).collect()
    }

    /// Notes a mistake that a getter cannot see: two variables that do not go together, one that has to be set.
    pub fn mistake(&mut self, name: impl Into<String>, message: impl Into<String>) {
        self.mistakes.push(Mistake { name: name.into(), message: message.into() });
    }

    /// What was read, for the table; or everything that was wrong.
    pub fn finish(self) -> Result<Vec<Setting>, ConfigMistakes> {
        if self.mistakes.is_empty() { Ok(self.settings) } else { Err(ConfigMistakes(self.mistakes)) }
    }

    /// The value as it is meant (see [`free_text::clean`]) and the name it was found under.
    fn optional_with(
        &mut self,
        name: &'static str,
        default: impl Display,
        meaning: &'static str,
    ) -> Option<(String, String)> {
        let (name, value) = self.as_set(name, default, meaning)?;
        let value = free_text::clean(&value).trim().to_owned();
        (!value.is_empty()).then_some((name, value))
    }

    /// The value as it was set and the name it was found under.
    fn as_set(&mut self, name: &'static str, default: impl Display, meaning: &'static str) -> Option<(String, String)> {
        if !self.settings.iter().any(|setting| setting.name == name) {
            self.settings.push(Setting { name, default: default.to_string(), meaning });
        }
        [format!("{}{name}", self.prefix), name.to_owned()].into_iter().find_map(|name| {
            let value = self.variables.get(&name)?.trim();
            (!value.is_empty()).then(|| (name, value.to_owned()))
        })
    }

    fn parsed<T: Display, E: Into<String>>(
        &mut self,
        name: &'static str,
        default: T,
        meaning: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> T {
        let Some((used, text)) = self.optional_with(name, &default, meaning) else { return default };
        parse(&text).unwrap_or_else(|message| {
            self.mistake(used, format!("{}, not `{text}`", message.into()));
            default
        })
    }
}

/// A duration as the table shows it.
struct Seconds(Duration);

impl Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_secs_f64())
    }
}

fn parse_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or("has to be an address `http://…` or `https://…`")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("cannot have a user or a password in it");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("cannot have a `?` or a `#` in it: other addresses are made by adding a path");
    }
    Ok(url)
}

/// The address of a whole site: links to its pages begin at its root.
pub(crate) fn parse_site(text: &str) -> Result<Url, &'static str> {
    let url = parse_url(text)?;
    if url.path() == "/" {
        Ok(url)
    } else {
        Err(
            "has to be an address without a path, like `https://shop.example`: every link begins at the root of its site",
        )
    }
}

/// `http://localhost:<port>/`: where a service is without configuration.
#[must_use]
#[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "a fixed form with a number in it is a URL")]
pub fn local_url(port: u16) -> Url {
    Url::parse(&format!("http://localhost:{port}/")).expect("a fixed form with a number in it is a URL")
}

/// `settings` as a Markdown table, in the order they were read, each name once.
#[must_use]
pub fn table(settings: &[Setting]) -> String {
    let mut table = "| variable | default | meaning |\n|---|---|---|\n".to_owned();
    for (place, setting) in settings.iter().enumerate() {
        if settings[..place].iter().any(|earlier| earlier.name == setting.name) {
            continue;
        }
        let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
        // Writing into a String cannot fail.
        let _ = writeln!(table, "| `{}` | {default} | {} |", setting.name, setting.meaning);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Env, local_url, table};

    #[test]
    fn a_prefixed_variable_wins_and_an_empty_one_is_unset() {
        let env = Env::from_map([("PORT", "80"), ("SHOP_PORT", " 5000 "), ("TICKETS_PORT", ""), ("HOST", " ")]);
        assert_eq!(env.prefixed("SHOP_").u16("PORT", 1, "…"), 5000);
        assert_eq!(env.prefixed("TICKETS_").u16("PORT", 1, "…"), 80);
        assert_eq!(env.prefixed("SHOP_").string("HOST", "127.0.0.1", "…"), "127.0.0.1");
    }

    #[test]
    fn an_address_that_would_not_be_honoured_is_refused() {
        let read = |name: &'static str, text: &str| {
            let mut env = Env::from_map([(name, text)]);
            let read = match name {
                "SITE" => env.site("SITE", local_url(1), "…"),
                _ => env.url("PEER", local_url(1), "…"),
            };
            env.finish().map(|_| read.to_string()).map_err(|mistakes| mistakes.to_string())
        };
        for text in ["https://shop.example", "https://shop.example/", "\u{feff}https://shop.\u{200b}example\u{202c}"] {
            assert_eq!(read("SITE", text).as_deref(), Ok("https://shop.example/"), "{text:?}");
            assert_eq!(read("PEER", text).as_deref(), Ok("https://shop.example/"), "{text:?}");
        }
        assert_eq!(read("PEER", "http://board.example/tickets").as_deref(), Ok("http://board.example/tickets"));
        for path in ["https://shop.example/tienda", "https://shop.example/tienda/", "https://shop.example//"] {
            let said = read("SITE", path).expect_err("refused");
            assert!(said.starts_with("SITE: has to be an address without a path") && !said.contains('\n'), "{said}");
        }
        for wrong in ["?a=1", "#a", "/?", "/#"] {
            for name in ["SITE", "PEER"] {
                assert!(read(name, &format!("https://shop.example{wrong}")).is_err(), "{wrong}");
            }
        }
        for wrong in ["https://ana:secreta@shop.example", "https://ana@shop.example"] {
            for name in ["SITE", "PEER"] {
                let said = read(name, wrong).expect_err("refused");
                assert!(said.contains("password") && !said.contains("secreta"), "{said}");
            }
        }
    }

    #[test]
    fn all_mistakes_come_at_once_and_show_no_secret() {
        let wrong = [
            ("PORT", "ochenta"),
            ("SHOP_LIMIT", "201"),
            ("TIMEOUT", "-3"),
            ("OPEN", "quizás"),
            ("PUBLIC_URL", "shop.example"),
            ("PEER", "ftp://x"),
            ("KEY", "hunter2"),
        ];
        let mut env = Env::from_map(wrong).prefixed("SHOP_");
        assert_eq!(env.u16("PORT", 5000, "…"), 5000);
        assert_eq!(env.number("LIMIT", 50_u32, 1..=200, "…"), 50);
        assert_eq!(env.duration_s("TIMEOUT", 10, "…"), Duration::from_secs(10));
        assert!(!env.bool("OPEN", false, "…"));
        assert_eq!(env.url("PUBLIC_URL", local_url(1), "…"), local_url(1));
        assert_eq!(env.optional_url("PEER", "…"), None);
        let key = env.secret("KEY", "…").expect("set");
        env.mistake("KEY", "is too short");
        assert_eq!(format!("{key} {key:?} {}", key.expose()), "*** *** hunter2");
        let shown = format!("{env:?}");
        let mistakes = env.finish().expect_err("mistakes");
        let names: Vec<_> = mistakes.0.iter().map(|mistake| mistake.name.as_str()).collect();
        assert_eq!(names, ["PORT", "SHOP_LIMIT", "TIMEOUT", "OPEN", "PUBLIC_URL", "PEER", "KEY"]);
        assert!(!format!("{shown}{mistakes}").contains("hunter2"));
    }

    #[test]
    fn what_was_read_is_the_table() {
        let mut env = Env::from_map([("ORIGINS", "https://a, ,https://b")]);
        assert_eq!(env.list("ORIGINS", "", "more origins"), ["https://a", "https://b"]);
        env.duration_s("OFFER_TIMEOUT", 60, "seconds an offer holds");
        env.duration_s("OFFER_TIMEOUT", 60, "seconds an offer holds");
        let expected = "| variable | default | meaning |\n|---|---|---|\n| `ORIGINS` |  | more origins |\n\
                        | `OFFER_TIMEOUT` | `60` | seconds an offer holds |\n";
        assert_eq!(table(&env.finish().expect("right")), expected);
    }
}
