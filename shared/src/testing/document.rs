//! Documents that are made from the code and committed, so that a change of the API shows in review.

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
