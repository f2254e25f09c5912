//! `API_KEY` as it is set: the keys of clients that do not sign, each with a name and with what it opens.
//!
//! An entry is `name:scope[+scope]:key`, or a bare key, which is what the old pair has: it opens everything, and is called by
//! its place. The same list is read twice: to know who comes ([`KeyGuard`](super::api_key::KeyGuard)), and to find the key to
//! send ([`to_send`]). What must never happen here: a key in a mistake or in a log.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use belgrano_wire::vocabulary;

use super::api_key::is_short;
use crate::config::{Env, Secret};

vocabulary! {
    /// What a key opens.
    KeyScope {
        /// The board's intake: orders are handed in, called off, and their customers forgotten.
        Tickets = "tickets";
        /// The shop is told where an order stands.
        States = "estados";
        /// Reading: the change feed of each service, the board's live feed, and where tickets stand.
        Changes = "cambios";
    }
}

/// The word for all scopes, as `API_KEYS` of insights has it.
const ALL: &str = "completa";
/// A name stands in logs and on a page.
const LONGEST_NAME: usize = 40;

const MEANING: &str = "keys of clients that do not sign, as `name:scope:key`, separated by commas; scope `tickets` hands orders in at the \
     board and calls them off, `estados` tells the shop where orders stand, `cambios` reads the feeds, `completa` is all of it, several have \
     `+` between; a key alone is `completa`; the first whose scope fits is sent";

const FORM: &str = "has to be name:scope:key, or a key alone without a `:`; scope is `tickets`, `estados`, `cambios`, several with `+` \
     between, or `completa`";
const NAME: &str = "has to have a name of 1 to 40 letters without accents, digits and `-_.`";
const TAKEN: &str = "is called like another one: names are unique";
const KEY: &str = "has to have a key of 16 visible ASCII characters or more";
const REPEATED: &str = "has the key of another one: each client has its own";

/// One client that may come, and what for.
#[derive(Clone, Debug)]
pub struct ClientKey {
    /// What it is called in logs.
    pub name: Arc<str>,
    /// What it opens.
    pub scopes: Vec<KeyScope>,
    /// What it sends.
    pub key: Secret,
}

impl ClientKey {
    /// Reads `API_KEY`. What is wrong with an entry is a mistake that says which it is, counted from 1.
    pub fn from_env(env: &mut Env) -> Vec<Self> {
        let words = env.secrets("API_KEY", MEANING);
        let (keys, mistakes) = parse_all(&words);
        for (place, wrong) in mistakes {
            env.mistake("API_KEY", format!("entry {place} {wrong}"));
        }
        keys
    }

    /// Whether whoever has it may do whatever a key is good for.
    #[must_use]
    pub fn opens_everything(&self) -> bool {
        KeyScope::ALL.iter().all(|scope| self.scopes.contains(scope))
    }
}

/// The key to send where `scope` is asked for: the first that has it.
#[must_use]
pub fn to_send(keys: &[ClientKey], scope: KeyScope) -> Option<&Secret> {
    keys.iter().find(|client| client.scopes.contains(&scope)).map(|client| &client.key)
}

/// The entries that can be used, and what is wrong with the others, by place.
fn parse_all(words: &[Secret]) -> (Vec<ClientKey>, Vec<(usize, &'static str)>) {
    let (mut keys, mut mistakes) = (Vec::new(), Vec::new());
    let (mut names, mut known) = (HashSet::new(), HashMap::new());
    for (place, word) in (1..).zip(words) {
        let text = word.expose().trim();
        let has_name = text.contains(':');
        let parsed = if has_name { parse_named(text) } else { Ok(bare(place, text)) };
        let unique = parsed.and_then(|client: ClientKey| {
            // Twice the same bare key was always taken.
            match known.insert(client.key.expose().to_owned(), has_name) {
                Some(other_is_named) if has_name || other_is_named => Err(REPEATED),
                _ if names.insert(Arc::clone(&client.name)) => Ok(client),
                _ => Err(TAKEN),
            }
        });
        match unique {
            Ok(client) => keys.push(client),
            Err(wrong) => mistakes.push((place, wrong)),
        }
    }
    (keys, mistakes)
}

fn bare(place: usize, key: &str) -> ClientKey {
    ClientKey { name: format!("clave-{place}").into(), scopes: KeyScope::ALL.to_vec(), key: Secret::new(key) }
}

fn parse_named(text: &str) -> Result<ClientKey, &'static str> {
    let mut parts = text.splitn(3, ':');
    let (Some(name), Some(scopes), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(FORM) };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_name) {
        return Err(NAME);
    }
    let scopes = parse_scopes(scopes).ok_or(FORM)?;
    // What no header can hold would never be right.
    if is_short(key) || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(KEY);
    }
    Ok(ClientKey { name: name.into(), scopes, key: Secret::new(key) })
}

