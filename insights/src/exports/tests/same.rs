//! What files say is what the API answers.

use belgrano_testing::TestDatabase;
use belgrano_wire::texts::Language;
use serde_json::{Value, json};

use super::{SOURCE, bring, lines, workbook};
use crate::pages::segment;
use crate::tests::house::{Caller, House};
use crate::tests::seeing::marketplace;

const SHEETS: [&str; 8] = [
    "Resumen",
    "Transacciones",
    "Por País",
    "Por Categoría",
    "Top 100 Productos",
    "Clientes VIP",
    "Segmentación RFM",
    "Serie Temporal",
];

const SEGMENTS: [&str; 11] = [
    "Champions",
    "Loyal",
    "Potential Loyalists",
    "New Customers",
    "Promising",
    "Need Attention",
    "About To Sleep",
    "Cannot Lose Them",
    "At Risk",
    "Hibernating",
    "Lost",
];

/// Our own marketplace, and a source with countries, returns and voids beside it.
async fn both(database: &TestDatabase) -> (House, Caller) {
    let house = marketplace(database).await;
    bring(&house).await;
    let admin = house.admin().await;
    (house, admin)
}

async fn api(house: &House, who: &Caller, path: &str) -> Value {
    let (status, answer) = house.get(who, path).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// The values of a sheet under some of its headings.
fn under(sheet: &Value, heads: &[&str]) -> Vec<Vec<Value>> {
    let all = sheet["heads"].as_array().expect("headings");
    let place = |head: &&str| all.iter().position(|one| one == head).unwrap_or_else(|| panic!("{head} in {all:?}"));
    let places: Vec<usize> = heads.iter().map(place).collect();
    let rows = sheet["rows"].as_array().expect("rows").iter();
    rows.map(|row| places.iter().map(|place| as_real(&row[*place])).collect()).collect()
}

/// The same members of a list of the API; percentages as a spreadsheet has them.
fn members(list: &Value, names: &[&str]) -> Vec<Vec<Value>> {
    let of = |row: &Value, name: &&str| match (*name, &row[*name]) {
        ("margin", Value::Number(number)) => json!(number.as_f64().expect("a number") / 100.0),
        ("rfm_segment", Value::String(segment)) => json!(segment::name(segment, Language::Spanish)),
        (_, value) => as_real(value),
    };
    list.as_array().expect("a list").iter().map(|row| names.iter().map(|name| of(row, name)).collect()).collect()
}

/// A spreadsheet tells no whole number from another, and a date from midnight.
fn as_real(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::String(text) => json!(text.trim_end_matches("T00:00:00")),
        other => other.clone(),
    }
}

async fn assert_same(house: &House, who: &Caller, query: &str) {
    let book = workbook(house, who, query, "es").await;
    let more = |path: &str| format!("{path}{query}{}limit=100", if query.is_empty() { "?" } else { "&" });
    let kpis = api(house, who, &format!("/api/kpis{query}")).await;
    let figures: Vec<(Value, Value)> = ["Ventas", "Ventas brutas", "Devoluciones", "Pedidos", "Clientes"]
        .iter()
        .zip(["total_revenue", "gross_revenue", "returns", "total_orders", "total_customers"])
        .map(|(head, member)| (json!(head), as_real(&kpis[member])))
        .collect();
    for (head, value) in figures {
        let row = under(&book["Resumen"], &["Indicador", "Valor"]).into_iter().find(|row| row[0] == head);
        assert_eq!(row, Some(vec![head, value]), "{query}");
    }
    let countries = api(house, who, &format!("/api/analytics/countries{query}")).await;
    if book["Por País"]["heads"][0] == "País" {
        let heads = ["País", "Ventas", "Pedidos", "Clientes"];
        let expected = members(&countries["countries"], &["country", "revenue", "orders", "customers"]);
        assert_eq!(under(&book["Por País"], &heads), expected, "{query}");
    }
    let categories = api(house, who, &format!("/api/analytics/categories{query}")).await;
    let expected = members(&categories["categories"], &["category", "revenue", "margin"]);
    assert_eq!(under(&book["Por Categoría"], &["Categoría", "Ventas", "Margen"]), expected, "{query}");
    let products = api(house, who, &more("/api/analytics/top-products")).await;
    let expected = members(&products["products"], &["product_id", "revenue", "orders", "units", "margin"]);
    let heads = ["Código", "Ventas", "Pedidos", "Unidades", "Margen"];
    assert_eq!(under(&book["Top 100 Productos"], &heads), expected, "{query}");
    let customers = api(house, who, &more("/api/customers")).await;
    let expected = members(&customers["customers"], &["customer_id", "lifetime_value", "total_orders", "rfm_segment"]);
    let heads = ["Cliente", "Valor total", "Pedidos", "Segmento"];
    assert_eq!(under(&book["Clientes VIP"], &heads), expected, "{query}");
    for row in under(&book["Segmentación RFM"], &["Segmento", "Clientes"]) {
        let name = row[0].as_str().expect("a segment");
        let segment = SEGMENTS.iter().find(|segment| segment::name(segment, Language::Spanish) == name);
        let segment = segment.unwrap_or_else(|| panic!("{name} is none of the eleven"));
        let of = api(house, who, &format!("{}&rfm_segment={segment}", more("/api/customers"))).await;
        assert_eq!(row[1], as_real(&of["total"]), "{query} {segment}");
    }
    let lines = api(house, who, &more("/api/transactions")).await;
    let expected = members(&lines["transactions"], &["transaction_id", "quantity", "total_amount", "kind"]);
    let heads = ["Transacción", "Cantidad", "Importe", "Tipo"];
    assert_eq!(under(&book["Transacciones"], &heads), expected, "{query}");
    assert_series(house, who, query, &book).await;
    assert_lines(house, who, query, &kpis, &lines).await;
}

