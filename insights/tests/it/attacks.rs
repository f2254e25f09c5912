//! Queries that try to reach further than they may, or to break what answers them.

use serde_json::{Value, json};

use crate::world::{ALL, READER, World, until};

/// Words that no answer may say: they are about what is inside.
const INSIDE: [&str; 8] =
    ["DataFusion", "datafusion", "bug report", "backtrace", "panicked", ".parquet", "_delta_log", "src/"];

async fn refuse(world: &World, queries: &[(&str, &str)]) {
    for (sql, why) in queries {
        for key in [READER, ALL] {
            let (status, found) = world.query_as(key, sql).await;
            let shown: String = sql.chars().take(200).collect();
            assert_eq!(status, 400, "{shown}: {found}");
            let said = found["error"].as_str().unwrap_or_default();
            assert!(said.starts_with("La consulta falló: "), "{shown}: {said}");
            assert!(said.contains(why), "{shown}: {said}");
            let folder = world.folder.path().to_string_lossy();
            for inside in INSIDE.iter().copied().chain([folder.as_ref()]) {
                assert!(!said.contains(inside), "{shown}: {said}");
            }
            assert_eq!(found["status"], json!(400));
        }
    }
    until("their end", || async { (world.children() == 0).then_some(()) }).await;
    let (status, found) = world.query("SELECT 1 AS n").await;
    assert_eq!((status, found), (200, json!([{ "n": 1 }])));
}

const ONLY_READ: &str = "una sola consulta por vez";

