//! An import from a file to the tables that answer for it.

use std::path::Path;
use std::sync::Arc;

use belgrano_wire::ambient::Ambient;
use datafusion::arrow::record_batch::RecordBatch;
use serde_json::Value;
use tempfile::TempDir;

use super::run::{Begun, import, store};
use super::{Form, Report};
use crate::engine::{Answers, Limits, Scope, Warehouse};
use crate::lake::Lake;
use crate::lake::failing::Failing;
use crate::models::project::{Layer, Model};
use crate::models::runner::Runner;

/// 26 lines of a shop, some of which cancel others.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oracle/fixtures/sales.csv");
const SOURCE: &str = "tienda";

struct World {
    warehouse: Warehouse,
    runner: Runner,
    answers: Answers,
    ambient: Ambient,
}

impl World {
    async fn over(lake: Lake) -> Self {
        // A question that works everything out from lines sorts dozens of times, and each sort sets memory aside.
        let limits = Limits { memory_bytes: 2 << 30, ..Limits::default() };
        let (warehouse, ambient) = (Warehouse::open(lake, limits).expect("models"), Ambient::system());
        warehouse.refresh().await.expect("the lake");
        let runner = Runner::new(warehouse.clone(), ambient.clone());
        Self { answers: Answers::new(warehouse.clone(), ambient.clone()), runner, warehouse, ambient }
    }

    async fn in_folder(folder: &TempDir) -> Self {
        Self::over(Lake::in_folder(folder.path()).expect("a lake")).await
    }

    async fn import(&self) -> Result<Report, super::ImportError> {
        let form = Form::OnlineRetail;
        import(&self.warehouse, &self.runner, &self.ambient, form, SOURCE, Path::new(FILE)).await
    }

    async fn batches(&self, sql: &str) -> Arc<Vec<RecordBatch>> {
        let asked = self.answers.ask(&Scope::WHOLE, sql, vec![SOURCE.into()]).await;
        asked.unwrap_or_else(|error| panic!("{sql}: {error:?}")).batches
    }

    /// The rows of a table that are of the source, in no order.
    async fn rows(&self, table: &str) -> Vec<String> {
        let batches = self.batches(&format!("SELECT * FROM {table} WHERE source = $1")).await;
        let Value::Array(rows) = crate::api::json(&batches).expect("rows") else { return Vec::new() };
        let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
        rows.sort();
        rows
    }

    fn gold(&self) -> impl Iterator<Item = String> {
        let models = self.warehouse.project().models().to_vec().into_iter();
        models.filter(|model| model.layer == Layer::Gold && !Model::is_view(model)).map(|model| model.name)
    }
}

#[tokio::test]
async fn what_is_kept_of_an_import_is_what_the_models_say_of_its_lines() {
    let (kept, lines) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (kept, lines) = (World::in_folder(&kept).await, World::in_folder(&lines).await);
    kept.import().await.expect("an import");
    // Of this one the lake has no gold table, so that each question works them out.
    let begun = Begun { source: SOURCE.to_owned(), seq: 1, at: lines.ambient.now() };
    store(&lines.warehouse, Form::OnlineRetail, Path::new(FILE), &begun, "feed").await.expect("rows");
    lines.warehouse.refresh().await.expect("a look");
    lines.runner.rebuild_silver(SOURCE).await.expect("silver");
    lines.warehouse.refresh().await.expect("a look");
    for table in kept.gold() {
        assert!(kept.warehouse.cold().is_by_source(&table), "{table}");
        assert!(!lines.warehouse.cold().handles.contains_key(&table), "{table}");
        assert_eq!(kept.rows(&table).await, lines.rows(&table).await, "{table}");
    }
    assert!(kept.rows("gold_daily_products").await.len() > 3);
}

#[tokio::test]
async fn an_import_is_in_once_wherever_it_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = World::in_folder(&folder).await;
    whole.import().await.expect("an import");
    let lines = whole.rows("gold_sales").await;
    for writes in [3, 8, 13, 21, 34, 55] {
        let files = Failing::default();
        let lake = Lake::over("memory:///lake/".parse().expect("an address"), Arc::new(files.clone())).expect("a lake");
        let world = World::over(lake.clone()).await;
        files.die_after(writes, writes % 2 == 0);
        let died = world.import().await;
        files.come_back();
        let world = World::over(lake).await;
        let report = world.import().await.expect("an import");
        assert_eq!(report.known, died.is_ok(), "{writes}");
        assert_eq!(world.rows("gold_sales").await, lines, "{writes}");
        assert!(world.import().await.expect("an import").known, "{writes}");
    }
}

#[tokio::test]
async fn answers_about_an_import_hold_until_it_is_imported_anew() {
    const ORDERS: &str = "SELECT count(*) AS n FROM gold_sales WHERE source = $1";
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::in_folder(&folder).await;
    let none = world.batches(ORDERS).await;
    world.import().await.expect("an import");
    let all = world.batches(ORDERS).await;
    assert_ne!(none, all);
    // Another source is stored, and the lake looked at.
    let other = import(&world.warehouse, &world.runner, &world.ambient, Form::OnlineRetail, "otra", Path::new(FILE));
    other.await.expect("an import");
    assert!(Arc::ptr_eq(&all, &world.batches(ORDERS).await));
}
