//! How the engine is set up: its limits, and what of it is switched off because it is wrong or open.

use std::sync::Arc;

use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::keys::KeyOf;

/// Limits of the engine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that all queries together may hold, as far as the engine counts them.
    pub memory_bytes: usize,
    /// Threads of one query.
    pub threads: usize,
    /// Whether a query may put aside on a disk what does not fit into memory.
    pub disk: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 160 << 20, threads: 2, disk: true }
    }
}

/// The schema that queries read.
pub(super) const SCHEMA: &str = "public";
/// The catalog that queries read.
pub(super) const CATALOG: &str = "belgrano";

/// The setting that stands for all of its kind.
const DYNAMIC_FILTERS: &str = "datafusion.optimizer.enable_dynamic_filter_pushdown";

/// What all contexts of one process share.
pub(super) fn runtime(limits: Limits) -> datafusion::error::Result<Arc<RuntimeEnv>> {
    let mode = if limits.disk { DiskManagerMode::OsTmpDirectory } else { DiskManagerMode::Disabled };
    RuntimeEnvBuilder::new()
        // Whoever needs memory gets it while there is some. Equal shares would starve plans of ours, of whose many steps few need
        // much.
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(limits.memory_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(mode))
        .build_arc()
}

/// A context without any table.
pub(super) fn context(runtime: &Arc<RuntimeEnv>, limits: Limits) -> SessionContext {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        // A state that is made of another one would put an empty catalog in the place of ours.
        .with_create_default_catalog_and_schema(false)
        .with_target_partitions(limits.threads)
        .with_information_schema(true);
    // Filters found while a join or a sort runs are applied to a column of the same name of the wrong table
    // (apache/datafusion #25296, #25244). By its name, since the member alone leaves those of joins, sorts and sums as they are.
    config = config.set_bool(DYNAMIC_FILTERS, false);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = false;
    // What each sort sets aside at its start: a plan of many would have all memory set aside before a row is read.
    options.execution.sort_spill_reservation_bytes = 1 << 20;
    options.sql_parser.map_string_types_to_utf8view = false;
    let context = SessionContext::new_with_config_rt(config, Arc::clone(runtime));
    context.register_udf(KeyOf::default().into());
    context
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::util::pretty::pretty_format_batches;
    use datafusion::catalog::{CatalogProvider as _, MemoryCatalogProvider, MemorySchemaProvider};
    use datafusion::prelude::SessionContext;

    use super::{CATALOG, Limits, SCHEMA, context, runtime};

    /// A context of ours with the tables of the reports, each row in a part of its file that can be left out by itself.
    async fn with_tables(folder: &std::path::Path) -> SessionContext {
        let limits = Limits { threads: 1, ..Limits::default() };
        let context = context(&runtime(limits).expect("a runtime"), limits);
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema(SCHEMA, Arc::new(MemorySchemaProvider::new())).expect("a schema");
        context.register_catalog(CATALOG, Arc::new(catalog));
        let tables = [
            ("o", "(VALUES (1, 100), (2, 200), (3, 300), (4, 400), (5, 500)) v(id, amount)"),
            ("p", "(VALUES (1, 30), (2, 20), (3, 10)) v(id, amount)"),
            ("c", "(VALUES (1), (2), (3)) v(id)"),
            ("ta", "(VALUES ('a1', 'x1')) v(id, ty)"),
            ("tb", "(VALUES ('x1')) v(id)"),
        ];
        for (name, rows) in tables {
            let file = folder.join(format!("{name}.parquet"));
            let file = file.display();
            for sql in [
                format!(
                    "COPY (SELECT * FROM {rows} ORDER BY id) TO '{file}' STORED AS PARQUET OPTIONS (max_row_group_size 1)"
                ),
                format!("CREATE EXTERNAL TABLE {name} STORED AS PARQUET LOCATION '{file}'"),
            ] {
                context.sql(&sql).await.expect(&sql).collect().await.expect(&sql);
            }
        }
        context
    }

    async fn ask(context: &SessionContext, sql: &str) -> String {
        let rows = context.sql(sql).await.expect(sql).collect().await.expect(sql);
        pretty_format_batches(&rows).expect("a table").to_string()
    }

    #[tokio::test]
    async fn a_filter_never_reaches_a_column_of_another_table_with_the_same_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let context = with_tables(folder.path()).await;
        let least = "SELECT o.amount AS ordered, p.amount AS paid FROM o JOIN p ON o.id = p.id JOIN c ON p.id = c.id \
             ORDER BY p.amount LIMIT 1";
        let least = ask(&context, least).await;
        assert!(least.contains("| 300     | 10   |"), "{least}");
        let grouped = "SELECT s.id AS sid, a.id AS aid FROM tb s JOIN (SELECT a.id, b.id FROM ta a LEFT JOIN tb b ON a.ty = b.id \
             GROUP BY a.id, b.id) ON s.id = b.id";
        let grouped = ask(&context, grouped).await;
        assert!(grouped.contains("| x1  | a1  |"), "{grouped}");
    }

    /// What a plan of our models looks like, with its sorts all at work at once.
    #[tokio::test]
    async fn many_sorts_of_few_rows_find_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let context = with_tables(folder.path()).await;
        let sorted = "SELECT row_number() OVER (PARTITION BY amount ORDER BY id) AS n FROM o";
        let summed = format!("SELECT sum(n) AS n FROM ({})", [sorted; 100].join(" UNION ALL "));
        let summed = ask(&context, &summed).await;
        assert!(summed.contains("500"), "{summed}");
    }

    #[test]
    fn no_filter_is_found_while_a_query_runs() {
        let limits = Limits::default();
        let context = context(&runtime(limits).expect("a runtime"), limits);
        let state = context.state();
        let optimizer = &state.config_options().optimizer;
        assert!(!optimizer.enable_dynamic_filter_pushdown);
        assert!(!optimizer.enable_join_dynamic_filter_pushdown);
        assert!(!optimizer.enable_topk_dynamic_filter_pushdown);
        assert!(!optimizer.enable_aggregate_dynamic_filter_pushdown);
    }
}
