//! A program that cannot start says so on one line: which setting or file, what happened, what to do; and ends with 1.
//! What was asked for wrongly ends with 2.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::harness::{Database, Engine};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// `belgrano ARGUMENTS` on an empty folder, on ports of the system's choice, with `env` on top.
fn belgrano(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let usual = [("HOST", "127.0.0.1"), ("SHOP_PORT", "0"), ("TICKETS_PORT", "0"), ("LOG", "off")];
    let mut command = Command::new(env!("CARGO_BIN_EXE_belgrano"));
    command.args(arguments).env_clear().env("DATA_DIR", folder).env("ARGON2_MEMORY_KIB", "64");
    command.envs(usual).envs(env.iter().copied()).stdin(Stdio::null()).output().expect("the program runs")
}

/// The one line it says, without its own name.
fn refused(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    let line = said.strip_prefix("belgrano: ").and_then(|line| line.strip_suffix('\n')).unwrap_or_default();
    assert!(!line.is_empty() && !line.contains('\n'), "one line, not: {said}");
    line.to_owned()
}

type Settings<'a> = &'a [(&'a str, &'a str)];

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("bound").port().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "{}").expect("a file");
    let below_a_file = file.join("data").display().to_string();
    let file = file.display().to_string();
    let away = "postgres://user:hunter2@127.0.0.1:1/shop";
    let cases: [(&str, Settings<'_>, &str); 15] = [
        ("SHOP_PORT: ", &[("SHOP_PORT", "http")], "a number between 0 and 65535, not `http`"),
        ("HOST, SHOP_PORT: ", &[("SHOP_PORT", &taken)], "Address already in use"),
        ("HOST, TICKETS_PORT: ", &[("TICKETS_PORT", &taken)], "Address already in use"),
        ("DATA_DIR: ", &[("DATA_DIR", &below_a_file)], "Not a directory"),
        ("DATABASE_URL: ", &[("DATABASE_URL", "mysql://x"), ("INTEGRATION_SECRET", SECRET)], "`postgres://…`"),
        ("DATABASE_URL: ", &[("DATABASE_URL", away), ("INTEGRATION_SECRET", SECRET)], "127.0.0.1:1/shop"),
        ("INTEGRATION_SECRET: ", &[("DATABASE_URL", away)], "has to be set together with DATABASE_URL"),
        ("INTEGRATION_SECRET: ", &[("INTEGRATION_SECRET", "short")], "16 to 64 bytes"),
        ("ZONES_GEOJSON: ", &[("ZONES_GEOJSON", "/nowhere.geojson")], "No such file"),
        ("ZONES_GEOJSON: ", &[("ZONES_GEOJSON", &file)], "FeatureCollection"),
        ("MAP_STYLE_URL: ", &[("MAP_STYLE_URL", "style.json")], "`https://…`"),
        ("SMTP_URL: ", &[("SMTP_URL", "mail.example")], "`smtp://…`"),
        ("PROOF: ", &[("PROOF", "blood")], "not `blood`"),
        ("LOG: ", &[("LOG", "a=[")], "`info,sqlx=warn`"),
        ("ADMIN_PASSWORD: ", &[("ADMIN_PASSWORD", "hunter2")], "8 to 128 characters"),
    ];
    for (setting, env, why) in cases {
        let line = refused(&belgrano(&folder.path().join("empty"), &["serve"], env), 1);
        assert!(line.starts_with(setting) && line.contains(why), "{env:?}: {line}");
        assert!(!line.contains("hunter2"), "a secret: {line}");
        assert!(!line.contains("Error {") && !line.contains("Some("), "for people: {line}");
    }
}

#[test]
fn several_mistakes_come_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = belgrano(folder.path(), &["serve"], &[("PROOF", "x"), ("AUTO_ASSIGN", "perhaps")]);
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!((output.status.code(), lines[0]), (Some(1), "belgrano: 2 settings cannot be used:"), "{said}");
    assert!(lines[1].starts_with("  AUTO_ASSIGN: ") && lines[2].starts_with("  PROOF: "), "{said}");
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_not_served() {
    let database = Database::create(Engine::Postgres).await;
    database.turn_read_only().await;
    let own = database.env();
    let mut env: Vec<(&str, &str)> = own.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    env.push(("INTEGRATION_SECRET", SECRET));
    let line = refused(&belgrano(database.folder(), &["serve"], &env), 1);
    assert!(line.starts_with("DATABASE_URL: ") && line.contains("is read-only"), "{line}");
    let output = belgrano(database.folder(), &["check"], &env);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for what in ["shop's database", "board's database"] {
        let line = said.lines().find(|line| line.starts_with(&format!("WRONG {what}: DATABASE_URL: ")));
        assert!(line.is_some_and(|line| line.contains("is read-only")), "{said}");
    }
    database.remove().await;
}

#[tokio::test]
async fn a_database_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    belgrano(folder.path(), &["check"], &[]);
    let database = SqliteConnectOptions::new().filename(folder.path().join("shop.db"));
    let mut connection = database.connect().await.expect("it was made");
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'later', TRUE, x'00', 1)";
    sqlx::query(later).execute(&mut connection).await.expect("a migration");
    connection.close().await.expect("closes");
    let line = refused(&belgrano(folder.path(), &["serve"], &[]), 1);
    assert!(line.contains("DATA_DIR: ") && line.contains("newer than this program") && line.contains("9999"), "{line}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = refused(&belgrano(folder.path(), &["catalog", "import", "/nowhere.json"], &[]), 1);
    assert!(line.starts_with("/nowhere.json: ") && line.contains("No such file"), "{line}");
    std::fs::write(folder.path().join("integration_secret"), "edited").expect("a file");
    let line = refused(&belgrano(folder.path(), &["serve"], &[]), 1);
    assert!(line.starts_with("DATA_DIR: ") && line.contains("integration_secret does not hold a secret"), "{line}");
}

#[test]
fn wrong_usage_is_not_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    for list in [&["outbox", "list"][..], &["notices", "list", "--servicio", "shop"]] {
        let line = refused(&belgrano(folder.path(), &[list, &["--estado", "lost"]].concat(), &[]), 2);
        assert!(line.starts_with("--estado: ") && line.ends_with("not `lost`"), "{line}");
    }
    let user = ["user", "add", "--servicio", "shop", "--rol", "admin", "--email", "a@example.com", "--password-stdin"];
    let line = refused(&belgrano(folder.path(), &user, &[]), 2);
    assert!(line.contains("8 to 128 characters"), "{line}");
    assert_eq!(belgrano(folder.path(), &["dance"], &[]).status.code(), Some(2));
}
