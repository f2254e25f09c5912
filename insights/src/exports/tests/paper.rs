//! The report: its text can be found, its figures are the API's, and it is what it says it is.

use std::process::Command;

use belgrano_testing::TestDatabase;
use belgrano_wire::texts::Language;
use serde_json::Value;

use super::{SOURCE, bring, file, need};
use crate::pages::{amount, number};
use crate::tests::house::{Caller, House};
use crate::tests::seeing::{OTHERS, PERSONS, marketplace};

/// The text of the report of a query, as poppler finds it, and what it says of the file.
async fn report(house: &House, who: &Caller, query: &str, language: &str) -> (String, String) {
    need("poppler");
    let report = file(house, who, &format!("/api/export/pdf{query}"), language).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.pdf");
    std::fs::write(&path, report).expect("a file");
    let run = |program: &str, options: &[&str], last: &[&str]| {
        let done = Command::new(program).args(options).arg(&path).args(last).output().expect(program);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text")
    };
    let fonts = run("pdffonts", &[], &[]);
    for font in fonts.lines().skip(2) {
        assert!(font.contains("yes yes yes"), "embedded, a subset, and of known letters: {font}");
    }
    (run("pdftotext", &["-layout"], &["-"]), run("pdfinfo", &[], &[]) + &fonts)
}

#[tokio::test]
async fn a_report_says_what_the_api_says_as_text_in_either_language() {
    let database = TestDatabase::sqlite();
    let house = marketplace(&database).await;
    bring(&house).await;
    let admin = house.admin().await;
    let query = format!("?fuente={SOURCE}&start_date=2010-12-01&end_date=2011-01-31");
    for (name, language) in [("es", Language::Spanish), ("en", Language::English)] {
        let (text, about) = report(&house, &admin, &query, name).await;
        // The tool that reads it knows one kind of blank.
        let amount = |value: &Value| amount(language, value.as_f64().expect("an amount"), "GBP").replace('\u{a0}', " ");
        let kpis = house.get(&admin, &format!("/api/kpis{query}")).await.1;
        for member in ["total_revenue", "gross_revenue", "returns"] {
            let figure = amount(&kpis[member]);
            assert!(text.contains(&figure), "{member} {figure}: {text}");
        }
        let orders = number(language, kpis["total_orders"].as_f64().expect("a count"), 0);
        assert!(text.lines().any(|line| line.split_whitespace().any(|word| word == orders)), "{orders}: {text}");
        for path in ["countries", "top-products", "categories"] {
            let list = house.get(&admin, &format!("/api/analytics/{path}{query}")).await.1;
            let rows = list.as_object().and_then(|list| list.values().find_map(Value::as_array)).expect("a list");
            for row in rows.iter().take(10) {
                let figure = amount(&row["revenue"]);
                assert!(text.contains(&figure), "{path} {figure}: {text}");
            }
        }
        let said: [&str; 4] = match language {
            Language::Spanish => ["Informe de ventas", "Período: del 01/12/2010 al 31/01/2011", "Página 1 de", "País"],
            Language::English => ["Sales report", "Period: 1 Dec 2010 to 31 Jan 2011", "Page 1 of", "Country"],
        };
        assert!(said.iter().all(|words| text.contains(words)), "{text}");
        assert!(about.contains("Tagged:          yes") && about.contains("A4"), "{about}");
        assert!(about.contains("NotoSans") && about.contains("Bricolage"), "{about}");
    }
}

#[tokio::test]
async fn a_report_has_nobodys_rows_but_ones_own() {
    let database = TestDatabase::sqlite();
    let house = marketplace(&database).await;
    let (own, _) = report(&house, &Caller::Key("aaaabbbbccccdddd"), "", "es").await;
    let found: Vec<_> = OTHERS.iter().chain(&PERSONS).filter(|word| own.contains(**word)).collect();
    assert!(found.is_empty() && own.contains("Yerba"), "{found:?} in {own}");
    // The house's own source has barrios and no countries; what a filter leaves out is in no part of it.
    let (text, _) = report(&house, &house.admin().await, "?barrio=Belgrano", "es").await;
    assert!(text.contains("Los 10 barrios") && text.contains("Filtros: barrio = Belgrano"), "{text}");
    assert!(text.contains("Almacén") && !text.contains("Miel"), "{text}");
}

#[tokio::test]
async fn nothing_sold_is_a_report_that_says_so() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let (text, _) = report(&house, &Caller::Key("fedcba9876543210"), "", "es").await;
    assert!(text.contains("No hay ventas"), "{text}");
}
