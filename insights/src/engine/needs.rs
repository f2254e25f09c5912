//! Which tables a query can reach by the words that stand in it, so that a query's process is given those alone.
//!
//! In: SQL that nobody has read yet. Out: more names than it asks for at times, never fewer: what it says in another way, such as
//! escapes in a quoted name, it does not find.

use std::collections::BTreeSet;

use super::cold::Cold;
use super::rules;
use super::scope::Scope;
use crate::lake::tables;
use crate::models::project::{Layer, Project};

/// What comes before a name for a part of its rows.
const PARTS: [&str; 4] = ["hot_", "cold_", "stored_", "beyond_"];
/// Words of questions about the names themselves.
const ALL: [&str; 4] = ["information_schema", "show", "describe", "desc"];

/// Names of tables of the lake and of models that `sql` may read within a scope, with all that those are made of.
pub(crate) fn needs(project: &Project, cold: &Cold, scope: &Scope, sql: &str) -> BTreeSet<String> {
    let sql = sql.to_lowercase();
    let words: BTreeSet<&str> = sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let mut found = BTreeSet::new();
    if ALL.iter().any(|word| words.contains(word)) {
        found.extend(tables::ALL.iter().map(|table| table.name.to_owned()));
        found.extend(project.models().iter().map(|model| model.name.clone()));
        return found;
    }
    // By these it is told whose rows are whose.
    let told_by = if scope.business.is_some() { rules::TOLD_BY } else { &[] };
    for word in words.into_iter().chain(told_by.iter().copied()) {
        take(project, cold, word, &mut found);
    }
    found
}

fn take(project: &Project, cold: &Cold, word: &str, found: &mut BTreeSet<String>) {
    let name = PARTS.iter().find_map(|part| word.strip_prefix(part)).unwrap_or(word);
    if found.contains(name) {
        return;
    }
    let model = project.model(name);
    if model.is_none() && !tables::ALL.iter().any(|table| table.name == name) {
        return;
    }
    found.insert(name.to_owned());
    let Some(model) = model else { return };
    // What was made once and for all is read as it is stored.
    if model.is_kept() && model.layer != Layer::Silver && cold.tables.contains_key(name) {
        return;
    }
    for name in model.refs.iter().chain(&model.sources).map(String::as_str).chain(model.keys_from()) {
        take(project, cold, name, found);
    }
}
