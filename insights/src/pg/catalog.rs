//! Questions about `PostgreSQL`'s catalog, as `psql`'s `\d` and `SQLAlchemy`'s inspector put them.
//!
//! They are not run: which of the catalog's tables they read says whether they are about our tables, about columns, or about
//! something that is not there (indexes, constraints, triggers), and the names of their own columns say what to tell.

use belgrano_wire::texts::Message;
use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::sql::sqlparser::ast::{Expr, Select, SelectItem, SetExpr, Statement};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;
use pgwire::error::PgWireResult;

use super::error::{broken, error};
use super::known::{Known, setting};
use super::rows::pg_type;
use crate::engine::{Described, DescribedColumn};
use crate::guard::Value;

/// The number of the first table.
const FIRST_OID: usize = 16_384;
/// Tables of the catalog about things that are not here.
const ABSENT: [&str; 11] = [
    "pg_inherits",
    "pg_policy",
    "pg_index",
    "pg_trigger",
    "pg_rewrite",
    "pg_statistic_ext",
    "pg_publication",
    "pg_enum",
    "pg_foreign_table",
    "pg_proc",
    "pg_extension",
];

/// A question, and the tables that whoever asks may see.
pub(super) struct Seen<'a> {
    pub(super) tables: &'a [&'a Described],
    pub(super) sql: &'a str,
    pub(super) values: &'a [Value],
}

/// What a field of an answer holds.
#[derive(Clone)]
enum Cell {
    Text(String),
    Number(usize),
    Flag(bool),
    Nothing,
}

/// What a row is about.
#[derive(Clone, Copy)]
struct About<'a> {
    table: Option<(usize, &'a Described)>,
    column: Option<(usize, &'a DescribedColumn)>,
}

impl Seen<'_> {
    /// The answer; without rows where it asks about something that is not here.
    pub(super) fn answer(&self) -> PgWireResult<Known> {
        let columns = self.columns()?;
        let rows: Vec<Vec<Cell>> = self
            .subjects()
            .iter()
            .map(|about| columns.iter().map(|(name, expression)| cell(name, expression, *about)).collect())
            .collect();
        let fields: Vec<Field> =
            columns.iter().map(|(name, expression)| Field::new(name, kind(name, expression), true)).collect();
        let arrays = fields.iter().enumerate().map(|(at, field)| array(field.data_type(), &rows, at));
        let schema = Arc::new(Schema::new(fields.clone()));
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays.collect(), &options);
        Ok(Known::Rows { schema, batch: batch.map_err(|why| broken(&why))? })
    }

    /// The columns that it asks for, each with the expression behind it, in small letters.
    fn columns(&self) -> PgWireResult<Vec<(String, String)>> {
        let unknown = || error("0A000", &Message::new("pg-catalog"));
        let parsed = Parser::parse_sql(&PostgreSqlDialect {}, self.sql).map_err(|_| unknown())?;
        let Some(Statement::Query(query)) = parsed.first() else { return Err(unknown()) };
        let select = first(&query.body).ok_or_else(unknown)?;
        let named = |item: &SelectItem| match item {
            SelectItem::UnnamedExpr(expression) => Ok((name(expression), expression.to_string().to_lowercase())),
            SelectItem::ExprWithAlias { expr, alias } => Ok((alias.value.clone(), expr.to_string().to_lowercase())),
            _ => Err(unknown()),
        };
        select.projection.iter().map(named).collect()
    }

    /// What it is about: one row each.
    fn subjects(&self) -> Vec<About<'_>> {
        let sql = self.sql.to_lowercase();
        let reads =
            |table: &str| sql.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).any(|word| word == table);
        let nothing = About { table: None, column: None };
        if !sql.contains("from")
            || (reads("pg_namespace") || reads("pg_database")) && !reads("pg_class") && !reads("pg_type")
        {
            return vec![nothing];
        }
        if !reads("pg_class") && !reads("pg_attribute") || ABSENT.iter().any(|table| reads(table)) {
            return Vec::new();
        }
        let tables = self.picked(&sql);
        if !reads("pg_attribute") {
            return tables.into_iter().map(|table| About { table: Some(table), ..nothing }).collect();
        }
        if reads("pg_constraint") || !sql.contains("attname") {
            return Vec::new();
        }
        let columns = tables.into_iter().flat_map(|table| {
            table.1.columns.iter().enumerate().map(move |column| About { table: Some(table), column: Some(column) })
        });
        columns.collect()
    }

    /// The tables that it names, by name or by number; all of them where it names none.
    fn picked(&self, sql: &str) -> Vec<(usize, &Described)> {
        let mut said: BTreeSet<String> = self.sql.split('\'').skip(1).step_by(2).map(ToOwned::to_owned).collect();
        let numbers = self.sql.split(|sign: char| !sign.is_alphanumeric()).filter(|word| word.parse::<usize>().is_ok());
        said.extend(numbers.map(ToOwned::to_owned));
        for value in self.values.iter().filter_map(|value| value.text.as_deref()) {
            said.extend(value.trim_matches(['{', '}']).split(',').map(|part| part.trim_matches('"').to_owned()));
        }
        // Every table of ours is an ordinary one.
        if sql.contains("relkind")
            && !said.contains("r")
            && ["v", "m", "f", "S", "i"].iter().any(|kind| said.contains(*kind))
        {
            return Vec::new();
        }
        let picks = ["relname =", "relname in", "relname operator", "attrelid =", "attrelid in", "oid =", "oid in"];
        let mut conditions = sql.split("where").skip(1);
        // What joins tables to each other picks none.
        let picks = conditions.any(|part| {
            picks.iter().any(|pick| {
                part.match_indices(pick).any(|(at, _)| {
                    let after = part[at + pick.len()..].trim_start_matches(|sign: char| " (".contains(sign));
                    after.starts_with(['\'', '$', 'p'])
                        && !after.starts_with("pg_")
                        && !after.starts_with("pg_catalog.pg")
                        || after.starts_with("any")
                        || after.starts_with("pg_catalog.~")
                        || after.starts_with(|sign: char| sign.is_ascii_digit())
                })
            })
        });
        let numbered = self.tables.iter().enumerate().map(|(at, table)| (FIRST_OID + at, *table));
        let is_picked = |(number, table): &(usize, &Described)| {
            !picks || said.contains(&number.to_string()) || said.iter().any(|said| fits(said, &table.name))
        };
        numbered.filter(is_picked).collect()
    }
}