fn parse_scopes(text: &str) -> Option<Vec<KeyScope>> {
    let words = text.split('+').map(|word| match word {
        ALL => Some(KeyScope::ALL.to_vec()),
        word => KeyScope::ALL.iter().find(|scope| scope.as_str() == word).map(|scope| vec![*scope]),
    });
    words.collect::<Option<Vec<_>>>().map(|scopes| scopes.concat())
}

#[cfg(test)]
mod tests {
    use super::{ClientKey, KeyScope, to_send};
    use crate::config::Env;

    const KEY: &str = "0123456789abcdef";
    const OTHER: &str = "fedcba9876543210";

    fn read(text: &str) -> Result<Vec<ClientKey>, String> {
        let mut env = Env::from_map([("API_KEY", text)]);
        let keys = ClientKey::from_env(&mut env);
        env.finish().map(|_| keys).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_bare_key_opens_everything_and_is_called_by_its_place() {
        let keys = read("nueva, vieja,,nueva").expect("as it always was");
        let told: Vec<_> = keys.iter().map(|client| (&*client.name, client.key.expose())).collect();
        assert_eq!(told, [("clave-1", "nueva"), ("clave-2", "vieja"), ("clave-3", "nueva")]);
        assert!(keys.iter().all(ClientKey::opens_everything));
        assert!(read("").expect("none").is_empty());
    }

    #[test]
    fn a_named_key_opens_what_it_says() {
        let keys = read(&format!("tienda:tickets+cambios:{KEY},socio.2:completa:{OTHER}:con:puntos")).expect("two");
        assert_eq!((&*keys[0].name, keys[0].key.expose()), ("tienda", KEY));
        assert_eq!(keys[0].scopes, [KeyScope::Tickets, KeyScope::Changes]);
        assert!(!keys[0].opens_everything() && keys[1].opens_everything());
        assert_eq!(keys[1].key.expose(), format!("{OTHER}:con:puntos"));
        assert!(!format!("{keys:?}").contains(KEY));
    }

    #[test]
    fn the_first_whose_scope_fits_is_sent() {
        let keys = read(&format!("tienda:tickets:{KEY},tablero:estados+tickets:{OTHER}")).expect("two");
        let sent = |scope| to_send(&keys, scope).map(|key| key.expose().to_owned());
        assert_eq!(sent(KeyScope::Tickets).as_deref(), Some(KEY));
        assert_eq!(sent(KeyScope::States).as_deref(), Some(OTHER));
        assert_eq!(sent(KeyScope::Changes), None);
        let bare = read(&format!("nueva,tienda:tickets:{KEY}")).expect("two");
        assert!(KeyScope::ALL.iter().all(|scope| to_send(&bare, *scope).is_some_and(|key| key.expose() == "nueva")));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place_and_without_its_key() {
        for (wrong, why) in [
            (format!("tienda:{KEY}"), "name:scope:key"),
            (format!("tienda:todo:{KEY}"), "name:scope:key"),
            (format!("tienda:tickets+:{KEY}"), "name:scope:key"),
            (format!("tienda::{KEY}"), "name:scope:key"),
            (format!(":tickets:{KEY}"), "a name of 1 to 40"),
            (format!("la tienda:tickets:{KEY}"), "a name of 1 to 40"),
            (format!("{}:tickets:{KEY}", "n".repeat(41)), "a name of 1 to 40"),
            ("tienda:tickets:0123456789abcde".to_owned(), "16 visible"),
            (format!("tienda:tickets:{KEY}ñ"), "16 visible"),
            (format!("primera:estados:{KEY}"), "called like another"),
            (format!("tienda:tickets:{OTHER}"), "the key of another"),
            (OTHER.to_owned(), "the key of another"),
        ] {
            let said = read(&format!("primera:cambios:{OTHER},{wrong}")).expect_err("a mistake");
            assert!(said.starts_with("API_KEY: entry 2 has") || said.starts_with("API_KEY: entry 2 is"), "{said}");
            assert!(said.contains(why), "{wrong}: {said}");
            assert!(!said.contains("0123456789") && !said.contains(OTHER), "{said}");
        }
        let both = read(&format!("clave-2:tickets:{KEY},vieja")).expect_err("the second is called so");
        assert!(both.contains("entry 2 is called like another"), "{both}");
        let said = read(&format!("vieja,tienda:tickets:vieja,otra:nada:{KEY}")).expect_err("two mistakes");
        assert!(said.contains("entry 2 has") && said.contains("entry 3 has"), "{said}");
    }
}
