//! What a file is about, in words: its source, its days, its filters, and as of when it is.

use belgrano_wire::texts::{Language, Message};
use serde_json::{Map, Value};

use super::content::{Content, MOST_LINES};
use crate::pages::{amount, day, number};

/// What the file is called.
pub(super) fn title(language: Language) -> String {
    language.t("export-title").to_string()
}

/// A line for each thing that whoever reads the file has to know of its figures.
pub(super) fn about(content: &Content, language: Language) -> Vec<String> {
    let mut lines = vec![source(content, language), period(content, language), filters(content, language)];
    lines.push(language.t(if content.gross { "export-is-gross" } else { "export-is-net" }).to_string());
    lines.extend(fees(content, language));
    let (shown, total) = (content.lines.0.len(), content.lines.1);
    if total > MOST_LINES {
        let said = Message::new("export-lines-cut").with("shown", shown.to_string()).with("total", total.to_string());
        lines.push(language.say(said).to_string());
    }
    lines.push(as_of(content, language));
    lines
}

/// What of the sales is no article, if anything is: the lists of articles and categories do not add up to the sales by so much.
fn fees(content: &Content, language: Language) -> Option<String> {
    let sales = content.measures.iter().find(|measure| measure.is_sales(content.gross))?.now?;
    let revenue = |row: &Map<String, Value>| row.get("revenue").and_then(Value::as_f64);
    let fees = sales - content.categories.iter().filter_map(revenue).sum::<f64>();
    let said =
        if content.currency.is_empty() { number(language, fees, 2) } else { amount(language, fees, &content.currency) };
    (fees.abs() >= 0.01).then(|| language.say(Message::new("export-fees").with("amount", said)).to_string())
}

fn source(content: &Content, language: Language) -> String {
    let said = Message::new("export-source").with("source", content.source.as_str());
    language.say(said.with("currency", content.currency.as_str())).to_string()
}

/// The days that the figures are of.
pub(super) fn period(content: &Content, language: Language) -> String {
    let Some(days) = content.days else { return language.t("export-no-days").to_string() };
    let said =
        Message::new("export-period").with("first", day(language, days.from)).with("last", day(language, days.to));
    language.say(said).to_string()
}

/// The filters, by the names that the address gives them.
pub(super) fn filters(content: &Content, language: Language) -> String {
    if content.filters.is_empty() {
        return language.t("export-no-filters").to_string();
    }
    let said: Vec<String> = content.filters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    language.say(Message::new("export-filters").with("filters", said.join(", "))).to_string()
}

/// As of when the figures are, and when the file was made.
pub(super) fn as_of(content: &Content, language: Language) -> String {
    let made = language.say(Message::new("export-made").with("at", language.moment(content.made))).to_string();
    let until = content
        .until
        .map(|at| language.say(Message::new("insights-until").with("at", language.moment(at))).to_string());
    let age = content.age.map(|age| {
        let worked = content.made.plus_ms(-i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        language.say(Message::new("export-aged").with("at", language.moment(worked))).to_string()
    });
    [until, age, Some(made)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
