//! How much of an article will be asked for, when its stock runs out, and how much to order.
//!
//! In: pieces sold on each day, what is in stock, and how long a delivery takes. An article that sells now and then needs another
//! method than one that sells every day: Croston's in Syntetos and Boylan's form (2005), or that of Teunter, Syntetos and Babai (2011),
//! which forgets an article that nobody buys any more. What must never happen here: an order for an article whose demand is unknown.

use crate::math::{mean, median, quantile, real};

/// How an article sells (Syntetos, Boylan and Croston, 2005).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nearly every day.
    Smooth,
    /// Now and then.
    Intermittent,
    /// Not any more, or never.
    Dead,
}

/// What is expected of an article's demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// How it sells.
    pub kind: Kind,
    /// By which method it is foretold.
    pub method: &'static str,
    /// Pieces a day.
    pub daily: f64,
    /// Standard deviation of the pieces of a day.
    pub deviation: f64,
}

/// An article sells now and then from so many days between sales on.
const SELDOM: f64 = 1.32;
/// How much the newest value counts.
const SMOOTHING: f64 = 0.1;
/// Days without a sale after which an article is dead, as a multiple of its usual pause, and at least.
const DEAD: f64 = 8.0;
const DEAD_DAYS: usize = 60;

impl Demand {
    /// From the pieces of each day, days without a sale being 0; the first day is the one of the first sale.
    #[must_use]
    pub fn of(days: &[f64]) -> Self {
        let sales: Vec<f64> = days.iter().copied().filter(|pieces| *pieces > 0.0).collect();
        let silent = days.iter().rev().take_while(|pieces| **pieces <= 0.0).count();
        let pause = real(days.len() - silent.min(days.len())) / real(sales.len().max(1));
        let deviation = deviation(days);
        if sales.is_empty() || (silent >= DEAD_DAYS && real(silent) > DEAD * pause) {
            return Self { kind: Kind::Dead, method: "none", daily: 0.0, deviation: 0.0 };
        }
        let (kind, methods): (_, [Method; 2]) = if pause >= SELDOM {
            (Kind::Intermittent, [("tsb", tsb), ("croston", croston)])
        } else {
            (Kind::Smooth, [("ses", smoothed), ("mean-28", last_weeks)])
        };
        let calm = calm(days);
        let (method, daily) = better(&calm, methods);
        Self { kind, method, daily: daily(&calm), deviation }
    }

    /// Pieces in the next days.
    #[must_use]
    pub fn within(&self, days: f64) -> f64 {
        self.daily * days
    }

    /// In how many days the stock is gone; `None` where nothing is asked for.
    #[must_use]
    pub fn days_of(&self, stock: f64) -> Option<f64> {
        (self.daily > 0.0).then(|| stock.max(0.0) / self.daily)
    }

    /// How likely it is that more is asked for than there is, before a delivery comes that was ordered now.
    #[must_use]
    pub fn risk(&self, stock: f64, lead_days: f64) -> f64 {
        let usual = self.deviation * lead_days.sqrt();
        let left = stock - self.within(lead_days);
        if usual <= 0.0 {
            return f64::from(u8::from(left < 0.0));
        }
        // The upper tail of the normal distribution.
        0.5 * libm::erfc(left / usual / std::f64::consts::SQRT_2)
    }

    /// Pieces to have so that what comes in `days` is enough in `service` of cases.
    #[must_use]
    pub fn level(&self, days: f64, service: f64) -> f64 {
        self.within(days) + normal_quantile(service) * self.deviation * days.sqrt()
    }

    /// Pieces to order: up to the level of the days until a delivery that is ordered at the next look. None while there is more than
    /// lasts until then.
    #[must_use]
    pub fn to_order(&self, stock: f64, lead_days: f64, look_days: f64, service: f64) -> f64 {
        if self.daily <= 0.0 || stock > self.level(lead_days, service) {
            return 0.0;
        }
        (self.level(lead_days + look_days, service) - stock.max(0.0)).max(0.0).ceil()
    }
}

