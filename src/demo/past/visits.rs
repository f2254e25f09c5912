//! Who looked at the shop without ordering, hour by hour: as many as go with the orders there were, and some for whom nothing came
//! of it.

use std::collections::BTreeMap;

use belgrano_wire::timestamp::UnixMillis;
use shop::visits::{Arrival, Counts, Device, Origin};

use super::super::dice::Dice;
use super::course::MINUTE_MS;
use super::plan::ORIGINS;
use super::story::{Day, Event, STORM};

const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Hours of a day in which somebody looks.
const HOURS: std::ops::Range<i64> = 8..24;
/// Orders of a hundred visits, by device: on a phone people look more than they buy.
const CONVERSION: [(Device, f64); 3] = [(Device::Phone, 0.043), (Device::Desktop, 0.066), (Device::Tablet, 0.052)];
/// Of a hundred hours without an order of a device and origin, those in which somebody came that way.
const IDLE: usize = 22;

/// Orders that requests placed today, by the first millisecond of the hour, device and origin.
#[derive(Debug, Default)]
pub struct Visits(BTreeMap<(UnixMillis, Device, Origin), i64>);

impl Visits {
    /// An order came.
    pub fn ordered(&mut self, at: UnixMillis, arrival: &Arrival) {
        if let Some(device) = arrival.device {
            let hour = UnixMillis(at.0.div_euclid(HOUR_MS) * HOUR_MS);
            *self.0.entry((hour, device, arrival.origin.clone())).or_default() += 1;
        }
    }

    /// All that was looked at on a day, until then.
    pub fn evening(&mut self, dice: &Dice, day: &Day, until: UnixMillis) -> Vec<(UnixMillis, Device, Origin, Counts)> {
        let mut orders = std::mem::take(&mut self.0);
        let hours = HOURS.map(|hour| day.local.begins.plus_ms(hour * HOUR_MS)).filter(|hour| *hour <= until);
        for hour in hours.filter(|_| day.orders() > 0.0) {
            for (device, _) in CONVERSION {
                for (_, origin) in ORIGINS {
                    let Some(origin) = Origin::stored(origin) else { continue };
                    if dice.pick(100) < IDLE {
                        orders.entry((hour, device, origin)).or_default();
                    }
                }
            }
        }
        let more = if day.event == Some(Event::Storm) { STORM.visits } else { 1.0 };
        let counted = orders.into_iter();
        counted
            .map(|((hour, device, origin), orders)| (hour, device, origin, views(dice, device, orders, more)))
            .collect()
    }
}

fn views(dice: &Dice, device: Device, orders: i64, more: f64) -> Counts {
    let converts = CONVERSION.iter().find(|(known, _)| *known == device).map_or(0.05, |(_, part)| *part);
    #[expect(clippy::cast_precision_loss, reason = "an hour has few orders")]
    let came = (orders as f64 * (0.7 + 0.4 * dice.fraction()) + 0.25 * dice.fraction()) / converts * more;
    #[expect(clippy::cast_possible_truncation, reason = "some hundreds")]
    let part = |of: f64| (came * of).round() as i64;
    let checkout = orders + part(0.018);
    let cart = checkout + part(0.11);
    Counts { visits: part(1.0).max(orders).max(1), home: part(0.72), product: cart + part(1.3), cart, checkout, orders }
}
