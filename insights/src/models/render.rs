//! Templates to SQL: the part of dbt's Jinja that the models keep to.
//!
//! `ref`, `source`, `config`, `var`, `target` and the project's macros. What a name becomes depends on what the SQL is for
//! ([`Naming`]): the same model is worked out over what is stored and over what has just come.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, context};
use serde_json::Map;

/// What the names in a model stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Everything there is, stored or not.
    Live,
    /// What has come and is not stored: sources and models with `hot_` before their names.
    Hot,
    /// Of our own source alone: models with `own_` before their names.
    Own,
    /// What is stored: sources with `cold_` before their names; other models as they were just built.
    Cold,
}

impl Naming {
    fn source(&self, table: &str) -> String {
        match self {
            Self::Live | Self::Own => table.to_owned(),
            Self::Hot => format!("hot_{table}"),
            Self::Cold => format!("cold_{table}"),
        }
    }

    fn model(&self, name: &str) -> String {
        if *self == Self::Own { format!("own_{name}") } else { self.source(name) }
    }
}

/// What a template asked for while it was rendered.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Models, in the order of their first mention.
    pub refs: Vec<String>,
    /// Tables of the lake.
    pub sources: Vec<String>,
    /// What `config(…)` said.
    pub config: Map<String, serde_json::Value>,
}

/// What turns templates into SQL.
pub struct Renderer {
    macros: String,
    vars: serde_json::Value,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").field("vars", &self.vars).finish_non_exhaustive()
    }
}

impl Renderer {
    /// With these macros and variables.
    pub fn new<'a>(macros: impl Iterator<Item = &'a str>, vars: serde_json::Value) -> Self {
        let vars = vars.get("belgrano").cloned().unwrap_or(vars);
        Self { macros: macros.collect::<Vec<_>>().join("\n"), vars }
    }

    /// The SQL of a template, and what it asked for.
    pub fn render(&self, template: &str, naming: &Naming) -> Result<(String, Asked), Error> {
        self.render_with(template, naming, &[])
    }

    /// The same with some variables set otherwise.
    pub fn render_with(
        &self,
        template: &str,
        naming: &Naming,
        vars: &[(&str, serde_json::Value)],
    ) -> Result<(String, Asked), Error> {
        let asked = Arc::new(Mutex::new(Asked::default()));
        let mut environment = Environment::new();
        self.add_functions(&mut environment, &asked, naming, vars);
        // dbt's macros are known everywhere; here they stand before the text that uses them.
        let whole = format!("{}\n{template}", self.macros);
        let sql = environment.render_str(&whole, context! { target => context! { type => "datafusion" } })?;
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok((sql.trim().to_owned(), asked))
    }

    fn add_functions(
        &self,
        environment: &mut Environment<'_>,
        asked: &Arc<Mutex<Asked>>,
        naming: &Naming,
        changed: &[(&str, serde_json::Value)],
    ) {
        let (seen, names) = (Arc::clone(asked), naming.clone());
        environment.add_function("ref", move |name: String| {
            let written = names.model(&name);
            note(&mut seen.lock().unwrap_or_else(PoisonError::into_inner).refs, name);
            written
        });
        let (seen, names) = (Arc::clone(asked), naming.clone());
        environment.add_function("source", move |_group: String, table: String| {
            let written = names.source(&table);
            note(&mut seen.lock().unwrap_or_else(PoisonError::into_inner).sources, table);
            written
        });
        let seen = Arc::clone(asked);
        environment.add_function("config", move |options: Kwargs| -> Result<&'static str, Error> {
            for name in options.args() {
                let value: Value = options.get(name)?;
                let value = serde_json::to_value(&value).unwrap_or_default();
                seen.lock().unwrap_or_else(PoisonError::into_inner).config.insert(name.to_owned(), value);
            }
            Ok("")
        });
        let mut vars = self.vars.clone();
        if let Some(members) = vars.as_object_mut() {
            members.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        environment.add_function("var", move |name: String, otherwise: Option<Value>| {
            let known = vars.get(&name).map(|known| Value::from(Serde(known)));
            known.or(otherwise).unwrap_or_default()
        });
    }
}

fn note(list: &mut Vec<String>, name: String) {
    if !list.contains(&name) {
        list.push(name);
    }
}
