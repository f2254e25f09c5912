//! The first sheet: what the workbook is of, and the key figures.

use belgrano_wire::texts::Language;
use rust_xlsxwriter::{Table, TableColumn, TableStyle, Workbook, XlsxError};
use serde_json::Value;

use super::sheet::{cell, print, write};
use super::style::Styles;
use crate::exports::columns::Kind;
use crate::exports::content::Content;
use crate::exports::words::{about, title};

/// The columns of the table, with their widths.
const HEADS: [(&str, u8); 4] =
    [("export-measure", 34), ("export-now", 24), ("export-before", 24), ("export-change", 16)];

/// Adds it to the workbook.
pub(super) fn add(
    book: &mut Workbook,
    content: &Content,
    language: Language,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let page = book.add_worksheet();
    page.set_name(language.t("export-sheet-summary").to_string())?;
    page.write_string_with_format(0, 0, "Belgrano Insights", &styles.brand)?;
    page.write_string_with_format(1, 0, title(language), &styles.title)?;
    let mut row = 2;
    for line in about(content, language) {
        page.write_string_with_format(row, 0, cell(&line), &styles.note)?;
        row += 1;
    }
    let head = row + 1;
    let mut row = head;
    for measure in &content.measures {
        row += 1;
        page.write_string_with_format(row, 0, language.t(measure.key).to_string(), &styles.name)?;
        for (place, value) in [(1, measure.now), (2, measure.before)] {
            write(page, row, place, measure.kind, &value.map_or(Value::Null, Value::from), styles)?;
        }
        if let Some(change) = measure.change() {
            let format = if measure.kind == Kind::Percent { &styles.points } else { &styles.change };
            let change = if measure.kind == Kind::Percent { change } else { change / 100.0 };
            page.write_number_with_format(row, 3, change, format)?;
        }
    }
    let heads = HEADS.map(|(key, _)| {
        let kind = if key == HEADS[0].0 { Kind::Text } else { Kind::Amount };
        TableColumn::new().set_header(language.t(key).to_string()).set_header_format(styles.head_of(kind))
    });
    let table = Table::new().set_name("summary").set_columns(&heads).set_style(TableStyle::Light1);
    page.add_table(head, 0, row, 3, &table)?;
    for (place, (_, width)) in (0..).zip(HEADS) {
        page.set_column_width(place, f64::from(width))?;
    }
    page.set_freeze_panes(head + 1, 0)?;
    print(page);
    Ok(())
}
