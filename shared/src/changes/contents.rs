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
}

/// One of them.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) name: Option<String>,
    pub(super) content: Box<RawValue>,
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

    /// Takes the one with this key out; `Err` when it is to be passed over.
    pub(super) fn take(&mut self, key: &str) -> Result<Option<Told>, PassedOver> {
        match self.told.remove(key) {
            None if self.history => Err(PassedOver),
            told => Ok(told),
        }
    }
}

/// Nothing is to be told of it.
#[derive(Debug)]
pub(super) struct PassedOver;

/// The numbers among `keys`. What is none is the mark of something that is gone.
#[must_use]
pub fn ids(keys: &[&str]) -> Vec<i64> {
    keys.iter().filter_map(|key| key.parse().ok()).collect()
}
