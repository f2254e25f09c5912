//! Key figures as cards: each with the period before, and which way it went.

use belgrano_wire::texts::{Language, Text};

use super::numbers::{amount, count, number, percent};
use super::spark::Spark;
use crate::api::{Courses, Figures, Kpis, Point};

/// A figure of the page, with its words and what it was before.
#[derive(Debug)]
pub(super) struct Card {
    /// The name of what it is, for addresses and scripts.
    pub(super) key: &'static str,
    /// What the figure is called, in the words of the page.
    pub(super) name: Text,
    /// As it is; a dash where it is not known.
    pub(super) value: String,
    /// What belongs to it, in a line.
    pub(super) beside: Option<String>,
    /// What it was in the period before; `None` where that is not known.
    pub(super) before: Option<String>,
    /// The key of what that one is called.
    pub(super) against: &'static str,
    pub(super) change: Option<Change>,
    /// How it went over the days.
    pub(super) spark: Option<Spark>,
    /// How it is made.
    pub(super) made: Text,
}

/// Which way a figure went.
#[derive(Debug)]
pub(super) struct Change {
    /// `+12,5 %`.
    pub(super) text: String,
    /// Whether that is good; `None` for neither.
    pub(super) good: Option<bool>,
}

/// What a figure counts.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Amount,
    Count,
    Percent,
}

/// Which way is the good one.
#[derive(Clone, Copy)]
pub(super) enum Better {
    More,
    Less,
}

type Of = fn(&Figures) -> Option<f64>;

/// The eight of the contract: their names, how they are made, and what they are.
#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
const ALL: [(&str, &str, &str, Kind, Better, Of); 8] = [
    ("revenue", "insights-net", "insights-made-net", Kind::Amount, Better::More, |it| Some(it.total_revenue)),
    ("orders", "insights-orders", "insights-made-orders", Kind::Count, Better::More, |it| Some(it.total_orders as f64)),
    ("aov", "insights-average", "insights-made-average", Kind::Amount, Better::More, |it| {
        (it.total_orders > 0).then_some(it.avg_order_value)
    }),
    ("profit", "insights-profit", "insights-made-profit", Kind::Amount, Better::More, |it| it.gross_profit),
    ("customers", "insights-customers", "insights-made-customers", Kind::Count, Better::More, |it| {
        Some(it.total_customers as f64)
    }),
    ("conversion", "insights-conversion", "insights-made-conversion", Kind::Percent, Better::More, |it| {
        it.conversion_rate
    }),
    ("ltv", "insights-ltv", "insights-made-ltv", Kind::Amount, Better::More, |it| it.customer_lifetime_value),
    ("churn", "insights-churn", "insights-made-churn", Kind::Percent, Better::Less, |it| it.churn_rate),
];

/// The figures of a period beside those of the one before, with their course over the days; none when nothing was sold in either.
pub(super) fn cards(language: Language, found: &Kpis, currency: &str, over_days: (&[Point], &Courses)) -> Vec<Card> {
    let sold = |figures: &Figures| figures.total_orders > 0 || figures.returns != 0.0;
    if !sold(&found.now) && !found.previous.as_ref().is_some_and(sold) {
        return Vec::new();
    }
    let card = |(key, name, made, kind, better, of): (&'static str, &'static str, &'static str, Kind, Better, Of)| {
        let (now, before) = (of(&found.now), found.previous.as_ref().and_then(of));
        let card = Card::new(language, (key, name, made), (kind, better), (now, before), currency);
        Card { beside: beside(language, key, &found.now, currency), spark: course(key, over_days), ..card }
    };
    ALL.map(card).into()
}

