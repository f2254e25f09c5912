//! What the shop sells, as its demo has known it for a year: how well, with what margin, how fast it comes. The rest of each is in
//! the built-in catalog.

use belgrano_wire::money::Money;
use serde_json::Value;

use super::super::client::Failed;

/// A product of the catalog.
pub struct Good {
    /// Its id in the catalog.
    pub id: i64,
    /// How often it is in a basket, beside the others.
    pub liked: f64,
    /// What it costs the shop, in percent of its price.
    pub cost: i64,
    /// Days from ordering it to having it.
    pub lead_days: i64,
    /// What customers think of it, in stars.
    pub stars: f64,
    /// How much more it sells in December to February than else.
    pub summer: f64,
}

const fn good(id: i64, liked: f64, cost: i64, lead_days: i64, stars: f64, summer: f64) -> Good {
    Good { id, liked, cost, lead_days, stars, summer }
}

pub const GOODS: [Good; 24] = [
    good(1, 9.0, 71, 4, 4.6, 0.9),
    good(2, 4.0, 74, 4, 4.2, 1.0),
    good(3, 6.0, 69, 4, 4.3, 0.9),
    good(4, 4.0, 78, 5, 4.1, 1.0),
    good(5, 5.0, 80, 4, 4.2, 1.0),
    good(6, 3.5, 76, 4, 4.1, 0.9),
    good(7, 5.0, 66, 4, 4.0, 0.9),
    good(8, 5.5, 62, 6, 4.7, 0.8),
    good(9, 9.0, 83, 1, 4.4, 1.0),
    good(10, 4.0, 75, 2, 4.3, 0.9),
    good(11, 3.5, 68, 2, 4.7, 1.0),
    good(12, 3.0, 70, 2, 4.2, 1.0),
    good(13, 4.0, 64, 3, 4.8, 0.9),
    good(14, 5.0, 58, 3, 4.3, 1.8),
    good(15, 4.5, 67, 3, 4.2, 1.6),
    good(16, 2.5, 65, 3, 3.9, 1.5),
    good(17, 6.0, 72, 2, 4.4, 1.0),
    good(18, 5.0, 60, 2, 4.0, 0.8),
    good(19, 4.5, 63, 2, 4.0, 1.1),
    // Often bruised, and people say so.
    good(20, 5.0, 61, 2, 3.0, 1.3),
    good(21, 3.0, 70, 2, 4.3, 1.1),
    good(22, 2.5, 66, 5, 4.2, 1.0),
    good(23, 2.2, 57, 5, 4.1, 1.0),
    good(24, 3.5, 72, 5, 4.2, 1.0),
];

/// Who buys the first often takes the second: in so many of a hundred baskets.
pub const TOGETHER: [(i64, i64, usize); 8] =
    [(3, 7, 52), (1, 5, 38), (8, 9, 36), (21, 11, 46), (6, 17, 33), (18, 4, 22), (13, 10, 27), (22, 23, 40)];

/// What was sold for another price: the product, and from how many days ago on for how many pesos. The first is where it began.
pub const PRICES: [(i64, &[(i64, i64)]); 5] = [
    (20, &[(365, 1900), (182, 2900), (96, 2400), (41, 2200)]),
    (8, &[(365, 7200), (84, 7800)]),
    (1, &[(365, 3900), (240, 4300), (150, 4200)]),
    (11, &[(365, 8400), (205, 8900)]),
    (14, &[(365, 1000), (330, 1150), (270, 1100)]),
];

/// Most that a basket may lack of one product before the shelf is filled again: so many of it a day are sold at the best of times.
pub fn sold_a_day(good: &Good) -> i64 {
    let all: f64 = GOODS.iter().map(|good| good.liked).sum();
    // Some three lines an order, a third of a second piece in each.
    let pieces = 85.0 * 3.0 * 1.35 * good.liked / all;
    #[expect(clippy::cast_possible_truncation, reason = "some dozens")]
    let pieces = pieces.ceil() as i64;
    pieces.max(1)
}

/// From how many left on more of it is ordered.
pub fn reorder_point(good: &Good) -> i64 {
    sold_a_day(good) * (good.lead_days + 2)
}

/// How many there are when the shelf has been filled.
pub fn full(good: &Good) -> i64 {
    sold_a_day(good) * (good.lead_days + 9)
}

/// What it costs when it is sold for `price` pesos, in whole pesos.
pub fn cost(good: &Good, price: i64) -> i64 {
    price * good.cost / 100
}

/// An amount of the demo's own tables.
pub fn pesos(pesos: i64) -> Money {
    Money::from_cents(pesos * 100).unwrap_or_default()
}

/// The built-in catalog as it was a year ago, with what only administrators know.
pub fn catalog() -> Result<Vec<u8>, Failed> {
    let mut catalog: Value = serde_json::from_slice(shop::catalog::CATALOG)?;
    for product in catalog["productos"].as_array_mut().into_iter().flatten() {
        let Some(good) = GOODS.iter().find(|good| product["id"] == good.id) else { continue };
        if let Some((_, prices)) = PRICES.iter().find(|(id, _)| *id == good.id) {
            product["precio"] = prices[0].1.into();
        }
        product["costo"] = cost(good, product["precio"].as_i64().unwrap_or_default()).into();
        product["punto_pedido"] = reorder_point(good).into();
        product["plazo_dias"] = good.lead_days.into();
        product["stock"] = full(good).into();
    }
    Ok(serde_json::to_vec(&catalog)?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{GOODS, PRICES, TOGETHER, catalog};

    #[test]
    fn every_product_of_the_catalog_is_known_and_none_is_sold_at_a_loss() {
        let now: Value = serde_json::from_slice(shop::catalog::CATALOG).expect("JSON");
        let then: Value = serde_json::from_slice(&catalog().expect("a catalog")).expect("JSON");
        let products = |catalog: &Value| catalog["productos"].as_array().expect("products").clone();
        assert_eq!(products(&now).len(), GOODS.len());
        for product in products(&then) {
            assert!(product["costo"].as_i64() < product["precio"].as_i64(), "{product}");
        }
        // The last price of each is the one of the catalog: a later import changes nothing.
        for (id, prices) in PRICES {
            let product = products(&now).into_iter().find(|product| product["id"] == id).expect("a product");
            assert_eq!(product["precio"], prices[prices.len() - 1].1, "{id}");
            assert!(prices.is_sorted_by(|one, next| one.0 > next.0));
        }
        assert!(TOGETHER.iter().all(|(one, other, _)| one != other));
    }
}
