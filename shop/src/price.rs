//! What a product costs at a moment: its price, less what the best offer takes off. The one place that says so, whether a
//! price is shown or charged.

use std::collections::HashMap;

use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;

/// An offer on a product.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Offer {
    product_id: i64,
    /// What it says.
    pub(crate) title: String,
    /// What it takes off, in percent: 0 to 100.
    pub(crate) percent: i64,
    starts_at: UnixMillis,
    ends_at: UnixMillis,
}

const OFFERS: &str = "SELECT x.product_id, o.title, o.percent, o.starts_at, o.ends_at \
     FROM offer_products x JOIN offers o ON o.id = x.offer_id WHERE x.product_id IN";

/// The offer that counts at `now` for each of these products, by product: of several the one that takes most, and of those
/// the first.
pub(crate) async fn offers(session: &mut Session, ids: &[i64], now: UnixMillis) -> sqlx::Result<HashMap<i64, Offer>> {
    let mut offers: HashMap<i64, Offer> = HashMap::new();
    for offer in fetch_in!(*session, Offer, OFFERS, ids, "ORDER BY o.id") {
        let best = offers.get(&offer.product_id).map_or(0, |best| best.percent);
        if offer.starts_at <= now && now < offer.ends_at && offer.percent > best {
            offers.insert(offer.product_id, offer);
        }
    }
    Ok(offers)
}

/// What is to be paid for one at a price, with the offer that counts if there is one.
pub(crate) fn price_now(price: Money, offer: Option<&Offer>) -> Money {
    offer.map_or(price, |offer| less(price, offer.percent))
}

/// A price with `percent` off, rounded to the centavo, half up.
pub(crate) fn less(price: Money, percent: i64) -> Money {
    let kept = 100 - percent.clamp(0, 100);
    let cents = (i128::from(price.cents()) * i128::from(kept) + 50).div_euclid(100);
    i64::try_from(cents).ok().and_then(Money::from_cents).unwrap_or(price)
}
