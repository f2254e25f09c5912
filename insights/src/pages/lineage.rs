//! `/linaje`: the models as a picture, what each reads and says, its tests and its last run.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;

use super::Frame;
use super::numbers::count;
use crate::access::Reader;
use crate::app::App;
use crate::models::project::{Column, Layer, Model, Project};
use crate::models::runner::Run;

/// Sizes of the picture, in its own units.
const WIDTH: usize = 230;
const GAP: usize = 54;
const ROW: usize = 34;
const HEIGHT: usize = 26;
const HEAD: usize = 30;

/// How a table is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Its last run and all of its tests went well.
    Good,
    /// It could not be made, or a test found something.
    Bad,
    /// Nothing was run of it yet.
    Unrun,
}

/// How a table comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It takes what comes: there is nothing to run.
    Came,
    /// A model whose rows are kept.
    Stored,
    /// It is worked out when it is asked for.
    View,
}

impl Kind {
    fn of(model: Option<&Model>) -> Self {
        match model {
            None => Self::Came,
            Some(model) if model.is_view() => Self::View,
            Some(_) => Self::Stored,
        }
    }

    /// The class of the style sheet that draws it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Stored => "stored",
            Self::View => "view",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Came => "insights-kind-came",
            Self::Stored => "insights-kind-stored",
            Self::View => "insights-kind-view",
        }
    }
}

impl Health {
    fn of(run: Option<&Run>) -> Self {
        match run {
            None => Self::Unrun,
            Some(run) if run.is_good() => Self::Good,
            Some(_) => Self::Bad,
        }
    }

    /// Its class, and the end of the key of its word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unrun => "unrun",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Good => "insights-model-good",
            Self::Bad => "insights-model-bad",
            Self::Unrun => "insights-model-unrun",
        }
    }
}

/// A table in the picture, with its place.
#[derive(Debug)]
struct Node<'a> {
    name: &'a str,
    x: usize,
    y: usize,
    kind: Kind,
    health: Health,
}

/// A table with all that is known of it.
struct Described<'a> {
    name: &'a str,
    words: &'a str,
    columns: &'a [Column],
    reads: Vec<&'a str>,
    tests: Vec<(&'a str, Health)>,
    kind: Kind,
    health: Health,
    run: Option<&'a Run>,
}

#[derive(Template)]
#[template(path = "lineage.html")]
struct LineagePage<'a> {
    layout: &'a Layout,
    columns: Vec<(&'static str, usize)>,
    nodes: Vec<Node<'a>>,
    edges: Vec<String>,
    width: usize,
    height: usize,
    tables: Vec<Described<'a>>,
    /// Models that are red and whose last good table stays.
    kept: Vec<&'a str>,
    /// Models that are red and are shown as they are.
    bad: Vec<&'a str>,
    /// Whether it is told how many rows there are.
    whole: bool,
}

/// The picture, and below it every table in words.
pub(super) async fn show(State(app): State<App>, reader: Reader, frame: Frame) -> Result<Response, Problem> {
    let (layout, runs) = (frame.layout, app.runner.runs());
    let page = LineagePage::new(&layout, app.warehouse.project(), &runs, reader.business.is_none());
    layout.show(&page)
}

impl<'a> LineagePage<'a> {
    fn new(layout: &'a Layout, project: &'a Project, runs: &'a BTreeMap<String, Run>, whole: bool) -> Self {
        let columns = columns(project);
        let (mut nodes, mut tables) = (Vec::new(), Vec::new());
        for (index, (_, names)) in columns.iter().enumerate() {
            for (row, name) in names.iter().enumerate() {
                let table = described(project, runs, name);
                nodes.push(Node {
                    name,
                    x: index * (WIDTH + GAP),
                    y: HEAD + row * ROW,
                    kind: table.kind,
                    health: table.health,
                });
                tables.push(table);
            }
        }
        let most = columns.iter().map(|(_, names)| names.len()).max().unwrap_or(0);
        let edges = tables.iter().flat_map(|table| edges(&nodes, table)).collect();
        let red = |made: bool| {
            let red = tables.iter().filter(|table| table.health == Health::Bad);
            red.filter(|table| table.run.is_some_and(|run| run.made) == made).map(|table| table.name).collect()
        };
        Self {
            layout,
            columns: columns.iter().enumerate().map(|(index, (key, _))| (*key, index * (WIDTH + GAP))).collect(),
            edges,
            width: columns.len() * (WIDTH + GAP) - GAP,
            height: HEAD + most * ROW,
            kept: red(true),
            bad: red(false),
            nodes,
            tables,
            whole,
        }
    }

