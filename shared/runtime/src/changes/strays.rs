//! Changes that nobody with the turn has made: a person in `psql`, a process of an older version.
//!
//! On Postgres they are marked without a number, for a number that is given before others commit would be passed by. Whoever
//! reads the feed and sees some has them numbered by the writer, in its turn. SQLite has one writer at a time and none of this.

use std::convert::Infallible;

use super::{Growing, page};
use crate::execute;
use crate::storage::Session;
use crate::storage::dialect::Engine;
use crate::writer::{AtOnce, Command, Failure, UnitOfWork, WriteError, Writer};

/// A unit of work of a service with a feed.
pub trait FeedUnit: UnitOfWork {
    /// The tables of this service that grow with every order.
    const GROWING: &'static [Growing];

    /// The transaction, to write on.
    fn feed_session(&mut self) -> &mut Session;
}

/// Give those that have none a number.
#[derive(Debug)]
struct Number;

/// Rows that somebody is still changing are left to the next who reads.
const NUMBER: &str = "UPDATE changes SET seq = nextval('change_seq') WHERE (entity, key) IN \
     (SELECT entity, key FROM changes WHERE seq IS NULL FOR UPDATE SKIP LOCKED)";

impl<U: FeedUnit> Command<U> for Number {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<Infallible>> {
        execute!(*unit.feed_session(), NUMBER)?;
        Ok(())
    }
}

/// Whether there are any.
pub(super) async fn any(session: &mut Session) -> sqlx::Result<bool> {
    match session.engine() {
        Engine::Sqlite => Ok(false),
        Engine::Postgres => page::is_any_unnumbered(session).await,
    }
}

/// Numbers them.
pub(super) async fn number<U: FeedUnit>(writer: &Writer<U>) -> Result<(), WriteError<Infallible>> {
    match writer.submit(AtOnce(Number)).await {
        // Somebody holds one: the next reader finds it.
        Err(error) if error.is_held() => Ok(()),
        numbered => numbered,
    }
}
