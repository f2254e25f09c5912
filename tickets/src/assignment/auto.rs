//! Offers pending tickets to drivers without being asked, when `AUTO_ASSIGN` says so.

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use belgrano_runtime::fetch;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_wire::OrderNumber;
use tokio_util::sync::CancellationToken;

use super::assign::{Chosen, OnShift, Terms, assign};
use crate::app::App;
use crate::unit::{Actor, BoardUnit};

/// Looked at no less often than this: who let a ticket go is not spared it for ever, and shifts begin elsewhere.
const BACKSTOP: Duration = Duration::from_secs(15);
/// Tickets in one transaction.
const AT_ONCE: i64 = 100;

/// Offer one page of what waits, the urgent and then the oldest first.
#[derive(Debug)]
pub struct AssignPending {
    /// On what terms.
    pub terms: Terms,
    /// Only what comes after this one.
    pub after: Place,
}

/// Where a ticket stands among those that wait: its urgency, then its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Place {
    rank: i64,
    id: i64,
}

impl Place {
    /// Before all of them.
    pub const FIRST: Self = Self { rank: -1, id: 0 };
}

#[derive(sqlx::FromRow)]
struct Waiting {
    number: String,
    #[sqlx(flatten)]
    place: Place,
}

/// The columns come first so that the order and the place of a page are the same thing. A ticket that somebody holds is not
/// offered now, and keeps no other from it.
fn waiting_sql(engine: Engine) -> String {
    format!(
        "SELECT number, rank, id FROM (SELECT number, id, \
         CAST(CASE priority WHEN 'urgente' THEN 0 WHEN 'alta' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END AS BIGINT) AS rank \
         FROM tickets WHERE state = 'pendiente') AS waiting \
         WHERE rank > $1 OR (rank = $1 AND id > $2) ORDER BY rank, id LIMIT $3 {}",
        engine.skip_locked()
    )
}

static WAITING_SQLITE: LazyLock<String> = LazyLock::new(|| waiting_sql(Engine::Sqlite));
static WAITING_POSTGRES: LazyLock<String> = LazyLock::new(|| waiting_sql(Engine::Postgres));

fn waiting(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => &WAITING_SQLITE,
        Engine::Postgres => &WAITING_POSTGRES,
    }
}

impl Command<BoardUnit> for AssignPending {
    /// Where to go on, when more may wait and somebody may have room.
    type Output = Option<Place>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Option<Place>, Failure<Infallible>> {
        unit.flush().await?;
        let (mut on_shift, mut last) = (OnShift::default(), None);
        let after = self.after;
        let sql = waiting(unit.reader().engine());
        let page = fetch!(all, *unit.reader(), Waiting, sql, after.rank, after.id, AT_ONCE)?;
        let full = i64::try_from(page.len()).is_ok_and(|read| read == AT_ONCE);
        for Waiting { number, place } in page {
            let number = OrderNumber::try_from(number).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            match assign(unit, &number, Chosen::Automatic { insist: false }, None, &mut on_shift, &self.terms).await {
                Err(Failure::Refused(_)) if !on_shift.has_room() => return Ok(None),
                Ok(_) | Err(Failure::Refused(_)) => last = Some(place),
                Err(Failure::Broke(error)) => return Err(Failure::Broke(error)),
            }
        }
        Ok(last.filter(|_| full))
    }
}

/// Offers all that waits, a page at a time: tickets that nobody wants at the head must not starve those behind.
async fn offer_all(app: &App, terms: &Terms) -> Result<(), WriteError<Infallible>> {
    let mut next = Some(Place::FIRST);
    while let Some(after) = next {
        next = app.writer.submit(AssignPending { terms: terms.clone(), after }).await?;
    }
    Ok(())
}

/// Offers until the soft stop.
pub(super) async fn offer(app: App, soft: CancellationToken) {
    let terms = Terms { by: Actor::System, offer_timeout_ms: app.settings.offer_timeout_ms(), recall: false };
    loop {
        tokio::select! {
            () = soft.cancelled() => break,
            () = app.signals.pending.notified() => {}
            () = tokio::time::sleep(BACKSTOP) => {}
        }
        if let Err(error) = offer_all(&app, &terms).await {
            tracing::warn!(%error, "could not offer pending tickets");
        }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_runtime::on_both_engines;
    use belgrano_testing::TestDatabase;
    use sqlx::Connection;

    use super::super::offers::Offers;
    use super::{AT_ONCE, offer_all};
    use crate::assignment::assign::Terms;
    use crate::tests::board::Board;
    use crate::unit::Actor;

    on_both_engines! {
        async fn those_behind_a_full_page_do_not_starve(database) {
            let board = Board::start(database).await;
            let admin = board.admin().await;
            board.driver(&admin, "beto").await;
            database.execute(&board.app.db, "UPDATE drivers SET capacity = 1000").await;
            let waiting = AT_ONCE + 5;
            for at in 0..waiting {
                board.order(&format!("BA-{at}")).await;
            }
            let terms = Terms { by: Actor::System, offer_timeout_ms: 60_000, recall: false };
            offer_all(&board.app, &terms).await.expect("committed");
            assert_eq!(board.count("SELECT COUNT(*) FROM tickets WHERE state = 'asignado'").await, waiting);
        }
    }

    #[tokio::test]
    async fn a_ticket_that_somebody_holds_keeps_no_other() {
        let database = TestDatabase::postgres();
        let board = Board::start(&database).await;
        let admin = board.admin().await;
        let (_, driver) = board.driver(&admin, "beto").await;
        database.execute(&board.app.db, "UPDATE drivers SET capacity = 1000").await;
        for at in 1..=4 {
            board.order(&format!("BA-{at}")).await;
        }
        let offered = "SELECT COUNT(*) FROM tickets WHERE state = 'asignado'";
        let person = database.hold("SELECT 1 FROM tickets WHERE number = 'BA-1' FOR UPDATE").await;
        let (status, answer) = board.assign(&admin, "BA-2", driver).await;
        assert_eq!(status, 200, "{answer}");
        let terms = Terms { by: Actor::System, offer_timeout_ms: 60_000, recall: false };
        offer_all(&board.app, &terms).await.expect("committed");
        assert_eq!(board.count(offered).await, 3);
        person.close().await.expect("the server answers");
        // Until the server has heard that the person is gone.
        while board.count(offered).await < 4 {
            offer_all(&board.app, &terms).await.expect("committed");
        }

        let person = database.hold("SELECT 1 FROM tickets WHERE number = 'BA-3' FOR UPDATE").await;
        board.clock.advance_ms(24 * 3_600_000);
        let mut offers = Offers::default();
        offers.round(&board.app).await.expect("committed");
        assert_eq!(board.count(offered).await, 1);
        person.close().await.expect("the server answers");
        while board.count(offered).await > 0 {
            offers.round(&board.app).await.expect("committed");
        }
        board.app.db.close().await;
        database.remove().await;
    }
}
