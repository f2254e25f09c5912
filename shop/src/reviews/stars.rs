//! One to five stars.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many stars: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(minimum = 1, maximum = 5)]
pub struct Stars(i64);

impl Stars {
    /// The most there are.
    pub const MOST: i64 = 5;

    /// So many; `None` for what is not 1 to 5.
    #[must_use]
    pub fn new(stars: i64) -> Option<Self> {
        (1..=Self::MOST).contains(&stars).then_some(Self(stars))
    }

    /// How many stars these are, 1 to 5.
    #[must_use]
    pub fn count(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Stars {
    type Error = String;

    fn try_from(stars: i64) -> Result<Self, String> {
        Self::new(stars).ok_or_else(|| format!("{stars} stars"))
    }
}
