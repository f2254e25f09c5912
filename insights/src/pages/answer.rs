//! The answer to a query of one's own as a chart: numbers over the first column, as lines over days and as bars over anything else.

use belgrano_web::pages::Layout;
use belgrano_wire::texts::Language;
use jiff::civil::Date;
use serde_json::Value;

use super::figure::{Cell, ChartKind, Column, Figure};
use super::numbers;
use crate::api::Tabular;

/// Columns of numbers that are drawn: more are no picture.
const DRAWN: usize = 6;

/// What of an answer can be drawn: whether over days, and the columns with numbers.
fn shape(found: &Tabular) -> Option<(bool, Vec<usize>)> {
    let (_, first) = found.columns.first()?;
    let others = found.columns.iter().enumerate().skip(1);
    let drawn: Vec<usize> = others.filter(|(_, (_, kind))| is_number(kind)).map(|(at, _)| at).take(DRAWN).collect();
    let dated = first == "DATE" && found.rows.iter().all(|row| row.first().and_then(day).is_some());
    (found.rows.len() > 1 && !drawn.is_empty()).then_some((dated, drawn))
}

/// Whether a column of a type, as SQL calls it, holds numbers.
fn is_number(kind: &str) -> bool {
    ["INTEGER", "BIGINT", "DOUBLE"].contains(&kind) || kind.starts_with("DECIMAL(")
}

fn day(value: &Value) -> Option<Date> {
    value.as_str()?.parse().ok()
}

/// The chart of the first `most` rows; `None` of an answer that is no series of numbers.
pub(super) fn drawn(layout: &Layout, found: &Tabular, most: usize) -> Option<Figure> {
    let (dated, columns) = shape(found)?;
    let language = layout.language;
    let kind = if dated { ChartKind::Axis } else { ChartKind::Bars };
    let heading = found.columns.first().map(|(name, _)| name.as_str()).unwrap_or_default();
    let first = if dated { Column::days(heading) } else { Column::label(heading) };
    let figure = Figure::new(layout, "answer-chart", kind, layout.t("insights-answer-chart")).column(first);
    let figure = columns
        .iter()
        .filter_map(|at| found.columns.get(*at))
        .fold(figure, |figure, (name, _)| figure.column(Column::count(name).shape(if dated { "line" } else { "bar" })));
    let rows = found.rows.iter().take(most).map(|row| {
        let value = row.first().unwrap_or(&Value::Null);
        let head = match (dated, day(value)) {
            (true, Some(day)) => Cell::day(language, day),
            _ => value.as_str().map_or_else(|| Cell::text(value.to_string()), Cell::text),
        };
        let numbers =
            columns.iter().map(|at| Cell::of(row.get(*at).and_then(Value::as_f64), |value| number(language, value)));
        std::iter::once(head).chain(numbers).collect()
    });
    Some(figure.rows(rows))
}

fn number(language: Language, value: f64) -> Cell {
    let decimals = if value.fract() == 0.0 { 0 } else { 2 };
    Cell::read(numbers::number(language, value, decimals), value)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::shape;
    use crate::api::Tabular;

    fn found(kinds: &[&str], rows: Value) -> Tabular {
        let columns = kinds.iter().map(|kind| ((*kind).to_lowercase(), (*kind).to_owned())).collect();
        Tabular { columns, rows: serde_json::from_value(rows).expect("rows"), cut: false, ms: 1 }
    }

    #[test]
    fn what_is_drawn_is_numbers_over_the_first_column() {
        let two = json!([["2026-11-20", 1, "a", 2.5], ["2026-11-21", 2, "b", null]]);
        assert_eq!(
            shape(&found(&["DATE", "BIGINT", "VARCHAR", "DECIMAL(18,4)"], two.clone())),
            Some((true, vec![1, 3]))
        );
        assert_eq!(shape(&found(&["VARCHAR", "BIGINT", "VARCHAR", "DOUBLE"], two)), Some((false, vec![1, 3])));
        assert_eq!(shape(&found(&["DATE", "BIGINT"], json!([[null, 1], ["2026-11-21", 2]]))), Some((false, vec![1])));
        assert_eq!(shape(&found(&["VARCHAR", "VARCHAR"], json!([["a", "b"], ["c", "d"]]))), None, "no numbers");
        assert_eq!(shape(&found(&["VARCHAR", "BIGINT"], json!([["a", 1]]))), None, "one row is no course");
        assert_eq!(shape(&found(&[], json!([]))), None);
    }
}
