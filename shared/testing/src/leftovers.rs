//! Where in a database a text stands: every column of every table is looked through, whatever its type.

use sqlx::AssertSqlSafe;

use belgrano_runtime::fetch_scalar;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::storage::{Db, Session};

/// A column, and its values as hexadecimal digits of their bytes: text as it is, everything else as the engine writes it.
struct Column {
    name: String,
    select: String,
}

/// Each column in which one of `texts` stands, in upper or lower case, as `table.column: text`. The texts are ASCII.
pub async fn where_it_stands(db: &Db, texts: &[&str]) -> Vec<String> {
    let mut session = db.read().await.expect("a connection");
    let columns = match db.engine() {
        Engine::Sqlite => columns_of_sqlite(&mut session).await,
        Engine::Postgres => columns_of_postgres(&mut session).await,
    };
    assert!(columns.len() > 20, "the tables are there");
    let mut found = Vec::new();
    for Column { name, select } in columns {
        let values = fetch_scalar!(all, session, String, AssertSqlSafe(select)).expect("a column");
        let values: Vec<Vec<u8>> = values.iter().map(|value| bytes(value)).collect();
        for text in texts {
            let wanted = text.to_ascii_lowercase().into_bytes();
            if values.iter().any(|value| value.windows(wanted.len()).any(|part| part == wanted)) {
                found.push(format!("{name}: {text}"));
            }
        }
    }
    found
}

/// The bytes that hexadecimal digits stand for, in lower case.
fn bytes(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("ASCII");
        u8::from_str_radix(pair, 16).expect("hexadecimal digits").to_ascii_lowercase()
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}

async fn columns_of_sqlite(session: &mut Session) -> Vec<Column> {
    const COLUMNS: &str = "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations' ORDER BY 1";
    let names = fetch_scalar!(all, *session, String, COLUMNS).expect("columns");
    let column = |name: String| {
        let (table, column) = name.split_once('.').expect("a table and a column");
        let select = format!("SELECT hex(CAST({column} AS BLOB)) FROM {table} WHERE {column} IS NOT NULL");
        Column { name, select }
    };
    names.into_iter().map(column).collect()
}

async fn columns_of_postgres(session: &mut Session) -> Vec<Column> {
    const COLUMNS: &str = "SELECT CAST(c.table_name || '.' || c.column_name || '.' || c.data_type AS TEXT) \
         FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema \
         AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
         WHERE c.table_schema = current_schema() AND c.table_name <> '_sqlx_migrations' ORDER BY 1";
    let names = fetch_scalar!(all, *session, String, COLUMNS).expect("columns");
    let column = |described: String| {
        let mut parts = described.splitn(3, '.');
        let (table, column) = (parts.next().expect("a table"), parts.next().expect("a column"));
        let value = match parts.next() {
            Some("bytea") => format!("encode({column}, 'hex')"),
            _ => format!("encode(convert_to(CAST({column} AS TEXT), 'UTF8'), 'hex')"),
        };
        let select = format!("SELECT {value} FROM {table} WHERE {column} IS NOT NULL");
        Column { name: format!("{table}.{column}"), select }
    };
    names.into_iter().map(column).collect()
}
