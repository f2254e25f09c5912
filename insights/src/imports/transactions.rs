//! The table `transactions` of Global Ecommerce Analytics: one purchase of one product on each row.

use std::collections::HashMap;

use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::form::{Form, Reader, RefusedRow};
use crate::ingest::Fresh;
use crate::lake::column::WHOLE_LIMIT;
use crate::lake::rows::{Amount, Origin, Value};
use crate::lake::tables;

/// Reads it.
pub(super) struct Transactions {
    zone: Zone,
    customers: HashMap<String, (UnixMillis, Date, String)>,
    products: HashMap<String, Product>,
}

#[derive(Clone)]
struct Product {
    at: UnixMillis,
    name: String,
    category: String,
    price: Amount,
    cost: Option<Amount>,
}

impl Transactions {
    pub(super) fn new() -> Self {
        Self { zone: Form::Transactions.zone(), customers: HashMap::new(), products: HashMap::new() }
    }

    /// An instant with an offset, or a day or time on a clock on the wall.
    fn moment(&self, text: &str) -> Option<(UnixMillis, DateTime)> {
        if let Ok(at) = text.parse::<Timestamp>() {
            let local = at.to_zoned(self.zone.rules().clone()).datetime();
            return Some((UnixMillis(at.as_millisecond()), local));
        }
        let text = text.replacen(' ', "T", 1);
        let local =
            text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)))?;
        Some((UnixMillis(self.zone.rules().to_timestamp(local).ok()?.as_millisecond()), local))
    }
}

/// A row, read.
struct Row<'a> {
    id: &'a str,
    date: &'a str,
    customer: &'a str,
    product: &'a str,
    quantity: i64,
    price: Amount,
    /// After the discount.
    paid: Amount,
    cost: Option<Amount>,
    discount: Option<Amount>,
    country: &'a str,
    region: &'a str,
    city: &'a str,
    name: &'a str,
    category: &'a str,
    subcategory: &'a str,
    payment: &'a str,
    device: &'a str,
    traffic: &'a str,
    currency: &'a str,
}

impl<'a> Row<'a> {
    fn read(values: &[&'a str]) -> Result<Self, RefusedRow> {
        let &[
            id,
            date,
            customer,
            product,
            quantity,
            price,
            country,
            region,
            city,
            name,
            category,
            subcategory,
            discount,
            payment,
            device,
            traffic,
            currency,
            cost,
            total,
        ] = values
        else {
            return Err(RefusedRow { reason: "columns" });
        };
        if id.is_empty() {
            return Err(RefusedRow { reason: "transaction_id" });
        }
        if product.is_empty() {
            return Err(RefusedRow { reason: "product_id" });
        }
        let quantity: i64 = quantity.parse().map_err(|_| RefusedRow { reason: "quantity" })?;
        let price = amount(price).ok_or(RefusedRow { reason: "unit_price" })?;
        let (plain, cost, discount) = (price.times(quantity), amount(cost), amount(discount));
        let possible =
            [Some(plain), cost.map(|cost| cost.times(quantity))].into_iter().flatten().all(Amount::is_possible);
        if !possible || !(1 - WHOLE_LIMIT..WHOLE_LIMIT).contains(&quantity) {
            return Err(RefusedRow { reason: "quantity" });
        }
        let paid = amount(total).unwrap_or(plain);
        Ok(Self {
            id,
            date,
            customer,
            product,
            quantity,
            price,
            paid,
            cost,
            discount,
            country,
            region,
            city,
            name,
            category,
            subcategory,
            payment,
            device,
            traffic,
            currency,
        })
    }

    fn add_line(&self, local: DateTime, origin: Origin<'_>, fresh: &mut Fresh) {
        let none = Value::Text(None);
        let line = [
            self.id.into(),
            1_i64.into(),
            self.product.into(),
            known(self.name).into(),
            self.quantity.into(),
            self.price.into(),
            self.cost.into(),
            self.paid.into(),
            self.discount.into(),
            known(self.category).into(),
            known(self.subcategory).into(),
            none,
            none,
            false.into(),
            local.date().into(),
        ];
        fresh.rows(&tables::ORDER_ITEMS).push(origin, &line);
    }

    fn add_order(&self, at: UnixMillis, local: DateTime, origin: Origin<'_>, fresh: &mut Fresh) {
        let none = Value::Text(None);
        let order = [
            self.id.into(),
            known(self.customer).into(),
            "entregado".into(),
            (self.quantity < 0).into(),
            at.into(),
            local.date().into(),
            i64::from(local.hour()).into(),
            self.paid.into(),
            known(self.currency).into(),
            known(self.payment).into(),
            known(self.country).into(),
            known(self.region).into(),
            known(self.city).into(),
            none,
            Value::Real(None),
            Value::Real(None),
            none,
            none,
            known(self.device).into(),
            known(self.traffic).into(),
            Value::Instant(None),
            Value::Instant(None),
            false.into(),
        ];
        fresh.rows(&tables::ORDERS).push(origin, &order);
    }
}

/// A text, if there is any.
fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

impl Reader for Transactions {
    fn columns(&self) -> &'static [&'static str] {
        &[
            "transaction_id",
            "date",
            "customer_id",
            "product_id",
            "quantity",
            "unit_price",
            "country",
            "region",
            "city",
            "product_name",
            "category",
            "subcategory",
            "discount_applied",
            "payment_method",
            "device_type",
            "traffic_source",
            "currency",
            "cost_price",
            "total_amount",
        ]
    }

