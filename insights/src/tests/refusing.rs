//! What an address does not take is refused by its name: parameters beyond their range, ones that nobody knows, and sources that are
//! not there.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::house::{Caller, House};
use super::instashop::{WHOLE, twenty};

/// What a parameter may say: of numbers the smallest and the largest, and one beyond each; of words all, and one that is none of them.
enum Takes {
    Whole(i64, i64),
    Share(f64, f64, f64),
    Words(&'static [&'static str]),
    /// Any number that is finite, below zero too.
    Number,
}
use Takes::{Number, Share, Whole, Words};

const SEGMENTS: &[&str] = &[
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
const BY: &[&str] =
    &["payment_method", "device", "source", "country", "region", "city", "barrio", "category", "negocio", "sucursal"];
const SORTS: &[&str] = &["date", "order_id", "product_name", "category", "quantity", "unit_price", "total_amount"];

/// Every parameter of the contracts and of ours that is no common filter.
const OWN: &[(&str, &str, Takes)] = &[
    ("/api/transactions", "limit", Whole(1, 1000)),
    ("/api/transactions", "offset", Whole(0, 10_000_000)),
    ("/api/transactions", "sort", Words(SORTS)),
    ("/api/transactions", "direction", Words(&["desc", "asc"])),
    ("/api/customers", "limit", Whole(1, 1000)),
    ("/api/customers", "offset", Whole(0, 10_000_000)),
    ("/api/customers", "rfm_segment", Words(SEGMENTS)),
    ("/api/customers", "min_ltv", Number),
    ("/api/products", "limit", Whole(1, 1000)),
    ("/api/products", "offset", Whole(0, 10_000_000)),
    ("/api/products", "min_rating", Share(0.0, 5.0, 0.1)),
    ("/api/analytics/time-series", "granularity", Words(&["day", "week", "month"])),
    ("/api/analytics/top-products", "limit", Whole(1, 1000)),
    ("/api/analytics/top-products", "metric", Words(&["revenue", "orders", "margin"])),
    ("/api/ml/forecast", "days_ahead", Whole(7, 180)),
    ("/api/ml/forecast", "metric", Words(&["revenue", "orders"])),
    ("/api/ml/forecast", "granularity", Words(&["day", "week", "month"])),
    ("/api/ml/clustering/customers", "n_clusters", Whole(3, 10)),
    ("/api/ml/churn/at-risk", "threshold", Share(0.5, 0.9, 0.01)),
    ("/api/ml/churn/at-risk", "limit", Whole(1, 1000)),
    ("/api/ml/churn/at-risk", "days", Whole(7, 365)),
    ("/api/ml/recommendations/{product_id}", "top_n", Whole(5, 20)),
    ("/api/ml/demand-forecast", "top_n", Whole(1, 200)),
    ("/api/ml/demand-forecast", "service_level", Share(0.5, 0.999, 0.001)),
    ("/api/ml/anomalies", "contamination", Share(0.01, 0.1, 0.001)),
    ("/api/ml/anomalies", "days_back", Whole(30, 365)),
    ("/api/customers/top-customers", "limit", Whole(1, 1000)),
    ("/api/customers/segments/{segment}", "limit", Whole(1, 1000)),
    ("/api/products/best-sellers", "limit", Whole(1, 1000)),
    ("/api/products/low-stock", "limit", Whole(1, 1000)),
    ("/api/sales/summary", "days", Whole(1, 3650)),
    ("/api/sales/trends", "months", Whole(1, 120)),
    ("/api/instashop/stock", "limit", Whole(1, 1000)),
    ("/api/instashop/stock", "offset", Whole(0, 10_000_000)),
    ("/api/instashop/cohortes", "months", Whole(1, 60)),
    ("/api/productos/juntos", "top_n", Whole(1, 200)),
    ("/api/productos/matriz", "limit", Whole(1, 1000)),
    ("/api/productos/sin-ventas", "limit", Whole(1, 1000)),
    ("/api/ventas/por", "por", Words(BY)),
];

/// The filters that every address takes which takes filters.
const COMMON: [&str; 18] = [
    "start_date",
    "end_date",
    "country",
    "region",
    "city",
    "barrio",
    "category",
    "negocio",
    "sucursal",
    "segment",
    "payment_method",
    "device",
    "source",
    "min_price",
    "max_price",
    "sales",
    "compare",
    "fuente",
];

impl Takes {
    /// Values that it may say, and values that it may not.
    fn values(&self) -> (Vec<String>, Vec<String>) {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self {
            Self::Whole(least, most) => (
                [least, most].map(ToString::to_string).into(),
                vec![(least - 1).to_string(), (most + 1).to_string(), "1.5".to_owned(), "x".to_owned()],
            ),
            Self::Share(least, most, step) => (
                [least, most].map(ToString::to_string).into(),
                vec![(least - step).to_string(), (most + step).to_string(), "NaN".to_owned(), "x".to_owned()],
            ),
            Self::Words(all) => (words(all), words(&["x"])),
            Self::Number => (words(&["-1", "0", "1e9"]), words(&["NaN", "inf", "x"])),
        }
    }
}

/// Every question of the document: its method, its path, and its parameters.
fn questions() -> Vec<(String, String, BTreeSet<String>)> {
    let document = serde_json::to_value(crate::router::described().to_openapi()).expect("a document");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let parameters =
                operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query");
            let names = parameters.map(|one| one["name"].as_str().expect("a name").to_owned()).collect();
            all.push((method.to_uppercase(), path.clone(), names));
        }
    }
    all
}

