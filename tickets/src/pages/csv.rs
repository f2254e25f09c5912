//! Tables for a spreadsheet, as the reader's language writes them: Excel in Spanish splits cells at `;` and reads `12,5`.
//!
//! What must never happen here: a text that a customer wrote becomes a formula on a dispatcher's machine, by whatever
//! character the spreadsheet splits cells.

use axum::http::{HeaderName, HeaderValue, header};
use belgrano_web::spreadsheet::harmless;
use belgrano_wire::money::Money;
use belgrano_wire::texts::Language;
use csv::{Terminator, Writer, WriterBuilder};

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// What somebody wrote, or a word of ours.
    Text(String),
    /// How many; written without separators in either language.
    Count(i64),
    /// Pesos, with two decimals.
    Amount(Money),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<Money> for Cell {
    fn from(amount: Money) -> Self {
        Self::Amount(amount)
    }
}

/// Rows, one after the other.
pub(super) struct Csv {
    language: Language,
    rows: Writer<Vec<u8>>,
}

impl Csv {
    /// The beginning of a file, with the mark without which Excel takes UTF-8 for something else.
    pub(super) fn beginning(language: Language) -> Self {
        Self::written_to(language, "\u{feff}".as_bytes().to_vec())
    }

    /// A further part of a file.
    pub(super) fn further(language: Language) -> Self {
        Self::written_to(language, Vec::new())
    }

    fn written_to(language: Language, buffer: Vec<u8>) -> Self {
        let separator = match language {
            Language::Spanish => b';',
            Language::English => b',',
        };
        let mut builder = WriterBuilder::new();
        let builder = builder.delimiter(separator).terminator(Terminator::CRLF).flexible(true);
        Self { language, rows: builder.from_writer(buffer) }
    }

    /// One row.
    pub(super) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        let language = self.language;
        // Into memory: there is nothing that could fail.
        let _ = self.rows.write_record(cells.into_iter().map(|cell| written(language, cell.into())));
    }

    /// The whole file, as it is sent.
    pub(super) fn finish(self) -> Vec<u8> {
        self.rows.into_inner().unwrap_or_default()
    }
}

fn written(language: Language, cell: Cell) -> String {
    match cell {
        Cell::Text(text) => harmless(&text),
        Cell::Count(count) => count.to_string(),
        Cell::Amount(amount) => {
            let pesos = format!("{:.2}", amount.pesos());
            if language == Language::Spanish { pesos.replace('.', ",") } else { pesos }
        }
    }
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
    use belgrano_wire::money::Money;
    use belgrano_wire::texts::Language;

    use super::{Cell, Csv};

    fn written(language: Language, cells: &[Cell]) -> String {
        let mut csv = Csv::further(language);
        csv.row(cells.iter().cloned());
        String::from_utf8(csv.finish()).expect("text")
    }

    #[test]
    fn a_table_is_written_as_the_readers_spreadsheet_reads_it() {
        let cells = [
            Cell::Text("dos; con \"comillas\"".to_owned()),
            Cell::Amount(Money::from_cents(123_456_750).expect("an amount")),
            Cell::Count(-3),
            Cell::Text("dos, tres\nlíneas".to_owned()),
            Cell::Text(String::new()),
        ];
        let spanish = "\"dos; con \"\"comillas\"\"\";1234567,50;-3;\"dos, tres\nlíneas\";\r\n";
        assert_eq!(written(Language::Spanish, &cells), spanish);
        let english = "\"dos; con \"\"comillas\"\"\",1234567.50,-3,\"dos, tres\nlíneas\",\r\n";
        assert_eq!(written(Language::English, &cells), english);
        assert!(Csv::beginning(Language::Spanish).finish().starts_with("\u{feff}".as_bytes()));
    }

    /// Whether a spreadsheet that splits at `separator`, and honours quotation marks or not, meets a formula.
    fn meets_formula(file: &str, separator: char, honours: bool) -> bool {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in file.chars() {
            let current = cells.last_mut().expect("there is one");
            match c {
                '"' if honours => quoted = !quoted,
                c if !quoted && (c == separator || matches!(c, '\r' | '\n')) => cells.push(String::new()),
                c => current.push(c),
            }
        }
        let trimmed = |cell: &str| cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"').to_owned();
        cells.iter().map(|cell| trimmed(cell)).any(|cell| cell.starts_with(FORMULA))
    }

    #[test]
    fn nothing_that_was_written_is_a_formula_whatever_a_spreadsheet_splits_at() {
        for begin in FORMULA {
            for before in
                ["", "x;", "x,", "x\t", "x\n", "x\r\n", "x|", "x; ", "x;\"", ";;", " ", "\"", "\t", "x, \t\"", "'"]
            {
                let text = format!("{before}{begin}cmd|'/C calc'!A0;y");
                for language in [Language::Spanish, Language::English] {
                    let file = written(language, &[Cell::Text("llano".to_owned()), Cell::Text(text.clone())]);
                    for separator in [';', ',', '\t', '|'] {
                        for quotes in [true, false] {
                            assert!(!meets_formula(&file, separator, quotes), "{file:?} at {separator:?}");
                        }
                    }
                }
            }
        }
        assert_eq!(written(Language::English, &[Cell::Text("x=1 a-b +2".to_owned())]), "x=1 a-b +2\r\n");
    }
}
