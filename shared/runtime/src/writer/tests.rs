//! The promises of the writer, each broken on purpose by a command of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::{Command, Failure, UnitOfWork, WriteError, Writer, WriterSettings};
use crate::storage::{Db, Migrations, Session};
use crate::testing::TestDatabase;
use crate::{execute, fetch_scalar, on_both_engines};

fn migrations() -> Migrations {
    let table = "CREATE TABLE entries (id BIGINT PRIMARY KEY)";
    let migration = Migration::new(1, "entries".into(), MigrationType::Simple, table.into_sql_str(), false);
    let migrator = || Migrator::with_migrations(vec![migration.clone()]);
    Migrations { sqlite: migrator(), postgres: migrator() }
}

struct Entries {
    session: Session,
    changes: u64,
    ids: Vec<i64>,
}

impl UnitOfWork for Entries {
    type Context = ();
    type Wants = ();
    type Committed = Vec<i64>;

    async fn begin(session: Session, (): &()) -> sqlx::Result<Self> {
        Ok(Self { session, changes: 0, ids: Vec::new() })
    }

    async fn read(&mut self, (): ()) -> sqlx::Result<()> {
        Ok(())
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    async fn commit(self) -> sqlx::Result<Vec<i64>> {
        self.session.commit().await?;
        Ok(self.ids)
    }
}

/// Inserts an id, then ends as told.
#[derive(Clone, Copy, Debug)]
enum Add {
    Quietly(i64),
    ThenRefuse(i64),
    ThenPanic(i64),
    RefuseFirst,
}

impl Command<Entries> for Add {
    type Output = i64;
    type Refusal = &'static str;

    async fn apply(&self, unit: &mut Entries) -> Result<i64, Failure<&'static str>> {
        let (Self::Quietly(id) | Self::ThenRefuse(id) | Self::ThenPanic(id)) = *self else {
            return Err(Failure::Refused("at once"));
        };
        unit.changes += 1;
        execute!(unit.session, "INSERT INTO entries (id) VALUES ($1)", id)?;
        match self {
            Self::ThenRefuse(_) => return Err(Failure::Refused("after a write")),
            Self::ThenPanic(_) => panic!("on purpose"),
            Self::Quietly(_) | Self::RefuseFirst => unit.ids.push(id),
        }
        Ok(id)
    }
}

/// A writer whose batch is whatever was handed in before it was first polled, and what it announced.
fn writer(db: &Db) -> (Writer<Entries>, impl Future<Output = ()>, Arc<Mutex<Vec<i64>>>) {
    let announced = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&announced);
    let settings = WriterSettings { queue: 64, batch: 64 };
    let (writer, task) = Writer::new(db.clone(), (), settings, move |ids: Vec<i64>| {
        heard.lock().expect("no panic").extend(ids);
    });
    (writer, task, announced)
}

/// Hands in `commands` as one batch and returns their answers.
async fn batch(db: &Db, commands: &[Add]) -> (Vec<Result<i64, WriteError<&'static str>>>, Vec<i64>) {
    let (writer, task, announced) = writer(db);
    let answers =
        async move { futures_util::future::join_all(commands.iter().map(|command| writer.submit(*command))).await };
    let (answers, ()) = tokio::join!(answers, task);
    let announced = announced.lock().expect("no panic").clone();
    (answers, announced)
}

async fn stored(db: &Db) -> Vec<i64> {
    let mut session = db.read().await.expect("a connection");
    fetch_scalar!(all, session, i64, "SELECT id FROM entries ORDER BY id").expect("rows")
}

