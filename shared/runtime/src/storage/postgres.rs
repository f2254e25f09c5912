//! Postgres as it is found: reached directly, or through a pooler that hands its sessions from client to client.
//!
//! A pooler may drop what a client asks for at the start of a connection, and in transaction mode whatever a session is
//! told or keeps (settings, prepared statements, advisory locks) belongs to somebody else a moment later. So it is found out
//! first which of the two is there: a start-up option that means nothing reaches the server only when nobody is in
//! between. Then sessions are told what they need by statements, once for each connection or, behind a pooler, within each
//! transaction; and what was asked for is read back. What must never happen here: a statement in another schema than the
//! service's own.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use super::error::condemns;
use super::open::{Failed, STATEMENTS, StorageSettings};
use super::room;
use super::session::{Handle, PgHandle};
use super::suspects::Suspects;

/// What a session is told: names and values, as `SET` takes them and `current_setting` gives them back.
type Told = &'static [(&'static str, &'static str)];

/// All instances write one after the other. One that freezes with the lock in its hand (a stopped process, a network that
/// swallows everything) would stop all of them for as long as the kernel keeps its connection: the server ends its
/// transaction, and those that wait give up with an error a client may try again after.
///
/// The writer has few statements and repeats them for ever: each is planned once. That plan must not depend on how much was
/// in a table at that moment, or what statistics said of it: a table is never read while there is an index (which is then
/// said to cost more than compiling the plan would).
const WRITING: Told = &[
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("statement_timeout", "15s"),
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("jit", "off"),
];

/// Readers do not write, and somebody who changes a table by hand must not keep all of them for ever. A plan for one page
/// must not be kept while its table grows a thousandfold.
const READING: Told = &[
    ("default_transaction_read_only", "on"),
    ("lock_timeout", "5s"),
    ("plan_cache_mode", "force_custom_plan"),
    ("jit", "off"),
];

/// Bringing a schema up to date takes the time it takes, whatever the role is limited to.
const MIGRATING: Told =
    &[("lock_timeout", "0"), ("idle_in_transaction_session_timeout", "0"), ("statement_timeout", "0")];

/// Arrives only where nobody is in between.
const MARK: (&str, &str) = ("belgrano.direct", "yes");

/// A writer's connection that was used so recently is not asked whether it still works: its BEGIN will tell, and is tried again.
const FRESH: Duration = Duration::from_secs(1);

/// Whether the server itself is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A connection is a session: what it is told once holds.
    Direct,
    /// Only a transaction is a session.
    Pooled,
}

/// One side of a Postgres database: its connections, and how work on them begins.
#[derive(Clone, Debug)]
pub struct PgSide {
    pool: PgPool,
    way: Way,
    /// What every transaction starts with behind a pooler (`; SET LOCAL …`); empty where the connection knows it already.
    told: Arc<str>,
    suspects: Arc<Suspects>,
}

impl PgSide {
    /// A connection for one statement at a time. Behind a pooler that takes a transaction.
    pub(super) async fn connection(&self) -> sqlx::Result<PgHandle> {
        match self.way {
            Way::Direct => Ok(self.handle(Handle::Connection(self.pool.acquire().await?))),
            Way::Pooled => self.begin("BEGIN READ ONLY").await,
        }
    }

    /// A transaction that begins with `how`. A connection that turns out to be dead costs a second try on a new one.
    pub(super) async fn begin(&self, how: &str) -> sqlx::Result<PgHandle> {
        let sql: Arc<str> = format!("{how}{}", self.told).into();
        let mut tried = false;
        loop {
            match self.pool.begin_with(AssertSqlSafe(Arc::clone(&sql))).await {
                Ok(transaction) => return Ok(self.handle(Handle::Transaction(transaction))),
                Err(error) => {
                    self.suspects.hear(&error);
                    if tried || !condemns(&error) {
                        return Err(error);
                    }
                    tried = true;
                }
            }
        }
    }

