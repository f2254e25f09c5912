//! The filters that every question takes, and the SQL they become: conditions over `gold_sales` and values for them.
//!
//! A filter may have several values, by naming its parameter several times: whatever has one of them is meant. A comma is a part of a
//! value, as in `Korea, Republic of`.

use std::fmt::Write as _;

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::texts::Message;
use datafusion::common::ScalarValue;
use jiff::civil::Date;
use utoipa::{IntoParams, ToSchema};

use super::by::{By, Condition};
use super::days::{Compare, Days};
use super::sums::{Cube, Sums};
use crate::ingest::OWN;

/// Values that one filter may have.
pub(crate) const MOST_VALUES: usize = 100;

/// What a question is narrowed to; what is left out narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filters {
    /// First day, `YYYY-MM-DD`, in the zone of the source.
    pub(super) start_date: Option<String>,
    /// Last day.
    pub(super) end_date: Option<String>,
    /// One or several, up to 100 by naming the parameter again, as every filter that is a list.
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) country: Vec<String>,
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) region: Vec<String>,
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) city: Vec<String>,
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) barrio: Vec<String>,
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) category: Vec<String>,
    /// Business of the marketplace.
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) negocio: Vec<String>,
    /// Branch of a business.
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) sucursal: Vec<String>,
    /// Segment of the customer, of TechStore's six or of the eleven.
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) segment: Vec<String>,
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) payment_method: Vec<String>,
    /// Class of device: `movil`, `tablet`, `escritorio`, `otro`.
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) device: Vec<String>,
    /// Where the visit came from.
    #[param(required = false)]
    #[schema(required = false)]
    pub(super) source: Vec<String>,
    /// Price of a line's article, at least.
    pub(super) min_price: Option<f64>,
    /// Price of a line's article, at most.
    pub(super) max_price: Option<f64>,
    /// `net` (after cancellations and returns) or `gross` (before both).
    pub(super) sales: Option<String>,
    /// What the days are compared with: `before` (as many right before), `month` or `year` (the same days of the one before).
    pub(super) compare: Option<String>,
    /// Which source of data; our own when it is left out.
    pub(super) fuente: Option<String>,
}

/// A question's filters, checked.
#[derive(Clone, Debug)]
pub(crate) struct Narrowed {
    /// Which source.
    pub(crate) source: String,
    /// From which day on.
    pub(crate) from: Option<Date>,
    /// Until which day.
    pub(crate) to: Option<Date>,
    /// What these days are compared with.
    pub(crate) compare: Compare,
    /// Before cancellations and returns.
    pub(crate) gross: bool,
    /// Whether it narrows to some articles or customers, so that orders have to be counted one by one.
    pub(crate) within_orders: bool,
    pub(super) conditions: Vec<Condition>,
}

impl Filters {
    /// Checks them. What is wrong is named.
    pub(crate) fn check(self) -> Result<Narrowed, Problem> {
        let mut errors = Vec::new();
        let mut day = |name: &'static str, text: Option<&String>| {
            let text = text?;
            let day = text.parse::<Date>().ok();
            if day.is_none() {
                errors.push(FieldError::new(name, Message::new("error-insights-day")));
            }
            day
        };
        let (from, to) = (day("start_date", self.start_date.as_ref()), day("end_date", self.end_date.as_ref()));
        if let (Some(first), Some(last)) = (from, to)
            && first > last
        {
            errors.push(FieldError::new("end_date", Message::new("error-insights-order")));
        }
        let gross = match self.sales.as_deref() {
            None | Some("net") => false,
            Some("gross") => true,
            Some(_) => {
                errors.push(FieldError::new("sales", Message::new("error-insights-sales")));
                false
            }
        };
        for (name, price) in [("min_price", self.min_price), ("max_price", self.max_price)] {
            if price.is_some_and(|price| !price.is_finite() || price < 0.0) {
                errors.push(FieldError::new(name, Message::new("error-insights-price")));
            }
        }
        for (name, _, values) in self.several() {
            if values.len() > MOST_VALUES {
                errors.push(FieldError::new(name, Message::new("error-insights-values").with("most", MOST_VALUES)));
            }
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let compare = Compare::read(self.compare.as_deref())?;
        let conditions = self.conditions();
        let within_orders = conditions.iter().any(|condition| condition.by.parts_orders());
        let source = self.fuente.unwrap_or_else(|| OWN.to_owned());
        Ok(Narrowed { source, from, to, compare, gross, within_orders, conditions })
    }

    /// All that is known of a source.
    pub(crate) fn of_source(source: &str) -> Self {
        Self { fuente: Some(source.to_owned()), ..Self::default() }
    }

    /// The filters that may have several values: the names of their parameters, and what they narrow by.
    pub(super) fn several(&self) -> [(&'static str, By, &Vec<String>); 11] {
        [
            ("country", By::Country, &self.country),
            ("region", By::Region, &self.region),
            ("city", By::City, &self.city),
            ("barrio", By::Barrio, &self.barrio),
            ("category", By::Category, &self.category),
            ("negocio", By::Business, &self.negocio),
            ("sucursal", By::Branch, &self.sucursal),
            ("segment", By::Segment, &self.segment),
            ("payment_method", By::Payment, &self.payment_method),
            ("device", By::Device, &self.device),
            ("source", By::Origin, &self.source),
        ]
    }

    fn conditions(&self) -> Vec<Condition> {
        let several = self.several().into_iter();
        let mut conditions: Vec<_> =
            several.filter_map(|(_, by, values)| Condition::one_of(by, values.clone())).collect();
        conditions.extend(self.min_price.map(|price| Condition::bound(By::LeastPrice, price)));
        conditions.extend(self.max_price.map(|price| Condition::bound(By::MostPrice, price)));
        conditions
    }
}

impl Narrowed {
    /// Whether it narrows nothing but the source.
    pub(super) fn is_whole(&self) -> bool {
        self.conditions.is_empty() && self.from.is_none() && self.to.is_none()
    }

