//! Drivers who cannot be left alone with what they have: not heard of with stops on the way, or off shift with stops left.
//!
//! The page of the board is rendered with them; while it is open, `worries` in `board.js` decides the same.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;

use super::DriverView;

/// A driver, and what is the matter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Worry {
    /// What it is called.
    pub(crate) driver: String,
    /// Since when nothing was heard of it; `None` where its shift is over.
    pub(crate) silent_since: Option<UnixMillis>,
    /// Stops it has.
    pub(crate) stops: i64,
    /// Those it has set out with.
    pub(crate) on_the_way: i64,
}

/// What a driver carries.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Carried {
    driver_id: i64,
    stops: i64,
    on_the_way: i64,
    /// When it was given the last of them.
    assigned_at: Option<UnixMillis>,
}

/// Those of `drivers` who are silent for `silent_ms`, or off shift with stops left.
pub(crate) async fn worries(
    session: &mut Session,
    drivers: &[DriverView],
    now: UnixMillis,
    silent_ms: i64,
) -> sqlx::Result<Vec<Worry>> {
    const CARRIED: &str = "SELECT driver_id, COUNT(*) AS stops, \
         COUNT(CASE WHEN state = 'en-camino' THEN 1 END) AS on_the_way, MAX(assigned_at) AS assigned_at FROM tickets \
         WHERE state IN ('asignado', 'aceptado', 'en-camino') AND driver_id IS NOT NULL GROUP BY driver_id";
    let carried = fetch!(all, *session, Carried, CARRIED)?;
    let of = |driver: &DriverView| carried.iter().find(|carried| carried.driver_id == driver.id);
    Ok(drivers.iter().filter_map(|driver| worry(driver, *of(driver)?, now, silent_ms)).collect())
}

fn worry(driver: &DriverView, carried: Carried, now: UnixMillis, silent_ms: i64) -> Option<Worry> {
    let Carried { stops, on_the_way, assigned_at, .. } = carried;
    let heard = driver.position_at.max(assigned_at);
    let is_silent = on_the_way > 0 && heard.is_some_and(|at| now.since_ms(at) > silent_ms);
    let silent_since = heard.filter(|_| driver.on_shift && is_silent);
    (silent_since.is_some() || !driver.on_shift).then(|| Worry {
        driver: driver.name.clone(),
        silent_since,
        stops,
        on_the_way,
    })
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;

    use super::{Carried, worry};
    use crate::fleet::DriverView;

    fn driver(on_shift: bool, position_at: Option<i64>) -> DriverView {
        DriverView {
            id: 1,
            name: "Beto".to_owned(),
            email: String::new(),
            phone: String::new(),
            capacity: 5,
            neighbourhood: None,
            active: true,
            on_shift,
            load: 2,
            lat: None,
            lng: None,
            position_at: position_at.map(UnixMillis),
            position_age_s: None,
        }
    }

    #[test]
    fn who_is_silent_on_the_way_or_left_with_stops_is_a_worry() {
        let (now, silent_ms) = (UnixMillis(10_000_000), 600_000);
        let carried = |on_the_way, assigned_at: i64| Carried {
            driver_id: 1,
            stops: 2,
            on_the_way,
            assigned_at: Some(UnixMillis(assigned_at)),
        };
        let since = |driver, carried| worry(&driver, carried, now, silent_ms).map(|worry| worry.silent_since);
        assert_eq!(since(driver(true, Some(9_900_000)), carried(1, 0)), None, "heard of");
        assert_eq!(since(driver(true, None), carried(1, 9_900_000)), None, "has just got it");
        assert_eq!(since(driver(true, Some(0)), carried(0, 0)), None, "waits, and need not tell");
        assert_eq!(since(driver(true, Some(9_000_000)), carried(1, 0)), Some(Some(UnixMillis(9_000_000))));
        assert_eq!(since(driver(true, None), carried(2, 0)), Some(Some(UnixMillis(0))), "never heard of");
        assert_eq!(since(driver(false, Some(9_990_000)), carried(0, 0)), Some(None), "off shift with stops left");
    }
}