    fn kind(&self, kind: impl Borrow<Kind>) -> String {
        self.layout.t(kind.borrow().text()).to_string()
    }

    /// How many tests a table has.
    fn tests(&self, table: &Described<'_>) -> String {
        let tests = i64::try_from(table.tests.len()).unwrap_or(i64::MAX);
        self.layout.t("insights-tests-count").with("count", tests).to_string()
    }

    /// All that the picture says of a table, in words.
    fn said(&self, node: &Node<'_>) -> String {
        let kind = self.kind(node.kind);
        if node.kind == Kind::Came { kind } else { format!("{kind}, {}", self.word(node.health)) }
    }

    fn word(&self, health: impl Borrow<Health>) -> String {
        self.layout.t(health.borrow().text()).to_string()
    }

    fn rows(&self, rows: impl Borrow<usize>) -> String {
        count(self.layout.language, i64::try_from(*rows.borrow()).unwrap_or(i64::MAX))
    }
}

/// Bronze, silver, gold and the names of the first system, each with its tables in order.
fn columns(project: &Project) -> [(&'static str, Vec<&str>); 4] {
    let mut came: Vec<&str> =
        project.models().iter().flat_map(|model| model.sources.iter()).map(String::as_str).collect();
    came.sort_unstable();
    came.dedup();
    let of = |wanted: fn(Layer, &str) -> bool| {
        let models = project.models().iter().filter(move |model| wanted(model.layer, &model.folder));
        models.map(|model| model.name.as_str()).collect::<Vec<_>>()
    };
    [
        ("insights-layer-bronze", came),
        ("insights-layer-silver", of(|layer, _| layer == Layer::Silver)),
        ("insights-layer-gold", of(|layer, folder| layer == Layer::Gold && folder == "gold")),
        ("insights-layer-views", of(|layer, folder| layer == Layer::Gold && folder != "gold")),
    ]
}

fn described<'a>(project: &'a Project, runs: &'a BTreeMap<String, Run>, name: &'a str) -> Described<'a> {
    let (words, columns) = project.described(name).unwrap_or_default();
    let run = runs.get(name);
    let test = |test: &'a crate::models::project::Test| {
        let found = run.is_some_and(|run| run.failed.iter().any(|(failed, _)| *failed == test.name));
        let health = match run {
            None => Health::Unrun,
            Some(_) if found => Health::Bad,
            // What could not be made was not tested.
            Some(run) if run.broke.is_some() => Health::Unrun,
            Some(_) => Health::Good,
        };
        (test.name.as_str(), health)
    };
    let reads = project.model(name).map(|model| model.sources.iter().chain(&model.refs).map(String::as_str).collect());
    Described {
        name,
        words,
        columns,
        reads: reads.unwrap_or_default(),
        kind: Kind::of(project.model(name)),
        tests: project.tests().iter().filter(|test| test.model == name).map(test).collect(),
        health: Health::of(run),
        run,
    }
}

