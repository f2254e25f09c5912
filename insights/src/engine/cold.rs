//! What the lake holds, as it was when it was last looked at, and up to where that brings each feed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::catalog::TableProvider;
use deltalake::DeltaTable;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::lake::{self, Lake, LakeError, feeds, tables};

/// Tables that are looked at together.
const AT_ONCE: usize = 8;
/// Sources whose last file is remembered.
const SOURCES: usize = 256;

/// What the lake holds. Each table of a feed holds it up to the feed's mark at least, and some of them more: the mark is the last
/// thing that is written.
#[derive(Debug, Default)]
pub struct Cold {
    /// Tables and models by name.
    pub tables: BTreeMap<String, Arc<dyn TableProvider>>,
    /// The same as the format knows them.
    pub handles: BTreeMap<String, DeltaTable>,
    /// The present life of each feed and up to where all of its tables are.
    marks: BTreeMap<&'static str, (i64, i64)>,
    /// Up to where one table is, by its name and the feed.
    places: BTreeMap<(String, &'static str), i64>,
    /// Which file of each import was the last, as far as somebody has asked.
    imported: Mutex<BTreeMap<String, i64>>,
}

struct Seen {
    name: String,
    provider: Arc<dyn TableProvider>,
    handle: DeltaTable,
    places: Vec<(&'static str, i64)>,
}

impl Cold {
    /// What `lake` holds now of the tables and models `names`; what is as it was `before` is not read again.
    pub async fn look(lake: &Lake, names: Vec<String>, before: &Self) -> Result<Self, LakeError> {
        let mut cold = Self::default();
        // The marks first: what is looked at later holds as much, or more.
        let known = before.handles.get(tables::FEEDS.name);
        if let Some(feeds) = lake.newest(tables::FEEDS.name, known).await? {
            let same = known.is_some_and(|known| known.version() == feeds.version());
            cold.marks = if same { before.marks.clone() } else { marks(&feeds).await? };
            if same {
                cold.imported = Mutex::new(before.imports().clone());
            }
            cold.handles.insert(tables::FEEDS.name.to_owned(), feeds);
        }
        let marks = &cold.marks;
        let seen: Vec<Option<Seen>> =
            futures_util::stream::iter(names.into_iter().filter(|name| name != tables::FEEDS.name))
                .map(|name| see(lake, name, before, marks))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
        for Seen { name, provider, handle, places } in seen.into_iter().flatten() {
            cold.places.extend(places.into_iter().map(|(feed, seq)| ((name.clone(), feed), seq)));
            cold.tables.insert(name.clone(), provider);
            cold.handles.insert(name, handle);
        }
        if let Some(feeds) = cold.handles.get(tables::FEEDS.name) {
            cold.tables.insert(tables::FEEDS.name.to_owned(), lake::reader(feeds).await?);
        }
        Ok(cold)
    }

    /// The same tables as another process has seen them, with [`ahead`](Self::ahead) of that.
    pub async fn of(handles: Vec<(String, DeltaTable)>, ahead: &[(String, String, i64)]) -> Result<Self, LakeError> {
        let mut cold = Self::default();
        for (name, handle) in handles {
            cold.tables.insert(name.clone(), lake::reader(&handle).await?);
            cold.handles.insert(name, handle);
        }
        for (table, feed, seq) in ahead {
            if let Some(feed) = feeds::FEEDS.into_iter().find(|known| known == feed) {
                cold.places.insert((table.clone(), feed), *seq);
            }
        }
        Ok(cold)
    }

    /// Where a table is beyond its feed's mark, by table and feed: in the middle of a flush, or after a kill.
    #[must_use]
    pub fn ahead(&self) -> Vec<(String, String, i64)> {
        let ahead = self.places.iter().filter(|((_, feed), seq)| **seq > self.mark(feed));
        ahead.map(|((table, feed), seq)| (table.clone(), (*feed).to_owned(), *seq)).collect()
    }

    /// Whether it is of the same versions of the same tables.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let versions = |cold: &Self| -> Vec<_> {
            cold.handles.iter().map(|(name, handle)| (name.clone(), handle.version())).collect()
        };
        versions(self) == versions(other)
    }

    fn imports(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, i64>> {
        self.imported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the last file of a source that is wholly in; 0: none is. Its rows change with this number, and then only.
    pub async fn imported(&self, source: &str) -> Result<i64, LakeError> {
        if let Some(number) = self.imports().get(source) {
            return Ok(*number);
        }
        let number = match self.handles.get(tables::FEEDS.name) {
            Some(feeds) => lake::reached(feeds, &feeds::imported(source)).await?,
            None => 0,
        };
        let mut known = self.imports();
        // Anybody may ask about any name.
        if known.len() < SOURCES {
            known.insert(source.to_owned(), number);
        }
        Ok(number)
    }

    /// Whether the rows of each source lie in a folder of their own.
    #[must_use]
    pub fn is_by_source(&self, name: &str) -> bool {
        let table = self.handles.get(name).and_then(|table| table.snapshot().ok());
        table.is_some_and(|table| table.metadata().partition_columns().first().is_some_and(|column| column == "source"))
    }

    /// In which life of a feed the lake is; 0: it never saw one.
    #[must_use]
    pub fn life(&self, feed: &str) -> i64 {
        self.marks.get(feed).map_or(0, |(life, _)| *life)
    }

    /// Up to where all tables of a feed are, in its present life.
    #[must_use]
    pub fn mark(&self, feed: &str) -> i64 {
        self.marks.get(feed).map_or(0, |(_, seq)| *seq)
    }

    /// Up to where one table is of the present life of a feed.
    #[must_use]
    pub fn place(&self, table: &str, feed: &'static str) -> i64 {
        self.places.get(&(table.to_owned(), feed)).copied().unwrap_or_default().max(self.mark(feed))
    }

    /// The number of the life of a feed that has this epoch, if it is the present one.
    pub async fn life_of(&self, feed: &str, epoch: &str) -> Result<Option<i64>, LakeError> {
        let Some(table) = self.handles.get(tables::FEEDS.name) else { return Ok(None) };
        let life = lake::reached(table, &feeds::life_of(feed, epoch)).await?;
        Ok((life > 0 && life == self.life(feed)).then_some(life))
    }
}

async fn marks(table: &DeltaTable) -> Result<BTreeMap<&'static str, (i64, i64)>, LakeError> {
    let mut marks = BTreeMap::new();
    for feed in feeds::FEEDS {
        let life = lake::reached(table, &feeds::lives(feed)).await?;
        marks.insert(feed, (life, lake::reached(table, &feeds::place(feed, life)).await?));
    }
    Ok(marks)
}

async fn see(
    lake: &Lake,
    name: String,
    before: &Cold,
    marks: &BTreeMap<&'static str, (i64, i64)>,
) -> Result<Option<Seen>, LakeError> {
    let known = before.handles.get(&name);
    let Some(handle) = lake.newest(&name, known).await? else { return Ok(None) };
    let same = known.is_some_and(|known| known.version() == handle.version());
    let mut places = Vec::new();
    for feed in feeds::filling(&name) {
        let life = marks.get(feed).map_or(0, |(life, _)| *life);
        let place = before.places.get(&(name.clone(), feed)).filter(|_| same && before.life(feed) == life);
        let place = match place {
            Some(place) => *place,
            None => lake::reached(&handle, &feeds::place(feed, life)).await?,
        };
        places.push((feed, place));
    }
    let provider = match before.tables.get(&name).filter(|_| same) {
        Some(provider) => Arc::clone(provider),
        None => lake::reader(&handle).await?,
    };
    Ok(Some(Seen { name, provider, handle, places }))
}
