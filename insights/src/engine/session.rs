//! One state of the data, to be asked, and what plans over it are made in.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionContext;

use super::names::{Names, Shape};
use super::scope::Scoped;

/// What plans are made in: it holds while rows come, until the lake is looked at again or rows of another month come.
pub(super) struct House {
    /// Told apart from every other house of this process.
    pub(super) id: u64,
    pub(super) shape: Shape,
    pub(super) context: SessionContext,
    pub(super) names: Arc<Names>,
    /// The names as far as they may be seen, when that is not all.
    pub(super) scoped: Option<Arc<Scoped>>,
    // The names hold their planners weakly.
    pub(super) planners: Vec<Arc<SessionState>>,
}

/// One state of the data, to be asked. Cheap to share; it stays as it is while others come.
pub struct Session {
    pub(super) context: SessionContext,
    /// Which state it is of.
    pub(super) version: u64,
    pub(super) house: Arc<House>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Session {
    /// What SQL is asked of.
    #[must_use]
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The same for work that nobody waits for: it takes one processor, and leaves the others to who does.
    #[must_use]
    pub fn in_the_background(&self) -> SessionContext {
        let state = self.context.state();
        let config = state.config().clone().with_target_partitions(1);
        SessionContext::new_with_state(SessionStateBuilder::new_from_existing(state).with_config(config).build())
    }

    /// Which state of the data it is of.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What plans are made in: a plan is good for every session of the same house.
    #[must_use]
    pub fn house(&self) -> u64 {
        self.house.id
    }

    /// What its names stand for.
    pub(super) fn names(&self) -> &Arc<Names> {
        &self.house.names
    }

    /// The same with none but these functions, and no function that makes tables.
    #[must_use]
    pub fn confined(&self, scalar: &[&str], aggregate: &[&str], window: &[&str]) -> SessionContext {
        let state = self.context.state();
        let scalars = state.scalar_functions().values().filter(|function| scalar.contains(&function.name()));
        let aggregates = state.aggregate_functions().values().filter(|function| aggregate.contains(&function.name()));
        let windows = state.window_functions().values().filter(|function| window.contains(&function.name()));
        let confined = SessionStateBuilder::new_from_existing(state.clone())
            .with_scalar_functions(scalars.cloned().collect())
            .with_aggregate_functions(aggregates.cloned().collect())
            .with_window_functions(windows.cloned().collect())
            .with_table_functions(HashMap::new())
            .build();
        SessionContext::new_with_state(confined)
    }
}