/// Whether a name is the one that was said, or fits the pattern that `psql` makes of it: `^(gold_.*)$`.
fn fits(said: &str, name: &str) -> bool {
    let Some(pattern) = said.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$")) else { return said == name };
    let Some((start, end)) = pattern.split_once(".*") else { return pattern == name };
    name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end))
}

fn first(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first(&query.body),
        SetExpr::SetOperation { left, .. } => first(left),
        _ => None,
    }
}

/// What `PostgreSQL` calls a column without a name of its own.
fn name(expression: &Expr) -> String {
    match expression {
        Expr::Identifier(name) => name.value.clone(),
        Expr::CompoundIdentifier(parts) => parts.last().map_or_else(String::new, |part| part.value.clone()),
        Expr::Function(function) => {
            let name = function.name.to_string();
            name.rsplit('.').next().unwrap_or(&name).to_owned()
        }
        Expr::Cast { expr, .. } | Expr::Nested(expr) => name(expr),
        Expr::Case { .. } => "case".to_owned(),
        _ => "?column?".to_owned(),
    }
}

/// A field, by the name of its column or, where that says nothing, by the expression behind it.
fn cell(name: &str, expression: &str, about: About<'_>) -> Cell {
    let text = |text: &str| Cell::Text(text.to_owned());
    let last = expression.rsplit(['.', ' ']).next().unwrap_or(expression);
    let function = expression.strip_prefix("pg_catalog.").unwrap_or(expression);
    if let Some((at, column)) = about.column {
        match (name, last) {
            ("name" | "attname" | "column_name", _) => return text(&column.name),
            ("attnum", _) => return Cell::Number(at + 1),
            ("comment", _) => return text(&column.description),
            ("relname" | "table_name", _) | (_, "relname") => {}
            _ if function.starts_with("format_type") => return text(&type_name(&column.data_type)),
            ("not_null" | "attnotnull", _) => return Cell::Flag(false),
            ("oid" | "attrelid" | "conrelid", _) => {}
            _ => return Cell::Nothing,
        }
    }
    if let Some((number, table)) = about.table {
        return match name.to_lowercase().as_str() {
            "oid" | "attrelid" | "conrelid" => Cell::Number(number),
            "schema" | "nspname" => text("public"),
            "name" | "relname" | "table_name" => text(&table.name),
            "type" => text("table"),
            "owner" => text("belgrano"),
            "relkind" => text("r"),
            "relpersistence" => text("p"),
            "relreplident" => text("d"),
            "comment" | "description" | "obj_description" if about.column.is_none() => text(&table.description),
            "relchecks" | "reltablespace" => Cell::Number(0),
            other if is_flag(other) => Cell::Flag(false),
            _ => Cell::Nothing,
        };
    }
    match (name.to_lowercase().as_str(), function) {
        ("nspname" | "name", _) => text("public"),
        (_, _) if function.starts_with("version()") => text("PostgreSQL 15.0 (Belgrano Insights)"),
        (_, _) if function.starts_with("current_schemas") => text("{public}"),
        (_, _) if function.starts_with("current_schema") => text("public"),
        ("datname", _) => text("belgrano"),
        (_, _) if function.starts_with("current_database") => text("belgrano"),
        (_, _) if function.starts_with("current_user") || function.starts_with("session_user") => text("belgrano"),
        (_, _) if function.starts_with("pg_is_in_recovery") => Cell::Flag(false),
        (_, _) if function.starts_with("pg_backend_pid") => Cell::Number(1),
        (_, _) if function.starts_with("current_setting") => {
            let asked = function.split('\'').nth(1).unwrap_or_default();
            setting(asked).map_or(Cell::Nothing, |(_, value)| text(value))
        }
        _ => Cell::Nothing,
    }
}

