//! What all reviews of a product come to.

use serde::Serialize;
use utoipa::ToSchema;

/// What the shown reviews of a product come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Rating {
    /// The average of the stars, to the hundredth; null without a review.
    #[serde(rename = "promedio")]
    pub average: Option<f64>,
    /// How many reviews.
    #[serde(rename = "cantidad")]
    pub count: i64,
    /// All their stars together.
    #[serde(skip)]
    stars: i64,
}

/// The score of a product without a review, in thousandths of a star.
pub(crate) const UNRATED: i64 = 3000;
/// As if so many had given [`UNRATED`] before: one enthusiast moves nothing much.
const DOUBT: i64 = 5;

/// The score of a row of `product_ratings r`, joined from the left, in SQL: what [`Rating::score`] is in Rust.
macro_rules! select_score {
    () => {
        "COALESCE((r.stars * 1000 + 15000) / (r.reviews + 5), 3000)"
    };
}
pub(crate) use select_score;

impl Rating {
    /// So many reviews with so many stars together.
    #[must_use]
    pub fn new(count: i64, stars: i64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "hundredths of stars are far below 2^52")]
        let average = (count > 0).then(|| ((stars * 100 + count / 2) / count) as f64 / 100.0);
        Self { average, count, stars }
    }

    /// What breaks a tie between products that fit a search alike: the average in thousandths of a star, drawn towards the
    /// middle where there are few reviews, so that one is not better than two hundred.
    #[must_use]
    pub fn score(&self) -> i64 {
        (self.stars * 1000 + DOUBT * UNRATED) / (self.count + DOUBT)
    }

    /// The average in tenths of a star, as pages show it.
    #[must_use]
    pub fn tenths(&self) -> i64 {
        if self.count == 0 { 0 } else { (self.stars * 10 + self.count / 2) / self.count }
    }

    /// How much of five stars is filled, in percent.
    #[must_use]
    pub fn percent(&self) -> i64 {
        if self.count == 0 { 0 } else { self.stars * 20 / self.count }
    }
}

#[cfg(test)]
mod tests {
    use super::{DOUBT, Rating, UNRATED};

    #[test]
    fn few_reviews_move_little() {
        assert_eq!(Rating::default().score(), UNRATED);
        let one = Rating::new(1, 5);
        assert_eq!((one.average, one.tenths(), one.percent()), (Some(5.0), 50, 100));
        let many = Rating::new(200, 940);
        assert_eq!((many.average, many.tenths()), (Some(4.7), 47));
        assert!(many.score() > one.score() && one.score() > UNRATED);
        assert!(Rating::new(1, 1).score() < UNRATED, "a bad one is worse than none");
        assert_eq!(Rating::new(3, 13).average, Some(4.33));
        assert_eq!(DOUBT * UNRATED, 15_000, "as the SQL says it");
    }
}
