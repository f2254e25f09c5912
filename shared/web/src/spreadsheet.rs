//! What a table for a spreadsheet must not hold: text from outside that the spreadsheet would run.
//!
//! In comes what somebody wrote, out goes the same for a cell. What must never happen here: a text becomes a formula on the
//! machine of whoever opens the file, by whatever character their spreadsheet splits cells.

/// What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), and the full-width forms of it.
pub const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// What some spreadsheet ends a cell at.
const ENDS: [char; 6] = [';', ',', '\t', '\r', '\n', '|'];

/// `text` with an apostrophe before everything that would be a formula if a cell began there: at its beginning, and behind
/// whatever some spreadsheet ends a cell at. Blanks, quotation marks and control characters in between do not help it.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && FORMULA.contains(&c) {
            harmless.push('\'');
        }
        begins = ENDS.contains(&c) || begins && (c.is_whitespace() || c.is_control() || matches!(c, '"' | '\''));
        harmless.push(c);
    }
    harmless
}
