//! A driver says where it is. The latest wins; what cannot be true is refused.

use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{ClientMoment, Position};

use crate::unit::{Announcement, BoardUnit};

/// 216 km/h: no motorcycle in the city, and generous to two fixes that are each off by a little.
const MAX_METRES_PER_SECOND: f64 = 60.0;
/// A phone's fix among buildings may be off by this much.
const NOISE_M: f64 = 300.0;
/// After this long without a fix anything is possible again: the old one may have been the glitch.
const TRUST_MS: i64 = 5 * 60 * 1000;
/// No phone keeps a fix for so long: one that says this has no idea of the time.
const NO_IDEA_MS: i64 = 24 * 3600 * 1000;

/// Say where a driver is.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which driver.
    pub driver_id: i64,
    /// Where.
    pub position: Position,
    /// When, by its phone.
    pub when: ClientMoment,
}

/// Why a position is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionRefusal {
    /// A later one is known.
    Older,
    /// Nobody gets there that fast.
    TooFast,
    /// There is no such driver.
    NotADriver,
}

impl From<PositionRefusal> for Problem {
    fn from(refusal: PositionRefusal) -> Self {
        match refusal {
            PositionRefusal::Older => Self::conflict("posicion-vieja", Message::new("refusal-position-old")),
            PositionRefusal::TooFast => Self::conflict("posicion-imposible", Message::new("refusal-position-far")),
            PositionRefusal::NotADriver => Self::not_found(Message::new("refusal-no-such-driver")),
        }
    }
}

/// The last fix.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Last {
    lat: Option<f64>,
    lng: Option<f64>,
    position_at: Option<UnixMillis>,
}

impl Command<BoardUnit> for Report {
    type Output = ();
    type Refusal = PositionRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<PositionRefusal>> {
        const LAST: &str = "SELECT lat, lng, position_at FROM drivers WHERE user_id = $1";
        const UPDATE: &str = "UPDATE drivers SET lat = $1, lng = $2, position_at = $3, position_recorded_at = $4 \
             WHERE user_id = $5";
        let now = unit.now();
        let known = fetch!(optional, *unit.reader(), Last, LAST, self.driver_id)?;
        let known = known.ok_or(Failure::Refused(PositionRefusal::NotADriver))?;
        let at = believe(known, self.position, when(self.when, now), now).map_err(Failure::Refused)?;
        let (lat, lng) = (self.position.lat(), self.position.lng());
        require_one(execute!(*unit.session(), UPDATE, lat, lng, at, now, self.driver_id)?)?;
        unit.announce(Announcement::Moved { driver_id: self.driver_id, position: self.position, at });
        Ok(())
    }
}

/// When the driver was there, as well as is known; not after `now`.
fn when(said: ClientMoment, now: UnixMillis) -> UnixMillis {
    let at = said.judge(UnixMillis(i64::MIN), now).at;
    if now.since_ms(at) > NO_IDEA_MS { now } else { at }
}

/// When the driver was there, if that can be true.
fn believe(known: Last, position: Position, at: UnixMillis, now: UnixMillis) -> Result<UnixMillis, PositionRefusal> {
    let Last { lat: Some(lat), lng: Some(lng), position_at: Some(known_at) } = known else { return Ok(at) };
    // It was there before the clock was set back: of that and this nobody knows but which came later.
    if known_at > now {
        return Ok(at);
    }
    let passed_ms = at.since_ms(known_at);
    if passed_ms < 0 {
        return Err(PositionRefusal::Older);
    }
    if passed_ms < TRUST_MS {
        #[expect(clippy::cast_precision_loss, reason = "a few minutes in milliseconds")]
        let reach_m = NOISE_M + passed_ms as f64 / 1000.0 * MAX_METRES_PER_SECOND;
        if distance_m((lat, lng), (position.lat(), position.lng())) > reach_m {
            return Err(PositionRefusal::TooFast);
        }
    }
    Ok(at)
}

/// Metres between two places in degrees, over a sphere (the haversine formula): right to half a percent.
#[must_use]
pub fn distance_m((lat1, lng1): (f64, f64), (lat2, lng2): (f64, f64)) -> f64 {
    const EARTH_RADIUS_M: f64 = 6_371_008.8;
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let h = half(lat1, lat2) + lat1.to_radians().cos() * lat2.to_radians().cos() * half(lng1, lng2);
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::{ClientMoment, Position};

    use super::{Last, NO_IDEA_MS, PositionRefusal, believe, distance_m, when};

    #[test]
    fn only_what_can_be_true() {
        let (now, obelisk) = (UnixMillis(10_000_000), (-34.6037, -58.3816));
        let last =
            |ago_ms: i64| Last { lat: Some(obelisk.0), lng: Some(obelisk.1), position_at: Some(now.plus_ms(-ago_ms)) };
        let near = Position::new(-34.6040, -58.3816).expect("on earth");
        let belgrano = Position::new(-34.5614, -58.4563).expect("on earth");
        assert_eq!(believe(last(1000), near, now, now), Ok(now));
        assert_eq!(believe(last(1000), near, now.plus_ms(-1001), now), Err(PositionRefusal::Older));
        assert_eq!(believe(last(-3_600_000), belgrano, now, now), Ok(now), "the clock was set back by an hour");
        assert_eq!(believe(last(10_000), belgrano, now, now), Err(PositionRefusal::TooFast), "8 km in 10 s");
        assert_eq!(believe(last(600_000), belgrano, now, now), Ok(now));
        let never = Last { lat: None, lng: None, position_at: None };
        assert_eq!(believe(never, belgrano, now, now), Ok(now));
    }

    #[test]
    fn a_fix_is_placed_in_time_whatever_the_phones_clock_says() {
        let now = UnixMillis(1_795_284_245_000);
        let at = |ms: i64| Some(now.plus_ms(ms).into());
        for off_ms in [600_000, -600_000, 24 * 3_600_000, -24 * 3_600_000, -now.0, 2_300_000_000_000] {
            let said = ClientMoment { occurred: at(off_ms - 30_000), sent: at(off_ms) };
            assert_eq!(when(said, now), now.plus_ms(-30_000), "{off_ms}");
        }
        let said = |ms| ClientMoment { occurred: at(ms), sent: None };
        assert_eq!(when(said(600_000), now), now, "no fix is from the future");
        assert_eq!(when(said(-600_000), now), now.plus_ms(-600_000), "it may have been offline");
        assert_eq!(when(said(-NO_IDEA_MS - 1), now), now, "or have no idea");
        assert_eq!(when(ClientMoment::default(), now), now);
    }

    #[test]
    fn a_known_distance() {
        let metres = distance_m((-34.6037, -58.3816), (-34.5614, -58.4563));
        assert!((8200.0..8400.0).contains(&metres), "{metres}");
        assert!(distance_m((0.0, 0.0), (0.0, 180.0)) > 20_000_000.0);
    }
}
