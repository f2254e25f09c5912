//! What tests there are, by their names: of Rust, of the browser's modules and pages, and the checks of a change.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders in which nothing is ours, or nothing is written by hand.
const PASSED_BY: [&str; 5] = ["target", "node_modules", ".git", "vendor", "data"];

/// Names of tests, and of the files and folders they are in.
#[derive(Default)]
pub(super) struct Named {
    tests: HashSet<String>,
    places: HashSet<String>,
}

impl Named {
    /// The tests and the places in the files below `root`, and the checks of `.ci/run` and of the forge.
    pub(super) fn below(root: &Path) -> Self {
        let mut named = Self::default();
        for path in files(root) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let below = path.strip_prefix(root).expect("below");
            let read = || fs::read_to_string(&path).expect("text");
            if path.extension().is_some_and(|end| end == "rs") {
                named.add(below, tests_of_rust(&read()));
            } else if name.ends_with(".test.mjs") || name.ends_with(".test.js") {
                named.add(below, tests_of_scripts(&read()));
            }
        }
        let checks = fs::read_to_string(root.join(".ci/run")).expect(".ci/run");
        named.tests.extend(checks_of(&checks).into_iter().map(|check| format!(".ci/run: {check}")));
        let jobs = fs::read_to_string(root.join(".github/workflows/ci.yml")).expect("the forge's workflow");
        let jobs = jobs.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
        named.tests.extend(jobs.filter(|job| !job.starts_with(' ')).map(|job| format!("ci.yml: {job}")));
        named
    }

    fn add(&mut self, below: &Path, tests: Vec<String>) {
        if tests.is_empty() {
            return;
        }
        self.tests.extend(tests);
        for part in below {
            let part = part.to_string_lossy();
            self.places.insert(part.split('.').next().unwrap_or_default().to_owned());
        }
    }

    /// Whether a test is called so.
    pub(super) fn is_test(&self, name: &str) -> bool {
        self.tests.contains(name)
    }

    /// Whether a test is called so, a file or folder of tests, a path below `root`, or a command of the load harness.
    pub(super) fn is_somewhere(&self, root: &Path, name: &str) -> bool {
        let command = name.strip_prefix("belgrano-bench ").map(|command| root.join("bench/src").join(command));
        self.is_test(name)
            || self.places.contains(name)
            || (name.contains('/') && root.join(name).exists())
            || command.is_some_and(|path| path.exists() || path.with_extension("rs").exists())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let passed_by = path.file_name().is_some_and(|name| PASSED_BY.iter().any(|folder| name == *folder));
        if path.is_dir() && !path.is_symlink() && !passed_by {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

/// Functions that an attribute makes a test, and those that `on_both_engines!` makes two of.
fn tests_of_rust(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // How far in the macro stands that is open, and whether an attribute said that a test comes.
    let (mut doubled, mut is_test) = (None, false);
    for line in text.lines() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        if code.starts_with("//") {
            continue;
        }
        if code.ends_with("on_both_engines! {") {
            doubled = Some(indent);
        } else if code == "}" && doubled == Some(indent) {
            doubled = None;
        } else if let Some(name) = function(code) {
            if is_test || doubled.is_some_and(|outer| indent == outer + 4) {
                found.push(name.to_owned());
            }
            is_test = false;
        } else if code.starts_with("#[test]") || code.starts_with("#[tokio::test") {
            is_test = true;
        } else if code.is_empty() || code.ends_with('{') {
            is_test = false;
        }
    }
    found
}

/// What `code` begins to define, if that is a function.
fn function(code: &str) -> Option<&str> {
    let code = code.strip_prefix("async ").unwrap_or(code).strip_prefix("fn ")?;
    code.split(['(', '<']).next()
}

/// First arguments of `test(…)`, as they are written.
fn tests_of_scripts(text: &str) -> Vec<String> {
    let named = text.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("test(")?;
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '`' | '\''))?;
        Some(rest[1..].split(quote).next()?.to_owned())
    });
    named.collect()
}

/// Names of the steps that a change has to pass.
fn checks_of(text: &str) -> Vec<&str> {
    let named = text.lines().filter_map(|line| {
        let rest = line.strip_prefix("check ")?;
        rest.strip_prefix('"').map_or_else(|| rest.split(' ').next(), |rest| rest.split('"').next())
    });
    named.collect()
}

#[test]
fn a_test_is_told_from_what_looks_like_one() {
    let rust = "#[test]\nfn one() {\n}\nfn none() {\n}\non_both_engines! {\n    async fn two(database) {\n        let x = 1;\n    }\n\
                }\n    #[tokio::test(start_paused = true)]\n    #[expect(x, reason = \"y\")]\n    async fn three() {\n";
    assert_eq!(tests_of_rust(rust), ["one", "two", "three"]);
    assert_eq!(
        tests_of_scripts("test(\"it goes\", P, async () => {\n  test(`${x} too`, () => {\n// test(no)"),
        ["it goes", "${x} too"]
    );
    assert_eq!(
        checks_of("check() {\ncheck format cargo fmt\ncheck \"unused dependencies\" cargo machete\n"),
        ["format", "unused dependencies"]
    );
}
