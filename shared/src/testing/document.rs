//! Documents that are made from the code and committed, so that a change of the API shows in review; and what a document says
//! that a test can hold the code to.

use serde_json::json;
use utoipa::openapi::{OpenApi, SecurityRequirement};

/// One operation of an API.
#[derive(Debug)]
pub struct Operation {
    /// `GET` …
    pub method: &'static str,
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
            let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
            all.push(Operation { method, path: path.collect::<Vec<_>>().join("/"), asks_who });
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
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
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
