//! How either engine goes about a claim: it must look at what is due and stop. A plan that sorts or scans the table dies of a backlog.

use belgrano_runtime::storage::Session;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_testing::TestDatabase;
use sqlx::Row as _;

use super::Shop;
use crate::outbox::claim::due_statement;
use crate::schema::migrations;

#[tokio::test]
async fn a_claim_walks_one_index_on_sqlite() {
    let database = TestDatabase::sqlite();
    let shop = Shop::open(&database).await;
    let explain = format!("EXPLAIN QUERY PLAN {}", due_statement(Engine::Sqlite));
    let mut session = shop.db.read().await.expect("a connection");
    let plan: Vec<(i64, i64, i64, String)> = belgrano_runtime::on!(session, |c, keep| {
        sqlx::query_as(sqlx::AssertSqlSafe(explain)).persistent(keep).bind(1_i64).bind(10_i64).fetch_all(c).await
    })
    .expect("a plan");
    let plan: Vec<_> = plan.into_iter().map(|(_, _, _, step)| step).collect();
    let text = plan.join("\n");
    assert!(text.contains("USING COVERING INDEX outbox_due") || text.contains("USING INDEX outbox_due"), "{text}");
    assert!(text.contains("outbox_unsettled"), "{text}");
    assert!(!text.contains("SCAN") && !text.contains("TEMP B-TREE"), "{text}");
}

#[tokio::test]
async fn a_claim_walks_one_index_on_postgres() {
    const FILL: &str = "INSERT INTO outbox (id, order_number, kind, payload, trace, state, created_at, next_attempt_at) \
         SELECT n, 'A-' || n, 'order.created', '{}', '', 'pendiente', 1, 1 FROM generate_series(1, 5000) AS n";
    let database = TestDatabase::postgres();
    let db = database.open(&migrations()).await;
    database.execute(&db, FILL).await;
    // What the writer's connections use, see `plan_cache_mode` there; and nobody has told the planner of these rows yet.
    let due = due_statement(Engine::Postgres).replace("FOR UPDATE SKIP LOCKED", "");
    let explain = format!(
        "SET plan_cache_mode = force_generic_plan; PREPARE due (BIGINT, BIGINT) AS {due}; EXPLAIN EXECUTE due (1, 128)"
    );
    let mut session = db.read().await.expect("a connection");
    let Session::Postgres(read) = &mut session else { panic!("it is the other engine") };
    let plan = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(&mut **read).await.expect("a plan");
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let text = plan.join("\n");
    assert!(text.contains("Index Scan using outbox_due"), "{text}");
    assert!(!text.contains("Seq Scan") && !text.contains("Sort") && !text.contains("Bitmap"), "{text}");
    database.remove().await;
}
