//! `/detalle`: every line of every order, in the order and with the columns that somebody wants, and all of it as a file.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use belgrano_wire::texts::{Language, Text};
use belgrano_wire::timestamp::UnixMillis;
use serde_json::{Map, Value};

use super::Frame;
use super::look::{Asked, Look, Own, Period, Takes, said};
use super::numbers;
use crate::access::Reader;
use crate::api::{self, Slice, Sorting};
use crate::app::App;

/// Lines on a page.
const SIZES: [i64; 4] = [50, 100, 500, 1000];
/// The same as an address says them.
const SIZE_WORDS: [&str; 4] = ["50", "100", "500", "1000"];
/// The last that a page can begin after.
const FARTHEST: i64 = 10_000_000;

/// A column: its name in the API, the key of what it is called, and whether it is shown when nobody chose.
struct Shown(&'static str, &'static str, bool);

const COLUMNS: [Shown; 16] = [
    Shown("date", "insights-date", true),
    Shown("order_id", "insights-order", true),
    Shown("product_name", "insights-product", true),
    Shown("category", "insights-filter-category", true),
    Shown("quantity", "insights-quantity", true),
    Shown("unit_price", "insights-unit-price", true),
    Shown("total_amount", "insights-amount", true),
    Shown("profit", "insights-profit", false),
    Shown("customer_id", "insights-customer", false),
    Shown("payment_method", "insights-filter-payment", true),
    Shown("barrio", "insights-filter-barrio", false),
    Shown("city", "insights-filter-city", false),
    Shown("country", "insights-filter-country", false),
    Shown("device_type", "insights-filter-device", false),
    Shown("traffic_source", "insights-filter-origin", false),
    Shown("kind", "insights-kind", false),
];

/// What this page takes beside what all take.
pub(super) fn own() -> Own {
    vec![
        ("col", Takes::Words(COLUMNS.iter().map(|Shown(name, ..)| *name).collect())),
        ("limit", Takes::Word(SIZE_WORDS.into())),
        ("orden", Takes::Word(Sorting::words().into())),
        ("sentido", Takes::Word(vec!["desc", "asc"])),
        ("pagina", Takes::Number(FARTHEST / SIZES[0])),
    ]
}

#[derive(Template)]
#[template(path = "detail.html")]
struct DetailPage<'a> {
    layout: &'a Layout,
    look: &'a Look,
    table: Table,
    found: Option<Found>,
}

/// What of the lines is shown, and how.
struct Table {
    columns: Vec<&'static Shown>,
    sort: &'static str,
    descending: bool,
    limit: i64,
    page: i64,
}

struct Found {
    lines: Vec<Map<String, Value>>,
    total: i64,
}

impl Table {
    fn of(look: &Look) -> Self {
        let chosen = |name: &str| look.owns("col").any(|column| column == name);
        let some = COLUMNS.iter().any(|Shown(name, ..)| chosen(name));
        let columns = COLUMNS.iter().filter(|Shown(name, _, usual)| if some { chosen(name) } else { *usual });
        let given = |name: &str| look.own(name).and_then(|number| number.parse::<i64>().ok());
        let limit = given("limit").filter(|limit| SIZES.contains(limit)).unwrap_or(SIZES[0]);
        let sort = Sorting::words().into_iter().find(|word| look.own("orden") == Some(word));
        Self {
            columns: columns.collect(),
            sort: sort.unwrap_or("date"),
            descending: look.own("sentido") != Some("asc"),
            limit,
            page: given("pagina").filter(|page| (1..=FARTHEST / limit).contains(page)).unwrap_or(1),
        }
    }
}

/// The lines.
pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Problem> {
    let layout = frame.layout;
    let mut look = Look::of(&app, &layout, &reader, asked, Period::Last(30)).await?;
    let table = Table::of(&look);
    let (found, age) = look.within(find(&app, &reader, &look, &table)).await;
    let found = look.take(found, age)?;
    layout.show_as(look.status(), &DetailPage { layout: &layout, look: &look, table, found })
}

