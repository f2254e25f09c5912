//! An order exactly as it came: every field with whatever type the client gave it, nothing judged yet.
//!
//! Written by hand because the derive refuses what the old pair takes: a repeated key (the last one wins, as in
//! Python) and a field of another type (which has to be reported together with every other wrong field). Text is borrowed
//! from the body. Unknown fields are walked with serde's depth count on, so that deep nesting is refused wherever it is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::limits;

/// A JSON value where a single value is expected.
#[derive(Debug, Default)]
pub(super) enum Scalar<'a> {
    /// `null` or not there: to the old pair, and here, the same.
    #[default]
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// A number without a fraction that fits 64 bits.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A boolean, a list or an object: never right.
    Other,
}

/// `productos` as it came.
#[derive(Debug, Default)]
pub(super) enum RawLines<'a> {
    #[default]
    Absent,
    /// The first [`limits::LINES`] lines, and how many came after them.
    List(Vec<RawLine<'a>>, usize),
    /// A text in the place of the list.
    Text(Cow<'a, str>),
}

/// One line as it came.
#[derive(Debug)]
pub(super) enum RawLine<'a> {
    Text(Cow<'a, str>),
    Object(Box<RawLineFields<'a>>),
    /// `null`: nothing was ordered by it.
    Absent,
    Other,
}

/// Defines a struct of raw fields, and its reading from an object: last key wins, unknown keys are walked over.
macro_rules! raw_fields {
    ($name:ident { $( $field:ident : $type:ty = $key:literal ),+ $(,)? }) => {
        #[derive(Debug, Default)]
        pub(super) struct $name<'a> { $( pub(super) $field: $type, )+ }

        impl<'de> $name<'de> {
            fn read<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                #[derive(Deserialize)]
                #[serde(field_identifier, rename_all = "snake_case")]
                #[allow(non_camel_case_types, reason = "one name for the field, its key and its reader")]
                enum Key { $( #[serde(rename = $key)] $field, )+ #[serde(other)] unknown }

                let mut fields = Self::default();
                while let Some(key) = map.next_key()? {
                    match key {
                        $( Key::$field => fields.$field = map.next_value()?, )+
                        Key::unknown => { map.next_value::<Skip>()?; }
                    }
                }
                Ok(fields)
            }
        }
    };
}

raw_fields!(RawOrder {
    number: Scalar<'a> = "numero",
    number_old: Scalar<'a> = "numero_pedido",
    customer_name: Scalar<'a> = "cliente_nombre",
    customer_name_old: Scalar<'a> = "cliente",
    address: Scalar<'a> = "cliente_direccion",
    address_old: Scalar<'a> = "direccion",
    phone: Scalar<'a> = "cliente_telefono",
    phone_old: Scalar<'a> = "telefono",
    email: Scalar<'a> = "cliente_email",
    email_old: Scalar<'a> = "email",
    lines: RawLines<'a> = "productos",
    total: Scalar<'a> = "total",
    payment_method: Scalar<'a> = "metodo_pago",
    instructions: Scalar<'a> = "indicaciones",
    instructions_old: Scalar<'a> = "notas",
    priority: Scalar<'a> = "prioridad",
    customer_kind: Scalar<'a> = "tipo_cliente",
    created_at: Scalar<'a> = "fecha_creacion",
    origin: Scalar<'a> = "origen",
    neighbourhood: Scalar<'a> = "barrio",
    lat: Scalar<'a> = "lat",
    lng: Scalar<'a> = "lng",
    promised_at: Scalar<'a> = "prometido",
});

raw_fields!(RawLineFields {
    product_id: Scalar<'a> = "id",
    name: Scalar<'a> = "nombre",
    price: Scalar<'a> = "precio",
    quantity: Scalar<'a> = "cantidad",
    subtotal: Scalar<'a> = "subtotal",
    branch: Scalar<'a> = "sucursal",
    business: Scalar<'a> = "negocio",
    category: Scalar<'a> = "categoria",
});

impl<'de> Deserialize<'de> for RawOrder<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectOnly;
        impl<'de> Visitor<'de> for ObjectOnly {
            type Value = RawOrder<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                RawOrder::read(map)
            }
        }
        deserializer.deserialize_map(ObjectOnly)
    }
}

/// What a visitor does with the values that are of no use to it. `$other` is what they become.
macro_rules! otherwise {
    ($lifetime:lifetime, $other:expr; $($kind:ident),*) => { $( otherwise!(@ $lifetime, $other, $kind); )* };
    (@ $lifetime:lifetime, $other:expr, text) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok($other) }
    };
    (@ $lifetime:lifetime, $other:expr, numbers) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok($other) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok($other) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok($other) }
    };
    (@ $lifetime:lifetime, $other:expr, bool) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok($other) }
    };
    (@ $lifetime:lifetime, $other:expr, null) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok($other) }
    };
    (@ $lifetime:lifetime, $other:expr, list) => {
        fn visit_seq<A: SeqAccess<$lifetime>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<Skip>()?.is_some() {}
            Ok($other)
        }
    };
    (@ $lifetime:lifetime, $other:expr, object) => {
        fn visit_map<A: MapAccess<$lifetime>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<Skip, Skip>()?.is_some() {}
            Ok($other)
        }
    };
}

/// Any value, walked over. Unlike serde's `IgnoredAny` it keeps within `serde_json`'s depth limit.
struct Skip;

impl<'de> Deserialize<'de> for Skip {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Skip;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("cualquier valor")
            }
            otherwise!('de, Skip; text, numbers, bool, null, list, object);
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Scalar::Whole(number))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                #[expect(clippy::cast_precision_loss, reason = "beyond every limit, only its size matters")]
                Ok(i64::try_from(number).map_or(Scalar::Number(number as f64), Scalar::Whole))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Scalar::Number(number))
            }
            otherwise!('de, Scalar::Absent; null);
            otherwise!('de, Scalar::Other; bool, list, object);
        }
        deserializer.deserialize_any(One)
    }
}

impl<'de> Deserialize<'de> for RawLines<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lines;
        impl<'de> Visitor<'de> for Lines {
            type Value = RawLines<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut lines = Vec::new();
                while lines.len() < limits::LINES {
                    match list.next_element()? {
                        Some(line) => lines.push(line),
                        None => return Ok(RawLines::List(lines, 0)),
                    }
                }
                // Past the limit nothing is kept, only counted.
                let mut surplus = 0;
                while list.next_element::<Skip>()?.is_some() {
                    surplus += 1;
                }
                Ok(RawLines::List(lines, surplus))
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(RawLines::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(RawLines::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                // One line without its list, or something that lists nothing.
                let line = RawLineFields::read(map)?;
                let named = matches!(line.name, Scalar::Text(_) | Scalar::Whole(_));
                Ok(if named { RawLines::List(vec![RawLine::Object(Box::new(line))], 0) } else { RawLines::Absent })
            }
            otherwise!('de, RawLines::Absent; null, numbers, bool);
        }
        deserializer.deserialize_any(Lines)
    }
}

impl<'de> Deserialize<'de> for RawLine<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Line;
        impl<'de> Visitor<'de> for Line {
            type Value = RawLine<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a line")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(RawLine::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(RawLine::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Ok(RawLine::Object(Box::new(RawLineFields::read(map)?)))
            }
            otherwise!('de, RawLine::Absent; null);
            otherwise!('de, RawLine::Other; numbers, bool, list);
        }
        deserializer.deserialize_any(Line)
    }
}