async fn assert_series(house: &House, who: &Caller, query: &str, book: &Value) {
    let series = api(house, who, &format!("/api/analytics/time-series{query}")).await;
    let expected = members(&series["series"], &["date", "revenue", "orders"]);
    let found = under(&book["Serie Temporal"], &["Día", "Ventas", "Pedidos"]);
    let days: Vec<jiff::civil::Date> =
        found.iter().map(|row| row[0].as_str().expect("a day").parse().expect("a day")).collect();
    assert!(days.windows(2).all(|two| two[0].tomorrow().ok() == Some(two[1])), "{query}: a day is left out: {days:?}");
    // The API leaves out days without sales, which a line has to show.
    let sold: Vec<_> =
        found.into_iter().filter(|row| expected.iter().any(|one| one[0] == row[0]) || row[1] != 0.0).collect();
    assert!(expected.ends_with(&sold) && (sold.is_empty() == expected.is_empty()), "{query}: {sold:?} {expected:?}");
}

/// Lines that are not voided add up to the net sales, those that sell to the gross ones, whatever figures are asked for.
async fn assert_lines(house: &House, who: &Caller, query: &str, kpis: &Value, listed: &Value) {
    for (language, point) in [("es", ","), ("en", ".")] {
        let rows = lines(house, who, query, language).await;
        let place = |head: &str| rows[0].iter().position(|one| one == head).expect("a heading");
        let (amount, kind, voided) = (place("total_amount"), place("kind"), place("voided"));
        let value = |row: &Vec<String>| row[amount].replace(point, ".").parse::<f64>().expect("an amount");
        assert_eq!(json!(rows.len() - 1), listed["total"], "{query}");
        let order: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
        let expected = listed["transactions"].as_array().expect("a list").iter();
        assert_eq!(
            order,
            expected.map(|row| row["transaction_id"].as_str().expect("one")).collect::<Vec<_>>(),
            "{query}"
        );
        let (all, sold): (f64, f64) = rows[1..].iter().fold((0.0, 0.0), |(all, sold), row| {
            let of = |counts: bool| if counts { value(row) } else { 0.0 };
            (all + of(row[voided] == "false"), sold + of(row[kind] == "sale"))
        });
        let cents = |amount: f64| (amount * 100.0).round();
        let of = |member: &str| cents(kpis[member].as_f64().expect("an amount"));
        if query.contains("gross") {
            assert_eq!((cents(sold), cents(sold)), (of("total_revenue"), of("gross_revenue")), "{query}");
        } else {
            assert_eq!((cents(all), cents(sold)), (of("total_revenue"), of("gross_revenue")), "{query}");
        }
    }
}

#[tokio::test]
async fn workbook_and_lines_say_what_the_api_says() {
    let database = TestDatabase::sqlite();
    let (house, admin) = both(&database).await;
    let of = |more: &str| format!("?fuente={SOURCE}{more}");
    let queries = [
        "?start_date=2026-11-01&end_date=2026-11-30".to_owned(),
        "?category=Almac%C3%A9n&start_date=2026-11-01&end_date=2026-11-30".to_owned(),
        of(""),
        of("&sales=gross"),
        of("&start_date=2010-12-01&end_date=2010-12-31&country=United Kingdom"),
        of("&start_date=2031-01-01&end_date=2031-01-02"),
    ];
    for query in queries {
        assert_same(&house, &admin, &query.replace(' ', "%20")).await;
    }
}

#[tokio::test]
async fn a_workbook_has_eight_sheets_each_a_table_with_frozen_heads() {
    let database = TestDatabase::sqlite();
    let (house, admin) = both(&database).await;
    for language in ["es", "en"] {
        let book = workbook(&house, &admin, &format!("?fuente={SOURCE}"), language).await;
        let mut names: Vec<&str> = book.as_object().expect("sheets").keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut expected = SHEETS;
        expected.sort_unstable();
        assert_eq!(names, expected);
        for (name, sheet) in book.as_object().expect("sheets") {
            // Below what is said of the figures, of the fees among them too.
            let head = if name == "Resumen" { "A11" } else { "A2" };
            assert_eq!((&sheet["frozen"], &sheet["filter"]), (&json!(head), &json!(true)), "{name}: {sheet}");
            assert_eq!(sheet["formulas"], 0, "{name}");
            assert!(sheet["narrowest"].as_f64().is_some_and(|width| width >= 9.0), "{name}: {sheet}");
        }
        let amounts = &book["Por País"]["formats"][1];
        assert_eq!(amounts, "[$£] #,##0.00;-[$£] #,##0.00", "the currency of the source");
        assert_eq!(book["Serie Temporal"]["dates"][0], json!(true), "a date is one");
        assert_eq!(book["Transacciones"]["dates"][1], json!(true));
        let charts = ["Por País", "Top 100 Productos", "Segmentación RFM", "Serie Temporal"];
        assert!(charts.iter().all(|name| book[name]["charts"] == 1), "{book}");
        let head = if language == "es" { "País" } else { "Country" };
        assert_eq!(book["Por País"]["heads"][0], head);
        let above = book["Resumen"]["above"].to_string();
        let said = if language == "es" { "Moneda: GBP" } else { "Currency: GBP" };
        assert!(above.contains("Belgrano Insights") && above.contains(said), "{above}");
    }
    // The house's own source knows no countries.
    let book = workbook(&house, &admin, "?barrio=Belgrano", "es").await;
    assert_eq!(under(&book["Por País"], &["Barrio", "Pedidos"]), [vec![json!("Belgrano"), json!(2.0)]]);
    let above = book["Resumen"]["above"].to_string();
    assert!(above.contains("Filtros: barrio = Belgrano"), "{above}");
}
