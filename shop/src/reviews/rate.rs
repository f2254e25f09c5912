//! A customer rates a delivered order.

use std::collections::HashMap;

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute_rows, fetch};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};

use super::stars::Stars;
use crate::orders;
use crate::unit::{ShopUnit, ShopWants};

/// What is given to one product, or to the delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The product; `None` for the delivery.
    pub product_id: Option<i64>,
    /// How many stars it gets.
    pub stars: Stars,
    /// What the customer says; empty for nothing.
    pub words: String,
}

/// Rate what is in a delivered order of an account. What it rated before is changed; the same again changes nothing.
#[derive(Clone, Debug)]
pub struct Rate {
    /// The account whose order it is.
    pub account_id: i64,
    /// The number of the order.
    pub number: OrderNumber,
    /// One for each product and one for the delivery at most.
    pub given: Vec<Given>,
}

/// Why an order is not rated.
#[derive(Debug)]
pub enum RateRefusal {
    /// No such order of this account.
    Unknown,
    /// It is not delivered.
    NotDelivered(TicketState),
    /// It has no such product.
    NotInOrder(i64),
}

impl From<RateRefusal> for Problem {
    fn from(refusal: RateRefusal) -> Self {
        match refusal {
            RateRefusal::Unknown => orders::no_such_order(),
            RateRefusal::NotDelivered(state) => {
                Self::conflict("pedido-sin-entregar", Message::new("refusal-not-delivered"))
                    .with("estado", state.as_str())
            }
            RateRefusal::NotInOrder(id) => {
                Self::invalid(vec![FieldError::new("productos", Message::new("error-not-in-order").with("id", id))])
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    product_id: Option<i64>,
    stars: i64,
    words: String,
    hidden_at: Option<UnixMillis>,
}

const OF_ORDER: &str = "SELECT id, product_id, stars, words, hidden_at FROM reviews WHERE order_id = $1";
const INSERT: &str =
    "INSERT INTO reviews (order_id, account_id, product_id, stars, words, created_at, updated_at) VALUES";
const UPDATE: &str = "UPDATE reviews SET stars = v.column2, words = v.column3, updated_at = v.column4 FROM (VALUES";
const COUNT: &str = "INSERT INTO product_ratings (product_id, reviews, stars) VALUES";
const COUNT_TAIL: &str = "ON CONFLICT (product_id) DO UPDATE SET reviews = product_ratings.reviews + excluded.reviews, \
     stars = product_ratings.stars + excluded.stars";

/// Whether an order in this state can be rated. The command refuses by it, and a page offers by it.
pub(crate) fn check_rateable(state: TicketState) -> Result<(), RateRefusal> {
    if state == TicketState::Delivered { Ok(()) } else { Err(RateRefusal::NotDelivered(state)) }
}

impl Command<ShopUnit> for Rate {
    /// How many were new or changed.
    type Output = usize;
    type Refusal = RateRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.orders.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<usize, Failure<RateRefusal>> {
        let order = unit.order(&self.number).await?.filter(|order| order.account_id == self.account_id);
        let (order_id, state) =
            order.map(|order| (order.id, order.state)).ok_or(Failure::Refused(RateRefusal::Unknown))?;
        check_rateable(state).map_err(Failure::Refused)?;
        let lines = orders::lines(unit.reader(), &[order_id]).await?;
        let in_order = |id: &i64| lines.iter().any(|line| line.product_id == *id);
        if let Some(id) = self.given.iter().filter_map(|given| given.product_id).find(|id| !in_order(id)) {
            return Err(Failure::Refused(RateRefusal::NotInOrder(id)));
        }
        let stored = fetch!(all, *unit.reader(), Stored, OF_ORDER, order_id)?;
        let changes = Changes::of(&self.given, stored);
        if !changes.is_empty() {
            let now = unit.now();
            changes.write(unit.session(), order_id, self.account_id, now).await?;
        }
        Ok(changes.new.len() + changes.changed.len())
    }
}

/// What a rating changes of what is stored.
#[derive(Debug, Default)]
struct Changes<'a> {
    new: Vec<&'a Given>,
    changed: Vec<(i64, &'a Given)>,
    /// Reviews and stars that are shown more than before, by product.
    counts: HashMap<i64, (i64, i64)>,
}

impl<'a> Changes<'a> {
    fn of(given: &'a [Given], stored: Vec<Stored>) -> Self {
        let mut before: HashMap<Option<i64>, Stored> = stored.into_iter().map(|row| (row.product_id, row)).collect();
        let mut changes = Self::default();
        for given in given {
            let stars = given.stars.count();
            match before.remove(&given.product_id) {
                None => {
                    changes.new.push(given);
                    changes.count(given.product_id, 1, stars);
                }
                Some(was) if was.stars != stars || was.words != given.words => {
                    changes.changed.push((was.id, given));
                    // A hidden one stays hidden, whatever is made of it.
                    if was.hidden_at.is_none() {
                        changes.count(given.product_id, 0, stars - was.stars);
                    }
                }
                Some(_) => {}
            }
        }
        changes
    }

    fn count(&mut self, product_id: Option<i64>, reviews: i64, stars: i64) {
        if let Some(id) = product_id.filter(|_| (reviews, stars) != (0, 0)) {
            let count = self.counts.entry(id).or_default();
            *count = (count.0 + reviews, count.1 + stars);
        }
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty()
    }

    async fn write(&self, session: &mut Session, order_id: i64, account_id: i64, now: UnixMillis) -> sqlx::Result<()> {
        execute_rows!(*session, INSERT, 7, &self.new, |query, given| {
            let query = query.bind(order_id).bind(account_id).bind(given.product_id).bind(given.stars.count());
            query.bind(&given.words).bind(now).bind(now)
        });
        execute_rows!(*session, UPDATE, 4, &self.changed, ") AS v WHERE reviews.id = v.column1", |query, row| {
            query.bind(row.0).bind(row.1.stars.count()).bind(&row.1.words).bind(now)
        });
        let counts: Vec<(i64, i64, i64)> = self.counts.iter().map(|(id, (n, stars))| (*id, *n, *stars)).collect();
        add_counts(session, &counts).await
    }
}

/// Adds reviews and stars to what is shown of products: each with its id, how many more, and how many stars more.
pub(super) async fn add_counts(session: &mut Session, counts: &[(i64, i64, i64)]) -> sqlx::Result<()> {
    execute_rows!(*session, COUNT, 3, counts, COUNT_TAIL, |query, row| query.bind(row.0).bind(row.1).bind(row.2));
    Ok(())
}
