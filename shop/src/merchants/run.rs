//! Turning a package into an order: on its due date, or at once because its merchant says so.
//!
//! [`RunPackage`] does a due date in one unit of work: it looks what is due now, whatever its scheduler saw, places the order,
//! writes the run and moves the series on. Schedulers of several instances may all submit it: the writers take turns, the
//! first one moves the series, the others find nothing due; a date that was acted on is passed by, and the unique key of the
//! runs holds even if it were not.
//! An order that is refused is a run as well, with the reason in words. What must never happen here: an order without its run.

use std::convert::Infallible;

use belgrano_notices::{News, Notice};
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch, fetch_scalar};
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, PaymentMethod};
use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Due, DueDate, RunHour};
use super::edit::not_found;
use super::package::{self, Item, Package};
use crate::basket::Basket;
use crate::checkout::{CheckoutRefusal, Delivery, place_order};
use crate::orders::OrderView;
use crate::unit::{ShopUnit, ShopWants};
use crate::visits::Arrival;

/// How a due date, or an order beside the series, went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum Outcome {
    /// It became an order.
    #[serde(rename = "pedida")]
    Ordered,
    /// The order was refused.
    #[serde(rename = "rechazada")]
    Refused,
    /// It was missed, and a later date was ordered.
    #[serde(rename = "salteada")]
    Skipped,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "pedida",
            Self::Refused => "rechazada",
            Self::Skipped => "salteada",
        }
    }
}

impl TryFrom<String> for Outcome {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        [Self::Ordered, Self::Refused, Self::Skipped].into_iter().find(|it| it.as_str() == text).ok_or(text)
    }
}

/// Order what a package has due.
#[derive(Clone, Debug)]
pub struct RunPackage {
    /// Which package.
    pub id: i64,
    /// When on a day packages are ordered.
    pub hour: RunHour,
    /// `traceparent` of the run.
    pub trace: String,
}

/// What [`RunPackage`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// Nothing: somebody else did it, or the package was paused, changed or deleted.
    NotDue,
    /// It became this order.
    Ordered(OrderNumber),
    /// No order: why, in words for the merchant.
    Refused(String),
}

const MOVE_ON: &str = "UPDATE packages SET next_on = $2, next_at = $3, active = $4 WHERE id = $1";
/// Dates are fixed in length and have the same signs in the same places, so any collation sorts them.
const ACTED_ON: &str = "SELECT due_on FROM package_runs WHERE package_id = $1 AND due_on >= $2";

impl Command<ShopUnit> for RunPackage {
    type Output = Ran;
    type Refusal = Infallible;

