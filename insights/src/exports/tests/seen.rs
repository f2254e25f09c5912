//! Whose rows a file has, and what is in no cell of it.

use belgrano_testing::TestDatabase;
use serde_json::json;

use super::{asked, lines, workbook};
use crate::tests::house::{Caller, House};
use crate::tests::order;
use crate::tests::seeing::{OTHERS, PERSONS, marketplace};

const READS: Caller = Caller::Key("0123456789abcdef");
const ALL: Caller = Caller::Key("fedcba9876543210");
const PARTNER: Caller = Caller::Key("aaaabbbbccccdddd");

/// All that a file of each kind says, as text.
async fn said(house: &House, who: &Caller) -> String {
    let (book, rows) = (workbook(house, who, "", "es").await, lines(house, who, "", "es").await);
    format!("{book}{rows:?}")
}

#[tokio::test]
async fn a_file_has_nobodys_rows_but_ones_own_and_names_for_who_may_see_them() {
    let database = TestDatabase::sqlite();
    let house = marketplace(&database).await;
    let own = said(&house, &PARTNER).await;
    let found: Vec<_> = OTHERS.iter().chain(&PERSONS).filter(|word| own.contains(**word)).collect();
    assert!(found.is_empty() && own.contains("Yerba"), "{found:?} in {own}");
    let read = said(&house, &READS).await;
    let found: Vec<_> = PERSONS.iter().filter(|word| read.contains(**word)).collect();
    assert!(found.is_empty() && read.contains("Alfalfa"), "{found:?} in {read}");
    let all = said(&house, &ALL).await;
    assert!(all.contains("Anahí Díaz"), "{all}");
    for path in ["/api/export/excel", "/api/export/csv"] {
        assert_eq!(asked(&house, &Caller::Nobody, path, "es").await.status(), 401, "{path}");
        assert_eq!(asked(&house, &ALL, &format!("{path}?start_date=ayer"), "es").await.status(), 422, "{path}");
    }
}

#[tokio::test]
async fn no_cell_is_a_formula() {
    const FORMULA: &str = "=HYPERLINK(\"http://x.example\";\"y\")";
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let mut ordered = order("BA-1", "pendiente", "2026-11-21T12:00:00-03:00", 2);
    ordered["lineas"][0]["nombre"] = json!(FORMULA);
    ordered["barrio"] = json!("@SUM(A1)");
    house.came("shop", &[("pedido", "BA-1", ordered)]).await;
    let book = workbook(&house, &ALL, "", "es").await;
    let sheets = book.as_object().expect("sheets");
    assert!(sheets.values().all(|sheet| sheet["formulas"] == 0), "{book}");
    let names = book["Top 100 Productos"]["rows"].to_string();
    assert!(names.contains("'=HYPERLINK"), "{names}");
    let rows = lines(&house, &ALL, "", "es").await;
    assert!(rows.iter().flatten().any(|cell| cell.starts_with("'=HYPERLINK")), "{rows:?}");
    assert!(!rows.iter().flatten().any(|cell| cell.starts_with(['=', '@'])), "{rows:?}");
}