/// A way to say from the pieces of each day how many a coming one will take.
type Method = (&'static str, fn(&[f64]) -> f64);

/// The method that was less far off in the last three times four weeks; the first of equals, and where fewer are known.
fn better(days: &[f64], methods: [Method; 2]) -> Method {
    let firsts = (1..=3).filter_map(|back| days.len().checked_sub(28 * back)).filter(|first| *first >= 56);
    let firsts: Vec<usize> = firsts.collect();
    let wrong = |method: &Method| -> f64 {
        let of =
            |first: &usize| (method.1(&days[..*first]) * 28.0 - days[*first..first + 28].iter().sum::<f64>()).abs();
        firsts.iter().map(of).sum()
    };
    let [one, other] = methods;
    if wrong(&other) < wrong(&one) { other } else { one }
}

fn last_weeks(days: &[f64]) -> f64 {
    mean(&days[days.len().saturating_sub(28)..])
}

/// Standard deviation, of the days without the strangest.
fn deviation(days: &[f64]) -> f64 {
    let calm = calm(days);
    let middle = mean(&calm);
    mean(&calm.iter().map(|pieces| (pieces - middle).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// The same days with those of one huge order cut to what is still usual.
fn calm(days: &[f64]) -> Vec<f64> {
    let sales: Vec<f64> = days.iter().copied().filter(|pieces| *pieces > 0.0).collect();
    let most = (5.0 * median(&sales)).max(quantile(&sales, 0.95));
    days.iter().map(|pieces| pieces.clamp(0.0, most)).collect()
}

/// Simple exponential smoothing, begun with the mean of the first two weeks.
fn smoothed(days: &[f64]) -> f64 {
    let first = mean(&days[..days.len().min(14)]);
    days.iter().fold(first, |level, pieces| level + SMOOTHING * (pieces - level))
}

/// Croston's method without its bias: pieces of a sale over the days between sales.
fn croston(days: &[f64]) -> f64 {
    let (mut size, mut pause, mut since) = (0.0, 0.0, 0.0);
    let mut begun = false;
    for pieces in days {
        since += 1.0;
        if *pieces > 0.0 {
            (size, pause) = if begun {
                (size + SMOOTHING * (pieces - size), pause + SMOOTHING * (since - pause))
            } else {
                (*pieces, since)
            };
            (begun, since) = (true, 0.0);
        }
    }
    if begun { (1.0 - SMOOTHING / 2.0) * size / pause } else { 0.0 }
}

/// The method of Teunter, Syntetos and Babai: pieces of a sale times how likely one is, which falls with each day without one.
fn tsb(days: &[f64]) -> f64 {
    let Some(first) = days.iter().find(|pieces| **pieces > 0.0) else { return 0.0 };
    let early = &days[..days.len().min(28)];
    let chance = real(early.iter().filter(|pieces| **pieces > 0.0).count()) / real(early.len());
    let (size, chance) = days.iter().fold((*first, chance), |(size, chance), pieces| {
        let sold = f64::from(u8::from(*pieces > 0.0));
        (size + sold * SMOOTHING * (pieces - size), chance + SMOOTHING / 2.0 * (sold - chance))
    });
    size * chance
}

/// The value that a normal one does not exceed in `share` of cases, by Acklam's approximation (to nine digits).
fn normal_quantile(share: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    let polynomial = |weights: &[f64; 6], at: f64| weights.iter().fold(0.0, |sum, weight| sum * at + weight);
    // Only the middle is asked for: what is to be enough in more than 97.5 % of cases is not.
    let middle = share.clamp(0.025, 0.975) - 0.5;
    let square = middle * middle;
    middle * polynomial(&A, square) / polynomial(&B, square)
}

#[cfg(test)]
mod tests {
    use super::{Demand, Kind, croston, normal_quantile, tsb};
    use crate::math::{Dice, whole};

    #[test]
    fn a_regular_article_is_foretold_as_it_is() {
        // Six pieces every third day: Croston says two a day, less the bias of 5 %.
        let days: Vec<f64> = (1..=90).map(|day| if day % 3 == 0 { 6.0 } else { 0.0 }).collect();
        assert!((croston(&days) - 1.9).abs() < 1e-9, "{}", croston(&days));
        assert!((tsb(&days) - 2.0).abs() < 0.15, "{}", tsb(&days));
        let found = Demand::of(&days);
        assert_eq!(found.kind, Kind::Intermittent);
        let every_day = Demand::of(&[5.0; 60]);
        assert!(every_day.kind == Kind::Smooth && (every_day.daily - 5.0).abs() < 1e-9);
    }

    #[test]
    fn what_nobody_buys_any_more_is_forgotten() {
        let mut days: Vec<f64> = (0..60).map(|day| f64::from(u8::from(day % 3 == 0))).collect();
        let before = tsb(&days);
        days.extend([0.0; 40]);
        assert!(tsb(&days) < 0.2 * before && croston(&days) > 0.25, "Croston never forgets");
        days.extend([0.0; 30]);
        assert_eq!(Demand::of(&days).kind, Kind::Dead);
        assert_eq!(Demand::of(&[]).kind, Kind::Dead);
    }

    #[test]
    fn stock_lasts_as_long_as_it_does() {
        let demand = Demand { kind: Kind::Smooth, method: "ses", daily: 4.0, deviation: 2.0 };
        assert!(demand.days_of(20.0).is_some_and(|days| (days - 5.0).abs() < 1e-9));
        // Nine days of four, and 1.645 times the deviation of nine days.
        assert!((demand.level(9.0, 0.95) - (36.0 + 1.645 * 6.0)).abs() < 0.01, "{}", demand.level(9.0, 0.95));
        let order = |stock| whole(demand.to_order(stock, 9.0, 7.0, 0.95));
        assert_eq!(order(60.0), 0, "enough until the next look");
        assert_eq!(order(40.0), 38, "64 and 13.16 for safety, less 40");
        assert!((demand.risk(36.0, 9.0) - 0.5).abs() < 1e-9 && demand.risk(60.0, 9.0) < 0.001);
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (share, known) in [(0.5, 0.0), (0.8, 0.841_621), (0.95, 1.644_854), (0.1, -1.281_552)] {
            assert!((normal_quantile(share) - known).abs() < 1e-6, "{share}: {}", normal_quantile(share));
        }
    }

    /// Pieces of a day: of an article that sells on `chance` of days, less and less or more and more.
    fn made_up(dice: &mut Dice, days: u32) -> Vec<f64> {
        let (chance, size, trend) = (0.1 + 0.9 * dice.share(), 1.0 + 9.0 * dice.share(), 0.6 * dice.share() - 0.3);
        let day = |day: u32| {
            let now = chance * (1.0 + trend * f64::from(day) / 120.0);
            let rush = if dice.share() < 0.005 { 10.0 } else { 1.0 };
            if dice.share() < now { (size * rush * (0.5 + dice.share())).ceil() } else { 0.0 }
        };
        (0..days).map(day).collect()
    }

    /// What too much and too little in stock cost after a month for which `ordered` was there: a missing piece costs nine times as much as
    /// one that lies about, which is what a service of 90 % says.
    fn cost(ordered: f64, asked: f64) -> f64 {
        if asked > ordered { 9.0 * (asked - ordered) } else { ordered - asked }
    }

    #[test]
    fn it_costs_less_than_ordering_last_month_again() {
        let mut dice = Dice::new(11);
        let (mut ours, mut again) = (0.0, 0.0);
        for _ in 0..200 {
            let days = made_up(&mut dice, 150);
            let (known, later) = days.split_at(120);
            let asked: f64 = later.iter().sum();
            ours += cost(Demand::of(known).level(30.0, 0.9), asked);
            again += cost(known[90..].iter().sum(), asked);
        }
        assert!(ours < 0.7 * again, "{ours} against {again}");
    }
}
