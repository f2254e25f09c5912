//! The language of a connection's errors: Spanish, unless its client asks for English (`lc_messages`, as it connects or by `SET`).

use std::cell::Cell;
use std::collections::HashMap;

use belgrano_wire::texts::Language;

/// The setting that `PostgreSQL` has for it.
pub(super) const SETTING: &str = "lc_messages";

tokio::task_local! {
    static LANGUAGE: Cell<Language>;
}

/// Serves a connection, which begins in Spanish.
pub(super) async fn of_connection<T>(work: impl Future<Output = T>) -> T {
    LANGUAGE.scope(Cell::new(Language::Spanish), work).await
}

/// The language of the connection that is being served.
pub(super) fn present() -> Language {
    LANGUAGE.try_with(Cell::get).unwrap_or(Language::Spanish)
}

/// Takes the language from what a client says as it connects: the setting by itself, or among its `options`.
pub(super) fn connects(parameters: &HashMap<String, String>) {
    let among = || parameters.get("options").and_then(|options| among_options(options));
    if let Some(locale) = parameters.get(SETTING).map(String::as_str).or_else(among) {
        speak(locale);
    }
}

/// Takes the language from a `SET`, if it is one of this setting.
pub(super) fn is_set(sql: &str) {
    if let Some(locale) = set_to(sql) {
        speak(&locale);
    }
}

/// The locale of the present language.
pub(super) fn locale() -> &'static str {
    match present() {
        Language::Spanish => "es_AR.UTF-8",
        Language::English => "en_US.UTF-8",
    }
}

fn speak(locale: &str) {
    let _ = LANGUAGE.try_with(|language| language.set(language_of(locale)));
}

/// The plain locales of C are English too.
fn language_of(locale: &str) -> Language {
    let locale = locale.to_lowercase();
    let english = locale.starts_with("en") || locale == "posix" || locale == "c" || locale.starts_with("c.");
    if english { Language::English } else { Language::Spanish }
}

/// `-c lc_messages=en_US`, `-clc_messages=en_US`, `--lc-messages=en_US`
fn among_options(options: &str) -> Option<&str> {
    options.split_whitespace().find_map(|word| {
        let word = word.strip_prefix("--").or_else(|| word.strip_prefix("-c")).unwrap_or(word);
        let (name, value) = word.split_once('=')?;
        name.replace('-', "_").eq_ignore_ascii_case(SETTING).then_some(value)
    })
}

/// `SET lc_messages TO 'en_US'`, `SET SESSION lc_messages = en_US`
fn set_to(sql: &str) -> Option<String> {
    let sql = sql.to_lowercase();
    let rest = sql.trim().strip_prefix("set")?.trim_start();
    let rest = ["session ", "local "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix(SETTING)?.trim_start();
    let value = rest.strip_prefix('=').or_else(|| rest.strip_prefix("to "))?;
    Some(value.trim_matches(|sign: char| sign.is_whitespace() || "'\";".contains(sign)).to_owned())
}

#[cfg(test)]
mod tests {
    use belgrano_wire::texts::Language;

    use super::{among_options, language_of, set_to};

    #[test]
    fn a_client_says_its_language_in_several_ways() {
        for options in ["-c lc_messages=en_US", "-c search_path=x -clc_messages=en_US", "--lc-messages=en_US"] {
            assert_eq!(among_options(options), Some("en_US"), "{options}");
        }
        assert_eq!(among_options("-c search_path=lc_messages"), None);
        for sql in ["SET lc_messages TO 'en_US';", "set session LC_MESSAGES = en_us", "SET lc_messages='en_US'"] {
            assert_eq!(set_to(sql).as_deref(), Some("en_us"), "{sql}");
        }
        assert_eq!(set_to("SET search_path TO lc_messages"), None);
    }

    #[test]
    fn a_locale_is_of_one_of_our_languages() {
        for english in ["en_US.UTF-8", "EN", "C", "POSIX", "C.UTF-8"] {
            assert_eq!(language_of(english), Language::English, "{english}");
        }
        for spanish in ["es_AR.UTF-8", "pt_BR", "", "ca_ES"] {
            assert_eq!(language_of(spanish), Language::Spanish, "{spanish}");
        }
    }
}
