//! The models as dbt describes them: `manifest.json` and `catalog.json`, for its own pages and for tools that read those.
//!
//! In: the project, and the tables with their types. Out: documents in the shape of dbt's schemas (manifest v12, catalog v1), whose
//! nodes bear the names that dbt gives them. Its macros are not listed: the compiled SQL stands beside each model.

use std::collections::BTreeMap;

use belgrano_wire::timestamp::UnixMillis;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::project::{Column, Layer, Model, Project, Test};
use super::render::Naming;
use crate::engine::Described;

/// The project's name, which stands in that of each node.
const PROJECT: &str = "belgrano";
/// The group of the tables that take what comes.
const SOURCES: &str = "bronze";
/// The version of dbt whose documents these are like.
const LIKE: &str = "1.11.16";
/// Where the tables are for who asks by SQL.
const DATABASE: &str = "belgrano";
const SCHEMA: &str = "public";

impl Layer {
    /// Its name, outside too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bronze => "bronze",
            Self::Silver => "silver",
            Self::Gold => "gold",
        }
    }
}

fn of_model(name: &str) -> String {
    format!("model.{PROJECT}.{name}")
}

fn of_source(name: &str) -> String {
    format!("source.{PROJECT}.{SOURCES}.{name}")
}

/// A test of dbt's own kinds has a part of its fingerprint behind its name there.
fn of_test(test: &Test) -> String {
    let mark: String = fingerprint(&test.sql).chars().take(10).collect();
    match test.kind {
        Some(_) => format!("test.{PROJECT}.{}.{mark}", test.name),
        None => format!("test.{PROJECT}.{}", test.name),
    }
}

fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// `manifest.json`: what each model and test is made of.
pub fn manifest(project: &Project, now: UnixMillis) -> Result<Value, minijinja::Error> {
    let (mut nodes, mut parents) = (Map::new(), BTreeMap::<String, Vec<String>>::new());
    for model in project.models() {
        let node = model_node(project, model, now)?;
        parents.insert(of_model(&model.name), read_by(&model.sources, &model.refs));
        nodes.insert(of_model(&model.name), node);
    }
    for test in project.tests() {
        let (sql, asked) = project.renderer().render(&test.sql, &Naming::Live)?;
        let reads = read_by(&asked.sources, &asked.refs);
        nodes.insert(of_test(test), test_node(test, &sql, &asked.refs, &reads, now));
        parents.insert(of_test(test), reads);
    }
    let sources = project.sources().map(|(name, words, columns)| (of_source(name), source_node(name, words, columns)));
    let sources: Map<String, Value> = sources.collect();
    parents.extend(sources.keys().map(|name| (name.clone(), Vec::new())));
    let mut children: BTreeMap<&str, Vec<&str>> = parents.keys().map(|name| (name.as_str(), Vec::new())).collect();
    for (child, reads) in &parents {
        for parent in reads {
            children.entry(parent).or_default().push(child);
        }
    }
    let mut metadata = metadata("manifest/v12", now);
    metadata["project_name"] = PROJECT.into();
    metadata["adapter_type"] = "datafusion".into();
    let mut document = json!({
        "metadata": metadata, "nodes": nodes, "sources": sources, "parent_map": parents, "child_map": children,
    });
    for empty in ["macros", "docs", "exposures", "metrics", "groups", "selectors", "disabled", "group_map"] {
        document[empty] = json!({});
    }
    for empty in ["saved_queries", "semantic_models", "unit_tests"] {
        document[empty] = json!({});
    }
    Ok(document)
}

