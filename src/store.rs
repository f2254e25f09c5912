//! A service's database for one command of an operator: opened, migrated, with a writer, without a server.
//!
//! The services may be running at the same time: every batch of theirs and of ours locks the same row, and the relay finds
//! by its poll what a commit of another process could not tell it.

use std::error::Error;

use belgrano_runtime::storage::{Db, StorageSettings, open};
use belgrano_runtime::writer::{UnitOfWork, Writer, WriterSettings};
use belgrano_wire::ambient::Ambient;
use tokio::task::JoinHandle;

/// An open database and the only way to change it.
#[derive(Debug)]
pub struct Store<U> {
    /// Where to read.
    pub db: Db,
    /// Where to write.
    pub writer: Writer<U>,
    task: JoinHandle<()>,
}

impl<U: UnitOfWork<Context: From<Ambient>>> Store<U> {
    async fn open(
        settings: &StorageSettings,
        migrations: &belgrano_runtime::storage::Migrations,
        ambient: Ambient,
    ) -> Result<Self, Box<dyn Error>> {
        let db = open(settings, migrations).await?;
        let (writer, task) = Writer::new(db.clone(), ambient.into(), WriterSettings::default(), drop);
        Ok(Self { db, writer, task: tokio::spawn(task) })
    }

    /// Waits for what was handed in and closes the database.
    pub async fn close(self) -> Result<(), Box<dyn Error>> {
        drop(self.writer);
        self.task.await?;
        self.db.close().await;
        Ok(())
    }
}

/// The shop's database.
pub async fn shop(settings: &StorageSettings) -> Result<Store<shop::unit::ShopUnit>, Box<dyn Error>> {
    shop_at(settings, Ambient::system()).await
}

/// The shop's database, with another clock and other randomness.
pub async fn shop_at(
    settings: &StorageSettings,
    ambient: Ambient,
) -> Result<Store<shop::unit::ShopUnit>, Box<dyn Error>> {
    Store::open(settings, &shop::schema::migrations(), ambient).await
}

/// The board's database.
pub async fn tickets(settings: &StorageSettings) -> Result<Store<tickets::unit::BoardUnit>, Box<dyn Error>> {
    Store::open(settings, &tickets::schema::migrations(), Ambient::system()).await
}