    fn take(&mut self, values: &[&str], origin: Origin<'_>, fresh: &mut Fresh) -> Result<(), RefusedRow> {
        let row = Row::read(values)?;
        let (at, local) = self.moment(row.date).ok_or(RefusedRow { reason: "date" })?;
        row.add_line(local, origin, fresh);
        row.add_order(at, local, origin, fresh);
        if let Some(customer) = known(row.customer) {
            let first = (at, local.date(), row.country.to_owned());
            let known = self.customers.entry(customer.to_owned()).or_insert_with(|| first.clone());
            if at < known.0 {
                *known = first;
            }
        }
        let (name, category) = (row.name.to_owned(), row.category.to_owned());
        let latest = Product { at, name, category, price: row.price, cost: row.cost };
        let kept = self.products.entry(row.product.to_owned()).or_insert_with(|| Product { ..latest.clone() });
        if kept.at <= at {
            *kept = latest;
        }
        Ok(())
    }

    fn finish(&mut self, origin: Origin<'_>, fresh: &mut Fresh) {
        let (none, whole) = (Value::Text(None), Value::Whole(None));
        for (id, (at, on, country)) in std::mem::take(&mut self.customers) {
            let row = [
                (&id).into(),
                "cliente".into(),
                none,
                at.into(),
                on.into(),
                whole,
                none,
                none,
                none,
                none,
                known(&country).into(),
                true.into(),
                none,
                false.into(),
            ];
            fresh.rows(&tables::CUSTOMERS).push(origin, &row);
        }
        for (id, product) in std::mem::take(&mut self.products) {
            let row = [
                (&id).into(),
                known(&product.name).into(),
                none,
                none,
                known(&product.category).into(),
                none,
                product.price.into(),
                Value::Money(None),
                product.cost.into(),
                whole,
                whole,
                whole,
                true.into(),
                false.into(),
                false.into(),
            ];
            fresh.rows(&tables::PRODUCTS).push(origin, &row);
        }
    }
}

fn amount(text: &str) -> Option<Amount> {
    let value: f64 = text.parse().ok()?;
    let units = (value * 10_000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "bounded right here")]
    (units.abs() < 1e15).then_some(Amount(units as i64))
}

#[cfg(test)]
mod tests {
    use super::Row;

    fn refused(quantity: &str, price: &str, cost: &str) -> Option<&'static str> {
        let mut values = [""; 19];
        values[..6].copy_from_slice(&["1", "2026-11-21", "7", "3", quantity, price]);
        values[17] = cost;
        Row::read(&values).err().map(|refused| refused.reason)
    }

    #[test]
    fn a_quantity_that_sums_cannot_bear_is_refused() {
        assert_eq!(refused("999999999", "0.01", ""), None);
        for (quantity, price, cost) in [
            ("1000000000", "0", ""),
            ("-9223372036854775808", "1", ""),
            ("9223372036854775807", "1", ""),
            ("999999999", "5000", ""),
            ("999999999", "1", "5000"),
        ] {
            assert_eq!(refused(quantity, price, cost), Some("quantity"), "{quantity} at {price}, cost {cost}");
        }
    }
}