/// `catalog.json`: the columns of each table with their types; `rows` says how many a model has, as far as that is known.
#[must_use]
pub fn catalog(
    project: &Project,
    tables: &[&Described],
    type_of: impl Fn(&datafusion::arrow::datatypes::DataType) -> String,
    rows: &BTreeMap<String, usize>,
    now: UnixMillis,
) -> Value {
    let (mut nodes, mut sources) = (Map::new(), Map::new());
    for table in tables {
        let model = project.model(&table.name);
        let name = model.map_or_else(|| of_source(&table.name), |model| of_model(&model.name));
        let is_view = model.is_some_and(Model::is_view);
        let columns = table.columns.iter().enumerate().map(|(index, column)| {
            let kind = type_of(&column.data_type);
            let described =
                json!({ "name": column.name, "index": index + 1, "type": kind, "comment": column.description });
            (column.name.clone(), described)
        });
        let node = json!({
            "unique_id": name,
            "metadata": {
                "type": if is_view { "VIEW" } else { "BASE TABLE" }, "database": DATABASE, "schema": SCHEMA,
                "name": table.name, "comment": table.description, "owner": null,
            },
            "columns": columns.collect::<Map<_, _>>(),
            "stats": stats(rows.get(&table.name).copied()),
        });
        if model.is_some() {
            nodes.insert(name, node)
        } else {
            sources.insert(name, node)
        };
    }
    json!({ "metadata": metadata("catalog/v1", now), "nodes": nodes, "sources": sources, "errors": null })
}

fn stats(rows: Option<usize>) -> Value {
    let stat = |id: &str, label: &str, value: Value, include: bool, description: &str| json!({ "id": id, "label": label, "value": value, "include": include, "description": description });
    let mut stats = json!({
        "has_stats": stat("has_stats", "Has Stats?", rows.is_some().into(), false, "Whether there are statistics")
    });
    if let Some(rows) = rows {
        stats["num_rows"] = stat("num_rows", "# Rows", rows.into(), true, "Rows when it was last made");
    }
    stats
}

fn metadata(schema: &str, now: UnixMillis) -> Value {
    json!({
        "dbt_schema_version": format!("https://schemas.getdbt.com/dbt/{schema}.json"), "dbt_version": LIKE,
        "generated_at": now, "invocation_id": null, "env": {},
    })
}

fn read_by(sources: &[String], refs: &[String]) -> Vec<String> {
    sources.iter().map(|name| of_source(name)).chain(refs.iter().map(|name| of_model(name))).collect()
}

fn columns_of(columns: &[Column]) -> Map<String, Value> {
    let described = |column: &Column| {
        let node = json!({ "name": column.name, "description": column.description, "meta": {}, "data_type": null, "tags": [] });
        (column.name.clone(), node)
    };
    columns.iter().map(described).collect()
}

fn references(names: &[String]) -> Vec<Value> {
    names.iter().map(|name| json!({ "name": name, "package": null, "version": null })).collect()
}

fn model_node(project: &Project, model: &Model, now: UnixMillis) -> Result<Value, minijinja::Error> {
    let (sql, _) = project.renderer().render(&model.template, &Naming::Live)?;
    let tags = [model.layer.name()];
    let meta = if model.meta.is_null() { json!({}) } else { model.meta.clone() };
    Ok(json!({
        "resource_type": "model", "unique_id": of_model(&model.name), "name": model.name, "alias": model.name,
        "package_name": PROJECT, "path": model.file, "original_file_path": format!("models/{}", model.file),
        "database": DATABASE, "schema": SCHEMA, "relation_name": format!("{SCHEMA}.{}", model.name),
        "fqn": [PROJECT, model.folder, model.name],
        "checksum": { "name": "sha256", "checksum": fingerprint(&model.template) },
        "config": { "enabled": true, "materialized": model.materialized, "meta": meta, "tags": tags },
        "tags": tags, "meta": meta, "description": model.description, "columns": columns_of(&model.columns),
        "refs": references(&model.refs), "metrics": [],
        "sources": model.sources.iter().map(|name| [SOURCES, name]).collect::<Vec<_>>(),
        "depends_on": { "macros": [], "nodes": read_by(&model.sources, &model.refs) },
        "language": "sql", "raw_code": model.template, "compiled": true, "compiled_code": sql,
        "docs": { "show": true, "node_color": null }, "created_at": seconds(now),
    }))
}

