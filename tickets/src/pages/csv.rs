//! Tables for a spreadsheet: RFC 4180, with what a spreadsheet would take for a formula made harmless.

use axum::http::{HeaderName, HeaderValue, header};

/// Rows, one after the other.
#[derive(Debug, Default)]
pub(super) struct Csv(String);

impl Csv {
    /// What a file begins with: without it, Excel takes UTF-8 for something else.
    pub(super) fn begin(&mut self) {
        self.0.push('\u{feff}');
    }

    /// One row.
    pub(super) fn row(&mut self, fields: impl IntoIterator<Item = impl AsRef<str>>) {
        for (place, field) in fields.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            self.field(field.as_ref());
        }
        self.0.push_str("\r\n");
    }

    /// A field that begins like a formula gets an apostrophe in front (OWASP, "CSV Injection"): what a customer wrote must not
    /// run on a dispatcher's machine.
    fn field(&mut self, text: &str) {
        let formula =
            text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
        if !formula && !text.contains([',', '"', '\r', '\n', ';']) {
            self.0.push_str(text);
            return;
        }
        self.0.push('"');
        if formula {
            self.0.push('\'');
        }
        self.0.push_str(&text.replace('"', "\"\""));
        self.0.push('"');
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.0
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
    use super::Csv;

    #[test]
    fn a_field_is_quoted_when_it_has_to_be_and_never_a_formula() {
        let mut csv = Csv::default();
        csv.row(["llano", "con, coma", "con \"comillas\"", "dos\nlíneas", ""]);
        csv.row(["=1+1", "+54 11 5555", "-2", "@SUM(A1)", "\t=1", "＝1"]);
        let expected = "llano,\"con, coma\",\"con \"\"comillas\"\"\",\"dos\nlíneas\",\r\n\
             \"'=1+1\",\"'+54 11 5555\",\"'-2\",\"'@SUM(A1)\",\"'\t=1\",\"'＝1\"\r\n";
        assert_eq!(csv.finish(), expected);
    }
}
