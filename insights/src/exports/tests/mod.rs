//! Files against the API: the same filters, the same figures; nobody's rows but one's own; no cell that is a formula.

mod paper;
mod same;
mod seen;

use std::path::Path;
use std::process::Command;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::Value;

use crate::imports::{Form, import};
use crate::tests::house::{Caller, House};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// 26 lines of a shop, some of which cancel others.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oracle/fixtures/sales.csv");
/// As what they are imported.
const SOURCE: &str = "tienda";

/// Makes sure that a tool of the tests is there.
fn need(tool: &str) {
    let done = Command::new(format!("{ROOT}/scripts/need")).arg(tool).status().expect("scripts/need");
    assert!(done.success(), "{tool}");
}

/// Takes the file of sales as a source.
async fn bring(house: &House) {
    let app = &house.app;
    let form = Form::OnlineRetail;
    import(&app.warehouse, &app.runner, &app.ambient, form, SOURCE, Path::new(FILE)).await.expect("an import");
}

async fn asked(house: &House, who: &Caller, path: &str, language: &str) -> Response {
    let request = Request::get(path.replace(' ', "%20")).header("accept-language", language);
    let request = match who {
        Caller::Nobody => request,
        Caller::Cookie(cookie) => request.header("cookie", cookie),
        Caller::Key(key) => request.header("x-api-key", *key),
    };
    house.answer(request.body(Body::empty()).expect("a request")).await
}

/// The bytes of a file.
async fn file(house: &House, who: &Caller, path: &str, language: &str) -> Vec<u8> {
    let answer = asked(house, who, path, language).await;
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    let named = answer.headers().get("content-disposition").and_then(|name| name.to_str().ok());
    assert!(named.is_some_and(|name| name.starts_with("attachment; filename=")), "{path}: {named:?}");
    answer.into_body().collect().await.expect("a body").to_bytes().to_vec()
}

/// What openpyxl reads in the workbook of a query.
async fn workbook(house: &House, who: &Caller, query: &str, language: &str) -> Value {
    need("openpyxl");
    let book = file(house, who, &format!("/api/export/excel{query}"), language).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("book.xlsx");
    std::fs::write(&path, book).expect("a file");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/workbook.py");
    let python = format!("{ROOT}/target/openpyxl/bin/python");
    let read = Command::new(python).args(["-B", script]).arg(&path).output().expect("openpyxl");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).expect("what it reads")
}

/// The rows of the file of lines, with its headings first.
async fn lines(house: &House, who: &Caller, query: &str, language: &str) -> Vec<Vec<String>> {
    let text = file(house, who, &format!("/api/export/csv{query}"), language).await;
    let text = text.strip_prefix("\u{feff}".as_bytes()).expect("the mark of UTF-8");
    let separator = if language == "es" { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(text);
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}