    fn wants(&self, wants: &mut ShopWants) {
        wants.packages.push(self.id);
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Ran, Failure<Infallible>> {
        let now = unit.now();
        let package = match package::by_id(unit.reader(), self.id).await? {
            Some(package) if package.active && package.next_at <= now => package,
            _ => return Ok(Ran::NotDue),
        };
        let Due { mut skipped, latest, next } = package.series().due(package.next_on, now, self.hour);
        // A series that was started anew may come by a date that it has had.
        let acted_on = fetch_scalar!(all, *unit.reader(), String, ACTED_ON, self.id, package.next_on.to_string())?;
        skipped.retain(|day| !acted_on.contains(&day.to_string()));
        let mut runs: Vec<Run> = skipped.into_iter().map(|day| Run::of(self.id, day, Outcome::Skipped)).collect();
        let mut ran = Ran::NotDue;
        if !acted_on.contains(&latest.to_string()) {
            let (run, result) = self.order(unit, &package, latest).await?;
            runs.push(run);
            ran = result;
        }
        record(unit, &runs).await?;
        let (next_on, goes_on) = (next.unwrap_or(latest), next.is_some());
        let moved = execute!(*unit.session(), MOVE_ON, self.id, next_on.to_string(), next_on.at(self.hour), goes_on)?;
        require_one(moved)?;
        Ok(ran)
    }
}

impl RunPackage {
    async fn order(
        &self,
        unit: &mut ShopUnit,
        package: &Package,
        due_on: DueDate,
    ) -> Result<(Run, Ran), Failure<Infallible>> {
        match order(unit, package, (Much::All, None), &Arrival::of_package(), &self.trace).await {
            Ok(order) => {
                let mut run = Run::of(self.id, due_on, Outcome::Ordered);
                run.order_number = Some(order.number.clone());
                Ok((run, Ran::Ordered(order.number)))
            }
            Err(Failure::Refused(refusal)) => {
                let words = in_words(refusal);
                unit.notify(missed(package, unit.now())?);
                let mut run = Run::of(self.id, due_on, Outcome::Refused);
                run.failure = Some(words.clone());
                Ok((run, Ran::Refused(words)))
            }
            Err(Failure::Broke(error)) => Err(Failure::Broke(error)),
        }
    }
}

/// Order a package now, beside its series, which does not move.
#[derive(Debug)]
pub struct RunNow {
    /// Whose.
    pub account_id: i64,
    /// Which package; a paused one may be ordered too.
    pub id: i64,
    /// Whether what there is will do, where something is missing.
    pub rest: bool,
    /// The total its merchant saw, where one was shown: at another nothing is ordered.
    pub seen: Option<Money>,
    /// Where its merchant came from.
    pub arrival: Arrival,
    /// `traceparent` of the request.
    pub trace: String,
}

/// Why a package is not ordered now.
#[derive(Debug)]
pub enum RunRefusal {
    /// The merchant has no such package.
    NotFound,
    /// The order cannot be placed.
    Checkout(CheckoutRefusal),
}

impl From<RunRefusal> for Problem {
    fn from(refusal: RunRefusal) -> Self {
        match refusal {
            RunRefusal::NotFound => not_found(),
            RunRefusal::Checkout(refusal) => refusal.into(),
        }
    }
}

impl Command<ShopUnit> for RunNow {
    type Output = OrderView;
    type Refusal = RunRefusal;

