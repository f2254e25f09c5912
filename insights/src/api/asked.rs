//! Filters as a page has them: over the days of its period, as the fields of its form, and as the address of the same in the API.

use jiff::civil::Date;

use super::days::{Compare, Days};
use super::filters::Filters;
use crate::ingest::OWN;

impl Filters {
    /// The same over these days alone.
    pub(crate) fn over(self, days: Option<Days>, compare: Compare) -> Self {
        let day = |day: fn(Days) -> Date| days.map(|days| day(days).to_string());
        let compare = (compare != Compare::Before).then(|| compare.as_str().to_owned());
        Self { start_date: day(|days| days.from), end_date: day(|days| days.to), compare, ..self }
    }

    /// First and last day that are asked about, as they were written.
    pub(crate) fn days(&self) -> (Option<&str>, Option<&str>) {
        (self.start_date.as_deref(), self.end_date.as_deref())
    }

    /// Which source is asked about.
    pub(crate) fn fuente(&self) -> &str {
        self.fuente.as_deref().unwrap_or(OWN)
    }

    /// What it is narrowed to besides days and source, by the names of the parameters: a pair for each value.
    pub(crate) fn narrowing(&self) -> Vec<(&'static str, String)> {
        let several = self.several().into_iter();
        let pairs = several.flat_map(|(name, _, values)| values.iter().map(move |value| (name, value.clone())));
        let prices = [("min_price", self.min_price), ("max_price", self.max_price)];
        let prices = prices.into_iter().filter_map(|(name, price)| Some((name, price?.to_string())));
        let sales = self.sales.iter().map(|sales| ("sales", sales.clone()));
        pairs.chain(prices).chain(sales).collect()
    }

    /// Everything that is asked, by the names of the parameters: the query of an address of the API.
    pub(crate) fn query(&self) -> String {
        let days = [("start_date", &self.start_date), ("end_date", &self.end_date), ("compare", &self.compare)];
        let days = days.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        let source = [("fuente", self.fuente().to_owned())];
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(days.chain(self.narrowing()).chain(source))
            .finish()
    }
}
