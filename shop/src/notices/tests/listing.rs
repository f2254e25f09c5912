//! Looking at the queue costs what is shown, not what there is.

use belgrano_notices::{NoticeState, list_statement};
use belgrano_runtime::storage::Session;
use belgrano_testing::TestDatabase;
use sqlx::Row;

use crate::schema::migrations;

const FILL: &str = "INSERT INTO notices (event, account_id, channel, news, order_number, state, created_at, expires_at, \
     next_attempt_at) SELECT 'e', 1, 'push', 'entregado', 'A-1', CASE WHEN n % 1000 = 0 THEN 'muerto' ELSE 'entregado' END, \
     0, 0, 0 FROM generate_series(1, 20000) AS n";
const ACCOUNT: &str = "INSERT INTO accounts (id, role, first_name, last_name, email, password_hash, phone, address, created_at) \
     VALUES (1, 'cliente', '', '', 'a', '', '', '', 0)";

/// All that are found by their state: there are few of each.
const FEW: [NoticeState; 3] = [NoticeState::Pending, NoticeState::Dead, NoticeState::Lapsed];

#[tokio::test]
async fn a_state_is_listed_from_its_index_on_sqlite() {
    let database = TestDatabase::sqlite();
    let db = database.open(&migrations()).await;
    for state in FEW {
        let explain = format!("EXPLAIN QUERY PLAN {}", list_statement(Some(state)));
        let mut session = db.read().await.expect("a connection");
        let plan: Vec<(i64, i64, i64, String)> = belgrano_runtime::on!(session, |c, keep| {
            sqlx::query_as(sqlx::AssertSqlSafe(explain)).persistent(keep).bind(i64::MAX).bind(50_i64).fetch_all(c).await
        })
        .expect("a plan");
        let text = plan.into_iter().map(|(_, _, _, step)| step).collect::<Vec<_>>().join("\n");
        assert!(text.contains("INDEX notices_state (state=? AND id<?)"), "{state}: {text}");
        assert!(!text.contains("TEMP B-TREE"), "{state}: {text}");
    }
}

#[tokio::test]
async fn a_state_is_listed_from_its_index_on_postgres() {
    let database = TestDatabase::postgres();
    let db = database.open(&migrations()).await;
    for sql in [ACCOUNT, FILL, "ANALYZE notices"] {
        database.execute(&db, sql).await;
    }
    let mut session = db.read().await.expect("a connection");
    let Session::Postgres(read) = &mut session else { panic!("it is the other engine") };
    for (name, state) in ["pending", "dead", "lapsed"].into_iter().zip(FEW) {
        let explain = format!(
            "SET plan_cache_mode = force_generic_plan; PREPARE {name} (BIGINT, BIGINT) AS {}; EXPLAIN EXECUTE {name} (999999, 50)",
            list_statement(Some(state))
        );
        let plan = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).fetch_all(&mut **read).await.expect("a plan");
        let text = plan.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n");
        assert!(text.contains("notices_state") && !text.contains("Seq Scan"), "{state}: {text}");
    }
    database.remove().await;
}
