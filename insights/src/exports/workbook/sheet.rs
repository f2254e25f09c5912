//! A sheet of rows: a table with its heads frozen, filters on them, and a chart beside it.

use belgrano_web::spreadsheet::harmless;
use belgrano_wire::texts::Language;
use rust_xlsxwriter::{ExcelDateTime, Table, TableColumn, TableStyle, Workbook, Worksheet, XlsxError};
use serde_json::{Map, Value};

use super::chart::{Picture, chart};
use super::style::Styles;
use crate::exports::columns::{Column, Kind};

/// Characters that a cell may have.
const MOST_CHARS: usize = 16_000;

/// What is on a sheet.
pub(super) struct Sheet<'a> {
    /// Key of its name.
    pub(super) name: &'static str,
    /// The name of its table, for who refers to it.
    table: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: &'a [Map<String, Value>],
    picture: Option<Picture>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(
        name: &'static str,
        table: &'static str,
        columns: Vec<Column>,
        rows: &'a [Map<String, Value>],
        picture: Option<Picture>,
    ) -> Self {
        Self { name, table, columns, rows, picture }
    }
}

/// Adds a sheet to the workbook.
pub(super) fn add(
    book: &mut Workbook,
    sheet: &Sheet<'_>,
    language: Language,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let name = language.t(sheet.name).to_string();
    let page = book.add_worksheet();
    page.set_name(&name)?;
    for (at, row) in (1..).zip(sheet.rows) {
        for (place, column) in (0..).zip(&sheet.columns) {
            write(page, at, place, column.kind, row.get(column.member).unwrap_or(&Value::Null), styles)?;
        }
    }
    lay_out(page, sheet, language, styles)?;
    if let Some(picture) = sheet.picture.filter(|_| !sheet.rows.is_empty()) {
        let beside = u16::try_from(sheet.columns.len() + 1).unwrap_or(u16::MAX);
        page.insert_chart(1, beside, &chart(&name, sheet, picture, language, styles))?;
    }
    Ok(())
}

/// The table around the rows, and how the sheet is looked at and printed.
fn lay_out(page: &mut Worksheet, sheet: &Sheet<'_>, language: Language, styles: &Styles) -> Result<(), XlsxError> {
    let heads = sheet.columns.iter().map(|column| {
        TableColumn::new()
            .set_header(language.t(column.head).to_string())
            .set_header_format(styles.head_of(column.kind))
    });
    let heads: Vec<TableColumn> = heads.collect();
    // A table has a row at least.
    let last = u32::try_from(sheet.rows.len().max(1)).unwrap_or(u32::MAX);
    let width = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let table = Table::new().set_name(sheet.table).set_columns(&heads).set_style(TableStyle::Light1);
    page.add_table(0, 0, last, width, &table)?;
    for (place, column) in (0..).zip(&sheet.columns) {
        page.set_column_width(place, f64::from(column.width))?;
    }
    page.set_row_height(0, 30)?;
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    print(page);
    Ok(())
}

/// On paper: as wide as a sheet of A4 on its side, with the pages numbered.
pub(super) fn print(page: &mut Worksheet) {
    const A4: u8 = 9;
    page.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_footer("&L&A&R&P / &N");
}

/// Writes a value as its column holds it; nothing where there is none.
pub(super) fn write(
    page: &mut Worksheet,
    row: u32,
    place: u16,
    kind: Kind,
    value: &Value,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let format = styles.of(kind);
    match (kind, value) {
        (_, Value::Null) => {}
        (Kind::Flag, Value::Bool(yes)) => {
            page.write_boolean_with_format(row, place, *yes, format)?;
        }
        (Kind::Percent, Value::Number(number)) => {
            page.write_number_with_format(row, place, number.as_f64().unwrap_or_default() / 100.0, format)?;
        }
        (_, Value::Number(number)) => {
            page.write_number_with_format(row, place, number.as_f64().unwrap_or_default(), format)?;
        }
        (Kind::Day | Kind::Moment, Value::String(text)) if let Ok(date) = ExcelDateTime::parse_from_str(text) => {
            page.write_datetime_with_format(row, place, &date, format)?;
        }
        (_, Value::String(text)) => {
            page.write_string_with_format(row, place, cell(text), styles.of(Kind::Text))?;
        }
        (_, other) => {
            page.write_string(row, place, cell(&other.to_string()))?;
        }
    }
    Ok(())
}

/// A text as a cell: no formula, wherever the workbook goes from here, and no longer than a cell may be.
pub(super) fn cell(text: &str) -> String {
    harmless(text).chars().take(MOST_CHARS).collect()
}
