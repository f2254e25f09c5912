//! What the shop's feed tells, as rows.

use belgrano_wire::timestamp::UnixMillis;
use jiff::civil::Date;

use super::super::dato::{
    Account, Branch, Business, Category, Funnel, Line, Movement, Offer, Order, Price, Product, Review,
};
use super::{Row, Unreadable, amount, day, id, money};
use crate::lake::rows::Value;
use crate::lake::tables as t;

/// The currency of our own sources.
const CURRENCY: &str = "ARS";
/// Where the marketplace is.
const COUNTRY: &str = "Argentina";
const CITY: &str = "Buenos Aires";

impl Row<'_> {
    pub(super) fn business(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Business>()?;
        let key = self.change.key.to_string();
        self.add(&t::BUSINESSES, &[(&key).into(), (&it.name).into(), it.active.into(), gone.into()])
    }

    pub(super) fn branch(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Branch>()?;
        let key = self.change.key.to_string();
        self.add(
            &t::BRANCHES,
            &[(&key).into(), id(it.business_id.as_ref()), (&it.name).into(), it.active.into(), gone.into()],
        )
    }

    pub(super) fn category(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Category>()?;
        let key = self.change.key.to_string();
        self.add(&t::PRODUCT_CATEGORIES, &[(&key).into(), (&it.name).into(), gone.into()])
    }

    pub(super) fn product(self) -> Result<(), Unreadable> {
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
        self.add(&t::PRODUCTS, &values)
    }

    pub(super) fn offer(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Offer>()?;
        let key = self.change.key.to_string();
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
        self.examine(&t::OFFERS, &values)?;
        for product in &it.products {
            self.fresh.rows(&t::OFFER_PRODUCTS).push(self.origin, &[(&key).into(), (&product.0).into()]);
        }
        self.add(&t::OFFERS, &values)
    }

    pub(super) fn account(self) -> Result<(), Unreadable> {
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
        self.examine(&t::CUSTOMERS, &values)?;
        self.fresh.rows(&t::PERSONS).push(self.origin, &person);
        self.add(&t::CUSTOMERS, &values)
    }

    pub(super) fn order(self) -> Result<(), Unreadable> {
        let (it, gone) = self.read::<Order>()?;
        let key = self.change.key.to_string();
        let on = day(it.created);
        if it.lines.iter().any(|line| line.cost.is_some_and(|cost| !amount(cost).times(line.quantity).is_possible())) {
            return Err(self.unreadable("unit_cost is beyond what is possible".to_owned()));
        }
        let lines: Vec<_> = it.lines.iter().map(|line| line_of(&key, on, line)).collect();
        for line in &lines {
            self.examine(&t::ORDER_ITEMS, line)?;
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
        self.examine(&t::ORDERS, &values)?;
        for line in &lines {
            self.fresh.rows(&t::ORDER_ITEMS).push(self.origin, line);
        }
        self.add(&t::ORDERS, &values)
    }

    pub(super) fn movement(self) -> Result<(), Unreadable> {
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
        self.add(&t::STOCK_MOVEMENTS, &values)
    }

    pub(super) fn price(self) -> Result<(), Unreadable> {
        let (it, _) = self.read::<Price>()?;
        let key = self.change.key.to_string();
        let (price, list, cost) = (money(it.price), money(it.list_price), money(it.cost));
        self.add(
            &t::PRICES,
            &[(&key).into(), id(it.product_id.as_ref()), price, list, cost, it.at.into(), day(it.at).into()],
        )
    }

    pub(super) fn review(self) -> Result<(), Unreadable> {
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
        self.add(&t::REVIEWS, &values)
    }

    pub(super) fn funnel(self) -> Result<(), Unreadable> {
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
        self.add(&t::FUNNEL, &values)
    }
}

fn line_of<'a>(key: &'a String, on: Option<Date>, line: &'a Line) -> [Value<'a>; 15] {
    let (amount, none) = (line.price.map(|price| amount(price).times(line.quantity)), Value::Text(None));
    [
        key.into(),
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
    ]
}
