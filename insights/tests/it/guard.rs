//! What queries may ask, how they end, and what of the service they touch.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::world::{ALL, ORDERS, READER, World, until};

/// What runs until it is ended.
pub const ENDLESS: &str = "SELECT count(*) FROM silver_sales a CROSS JOIN silver_sales b CROSS JOIN silver_sales c \
     CROSS JOIN silver_sales d CROSS JOIN silver_sales e WHERE a.amount + b.amount + c.amount + d.amount + e.amount < 0";

#[tokio::test]
async fn the_printed_queries_of_pharmavida_run_as_printed() {
    let world = World::start(&[]).await;
    let printed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pharmavida.sql"));
    let printed = printed.expect("the queries");
    let mut answers = Vec::new();
    for sql in printed.split_inclusive(';').map(str::trim).filter(|sql| !sql.is_empty()) {
        let (status, found) = world.query_as(ALL, sql).await;
        assert_eq!(status, 200, "{sql}: {found}");
        answers.push(found);
    }
    let [products, customers, unoffered, total] = answers.as_slice() else { panic!("{answers:?}") };
    let units = products.as_array().expect("rows").iter().map(|row| row["total_unidades"].as_i64().expect("units"));
    // Each quantity once for every product of its order, as the query says.
    assert_eq!(units.sum::<i64>(), 2 * 3 * ORDERS);
    assert_eq!(customers[0]["nombre"], json!("Ana"));
    assert_eq!(
        unoffered,
        &json!([{ "producto_id": 5, "nombre_producto": "Café", "precio": 50.25, "stock": 5, "oferta_id": null, "fecha_vencimiento": null }])
    );
    assert_eq!(total, &json!([{ "total": ORDERS }]));
    // Who may see no persons gets the same rows without names.
    let (status, found) = world.query(printed.split_inclusive(';').nth(1).expect("customers")).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(found[0]["nombre"], Value::Null);
}

#[tokio::test]
async fn a_query_ends_when_its_caller_leaves() {
    let world = World::start(&[]).await;
    let address = world.url.trim_start_matches("http://").to_owned();
    let path =
        format!("/api/analitica/query?q={}", ENDLESS.replace(' ', "%20").replace('+', "%2B").replace('<', "%3C"));
    let mut caller = tokio::net::TcpStream::connect(&address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nX-API-Key: {READER}\r\n\r\n");
    caller.write_all(request.as_bytes()).await.expect("asked");
    until("the process", || async { (world.children() == 1).then_some(()) }).await;
    let (status, found) = world.query("SELECT 1 AS n").await;
    assert_eq!(status, 429, "one at a time: {found}");
    let (status, found) = world.query_as(ALL, "SELECT 1 AS n").await;
    assert_eq!((status, found), (200, json!([{ "n": 1 }])), "another caller is not held up");
    let start = Instant::now();
    drop(caller);
    until("its end", || async { (world.children() == 0).then_some(()) }).await;
    assert!(start.elapsed() < Duration::from_secs(8), "it was ended by its deadline");
    let (status, _) = world.query("SELECT 1 AS n").await;
    assert_eq!(status, 200, "the caller has their turn again");
}

#[tokio::test]
async fn a_query_ends_at_its_deadline_and_others_do_not_wait_for_ever() {
    let world = World::start(&[("SQL_DEADLINE", "4")]).await;
    let start = Instant::now();
    let (one, other) = tokio::join!(world.query(ENDLESS), world.query_as(ALL, ENDLESS));
    for (status, found) in [one, other] {
        assert_eq!(status, 400, "{found}");
        assert_eq!(found["error"], json!("La consulta falló: tardó más de lo permitido."));
    }
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    until("their end", || async { (world.children() == 0).then_some(()) }).await;
    let (status, _) = world.query("SELECT 1 AS n").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_query_that_needs_too_much_memory_dies_alone() {
    let world = World::start(&[("SQL_DEADLINE", "50")]).await;
    let before = world.memory_mib();
    // Text that grows fourfold with each step: the engine does not count it, the system does.
    let steps: Vec<String> =
        (1..=15).map(|step| format!("s{step} AS (SELECT s || s || s || s AS s FROM s{})", step - 1)).collect();
    let text = format!(
        "WITH s0 AS (SELECT source AS s FROM silver_sales), {} SELECT max(length(s)) AS n FROM s15",
        steps.join(", ")
    );
    // Rows that the engine counts: it says so itself.
    let rows = "SELECT count(DISTINCT a.order_id || b.order_id || c.order_id) AS n FROM silver_sales a CROSS JOIN silver_sales b \
         CROSS JOIN silver_sales c";
    for sql in [text.as_str(), rows] {
        let (status, found) = world.query(sql).await;
        assert_eq!(status, 400, "{found}");
        let said = found["error"].as_str().unwrap_or_default();
        assert!(said.contains("memoria"), "{said}");
    }
    until("their end", || async { (world.children() == 0).then_some(()) }).await;
    assert!(world.memory_mib() < before + 60, "{} MiB after {before}", world.memory_mib());
}

#[tokio::test]
async fn an_answer_is_no_larger_than_the_service_can_bear() {
    let world = World::start(&[]).await;
    let before = world.memory_mib();
    let (status, found) = world.query("SELECT a.order_id FROM silver_sales a CROSS JOIN silver_sales b").await;
    assert_eq!((status, found.as_array().map(Vec::len)), (200, Some(10_000)), "rows are cut");
    let wide: Vec<String> = (0..1_500).map(|column| format!("NULL AS column_{column}")).collect();
    let sql = format!("SELECT {} FROM silver_sales a CROSS JOIN silver_sales b", wide.join(", "));
    let (status, found) = world.post("/api/consola", &json!({ "sql": sql })).await;
    assert_eq!((status, found["filas"].as_array().map(Vec::len)), (200, Some(666)), "fewer rows of many columns");
    let long = "x".repeat(4_000);
    let sql = format!("SELECT 1 AS \"{long}\" FROM silver_sales a CROSS JOIN silver_sales b");
    let text = format!(
        "SELECT concat(a.order_id, '{}') AS s FROM silver_sales a CROSS JOIN silver_sales b",
        "y".repeat(4_000)
    );
    for sql in [sql.as_str(), text.as_str()] {
        let (status, found) = world.query(sql).await;
        assert_eq!(status, 400, "{}", found.to_string().chars().take(300).collect::<String>());
        assert_eq!(found["error"], json!("La consulta falló: la respuesta es demasiado grande."));
    }
    let many: Vec<String> = (0..3_000).map(|column| format!("1 AS c{column}")).collect();
    let (status, found) = world.post("/api/consola", &json!({ "sql": format!("SELECT {}", many.join(", ")) })).await;
    assert_eq!(status, 400);
    assert_eq!(found["error"], json!("La consulta falló: la respuesta tiene más de 1600 columnas."));
    assert!(world.memory_mib() < before + 150, "{} MiB after {before}", world.memory_mib());
}

#[tokio::test]
async fn what_is_freed_goes_back_to_the_system() {
    let world = World::start(&[]).await;
    let surroundings = world.surroundings();
    assert!(surroundings.lines().any(|line| line == "MIMALLOC_PURGE_DELAY=0"), "{surroundings}");
}
