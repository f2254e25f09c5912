//! Databases of earlier versions, filled, come up to this one and read as they did.

use belgrano_runtime::storage::{Db, Migrations};
use belgrano_runtime::{execute, fetch_scalar, on_both_engines};
use belgrano_testing::TestDatabase;
use sqlx::migrate::Migrator;

use super::board::Board;
use crate::schema::migrations;
use crate::unit::Action;

const TICKET: &str = "INSERT INTO tickets (id, number, fingerprint, customer_name, customer_kind, lines, total, state, priority, created_at, \
     recorded_at, updated_at, version, search) VALUES (1, 'BA-1', '', 'Ana', 'cliente', '[]', 690100, 'pendiente', 'normal', 0, 0, \
     0, 19, 'ba-1 ana')";
const EVENT: &str = "INSERT INTO events (seq, ticket_id, kind, action, actor, occurred_at, recorded_at, version, ticket) \
     VALUES ($1, 1, 'ticket.updated', $2, 'sistema', 0, $3, $1, '{\"estado\":\"pendiente\"}')";

/// The database as the version before migration `number` left it.
async fn before(database: &TestDatabase, number: i64) -> Db {
    let cut =
        |all: Migrator| Migrator::with_migrations(all.iter().filter(|one| one.version < number).cloned().collect());
    let Migrations { sqlite, postgres } = migrations();
    database.open(&Migrations { sqlite: cut(sqlite), postgres: cut(postgres) }).await
}

/// Those that the version before knew.
fn known() -> impl Iterator<Item = Action> + Clone {
    Action::ALL.into_iter().filter(|action| *action != Action::Forgotten)
}

on_both_engines! {
    async fn what_was_done_is_a_code_and_reads_as_before(database) {
        let old = before(database, 22).await;
        let counters = "INSERT INTO counters (id, epoch, seq, ticket_id) VALUES (1, 'una vida', 19, 1) \
             ON CONFLICT (id) DO UPDATE SET seq = 19, ticket_id = 1";
        database.execute(&old, counters).await;
        database.execute(&old, TICKET).await;
        let mut session = database.begin(&old).await;
        for (seq, action) in (1_i64..).zip(known()) {
            execute!(session, EVENT, seq, action.word(), 9_000_000_000_000_i64).expect("an event");
        }
        session.commit().await.expect("a commit");
        old.close().await;

        let board = Board::passive(database, 7).await;
        let mut session = board.app.db.read().await.expect("a connection");
        let stored = fetch_scalar!(all, session, String, "SELECT action FROM events ORDER BY seq").expect("events");
        drop(session);
        assert_eq!(stored, known().map(Action::code).collect::<Vec<_>>());
        let admin = board.admin().await;
        let (_, history) = board.get(&admin, "/api/tickets/BA-1/eventos").await;
        let told = history["eventos"].as_array().expect("a list").iter().map(|event| event["accion"].as_str());
        let told: Vec<&str> = told.map(|word| word.expect("text")).collect();
        assert_eq!(told, known().map(Action::word).collect::<Vec<_>>(), "{history}");
    }
}
