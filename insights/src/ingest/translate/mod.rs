//! From a change of the feed to rows of the lake's tables.
//!
//! A change that cannot be read becomes no row; the caller keeps it with the reason. Rows of one change carry its `seq`.

mod board;
mod shop;

use belgrano_shared::money::Money;
use belgrano_shared::timestamp::UnixMillis;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::dato::Id;
use super::fresh::Fresh;
use crate::lake::rows::{Amount, Origin, Value};

/// One change as the feed sends it.
#[derive(Debug, Deserialize)]
pub struct Change<'a> {
    /// Its place: the order in which changes were committed.
    pub seq: i64,
    /// What it is of.
    #[serde(rename = "entidad")]
    pub entity: &'a str,
    /// Which one.
    #[serde(rename = "clave")]
    pub key: std::borrow::Cow<'a, str>,
    /// Its present content; `null`: it is gone.
    #[serde(rename = "dato", borrow)]
    pub content: Option<&'a RawValue>,
}

/// Why a change became no row.
#[derive(Debug, thiserror::Error)]
#[error("{entity} {key}: {why}")]
pub struct Unreadable {
    /// What it is of.
    pub entity: String,
    /// Which one.
    pub key: String,
    /// What does not fit.
    pub why: String,
}

/// Adds the rows of one change. An entity that this version does not know is none of its business.
pub fn translate(change: &Change<'_>, origin: Origin<'_>, fresh: &mut Fresh) -> Result<(), Unreadable> {
    let row = Row { change, origin, fresh };
    match change.entity {
        "negocio" => row.business(),
        "sucursal" => row.branch(),
        "categoria" => row.category(),
        "producto" => row.product(),
        "oferta" => row.offer(),
        "cuenta" => row.account(),
        "pedido" => row.order(),
        "movimiento" => row.movement(),
        "precio" => row.price(),
        "resena" => row.review(),
        "embudo" => row.funnel(),
        "ticket" => row.ticket(),
        "paso" => row.step(),
        "repartidor" => row.driver(),
        _ => Ok(()),
    }
}

struct Row<'a> {
    change: &'a Change<'a>,
    origin: Origin<'a>,
    fresh: &'a mut Fresh,
}

impl Row<'_> {
    /// What the change carries, and whether the thing is gone.
    fn read<T: DeserializeOwned + Default>(&self) -> Result<(T, bool), Unreadable> {
        let Some(content) = self.change.content else { return Ok((T::default(), true)) };
        match serde_json::from_str(content.get()) {
            Ok(content) => Ok((content, false)),
            Err(error) => Err(Unreadable {
                entity: self.change.entity.to_owned(),
                key: self.change.key.to_string(),
                why: error.to_string(),
            }),
        }
    }

    fn add(self, table: &'static crate::lake::column::Table, values: &[Value<'_>]) {
        self.fresh.rows(table).push(self.origin, values);
    }
}

fn id(id: Option<&Id>) -> Value<'_> {
    Value::Text(id.map(|Id(text)| text.as_str()))
}

fn amount(money: Money) -> Amount {
    Amount::of_cents(money.cents())
}

fn money(money: Option<Money>) -> Value<'static> {
    Value::Money(money.map(amount))
}

fn day(at: Option<UnixMillis>) -> Option<Date> {
    at.and_then(UnixMillis::local).map(|local| local.date())
}
