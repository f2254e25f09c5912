//! Views worked out ahead: what a view reads is simplified once, where each question that names the view would do it anew. Models
//! read models read models, so that a question of one line is a plan of thousands of steps otherwise.

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, Volatility};

/// The plan of a view as the engine would have it, unless it depends on when it is asked: that is for each question to say.
pub(super) fn ahead(state: &SessionState, plan: LogicalPlan) -> Result<LogicalPlan> {
    if says_the_same_always(&plan)? { state.optimize(&plan) } else { Ok(plan) }
}

fn says_the_same_always(plan: &LogicalPlan) -> Result<bool> {
    let mut always = true;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if let Expr::ScalarFunction(call) = expr {
                    always &= call.func.signature().volatility == Volatility::Immutable;
                }
                Ok(if always { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
            })
        })
    })?;
    Ok(always)
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;

    use super::ahead;

    async fn of(sql: &str) -> String {
        let state = SessionContext::new().state();
        let plan = state.create_logical_plan(sql).await.expect("a plan");
        ahead(&state, plan).expect("a plan").display_indent().to_string()
    }

    #[tokio::test]
    async fn a_view_is_simplified_before_it_is_asked() {
        assert_eq!(of("SELECT 1 + 1 AS two").await, "Projection: Int64(2) AS two\n  EmptyRelation: rows=1");
    }

    #[tokio::test]
    async fn what_depends_on_when_it_is_asked_is_left_for_the_question() {
        for sql in [
            "SELECT now() AS t",
            "SELECT 1 AS x WHERE DATE '2026-01-01' < current_date",
            "SELECT 1 AS x WHERE 1 IN (SELECT CAST(random() AS BIGINT))",
        ] {
            let plan = of(sql).await;
            assert!(["now()", "current_date()", "random()"].iter().any(|call| plan.contains(call)), "{plan}");
        }
    }
}
