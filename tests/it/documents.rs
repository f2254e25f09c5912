//! Documents that name tests: what holds of OWASP ASVS and by which test, and what the README guarantees.
//!
//! `docs/asvs.csv` has a line for each point, and docs/security.md shows it. Nothing is started. What must never happen here: a
//! name of a test that is not there, or a point that nobody answered for.

mod named;
mod points;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use belgrano_testing::assert_committed;

use named::Named;
use points::CHAPTERS;

/// Between tests in one cell of the file.
const BETWEEN_TESTS: &str = " | ";
/// Last columns of tables that say what proves the rest of their line.
const PROOFS: [&str; 3] = ["proof", "the test", "tests"];

/// A line of the file.
struct Line {
    point: String,
    level: String,
    asks: String,
    verdict: Verdict,
    why: String,
    tests: Vec<String>,
}

/// What is said of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It holds, and a test says so.
    Pass,
    /// What it is about is not there.
    NotApplicable,
    /// It does not hold, or only in part.
    Open,
}

impl Verdict {
    fn parse(text: &str) -> Option<Self> {
        [Self::Pass, Self::NotApplicable, Self::Open].into_iter().find(|verdict| verdict.as_str() == text)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::NotApplicable => "not applicable",
            Self::Open => "open",
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn lines() -> Vec<Line> {
    let mut reader = csv::Reader::from_path(root().join("docs/asvs.csv")).expect("docs/asvs.csv");
    let head: Vec<&str> = reader.headers().expect("a head").iter().collect();
    assert_eq!(head, ["point", "level", "asks", "verdict", "why", "tests"]);
    let lines = reader.records().map(|record| {
        let record = record.expect("six cells");
        let cell = |at: usize| record[at].to_owned();
        let verdict =
            Verdict::parse(&record[3]).unwrap_or_else(|| panic!("{}: no verdict `{}`", &record[0], &record[3]));
        let tests = record[5].split(BETWEEN_TESTS).filter(|test| !test.is_empty()).map(str::to_owned).collect();
        Line { point: cell(0), level: cell(1), asks: cell(2), verdict, why: cell(4), tests }
    });
    lines.collect()
}

/// What the document shows: a table for each chapter.
fn shown(lines: &[Line]) -> String {
    let count = |verdict| lines.iter().filter(|line| line.verdict == verdict).count();
    let [pass, not, open] = [Verdict::Pass, Verdict::NotApplicable, Verdict::Open].map(count);
    let mut text = format!("Of {} points {pass} pass, {not} do not apply and {open} are open.\n", lines.len());
    for (chapter, sections) in CHAPTERS {
        let first = sections[0].0.split('.').next().unwrap_or_default();
        let head = "| point | level | what it asks | verdict | how, or why not | tests |\n|---|---|---|---|---|---|";
        write!(text, "\n### V{first} {chapter}\n\n{head}\n").expect("a text takes everything");
        for line in lines.iter().filter(|line| line.point.split('.').next() == Some(first)) {
            let Line { point, level, asks, verdict, why, tests } = line;
            let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
            let (verdict, tests) = (verdict.as_str(), tests.join(", "));
            writeln!(text, "| {point} | {level} | {asks} | {verdict} | {why} | {tests} |").expect("a text");
        }
    }
    text
}

/// `BELGRANO_WRITE_DOCS=1 cargo nextest run -p belgrano security_document` writes the tables instead of comparing them.
#[test]
fn security_document_answers_for_every_point_of_asvs() {
    let lines = lines();
    let answered: Vec<(String, String)> = lines.iter().map(|line| (line.point.clone(), line.level.clone())).collect();
    assert_eq!(answered, points::all(), "each point once, in order, with its level");
    for Line { point, asks, verdict, why, tests, .. } in &lines {
        assert!(!asks.is_empty() && !why.is_empty(), "{point}: says nothing");
        assert!(!asks.contains('|') && !why.contains('|'), "{point}: would be two cells");
        assert!(*verdict != Verdict::Pass || !tests.is_empty(), "{point}: no test says that it passes");
    }
    let mut document = fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md");
    let (start, end) = ("<!-- asvs -->\n", "<!-- end -->");
    let from = document.find(start).expect("a place for the tables") + start.len();
    let to = from + document[from..].find(end).expect("the end of the tables");
    document.replace_range(from..to, &shown(&lines));
    assert_committed("docs/security.md", &document);
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let named = Named::below(root());
    for Line { point, tests, .. } in &lines() {
        for test in tests {
            assert!(named.is_test(test), "docs/asvs.csv, {point}: there is no test `{test}`");
        }
    }
    let docs = fs::read_dir(root().join("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    let documents = docs.filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let mut seen = BTreeSet::new();
    for path in documents.chain([root().join("README.md")]) {
        let text = fs::read_to_string(&path).expect("text");
        for proof in proofs(&text) {
            assert!(named.is_somewhere(root(), proof), "{}: nothing is called `{proof}`", path.display());
            seen.insert(path.clone());
        }
    }
    assert!(seen.iter().any(|path| path.ends_with("README.md")) && seen.len() > 1, "{seen:?}");
}

/// What stands in backticks in the last cell of each line of the tables that say what proves them.
fn proofs(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut proves = false;
    for line in text.lines() {
        let last =
            line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).and_then(|line| line.rsplit('|').next());
        let Some(last) = last else {
            proves = false;
            continue;
        };
        if PROOFS.contains(&last.trim()) {
            proves = true;
        } else if proves {
            found.extend(last.split('`').skip(1).step_by(2));
        }
    }
    found
}
