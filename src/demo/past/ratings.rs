//! What customers say of what they got: stars, and often words. Who waited too long says so, and bad tomatoes are called that.

use belgrano_wire::timestamp::UnixMillis;

use super::super::dice::Dice;
use super::course::{MINUTE_MS, minutes};
use super::goods::GOODS;
use super::words::{ADDED, OF_DELIVERIES, OF_PRODUCTS, Words};

/// Of a hundred delivered orders, those that are rated; of those that were late.
const RATED: usize = 9;
const RATED_LATE: usize = 21;
/// Of a hundred ratings, those with words.
const WITH_WORDS: usize = 58;
/// What deliveries get, in stars: in time, and late.
const DELIVERIES: (f64, f64) = (4.5, 2.3);

/// What is said of an order.
#[derive(Clone, Debug)]
pub struct Rated {
    pub at: UnixMillis,
    pub delivery: Said,
    /// By product.
    pub products: Vec<(i64, Said)>,
}

/// Stars and words; no words are an empty text.
#[derive(Clone, Debug)]
pub struct Said {
    pub stars: i64,
    pub words: String,
}

/// Whether and how an order is rated that arrived then: the day after, in most cases.
pub fn rate(dice: &Dice, arrived: UnixMillis, late: bool, basket: &[(i64, i64)]) -> Option<Rated> {
    if dice.pick(100) >= if late { RATED_LATE } else { RATED } {
        return None;
    }
    let at = arrived.plus_ms(24 * 60 * MINUTE_MS + minutes(dice.wait(400.0)));
    let delivery = say(dice, if late { DELIVERIES.1 } else { DELIVERIES.0 }, &OF_DELIVERIES);
    let of = |(product, _): &(i64, i64)| {
        let stars = GOODS.iter().find(|good| good.id == *product).map_or(4.0, |good| good.stars);
        (*product, say(dice, stars, &OF_PRODUCTS))
    };
    Some(Rated { at, delivery, products: basket.iter().take(3).map(of).collect() })
}

fn say(dice: &Dice, usual: f64, words: &[Words; 5]) -> Said {
    #[expect(clippy::cast_possible_truncation, reason = "one to five")]
    let stars = dice.around(usual, 0.8).round().clamp(1.0, 5.0) as i64;
    let mut said = String::new();
    if dice.pick(100) < WITH_WORDS {
        let of = words[usize::try_from(stars - 1).unwrap_or_default()];
        said.push_str(dice.one_of::<&str>(of));
        if dice.pick(3) == 0 {
            said.push(' ');
            said.push_str(dice.one_of::<&str>(ADDED[usize::from(stars > 3)]));
        }
    }
    Said { stars, words: said }
}
