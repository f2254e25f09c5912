//! Insights beside a pair: a process that follows both, and answers.

use serde_json::Value;
use tempfile::TempDir;

use super::pair::{Node, Pair, SECRET, free_port};
use super::process::{Program, belgrano};

/// A key that sees everything.
const KEY: &str = "completa-0123456789";

/// Insights that follows a pair.
pub struct Insights {
    pub node: Node,
    /// Its lake; all its lives write to it.
    _folder: TempDir,
}

impl Insights {
    /// Starts it, and waits until it is ready.
    pub async fn beside(pair: &Pair) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        // Its package is tested in the same run, which builds it.
        let binary = belgrano().with_file_name("insights");
        assert!(binary.exists(), "{} is not built: cargo build --workspace", binary.display());
        let env = [
            ("HOST", "127.0.0.1"),
            ("PORT", &port.to_string()),
            ("DATA_DIR", &folder.path().display().to_string()),
            ("INTEGRATION_SECRET", SECRET),
            ("BELGRANO_AHORRO_URL", &pair.shop.url()),
            ("TICKETERA_URL", &pair.tickets.url()),
            ("API_KEYS", &format!("prueba:completa:{KEY}")),
            // Often, so that kills meet commits.
            ("LAKE_COMMIT", "1"),
            ("LOG", "warn,buoyant_kernel=error,buoyant_kernel_engine=error,deltalake_core=error"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let log = pair.database.folder().join("insights.log");
        let program = Program { name: "insights".to_owned(), binary, arguments: vec![], env, before: None, log };
        let mut node = Node::new(port, program);
        node.start().await;
        Self { node, _folder: folder }
    }

    /// What it answers at `path`; otherwise why it does not.
    pub async fn ask(&self, path: &str) -> Result<Value, String> {
        let sent = self.node.client().send(reqwest::Method::GET, path, &[("x-api-key", KEY)], None).await;
        match sent {
            Ok(reply) if reply.status == 200 => Ok(reply.json()),
            Ok(reply) => Err(reply.body),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The rows that a query in SQL finds.
    pub async fn query(&self, sql: &str) -> Result<Vec<Value>, String> {
        let query: String = url::form_urlencoded::byte_serialize(sql.as_bytes()).collect();
        match self.ask(&format!("/api/analitica/query?q={query}")).await? {
            Value::Array(rows) => Ok(rows),
            other => Err(other.to_string()),
        }
    }
}