fn test_node(test: &Test, sql: &str, refs: &[String], reads: &[String], now: UnixMillis) -> Value {
    let folder = if test.kind.is_some() { "models" } else { "data_tests" };
    let file = format!("{}.sql", test.name);
    let mut node = json!({
        "resource_type": "test", "unique_id": of_test(test), "name": test.name, "alias": test.name,
        "package_name": PROJECT, "path": file, "original_file_path": format!("{folder}/{file}"),
        "database": DATABASE, "schema": SCHEMA, "fqn": [PROJECT, test.name],
        "checksum": { "name": "sha256", "checksum": fingerprint(&test.sql) },
        "config": { "enabled": true, "materialized": "test", "severity": "ERROR" }, "tags": [], "meta": {},
        "description": "", "columns": {}, "refs": references(refs), "sources": [], "metrics": [],
        "depends_on": { "macros": [], "nodes": reads }, "language": "sql", "raw_code": test.sql, "compiled": true,
        "compiled_code": sql, "docs": { "show": true, "node_color": null }, "created_at": seconds(now),
    });
    if let Some(kind) = &test.kind {
        node["attached_node"] = of_model(&test.model).into();
        node["column_name"] = json!(test.column);
        node["test_metadata"] = json!({ "name": kind, "kwargs": { "column_name": test.column }, "namespace": null });
    }
    node
}

fn source_node(name: &str, words: &str, columns: &[Column]) -> Value {
    json!({
        "resource_type": "source", "unique_id": of_source(name), "name": name, "identifier": name, "source_name": SOURCES,
        "source_description": "", "loader": "", "package_name": PROJECT, "path": "models/bronze/sources.yml",
        "original_file_path": "models/bronze/sources.yml", "database": DATABASE, "schema": SCHEMA,
        "relation_name": format!("{SCHEMA}.{name}"), "fqn": [PROJECT, SOURCES, SOURCES, name], "description": words,
        "columns": columns_of(columns), "tags": [SOURCES], "meta": {}, "config": { "enabled": true },
        "quoting": {}, "source_meta": {}, "external": null, "freshness": null, "loaded_at_field": null,
    })
}

/// As dbt writes when a node was read.
fn seconds(now: UnixMillis) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit a double")]
    let seconds = now.0 as f64 / 1000.0;
    seconds
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use serde_json::Value;

    use super::manifest;
    use crate::models::project::Project;

    fn members<'a>(document: &'a Value, name: &str) -> Vec<&'a String> {
        document[name].as_object().map(|members| members.keys().collect()).unwrap_or_default()
    }

    #[test]
    fn the_manifest_has_every_model_and_test_and_what_each_reads_is_in_it() {
        let project = Project::load().expect("models");
        let document = manifest(&project, UnixMillis(0)).expect("a manifest");
        let known = [members(&document, "nodes"), members(&document, "sources")].concat();
        assert_eq!(members(&document, "nodes").len(), project.models().len() + project.tests().len());
        for (name, node) in document["nodes"].as_object().expect("nodes") {
            let reads = node["depends_on"]["nodes"].as_array().expect("what it reads");
            assert!(!reads.is_empty(), "{name} reads nothing");
            for read in reads {
                let read = read.as_str().expect("a name");
                assert!(known.iter().any(|known| *known == read), "{name} reads {read}");
                let children = document["child_map"][read].as_array().expect("children");
                assert!(children.iter().any(|child| child == name.as_str()), "{read} is read by {name}");
            }
            assert_eq!(document["parent_map"][name], node["depends_on"]["nodes"]);
            let sql = node["compiled_code"].as_str().expect("SQL");
            assert!(!sql.contains("{{") && !sql.contains("{%"), "{name}: {sql}");
        }
        let sales = &document["nodes"]["model.belgrano.silver_tickets"];
        assert_eq!(sales["depends_on"]["nodes"][0], "source.belgrano.bronze.bronze_tickets");
        assert_eq!(sales["config"]["materialized"], "table");
    }
}