    fn handle(&self, handle: Handle<sqlx::Postgres>) -> PgHandle {
        PgHandle::new(handle, self.way == Way::Direct, Arc::clone(&self.suspects))
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Connects, brings the schema up to date and opens both sides.
pub(super) async fn open(
    options: &PgConnectOptions,
    schema: &str,
    settings: &StorageSettings,
    migrator: &Migrator,
) -> Result<(PgSide, PgSide), Failed> {
    let options = options
        .clone()
        .application_name(&format!("belgrano-{schema}"))
        // Another parameter that poolers refuse. Numbers arrive in binary form, whole.
        .extra_float_digits(None)
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    // `wait` is for a server that does not answer at all; one that works has all the time it wants.
    let (mut connection, way) = tokio::time::timeout(settings.wait, reach(&options)).await.map_err(late)??;
    migrate(&mut connection, way, schema, migrator).await?;
    rehearse(&mut connection, way, schema, WRITING, "BEGIN").await?;
    rehearse(&mut connection, way, schema, READING, "BEGIN READ ONLY").await?;
    let readers = match way {
        Way::Direct => room::readers(&mut connection, settings.readers).await?,
        Way::Pooled => settings.readers,
    };
    connection.close().await?;

    let options = match way {
        Way::Direct => options.options([MARK]),
        Way::Pooled => {
            tracing::info!("the database is behind a pooler: every statement runs in a transaction, none is prepared");
            options
        }
    };
    let suspects = Arc::new(Suspects::new());
    let side = |told, connections, trusted| {
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(settings.wait);
        side(pool, &options, (way, schema, told), trusted, &suspects)
    };
    let write = side(WRITING, room::WRITERS, FRESH).await?;
    let read = side(READING, readers, Duration::ZERO).await?;
    Ok((read, write))
}

/// A first connection, and whether it is one to the server.
async fn reach(options: &PgConnectOptions) -> sqlx::Result<(PgConnection, Way)> {
    match options.clone().options([MARK]).connect().await {
        Ok(mut connection) => {
            // As plain text: even a statement without a name is two trips, and a pooler may part them.
            let row =
                sqlx::raw_sql("SELECT current_setting('belgrano.direct', true)").fetch_one(&mut connection).await?;
            let arrived = row.try_get::<Option<String>, _>(0)?.as_deref() == Some(MARK.1);
            Ok((connection, if arrived { Way::Direct } else { Way::Pooled }))
        }
        Err(sqlx::Error::Database(error)) if refuses_parameters(&*error) => Ok((options.connect().await?, Way::Pooled)),
        Err(error) => Err(error),
    }
}

/// Protocol violation (pgbouncer), not supported, no such parameter, no such value: however a pooler says that it knows no
/// start-up options.
fn refuses_parameters(error: &dyn sqlx::error::DatabaseError) -> bool {
    matches!(error.code().as_deref(), Some("08P01" | "0A000" | "42704" | "22023"))
}

/// Makes the schema and brings it up to date, in one transaction under one lock, so that instances that start together
/// take turns whatever is in between.
async fn migrate(connection: &mut PgConnection, way: Way, schema: &str, migrator: &Migrator) -> Result<(), Failed> {
    const READ_ONLY: &str = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean";
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext($1)) IS NULL";
    const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
    let usual = sqlx::raw_sql("SELECT current_schema()::text").fetch_one(&mut *connection).await?;
    let usual = usual.try_get::<Option<String>, _>(0)?.filter(|usual| usual != schema);
    let mut begin = format!("BEGIN{}", telling("; SET LOCAL", schema, MIGRATING));
    if way == Way::Pooled {
        // The migrations prepare statements, and names may be left over from whoever had this session before.
        begin.push_str("; DEALLOCATE ALL");
    }
    let mut transaction =
        connection.begin_with(AssertSqlSafe(begin)).await.map_err(|error| failed_to_begin(way, error))?;
    let plain = |sql| sqlx::query_scalar::<_, bool>(sql).persistent(false);
    if plain(READ_ONLY).fetch_one(&mut *transaction).await? {
        return Err(Failed::ReadOnly);
    }
    // `IF NOT EXISTS` alone collides with itself, and asks for the right to create schemas even where there is nothing to do.
    plain(LOCK).bind(schema).fetch_one(&mut *transaction).await?;
    if let Some(usual) = usual
        && has_ours(&mut transaction, &usual, migrator).await?
    {
        if !has_ours(&mut transaction, schema, migrator).await? {
            return Err(Failed::Elsewhere(usual));
        }
        tracing::warn!(schema = usual, "another schema holds a database of this service too, which is not used");
    }
    if !plain(EXISTS).bind(schema).fetch_one(&mut *transaction).await? {
        let create = format!("CREATE SCHEMA {}", quoted(schema));
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *transaction).await?;
    }
    verify(&mut transaction, schema, MIGRATING).await?;
    let mut migrator = Migrator::with_migrations(migrator.iter().cloned().collect());
    // It would take its lock for the session.
    migrator.set_locking(false);
    migrator.run_direct(None, &mut *transaction, false).await?;
    if way == Way::Pooled {
        sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// Whether a schema has the service's tables: in one that sessions are in by themselves they are from a start that a pooler
/// kept from its own schema.
async fn has_ours(connection: &mut PgConnection, schema: &str, migrator: &Migrator) -> sqlx::Result<bool> {
    const READABLE: &str = "SELECT COALESCE(has_table_privilege(to_regclass($1), 'SELECT'), false)";
    let Some(first) = migrator.iter().next() else { return Ok(false) };
    let table = format!("{}._sqlx_migrations", quoted(schema));
    let readable = sqlx::query_scalar::<_, bool>(READABLE).persistent(false).bind(&table);
    if !readable.fetch_one(&mut *connection).await? {
        return Ok(false);
    }
    let applied = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE version = $1 AND checksum = $2)");
    let applied = sqlx::query_scalar::<_, bool>(AssertSqlSafe(applied)).persistent(false);
    applied.bind(first.version).bind(&*first.checksum).fetch_one(connection).await
}

/// Tells a session what the sessions of a side will be told, and reads it back.
async fn rehearse(
    connection: &mut PgConnection,
    way: Way,
    schema: &str,
    told: Told,
    begin: &str,
) -> Result<(), Failed> {
    match way {
        Way::Direct => tell(connection, schema, told).await,
        Way::Pooled => {
            let begin = format!("{begin}{}", telling("; SET LOCAL", schema, told));
            let mut transaction =
                connection.begin_with(AssertSqlSafe(begin)).await.map_err(|error| failed_to_begin(way, error))?;
            verify(&mut transaction, schema, told).await?;
            Ok(transaction.rollback().await?)
        }
    }
}

/// A pooler in statement mode refuses transactions.
fn failed_to_begin(way: Way, error: sqlx::Error) -> Failed {
    match (way, error) {
        (Way::Pooled, error @ sqlx::Error::Database(_)) => Failed::NoTransactions(error),
        (_, error) => error.into(),
    }
}

async fn side(
    pool: PgPoolOptions,
    options: &PgConnectOptions,
    (way, schema, told): (Way, &str, Told),
    trusted: Duration,
    suspects: &Arc<Suspects>,
) -> sqlx::Result<PgSide> {
    let (judge, name) = (Arc::clone(suspects), Arc::<str>::from(schema));
    let pool = pool
        .min_connections(1)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let spared = judge.spares(meta.age);
            Box::pin(async move {
                if spared && meta.idle_for > trusted {
                    connection.ping().await?;
                }
                Ok(spared)
            })
        })
        .after_connect(move |connection, _| {
            let schema = Arc::clone(&name);
            Box::pin(async move {
                if way == Way::Pooled {
                    return Ok(());
                }
                // Somebody may have come in between since the start.
                tell(connection, &schema, told).await?;
                Ok(read_back(connection, &[MARK]).await?)
            })
        })
        .connect_with(options.clone())
        .await?;
    let told = match way {
        Way::Direct => Arc::default(),
        Way::Pooled => telling("; SET LOCAL", schema, told).into(),
    };
    Ok(PgSide { pool, way, told, suspects: Arc::clone(suspects) })
}

