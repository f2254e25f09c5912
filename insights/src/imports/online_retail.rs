//! The UCI Online Retail set: a line for each article of an invoice. An invoice whose number begins with C cancels.

use std::collections::{BTreeMap, HashMap};

use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::Zone;
use jiff::civil::{Date, DateTime};

use super::form::{Form, Reader, RefusedRow};
use crate::ingest::Fresh;
use crate::lake::column::WHOLE_LIMIT;
use crate::lake::rows::{Amount, Origin, Value};
use crate::lake::tables;

/// Postage, fees and corrections: money, but no article.
const FEES: [&str; 12] = ["POST", "DOT", "M", "m", "BANK CHARGES", "AMAZONFEE", "C2", "D", "S", "PADS", "CRUK", "B"];
const CURRENCY: &str = "GBP";

struct Order {
    customer: Option<String>,
    at: UnixMillis,
    on: Date,
    hour: i8,
    country: String,
    lines: i64,
    total: i64,
}

struct Customer {
    first_at: UnixMillis,
    first_on: Date,
    country: String,
}

/// Reads it.
pub(super) struct OnlineRetail {
    zone: Zone,
    /// By number, and by the instant: the set gives one number to two instants now and then.
    orders: BTreeMap<String, Order>,
    customers: HashMap<String, Customer>,
    products: HashMap<String, (UnixMillis, String, Amount)>,
}

impl OnlineRetail {
    pub(super) fn new() -> Self {
        let zone = Form::OnlineRetail.zone();
        Self { zone, orders: BTreeMap::new(), customers: HashMap::new(), products: HashMap::new() }
    }
}

