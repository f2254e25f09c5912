//! A command under an `Idempotency-Key`: done once, answered the same every time.
//!
//! Wraps any command whose output has a JSON form. The answer is stored in the transaction of the change, so one exists
//! exactly when the other does; a refusal is not kept, so a mended state of things can be tried again.

use belgrano_shared::idempotency::{IdempotencyKey, KeyReused, StoredAnswer};
use belgrano_shared::problem::Problem;
use belgrano_shared::writer::{Command, Failure};
use serde::Serialize;

use crate::unit::{BoardUnit, BoardWants};

/// A command, done once per key; without a key, done.
#[derive(Debug)]
pub struct Once<C> {
    /// What is to be done.
    pub command: C,
    /// Whose key it came under.
    pub key: Option<IdempotencyKey>,
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

impl<C> Command<BoardUnit> for Once<C>
where
    C: Command<BoardUnit>,
    C::Output: Serialize,
{
    type Output = StoredAnswer;
    type Refusal = OnceRefusal<C::Refusal>;

    fn wants(&self, wants: &mut BoardWants) {
        self.command.wants(wants);
        wants.keys.extend(self.key.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<StoredAnswer, Failure<OnceRefusal<C::Refusal>>> {
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
        let answer = StoredAnswer { status: 200, body };
        if let Some(key) = &self.key {
            unit.keep_answer(key.clone(), answer.clone());
        }
        Ok(answer)
    }
}
