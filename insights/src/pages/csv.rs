//! A table as a file for a spreadsheet, as the reader's language writes it. No cell of it is a formula.

use axum::http::{HeaderName, HeaderValue, header};
use belgrano_web::spreadsheet::harmless;
use belgrano_wire::texts::Language;
use csv::{Terminator, WriterBuilder};

/// Rows of text, with the mark without which Excel takes UTF-8 for something else.
pub(super) fn file(language: Language, rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut builder = WriterBuilder::new();
    let builder = builder.delimiter(separator(language)).terminator(Terminator::CRLF).flexible(true);
    let mut writer = builder.from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        // Into memory: there is nothing that could fail.
        let _ = writer.write_record(row.iter().map(|cell| if is_number(cell) { cell.clone() } else { harmless(cell) }));
    }
    writer.into_inner().unwrap_or_default()
}

/// What a spreadsheet of the reader's language splits cells at.
pub(crate) fn separator(language: Language) -> u8 {
    if language == Language::Spanish { b';' } else { b',' }
}

/// A plain number is no formula, with a sign neither.
fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok() && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// What the answer says about itself.
pub(super) fn download(name: &'static str) -> [(HeaderName, HeaderValue); 2] {
    let saved = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, saved.unwrap_or(HeaderValue::from_static("attachment"))),
    ]
}

#[cfg(test)]
mod tests {
    use belgrano_web::spreadsheet::FORMULA;
    use belgrano_wire::texts::Language;

    use super::file;

    #[test]
    fn no_cell_is_a_formula_and_a_number_stays_one() {
        for begin in FORMULA {
            for before in ["", " ", "x;", "x\n", "\""] {
                let cell = format!("{before}{begin}cmd|'/C calc'!A0");
                let text = String::from_utf8(file(Language::Spanish, [vec![cell]])).expect("text");
                assert!(text.contains(&format!("'{begin}cmd")), "{text}");
            }
        }
        let numbers = ["-12.5", "7", "-", "--1", "1e5"].map(str::to_owned).to_vec();
        let text = String::from_utf8(file(Language::English, [numbers])).expect("text");
        assert_eq!(text, "\u{feff}-12.5,7,'-,'--1,1e5\r\n");
    }
}