on_both_engines! {
    async fn what_is_answered_is_committed_and_announced(database) {
        let db = database.open(&migrations()).await;
        let commands: Vec<Add> = (0..40).map(Add::Quietly).collect();
        let (answers, announced) = batch(&db, &commands).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(stored(&db).await, (0..40).collect::<Vec<_>>());
        assert_eq!(announced, (0..40).collect::<Vec<_>>());
    }

    async fn a_command_that_breaks_takes_nobody_with_it(database) {
        let db = database.open(&migrations()).await;
        let commands = [Add::Quietly(1), Add::Quietly(1), Add::Quietly(2), Add::ThenPanic(3), Add::Quietly(4)];
        let (answers, announced) = batch(&db, &commands).await;
        assert!(matches!(answers[1], Err(WriteError::Database(_))), "{answers:?}");
        assert!(matches!(answers[3], Err(WriteError::Panicked)), "{answers:?}");
        assert!(answers[0].is_ok() && answers[2].is_ok() && answers[4].is_ok(), "{answers:?}");
        assert_eq!(stored(&db).await, [1, 2, 4]);
        assert_eq!(announced, [1, 2, 4]);
    }

    async fn a_refusal_leaves_nothing_behind(database) {
        let db = database.open(&migrations()).await;
        let commands = [Add::Quietly(1), Add::ThenRefuse(2), Add::RefuseFirst, Add::Quietly(3)];
        let (answers, announced) = batch(&db, &commands).await;
        assert!(matches!(answers[1], Err(WriteError::Refused("after a write"))), "{answers:?}");
        assert!(matches!(answers[2], Err(WriteError::Refused("at once"))), "{answers:?}");
        assert_eq!(stored(&db).await, [1, 3]);
        assert_eq!(announced, [1, 3]);
    }

    async fn a_caller_that_leaves_takes_nothing_back(database) {
        let db = database.open(&migrations()).await;
        let (writer, task, _) = writer(&db);
        // One poll hands the command in; then the caller is gone.
        assert!(writer.submit(Add::Quietly(7)).now_or_never().is_none());
        drop(writer);
        task.await;
        assert_eq!(stored(&db).await, [7]);
    }
}

#[tokio::test]
async fn a_full_queue_refuses_instead_of_growing() {
    let database = TestDatabase::sqlite();
    let db = database.open(&migrations()).await;
    let (writer, task, _) = writer(&db);
    let commands: Vec<Add> = (0..65).map(Add::Quietly).collect();
    let answers = async move { futures_util::future::join_all(commands.iter().map(|add| writer.submit(*add))).await };
    let (answers, ()) = tokio::join!(answers, task);
    assert!(matches!(answers[64], Err(WriteError::Overloaded)));
    assert!(answers[..64].iter().all(Result::is_ok));
    assert_eq!(stored(&db).await.len(), 64);
}

/// Begins once, then finds the database away.
struct OnlyOnce;

impl UnitOfWork for OnlyOnce {
    type Context = Arc<AtomicUsize>;
    type Wants = ();
    type Committed = ();

    async fn begin(_: Session, begun: &Self::Context) -> sqlx::Result<Self> {
        if begun.fetch_add(1, Ordering::SeqCst) == 0 { Ok(Self) } else { Err(sqlx::Error::PoolTimedOut) }
    }

    async fn read(&mut self, (): ()) -> sqlx::Result<()> {
        Ok(())
    }

    fn changes(&self) -> u64 {
        0
    }

    async fn commit(self) -> sqlx::Result<()> {
        Ok(())
    }
}

struct Panic;

impl Command<OnlyOnce> for Panic {
    type Output = ();
    type Refusal = &'static str;

    async fn apply(&self, _: &mut OnlyOnce) -> Result<(), Failure<&'static str>> {
        panic!("on purpose")
    }
}

#[tokio::test]
async fn a_database_that_went_away_is_not_asked_for_each_again() {
    let database = TestDatabase::sqlite();
    let db = database.open(&migrations()).await;
    let begun = Arc::new(AtomicUsize::new(0));
    let settings = WriterSettings { queue: 64, batch: 64 };
    let (writer, task) = Writer::<OnlyOnce>::new(db, Arc::clone(&begun), settings, |()| ());
    let answers = async move { futures_util::future::join_all((0..20).map(|_| writer.submit(Panic))).await };
    let (answers, ()) = tokio::join!(answers, task);
    assert!(answers.iter().all(|answer| matches!(answer, Err(WriteError::Database(_)))), "{answers:?}");
    assert_eq!(begun.load(Ordering::SeqCst), 2, "the batch, and the first alone");
}