impl Card {
    /// A figure with what it was before: its key, the keys of its name and of how it is made.
    pub(super) fn new(
        language: Language,
        (key, name, made): (&'static str, &'static str, &'static str),
        (kind, better): (Kind, Better),
        (now, before): (Option<f64>, Option<f64>),
        currency: &str,
    ) -> Self {
        let written = |value: f64| match kind {
            Kind::Amount => amount(language, value, currency),
            #[expect(clippy::cast_possible_truncation, reason = "it was counted")]
            Kind::Count => count(language, value.round() as i64),
            Kind::Percent => percent(language, value),
        };
        Self {
            key,
            name: language.t(name),
            value: now.map_or_else(|| "–".to_owned(), written),
            beside: None,
            before: before.map(written),
            against: "insights-before",
            change: now.zip(before).and_then(|(now, before)| change(language, kind, better, now, before)),
            spark: None,
            made: language.t(made),
        }
    }
}

/// What belongs to a figure.
fn beside(language: Language, key: &str, now: &Figures, currency: &str) -> Option<String> {
    match key {
        "revenue" => {
            let text = language.t("insights-of-gross").with("gross", amount(language, now.gross_revenue, currency));
            Some(text.with("returns", amount(language, now.returns, currency)).to_string())
        }
        "profit" => {
            let margin = now.profit_margin?;
            Some(language.t("insights-of-margin").with("margin", number(language, margin, 1)).to_string())
        }
        "customers" => Some(language.t("insights-of-new").with("new", count(language, now.new_customers)).to_string()),
        _ => None,
    }
}

/// How a figure went over the days.
fn course(key: &str, (points, courses): (&[Point], &Courses)) -> Option<Spark> {
    let of_points = |of: fn(&Point) -> f64| points.iter().map(of).collect::<Vec<_>>();
    // What is not known of a day is no point of the line.
    let of_known = |values: &[Option<f64>]| values.iter().copied().flatten().collect::<Vec<_>>();
    let values = match key {
        "revenue" => of_points(|point| point.revenue),
        "orders" => of_points(|point| real(point.orders)),
        "aov" => of_points(|point| if point.orders > 0 { point.revenue / real(point.orders) } else { 0.0 }),
        "profit" => of_points(|point| point.profit.unwrap_or(0.0)),
        "customers" => of_known(&courses.customers),
        "conversion" => of_known(&courses.conversion),
        "ltv" => of_known(&courses.lifetime),
        "churn" => of_known(&courses.churn),
        _ => Vec::new(),
    };
    Spark::through(&values)
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
fn real(count: i64) -> f64 {
    count as f64
}

fn change(language: Language, kind: Kind, better: Better, now: f64, before: f64) -> Option<Change> {
    // A share is compared in points: a percentage of a percentage says nothing to anybody.
    let by = match kind {
        Kind::Percent => now - before,
        Kind::Amount | Kind::Count if before == 0.0 => return None,
        Kind::Amount | Kind::Count => (now - before) / before.abs() * 100.0,
    };
    let shown = number(language, by, 1);
    let sign = if by > 0.0 { "+" } else { "" };
    let text = match kind {
        Kind::Percent => language.t("insights-points").with("by", format!("{sign}{shown}")).to_string(),
        Kind::Amount | Kind::Count => format!("{sign}{shown}\u{a0}%"),
    };
    let good = (by.abs() >= 0.05).then_some((by > 0.0) == matches!(better, Better::More));
    Some(Change { text, good })
}

#[cfg(test)]
mod tests {
    use belgrano_wire::texts::Language;

    use super::{Better, Kind, cards, change};
    use crate::api::{Courses, Figures, Kpis};

    #[test]
    fn a_figure_says_which_way_it_went() {
        crate::texts::make_known();
        let spanish = |kind, better, now, before| change(Language::Spanish, kind, better, now, before);
        let up = spanish(Kind::Amount, Better::More, 150.0, 100.0).expect("a change");
        assert_eq!((up.text.as_str(), up.good), ("+50,0\u{a0}%", Some(true)));
        let churn = spanish(Kind::Percent, Better::Less, 12.0, 10.0).expect("a change");
        assert_eq!((churn.text.starts_with("+2,0"), churn.good), (true, Some(false)));
        assert_eq!(spanish(Kind::Count, Better::More, 3.0, 3.0).expect("none").good, None);
        assert!(spanish(Kind::Count, Better::More, 3.0, 0.0).is_none(), "of nothing there is no share");
    }

    #[test]
    fn nothing_sold_is_no_card() {
        let kpis = |orders| Kpis { now: Figures { total_orders: orders, ..Figures::default() }, previous: None };
        assert!(cards(Language::Spanish, &kpis(0), "ARS", (&[], &Courses::default())).is_empty());
        assert_eq!(cards(Language::Spanish, &kpis(1), "ARS", (&[], &Courses::default())).len(), 8);
    }
}
