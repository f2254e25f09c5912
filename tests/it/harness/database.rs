//! A database of its own for each test: a directory with two SQLite files, or a database on the server of
//! `TEST_DATABASE_URL` with a schema for each service.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, FromRow, PgConnection};
use tempfile::TempDir;

const URL_VARIABLE: &str = "TEST_DATABASE_URL";

/// Where the services store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Shop,
    Tickets,
}

impl Service {
    pub fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Tickets => "tickets",
        }
    }
}

/// The databases of one pair, and its `DATA_DIR`.
pub struct Database {
    folder: TempDir,
    /// Where the files of SQLite are.
    files: PathBuf,
    /// The database on the server.
    postgres: Option<(PgConnectOptions, String)>,
}

impl Database {
    pub async fn create(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(create_on_server().await),
        };
        Self { files: folder.path().to_owned(), folder, postgres }
    }

    /// That of a demo, which has a folder of its own within `DATA_DIR`.
    pub async fn of_demo() -> Self {
        let database = Self::create(Engine::Sqlite).await;
        Self { files: database.folder().join("demo"), ..database }
    }

    /// `DATA_DIR`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What tells the services where to store.
    pub fn env(&self) -> Vec<(String, String)> {
        let mut env = vec![("DATA_DIR".to_owned(), self.folder.path().display().to_string())];
        if let Some((_, url)) = &self.postgres {
            env.push(("DATABASE_URL".to_owned(), url.clone()));
        }
        env
    }

    /// Runs one query, past the services.
    pub async fn rows<T>(&self, service: Service, sql: &'static str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        if let Some((options, _)) = &self.postgres {
            let options = options.clone().options([("search_path", service.name())]);
            let mut connection = options.connect().await.expect("the server answers");
            let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.expect("a query that works");
            connection.close().await.expect("the server answers");
            return rows;
        }
        let file = self.files.join(service.name()).with_extension("db");
        let mut connection = SqliteConnectOptions::new().filename(file).connect().await.expect("the file is there");
        let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.expect("a query that works");
        connection.close().await.expect("the file is there");
        rows
    }

    /// The one number a query finds.
    pub async fn number(&self, service: Service, sql: &'static str) -> i64 {
        let rows: Vec<(i64,)> = self.rows(service, sql).await;
        rows.first().expect("one row").0
    }

    /// The server's side of a failover: every session ends, and new ones find the database read-only.
    pub async fn turn_read_only(&self) {
        self.alter("SET default_transaction_read_only = on").await;
        self.end_sessions().await;
    }

    /// Somebody else takes all the connections that the server gives: every session ends, and new ones are refused (53300).
    pub async fn turn_full(&self) {
        self.alter("CONNECTION LIMIT 0").await;
        self.end_sessions().await;
    }

    /// The server gives this many connections to both services and the test together.
    pub async fn give(&self, connections: u32) {
        self.alter(&format!("CONNECTION LIMIT {connections}")).await;
    }

    /// And there is room again, for as many as the server takes.
    pub async fn make_room(&self) {
        self.alter("CONNECTION LIMIT -1").await;
    }

    async fn alter(&self, what: &str) {
        let alter = format!("ALTER DATABASE {} {what}", self.name());
        server().await.execute(AssertSqlSafe(alter)).await.expect("the database is ours");
    }

    async fn end_sessions(&self) {
        let (name, mut server) = (self.name(), server().await);
        let ends = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' \
             AND backend_type = 'client backend'"
        );
        server.execute(AssertSqlSafe(ends)).await.expect("the sessions are ours");
    }

    /// And back. The sessions that were opened meanwhile stay as they are: those of a server that takes no writes.
    pub async fn turn_writable(&self) {
        self.alter("RESET default_transaction_read_only").await;
    }

    fn name(&self) -> &str {
        let (options, _) = self.postgres.as_ref().expect("on Postgres");
        options.get_database().expect("a database")
    }

    /// Where the server listens.
    pub fn server_address() -> SocketAddr {
        let options = PgConnectOptions::from_str(&server_url()).expect("a PostgreSQL URL");
        let host = options.get_host().parse().expect("the tests' server has an address");
        SocketAddr::new(host, options.get_port())
    }

    /// Runs a statement in a transaction and leaves that open, with all that it locked, as a person in `psql` may: until
    /// what is returned is closed.
    pub async fn hold(&self, service: Service, sql: &str) -> PgConnection {
        let (options, _) = self.postgres.as_ref().expect("on Postgres");
        let options = options.clone().options([("search_path", service.name())]);
        let mut person = options.connect().await.expect("the server answers");
        person.execute(AssertSqlSafe(format!("BEGIN; {sql}"))).await.expect("a statement that works");
        person
    }

    /// Removes it. A test that failed leaves its own behind, to be looked at if the server is kept.
    pub async fn remove(self) {
        let Some((options, _)) = self.postgres else { return };
        let name = options.get_database().expect("a database").to_owned();
        let mut server = server().await;
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        server.execute(AssertSqlSafe(drop)).await.expect("the database is ours");
    }
}

fn server_url() -> String {
    std::env::var(URL_VARIABLE).unwrap_or_else(|_| {
        panic!("{URL_VARIABLE} is not set: run the tests with scripts/test, which starts a PostgreSQL for them")
    })
}

async fn server() -> PgConnection {
    let options = PgConnectOptions::from_str(&server_url()).expect("a PostgreSQL URL");
    options.connect().await.expect("the server answers")
}

async fn create_on_server() -> (PgConnectOptions, String) {
    let name = format!("it_{:016x}", RandomState::new().build_hasher().finish());
    let mut server = server().await;
    server.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a role that may create databases");
    let url = server_url();
    let (base, _) = url.rsplit_once('/').expect("a URL with a database in it");
    let url = format!("{base}/{name}");
    (PgConnectOptions::from_str(&url).expect("a PostgreSQL URL"), url)
}
