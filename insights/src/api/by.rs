//! What a question can be narrowed by, and the conditions that it becomes: one of several values of a filter, all filters together.

use datafusion::common::ScalarValue;

/// What a question can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Country,
    Region,
    City,
    Barrio,
    Category,
    Business,
    Branch,
    Segment,
    Payment,
    Device,
    Origin,
    /// The price of a line's article, at least.
    LeastPrice,
    /// The same, at most.
    MostPrice,
}

impl By {
    /// The column of a line, called `s`; `None` of what stands in another table or is no column.
    pub(super) fn of_lines(self) -> Option<&'static str> {
        Some(match self {
            Self::Country => "s.country",
            Self::Region => "s.region",
            Self::City => "s.city",
            Self::Barrio => "s.barrio",
            Self::Category => "s.category",
            Self::Business => "s.business",
            Self::Branch => "s.branch",
            Self::Payment => "s.payment_method",
            Self::Device => "s.device",
            Self::Origin => "s.traffic_source",
            Self::Segment | Self::LeastPrice | Self::MostPrice => return None,
        })
    }

    /// Whether lines of one order may differ in it, so that orders have to be counted one by one.
    pub(super) fn parts_orders(self) -> bool {
        matches!(self, Self::Category | Self::Business | Self::Branch | Self::LeastPrice | Self::MostPrice)
    }
}

/// What one filter asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) by: By,
    /// One of these; there is one at least.
    given: Vec<ScalarValue>,
}

impl Condition {
    /// One of some texts, whose order says nothing: the same ones are the same question.
    pub(super) fn one_of(by: By, mut given: Vec<String>) -> Option<Self> {
        given.sort();
        given.dedup();
        let given: Vec<_> = given.into_iter().map(|text| ScalarValue::Utf8(Some(text))).collect();
        (!given.is_empty()).then_some(Self { by, given })
    }

    /// A bound on the price.
    pub(super) fn bound(by: By, price: f64) -> Self {
        Self { by, given: vec![price.into()] }
    }

    /// That `column` is one of what was given, whose values are put after those that there are.
    pub(super) fn on(&self, column: &str, values: &mut Vec<ScalarValue>) -> String {
        format!("{column} {}", self.is_one(values))
    }

    /// That `price`, a number, is within the bound.
    pub(super) fn bounds(&self, price: &str, values: &mut Vec<ScalarValue>) -> String {
        let sign = if self.by == By::MostPrice { "<=" } else { ">=" };
        values.extend(self.given.first().cloned());
        format!("{price} {sign} ${}", values.len())
    }

    /// The condition over lines, called `s`, of the source `$1`.
    pub(super) fn over_lines(&self, values: &mut Vec<ScalarValue>) -> String {
        if let Some(column) = self.by.of_lines() {
            return self.on(column, values);
        }
        if self.by != By::Segment {
            return self.bounds("CAST(s.unit_price AS DOUBLE)", values);
        }
        let one = self.is_one(values);
        format!(
            "s.customer_id IN (SELECT c.customer_id FROM gold_customer_analytics c WHERE c.source = $1 \
             AND (c.customer_segment {one} OR c.rfm_segment {one}))"
        )
    }

    fn is_one(&self, values: &mut Vec<ScalarValue>) -> String {
        let first = values.len() + 1;
        values.extend(self.given.iter().cloned());
        let places: Vec<String> = (first..=values.len()).map(|place| format!("${place}")).collect();
        if let [place] = places.as_slice() { format!("= {place}") } else { format!("IN ({})", places.join(", ")) }
    }
}
