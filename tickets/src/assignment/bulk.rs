//! The same action on many tickets: one command, one result a row. A row that is refused leaves the others alone.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::convert::Infallible;

use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::texts::{Message, Said};
use belgrano_wire::{OrderNumber, Priority};
use serde::Serialize;
use utoipa::ToSchema;

use super::assign::{Chosen, OnShift, Terms, assign, record, seen, take_back};
use crate::progress::{Edit, Step, TicketRefusal, Undo};
use crate::tickets::Detail;
use crate::unit::{Action, BoardUnit, BoardWants, Ticket};

/// What is done to each ticket.
#[derive(Clone, Debug)]
pub enum BulkAction {
    /// Offer it, whoever has it; automatically, the urgent ones first.
    Assign(Chosen),
    /// Take it back to the pool.
    Unassign,
    /// Give it this priority.
    Prioritise(Priority),
    /// Call it off, for this reason.
    Cancel(String),
    /// Take its last change back.
    Undo,
}

/// Rows of a bulk action.
const MAX_ROWS: usize = 500;

/// Do something to many tickets.
#[derive(Debug)]
pub struct Bulk {
    /// The rows as they were sent: a number, or a text that is none.
    pub rows: Vec<Result<OrderNumber, String>>,
    /// The versions that were seen, of those rows that are only meant at that version.
    pub versions: HashMap<OrderNumber, i64>,
    /// What to do to each.
    pub action: BulkAction,
    /// As whom.
    pub terms: Terms,
}

/// What became of one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowResult {
    /// The number as it was sent.
    pub(crate) numero: String,
    /// Whether it was done.
    pub(crate) exito: bool,
    /// The status it would have had alone.
    pub(crate) status: u16,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The same, for a page.
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) why: Option<Said>,
    /// The ticket as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ticket: Option<Box<Detail>>,
    /// What a page shows instead: the ticket also when nothing was done to it.
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) now: Option<Box<Ticket>>,
}

/// All rows, in the order they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkResult {
    /// Rows that were done.
    pub(crate) hechos: usize,
    /// One for each number.
    pub(crate) resultados: Vec<RowResult>,
}

impl Command<BoardUnit> for Bulk {
    type Output = BulkResult;
    type Refusal = Infallible;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.extend(self.rows.iter().flatten().cloned());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<BulkResult, Failure<Infallible>> {
        let mut on_shift = OnShift::default();
        let mut results: Vec<(usize, RowResult)> = Vec::with_capacity(self.rows.len());
        for index in self.order(unit).await? {
            let mut result = match &self.rows[index] {
                Err(text) => RowResult::wrong(text),
                Ok(number) => match self.one(unit, number, &mut on_shift).await {
                    Ok(_) => RowResult::done(number),
                    Err(Failure::Refused(refusal)) => RowResult::refused(number, refusal),
                    Err(Failure::Broke(error)) => return Err(Failure::Broke(error)),
                },
            };
            if let Ok(number) = &self.rows[index] {
                let now = unit.ticket(number).await?.cloned();
                result.ticket = now.clone().filter(|_| result.exito).map(|now| Box::new(now.into()));
                result.now = now.map(Box::new);
            }
            results.push((index, result));
        }
        results.sort_by_key(|(index, _)| *index);
        let resultados: Vec<RowResult> = results.into_iter().map(|(_, result)| result).collect();
        Ok(BulkResult { hechos: resultados.iter().filter(|row| row.exito).count(), resultados })
    }
}

impl Bulk {
    /// Refuses a number of rows that is none or too many.
    pub(crate) fn check_count(rows: usize) -> Result<(), Problem> {
        if (1..=MAX_ROWS).contains(&rows) {
            return Ok(());
        }
        Err(Problem::invalid_field("numeros", Message::new("error-count").with("from", 1).with("to", MAX_ROWS)))
    }

    /// Where only the first few may get a driver, the urgent and then the oldest are the first.
    async fn order(&self, unit: &mut BoardUnit) -> sqlx::Result<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        if matches!(self.action, BulkAction::Assign(Chosen::Automatic { .. })) {
            let mut keys = Vec::with_capacity(order.len());
            for row in &self.rows {
                let ticket = match row {
                    Ok(number) => unit.ticket(number).await?,
                    Err(_) => None,
                };
                keys.push(ticket.map(|ticket| (Reverse(ticket.view.priority), ticket.view.created_at)));
            }
            order.sort_by_key(|index| keys[*index]);
        }
        Ok(order)
    }

    async fn one(
        &self,
        unit: &mut BoardUnit,
        number: &OrderNumber,
        on_shift: &mut OnShift,
    ) -> Result<Detail, Failure<TicketRefusal>> {
        let (by, if_match) = (self.terms.by.clone(), self.versions.get(number).copied());
        match &self.action {
            BulkAction::Assign(chosen) => assign(unit, number, *chosen, if_match, on_shift, &self.terms).await,
            BulkAction::Unassign => {
                let ticket = seen(unit, number, if_match).await?;
                take_back(unit, &ticket, self.terms.recall, by)
            }
            BulkAction::Cancel(reason) => {
                let ticket = seen(unit, number, if_match).await?;
                record(unit, &ticket, &Step::Cancel(reason.clone()), Action::Cancelled, by)
            }
            BulkAction::Prioritise(priority) => {
                let number = number.clone();
                let edit = Edit { number, priority: Some(*priority), instructions: None, if_match, by };
                edit.apply(unit).await
            }
            BulkAction::Undo => {
                let (number, offer_timeout_ms) = (number.clone(), self.terms.offer_timeout_ms);
                Undo { number, if_match, by, offer_timeout_ms }.apply(unit).await
            }
        }
    }
}

impl RowResult {
    fn done(number: &OrderNumber) -> Self {
        Self { numero: number.to_string(), exito: true, status: 200, error: None, why: None, ticket: None, now: None }
    }

    fn refused(number: &OrderNumber, refusal: TicketRefusal) -> Self {
        Self::problem(number.to_string(), &refusal.into())
    }

    fn wrong(text: &str) -> Self {
        let problem = Problem::invalid_field("numeros", Message::new("error-ticket-number"));
        Self::problem(text.chars().take(OrderNumber::MAX_CHARS).collect(), &problem)
    }

    fn problem(numero: String, problem: &Problem) -> Self {
        let (error, why) = (Some(problem.detail().to_owned()), Some(problem.said().clone()));
        Self { numero, exito: false, status: problem.status().as_u16(), error, why, ticket: None, now: None }
    }
}
