//! Filters as they come: the pairs of an address, where a parameter that is named again has one more value, or the members of an
//! object, where several values are a list.

use std::fmt;

use belgrano_wire::texts::Message;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::blank::{self, Number, Texts};
use super::filters::{Filters, MOST_VALUES};

/// Where what a parameter says is put.
enum Place<'a> {
    Several(&'a mut Vec<String>),
    Word(&'a mut Option<String>),
    Number(&'a mut Option<f64>),
    /// Nobody knows the parameter.
    Nowhere,
}

impl Filters {
    fn place(&mut self, name: &str) -> Place<'_> {
        match name {
            "start_date" => Place::Word(&mut self.start_date),
            "end_date" => Place::Word(&mut self.end_date),
            "country" => Place::Several(&mut self.country),
            "region" => Place::Several(&mut self.region),
            "city" => Place::Several(&mut self.city),
            "barrio" => Place::Several(&mut self.barrio),
            "category" => Place::Several(&mut self.category),
            "negocio" => Place::Several(&mut self.negocio),
            "sucursal" => Place::Several(&mut self.sucursal),
            "segment" => Place::Several(&mut self.segment),
            "payment_method" => Place::Several(&mut self.payment_method),
            "device" => Place::Several(&mut self.device),
            "source" => Place::Several(&mut self.source),
            "min_price" => Place::Number(&mut self.min_price),
            "max_price" => Place::Number(&mut self.max_price),
            "sales" => Place::Word(&mut self.sales),
            "compare" => Place::Word(&mut self.compare),
            "fuente" => Place::Word(&mut self.fuente),
            _ => Place::Nowhere,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Self::Several(values) => {
                for text in Texts::deserialize(deserializer)?.0 {
                    // One more than may be is enough to be refused.
                    if !text.trim().is_empty() && values.len() <= MOST_VALUES && !values.contains(&text) {
                        values.push(text);
                    }
                }
                Ok(())
            }
            Self::Word(word) => once(word, blank::text(deserializer)?),
            Self::Number(number) => once(number, Number::deserialize(deserializer)?.0),
            Self::Nowhere => Err(D::Error::custom(Message::new("error-unknown-field"))),
        }
    }
}

/// Takes what has one value; another one is refused.
fn once<T, E: Error>(place: &mut Option<T>, given: Option<T>) -> Result<(), E> {
    if given.is_none() {
        return Ok(());
    }
    let before = std::mem::replace(place, given);
    if before.is_none() { Ok(()) } else { Err(E::custom(Message::new("error-insights-once"))) }
}

struct Reads {
    /// Whether a name that is no filter is refused: beside filters an address has what its own question takes.
    alone: bool,
}

impl<'de> Visitor<'de> for Reads {
    type Value = Filters;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("filters")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Filters, A::Error> {
        let mut filters = Filters::default();
        while let Some(name) = given.next_key::<String>()? {
            match filters.place(&name) {
                Place::Nowhere if !self.alone => {
                    given.next_value::<IgnoredAny>()?;
                }
                place => given.next_value_seed(place)?,
            }
        }
        Ok(filters)
    }
}

impl<'de> Deserialize<'de> for Filters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reads { alone: false })
    }
}

/// Filters and nothing else.
pub(crate) fn alone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Filters, D::Error> {
    deserializer.deserialize_map(Reads { alone: true })
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::Request;
    use belgrano_runtime::http::{Json, Query};
    use serde::Deserialize;

    use super::Filters;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(deserialize_with = "super::alone")]
        filtros: Filters,
    }

    async fn read(query: &str) -> Result<Filters, String> {
        let (mut parts, ()) = Request::get(format!("/?{query}")).body(()).expect("a request").into_parts();
        let read = Query::<Filters>::from_request_parts(&mut parts, &()).await;
        read.map(|Query(filters)| filters).map_err(|problem| problem.errors()[0].field.clone())
    }

    fn body(json: &str) -> Result<Filters, String> {
        let read = Json::<Body>::from_bytes(json.as_bytes());
        read.map(|body| body.filtros).map_err(|problem| problem.errors()[0].field.clone())
    }

    #[tokio::test]
    async fn a_parameter_that_is_named_again_has_one_more_value() {
        let filters = read("country=UK&country=&limit=3&country=Korea%2C+Republic+of&country=UK&min_price=1,5").await;
        let filters = filters.expect("filters");
        assert_eq!(
            (filters.country.as_slice(), filters.min_price),
            (&["UK".to_owned(), "Korea, Republic of".to_owned()][..], Some(1.5))
        );
        let same = body(r#"{"filtros":{"country":["UK","Korea, Republic of"],"min_price":1.5,"city":null}}"#);
        assert_eq!(same.expect("the same"), filters);
        assert_eq!(body(r#"{"filtros":{"country":"UK"}}"#).expect("one").country, ["UK"]);
    }

    #[tokio::test]
    async fn what_has_one_value_is_given_once() {
        assert_eq!(read("sales=net&sales=").await.map(|filters| filters.sales), Ok(Some("net".to_owned())));
        for (query, field) in
            [("sales=net&sales=gross", "sales"), ("min_price=1&min_price=2", "min_price"), ("max_price=x", "max_price")]
        {
            assert_eq!(read(query).await, Err(field.to_owned()), "{query}");
        }
        for (json, field) in
            [(r#"{"filtros":{"pais":"UK"}}"#, "filtros.pais"), (r#"{"filtros":{"country":[7]}}"#, "filtros.country[0]")]
        {
            assert_eq!(body(json), Err(field.to_owned()), "{json}");
        }
    }

    #[tokio::test]
    async fn no_filter_has_more_values_than_may_be() {
        let many = |count: usize| (0..count).map(|value| format!("barrio={value}")).collect::<Vec<_>>().join("&");
        assert!(read(&many(100)).await.expect("filters").check().is_ok());
        let refused = read(&many(101)).await.expect("filters").check().expect_err("too many");
        assert_eq!(refused.errors()[0].field, "barrio");
    }
}