async fn find(app: &App, reader: &Reader, look: &Look, table: &Table) -> Result<Option<Found>, Problem> {
    if !look.is_well() {
        return Ok(None);
    }
    let slice = Slice::of(table.limit, (table.page - 1) * table.limit);
    let sorting = Sorting::by(table.sort, if table.descending { "desc" } else { "asc" });
    let found = Box::pin(api::lines_for(app, reader, look.filters.clone(), &slice, &sorting)).await?;
    let api::Lines { lines, total } = found;
    Ok(Some(Found { lines, total }))
}

impl Shown {
    fn is_number(&self) -> bool {
        matches!(self.0, "quantity" | "unit_price" | "total_amount" | "profit")
    }
}

impl DetailPage<'_> {
    fn every(&self) -> impl Iterator<Item = (&'static str, Text, bool)> {
        let chosen = |name: &str| self.table.columns.iter().any(|shown| shown.0 == name);
        COLUMNS.iter().map(move |Shown(name, text, _)| (*name, self.layout.t(text), chosen(name)))
    }

    /// Where a press on the head of a column leads; `None` of one that lines are not sorted by.
    fn sorted(&self, column: &Shown) -> Option<String> {
        let word = Sorting::words().into_iter().find(|word| *word == column.0)?;
        let again = self.table.sort == word && self.table.descending;
        let sense = if again { "asc" } else { "desc" };
        Some(self.look.address(&[("orden", Some(word)), ("sentido", Some(sense)), ("pagina", None)]))
    }

    /// How lines are sorted by a column, for who hears it.
    fn sense(&self, column: &Shown) -> Option<&'static str> {
        let sense = if self.table.descending { "descending" } else { "ascending" };
        (self.table.sort == column.0).then_some(sense)
    }

    fn sizes(&self) -> Vec<(String, i64, bool)> {
        let size = |size: i64| {
            let address = self.look.address(&[("limit", Some(&size.to_string())), ("pagina", None)]);
            (address, size, size == self.table.limit)
        };
        SIZES.map(size).into()
    }

    /// The address of another page of lines, if there is one.
    fn page(&self, found: &Found, by: i64) -> Option<String> {
        let (page, last) = (self.table.page + by, (found.total - 1).div_euclid(self.table.limit) + 1);
        (page >= 1 && page <= last).then(|| self.look.address(&[("pagina", Some(&page.to_string()))]))
    }

    /// Which lines these are: `1 a 50 de 1.234`.
    fn part(&self, found: &Found) -> String {
        let count = |value| numbers::count(self.layout.language, value);
        let first = (self.table.page - 1) * self.table.limit;
        let last = first + i64::try_from(found.lines.len()).unwrap_or(0);
        let text = self.layout.t("insights-lines-of").with("first", count(first + 1)).with("last", count(last));
        text.with("total", count(found.total)).into()
    }

    /// A value of a line as it is read.
    fn cell(&self, line: &Map<String, Value>, column: &Shown) -> String {
        let language = self.layout.language;
        let value = line.get(column.0).unwrap_or(&Value::Null);
        match (column.0, value) {
            (_, Value::Null) => "–".to_owned(),
            ("date", Value::String(text)) => moment(language, text),
            ("unit_price" | "total_amount" | "profit", value) => match value.as_f64() {
                Some(amount) => numbers::amount(language, amount, &self.look.currency),
                None => value.to_string(),
            },
            ("quantity", value) => {
                value.as_i64().map_or_else(|| value.to_string(), |count| numbers::count(language, count))
            }
            ("payment_method", Value::String(text)) => self.layout.payment(text),
            ("device_type", Value::String(text)) => said(self.layout, "device", text),
            ("traffic_source", Value::String(text)) => said(self.layout, "source", text),
            ("kind", Value::String(text)) if text == "return" => self.layout.t("insights-kind-return").into(),
            ("kind", _) if line.get("voided") == Some(&Value::Bool(true)) => {
                self.layout.t("insights-kind-voided").into()
            }
            ("kind", _) => self.layout.t("insights-kind-sale").into(),
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    }
}

/// A time as the pages write it.
fn moment(language: Language, text: &str) -> String {
    let at = text.parse::<jiff::Timestamp>().ok();
    at.map_or_else(|| text.to_owned(), |at| language.moment(UnixMillis(at.as_millisecond())))
}
