//! What the database itself has to have: triggers, what was there before them, and a way to a page that reads no table.

use std::collections::BTreeSet;

use belgrano_runtime::changes::Source;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::storage::{Db, Migrations, Session};
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::TestDatabase;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Row as _};

use super::reader::Reader;
use crate::changes::ShopData;
use crate::schema::migrations;
use crate::testing::TestShop;

/// The tables that the feed tells of, and which of insert, update and delete mark something.
const TABLES: [(&str, &str); 15] = [
    ("businesses", "IUD"),
    ("branches", "IUD"),
    ("categories", "IUD"),
    ("products", "IUD"),
    ("product_branches", "IUD"),
    ("offers", "IUD"),
    ("offer_products", "IUD"),
    ("accounts", "IUD"),
    ("merchants", "IUD"),
    ("orders", "IUD"),
    ("reviews", "IUD"),
    ("funnel", "IUD"),
    ("stock_movements", "IUD"),
    ("price_changes", "IUD"),
    // They come with their order.
    ("order_lines", "UD"),
];

/// Which of the three its triggers fire for.
async fn fires(db: &Db, table: &str) -> String {
    let sql = match db.engine() {
        Engine::Sqlite => format!(
            "SELECT upper(substr(name, length('feed_{table}_') + 1, 1)) FROM sqlite_master \
             WHERE type = 'trigger' AND tbl_name = '{table}' AND name LIKE 'feed_%'"
        ),
        Engine::Postgres => format!(
            "SELECT what FROM (VALUES ('I', 4), ('U', 16), ('D', 8)) AS x (what, bit) WHERE EXISTS (SELECT 1 FROM pg_trigger t \
             WHERE t.tgrelid = '{table}'::regclass AND t.tgname LIKE 'feed_%' AND t.tgenabled = 'O' AND t.tgtype & x.bit <> 0)"
        ),
    };
    let mut session = db.read().await.expect("a connection");
    let found = fetch_scalar!(all, session, String, AssertSqlSafe(sql)).expect("triggers");
    ["I", "U", "D"].into_iter().filter(|what| found.iter().any(|found| found == what)).collect()
}

/// Another kind than these would stop every reader.
#[tokio::test]
async fn every_kind_that_is_marked_can_be_told() {
    let database = TestDatabase::sqlite();
    let db = database.open(&migrations()).await;
    let mut session = db.read().await.expect("a connection");
    let triggers = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'feed_%'";
    let triggers = fetch_scalar!(all, session, String, triggers).expect("triggers");
    let kinds: BTreeSet<&str> = triggers
        .iter()
        .flat_map(|sql| sql.split("INTO mark ").skip(1))
        .filter_map(|rest| rest.split('\'').nth(1))
        .collect();
    assert!(kinds.len() >= 8, "{kinds:?}");
    for kind in kinds {
        let contents = ShopData::contents(&mut session, kind, &[]).await.expect("contents");
        assert!(contents.is_some(), "nobody knows what a {kind} looks like");
    }
}