fn is_flag(name: &str) -> bool {
    ["relhas", "relrow", "relforce", "relispartition"].iter().any(|start| name.starts_with(start))
        || matches!(name, "not_null" | "attnotnull" | "pg_is_in_recovery")
}

fn kind(name: &str, _expression: &str) -> DataType {
    match name.to_lowercase().as_str() {
        "oid" | "attrelid" | "conrelid" | "attnum" | "relchecks" | "reltablespace" | "pg_backend_pid" => {
            DataType::Int64
        }
        name if is_flag(name) => DataType::Boolean,
        _ => DataType::Utf8,
    }
}

fn array(of: &DataType, rows: &[Vec<Cell>], at: usize) -> ArrayRef {
    let cells = rows.iter().map(|row| row.get(at).cloned().unwrap_or(Cell::Nothing));
    match of {
        DataType::Int64 => Arc::new(
            cells
                .map(|cell| match cell {
                    Cell::Number(number) => i64::try_from(number).ok(),
                    _ => None,
                })
                .collect::<Int64Array>(),
        ),
        DataType::Boolean => Arc::new(
            cells
                .map(|cell| match cell {
                    Cell::Flag(flag) => Some(flag),
                    _ => None,
                })
                .collect::<BooleanArray>(),
        ),
        _ => Arc::new(
            cells
                .map(|cell| match cell {
                    Cell::Text(text) => Some(text),
                    Cell::Number(number) => Some(number.to_string()),
                    Cell::Flag(flag) => Some(if flag { "t" } else { "f" }.to_owned()),
                    Cell::Nothing => None,
                })
                .collect::<StringArray>(),
        ),
    }
}

/// As `format_type` has it.
fn type_name(of: &DataType) -> String {
    match of {
        DataType::Decimal128(digits, places) => format!("numeric({digits},{places})"),
        other => match pg_type(other).name() {
            "bool" => "boolean",
            "int4" => "integer",
            "int8" => "bigint",
            "float8" => "double precision",
            "timestamptz" => "timestamp with time zone",
            "timestamp" => "timestamp without time zone",
            other => other,
        }
        .to_owned(),
    }
}
