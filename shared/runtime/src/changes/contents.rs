//! What things look like in the feed.
//!
//! A kind of thing is a struct with its members in the wire's names and the `SELECT` that fills it. Whatever is more than one
//! row (an order and its lines) is put together by its service and told with [`Contents::tell`].

use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::fetch_in;
use crate::storage::Session;

/// What the key of something that is gone begins with, where its id does not say what readers know it by.
const GONE: char = '!';

/// A kind of thing that is one row.
pub trait Content: Serialize + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {
    /// Selects it by its key: ends in `WHERE id IN`.
    const SELECT: &'static str;

    /// What `changes.key` is for it.
    fn key(&self) -> String;

    /// What readers know it by, if that is another: an order's number.
    fn name(&self) -> Option<String> {
        None
    }
}

/// The things of one kind that a page tells of, as they now are.
#[derive(Debug, Default)]
pub struct Contents {
    told: HashMap<String, Told>,
    history: bool,
    name_of: Option<fn(&str) -> String>,
}

/// One of them.
#[derive(Debug)]
struct Told {
    name: Option<String>,
    content: Box<RawValue>,
}

impl Contents {
    /// Those whose key is a number.
    pub async fn by_id<T: Content>(session: &mut Session, keys: &[&str]) -> sqlx::Result<Self> {
        Self::of(fetch_in!(*session, T, T::SELECT, &ids(keys), ""))
    }

    /// Those whose key is a text.
    pub async fn by_text<T: Content>(session: &mut Session, keys: &[&str]) -> sqlx::Result<Self> {
        Self::of(fetch_in!(*session, T, T::SELECT, keys, ""))
    }

    /// Those that only ever are added, by a number: one that is not there any more was forgotten, and is passed over.
    pub async fn history<T: Content>(session: &mut Session, keys: &[&str]) -> sqlx::Result<Self> {
        Ok(Self { history: true, ..Self::by_id::<T>(session, keys).await? })
    }

    fn of<T: Content>(rows: Vec<T>) -> sqlx::Result<Self> {
        let mut contents = Self::default();
        for row in rows {
            contents.tell(row.key(), row.name(), &row)?;
        }
        Ok(contents)
    }

    /// Adds the one with this key, and the name that readers know it by if that is another.
    pub fn tell<T: Serialize>(&mut self, key: String, name: Option<String>, thing: &T) -> sqlx::Result<()> {
        let content = to_raw_value(thing).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        self.told.insert(key, Told { name, content });
        Ok(())
    }

    /// Says what readers know one by that is gone, where its key says that.
    #[must_use]
    pub fn named_by(self, name_of: fn(&str) -> String) -> Self {
        Self { name_of: Some(name_of), ..self }
    }

    /// All of them by the name that readers know, for a test to compare.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn all(self) -> Vec<(String, serde_json::Value)> {
        let value = |content: &RawValue| serde_json::from_str(content.get()).unwrap_or_default();
        self.told.into_iter().map(|(key, told)| (told.name.unwrap_or(key), value(&told.content))).collect()
    }

    /// Takes the one with this key out: what readers know it by and what it looks like, if it is still there. `None` when it is
    /// to be passed over.
    pub(super) fn take(&mut self, key: String) -> Option<(String, Option<Box<RawValue>>)> {
        match self.told.remove(&key) {
            Some(Told { name, content }) => Some((name.unwrap_or(key), Some(content))),
            None if self.history => None,
            None => Some((self.name_of_gone(key), None)),
        }
    }

    fn name_of_gone(&self, key: String) -> String {
        match (key.strip_prefix(GONE), self.name_of) {
            (Some(name), _) => name.to_owned(),
            (None, Some(name_of)) => name_of(&key),
            (None, None) => key,
        }
    }
}

/// The numbers among `keys`. What is none is the mark of something that is gone.
#[must_use]
pub fn ids(keys: &[&str]) -> Vec<i64> {
    keys.iter().filter_map(|key| key.parse().ok()).collect()
}
