//! Key figures as cards: each with the period before, and which way it went.

use belgrano_shared::texts::{Language, Text};

use super::numbers::{amount, count, number};
use crate::api::{Figures, Kpis};

/// A figure of the page, with its words and what it was before.
#[derive(Debug)]
pub(super) struct Card {
    /// What the figure is called, in the words of the page.
    pub(super) name: Text,
    /// As it is; a dash where it is not known.
    pub(super) value: String,
    /// What it was in the period before; `None` where that is not known.
    pub(super) before: Option<String>,
    pub(super) change: Option<Change>,
}

/// Which way a figure went.
#[derive(Debug)]
pub(super) struct Change {
    /// `+12,5 %`.
    pub(super) text: String,
    /// Whether that is good; `None` for neither.
    pub(super) good: Option<bool>,
}

#[derive(Clone, Copy)]
enum Kind {
    Amount,
    Count,
    Percent,
}

/// Which way is the good one.
#[derive(Clone, Copy)]
enum Better {
    More,
    Less,
}

type Of = fn(&Figures) -> Option<f64>;

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
const ALL: [(&str, Kind, Better, Of); 11] = [
    ("insights-net", Kind::Amount, Better::More, |it| Some(it.total_revenue)),
    ("insights-gross", Kind::Amount, Better::More, |it| Some(it.gross_revenue)),
    ("insights-returns", Kind::Amount, Better::More, |it| Some(it.returns)),
    ("insights-orders", Kind::Count, Better::More, |it| Some(it.total_orders as f64)),
    ("insights-average", Kind::Amount, Better::More, |it| (it.total_orders > 0).then_some(it.avg_order_value)),
    ("insights-profit", Kind::Amount, Better::More, |it| it.gross_profit),
    ("insights-margin", Kind::Percent, Better::More, |it| it.profit_margin),
    ("insights-customers", Kind::Count, Better::More, |it| Some(it.total_customers as f64)),
    ("insights-new-customers", Kind::Count, Better::More, |it| Some(it.new_customers as f64)),
    ("insights-conversion", Kind::Percent, Better::More, |it| it.conversion_rate),
    ("insights-churn", Kind::Percent, Better::Less, |it| it.churn_rate),
];

/// The figures of a period beside those of the one before; none when nothing was sold in either.
pub(super) fn cards(language: Language, found: &Kpis, currency: &str) -> Vec<Card> {
    let sold = |figures: &Figures| figures.total_orders > 0 || figures.returns != 0.0;
    if !sold(&found.now) && !found.previous.as_ref().is_some_and(sold) {
        return Vec::new();
    }
    let card = |(key, kind, better, of): (&'static str, Kind, Better, Of)| {
        let written = |value: f64| match kind {
            Kind::Amount => amount(language, value, currency),
            #[expect(clippy::cast_possible_truncation, reason = "it was counted")]
            Kind::Count => count(language, value as i64),
            Kind::Percent => format!("{} %", number(language, value, 1)),
        };
        let (now, before) = (of(&found.now), found.previous.as_ref().and_then(of));
        Card {
            name: language.t(key),
            value: now.map_or_else(|| "–".to_owned(), written),
            before: before.map(written),
            change: now.zip(before).and_then(|(now, before)| change(language, kind, better, now, before)),
        }
    };
    ALL.map(card).into()
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
        Kind::Amount | Kind::Count => format!("{sign}{shown} %"),
    };
    let good = (by.abs() >= 0.05).then_some((by > 0.0) == matches!(better, Better::More));
    Some(Change { text, good })
}

#[cfg(test)]
mod tests {
    use belgrano_shared::texts::Language;

    use super::{Better, Kind, cards, change};
    use crate::api::{Figures, Kpis};

    #[test]
    fn a_figure_says_which_way_it_went() {
        crate::texts::make_known();
        let spanish = |kind, better, now, before| change(Language::Spanish, kind, better, now, before);
        let up = spanish(Kind::Amount, Better::More, 150.0, 100.0).expect("a change");
        assert_eq!((up.text.as_str(), up.good), ("+50,0 %", Some(true)));
        let churn = spanish(Kind::Percent, Better::Less, 12.0, 10.0).expect("a change");
        assert_eq!((churn.text.starts_with("+2,0"), churn.good), (true, Some(false)));
        assert_eq!(spanish(Kind::Count, Better::More, 3.0, 3.0).expect("none").good, None);
        assert!(spanish(Kind::Count, Better::More, 3.0, 0.0).is_none(), "of nothing there is no share");
    }

    #[test]
    fn nothing_sold_is_no_card() {
        let kpis = |orders| Kpis { now: Figures { total_orders: orders, ..Figures::default() }, previous: None };
        assert!(cards(Language::Spanish, &kpis(0), "ARS").is_empty());
        assert_eq!(cards(Language::Spanish, &kpis(1), "ARS").len(), 11);
    }
}
