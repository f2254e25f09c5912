//! The models as they lie in the tree: a plain dbt project, compiled into the program.
//!
//! In: `models/`, `macros/`, `data_tests/` and `dbt_project.yml`. Out: the models in an order in which each stands after what it
//! reads, with their descriptions and tests. What must never happen here: a model that dbt would read otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde_json::Value;

use super::render::{Asked, Naming, Renderer};

static MODELS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models");
static MACROS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/macros");
static TESTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data_tests");
const PROJECT: &str = include_str!("../../dbt_project.yml");

/// Why the models cannot be used. They are part of the program, so a test finds it first.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A file is not what its name says.
    #[error("{file}: {why}")]
    File {
        /// Which.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Models that read each other in a circle, or one that reads what there is not.
    #[error("these models read each other in a circle, or something that there is not: {0:?}")]
    Order(Vec<String>),
}

/// Where a model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// What came.
    Bronze,
    /// Cleaned: one row for each key, worked out from the rows of that key alone.
    Silver,
    /// What people look at.
    Gold,
}

/// A column as its model's description has it.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it says.
    pub description: String,
}

/// A question that has to find nothing.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name, as dbt makes it.
    pub name: String,
    /// The model it is about.
    pub model: String,
    /// Which of dbt's own kinds; `None`: it is written out.
    pub kind: Option<String>,
    /// The column that such a one is about.
    pub column: Option<String>,
    /// A template of SQL whose rows are what is wrong.
    pub sql: String,
}

/// One model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name, in SQL too.
    pub name: String,
    /// The folder it lies in.
    pub folder: String,
    /// Its file below `models/`.
    pub file: String,
    /// Where it stands.
    pub layer: Layer,
    /// Its template.
    pub template: String,
    /// What it says.
    pub description: String,
    /// Its columns, as far as they are described.
    pub columns: Vec<Column>,
    /// Models it reads.
    pub refs: Vec<String>,
    /// Sources it reads.
    pub sources: Vec<String>,
    /// `meta` of its `config`.
    pub meta: Value,
    /// How it is kept: `table`, or `view`.
    pub materialized: String,
}

impl Model {
    /// The columns that name a row.
    #[must_use]
    pub fn key(&self) -> Vec<&str> {
        let key = self.meta.get("key").and_then(Value::as_array);
        key.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Whether it changes when something is imported, and then only.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.meta.get("rebuild").and_then(Value::as_str) == Some("import")
    }

    /// Whether it is worked out when it is asked for.
    #[must_use]
    pub fn is_view(&self) -> bool {
        self.materialized == "view"
    }

    /// The table of the lake whose rows say which keys have come anew.
    #[must_use]
    pub fn keys_from(&self) -> Option<&str> {
        self.meta.get("keys_from").and_then(Value::as_str)
    }

    /// The column of the day that a row belongs to for good, if the table is divided by it.
    #[must_use]
    pub fn day(&self) -> Option<&str> {
        self.meta.get("day").and_then(Value::as_str)
    }
}

/// All of them.
#[derive(Debug)]
pub struct Project {
    models: Vec<Model>,
    tests: Vec<Test>,
    renderer: Renderer,
    sources: BTreeMap<String, (String, Vec<Column>)>,
}

impl Project {
    /// Reads what is compiled in.
    pub fn load() -> Result<Self, ProjectError> {
        let settings = yaml(PROJECT, "dbt_project.yml")?;
        let vars = settings.get("vars").cloned().unwrap_or(Value::Null);
        let renderer = Renderer::new(texts(&MACROS).map(|(_, text)| text), vars);
        let described = Described::read()?;
        let mut models = Vec::new();
        for (file, template) in texts(&MODELS).filter(|(file, _)| is_of(file, "sql")) {
            models.push(model(&file, template, &renderer, &described)?);
        }
        let mut tests = described.tests;
        for (file, sql) in texts(&TESTS).filter(|(file, _)| is_of(file, "sql")) {
            let name = stem(&file).to_owned();
            let asked = renderer.render(sql, &Naming::Live).map_err(|error| wrong(&file, error))?.1;
            let model = asked.refs.into_iter().next().unwrap_or_default();
            tests.push(Test { name, model, kind: None, column: None, sql: sql.to_owned() });
        }
        Ok(Self { models: ordered(models)?, tests, renderer, sources: described.sources })
    }

    /// Every model, each after those it reads.
    #[must_use]
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// One by name.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// What a table or a model holds, in words, and its columns.
    #[must_use]
    pub fn described(&self, name: &str) -> Option<(&str, &[Column])> {
        let model = self.model(name).map(|model| (model.description.as_str(), model.columns.as_slice()));
        model.or_else(|| self.sources.get(name).map(|(words, columns)| (words.as_str(), columns.as_slice())))
    }

    /// The tables that take what comes, with what each holds, in words, and its columns.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str, &[Column])> {
        self.sources.iter().map(|(name, (words, columns))| (name.as_str(), words.as_str(), columns.as_slice()))
    }

    /// The questions that have to find nothing.
    #[must_use]
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// What turns a template into SQL.
    #[must_use]
    pub fn renderer(&self) -> &Renderer {
        &self.renderer
    }

    /// The tables of the lake that a model is made of, directly or through other models.
    #[must_use]
    pub fn sources_of(&self, name: &str) -> BTreeSet<&str> {
        let Some(model) = self.model(name) else { return BTreeSet::new() };
        let own = model.sources.iter().map(String::as_str);
        own.chain(model.refs.iter().flat_map(|name| self.sources_of(name))).collect()
    }
}

