//! The console's two addresses.

use serde_json::{Value, json};

use crate::world::{ALL, READER, World};

#[tokio::test]
async fn an_answer_is_a_table() {
    let world = World::start(&[]).await;
    let sql = "SELECT order_id, line_no, amount, ordered_on, ordered_at, NULL AS nothing, 1 = 1 AS yes FROM silver_sales \
         WHERE order_id = 'BA-1' ORDER BY line_no";
    let (status, found) = world.post("/api/consola", &json!({ "sql": sql })).await;
    assert_eq!(status, 200, "{found}");
    let types: Vec<&str> =
        found["columnas"].as_array().expect("columns").iter().filter_map(|c| c["tipo"].as_str()).collect();
    assert_eq!(types[0], "VARCHAR");
    assert!(types[2].starts_with("DECIMAL("), "{types:?}");
    assert_eq!(types[3..], ["DATE", "TIMESTAMPTZ", "NULL", "BOOLEAN"]);
    assert_eq!(found["filas"][0], json!(["BA-1", 1, 100.5, "2026-11-21", "2026-11-21T15:00:00Z", null, true]));
    assert_eq!(found["cortada"], json!(false));
    assert!(found["ms"].is_u64());
    let (_, found) = world
        .post("/api/consola", &json!({ "sql": "SELECT a.order_id, b.order_id FROM silver_sales a, silver_sales b" }))
        .await;
    assert_eq!(found["cortada"], json!(true));
    assert_eq!(found["filas"].as_array().map(Vec::len), Some(10_000));
    let (status, found) = world.post("/api/consola", &json!({ "sql": "SELECT (1" })).await;
    assert_eq!(status, 400);
    assert!(
        found["error"].as_str().unwrap_or_default().starts_with("La consulta falló: no se entiende el SQL:"),
        "{found}"
    );
}

#[tokio::test]
async fn the_schema_shows_what_may_be_asked() {
    // A debug build plans the deepest models in more memory than a query may have otherwise.
    let world = World::start(&[("SQL_DEADLINE", "100"), ("SQL_MEMORY_MIB", "1024")]).await;
    let (status, all) = world.get_as(ALL, "/api/consola/esquema").await;
    assert_eq!(status, 200, "{all}");
    let (_, some) = world.get_as(READER, "/api/consola/esquema").await;
    let names = |found: &Value| -> Vec<String> {
        found["tablas"]
            .as_array()
            .expect("tables")
            .iter()
            .filter_map(|table| table["nombre"].as_str().map(ToOwned::to_owned))
            .collect()
    };
    assert!(names(&all).contains(&"persons".to_owned()) && !names(&some).contains(&"persons".to_owned()));
    assert!(!names(&all).contains(&"quarantine".to_owned()));
    let sales = some["tablas"].as_array().expect("tables").iter().find(|table| table["nombre"] == json!("gold_sales"));
    let sales = sales.expect("sales");
    assert!(!sales["descripcion"].as_str().unwrap_or_default().is_empty(), "{sales}");
    let column = &sales["columnas"][0];
    assert!(["nombre", "tipo", "descripcion"].iter().all(|member| column[member].is_string()), "{column}");
    // What is shown can be asked.
    for name in names(&some) {
        let (status, found) = world.query(&format!("SELECT * FROM {name} LIMIT 1")).await;
        assert_eq!(status, 200, "{name}: {found}");
    }
}