    fn wants(&self, wants: &mut ShopWants) {
        wants.accounts.push(self.account_id);
        wants.packages.push(self.id);
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<OrderView, Failure<RunRefusal>> {
        let Some(package) = package::own(unit.reader(), self.account_id, self.id).await? else {
            return Err(Failure::Refused(RunRefusal::NotFound));
        };
        let much = if self.rest { Much::WhatThereIs } else { Much::All };
        let order =
            order(unit, &package, (much, self.seen), &self.arrival, &self.trace).await.map_err(
                |failure| match failure {
                    Failure::Refused(refusal) => Failure::Refused(RunRefusal::Checkout(refusal)),
                    Failure::Broke(error) => Failure::Broke(error),
                },
            )?;
        let number = Some(order.number.clone());
        let run =
            Run { package_id: self.id, due_on: None, outcome: Outcome::Ordered, order_number: number, failure: None };
        record(unit, &[run]).await?;
        Ok(order)
    }
}

/// What its merchant is told of a package that was due and was not ordered.
fn missed(package: &Package, now: UnixMillis) -> sqlx::Result<Notice> {
    let news = News::PackageMissed;
    let order_number =
        OrderNumber::parse(&package.id.to_string()).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let place = Some(package.name.clone());
    let expires_at = now.plus_ms(news.lifetime_ms());
    Ok(Notice { account_id: package.account_id, news, order_number, place, expires_at })
}

/// How much of a package is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Much {
    /// All of it, or nothing.
    All,
    /// Of each product what there is.
    WhatThereIs,
}

/// Of each product what there is; what there is none of is left out.
async fn what_there_is(unit: &mut ShopUnit, items: Vec<Item>) -> sqlx::Result<Vec<Item>> {
    unit.read_products(items.iter().map(|item| item.product_id)).await?;
    let mut there = Vec::new();
    for mut item in items {
        let product = if item.sold { unit.product(item.product_id).await? } else { None };
        let Some(product) = product.filter(|product| product.active) else { continue };
        item.quantity = product.stock.map_or(item.quantity, |stock| stock.min(item.quantity));
        if item.quantity > 0 {
            there.push(item);
        }
    }
    Ok(there)
}

/// Places the order of a package, through the account it belongs to.
async fn order(
    unit: &mut ShopUnit,
    package: &Package,
    (much, seen): (Much, Option<Money>),
    arrival: &Arrival,
    trace: &str,
) -> Result<OrderView, Failure<CheckoutRefusal>> {
    let unsellable = |errors| Failure::Refused(CheckoutRefusal::Unsellable(errors));
    let mut items = package::items(unit.reader(), &[package.id]).await?;
    if much == Much::WhatThereIs {
        let there = what_there_is(unit, items.clone()).await?;
        // Of nothing there is no order: what is missing is named.
        if !there.is_empty() {
            items = there;
        }
    }
    let gone: Vec<FieldError> = (0..).zip(&items).filter(|(_, item)| !item.sold).map(gone).collect();
    if !gone.is_empty() {
        return Err(unsellable(gone));
    }
    let basket = Basket::parse(items.iter().map(|item| (item.product_id, item.quantity))).map_err(unsellable)?;
    let payment_method = PaymentMethod::parse(&package.payment_method)
        .map_err(|error| unsellable(vec![FieldError::new("metodo_pago", error)]))?;
    let delivery = Delivery {
        address: package.destination().cloned(),
        barrio: package.barrio.clone(),
        position: None,
        phone: None,
        payment_method,
        notes: package.notes.clone(),
    };
    place_order(unit, package.account_id, &basket, &delivery, seen, arrival, trace).await
}

/// A product that a package keeps and nobody sells, by its name: its merchant did not choose it today.
fn gone((position, item): (usize, &Item)) -> FieldError {
    let message = Message::new("error-no-longer-sold").with("name", &item.product_name);
    FieldError::new(format!("items[{position}].producto_id"), message)
}

/// Why an order was refused, for someone who did not send the request: without the names of its fields.
fn in_words(refusal: CheckoutRefusal) -> String {
    let problem = Problem::from(refusal);
    let messages: Vec<&str> = problem.errors().iter().map(|error| error.message.as_str()).collect();
    if messages.is_empty() { problem.detail().to_owned() } else { messages.join("; ") }
}

struct Run {
    package_id: i64,
    due_on: Option<DueDate>,
    outcome: Outcome,
    order_number: Option<OrderNumber>,
    failure: Option<String>,
}

impl Run {
    fn of(package_id: i64, due_on: DueDate, outcome: Outcome) -> Self {
        Self { package_id, due_on: Some(due_on), outcome, order_number: None, failure: None }
    }
}

const INSERT_RUNS: &str =
    "INSERT INTO package_runs (package_id, due_on, outcome, order_number, failure, ran_at) VALUES";

async fn record(unit: &mut ShopUnit, runs: &[Run]) -> sqlx::Result<()> {
    let now = unit.now();
    execute_rows!(*unit.session(), INSERT_RUNS, 6, runs, |query, run| {
        query
            .bind(run.package_id)
            .bind(run.due_on.map(|day| day.to_string()))
            .bind(run.outcome.as_str())
            .bind(run.order_number.as_ref().map(OrderNumber::as_str))
            .bind(&run.failure)
            .bind(now)
    });
    Ok(())
}

/// One line of a package's history.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct RunView {
    #[serde(skip)]
    pub(super) id: i64,
    /// The due date; null for an order beside the series.
    #[serde(rename = "fecha")]
    pub due_on: Option<String>,
    /// How it went.
    #[serde(rename = "resultado")]
    #[sqlx(try_from = "String")]
    pub outcome: Outcome,
    /// The order's number.
    #[serde(rename = "numero")]
    pub order_number: Option<String>,
    /// Why there is no order.
    #[serde(rename = "motivo")]
    pub failure: Option<String>,
    /// When it was acted on.
    #[serde(rename = "ejecutada")]
    pub ran_at: UnixMillis,
}

const HISTORY: &str = "SELECT id, due_on, outcome, order_number, failure, ran_at FROM package_runs \
     WHERE package_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

/// At most `limit` runs of a package older than the run `before`, newest first.
pub(super) async fn history(
    session: &mut Session,
    package_id: i64,
    before: i64,
    limit: i64,
) -> sqlx::Result<Vec<RunView>> {
    fetch!(all, *session, RunView, HISTORY, package_id, before, limit)
}