fn wrong(file: &str, why: impl std::fmt::Display) -> ProjectError {
    ProjectError::File { file: file.to_owned(), why: why.to_string() }
}

fn yaml(text: &str, file: &str) -> Result<Value, ProjectError> {
    serde_saphyr::from_str(text).map_err(|error| wrong(file, error))
}

/// Every text file below `folder`, with its path, in order of paths.
fn texts<'a>(folder: &'a Dir<'a>) -> impl Iterator<Item = (String, &'a str)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                found.insert(path.to_owned(), text);
            }
        }
    }
    found.into_iter()
}

fn is_of(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == extension)
}

fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".sql").unwrap_or(name)
}

fn model(file: &str, template: &str, renderer: &Renderer, described: &Described) -> Result<Model, ProjectError> {
    let name = stem(file).to_owned();
    let Asked { refs, sources, config, .. } =
        renderer.render(template, &Naming::Live).map_err(|error| wrong(file, error))?.1;
    let folder = file.split('/').next().unwrap_or_default().to_owned();
    let layer = match folder.as_str() {
        "bronze" => Layer::Bronze,
        "silver" => Layer::Silver,
        _ => Layer::Gold,
    };
    let config = Value::Object(config);
    let text = |key: &str| config.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let (description, columns) = described.models.get(&name).cloned().unwrap_or_default();
    Ok(Model {
        materialized: text("materialized").unwrap_or_else(|| "table".to_owned()),
        meta: config.get("meta").cloned().unwrap_or(Value::Null),
        name,
        folder,
        file: file.to_owned(),
        layer,
        template: template.to_owned(),
        description,
        columns,
        refs,
        sources,
    })
}

/// Each after those it reads; models that do not depend on each other keep the order of their files.
fn ordered(mut waiting: Vec<Model>) -> Result<Vec<Model>, ProjectError> {
    let mut done: Vec<Model> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = |model: &Model| model.refs.iter().all(|name| done.iter().any(|model| model.name == *name));
        let Some(next) = waiting.iter().position(ready) else {
            return Err(ProjectError::Order(waiting.into_iter().map(|model| model.name).collect()));
        };
        done.push(waiting.remove(next));
    }
    Ok(done)
}

/// What the `schema.yml` files say.
#[derive(Default)]
struct Described {
    models: BTreeMap<String, (String, Vec<Column>)>,
    sources: BTreeMap<String, (String, Vec<Column>)>,
    tests: Vec<Test>,
}

impl Described {
    fn read() -> Result<Self, ProjectError> {
        let mut all = Self::default();
        for (file, text) in texts(&MODELS).filter(|(file, _)| is_of(file, "yml")) {
            let document = yaml(text, &file)?;
            for model in list(&document, "models") {
                all.take(model);
            }
            for table in list(&document, "sources").flat_map(|source| list(source, "tables")) {
                let columns = list(table, "columns");
                let column =
                    |column| Column { name: string(column, "name"), description: string(column, "description") };
                let columns = columns.map(column).collect();
                all.sources.insert(string(table, "name"), (string(table, "description"), columns));
            }
        }
        Ok(all)
    }

    fn take(&mut self, model: &Value) {
        let name = string(model, "name");
        let mut columns = Vec::new();
        for column in list(model, "columns") {
            let column_name = string(column, "name");
            for test in tests(column) {
                self.tests.extend(generic(&name, Some(&column_name), test));
            }
            columns.push(Column { name: column_name, description: string(column, "description") });
        }
        for test in tests(model) {
            self.tests.extend(generic(&name, None, test));
        }
        self.models.insert(name, (string(model, "description"), columns));
    }
}

fn list<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn string(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

fn tests(value: &Value) -> impl Iterator<Item = &Value> {
    list(value, "data_tests").chain(list(value, "tests"))
}

/// One of dbt's four generic tests, as a question whose rows are what is wrong.
fn generic(model: &str, column: Option<&str>, test: &Value) -> Option<Test> {
    let (kind, options) = match test {
        Value::String(kind) => (kind.as_str(), &Value::Null),
        Value::Object(members) => members.iter().next().map(|(kind, options)| (kind.as_str(), options))?,
        _ => return None,
    };
    let options = options.get("arguments").unwrap_or(options);
    let own = string(options, "column_name");
    let column = column.map_or(own, ToOwned::to_owned);
    let from = format!("{{{{ ref('{model}') }}}}");
    let sql = match kind {
        "not_null" => format!("select * from {from} where {column} is null"),
        "unique" => format!(
            "select {column} as repeated, count(*) as n from {from} where {column} is not null group by {column} having count(*) > 1"
        ),
        "accepted_values" => {
            let values: Vec<String> = list(options, "values").map(literal).collect();
            format!(
                "select {column} as found from {from} where {column} is not null and {column} not in ({})",
                values.join(", ")
            )
        }
        "relationships" => {
            let (to, field) = (string(options, "to"), string(options, "field"));
            format!(
                "select c.{column} as orphan from {from} c left join (select {field} as known from {{{{ {to} }}}}) p on c.{column} = p.known \
                 where c.{column} is not null and p.known is null"
            )
        }
        _ => return None,
    };
    let safe: String = column.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let name = format!("{kind}_{model}_{safe}");
    Some(Test { name, model: model.to_owned(), kind: Some(kind.to_owned()), column: Some(column), sql })
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    }
}