    /// The same where orders have to be counted one by one, because lines of an order stand apart.
    pub(crate) fn by_line(self) -> Self {
        Self { within_orders: true, ..self }
    }

    /// What it is narrowed to by `by`, if it is.
    pub(super) fn only(&self, by: By) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.by == by)
    }

    /// The condition over lines or a cube of them, called `s`, of some days, with its values from `$1` on.
    pub(crate) fn sales(&self, days: Option<Days>) -> (String, Vec<ScalarValue>) {
        let mut values = vec![ScalarValue::Utf8(Some(self.source.clone()))];
        (self.lines(days, &mut values), values)
    }

    /// The same beside other conditions, whose `values` begin with the source.
    pub(super) fn lines(&self, days: Option<Days>, values: &mut Vec<ScalarValue>) -> String {
        let mut sql = "s.source = $1".to_owned();
        for condition in &self.conditions {
            let condition = condition.over_lines(values);
            let _ = write!(sql, " AND {condition}");
        }
        let (from, to) = days.map_or((self.from, self.to), |days| (Some(days.from), Some(days.to)));
        // A date is digits and dashes: it may stand in the text, where the engine finds the months it needs.
        let _ = from.map(|day| write!(sql, " AND s.ordered_on >= DATE '{day}'"));
        let _ = to.map(|day| write!(sql, " AND s.ordered_on <= DATE '{day}'"));
        sql
    }

    /// The amount of a line: net or gross.
    pub(crate) fn amount(&self) -> &'static str {
        if self.gross { "s.gross" } else { "s.net" }
    }

    /// Pieces of a line.
    pub(crate) fn units(&self) -> &'static str {
        if self.gross { "s.gross_units" } else { "s.net_units" }
    }

    /// Lines of whoever bought: one at least of each order, net of those that voids left something of.
    pub(crate) fn bought(&self) -> &'static str {
        match (self.gross, self.within_orders) {
            (true, true) => "s.kind = 'sale'",
            (true, false) => "s.gross_orders = 1",
            (false, true) => "s.kind = 'sale' AND NOT s.voided",
            (false, false) => "s.net_orders = 1",
        }
    }

    /// Where the sums of a question stand: in the first of `cubes` that tells apart what it narrows to, else in the lines.
    pub(super) fn sums(&self, cubes: &'static [Cube]) -> Sums {
        let has = |cube: &&Cube| self.conditions.iter().all(|condition| cube.by.contains(&condition.by));
        let cube = cubes.iter().find(has).map(|cube| cube.table);
        Sums { cube, gross: self.gross, within_orders: self.within_orders }
    }

    /// The same for a question about profit as well, of which cubes have only the net one.
    pub(super) fn sums_with_profit(&self, cubes: &'static [Cube]) -> Sums {
        self.sums(if self.gross { &[] } else { cubes })
    }
}

/// A number within a range, or a refusal that names it.
pub(crate) fn within(
    name: &'static str,
    value: Option<i64>,
    otherwise: i64,
    range: std::ops::RangeInclusive<i64>,
) -> Result<i64, Problem> {
    let value = value.unwrap_or(otherwise);
    if range.contains(&value) {
        return Ok(value);
    }
    let message = Message::new("error-insights-range").with("from", *range.start()).with("to", *range.end());
    Err(Problem::invalid_field(name, message))
}

/// A number with a fraction that has to lie within a range, or a refusal that names it.
pub(super) fn share(
    name: &'static str,
    value: Option<f64>,
    otherwise: f64,
    from: f64,
    to: f64,
) -> Result<f64, Problem> {
    let value = value.unwrap_or(otherwise);
    if (from..=to).contains(&value) {
        return Ok(value);
    }
    let message = Message::new("error-insights-range").with("from", from.to_string()).with("to", to.to_string());
    Err(Problem::invalid_field(name, message))
}

/// Of an SQL sum: a number with two decimals, or none.
pub(crate) fn money(sum: &str) -> String {
    format!("CAST(CAST({sum} AS DECIMAL(38, 2)) AS DOUBLE)")
}

#[cfg(test)]
mod tests {
    use super::Filters;

    #[test]
    fn a_value_never_becomes_part_of_the_text() {
        let filters = Filters { category: vec!["x' OR 1=1 --".to_owned()], ..Filters::default() };
        let (sql, values) = filters.check().expect("good filters").sales(None);
        assert!(sql.ends_with("s.category = $2"), "{sql}");
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn several_values_are_one_of_them_whatever_their_order() {
        let asked = |values: &[&str]| {
            let country = values.iter().map(|value| (*value).to_owned()).collect();
            Filters { country, ..Filters::default() }.check().expect("good filters").sales(None)
        };
        let (sql, values) = asked(&["UK", "Korea, Republic of", "UK"]);
        assert!(sql.ends_with("s.country IN ($2, $3)"), "{sql}");
        assert_eq!((&sql, &values), (&asked(&["Korea, Republic of", "UK"]).0, &asked(&["Korea, Republic of", "UK"]).1));
        assert!(asked(&["UK"]).0.ends_with("s.country = $2"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let filters = Filters {
            start_date: Some("ayer".to_owned()),
            sales: Some("all".to_owned()),
            min_price: Some(-1.0),
            ..Filters::default()
        };
        let problem = filters.check().expect_err("a refusal");
        let named: Vec<_> = problem.errors().iter().map(|error| error.field.clone()).collect();
        assert_eq!(named, ["start_date", "sales", "min_price"]);
    }
}
