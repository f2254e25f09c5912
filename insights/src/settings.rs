//! What an operator may choose about insights, read from the environment once.

use std::collections::HashMap;
use std::time::Duration;

use belgrano_notices::NoticeSettings;
use belgrano_runtime::config::{Common, Env, Secret, local_url};
use belgrano_runtime::mailer::Mailer;
use belgrano_web::map::MapSettings;
use belgrano_wire::signature::SigningSecrets;
use url::Url;

use crate::engine::Limits;
use crate::guard::QueryLimits;

/// The port when none is given.
pub const DEFAULT_PORT: u16 = 8000;
/// For the answer to a query, after the query's own time.
const ANSWER: Duration = Duration::from_secs(5);
const SHOP_PORT: u16 = 5000;
const TICKETS_PORT: u16 = 5001;

/// Every setting of insights.
#[derive(Clone, Debug)]
pub struct InsightsSettings {
    /// What every service has.
    pub common: Common,
    /// What its maps are made of.
    pub map: MapSettings,
    /// What people are told who are not looking.
    pub notices: NoticeSettings,
    /// Where the shop is.
    pub shop_url: Url,
    /// Where the board is.
    pub board_url: Url,
    /// Where the lake is; `None`: in `DATA_DIR/lake`.
    pub lake_url: Option<Url>,
    /// What the lake's object store is told, by the names it has for that.
    pub lake_options: HashMap<String, String>,
    /// Between two commits to the lake.
    pub lake_commit: Duration,
    /// How long the lake keeps what readers of earlier versions may need.
    pub lake_retention: Duration,
    /// Limits of the engine.
    pub engine: Limits,
    /// Bytes that an import may hold, as far as the engine counts them.
    pub import_memory_bytes: usize,
    /// Limits of other people's SQL.
    pub query: QueryLimits,
    /// The wire of `PostgreSQL`.
    pub wire: crate::pg::WireSettings,
    /// What alerts look at, and when.
    pub alerts: crate::alerts::AlertSettings,
    /// The broker that changes are published to; `None`: none.
    pub stream: Option<crate::stream::Streaming>,
    /// What webhooks are signed with; `None`: nobody set it.
    pub webhook: Option<SigningSecrets>,
    /// How mail leaves.
    pub mailer: Mailer,
    /// Keys of programs that read.
    pub keys: crate::access::Keys,
    /// Bytes of files that one account may have made in the background.
    pub exports_bytes: u64,
    /// Whether anybody may read, without a log-in or a key.
    pub open: bool,
}

impl InsightsSettings {
    /// Reads everything; `env` keeps the mistakes.
    pub fn from_env(env: &mut Env) -> Self {
        let mut common = Common::from_env(env, "insights", DEFAULT_PORT);
        let map = MapSettings::from_env(env, &mut common.http);
        let notices = NoticeSettings::from_env(env, &common);
        let lake_url = env.optional(
            "LAKE_URL",
            "where the lake is: `s3://…`, `gs://…`, `az://…` or `file://…`; unset: in `DATA_DIR`",
        );
        let lake_url = lake_url.and_then(|url| {
            let url = Url::parse(&url).ok();
            if url.is_none() {
                env.mistake("LAKE_URL", "has to be an address such as s3://bucket/folder");
            }
            url
        });
        let access =
            env.optional("ACCESS", "`open`: anybody may read, without a log-in or a key; for a closed network");
        let open = access.as_deref() == Some("open");
        if access.is_some() && !open {
            env.mistake("ACCESS", "has to be `open`, or unset");
        }
        let limits = Limits::default();
        let query = QueryLimits {
            deadline: env.duration_s("SQL_DEADLINE", 10, "seconds after which a query of somebody's own is ended"),
            memory_mib: env.number("SQL_MEMORY_MIB", 256, 32..=65_536, "MiB that such a query may have"),
            rows: env.number("SQL_ROWS", 10_000, 1..=1_000_000, "rows of its answer"),
        };
        // So that a query that takes too long is told so, before its request is.
        common.http.handler_timeout = common.http.handler_timeout.max(query.deadline + ANSWER);
        Self {
            shop_url: env.url("BELGRANO_AHORRO_URL", local_url(SHOP_PORT), "where the shop is"),
            board_url: env.url("TICKETERA_URL", local_url(TICKETS_PORT), "where the ticket board is"),
            lake_commit: env.duration_s("LAKE_COMMIT", 300, "seconds between two commits to the lake"),
            lake_retention: Duration::from_hours(24)
                * env.number(
                    "LAKE_RETENTION",
                    7,
                    1..=3650,
                    "days that the lake keeps what readers of earlier versions may need",
                ),
            lake_options: object_store_options(),
            engine: Limits {
                memory_bytes: env.number("QUERY_MEMORY_MIB", 160, 64..=65_536, "MiB that queries may hold together")
                    << 20,
                threads: env.number("QUERY_THREADS", limits.threads, 1..=64, "threads of one query"),
                disk: limits.disk,
            },
            import_memory_bytes: env.number(
                "IMPORT_MEMORY_MIB",
                1024,
                64..=65_536,
                "MiB that an import may hold, of which a small one needs little",
            ) << 20,
            query,
            exports_bytes: env.number::<u64>(
                "EXPORTS_MIB",
                1024,
                0..=1 << 20,
                "MiB of files made in the background that one account may have, and four times as many all together",
            ) << 20,
            wire: crate::pg::WireSettings::from_env(env),
            alerts: crate::alerts::settings(env),
            stream: crate::stream::settings(env),
            webhook: webhook_secrets(env),
            mailer: Mailer::from_env(env, common.development()),
            keys: crate::access::Keys::from_env(env),
            lake_url,
            open,
            common,
            map,
            notices,
        }
    }
}

