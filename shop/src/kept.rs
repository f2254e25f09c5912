//! What a command under an `Idempotency-Key` was answered.
//!
//! The same key gives the same answer, byte by byte, so what is kept under it is the text that was sent. A handler sends it as it
//! is; whoever wants something of it, a page that goes on to the order, reads it here as a type.

use std::marker::PhantomData;

use belgrano_runtime::idempotency::StoredAnswer;
use belgrano_runtime::problem::Problem;
use belgrano_wire::OrderNumber;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An answer in which there is a `T`.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    answer: StoredAnswer,
    of: PhantomData<fn() -> T>,
}

impl<T> From<StoredAnswer> for Kept<T> {
    fn from(answer: StoredAnswer) -> Self {
        Self { answer, of: PhantomData }
    }
}

impl<T> Kept<T> {
    /// As it is sent.
    pub(crate) fn into_answer(self) -> StoredAnswer {
        self.answer
    }
}

impl<T: DeserializeOwned> Kept<T> {
    /// What is in it.
    pub(crate) fn read(&self) -> Result<T, Problem> {
        serde_json::from_str(&self.answer.body).map_err(|error| Problem::internal(&error))
    }
}

/// That an order was placed, now or when its key was first used.
#[derive(Debug, Deserialize)]
pub(crate) struct Placed {
    /// The number of that order.
    #[serde(rename = "numero")]
    pub(crate) number: OrderNumber,
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::idempotency::StoredAnswer;

    use super::{Kept, Placed};

    #[test]
    fn an_answer_is_read_and_sent_as_it_is() {
        let answer = |body: &str| StoredAnswer { status: 201, body: body.to_owned() };
        let placed = Kept::<Placed>::from(answer(r#"{"numero":"BA-1","otro":[1]}"#));
        assert_eq!(placed.read().expect("a number").number.as_str(), "BA-1");
        assert_eq!(placed.into_answer(), answer(r#"{"numero":"BA-1","otro":[1]}"#));
        assert!(Kept::<Placed>::from(answer("{}")).read().is_err());
    }
}
