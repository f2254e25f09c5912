//! A text that is not in a language yet: its key and what varies in it.

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::{FluentArgs, FluentValue};

use super::{Catalogue, Language};
use crate::money::Money;
use crate::timestamp::UnixMillis;

/// What varies in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Written as it is.
    Text(String),
    /// Written as it is, and decides between singular and plural.
    Number(i64),
    /// Written as a price.
    Money(Money),
    /// Written as a date with its time.
    Moment(UnixMillis),
    /// Written in the language of the text it is in, with commas between several.
    Said(Vec<Said>),
    /// Words of the wire of which one is meant: `a, b o c`.
    AnyOf(Vec<String>),
}

/// Words of the wire of which one is meant.
#[derive(Clone, Debug)]
pub struct AnyOf(Vec<String>);

impl AnyOf {
    /// These.
    pub fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

/// Whatever can vary in a text; a reference to it too, because templates hand over both.
pub trait Argument {
    /// As a value.
    fn value(&self) -> Value;
}

macro_rules! argument {
    ($($type:ty: $self:ident => $value:expr),+ $(,)?) => {
        $(impl Argument for $type {
            fn value(&$self) -> Value {
                $value
            }
        })+
    };
}

argument! {
    str: self => Value::Text(self.to_owned()),
    String: self => Value::Text(self.clone()),
    Box<str>: self => Value::Text(self.to_string()),
    std::sync::Arc<str>: self => Value::Text(self.to_string()),
    Cow<'_, str>: self => Value::Text(self.to_string()),
    Text: self => Value::Text(self.to_string()),
    i32: self => Value::Number(i64::from(*self)),
    i64: self => Value::Number(*self),
    u16: self => Value::Number(i64::from(*self)),
    u32: self => Value::Number(i64::from(*self)),
    u64: self => Value::Number(i64::try_from(*self).unwrap_or(i64::MAX)),
    usize: self => Value::Number(i64::try_from(*self).unwrap_or(i64::MAX)),
    Money: self => Value::Money(*self),
    UnixMillis: self => Value::Moment(*self),
    AnyOf: self => Value::AnyOf(self.0.clone()),
    Message: self => Value::Said(vec![self.clone().into()]),
    Said: self => Value::Said(vec![self.clone()]),
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> Value {
        (*self).value()
    }
}

/// A text by its key, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    key: &'static str,
    arguments: Vec<(&'static str, Value)>,
}

impl Message {
    /// The text called `key`.
    #[must_use]
    pub const fn new(key: &'static str) -> Self {
        Self { key, arguments: Vec::new() }
    }

    /// Gives the variable `name` its value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Argument) -> Self {
        self.arguments.push((name, value.value()));
        self
    }

    /// In a language. A text that language lacks is said in Spanish, and one nobody knows by its key.
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        let mut arguments = FluentArgs::with_capacity(self.arguments.len());
        for (name, value) in &self.arguments {
            let value: FluentValue<'_> = match value {
                Value::Text(text) => text.as_str().into(),
                Value::Number(number) => number.into(),
                Value::Money(money) => language.money(money).into(),
                Value::Moment(at) => language.moment(at).into(),
                Value::AnyOf(words) => language.any_of(words).into(),
                Value::Said(said) => said.iter().map(|said| said.to(language)).collect::<Vec<_>>().join(", ").into(),
            };
            arguments.set(*name, value);
        }
        let text = |language| Catalogue::of(language).text(self.key, &arguments);
        text(language).or_else(|| text(Language::default())).unwrap_or_else(|| self.key.to_owned())
    }
}

/// In Spanish, for what carries only text.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to(Language::Spanish))
    }
}

/// A text in the language of a page: write it into a template as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    language: Language,
    message: Message,
}

impl Text {
    pub(super) fn new(language: Language, message: Message) -> Self {
        Self { language, message }
    }

