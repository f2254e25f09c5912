//! The counters of page views and orders of an hour, by device and origin. They are of nobody in particular.

use std::collections::HashSet;

use belgrano_runtime::changes::{Contents, Utc};
use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

#[derive(Serialize, FromRow)]
struct Counters {
    /// The first millisecond of the hour that was counted.
    #[serde(rename = "hora")]
    hour: Utc,
    #[serde(rename = "dispositivo")]
    device: String,
    #[serde(rename = "origen")]
    origin: String,
    #[serde(rename = "inicio")]
    home: i64,
    #[serde(rename = "producto")]
    product: i64,
    #[serde(rename = "carrito")]
    cart: i64,
    checkout: i64,
    #[serde(rename = "pedidos")]
    orders: i64,
    #[serde(rename = "visitas")]
    visits: i64,
}

const HOURS: &str =
    "SELECT hour, device, origin, home, product, cart, checkout, orders, visits FROM funnel WHERE hour IN";

impl Counters {
    fn key(&self) -> String {
        format!("{}|{}|{}", self.hour.0, self.device, self.origin)
    }
}

/// What readers know a counter by: `2026-11-29T12Z|movil|directo`.
fn name(key: &str) -> String {
    let (hour, rest) = key.split_once('|').unwrap_or_default();
    let hour = hour.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default();
    format!("{}|{rest}", hour.strftime("%Y-%m-%dT%HZ"))
}

/// Counters by their keys: the hour's first millisecond, device and origin, a bar between them.
pub(super) async fn hours(session: &mut Session, keys: &[&str]) -> sqlx::Result<Contents> {
    let wanted: HashSet<&str> = keys.iter().copied().collect();
    let hours: HashSet<i64> = keys.iter().filter_map(|key| key.split('|').next()?.parse().ok()).collect();
    // An hour has few: as many as there are devices and origins.
    let hours: Vec<i64> = hours.into_iter().collect();
    let mut contents = Contents::default().named_by(name);
    for hour in fetch_in!(*session, Counters, HOURS, &hours, "") {
        let key = hour.key();
        if wanted.contains(key.as_str()) {
            let name = name(&key);
            contents.tell(key, Some(name), &hour)?;
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_counter_is_known_by_its_hour() {
        assert_eq!(name("1795284000000|movil|directo"), "2026-11-21T18Z|movil|directo");
    }
}
