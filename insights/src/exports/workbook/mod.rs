//! The workbook: eight sheets under the names of the contract, each a table that a spreadsheet can sort and filter.
//!
//! Nothing in it is a formula, and no text in it becomes one when it is saved as something else.

mod chart;
mod sheet;
mod style;
mod summary;

use belgrano_wire::texts::Language;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::chart::{Picture, Shape};
use self::sheet::{Sheet, add};
use self::style::Styles;
use super::columns::{self, Column};
use super::content::Content;

/// The workbook of `content`, its headings in `language`.
pub(super) fn workbook(content: &Content, language: Language) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(content, language));
    let styles = Styles::new(language, &content.currency);
    summary::add(&mut book, content, language, &styles)?;
    for sheet in sheets(content) {
        add(&mut book, &sheet, language, &styles)?;
    }
    book.save_to_buffer()
}

/// The sheets behind the first, in the order of the contract.
fn sheets(content: &Content) -> [Sheet<'_>; 7] {
    let customers: Vec<Column> =
        columns::CUSTOMERS.iter().filter(|column| content.named || column.member != columns::NAME).copied().collect();
    let (place, places) = (content.places.0, &content.places.1);
    let bars = |value, most| Some(Picture { shape: Shape::Bars, label: 0, value, most });
    [
        Sheet::new("export-sheet-lines", "lines", columns::LINES.to_vec(), &content.lines.0, None),
        Sheet::new("export-sheet-countries", "places", columns::places(place).to_vec(), places, bars(1, 15)),
        Sheet::new(
            "export-sheet-categories",
            "categories",
            columns::CATEGORIES.to_vec(),
            &content.categories,
            bars(1, 15),
        ),
        Sheet::new(
            "export-sheet-products",
            "products",
            columns::PRODUCTS.to_vec(),
            &content.products,
            Some(Picture { shape: Shape::Bars, label: 1, value: 2, most: 15 }),
        ),
        Sheet::new("export-sheet-customers", "customers", customers, &content.customers, None),
        Sheet::new(
            "export-sheet-segments",
            "segments",
            columns::SEGMENTS.to_vec(),
            &content.segments,
            Some(Picture { shape: Shape::Bars, label: 0, value: 1, most: 11 }),
        ),
        Sheet::new(
            "export-sheet-series",
            "series",
            columns::SERIES.to_vec(),
            &content.series,
            Some(Picture { shape: Shape::Line, label: 0, value: 1, most: 90 }),
        ),
    ]
}

fn properties(content: &Content, language: Language) -> DocProperties {
    let properties = DocProperties::new()
        .set_title(language.t("export-title").to_string())
        .set_author("Belgrano Insights")
        .set_company("Belgrano");
    // Of no clock but ours: the same figures make the same file.
    match ExcelDateTime::from_timestamp(content.made.0.div_euclid(1000)) {
        Ok(made) => properties.set_creation_datetime(&made),
        Err(_) => properties,
    }
}
