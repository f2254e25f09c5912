//! From a change of the feed to rows of the lake's tables.
//!
//! A change that cannot be read becomes no row; the caller keeps it with the reason. Rows of one change carry its `seq`.

mod board;
mod shop;

use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::dato::Id;
use super::fresh::Fresh;
use crate::lake::column::Table;
use crate::lake::rows::{Amount, Origin, Value, excessive};

/// One change as the feed sends it.
#[derive(Debug, Deserialize)]
pub struct Change<'a> {
    /// Its place: the order in which changes were committed.
    pub seq: i64,
    /// What it is of.
    #[serde(rename = "entidad")]
    pub entity: &'a str,
    /// Which one of that entity it is of.
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
    /// Which one of that entity it is of.
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
            Err(error) => Err(self.unreadable(error.to_string())),
        }
    }

    fn unreadable(&self, why: String) -> Unreadable {
        Unreadable { entity: self.change.entity.to_owned(), key: self.change.key.to_string(), why }
    }

    /// Refuses a row with a number that sums cannot bear.
    fn examine(&self, table: &'static Table, values: &[Value<'_>]) -> Result<(), Unreadable> {
        match excessive(table, values) {
            Some(column) => Err(self.unreadable(format!("{column} is beyond what is possible"))),
            None => Ok(()),
        }
    }

    fn add(self, table: &'static Table, values: &[Value<'_>]) -> Result<(), Unreadable> {
        self.examine(table, values)?;
        self.fresh.rows(table).push(self.origin, values);
        Ok(())
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

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use serde_json::{Value, json};

    use super::{Change, Fresh, Origin, translate};

    /// Why a change is refused, and how many rows came of it.
    fn read(entity: &str, content: &Value) -> (Option<String>, usize) {
        let text = json!({ "seq": 1, "entidad": entity, "clave": "1", "dato": content }).to_string();
        let change: Change<'_> = serde_json::from_str(&text).expect("a change");
        let mut fresh = Fresh::default();
        let origin = Origin { source: "belgrano", seq: 1, at: UnixMillis(0) };
        let refused = translate(&change, origin, &mut fresh).err();
        (refused.map(|refused| refused.why), fresh.len())
    }

    fn order(quantity: i64, price: f64, cost: f64) -> Value {
        let line = |quantity| json!({ "posicion": 1, "cantidad": quantity, "precio": price, "costo": cost });
        json!({ "creado": "2026-11-21T12:00:00Z", "lineas": [line(1), line(quantity)] })
    }

    #[test]
    fn a_change_with_a_number_that_sums_cannot_bear_is_refused_as_a_whole() {
        let beyond = |column: &str| (Some(format!("{column} is beyond what is possible")), 0);
        assert_eq!(read("pedido", &order(999_999_999, 1.0, 1.0)), (None, 3));
        assert_eq!(read("pedido", &order(1_000_000_000, 0.0, 0.0)), beyond("quantity"));
        assert_eq!(read("pedido", &order(i64::MIN, 0.0, 0.0)), beyond("quantity"));
        assert_eq!(read("pedido", &order(999_999_999, 5_000.0, 1.0)), beyond("amount"));
        assert_eq!(read("pedido", &order(999_999_999, 1.0, 5_000.0)), beyond("unit_cost"));
        assert_eq!(read("embudo", &json!({ "visitas": i64::MAX })), beyond("visits"));
        assert_eq!(read("movimiento", &json!({ "id": 1, "cantidad": -9_000_000_000_i64 })), beyond("quantity"));
        assert_eq!(read("cuenta", &json!({ "id": 1, "anio_nacimiento": 9_000_000_000_i64 })), beyond("birth_year"));
        let offer = json!({ "id": "1", "porcentaje": 9_000_000_000_i64, "productos": [1] });
        assert_eq!(read("oferta", &offer), beyond("percent"));
    }
}
