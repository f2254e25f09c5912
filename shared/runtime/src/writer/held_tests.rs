//! Rows that a person holds in `psql` while the writer works.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::{Command, Failure, UnitOfWork, WriteError, Writer, WriterSettings};
use crate::storage::{Db, Migrations, Session};
use crate::testing::TestDatabase;
use crate::{execute, fetch_scalar};

const FOR_EVER: Duration = Duration::from_hours(1);

fn migrations() -> Migrations {
    let table = "CREATE TABLE shelves (id BIGINT PRIMARY KEY, stock BIGINT NOT NULL); \
         INSERT INTO shelves (id, stock) SELECT id, 0 FROM generate_series(1, 40) AS id;";
    let migration = Migration::new(1, "shelves".into(), MigrationType::Simple, table.into_sql_str(), false);
    let migrator = || Migrator::with_migrations(vec![migration.clone()]);
    Migrations { sqlite: migrator(), postgres: migrator() }
}

/// Takes its turn and runs statements.
struct Shelves(Session);

impl UnitOfWork for Shelves {
    type Context = ();
    type Wants = ();
    type Committed = ();

    async fn begin(mut session: Session, (): &()) -> sqlx::Result<Self> {
        let turn = format!("SELECT 1{}", session.engine().own_turn());
        execute!(session, AssertSqlSafe(turn))?;
        Ok(Self(session))
    }

    async fn read(&mut self, (): ()) -> sqlx::Result<()> {
        Ok(())
    }

    fn changes(&self) -> u64 {
        0
    }

    async fn commit(self) -> sqlx::Result<()> {
        self.0.commit().await
    }
}

/// Puts one more on some shelves.
#[derive(Clone, Debug)]
struct Fill {
    shelves: Vec<i64>,
    patience: Duration,
}

impl Command<Shelves> for Fill {
    type Output = i64;
    type Refusal = &'static str;

    fn patience(&self) -> Duration {
        self.patience
    }

    async fn apply(&self, unit: &mut Shelves) -> Result<i64, Failure<&'static str>> {
        for shelf in &self.shelves {
            execute!(unit.0, "UPDATE shelves SET stock = stock + 1 WHERE id = $1", *shelf)?;
        }
        Ok(self.shelves[0])
    }
}

fn fill(shelves: &[i64], patience: Duration) -> Fill {
    Fill { shelves: shelves.to_vec(), patience }
}

/// A writer with its task, and a transaction that holds three shelves.
async fn writer_and_holder(db: &Db) -> (Writer<Shelves>, tokio::task::JoinHandle<()>, Session) {
    let settings = WriterSettings { queue: 256, batch: 256 };
    let (writer, task) = Writer::new(db.clone(), (), settings, |()| ());
    let mut holder = db.begin().await.expect("a transaction");
    execute!(holder, "SELECT 1 FROM shelves WHERE id IN (7, 20, 33) FOR UPDATE").expect("the rows");
    execute!(holder, "SET LOCAL idle_in_transaction_session_timeout = 0").expect("a person's session");
    (writer, tokio::spawn(task), holder)
}

async fn stock(db: &Db) -> i64 {
    let mut session = db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, "SELECT CAST(SUM(stock) AS BIGINT) FROM shelves").expect("a sum")
}

#[tokio::test]
async fn only_who_needs_a_held_row_waits() {
    let database = TestDatabase::postgres();
    let db = database.open(&migrations()).await;
    let (writer, task, holder) = writer_and_holder(&db).await;
    let needs_held = |id: i64| [7, 20, 33].contains(&id) || id == 40;
    let submit = |id: i64| {
        // One needs a free row and a held one.
        let shelves = if id == 40 { vec![40, 7] } else { vec![id] };
        let writer = writer.clone();
        async move { writer.submit(Fill { shelves, patience: FOR_EVER }).await }.boxed()
    };
    // One batch: everything is handed in before anything is answered.
    let mut all: futures_util::stream::FuturesUnordered<_> = (1..=40).map(submit).collect();
    let mut answered = Vec::new();
    while answered.len() < 36 {
        answered.push(all.next().await.expect("one more").expect("committed"));
    }
    answered.sort_unstable();
    assert_eq!(answered, (1..=40).filter(|id| !needs_held(*id)).collect::<Vec<_>>());
    // And those who come later, while some wait.
    let later = join_all((1..=39).filter(|id| !needs_held(*id)).map(submit));
    assert!(later.await.iter().all(Result::is_ok));
    assert_eq!(stock(&db).await, 72, "nothing of those who wait");
    assert!(all.next().now_or_never().is_none(), "they wait");
    holder.rollback().await.expect("let go");
    let rest: Vec<_> = all.collect().await;
    assert!(rest.len() == 4 && rest.iter().all(Result::is_ok), "{rest:?}");
    assert_eq!(stock(&db).await, 77, "each once");
    drop(writer);
    task.await.expect("it ends");
    db.close().await;
    database.remove().await;
}

#[tokio::test]
async fn who_has_waited_long_enough_is_told_so() {
    let database = TestDatabase::postgres();
    let db = database.open(&migrations()).await;
    let (writer, task, holder) = writer_and_holder(&db).await;
    let patience = [Duration::ZERO, Duration::from_millis(150), Duration::from_millis(300)];
    let waiting = patience.map(|patience| writer.submit(fill(&[7], patience)));
    for answer in join_all(waiting).await {
        assert!(answer.as_ref().is_err_and(WriteError::is_held), "{answer:?}");
    }
    writer.submit(fill(&[8], FOR_EVER)).await.expect("the writer works on");
    // Who stops meanwhile waits for those that wait.
    let (last, handed) = (writer.clone(), fill(&[20], Duration::from_millis(300)));
    let last = tokio::spawn(async move { last.submit(handed).await });
    let answer = last.await.expect("no panic");
    assert!(answer.as_ref().is_err_and(WriteError::is_held), "{answer:?}");
    drop(writer);
    task.await.expect("it ends");
    assert_eq!(stock(&db).await, 1);
    holder.rollback().await.expect("let go");
    db.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_batch_of_which_every_command_waits_keeps_nobody_else() {
    let database = TestDatabase::postgres();
    let db = database.open(&migrations()).await;
    let (writer, task, holder) = writer_and_holder(&db).await;
    let (hot, other) = (writer.clone(), writer.clone());
    let hot = tokio::spawn(async move { join_all((0..100).map(|_| hot.submit(fill(&[7], FOR_EVER)))).await });
    for id in [1, 2, 3, 4, 5] {
        other.submit(fill(&[id], FOR_EVER)).await.expect("its row is free");
    }
    holder.rollback().await.expect("let go");
    let hot = hot.await.expect("no panic");
    assert!(hot.iter().all(Result::is_ok), "{hot:?}");
    assert_eq!(stock(&db).await, 105);
    drop((writer, other));
    task.await.expect("it ends");
    db.close().await;
    database.remove().await;
}
