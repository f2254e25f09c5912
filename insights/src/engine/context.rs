//! How the engine is set up: its limits, and what of it is switched off because it is wrong or open.

use std::sync::Arc;

use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

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
        Self { memory_bytes: 256 << 20, threads: 2, disk: true }
    }
}

/// The schema that queries read.
pub(super) const SCHEMA: &str = "public";
/// The catalog that queries read.
pub(super) const CATALOG: &str = "belgrano";

/// What all contexts of one process share.
pub(super) fn runtime(limits: Limits) -> datafusion::error::Result<Arc<RuntimeEnv>> {
    let mode = if limits.disk { DiskManagerMode::OsTmpDirectory } else { DiskManagerMode::Disabled };
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
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
    let options = config.options_mut();
    // Filters found while a join runs are applied to a column of the same name of the wrong table
    // (apache/datafusion #25296, #25244).
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.execution.parquet.pushdown_filters = false;
    options.sql_parser.map_string_types_to_utf8view = false;
    SessionContext::new_with_config_rt(config, Arc::clone(runtime))
}
