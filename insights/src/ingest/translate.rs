//! From a change of the feed to rows of the lake's tables.
//!
//! A change that cannot be read becomes no row; the caller keeps it with the reason. Rows of one change carry its `seq`.

use belgrano_shared::money::Money;
use belgrano_shared::timestamp::UnixMillis;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::dato::{
    Account, Branch, Business, Category, Driver, Funnel, Id, Movement, Offer, Order, Price, Product, Review, Step,
    Ticket,
};
use super::fresh::Fresh;
use crate::lake::rows::{Amount, Origin, Value};
use crate::lake::tables as t;

/// The currency of our own sources.
const CURRENCY: &str = "ARS";
/// Where the marketplace is.
const COUNTRY: &str = "Argentina";
const CITY: &str = "Buenos Aires";

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

    fn business(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Business>()?;
        let key = self.change.key.to_string();
        self.add(&t::BUSINESSES, &[(&key).into(), (&it.name).into(), it.active.into(), gone.into()]);
        Ok(())
    }

    fn branch(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Branch>()?;
        let key = self.change.key.to_string();
        self.add(
            &t::BRANCHES,
            &[(&key).into(), id(it.business_id.as_ref()), (&it.name).into(), it.active.into(), gone.into()],
        );
        Ok(())
    }

    fn category(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Category>()?;
        let key = self.change.key.to_string();
        self.add(&t::PRODUCT_CATEGORIES, &[(&key).into(), (&it.name).into(), gone.into()]);
        Ok(())
    }

    fn product(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Product>()?;
        let key = self.change.key.to_string();
        let none = Value::Text(None);
        let values = [
            (&key).into(),
            (&it.name).into(),
            id(it.business_id.as_ref()),
            id(it.category_id.as_ref()),
            none,
            none,
            money(it.price),
            money(it.list_price),
            money(it.cost),
            it.stock.into(),
            it.reorder_point.into(),
            it.lead_days.into(),
            it.active.into(),
            it.featured.into(),
            gone.into(),
        ];
        self.add(&t::PRODUCTS, &values);
        Ok(())
    }

    fn offer(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Offer>()?;
        let key = self.change.key.to_string();
        for product in &it.products {
            self.fresh.rows(&t::OFFER_PRODUCTS).push(self.origin, &[(&key).into(), (&product.0).into()]);
        }
        let values = [
            (&key).into(),
            id(it.business_id.as_ref()),
            (&it.title).into(),
            it.percent.into(),
            it.starts.into(),
            it.ends.into(),
            day(it.starts).into(),
            day(it.ends).into(),
            gone.into(),
        ];
        self.add(&t::OFFERS, &values);
        Ok(())
    }

    fn account(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Account>()?;
        let key = self.change.key.to_string();
        let person = [
            (&key).into(),
            (&it.first_name).into(),
            (&it.last_name).into(),
            (&it.email).into(),
            (&it.phone).into(),
            (&it.address).into(),
            gone.into(),
        ];
        self.fresh.rows(&t::PERSONS).push(self.origin, &person);
        let values = [
            (&key).into(),
            (&it.role).into(),
            (&it.plan).into(),
            it.created.into(),
            day(it.created).into(),
            it.birth_year.into(),
            Value::Text(None),
            (&it.barrio).into(),
            CITY.into(),
            Value::Text(None),
            COUNTRY.into(),
            it.active.into(),
            (&it.firm).into(),
            gone.into(),
        ];
        self.add(&t::CUSTOMERS, &values);
        Ok(())
    }

    fn order(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Order>()?;
        let key = self.change.key.to_string();
        let on = day(it.created);
        for line in &it.lines {
            let amount = line.price.map(|price| Amount(amount(price).0.saturating_mul(line.quantity)));
            let none = Value::Text(None);
            let values = [
                (&key).into(),
                line.position.into(),
                id(line.product_id.as_ref()),
                (&line.name).into(),
                line.quantity.into(),
                money(line.price),
                money(line.cost),
                amount.into(),
                Value::Money(None),
                (&line.category).into(),
                none,
                (&line.business).into(),
                (&line.branch).into(),
                false.into(),
                on.into(),
            ];
            self.fresh.rows(&t::ORDER_ITEMS).push(self.origin, &values);
        }
        let hour = it.created.and_then(UnixMillis::local).map(|local| i64::from(local.hour()));
        let values = [
            (&key).into(),
            id(it.account_id.as_ref()),
            (&it.state).into(),
            false.into(),
            it.created.into(),
            on.into(),
            hour.into(),
            money(it.total),
            CURRENCY.into(),
            (&it.payment_method).into(),
            COUNTRY.into(),
            Value::Text(None),
            CITY.into(),
            (&it.barrio).into(),
            it.lat.into(),
            it.lng.into(),
            (&it.customer_kind).into(),
            (&it.priority).into(),
            (&it.device).into(),
            (&it.origin).into(),
            it.promised.into(),
            it.updated.into(),
            gone.into(),
        ];
        self.add(&t::ORDERS, &values);
        Ok(())
    }

    fn movement(self) -> Result<(), Unreadable> {
        let (it, _) = self.read::<Movement>()?;
        let key = self.change.key.to_string();
        let values = [
            (&key).into(),
            id(it.product_id.as_ref()),
            (&it.kind).into(),
            it.quantity.into(),
            it.stock.into(),
            (&it.reason).into(),
            (&it.actor).into(),
            (&it.order).into(),
            it.at.into(),
            day(it.at).into(),
        ];
        self.add(&t::STOCK_MOVEMENTS, &values);
        Ok(())
    }

    fn price(self) -> Result<(), Unreadable> {
        let (it, _) = self.read::<Price>()?;
        let key = self.change.key.to_string();
        let (price, list, cost) = (money(it.price), money(it.list_price), money(it.cost));
        self.add(
            &t::PRICES,
            &[(&key).into(), id(it.product_id.as_ref()), price, list, cost, it.at.into(), day(it.at).into()],
        );
        Ok(())
    }

    fn review(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Review>()?;
        let key = self.change.key.to_string();
        let values = [
            (&key).into(),
            (&it.order).into(),
            id(it.account_id.as_ref()),
            id(it.product_id.as_ref()),
            it.stars.into(),
            (&it.words).into(),
            it.at.into(),
            day(it.at).into(),
            it.hidden.into(),
            gone.into(),
        ];
        self.add(&t::REVIEWS, &values);
        Ok(())
    }

    fn funnel(self) -> Result<(), Unreadable> {
        let (it, _) = self.read::<Funnel>()?;
        let values = [
            it.hour.into(),
            day(it.hour).into(),
            (&it.device).into(),
            (&it.origin).into(),
            it.home.into(),
            it.product.into(),
            it.cart.into(),
            it.checkout.into(),
            it.orders.into(),
            it.visits.into(),
        ];
        self.add(&t::FUNNEL, &values);
        Ok(())
    }

    fn ticket(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Ticket>()?;
        let key = self.change.key.to_string();
        let values = [
            (&it.id.0).into(),
            (&key).into(),
            (&it.state).into(),
            (&it.priority).into(),
            (&it.customer_kind).into(),
            money(it.total),
            (&it.payment_method).into(),
            (&it.barrio).into(),
            id(it.driver_id.as_ref()),
            (&it.driver_name).into(),
            (&it.reason).into(),
            it.created.into(),
            day(it.created).into(),
            it.recorded.into(),
            it.assigned.into(),
            it.accepted.into(),
            it.departed.into(),
            it.delivered.into(),
            it.failed.into(),
            it.cancelled.into(),
            it.promised.into(),
            it.attempts.into(),
            it.version.into(),
            gone.into(),
        ];
        self.add(&t::TICKETS, &values);
        Ok(())
    }

    fn step(self) -> Result<(), Unreadable> {
        let (it, _) = self.read::<Step>()?;
        let key = self.change.key.to_string();
        let values = [
            (&key).into(),
            (&it.number).into(),
            (&it.kind).into(),
            (&it.action).into(),
            (&it.state).into(),
            (&it.actor).into(),
            id(it.driver_id.as_ref()),
            it.occurred.into(),
            day(it.occurred).into(),
            it.recorded.into(),
            (&it.reason).into(),
        ];
        self.add(&t::STEPS, &values);
        Ok(())
    }

    fn driver(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Driver>()?;
        let key = self.change.key.to_string();
        let values = [
            (&key).into(),
            (&it.name).into(),
            it.active.into(),
            it.capacity.into(),
            (&it.barrio).into(),
            it.on_shift.into(),
            gone.into(),
        ];
        self.add(&t::DRIVERS, &values);
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