on_both_engines! {
    async fn every_table_of_the_feed_has_its_triggers(database) {
        let db = database.open(&migrations()).await;
        for (table, expected) in TABLES {
            assert_eq!(fires(&db, table).await, expected, "{table}");
        }
        db.close().await;
    }

    async fn what_was_there_before_the_feed_is_told(database) {
        const FEED: i64 = 13;
        let cut = |all: Migrator| Migrator::with_migrations(all.iter().filter(|one| one.version < FEED).cloned().collect());
        let Migrations { sqlite, postgres } = migrations();
        let old = database.open(&Migrations { sqlite: cut(sqlite), postgres: cut(postgres) }).await;
        for fill in [
            "INSERT INTO businesses VALUES (1, 'b', 'B', '', '', '', TRUE)",
            "INSERT INTO branches VALUES (5, 1, 's', 'S', '', '', '', TRUE)",
            "INSERT INTO categories VALUES (3, 'c', 'C', '', '')",
            "INSERT INTO products (id, business_id, category_id, name, search, price, featured, active, image) \
             VALUES (9, 1, 3, 'Yerba', '', 345050, FALSE, TRUE, '')",
            "INSERT INTO product_branches VALUES (9, 5)",
            "INSERT INTO offers VALUES ('o-1', 1, 'O', '', 10, 0, 86400000)",
            "INSERT INTO offer_products VALUES ('o-1', 9)",
            "INSERT INTO accounts (id, role, first_name, last_name, email, password_hash, phone, address, created_at) \
             VALUES (4, 'cliente', 'Ana', 'Díaz', 'ana@example.com', '', '', '', 0)",
            "INSERT INTO orders (id, number, account_id, state, total, payment_method, customer_name, address, phone, email, notes, \
             priority, customer_kind, created_at, updated_at) VALUES (2, 'BA-2', 4, 'entregado', 345050, 'efectivo', '', '', '', '', \
             '', 'normal', 'cliente', 1000, 2000)",
            "INSERT INTO order_lines (order_id, position, product_id, name, price, quantity, subtotal, branch, business, category) \
             VALUES (2, 0, 9, 'Yerba', 345050, 1, 345050, 'S', 'B', 'C')",
        ] {
            database.execute(&old, fill).await;
        }
        old.close().await;
        let shop = TestShop::new(database).await;
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        let told = |entity: &str, key: &str| reader.copy.get(&(entity.to_owned(), key.to_owned())).cloned().unwrap_or_default();
        assert_eq!(told("negocio", "1")["nombre"], "B");
        assert_eq!(told("sucursal", "5")["negocio_id"], 1);
        assert_eq!(told("categoria", "3")["nombre"], "C");
        assert_eq!(told("producto", "9")["precio"], 3450.5);
        assert_eq!(told("producto", "9")["sucursales"][0], 5);
        assert_eq!((told("oferta", "o-1")["productos"][0].clone(), &told("oferta", "o-1")["hasta"]), (9.into(), &"1970-01-02T00:00:00.000Z".into()));
        assert_eq!(told("cuenta", "4")["apellido"], "Díaz");
        assert_eq!((&told("pedido", "BA-2")["lineas"][0]["nombre"], &told("pedido", "BA-2")["actualizado"]), (&"Yerba".into(), &"1970-01-01T00:00:02.000Z".into()));
    }

    async fn a_page_reads_no_table(database) {
        let shop = TestShop::new(database).await;
        let fill = "INSERT INTO changes (entity, key, seq, at) SELECT 'pedido', '!' || n, n + 1000000, 0 FROM generate_series(1, 50000) n";
        if shop.app.db.engine() == Engine::Postgres {
            database.execute(&shop.app.db, fill).await;
            database.execute(&shop.app.db, "ANALYZE changes").await;
        }
        let mut session = shop.app.db.read().await.expect("a connection");
        let page = "SELECT seq, entity, key, at FROM changes WHERE seq > 1000 ORDER BY seq LIMIT 1000";
        let plan = plan(&mut session, page).await;
        assert!(plan.contains("changes_seq"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("Seq Scan") && !plan.contains("Sort") && !plan.contains("TEMP"), "{plan}");
    }
}

async fn plan(session: &mut Session, page: &str) -> String {
    let steps: Vec<String> = match session {
        Session::Sqlite(read) => {
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {page}"));
            let steps = sqlx::raw_sql(explain).fetch_all(&mut **read).await.expect("a plan");
            steps.iter().map(|step| step.get(3)).collect()
        }
        Session::Postgres(read) => {
            let explain = AssertSqlSafe(format!("EXPLAIN {page}"));
            let steps = sqlx::raw_sql(explain).fetch_all(&mut **read).await.expect("a plan");
            steps.iter().map(|step| step.get(0)).collect()
        }
    };
    steps.join("\n")
}