/// A line from each table that one reads, as the path of an SVG.
fn edges(nodes: &[Node<'_>], table: &Described<'_>) -> Vec<String> {
    let place = |name: &str| nodes.iter().find(|node| node.name == name);
    let Some(to) = place(table.name) else { return Vec::new() };
    let line = |from: &Node<'_>| {
        let (x, y, to_y) = (from.x + WIDTH, from.y + HEIGHT / 2, to.y + HEIGHT / 2);
        if from.x == to.x {
            // Within a column: around its right side.
            let bow = x + GAP / 3;
            return format!("M{x} {y}C{bow} {y} {bow} {to_y} {x} {to_y}");
        }
        let middle = usize::midpoint(x, to.x);
        format!("M{x} {y}C{middle} {y} {middle} {to_y} {} {to_y}", to.x)
    };
    table.reads.iter().filter_map(|name| place(name)).map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use askama::Template;
    use belgrano_web::pages::Layout;
    use belgrano_wire::texts::Language;
    use belgrano_wire::timestamp::UnixMillis;

    use super::LineagePage;
    use crate::models::project::Project;
    use crate::models::runner::Run;

    fn drawn(project: &Project, runs: &BTreeMap<String, Run>) -> String {
        crate::texts::make_known();
        let layout = Layout::bare(Language::Spanish);
        LineagePage::new(&layout, project, runs, true).render().expect("a page")
    }

    #[test]
    fn every_model_is_in_the_picture_once_and_joined_to_what_it_reads() {
        let project = Project::load().expect("models");
        let page = drawn(&project, &BTreeMap::new());
        for model in project.models() {
            assert_eq!(page.matches(&format!("<a href=\"#{}\" aria-label", model.name)).count(), 1, "{}", model.name);
            assert_eq!(page.matches(&format!("id=\"{}\"", model.name)).count(), 1, "{}", model.name);
        }
        let reads: usize = project.models().iter().map(|model| model.refs.len() + model.sources.len()).sum();
        assert_eq!(page.matches("class=\"edge\"").count(), reads);
        assert!(!page.contains("node stored bad") && page.contains("node stored unrun"));
    }

    #[test]
    fn a_model_whose_test_found_something_is_red() {
        let project = Project::load().expect("models");
        let test = project.tests().iter().find(|test| test.model == "gold_daily_sales").expect("a test");
        let run = |failed: &[&str]| Run {
            at: UnixMillis(0),
            made: true,
            ms: 12,
            rows: Some(3),
            failed: failed.iter().map(|name| ((*name).to_owned(), 2)).collect(),
            broke: None,
        };
        let runs = BTreeMap::from([
            ("gold_daily_sales".to_owned(), run(&[&test.name])),
            ("gold_sales_metrics".to_owned(), run(&[])),
        ]);
        let page = drawn(&project, &runs);
        assert_eq!(
            (page.matches("node stored bad").count(), page.matches("node stored good").count()),
            (1, 1),
            "{page}"
        );
        assert!(page.contains("role=\"alert\"") && page.contains(&test.name), "{page}");
        assert!(page.contains("gold_daily_sales: quedó la última versión"), "{page}");
    }

    #[test]
    fn what_is_not_made_says_what_it_is_and_what_its_tests_found() {
        let project = Project::load().expect("models");
        let of = |name: &str| project.tests().iter().find(|test| test.model == name).expect("a test").name.clone();
        let run = |failed: Vec<(String, usize)>| Run {
            at: UnixMillis(0),
            made: false,
            ms: 12,
            rows: None,
            failed,
            broke: None,
        };
        let runs = BTreeMap::from([
            ("silver_orders".to_owned(), run(vec![(of("silver_orders"), 2)])),
            ("gold_sales".to_owned(), run(Vec::new())),
        ]);
        let page = drawn(&project, &runs);
        assert!(page.contains("aria-label=\"gold_sales: Vista, Bien\""), "{page}");
        assert!(page.contains("aria-label=\"bronze_orders: Llega\""), "{page}");
        assert!(page.contains("silver_orders: se muestra como está"), "{page}");
        assert!(!page.contains("quedó la última versión") && !page.contains("Última corrida"), "{page}");
    }
}