fn method(path: &str) -> &'static str {
    if path == "/api/ml/forecast" { "POST" } else { "GET" }
}

fn filled(path: &str) -> String {
    path.replace("{segment}", "VIP").replace("{product_id}", "3").replace("{id}", "1")
}

/// An answer that refuses, as a problem that names each field.
async fn refused(house: &House, method: &str, path: &str) -> Vec<String> {
    let Caller::Key(key) = WHOLE else { panic!("a key") };
    let request = Request::builder().method(method).uri(path).header("x-api-key", key);
    let (status, headers, text) = house.exchange(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, 422, "{method} {path}: {text}");
    assert_eq!(headers["content-type"], "application/problem+json", "{path}");
    let problem: Value = serde_json::from_str(&text).expect("a problem");
    assert_eq!(
        (&problem["status"], problem["type"].is_string(), problem["error"].is_string()),
        (&json!(422), true, true)
    );
    let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{path}: {problem}"));
    errors.iter().map(|error| error["field"].as_str().expect("a field").to_owned()).collect()
}

#[tokio::test]
async fn every_parameter_takes_its_range_and_nothing_beyond() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    for (path, name, takes) in OWN {
        let (good, bad) = takes.values();
        for value in good {
            let at = format!("{}?{name}={}", filled(path), value.replace(' ', "+"));
            let (status, answer) = house.call(&WHOLE, method(path), &at, Value::Null).await;
            assert_eq!(status, 200, "{at}: {answer}");
        }
        for value in bad {
            let at = format!("{}?{name}={value}", filled(path));
            assert_eq!(refused(&house, method(path), &at).await, [*name], "{at}");
        }
    }
    // One that is added later has to be in the table.
    let known: BTreeSet<_> = OWN.iter().map(|(path, name, _)| (*path, *name)).collect();
    for (_, path, names) in questions() {
        // A query of one's own is what its text says; lists for people are paged as those of the other services.
        let elsewhere =
            ["/api/analitica/query", "/api/usuarios", "/api/alertas", "/api/alertas/historia"].contains(&path.as_str());
        for name in names.iter().filter(|name| !COMMON.contains(&name.as_str()) && !elsewhere) {
            assert!(known.contains(&(path.as_str(), name.as_str())), "{path} {name} is not in the table");
        }
    }
}

