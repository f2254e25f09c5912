//! When models learn, of which rows, and up to which day.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use belgrano_testing::TestDatabase;
use jiff::civil::date;
use serde_json::{Value, json};

use super::house::{Caller, House};
use super::predictions::{ALL, MERCHANT, ask, line, list, order, shop, today};
use crate::forecast::after;
use crate::imports::{Form, import};
use crate::ingest::SHOP_FEED;

const CUSTOMERS: &str = "/api/customers?limit=1000";
const RISK: &str = "/api/ml/churn/at-risk?threshold=0.5&limit=1000";

/// Forecasts of a source, and how old they are.
async fn forecast(house: &House, source: &str) -> (Value, Option<u64>) {
    let path = format!("/api/ml/forecast?days_ahead=7&metric=orders&fuente={source}");
    let Caller::Key(key) = ALL else { panic!("a key") };
    let request = Request::post(path).header("x-api-key", key).body(Body::empty()).expect("a request");
    let (status, headers, text) = house.exchange(request).await;
    assert_eq!(status, 200, "{text}");
    let age = headers.get("age").map(|age| age.to_str().expect("words").parse().expect("a number"));
    (serde_json::from_str(&text).expect("an answer"), age)
}

/// A file of another shop: forty days with an order each, from the first of December 2010 on.
async fn other_shop(house: &House) {
    let mut file = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n".to_owned();
    for place in 0..40 {
        let day = after(date(2010, 12, 1), place);
        let _ =
            writeln!(file, "{},A1,LANTERN,{},{day} 09:00:00,2.50,{}.0,France", 600_000 + place, 1 + place % 3, place);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sales.csv");
    std::fs::write(&path, file).expect("a file");
    let app = &house.app;
    import(&app.warehouse, &app.runner, &app.ambient, Form::OnlineRetail, "tienda", &path).await.expect("an import");
}

#[tokio::test]
async fn today_is_the_clocks_for_us_and_the_last_day_for_an_import() {
    let database = TestDatabase::sqlite();
    let mut house = shop(&database, 40).await;
    other_shop(&house).await;
    let first = |found: &Value| list(found, "predictions")[0]["date"].clone();
    let (own, age) = forecast(&house, "belgrano").await;
    assert_eq!((first(&own), age), (json!(today(&house).await.to_string()), None));
    let (other, age) = forecast(&house, "tienda").await;
    assert_eq!((first(&other), age), (json!("2011-01-10"), None));

    // What comes for us makes our lesson old, and that of the import not.
    let late = order(8_888, 3, after(today(&house).await, -1), &[line(1, 3, 1)]);
    house.came(SHOP_FEED, &[("pedido", "BA-8888", late)]).await;
    assert!(forecast(&house, "belgrano").await.1.is_some());
    assert_eq!(forecast(&house, "tienda").await, (other, None));
}

#[tokio::test]
async fn customers_have_the_chance_that_was_learned_and_wait_for_none() {
    let database = TestDatabase::sqlite();
    let mut house = shop(&database, 90).await;
    // Who came every other day and has not come for eleven weeks is gone, whatever day of the week it is.
    let today = today(&house).await;
    for (place, number) in (0..6_i64).zip(7_000_usize..) {
        let gone = order(number, 777, after(today, place * 2 - 89), &[line(1, 3, 1)]);
        house.came(SHOP_FEED, &[("pedido", &format!("BA-{number}"), gone)]).await;
    }
    let found = ask(&house, &ALL, "GET", CUSTOMERS).await;
    assert!(
        list(&found, "customers").iter().all(|it| it["churn_probability"].is_null()),
        "nothing was learned: {found}"
    );
    let risk = ask(&house, &ALL, "GET", RISK).await;
    let at_risk = list(&risk, "customers");
    assert!(!at_risk.is_empty(), "{risk}");
    let found = ask(&house, &ALL, "GET", CUSTOMERS).await;
    let customers = list(&found, "customers");
    let of = |id: &Value| customers.iter().find(|it| it["customer_id"] == *id).expect("a customer");
    for customer in at_risk {
        let chance = &of(&customer["customer_id"])["churn_probability"];
        assert_eq!(*chance, customer["churn_probability"], "{customer}");
    }
    assert_eq!(customers.iter().filter(|it| it["churn_probability"].is_f64()).count(), customers.len(), "{found}");
    let segments = [
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
    for customer in customers {
        assert!(segments.iter().any(|segment| customer["rfm_segment"] == *segment), "{customer}");
        // Who bought as often, as lately and for as much is in the same segment.
        let alike = |it: &&Value| {
            ["recency_score", "frequency_score", "monetary_score"].iter().all(|of| it[of] == customer[of])
        };
        assert!(customers.iter().filter(alike).all(|it| it["rfm_segment"] == customer["rfm_segment"]));
    }
}

#[tokio::test]
async fn a_merchant_learns_of_its_own_rows() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 60).await;
    let orders =
        |found: &Value| -> f64 { list(found, "predictions").iter().filter_map(|day| day["value"].as_f64()).sum() };
    let path = "/api/ml/forecast?days_ahead=14&metric=orders";
    let (all, own) = (ask(&house, &ALL, "POST", path).await, ask(&house, &MERCHANT, "POST", path).await);
    assert!(orders(&own) > 0.0 && orders(&own) < 0.9 * orders(&all), "{own} of {all}");
    let learned = async |who: &Caller| {
        let found = ask(&house, who, "GET", "/api/ml/anomalies").await;
        found["learned_from"].as_i64().expect("a number")
    };
    assert!(learned(&MERCHANT).await < learned(&ALL).await);
    let state = ask(&house, &MERCHANT, "GET", "/api/estado").await;
    let models: Vec<&Value> = list(&state, "aprendizaje").iter().map(|it| &it["modelo"]).collect();
    assert_eq!(models, ["anomalies", "forecast"]);
    for lesson in list(&state, "aprendizaje") {
        assert!(lesson["edad_s"].is_u64() && lesson["ms"].is_u64() && lesson["paso"].is_null(), "{lesson}");
        assert_eq!(lesson["fuente"], "belgrano");
    }
}
