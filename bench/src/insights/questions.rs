//! What a dashboard asks: every address that gives data, with the filters that people set, in the proportions in which pages
//! ask for them. The same seed asks the same questions in the same order, of either system.

use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::random::Random;

/// An address, and how often it is asked for.
struct Asked {
    name: &'static str,
    path: &'static str,
    weight: u64,
    /// Whether it takes days, a country and the like.
    filters: bool,
}

const fn asked(name: &'static str, path: &'static str, weight: u64, filters: bool) -> Asked {
    Asked { name, path, weight, filters }
}

const ALL: [Asked; 13] = [
    asked("kpis", "/api/kpis", 4, true),
    asked("time-series", "/api/analytics/time-series", 3, true),
    asked("top-products", "/api/analytics/top-products", 3, true),
    asked("countries", "/api/analytics/countries", 2, true),
    asked("categories", "/api/analytics/categories", 2, true),
    asked("transactions", "/api/transactions", 2, true),
    asked("customers", "/api/customers", 1, false),
    asked("products", "/api/products", 1, false),
    asked("top-customers", "/api/customers/top-customers", 1, false),
    asked("best-sellers", "/api/products/best-sellers", 1, false),
    asked("summary", "/api/sales/summary", 1, false),
    asked("trends", "/api/sales/trends", 1, false),
    asked("ventas-por-distrito", "/api/analitica/ventas-por-distrito", 1, false),
];

/// What the comparison with the peer is about: key figures, series, top lists.
pub const COMPARED: [&str; 5] = ["kpis", "time-series", "top-products", "top-customers", "best-sellers"];

/// A question that a dashboard asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Of which address, for the table.
    pub name: &'static str,
    /// Path and query, with every value encoded.
    pub path: String,
}

/// An endless row of questions about one source.
#[derive(Clone, Debug)]
pub struct Questions {
    random: Random,
    source: String,
    last_day: Date,
}

impl Questions {
    /// About `source`, whose last sale is of `last_day`.
    pub fn new(seed: u64, source: &str, last_day: Date) -> Self {
        Self { random: Random::new(seed), source: source.to_owned(), last_day }
    }

    /// Each address once, without a filter.
    pub fn plain(&self) -> Vec<Question> {
        let question =
            |asked: &Asked| Question { name: asked.name, path: format!("{}?fuente={}", asked.path, self.source) };
        ALL.iter().map(question).collect()
    }

    fn filters(&mut self) -> String {
        let mut text = String::new();
        // Last week, month, quarter, year, or everything; the sidebar's choices.
        if let Some(days) = self.random.pick(&[7_i64, 30, 30, 90, 365, 0]).copied().filter(|days| *days > 0)
            && let Ok(from) = self.last_day.checked_sub((days - 1).days())
        {
            let _ = write!(text, "&start_date={from}&end_date={}", self.last_day);
        }
        match self.random.below(100) {
            0..70 => {}
            70..80 => text.push_str("&country=United%20Kingdom"),
            80..87 => text.push_str("&country=Germany"),
            87..92 => text.push_str("&country=France"),
            92..96 => text.push_str("&min_price=5"),
            _ => text.push_str("&category=Electronics"),
        }
        text
    }

    fn details(&mut self, name: &str) -> String {
        match name {
            "time-series" => {
                let step = self.random.pick(&["day", "day", "week", "month"]).copied().unwrap_or("day");
                format!("&granularity={step}")
            }
            "top-products" => {
                let metric =
                    self.random.pick(&["revenue", "revenue", "orders", "margin"]).copied().unwrap_or("revenue");
                format!("&limit=20&metric={metric}")
            }
            "transactions" => format!("&limit=50&offset={}", 50 * self.random.skewed(6, 2.0)),
            "customers" | "products" => format!("&limit=100&offset={}", 100 * self.random.skewed(4, 2.0)),
            "top-customers" | "best-sellers" => format!("&limit={}", 10 * (1 + self.random.below(2))),
            "summary" => format!("&days={}", self.random.pick(&[7, 30, 90, 365]).copied().unwrap_or(30)),
            "trends" => "&months=12".to_owned(),
            _ => String::new(),
        }
    }
}

impl Iterator for Questions {
    type Item = Question;

    fn next(&mut self) -> Option<Question> {
        let mut place = self.random.below(ALL.iter().map(|asked| asked.weight).sum());
        let drawn = ALL.iter().find(|asked| {
            let here = place < asked.weight;
            place = place.saturating_sub(asked.weight);
            here
        })?;
        let filters = if drawn.filters { self.filters() } else { String::new() };
        let details = self.details(drawn.name);
        Some(Question { name: drawn.name, path: format!("{}?fuente={}{details}{filters}", drawn.path, self.source) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;

    fn questions(seed: u64) -> Questions {
        Questions::new(seed, "medida", date(2026, 10, 31))
    }

    #[test]
    fn both_systems_are_asked_the_same() {
        let ask = |seed| questions(seed).take(200).collect::<Vec<_>>();
        assert_eq!(ask(1), ask(1));
        assert_ne!(ask(1), ask(2));
    }

    #[test]
    fn every_address_comes_by_its_weight() {
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        questions(3).take(23_000).for_each(|question| *seen.entry(question.name).or_default() += 1);
        for asked in &ALL {
            let n = seen.get(asked.name).copied().unwrap_or(0);
            assert!(n.abs_diff(asked.weight * 1_000) < 250, "{}: {n}", asked.name);
        }
        assert!(COMPARED.iter().all(|name| seen.contains_key(name)));
    }

    #[test]
    fn a_period_ends_with_the_last_day_and_nothing_needs_escaping() {
        let all: Vec<String> = questions(4).take(2_000).map(|question| question.path).collect();
        assert!(all.iter().any(|path| path.contains("&start_date=2026-10-25&end_date=2026-10-31")));
        assert!(all.iter().any(|path| path.contains("kpis") && !path.contains("start_date")));
        assert!(all.iter().all(|path| path.starts_with("/api/") && !path.contains(' ')));
    }
}