/// Tells a session for good what it needs, and reads it back.
async fn tell(connection: &mut PgConnection, schema: &str, told: Told) -> Result<(), Failed> {
    // The first one has nothing before it.
    let sql = telling("; SET", schema, told).split_off("; ".len());
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    verify(connection, schema, told).await
}

async fn verify(connection: &mut PgConnection, schema: &str, told: Told) -> Result<(), Failed> {
    let current = sqlx::query_scalar::<_, Option<String>>("SELECT current_schema()::text").persistent(false);
    let current = current.fetch_one(&mut *connection).await?;
    if current.as_deref() != Some(schema) {
        return Err(Failed::Ignored {
            what: "schema",
            asked: schema.to_owned(),
            got: current.unwrap_or_else(|| "none".to_owned()),
        });
    }
    read_back(connection, told).await
}

async fn read_back(connection: &mut PgConnection, told: Told) -> Result<(), Failed> {
    for &(what, asked) in told {
        let got = sqlx::query_scalar::<_, Option<String>>("SELECT current_setting($1, true)").persistent(false);
        let got = got.bind(what).fetch_one(&mut *connection).await?.unwrap_or_else(|| "nothing".to_owned());
        if got != asked {
            return Err(Failed::Ignored { what, asked: asked.to_owned(), got });
        }
    }
    Ok(())
}

/// `{set} search_path TO "shop"{set} lock_timeout TO '5s'…`
fn telling(set: &str, schema: &str, told: Told) -> String {
    let mut sql = format!("{set} search_path TO {}", quoted(schema));
    for (name, value) in told {
        // Writing to a string cannot fail.
        let _ = write!(sql, "{set} {name} TO '{value}'");
    }
    sql
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
