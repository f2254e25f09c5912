//! What everything is made of, for the page of it and for dbt's own.

use serde_json::{Value, json};

use crate::world::{READER, World};

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list.as_array().expect("a list").iter().find(|entry| entry["nombre"] == name);
    found.unwrap_or_else(|| panic!("{name} is not there"))
}

#[tokio::test]
async fn every_table_says_what_it_is_made_of() {
    // A debug build takes seconds to plan the deepest models, and a request has as long as a query.
    let world = World::start(&[("SQL_DEADLINE", "100")]).await;
    let (status, all) = world.get_as(READER, "/api/modelos").await;
    assert_eq!(status, 200, "{all}");
    let tickets = named(&all["modelos"], "silver_tickets");
    assert_eq!(tickets["lee"], json!(["bronze_tickets"]));
    assert_eq!(named(&tickets["columnas"], "delivery_seconds")["tipo"], "BIGINT");
    let test = named(&tickets["pruebas"], "not_null_silver_tickets_source");
    assert_eq!((&test["clase"], &test["columna"]), (&json!("not_null"), &json!("source")));
    assert!(named(&all["modelos"], "gold_daily_sales")["lee"].as_array().is_some_and(|reads| !reads.is_empty()));
    assert_eq!(named(&named(&all["fuentes"], "bronze_orders")["columnas"], "total")["tipo"], "DECIMAL(18,4)");

    let (status, manifest) = world.get_as(READER, "/linaje/manifest.json").await;
    assert_eq!(status, 200, "{manifest}");
    let (status, catalog) = world.get_as(READER, "/linaje/catalog.json").await;
    assert_eq!(status, 200, "{catalog}");
    for (name, node) in catalog["nodes"].as_object().expect("nodes") {
        assert!(manifest["nodes"][name].is_object(), "{name}");
        assert!(node["columns"].as_object().is_some_and(|columns| !columns.is_empty()), "{name}");
    }
    assert_eq!(catalog["nodes"]["model.belgrano.gold_sales"]["metadata"]["type"], "VIEW");
    assert_eq!(catalog["sources"]["source.belgrano.bronze.bronze_orders"]["columns"]["total"]["type"], "DECIMAL(18,4)");
    let (status, _) = world.get_as("nobody", "/linaje/manifest.json").await;
    assert_eq!(status, 401);
}