#[tokio::test]
async fn every_address_refuses_what_it_does_not_take() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let (mut asked, mut filtered) = (0, 0);
    let many = (0..101).map(|value| format!("barrio={value}")).collect::<Vec<_>>().join("&");
    for (method, path, names) in questions().into_iter().filter(|(_, path, _)| path != "/") {
        let at = filled(&path);
        assert_eq!(refused(&house, &method, &format!("{at}?pais=UK&utm_source=mail")).await, ["pais"], "{path}");
        asked += 1;
        if !names.contains("fuente") {
            continue;
        }
        let (_, answer) = house.call(&WHOLE, &method, &format!("{at}?fuente=nadie"), Value::Null).await;
        assert_eq!(answer["errors"][0]["field"], "fuente", "{method} {path}: {answer}");
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|text| text.contains("belgrano")), "{answer}");
        assert_eq!(refused(&house, &method, &format!("{at}?fuente=belgrano&fuente=belgrano")).await, ["fuente"]);
        if !names.contains("barrio") {
            continue;
        }
        filtered += 1;
        for (wrong, field) in [
            ("start_date=ayer", "start_date"),
            ("end_date=2026-13-01", "end_date"),
            ("start_date=2026-11-02&end_date=2026-11-01", "end_date"),
            ("sales=all", "sales"),
            ("compare=week", "compare"),
            ("min_price=-0.01", "min_price"),
            ("max_price=inf", "max_price"),
            (many.as_str(), "barrio"),
        ] {
            assert_eq!(refused(&house, &method, &format!("{at}?{wrong}")).await, [field], "{path} {wrong}");
        }
    }
    assert!(asked > 70 && filtered > 40, "{asked} {filtered}");
}

#[tokio::test]
async fn a_source_that_is_not_there_is_refused_by_those_that_are() {
    let database = TestDatabase::sqlite();
    let house = twenty(&database).await;
    let (status, answer) = house.get(&WHOLE, "/api/kpis?fuente=ventie").await;
    let says = answer["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(status == 422 && says.contains("belgrano") && says.contains("veinte"), "{answer}");
    let (status, kpis) = house.get(&WHOLE, "/api/kpis?fuente=veinte").await;
    assert_eq!((status, kpis["total_orders"].as_i64()), (200, Some(20)));
    assert_eq!(house.get(&WHOLE, "/api/kpis?fuente=").await.0, 200, "a form sends its empty fields too");
    // A merchant learns of no source but the marketplace that it is of.
    let (status, answer) = house.get(&super::instashop::MERCHANT, "/api/kpis?fuente=veinte").await;
    assert!(status == 422 && !answer["errors"][0]["message"].to_string().contains("veinte"), "{answer}");
    assert_eq!(house.get(&Caller::Nobody, "/api/kpis?fuente=ventie").await.0, 401);
    let admin = house.admin().await;
    for (path, says) in [
        ("/resumen?fuente=ventie", "<code>fuente</code>"),
        ("/resumen?pais=UK", "<code>pais</code>"),
        ("/ventas?granularity=hour", "<code>granularity</code>"),
        ("/detalle?limit=51", "<code>limit</code>"),
        ("/?periodo=8", "<code>periodo</code>"),
        ("/consola?pais=UK", "pais"),
        ("/linaje?limit=1", "limit"),
        ("/alertas?country=UK", "country"),
    ] {
        let Caller::Cookie(session) = &admin else { panic!("a session") };
        let request = Request::get(path).header("accept", "text/html").header("cookie", session);
        let (status, _, page) = house.exchange(request.body(Body::empty()).expect("a request")).await;
        assert!(status == 422 && page.contains(says), "{path}: {status} {page}");
    }
    for path in
        ["/resumen?fuente=veinte&utm_source=mail", "/consola?country=UK&country=France", "/fuentes?periodo=7", "/?_=1"]
    {
        assert!(!house.text(&admin, path).await.contains("notice failed refused"), "{path}");
    }
}
