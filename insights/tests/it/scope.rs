//! What a key of one business reads in words of its own: in the console, the query's address and over the wire.

use serde_json::{Value, json};

use crate::wire::{Psql, free_port};
use crate::world::{ORDERS, PARTNER, World};

/// What only the other business has.
const OTHERS: [&str; 3] = ["Azúcar", "Café", "Dulces"];

fn assert_unsaid(sql: &str, answer: &str) {
    let said: Vec<_> = OTHERS.iter().filter(|word| answer.contains(**word)).collect();
    assert!(said.is_empty(), "{sql}: {said:?} in {answer}");
}

#[tokio::test]
async fn a_key_of_one_business_reads_no_row_of_another() {
    let port = free_port();
    // A debug build plans the deepest models in more memory and time than a query may have otherwise.
    let settings = [("PG_PORT", port.as_str()), ("SQL_DEADLINE", "100"), ("SQL_MEMORY_MIB", "1024")];
    let world = World::start(&settings).await;
    let whole = "SELECT count(*) AS n, CAST(sum(amount) AS DOUBLE) AS s FROM silver_sales";
    let (_, found) = world.query(whole).await;
    assert_eq!(found[0]["n"], json!(2 * ORDERS), "who sees all businesses");
    let own = json!({ "n": ORDERS, "s": 100.5 * f64::from(u16::try_from(ORDERS).expect("few")) });
    assert_eq!(world.query_as(PARTNER, whole).await, (200, json!([own])));
    let (_, found) = world.post_as(PARTNER, "/api/consola", &json!({ "sql": whole })).await;
    assert_eq!(found["filas"], json!([[own["n"], own["s"]]]), "{found}");
    let psql = Psql { port: port.clone(), key: PARTNER };
    assert_eq!(psql.ask("SELECT count(*), max(product_name) FROM gold_sales").await.0, format!("{ORDERS}|Yerba"));

    let (_, schema) = world.get_as(PARTNER, "/api/consola/esquema").await;
    let tables = schema["tablas"].as_array().expect("tables").iter().filter_map(|table| table["nombre"].as_str());
    let tables: Vec<&str> = tables.collect();
    assert!(tables.contains(&"gold_sales") && !tables.contains(&"bronze_orders"), "{tables:?}");
    for table in tables {
        let sql = format!("SELECT * FROM {table}");
        let (status, found) = world.query_as(PARTNER, &sql).await;
        assert_eq!(status, 200, "{sql}: {found}");
        assert_unsaid(&sql, &found.to_string());
        let (rows, wrong) = psql.ask(&sql).await;
        assert_unsaid(&sql, &(rows + &wrong));
    }
}

#[tokio::test]
async fn nor_does_a_question_that_tries() {
    let world = World::start(&[("SQL_DEADLINE", "100"), ("SQL_MEMORY_MIB", "1024")]).await;
    let ask = async |sql: &str| -> (u16, Value) {
        let (status, found) = world.query_as(PARTNER, sql).await;
        assert_unsaid(sql, &found.to_string());
        (status, found)
    };
    let beyond =
        ["whole_silver_sales", "bronze_orders", "bronze_order_items", "hot_order_items", "persons", "quarantine"];
    for table in beyond {
        assert_eq!(ask(&format!("SELECT * FROM {table}")).await.0, 400, "{table}");
    }
    // A row of the other business would end the query: what is not there divides by nothing.
    for probe in [
        "SELECT sum(1 / CASE WHEN product_name = 'Azúcar' THEN 0 ELSE 1 END) AS n FROM silver_sales",
        "SELECT sum(1 / CASE WHEN business = 'Dulces Sur' THEN 0 ELSE 1 END) AS n FROM gold_sales",
        "SELECT count(*) AS n FROM silver_products WHERE CAST(CASE WHEN product_name = 'Café' THEN 'x' ELSE '1' END AS INT) = 1",
    ] {
        assert_eq!(ask(probe).await.0, 200, "{probe}");
    }
    let joined = "SELECT a.product_name, b.product_name AS other FROM silver_sales a FULL OUTER JOIN silver_products b ON true LIMIT 100";
    assert_eq!(ask(joined).await.0, 200);
    let (_, found) =
        ask("SELECT count(DISTINCT business) AS n FROM silver_sales WHERE business <> 'La Granja' OR business IS NULL")
            .await;
    assert_eq!(found, json!([{ "n": 0 }]));
}