impl Reader for OnlineRetail {
    fn columns(&self) -> &'static [&'static str] {
        &["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    }

    fn take(&mut self, values: &[&str], origin: Origin<'_>, fresh: &mut Fresh) -> Result<(), RefusedRow> {
        let [invoice, code, description, quantity, date, price, customer, country] = values else {
            return Err(RefusedRow { reason: "columns" });
        };
        if invoice.is_empty() {
            return Err(RefusedRow { reason: "InvoiceNo" });
        }
        if code.is_empty() {
            return Err(RefusedRow { reason: "StockCode" });
        }
        let quantity = whole(quantity).ok_or(RefusedRow { reason: "Quantity" })?;
        let price = amount(price).ok_or(RefusedRow { reason: "UnitPrice" })?;
        let local = instant(date).ok_or(RefusedRow { reason: "InvoiceDate" })?;
        let at = self.zone.rules().to_timestamp(local).map_err(|_| RefusedRow { reason: "InvoiceDate" })?;
        let (at, on) = (UnixMillis(at.as_millisecond()), local.date());
        let customer = customer_id(customer);
        let amount = price.times(quantity);
        if !amount.is_possible() {
            return Err(RefusedRow { reason: "Quantity" });
        }

        let order = self.orders.entry((*invoice).to_owned()).or_insert_with(|| Order {
            customer: customer.clone(),
            at,
            on,
            hour: local.hour(),
            country: (*country).to_owned(),
            lines: 0,
            total: 0,
        });
        order.lines += 1;
        order.total = order.total.saturating_add(amount.0);
        let fee = FEES.contains(code);
        let none = Value::Text(None);
        let line = [
            (*invoice).into(),
            order.lines.into(),
            (*code).into(),
            Value::Text(Some(*description).filter(|text| !text.is_empty())),
            quantity.into(),
            price.into(),
            Value::Money(None),
            amount.into(),
            Value::Money(None),
            none,
            none,
            none,
            none,
            fee.into(),
            order.on.into(),
        ];
        fresh.rows(&tables::ORDER_ITEMS).push(origin, &line);
        if let Some(id) = customer {
            let first = Customer { first_at: at, first_on: on, country: (*country).to_owned() };
            let known = self.customers.entry(id).or_insert_with(|| Customer { ..first });
            if at < known.first_at {
                known.first_at = at;
                known.first_on = on;
            }
        }
        if !fee && quantity > 0 && price.0 > 0 && !description.is_empty() {
            let known = self.products.entry((*code).to_owned()).or_insert((at, (*description).to_owned(), price));
            if at >= known.0 {
                *known = (at, (*description).to_owned(), price);
            }
        }
        Ok(())
    }

    fn finish(&mut self, origin: Origin<'_>, fresh: &mut Fresh) {
        for (number, order) in std::mem::take(&mut self.orders) {
            let none = Value::Text(None);
            let row = [
                (&number).into(),
                (&order.customer).into(),
                "entregado".into(),
                number.starts_with('C').into(),
                order.at.into(),
                order.on.into(),
                i64::from(order.hour).into(),
                Some(Amount(order.total)).filter(|total| total.is_possible()).into(),
                CURRENCY.into(),
                none,
                (&order.country).into(),
            ];
            fresh.rows(&tables::ORDERS).push(origin, &pad(&row, tables::ORDERS.columns.len()));
        }
        for (id, customer) in std::mem::take(&mut self.customers) {
            let none = Value::Text(None);
            let row = [
                (&id).into(),
                "cliente".into(),
                none,
                customer.first_at.into(),
                customer.first_on.into(),
                Value::Whole(None),
                none,
                none,
                none,
                none,
                (&customer.country).into(),
                true.into(),
                none,
                false.into(),
            ];
            fresh.rows(&tables::CUSTOMERS).push(origin, &row);
        }
        for (code, (_, name, price)) in std::mem::take(&mut self.products) {
            let none = Value::Text(None);
            let whole = Value::Whole(None);
            let row = [
                (&code).into(),
                (&name).into(),
                none,
                none,
                none,
                none,
                price.into(),
                Value::Money(None),
                Value::Money(None),
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

/// The values, then nulls up to the last column, which says that the row is not deleted.
fn pad<'a>(values: &[Value<'a>], columns: usize) -> Vec<Value<'a>> {
    let nulls = [
        Value::Text(None),
        Value::Text(None),
        Value::Text(None),
        Value::Real(None),
        Value::Real(None),
        Value::Text(None),
        Value::Text(None),
        Value::Text(None),
        Value::Text(None),
        Value::Instant(None),
        Value::Instant(None),
    ];
    let mut row = values.to_vec();
    row.extend(nulls.into_iter().take(columns.saturating_sub(values.len() + 1)));
    row.push(false.into());
    row
}

fn whole(text: &str) -> Option<i64> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok().filter(|number| (1 - WHOLE_LIMIT..WHOLE_LIMIT).contains(number))
}

/// An amount with up to four decimals; more are rounded.
fn amount(text: &str) -> Option<Amount> {
    let value: f64 = text.parse().ok()?;
    let units = (value * 10_000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "bounded right here")]
    (units.abs() < 1e15).then_some(Amount(units as i64))
}

/// `2010-12-01 08:26:00`, or `12/1/2010 8:26` as the set is spread too.
fn instant(text: &str) -> Option<DateTime> {
    let iso = text.replacen(' ', "T", 1).parse().ok();
    iso.or_else(|| DateTime::strptime("%m/%d/%Y %H:%M", text).ok())
}

/// `17850.0` is 17850; none is none.
fn customer_id(text: &str) -> Option<String> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Amount, amount, customer_id, instant, whole};

    #[test]
    fn values_are_read_as_the_set_writes_them() {
        assert_eq!(whole("-12"), Some(-12));
        assert_eq!(whole("seis"), None);
        assert_eq!(amount("2.55"), Some(Amount(25_500)));
        assert_eq!(amount("NaN"), None);
        assert_eq!(instant("2010-12-01 08:26:00"), Some(date(2010, 12, 1).at(8, 26, 0, 0)));
        assert_eq!(instant("12/1/2010 8:26"), Some(date(2010, 12, 1).at(8, 26, 0, 0)));
        assert_eq!(customer_id("17850.0"), Some("17850".to_owned()));
        assert_eq!(customer_id(""), None);
    }
}