/// What webhooks are signed with, not what the services share: whoever receives one has to know it.
fn webhook_secrets(env: &mut Env) -> Option<SigningSecrets> {
    let meaning = "`whsec_…`, what webhooks of alerts are signed with; several, separated by commas, while one is rotated; unset: \
                   made once and kept in `DATA_DIR`, or with a `DATABASE_URL` no webhooks";
    let words: Vec<String> =
        env.secrets("WEBHOOK_SECRET", meaning).iter().map(Secret::expose).map(str::to_owned).collect();
    if words.is_empty() {
        return None;
    }
    let secrets = SigningSecrets::parse(&words.join(","));
    secrets.map_err(|_| env.mistake("WEBHOOK_SECRET", "has to be `whsec_` and 16 to 64 bytes in base64")).ok()
}

/// The variables that object stores have names for: `AWS_…`, `GOOGLE_…`, `AZURE_…`.
pub(crate) fn object_store_options() -> HashMap<String, String> {
    let known = |name: &str| ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|prefix| name.starts_with(prefix));
    let lower = |(name, value): (String, String)| (name.to_lowercase(), value);
    std::env::vars().filter(|(name, _)| known(name)).map(lower).collect()
}

#[cfg(test)]
mod tests {
    use belgrano_notices::NoticeSettings;
    use belgrano_runtime::config::{Common, Env, table};
    use belgrano_testing::assert_committed;
    use belgrano_web::map::MapSettings;

    use super::{DEFAULT_PORT, InsightsSettings};

    /// `BELGRANO_WRITE_DOCS=1 cargo nextest run -p insights operations` writes the table instead of comparing it.
    #[test]
    fn operations_document_lists_every_setting() {
        let nothing_set = || Env::from_map::<&str, &str>([]);
        let mut every_service = nothing_set();
        let mut common = Common::from_env(&mut every_service, "insights", DEFAULT_PORT);
        MapSettings::from_env(&mut every_service, &mut common.http);
        NoticeSettings::from_env(&mut every_service, &common);
        let every_service = every_service.finish().expect("nothing has to be set");
        let mut env = nothing_set();
        InsightsSettings::from_env(&mut env);
        let mut settings = env.finish().expect("nothing has to be set");
        settings.retain(|setting| !every_service.iter().any(|other| other.name == setting.name));
        let table = table(&settings);
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
        let mut document = std::fs::read_to_string(path).expect("docs/operations.md");
        let (start, end) = ("<!-- settings: insights -->\n", "<!-- end -->");
        let from = document.find(start).expect("a place for the table") + start.len();
        let to = from + document[from..].find(end).expect("the end of the table");
        document.replace_range(from..to, &table);
        assert_committed("docs/operations.md", &document);
    }
}
