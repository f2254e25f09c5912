//! Closed vocabularies: an enum whose variants are words on the wire and in the databases.
//!
//! One macro gives each the same things: `ALL`, `as_str`, `parse`, `Display`, `TryFrom<String>` (for sqlx rows:
//! `#[sqlx(try_from = "String")]`), serde and an API schema that lists the words. A word nobody knows is an
//! [`UnknownWord`], which lists the known ones.

use crate::texts::{AnyOf, Message};

/// A word that is none of a vocabulary's. Its text is Spanish: it is shown to people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Message::from(self))]
pub struct UnknownWord {
    /// The words that would have done.
    pub expected: &'static [&'static str],
}

impl From<&UnknownWord> for Message {
    fn from(unknown: &UnknownWord) -> Self {
        Self::new("error-unknown-word").with("known", AnyOf::new(unknown.expected.iter().copied()))
    }
}

impl From<UnknownWord> for Message {
    fn from(unknown: UnknownWord) -> Self {
        (&unknown).into()
    }
}

/// Defines an enum that is a word on the wire. `also` names further words that are read, never written.
#[macro_export]
macro_rules! vocabulary {
    (
        $(#[$attribute:meta])*
        $name:ident {
            $( $(#[$variant_attribute:meta])* $variant:ident = $word:literal $(also $($alias:literal),+)? ; )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every word as it is written, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word on the wire and in the databases.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word; ASCII case and surrounding blanks do not matter.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let text = text.trim();
                $(
                    if text.eq_ignore_ascii_case($word) $( $(|| text.eq_ignore_ascii_case($alias))+ )? {
                        return Some(Self::$variant);
                    }
                )+
                None
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text).ok_or($crate::vocabulary::UnknownWord { expected: Self::WORDS })
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::vocabulary::UnknownWord;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                // In serde's own words, which name the known ones: they are said in the language of whoever reads.
                Self::parse(&text).ok_or_else(|| serde::de::Error::unknown_variant(&text, Self::WORDS))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::WORDS.iter().copied()))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use vocabulary;
