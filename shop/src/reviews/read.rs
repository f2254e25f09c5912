//! Reading reviews: of a product, as anybody sees them; of an order, as its author does.

use std::collections::HashMap;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_in};
use belgrano_wire::OrderNumber;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::rating::Rating;
use super::stars::Stars;

/// A review of a product, as anybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct PublicReview {
    pub(crate) id: i64,
    #[serde(rename = "estrellas")]
    pub(crate) stars: Stars,
    /// What its author says; empty for nothing.
    #[serde(rename = "texto")]
    pub(crate) words: String,
    /// The first name of its author; null where there is none.
    #[serde(rename = "autor")]
    pub(crate) author: Option<String>,
    /// When it was written, or last changed.
    #[serde(rename = "fecha")]
    pub(crate) at: UnixMillis,
}

/// A review as its author sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct OwnReview {
    pub(crate) id: i64,
    /// The product; null for the delivery.
    #[serde(rename = "producto_id")]
    pub(crate) product_id: Option<i64>,
    #[serde(rename = "estrellas")]
    #[sqlx(try_from = "i64")]
    pub(crate) stars: Stars,
    /// What its author says; empty for nothing.
    #[serde(rename = "texto")]
    pub(crate) words: String,
    /// When it was written, or last changed.
    #[serde(rename = "fecha")]
    #[sqlx(rename = "updated_at")]
    pub(crate) at: UnixMillis,
    /// Whether an administrator hid it: nobody else sees it then, and it does not count.
    #[serde(rename = "oculta")]
    pub(crate) hidden: bool,
    /// Why it was hidden.
    #[serde(rename = "motivo_oculta")]
    #[sqlx(rename = "hidden_reason")]
    pub(crate) reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct PublicRow {
    id: i64,
    #[sqlx(try_from = "i64")]
    stars: Stars,
    words: String,
    first_name: String,
    active: bool,
    updated_at: UnixMillis,
}

const OF_PRODUCT: &str = "SELECT r.id, r.stars, r.words, a.first_name, a.active, r.updated_at \
     FROM reviews r JOIN accounts a ON a.id = r.account_id \
     WHERE r.product_id = $1 AND r.hidden_at IS NULL AND r.id < $2 ORDER BY r.id DESC LIMIT $3";
const OF_ORDER: &str = "SELECT r.id, r.product_id, r.stars, r.words, r.updated_at, r.hidden_at IS NOT NULL AS hidden, \
     r.hidden_reason FROM reviews r JOIN orders o ON o.id = r.order_id \
     WHERE o.number = $1 AND o.account_id = $2 ORDER BY r.id";
const RATINGS: &str = "SELECT product_id, reviews, stars FROM product_ratings WHERE product_id IN";

/// At most `limit` shown reviews of a product older than the review `before`, newest first.
pub(crate) async fn of_product(
    session: &mut Session,
    product_id: i64,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<PublicReview>> {
    let rows = fetch!(all, *session, PublicRow, OF_PRODUCT, product_id, before, limit)?;
    let view = |row: PublicRow| PublicReview {
        id: row.id,
        stars: row.stars,
        words: row.words,
        author: first_name(&row.first_name).filter(|_| row.active),
        at: row.updated_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// What an account said of an order of its own.
pub(crate) async fn of_order(
    session: &mut Session,
    account_id: i64,
    number: &OrderNumber,
) -> sqlx::Result<Vec<OwnReview>> {
    fetch!(all, *session, OwnReview, OF_ORDER, number.as_str(), account_id)
}

/// What the reviews of products come to, by product; one without any is left out.
pub(crate) async fn ratings(session: &mut Session, products: &[i64]) -> sqlx::Result<HashMap<i64, Rating>> {
    let rows = fetch_in!(*session, (i64, i64, i64), RATINGS, products, "");
    Ok(rows.into_iter().map(|(id, count, stars)| (id, Rating::new(count, stars))).collect())
}

/// All that is shown of an author: the first word of what they are called. Many write their whole name into one field.
pub(super) fn first_name(name: &str) -> Option<String> {
    let first = name.split([' ', ',', '\u{a0}']).find(|word| !word.is_empty())?;
    // Whoever wrote an address there does not mean it to be read.
    (!first.contains('@')).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::first_name;

    #[test]
    fn no_more_of_an_author_than_the_first_name() {
        for (name, shown) in [("Ana", Some("Ana")), ("  María José Díaz ", Some("María")), ("Díaz, Ana", Some("Díaz"))]
        {
            assert_eq!(first_name(name).as_deref(), shown);
        }
        assert_eq!((first_name(""), first_name("ana@example.com")), (None, None));
    }
}
