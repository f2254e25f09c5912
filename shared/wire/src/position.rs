//! A place on the map, in degrees (WGS 84), as phones report it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::texts::Message;

/// A place on the map.
///
/// Invariant: both are finite, within -90..=90 and -180..=180, and rounded to 1e-7 degrees (about a centimetre), so
/// that a position survives being written and read by anybody's float parser and can be compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Degrees")]
pub struct Position {
    lat: f64,
    lng: f64,
}

#[derive(Deserialize)]
struct Degrees {
    lat: f64,
    lng: f64,
}

/// Degrees outside the globe. Its text is Spanish: it is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Message::from(*self))]
pub struct InvalidPosition;

impl From<InvalidPosition> for Message {
    fn from(InvalidPosition: InvalidPosition) -> Self {
        Self::new("error-position")
    }
}

/// Units of the rounding in a degree.
const UNITS: f64 = 1e7;

/// `degrees` rounded, if within `±limit`; `None` for NaN, too. Adding zero turns -0.0 into 0.0.
pub(super) fn rounded(degrees: f64, limit: f64) -> Option<f64> {
    (degrees.abs() <= limit).then(|| (degrees * UNITS).round() / UNITS + 0.0)
}

/// The largest latitude.
pub(super) const MAX_LAT: f64 = 90.0;
/// The largest longitude.
pub(super) const MAX_LNG: f64 = 180.0;

impl Position {
    /// The place at `lat`, `lng` degrees, rounded to 1e-7.
    pub fn new(lat: f64, lng: f64) -> Result<Self, InvalidPosition> {
        match (rounded(lat, MAX_LAT), rounded(lng, MAX_LNG)) {
            (Some(lat), Some(lng)) => Ok(Self { lat, lng }),
            _ => Err(InvalidPosition),
        }
    }

    /// Latitude in degrees.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Longitude in degrees.
    #[must_use]
    pub const fn lng(self) -> f64 {
        self.lng
    }
}

impl TryFrom<Degrees> for Position {
    type Error = InvalidPosition;

    fn try_from(degrees: Degrees) -> Result<Self, Self::Error> {
        Self::new(degrees.lat, degrees.lng)
    }
}
