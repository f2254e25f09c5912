//! The key figures of a file, in the order of the contract's cards.

use super::columns::Kind;
use crate::api::{Figures, Kpis};

/// A key figure, as it is and as it was in the period before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// Key of what it is called.
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    pub(super) now: Option<f64>,
    pub(super) before: Option<f64>,
    /// Whether less of it is better.
    pub(super) less_is_better: bool,
}

impl Measure {
    /// Whether it is the sales that a file is about, which may be told before cancellations and returns.
    pub(super) fn is_sales(&self, gross: bool) -> bool {
        self.key == if gross { "export-gross" } else { "export-net" }
    }

    /// How it went: in percent, or in points for what is percent itself. `None` where there is nothing to compare with.
    pub(super) fn change(&self) -> Option<f64> {
        let (now, before) = (self.now?, self.before?);
        match self.kind {
            Kind::Percent => Some(now - before),
            _ if before == 0.0 => None,
            _ => Some((now - before) / before.abs() * 100.0),
        }
    }
}

type Of = fn(&Figures) -> Option<f64>;

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
const ALL: [(&str, Kind, Of); 12] = [
    ("export-net", Kind::Amount, |it| Some(it.total_revenue)),
    ("export-gross", Kind::Amount, |it| Some(it.gross_revenue)),
    ("export-returns", Kind::Amount, |it| Some(it.returns)),
    ("export-orders", Kind::Count, |it| Some(it.total_orders as f64)),
    ("export-average", Kind::Amount, |it| (it.total_orders > 0).then_some(it.avg_order_value)),
    ("export-profit", Kind::Amount, |it| it.gross_profit),
    ("export-margin", Kind::Percent, |it| it.profit_margin),
    ("export-customers", Kind::Count, |it| Some(it.total_customers as f64)),
    ("export-new-customers", Kind::Count, |it| Some(it.new_customers as f64)),
    ("export-conversion", Kind::Percent, |it| it.conversion_rate),
    ("export-lifetime", Kind::Amount, |it| it.customer_lifetime_value),
    (CHURN, Kind::Percent, |it| it.churn_rate),
];

const CHURN: &str = "export-churn";

/// The key figures of a period beside those of the one before.
pub(super) fn measures(found: &Kpis) -> Vec<Measure> {
    let measure = |(key, kind, of): (&'static str, Kind, Of)| {
        let before = found.previous.as_ref().and_then(of);
        Measure { key, kind, now: of(&found.now), before, less_is_better: key == CHURN }
    };
    ALL.map(measure).into()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Measure};

    #[test]
    fn what_is_percent_is_compared_in_points() {
        let measure = |kind, now, before| Measure { key: "", kind, now, before, less_is_better: false };
        assert_eq!(measure(Kind::Amount, Some(150.0), Some(100.0)).change(), Some(50.0));
        assert_eq!(measure(Kind::Amount, Some(-50.0), Some(-100.0)).change(), Some(50.0));
        assert_eq!(measure(Kind::Percent, Some(12.0), Some(10.0)).change(), Some(2.0));
        assert_eq!(measure(Kind::Count, Some(3.0), Some(0.0)).change(), None, "of nothing there is no share");
        assert_eq!(measure(Kind::Count, Some(3.0), None).change(), None);
    }
}
