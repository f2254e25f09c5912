//! A command under an `Idempotency-Key`: done once, answered the same every time.
//!
//! Wraps any command whose output has a JSON form. The answer is stored in the transaction of the change, so one exists
//! exactly when the other does; a refusal is not kept, so a mended state of things can be tried again.

use axum::http::StatusCode;
use serde::Serialize;

use super::{Answers, IdempotencyKey, KeyReused, StoredAnswer};
use crate::problem::Problem;
use crate::writer::{Command, Failure, UnitOfWork};

/// A unit of work that knows what its batch was answered before, and stores what it answers.
pub trait KeepsAnswers: UnitOfWork {
    /// Asks for what was answered to `key` to be read.
    fn want_answer(wants: &mut Self::Wants, key: IdempotencyKey);

    /// What was answered before.
    fn answers(&self) -> &Answers;

    /// Keeps an answer. That is a change even where nothing else is one: the key has to be known from then on.
    fn keep_answer(&mut self, key: IdempotencyKey, answer: StoredAnswer);
}

/// A command, done once per key; without a key, done.
#[derive(Debug)]
pub struct Once<C> {
    command: C,
    key: Option<IdempotencyKey>,
    status: StatusCode,
}

impl<C> Once<C> {
    /// Answered 200.
    pub fn new(command: C, key: Option<IdempotencyKey>) -> Self {
        Self { command, key, status: StatusCode::OK }
    }

    /// Answered 201.
    pub fn creating(command: C, key: Option<IdempotencyKey>) -> Self {
        Self { command, key, status: StatusCode::CREATED }
    }
}

/// Why a keyed command is not done.
#[derive(Debug)]
pub enum OnceRefusal<R> {
    /// The key belongs to another request.
    KeyReused(KeyReused),
    /// The command itself refused.
    Refused(R),
}

impl<R: Into<Problem>> From<OnceRefusal<R>> for Problem {
    fn from(refusal: OnceRefusal<R>) -> Self {
        match refusal {
            OnceRefusal::KeyReused(reused) => reused.into(),
            OnceRefusal::Refused(refusal) => refusal.into(),
        }
    }
}

impl<U, C> Command<U> for Once<C>
where
    U: KeepsAnswers,
    C: Command<U>,
    C::Output: Serialize,
{
    type Output = StoredAnswer;
    type Refusal = OnceRefusal<C::Refusal>;

    fn wants(&self, wants: &mut U::Wants) {
        self.command.wants(wants);
        if let Some(key) = &self.key {
            U::want_answer(wants, key.clone());
        }
    }

    async fn apply(&self, unit: &mut U) -> Result<StoredAnswer, Failure<OnceRefusal<C::Refusal>>> {
        if let Some(key) = &self.key {
            let found = unit.answers().find(key);
            if let Some(answer) = found.map_err(|reused| Failure::Refused(OnceRefusal::KeyReused(reused)))? {
                return Ok(answer);
            }
        }
        let output = self.command.apply(unit).await.map_err(|failure| match failure {
            Failure::Refused(refusal) => Failure::Refused(OnceRefusal::Refused(refusal)),
            Failure::Broke(error) => Failure::Broke(error),
        })?;
        let body = serde_json::to_string(&output).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let answer = StoredAnswer { status: self.status.as_u16(), body };
        if let Some(key) = &self.key {
            unit.keep_answer(key.clone(), answer.clone());
        }
        Ok(answer)
    }
}
