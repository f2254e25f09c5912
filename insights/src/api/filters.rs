//! The filters that every question takes, and the SQL they become: conditions over `gold_sales` and values for them.

use std::fmt::Write as _;

use belgrano_shared::problem::{FieldError, Problem};
use belgrano_shared::texts::Message;
use datafusion::common::ScalarValue;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::blank;
use super::days::{Compare, Days};
use super::sums::{Cube, Sums};
use crate::ingest::OWN;

/// What a question is narrowed to; what is left out narrows nothing.
#[derive(Clone, Debug, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filters {
    /// First day, `YYYY-MM-DD`, in the zone of the source.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) start_date: Option<String>,
    /// Last day.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) end_date: Option<String>,
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) country: Option<String>,
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) region: Option<String>,
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) city: Option<String>,
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) barrio: Option<String>,
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) category: Option<String>,
    /// Business of the marketplace.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) negocio: Option<String>,
    /// Branch of a business.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) sucursal: Option<String>,
    /// Segment of the customer, of TechStore's six or of the eleven.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) segment: Option<String>,
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) payment_method: Option<String>,
    /// Class of device: `movil`, `tablet`, `escritorio`, `otro`.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) device: Option<String>,
    /// Where the visit came from.
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) source: Option<String>,
    /// Price of a line's article, at least.
    #[serde(default, deserialize_with = "blank::number")]
    pub(super) min_price: Option<f64>,
    /// Price of a line's article, at most.
    #[serde(default, deserialize_with = "blank::number")]
    pub(super) max_price: Option<f64>,
    /// `net` (after cancellations and returns) or `gross` (before both).
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) sales: Option<String>,
    /// What the days are compared with: `before` (as many right before), `month` or `year` (the same days of the one before).
    #[serde(default, deserialize_with = "blank::text")]
    pub(super) compare: Option<String>,
    /// Which source of data; our own when it is left out.
    #[serde(default, deserialize_with = "blank::text")]
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
    /// Whether it narrows to some customers.
    pub(crate) by_customer: bool,
    pub(super) conditions: Vec<(&'static str, ScalarValue)>,
}

/// The columns that a filter compares, and whether lines of one order may differ in them.
const EQUAL: [(&str, &str); 9] = [
    ("country", "s.country = "),
    ("region", "s.region = "),
    ("city", "s.city = "),
    ("barrio", "s.barrio = "),
    ("payment_method", "s.payment_method = "),
    ("device", "s.device = "),
    ("source", "s.traffic_source = "),
    ("category", "s.category = "),
    ("negocio", "s.business = "),
];

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
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let compare = Compare::read(self.compare.as_deref())?;
        let by_customer = self.segment.is_some();
        let within_orders = [&self.category, &self.negocio, &self.sucursal].iter().any(|text| text.is_some())
            || self.min_price.is_some()
            || self.max_price.is_some();
        let conditions = self.conditions();
        let source = self.fuente.unwrap_or_else(|| OWN.to_owned());
        Ok(Narrowed { source, from, to, compare, gross, within_orders, by_customer, conditions })
    }

    /// All that is known of a source.
    pub(crate) fn of_source(source: &str) -> Self {
        Self { fuente: Some(source.to_owned()), ..Self::default() }
    }

    /// The country that is asked about.
    pub(crate) fn country(&self) -> Option<&String> {
        self.country.as_ref()
    }

    /// The category that is asked about.
    pub(crate) fn category(&self) -> Option<&String> {
        self.category.as_ref()
    }

    fn conditions(&self) -> Vec<(&'static str, ScalarValue)> {
        let texts = [
            &self.country,
            &self.region,
            &self.city,
            &self.barrio,
            &self.payment_method,
            &self.device,
            &self.source,
            &self.category,
            &self.negocio,
        ];
        let equal = EQUAL.iter().zip(texts).filter_map(|((_, sql), text)| Some((*sql, text.clone()?)));
        let equal = equal.chain(self.sucursal.clone().map(|branch| ("s.branch = ", branch)));
        let mut conditions: Vec<_> = equal.map(|(sql, text)| (sql, ScalarValue::Utf8(Some(text)))).collect();
        conditions.extend(self.min_price.map(|price| ("CAST(s.unit_price AS DOUBLE) >= ", price.into())));
        conditions.extend(self.max_price.map(|price| ("CAST(s.unit_price AS DOUBLE) <= ", price.into())));
        if let Some(segment) = &self.segment {
            conditions.push((SEGMENT, ScalarValue::Utf8(Some(segment.clone()))));
        }
        conditions
    }
}

/// Told apart from a comparison: who is of a segment is in another table.
const SEGMENT: &str = "segment";

impl Narrowed {
    /// Whether it narrows nothing but the source.
    pub(super) fn is_whole(&self) -> bool {
        self.conditions.is_empty() && self.from.is_none() && self.to.is_none()
    }

    /// The same where orders have to be counted one by one, because lines of an order stand apart.
    pub(crate) fn by_line(self) -> Self {
        Self { within_orders: true, ..self }
    }

    /// The condition over lines or a cube of them, called `s`, of some days, with its values from `$1` on.
    pub(crate) fn sales(&self, days: Option<Days>) -> (String, Vec<ScalarValue>) {
        let mut sql = "s.source = $1".to_owned();
        let mut values = vec![ScalarValue::Utf8(Some(self.source.clone()))];
        for (condition, value) in &self.conditions {
            values.push(value.clone());
            let place = values.len();
            let _ = if *condition == SEGMENT {
                write!(
                    sql,
                    " AND s.customer_id IN (SELECT c.customer_id FROM gold_customer_analytics c WHERE c.source = $1 \
                     AND (c.customer_segment = ${place} OR c.rfm_segment = ${place}))"
                )
            } else {
                write!(sql, " AND {condition}${place}")
            };
        }
        let (from, to) = days.map_or((self.from, self.to), |days| (Some(days.from), Some(days.to)));
        // A date is digits and dashes: it may stand in the text, where the engine finds the months it needs.
        let _ = from.map(|day| write!(sql, " AND s.ordered_on >= DATE '{day}'"));
        let _ = to.map(|day| write!(sql, " AND s.ordered_on <= DATE '{day}'"));
        (sql, values)
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
        let has = |cube: &&Cube| self.conditions.iter().all(|(condition, _)| cube.by.contains(condition));
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

/// Of an SQL sum: a number with two decimals, or none.
pub(crate) fn money(sum: &str) -> String {
    format!("CAST(CAST({sum} AS DECIMAL(38, 2)) AS DOUBLE)")
}

#[cfg(test)]
mod tests {
    use super::Filters;

    #[test]
    fn a_value_never_becomes_part_of_the_text() {
        let filters = Filters { category: Some("x' OR 1=1 --".to_owned()), ..Filters::default() };
        let (sql, values) = filters.check().expect("good filters").sales(None);
        assert!(sql.ends_with("s.category = $2"), "{sql}");
        assert_eq!(values.len(), 2);
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
