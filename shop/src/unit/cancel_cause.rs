//! Why the shop itself called an order off: a code in the database, and a text for whoever reads.

use belgrano_wire::texts::Message;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Type};

/// Why the shop itself called an order off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelCause {
    /// The board could not be told of it, and somebody gave its message up.
    GivenUp,
}

impl CancelCause {
    const ALL: [Self; 1] = [Self::GivenUp];

    /// As it lies in the database: one may be added, none may change.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::GivenUp => "given_up",
        }
    }

    /// What its customer reads, and what the board is told.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::GivenUp => Message::new("kept-given-up"),
        }
    }
}

impl<DB: Database> Type<DB> for CancelCause
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(info)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for CancelCause
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let code = <String as Decode<'r, DB>>::decode(value)?;
        let cause = Self::ALL.into_iter().find(|cause| cause.code() == code);
        cause.ok_or_else(|| format!("no cause is called {code}").into())
    }
}
