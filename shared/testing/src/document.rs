//! Documents that are made from the code and committed, so that a change of the API shows in review; and what a document says
//! that a test can hold the code to.

use serde_json::json;
use utoipa::openapi::{OpenApi, SecurityRequirement};

/// One operation of an API.
#[derive(Debug)]
pub struct Operation {
    /// `GET` …
    pub method: &'static str,
    /// As the document has it.
    pub template: String,
    /// With something in the place of each parameter.
    pub path: String,
    /// Whether somebody has to be logged in, or the services' secret shown.
    pub asks_who: bool,
}

/// Every operation of `api`.
#[must_use]
pub fn operations(api: &OpenApi) -> Vec<Operation> {
    let anybody = SecurityRequirement::default();
    let mut all = Vec::new();
    for (path, item) in &api.paths.paths {
        let methods = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("DELETE", &item.delete),
            ("PATCH", &item.patch),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation else { continue };
            let security = operation.security.as_deref().unwrap_or_default();
            let asks_who = operation.security.is_some() && !security.contains(&anybody);
            let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
            all.push(Operation { method, template: path.clone(), path: parts.join("/"), asks_who });
        }
    }
    all
}

/// Every answer of 400 and above is `application/problem+json` of the schema `ProblemDocument`, which the document has.
pub fn assert_refusals_are_problems(api: &OpenApi) {
    let document = serde_json::to_value(api).expect("a document");
    assert!(document["components"]["schemas"]["ProblemDocument"].is_object(), "no schema of a problem");
    let expected =
        json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" } } });
    let mut refusals = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                if !status.starts_with(['1', '2', '3']) {
                    assert_eq!(answer["content"], expected, "{method} {path}: {status}");
                    refusals += 1;
                }
            }
        }
    }
    assert!(refusals > 50, "{refusals}");
}

/// Compares `text` with the committed file at `path` (below the workspace). With `BELGRANO_WRITE_DOCS` set it writes the
/// file instead.
pub fn assert_committed(path: &str, text: &str) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("BELGRANO_WRITE_DOCS").is_some() {
        std::fs::write(&file, text).expect("the document can be written");
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is behind the code: run this test once with BELGRANO_WRITE_DOCS=1 and commit it"
    );
}

/// Who may ask for what: a table with a row for each operation and a column for each kind of caller.
#[derive(Debug)]
pub struct Permissions(Vec<String>);

impl Permissions {
    /// A table of a service's operations, as `callers` may ask for them.
    #[must_use]
    pub fn of(service: &str, callers: &[&str]) -> Self {
        let head = callers.join(" | ");
        let rule = "---|".repeat(callers.len());
        Self(vec![format!(
            "# Who may ask {service} for what\n\n\
             Made by a test that asks each address of the API document as each kind of caller, and committed, so that a change shows in \
             review. `yes`: whoever asks is let in, and gets or changes what is theirs to see. `no`: refused for who they are (403). \
             `-`: asked who they are first (401).\n\n\
             | address | {head} |\n|---|{rule}"
        )])
    }

    /// What each of the callers was answered.
    pub fn row(&mut self, operation: &Operation, answered: &[u16]) {
        let cells = answered.iter().map(|status| match status {
            401 => "-",
            403 => "no",
            _ => "yes",
        });
        let cells = cells.collect::<Vec<_>>().join(" | ");
        self.0.push(format!("| `{} {}` | {cells} |", operation.method, operation.template));
    }

    /// The table is the committed one at `path`.
    pub fn assert_committed(&self, path: &str) {
        assert_committed(path, &(self.0.join("\n") + "\n"));
    }
}
