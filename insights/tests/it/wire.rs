//! The wire of `PostgreSQL`, with the clients that people use.

use std::process::Output;
use std::time::Duration;

use tokio::process::Command;

use crate::guard::ENDLESS;
use crate::world::{ORDERS, READER, World, until};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A port that nobody has at present.
pub(crate) fn free_port() -> String {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port().to_string()
}

async fn run(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().copied()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(100), command.output()).await;
    output.unwrap_or_else(|_| panic!("{program} does not end")).unwrap_or_else(|error| panic!("{program}: {error}"))
}

pub(crate) struct Psql {
    pub(crate) port: String,
    pub(crate) key: &'static str,
}

impl Psql {
    /// What `psql` prints, and what it complains about.
    pub(crate) async fn ask(&self, sql: &str) -> (String, String) {
        self.ask_with("", &[sql]).await
    }

    /// The same of several statements of one connection with `PGOPTIONS`.
    async fn ask_with(&self, options: &str, sql: &[&str]) -> (String, String) {
        let address = format!("host=127.0.0.1 port={} user=analista dbname=belgrano", self.port);
        let mut arguments = vec!["-X", "-A", "-t", "-v", "VERBOSITY=verbose", "-d", &address];
        arguments.extend(sql.iter().flat_map(|one| ["-c", *one]));
        let output = run("psql", &arguments, &[("PGPASSWORD", self.key), ("PGOPTIONS", options)]).await;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").trim().to_owned();
        (text(output.stdout), text(output.stderr))
    }
}

#[tokio::test]
async fn psql_asks_and_looks_around() {
    let port = free_port();
    let world = World::start(&[("PG_PORT", &port), ("SQL_DEADLINE", "6")]).await;
    let psql = Psql { port, key: READER };
    let (rows, _) = psql.ask("SELECT order_id, amount, fee, ordered_on, ordered_at FROM silver_sales WHERE line_no = 1 AND order_id = 'BA-1'").await;
    assert_eq!(rows, "BA-1|100.5000|f|2026-11-21|2026-11-21 15:00:00+00");
    let (tables, wrong) = psql.ask(r"\dt").await;
    assert!(tables.contains("public|gold_sales|table|belgrano") && !tables.contains("persons"), "{tables}{wrong}");
    let (tables, wrong) = psql.ask(r"\dt gold_d*").await;
    assert!(
        tables.contains("public|gold_daily_sales|table|belgrano") && !tables.contains("silver_"),
        "{tables}{wrong}"
    );
    let (columns, wrong) = psql.ask(r"\d silver_sales").await;
    assert!(columns.contains("amount|numeric(") && columns.contains("ordered_on|date|"), "{columns}{wrong}");
    let (none, wrong) = psql.ask(r"\d persons").await;
    assert!(none.is_empty() && wrong.contains("persons"), "{none}{wrong}");
    for (sql, code, words) in [
        ("COPY gold_sales TO STDOUT", "0A000", "una sola consulta"),
        ("CREATE TABLE x (y int)", "25006", "una sola consulta"),
        ("SELECT * FROM '/etc/passwd'", "42P01", "no hay una tabla"),
        ("SELECT * FROM persons", "42P01", "no hay una tabla persons"),
        ("SELECT 1; DROP TABLE gold_sales", "0A000", "una sola consulta"),
        (ENDLESS, "57014", "tardó más"),
    ] {
        let (rows, wrong) = psql.ask(sql).await;
        assert!(rows.is_empty() && wrong.contains(code) && wrong.contains(words), "{sql}: {rows}{wrong}");
        assert!(!wrong.contains("DataFusion"), "{wrong}");
    }
    let persons = "SELECT * FROM persons";
    let english = [
        psql.ask_with("-c lc_messages=en_US.UTF-8", &[persons]).await,
        psql.ask_with("", &["SET lc_messages TO 'C'", persons]).await,
    ];
    for (_, wrong) in english {
        assert!(wrong.contains("42P01") && wrong.contains("The query failed: there is no table persons"), "{wrong}");
    }
    let (shown, _) = psql.ask_with("-c lc_messages=en_GB", &["SHOW lc_messages"]).await;
    assert_eq!(shown, "en_US.UTF-8");
    let (set, wrong) = psql.ask("SET search_path = public").await;
    assert_eq!((set.as_str(), wrong.as_str()), ("SET", ""));
    // A client that is gone takes its query along.
    let address = format!("host=127.0.0.1 port={} user=analista dbname=belgrano", psql.port);
    let mut client = Command::new("psql")
        .args(["-X", "-d", &address, "-c", ENDLESS])
        .env("PGPASSWORD", READER)
        .spawn()
        .expect("psql");
    until("its query", || async { (world.children() == 1).then_some(()) }).await;
    let start = std::time::Instant::now();
    client.kill().await.expect("ended");
    until("its end", || async { (world.children() == 0).then_some(()) }).await;
    assert!(start.elapsed() < Duration::from_secs(4), "it was ended by its deadline");
}

#[tokio::test]
async fn psycopg_and_sqlalchemy_get_along() {
    let needed = run(&format!("{ROOT}/scripts/need"), &["pg-clients"], &[]).await;
    assert!(needed.status.success(), "{}", String::from_utf8_lossy(&needed.stderr));
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let made = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        &key,
        "-out",
        &certificate,
    ];
    let made = run("openssl", &made, &[]).await;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let port = free_port();
    let settings =
        [("PG_PORT", port.as_str()), ("SQL_DEADLINE", "6"), ("PG_TLS_CERT", &certificate), ("PG_TLS_KEY", &key)];
    let world = World::start(&settings).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients.py");
    let arguments = ["-B", script, &port, READER, &ORDERS.to_string(), &certificate];
    let output = run(&format!("{ROOT}/target/pg-clients/bin/python"), &arguments, &[]).await;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
    assert_eq!(world.children(), 0);
}
