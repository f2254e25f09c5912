//! A page of what is called as it was asked for: all of it in the order of the catalog, what is searched by words in the order of
//! what its reviews say.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::search::fold;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};

use super::product::{ProductRow, ProductView, complete, select_products};
use super::products::Filter;
use super::search::MAX_WORDS;
use crate::reviews::{UNRATED, select_score};

const LIST: &str = select_products!(
    "WHERE p.active AND b.active AND p.id > $1 AND ($2 = '' OR b.slug = $2 OR CAST(b.id AS TEXT) = $2) \
     AND ($3 = '' OR c.slug = $3 OR CAST(c.id AS TEXT) = $3) AND ($4 = 0 OR p.featured = ($4 = 1)) \
     AND p.search LIKE $5 AND p.search LIKE $6 AND p.search LIKE $7 AND p.search LIKE $8 \
     AND p.search LIKE $9 AND p.search LIKE $10 AND p.search LIKE $11 AND p.search LIKE $12 \
     ORDER BY p.id LIMIT $13"
);

/// What is searched for by words. Every product of it fits alike, so the score of their reviews breaks the tie, then the id.
const FOUND: &str = select_products!(
    "LEFT JOIN product_ratings r ON r.product_id = p.id WHERE p.active AND b.active AND (",
    select_score!(),
    " < $1 OR (",
    select_score!(),
    " = $1 AND p.id > $2)) AND ($3 = '' OR b.slug = $3 OR CAST(b.id AS TEXT) = $3) \
     AND ($4 = '' OR c.slug = $4 OR CAST(c.id AS TEXT) = $4) AND ($5 = 0 OR p.featured = ($5 = 1)) \
     AND p.search LIKE $6 AND p.search LIKE $7 AND p.search LIKE $8 AND p.search LIKE $9 \
     AND p.search LIKE $10 AND p.search LIKE $11 AND p.search LIKE $12 AND p.search LIKE $13 ORDER BY ",
    select_score!(),
    " DESC, p.id LIMIT $14"
);

/// Where a page ended, as its cursor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum After {
    /// At the product with this id; below zero so many were shown of what only some words find.
    Id(i64),
    /// At the product with this score and id.
    Rated(i64, i64),
}

impl After {
    /// Before the first product: where the first page starts.
    pub(super) const START: Self = Self::Id(0);

    /// Score and id, in what is ordered by both.
    pub(super) fn rated(self) -> (i64, i64) {
        match self {
            Self::Id(0) => (i64::MAX, 0),
            // A cursor from before there were reviews.
            Self::Id(id) => (UNRATED, id),
            Self::Rated(score, id) => (score, id),
        }
    }

    fn id(self) -> i64 {
        match self {
            Self::Id(id) | Self::Rated(_, id) => id,
        }
    }

    /// How many were shown of what only some words find; 0 for another search.
    pub(super) fn shown(self) -> usize {
        match self {
            Self::Id(id) => usize::try_from(id.saturating_neg()).unwrap_or(0),
            Self::Rated(..) => 0,
        }
    }

    /// Where a page of `filter` ends whose last is `product`.
    pub(super) fn product(product: &ProductView, filter: &Filter) -> Self {
        if by_words(filter) { Self::Rated(product.rating.score(), product.id) } else { Self::Id(product.id) }
    }
}

fn by_words(filter: &Filter) -> bool {
    !fold(&filter.q).is_empty()
}

/// Up to `limit` products after `after` that are for sale and fit; one more is read to know whether there are more.
pub(super) async fn search(
    session: &mut Session,
    filter: &Filter,
    words: &[String; MAX_WORDS],
    after: After,
    limit: u32,
    now: UnixMillis,
) -> sqlx::Result<(Vec<ProductView>, bool)> {
    let (business, category, featured) = filter.parts();
    let [w1, w2, w3, w4, w5, w6, w7, w8] = words;
    let beyond = i64::from(limit) + 1;
    let mut rows = if by_words(filter) {
        let (score, id) = after.rated();
        fetch!(
            all, *session, ProductRow, FOUND, score, id, business, category, featured, w1, w2, w3, w4, w5, w6, w7, w8,
            beyond
        )?
    } else {
        let id = after.id();
        fetch!(
            all, *session, ProductRow, LIST, id, business, category, featured, w1, w2, w3, w4, w5, w6, w7, w8, beyond
        )?
    };
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok((complete(session, rows, now).await?, more))
}
