//! What somebody saw of a thing when they began to change it, so that nobody overwrites unseen what changed meanwhile.
//!
//! A form carries what it showed in its hidden field [`SEEN_FIELD`], and a call of the API may send the same member. The
//! command that writes compares it, in its own transaction, with what is there: a field that is no longer as it was seen, and
//! would be written over with something else, refuses the whole change (409) and says what it is now. The page then shows the
//! form again with what was typed, and what it has told counts as seen ([`Form::refused`](crate::pages::Form::refused)).

use std::collections::BTreeMap;
use std::fmt;

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::texts::{Message, Said};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

/// The member of a body, and the hidden field of a form, with what was seen.
pub const SEEN_FIELD: &str = "visto";
/// The member of the refusal with what is there now.
pub(crate) const NOW_MEMBER: &str = "ahora";

/// The fields of a thing that can be changed, as they are: each with its name on the wire, its value as a form sends it, and
/// how it is said to a person.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(&'static str, String, Said)>);

impl Fields {
    /// A field that says itself.
    #[must_use]
    pub fn text(self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        let said = match value.as_str() {
            "" => Message::new("error-changed-empty"),
            now => Message::new("error-changed-now").with("now", now),
        };
        self.said(name, value, said)
    }

    /// A number.
    #[must_use]
    pub fn number(self, name: &'static str, value: i64) -> Self {
        self.text(name, value.to_string())
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(self, name: &'static str, yes: bool) -> Self {
        let word = Message::new(if yes { "yes" } else { "no" });
        self.said(name, yes.to_string(), Message::new("error-changed-now").with("now", word))
    }

    /// A field whose change is told by `said`.
    #[must_use]
    pub fn said(mut self, name: &'static str, value: String, said: impl Into<Said>) -> Self {
        self.0.push((name, value, said.into()));
        self
    }

    /// Each name with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value, _)| (*name, value.as_str()))
    }

    /// The hidden field of a form that shows these.
    #[must_use]
    pub fn seen(&self) -> String {
        serde_json::to_string(&self.pairs().collect::<BTreeMap<_, _>>()).unwrap_or_default()
    }
}

/// What was seen, by field; what was not looked at is not in it, and nothing is compared with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(value_type = Object, example = json!({ "nombre": "Ana", "activo": true }))]
pub struct Seen(BTreeMap<String, String>);

impl Seen {
    /// What a hidden field holds; nothing, if it cannot be read.
    #[must_use]
    pub fn of_field(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// What `name` was.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether `value` is what was seen of `name`, up to what a browser does to the ends of lines.
    #[must_use]
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|seen| alike(seen, value))
    }

    /// Refuses what would write over something unseen: `wanted` are the fields that are to be written, `None` stays. What is
    /// as it is wanted already does no harm, so a change may be sent twice.
    pub fn check(&self, now: &Fields, wanted: &[(&str, Option<String>)]) -> Result<(), Changed> {
        let wanted =
            |name: &str| wanted.iter().find(|(other, _)| *other == name).and_then(|(_, value)| value.as_deref());
        let unseen = |name: &str, value: &str| {
            wanted(name).is_some_and(|wanted| !alike(wanted, value))
                && self.0.contains_key(name)
                && !self.is(name, value)
        };
        let errors = now.0.iter().filter(|(name, value, _)| unseen(name, value));
        let errors: Vec<_> = errors.map(|(name, _, said)| FieldError::new(*name, said.clone())).collect();
        if errors.is_empty() { Ok(()) } else { Err(Changed { errors, now: now.clone() }) }
    }
}

fn alike(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}

/// Somebody was faster.
#[derive(Clone, Debug)]
pub struct Changed {
    errors: Vec<FieldError>,
    now: Fields,
}

impl Changed {
    /// The refusal of a page that has no field for what changed: it says it of the whole.
    #[must_use]
    pub fn of_the_whole(self) -> Problem {
        Problem::from(self).about(Vec::new())
    }
}

impl From<Changed> for Problem {
    fn from(changed: Changed) -> Self {
        let now = changed.now.pairs().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Self::conflict("cambio-mientras-tanto", Message::new("refusal-changed"))
            .about(changed.errors)
            .with(NOW_MEMBER, Value::Object(now))
    }
}

/// An object of plain values, or the same as the text of a hidden field.
impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Seen;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of what was seen")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Seen, E> {
                serde_json::from_str(text).map_err(|_| E::custom(Message::new("error-seen")))
            }

            fn visit_unit<E: Error>(self) -> Result<Seen, E> {
                Ok(Seen::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
                let mut seen = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    let text = match value {
                        Value::Null => String::new(),
                        Value::String(text) => text,
                        Value::Bool(yes) => yes.to_string(),
                        Value::Number(number) => number.to_string(),
                        Value::Array(_) | Value::Object(_) => return Err(A::Error::custom(Message::new("error-seen"))),
                    };
                    seen.insert(name, text);
                }
                Ok(Seen(seen))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::problem::Problem;
    use serde_json::json;

    use super::{Fields, Seen};

    fn now() -> Fields {
        Fields::default().text("nombre", "Ana").number("capacidad", 4).flag("activo", true)
    }

    #[test]
    fn what_is_overwritten_unseen_is_refused_and_told() {
        let seen: Seen =
            serde_json::from_value(json!({ "nombre": "Ana", "capacidad": 3, "activo": false })).expect("seen");
        let wanted = |value: &str| Some(value.to_owned());
        let check = |wanted: &[(&str, Option<String>)]| seen.check(&now(), wanted).map_err(Problem::from);
        check(&[("nombre", wanted("Anabella")), ("capacidad", None)]).expect("it is as it was seen");
        check(&[("capacidad", wanted("4")), ("activo", wanted("true"))]).expect("it is as it is wanted");
        check(&[("telefono", wanted("1"))]).expect("nobody looked");
        let problem = check(&[("capacidad", wanted("5")), ("activo", wanted("false"))]).expect_err("refused");
        let errors: Vec<_> = problem.errors().iter().map(|error| error.message.as_str()).collect();
        let expected = ["4", "Sí"]
            .map(|now| format!("cambió mientras tanto: ahora dice «{now}»; guardá de nuevo para dejar lo tuyo"));
        assert_eq!((problem.status().as_u16(), errors), (409, expected.iter().map(String::as_str).collect()));
        Seen::default().check(&now(), &[("nombre", wanted("Bruno"))]).expect("nothing was looked at");
    }

    #[test]
    fn a_form_carries_it_and_a_browser_changes_the_ends_of_lines() {
        let fields = Fields::default().text("notas", "Timbre «2B»\nPiso 3");
        let seen = Seen::of_field(&fields.seen());
        assert!(seen.is("notas", "Timbre «2B»\r\nPiso 3 ") && !seen.is("notas", "Timbre") && !seen.is("otra", ""));
        assert_eq!(Seen::of_field("<nada>"), Seen::default());
        for wrong in [json!({ "a": [] }), json!(7)] {
            assert!(serde_json::from_value::<Seen>(wrong).is_err());
        }
    }
}
