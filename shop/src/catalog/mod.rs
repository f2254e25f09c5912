//! Catalog: what is for sale, where, and at what price.

use belgrano_shared::money::Money;

/// A list price with `percent` off, rounded to the centavo, half up.
#[must_use]
pub fn price_with_offer(list: Money, percent: i64) -> Money {
    let kept = 100 - percent.clamp(0, 100);
    let cents = (i128::from(list.cents()) * i128::from(kept) + 50).div_euclid(100);
    i64::try_from(cents).ok().and_then(Money::from_cents).unwrap_or(list)
}
