//! Reviews: what customers say of what they got. Stars for each product of a delivered order and for the delivery, words if
//! they want.
//!
//! One for each order and product, which its author may change ([`Rate`]). An administrator may hide one with a reason
//! ([`Decide`]); every such decision stays on record. The average of what is shown is kept beside the product
//! (`product_ratings`), so a list of products costs no count. After a delivery the customer is asked once, by the notices
//! ([`AskForReviews`]).
//!
//! What must never happen here: more of an author than the first name in public, or a hidden review that counts.

mod ask;
mod decide;
mod http;
mod manage;
mod rate;
mod rating;
mod read;
mod stars;
#[cfg(test)]
mod tests;

pub use ask::{AskForReviews, ask};
pub use decide::{Action, Decide, DecideRefusal};
pub use http::routes;
pub(crate) use http::{RatingBody, RatingOf, ReviewsBody, rate_order, shown_of};
pub(crate) use manage::{Decision, DecisionBody, ManagedReview, Shown, ShownFilter, decide, page_of};
pub(crate) use rate::check_rateable;
pub use rate::{Given, Rate, RateRefusal};
pub use rating::Rating;
pub(crate) use rating::{UNRATED, select_score};
pub(crate) use read::{OwnReview, PublicReview, of_order, ratings};
pub use stars::Stars;