    /// Gives the variable `name` its value.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Argument) -> Self {
        Self { message: self.message.with(name, value), ..self }
    }

    /// The language it is in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.to(self.language))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.to_string()
    }
}

/// What a refusal says: a message of the catalogues, whose Spanish goes over the wire. Whatever can be said becomes one of
/// these by `From<…> for Message`; a text of its own has nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    spanish: String,
    message: Option<Box<Message>>,
}

impl Said {
    /// A word of the wire, which `message` says in other languages.
    #[must_use]
    pub fn word(spanish: &str, message: Message) -> Self {
        Self { spanish: spanish.to_owned(), message: Some(Box::new(message)) }
    }

    /// In Spanish, as it goes over the wire.
    #[must_use]
    pub fn spanish(&self) -> &str {
        &self.spanish
    }

    /// In the language of a page.
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        match &self.message {
            Some(message) if language != Language::Spanish => message.to(language),
            _ => self.spanish.clone(),
        }
    }

    /// A text that came as one, through something that carries only text (a parser's error, a column): the message of the
    /// catalogues that reads so in Spanish, among those whose key begins with `prefix`. Unknown ones stay as they are.
    #[must_use]
    pub fn recognized(spanish: impl Into<String>, prefix: &str) -> Self {
        let spanish = spanish.into();
        Self::known(&spanish, prefix).unwrap_or(Self { spanish, message: None })
    }

    /// The same, or `None` for a text that is none of the catalogues': a library's.
    #[must_use]
    pub fn known(spanish: &str, prefix: &str) -> Option<Self> {
        let message = Catalogue::of(Language::Spanish).recognize(spanish, prefix)?;
        Some(Self { spanish: spanish.to_owned(), message: Some(Box::new(message)) })
    }
}

impl<M: Into<Message>> From<M> for Said {
    fn from(message: M) -> Self {
        let message = message.into();
        Self { spanish: message.to(Language::Spanish), message: Some(Box::new(message)) }
    }
}

#[cfg(test)]
mod tests {
    use super::{AnyOf, Language, Message, Said};
    use crate::money::Money;

    #[test]
    fn arguments_are_written_as_the_language_writes_them() {
        let total = Message::new("total-amount").with("amount", Money::from_cents(345_050).expect("a price"));
        assert_eq!(total.to(Language::Spanish), "Total: $ 3.450,50");
        assert_eq!(total.to(Language::English), "Total: ARS 3,450.50");
        let count = |n: i64| Message::new("count-products").with("count", n).to(Language::English);
        assert_eq!([count(1), count(3)], ["1 product", "3 products"]);
    }

    #[test]
    fn a_choice_of_words_is_joined_as_the_language_joins() {
        let words = |words: &[&str]| {
            let message = Message::new("error-unknown-word").with("known", AnyOf::new(words.iter().copied()));
            [Language::Spanish, Language::English].map(|language| message.to(language))
        };
        let (es, en) = ("valor desconocido; los posibles son: ", "unknown value; the possible ones are: ");
        assert_eq!(words(&["uno"]), [format!("{es}uno"), format!("{en}uno")]);
        assert_eq!(words(&["uno", "dos"]), [format!("{es}uno o dos"), format!("{en}uno or dos")]);
        assert_eq!(words(&["a", "b", "otro"]), [format!("{es}a, b u otro"), format!("{en}a, b or otro")]);
        assert_eq!(words(&["a", "hotel"]), [format!("{es}a u hotel"), format!("{en}a or hotel")]);
    }

    #[test]
    fn a_refusal_is_spanish_on_the_wire_and_reads_in_the_language_of_the_page() {
        let said = Said::from(Message::new("error-missing"));
        assert_eq!((said.spanish(), said.to(Language::English).as_str()), ("falta este dato", "this is missing"));
        assert_eq!(Said::recognized("falta este dato", "error-"), said);
        assert_eq!(Said::recognized("solo así", "error-").to(Language::English), "solo así");
    }
}