#[tokio::test]
async fn nothing_but_one_select_is_taken() {
    let world = World::start(&[]).await;
    refuse(
        &world,
        &[
            ("COPY (SELECT 1) TO '/tmp/x.csv'", ONLY_READ),
            ("COPY gold_sales TO '/tmp/x.parquet' STORED AS PARQUET", ONLY_READ),
            ("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'", ONLY_READ),
            ("CREATE TABLE x AS SELECT 1", ONLY_READ),
            ("CREATE VIEW x AS SELECT 1", ONLY_READ),
            ("DROP TABLE gold_sales", ONLY_READ),
            ("INSERT INTO silver_orders SELECT * FROM silver_orders", ONLY_READ),
            ("DELETE FROM silver_orders", ONLY_READ),
            ("UPDATE silver_orders SET total = 0", ONLY_READ),
            ("SET datafusion.execution.target_partitions = 64", ONLY_READ),
            ("RESET datafusion.execution.target_partitions", ONLY_READ),
            ("EXPLAIN SELECT * FROM gold_sales", ONLY_READ),
            ("EXPLAIN ANALYZE SELECT * FROM gold_sales", ONLY_READ),
            ("EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x.csv'", ONLY_READ),
            ("PREPARE x AS SELECT 1", ONLY_READ),
            ("BEGIN", ONLY_READ),
            ("SHOW ALL", ONLY_READ),
            ("SELECT 1; SELECT 2", ONLY_READ),
            ("SELECT 1; DROP TABLE gold_sales", ONLY_READ),
            ("", ONLY_READ),
            ("-- nothing", ONLY_READ),
            ("SELECT 1 INTO x", ""),
            ("WITH x AS (INSERT INTO silver_orders SELECT * FROM silver_orders) SELECT 1", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn nothing_outside_the_views_is_reached() {
    // A debug build plans every model for what the schema says of them.
    let world = World::start(&[("SQL_DEADLINE", "100")]).await;
    refuse(
        &world,
        &[
            ("SELECT * FROM '/etc/passwd'", "no hay una tabla"),
            ("SELECT * FROM 'x.parquet'", "no hay una tabla"),
            ("SELECT * FROM \"file:///etc/passwd\"", "no hay una tabla"),
            ("SELECT * FROM 's3://bucket/x.parquet'", "no hay una tabla"),
            ("SELECT * FROM 'https://example.com/x.csv'", "no hay una tabla"),
            ("SELECT * FROM read_csv('/etc/passwd')", ""),
            ("SELECT * FROM read_parquet('/etc/passwd')", ""),
            ("SELECT * FROM generate_series(1, 1000000000)", ""),
            ("SELECT * FROM range(1, 1000000000)", ""),
            ("SELECT * FROM delta_scan('/tmp')", ""),
            ("SELECT repeat('x', 1000000000)", "no hay una función"),
            ("SELECT lpad('x', 1000000000)", "no hay una función"),
            ("SELECT rpad('x', 1000000000)", "no hay una función"),
            ("SELECT array_repeat(1, 1000000000)", "no hay una función"),
            ("SELECT array_agg(order_id) FROM silver_sales", "no hay una función"),
            ("SELECT string_agg(order_id, ',') FROM silver_sales", "no hay una función"),
            ("SELECT unnest(generate_series(1, 1000000000))", "no hay una función"),
            ("SELECT arrow_typeof(1)", "no hay una función"),
            ("SELECT pg_sleep(100)", "no hay una función"),
            ("SELECT version()", "no hay una función"),
            ("SELECT uuid(), random()", "no hay una función"),
            ("SELECT * FROM lake_feeds", "no hay una tabla"),
            ("SELECT * FROM quarantine", "no hay una tabla"),
            ("SELECT * FROM hot_bronze_orders", "no hay una tabla"),
            ("SELECT * FROM cold_bronze_orders", "no hay una tabla"),
            ("SELECT * FROM stored_bronze_orders", "no hay una tabla"),
            ("SELECT * FROM hot_persons", "no hay una tabla"),
            ("SELECT * FROM belgrano.public.stored_persons", "no hay una tabla"),
            ("SELECT * FROM \"quarantine\"", "no hay una tabla"),
            ("SELECT * FROM U&\"\\0071uarantine\"", ""),
            ("SELECT * FROM other.public.gold_sales", "no hay una tabla"),
            ("SELECT * FROM pg_catalog.pg_class", "no hay una tabla"),
        ],
    )
    .await;
    for sql in [
        "SELECT * FROM persons",
        "SELECT email FROM belgrano.public.silver_persons",
        "SELECT words FROM silver_reviews",
        "SELECT (SELECT max(email) FROM public.persons) AS e",
        "WITH p AS (SELECT * FROM \"persons\") SELECT * FROM p",
    ] {
        let (status, found) = world.query(sql).await;
        assert_eq!(status, 400, "{sql}: {found}");
        assert!(found["error"].as_str().unwrap_or_default().contains("no hay una tabla"), "{sql}: {found}");
    }
    let (_, found) = world.query_as(ALL, "SELECT email FROM persons ORDER BY 1 LIMIT 1").await;
    assert_eq!(found, json!([{ "email": "ana@example.com" }]));
    // Names of people who deliver are names too.
    for (key, name) in [(READER, Value::Null), (ALL, json!("Raúl Pérez"))] {
        let (status, found) = world.query_as(key, "SELECT driver_id, driver_name FROM silver_drivers").await;
        assert_eq!((status, found), (200, json!([{ "driver_id": "1", "driver_name": name }])));
    }
    for part in ["tables", "columns", "views"] {
        let sql = format!("SELECT DISTINCT table_name FROM information_schema.{part} WHERE table_schema = 'public'");
        let (status, found) = world.query(&sql).await;
        assert_eq!(status, 200, "{found}");
        let shown = found.to_string();
        for hidden in ["persons", "quarantine", "lake_feeds", "hot_", "cold_", "stored_", "silver_reviews"] {
            assert!(!shown.contains(hidden), "{part}: {hidden}");
        }
        assert!(part == "views" || shown.contains("gold_sales"), "{part}: {shown}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_plainly() {
    let world = World::start(&[]).await;
    let deep = format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000));
    let cases = format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(500), " END".repeat(500));
    let selects = format!("SELECT * FROM {}silver_sales{}", "(SELECT * FROM ".repeat(400), ")".repeat(400));
    let chain = format!("SELECT {}1", "1+".repeat(12_000));
    let longest = format!("SELECT '{}'", "x".repeat(70_000));
    let unions = vec!["SELECT 1"; 3_000].join(" UNION ALL ");
    // However deep it goes: the process may fall, and says why.
    for sql in [&deep, &cases, &selects, &chain, &unions] {
        let (status, found) = world.post("/api/consola", &json!({ "sql": sql })).await;
        let said = found["error"].as_str().unwrap_or_default();
        assert!(status == 200 || (status == 400 && said.starts_with("La consulta falló: ")), "{status}: {said}");
        assert!(INSIDE.iter().all(|inside| !said.contains(inside)), "{said}");
    }
    let (status, found) = world.post("/api/consola", &json!({ "sql": longest })).await;
    assert_eq!(status, 400);
    assert!(found["error"].as_str().unwrap_or_default().contains("demasiado larga"), "{found}");
    refuse(
        &world,
        &[
            ("SELECT 1/0", "divide por cero"),
            ("SELECT line_no / (line_no - line_no) FROM silver_sales", "divide por cero"),
            ("SELECT CAST('x' AS BIGINT)", ""),
            ("SELECT CAST(order_id AS BIGINT) FROM silver_sales", ""),
            ("SELECT to_date('ayer')", ""),
            ("SELECT nothing FROM silver_sales", "nothing"),
            ("SELECT order_id FROM silver_sales GROUP BY line_no", ""),
            ("SELECT * FROM no_such_table", "no hay una tabla no_such_table"),
            ("SELECT sum(order_id) FROM silver_sales", ""),
            ("SELECT regexp_like(order_id, '(') FROM silver_sales", ""),
            ("SELECT regexp_like(order_id, '((((a{1000}){1000}){1000}){1000})') FROM silver_sales", ""),
            ("SELECT 'x", "no se entiende"),
            ("SELECT $1", ""),
            ("SELECT 1 AS a, 2 AS a FROM silver_sales", ""),
            ("SELECT * FROM silver_sales a JOIN silver_sales b ON true JOIN x USING (y)", "no hay una tabla x"),
        ],
    )
    .await;
    for unseen in ["%FF", "%00"] {
        let (status, _) = world.get_as(ALL, &format!("/api/analitica/query?q=SELECT%20'{unseen}'")).await;
        assert!(status == 200 || (400..500).contains(&status), "{status}");
    }
    let (status, found) = world.query("SELECT 1 AS n /* a comment */ -- and another").await;
    assert_eq!((status, found), (200, json!([{ "n": 1 }])));
    let list: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
    let sql = format!("SELECT count(*) AS n FROM silver_sales WHERE line_no IN ({})", list.join(","));
    let (status, found) = world.post("/api/consola", &json!({ "sql": sql })).await;
    assert_eq!(status, 200, "{found}");
}

#[tokio::test]
async fn what_would_not_end_is_ended() {
    let world = World::start(&[("SQL_DEADLINE", "4")]).await;
    let before = world.memory_mib();
    let over = "FROM silver_sales a CROSS JOIN silver_sales b CROSS JOIN silver_sales c CROSS JOIN silver_sales d";
    for sql in [
        crate::guard::ENDLESS.to_owned(),
        format!("SELECT a.*, b.* {over} ORDER BY a.amount, b.amount, c.amount, d.order_id DESC"),
        format!("SELECT count(DISTINCT concat(a.order_id, b.order_id, c.order_id)) {over}"),
        format!("SELECT a.order_id, row_number() OVER (PARTITION BY b.order_id ORDER BY c.amount) {over}"),
        format!("SELECT median(a.amount + b.amount) {over}"),
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t".to_owned(),
        "WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t".to_owned(),
    ] {
        let (status, found) = world.query(&sql).await;
        let said = found["error"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{sql}: {found}");
        assert!(said.contains("tardó más") || said.contains("memoria"), "{sql}: {said}");
        until("its end", || async { (world.children() == 0).then_some(()) }).await;
    }
    assert!(world.memory_mib() < before + 60, "{} MiB after {before}", world.memory_mib());
}
