//! `belgrano migrate-from`: taking over the databases of the two programs that this one replaces.
//!
//! Passwords are tried before anything is stored, and those that others know are left behind. Each database is one transaction. Both are rehearsed before either is written, so that what stops the second is known
//! before the first has changed; and what is there already is left alone, so that a run that was cut off is run again.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use belgrano_runtime::auth::password::Passwords;
use belgrano_runtime::takeover::{Report, TakeoverError};
use belgrano_wire::ambient::Ambient;
use shop::takeover::OldShop;
use tickets::takeover::OldBoard;

use crate::cli::{Done, MigrateOptions};
use crate::settings::Settings;
use crate::store;

/// Does what was asked.
pub async fn run(MigrateOptions { ahorro, tickets, dry_run }: MigrateOptions) -> Done {
    let settings = Settings::from_process()?;
    let shop_store = store::shop(&settings.shop.common.storage).await?;
    let board_store = store::tickets(&settings.tickets.common.storage).await?;
    let passwords = Passwords::new(settings.shop.common.gate.passwords, &Ambient::system())?;
    let taken = async {
        let board = read(tickets.as_ref(), |path| OldBoard::read(path, &passwords)).await?;
        let shop = read(ahorro.as_ref(), |path| OldShop::read(path, &passwords)).await?;
        let ticketed = board.as_ref().map_or_else(HashSet::new, OldBoard::numbers);
        for rehearse in [true, false] {
            let board = match board.clone() {
                Some(board) => Some(board.take_over(&board_store.db, &board_store.writer, &passwords, rehearse).await?),
                None => None,
            };
            let (db, writer, ticketed) = (&shop_store.db, &shop_store.writer, ticketed.clone());
            let shop = match shop.clone() {
                Some(shop) => Some(shop.take_over(db, writer, &passwords, ticketed, rehearse).await?),
                None => None,
            };
            if dry_run || !rehearse {
                show("board", board.as_ref());
                show("shop", shop.as_ref());
                return Ok(());
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let taken = taken.await;
    shop_store.close().await?;
    board_store.close().await?;
    taken?;
    if dry_run {
        println!("It was a rehearsal: nothing was stored.");
    }
    Ok(ExitCode::SUCCESS)
}

async fn read<'a, T, F>(path: Option<&'a PathBuf>, read: impl FnOnce(&'a Path) -> F) -> Result<Option<T>, String>
where
    F: Future<Output = Result<T, TakeoverError>>,
{
    let Some(path) = path else { return Ok(None) };
    read(path).await.map(Some).map_err(|error| format!("{}: {}", path.display(), belgrano_runtime::chain(&error)))
}

fn show(service: &str, report: Option<&Report>) {
    if let Some(report) = report {
        print!("{service}:\n{report}");
    }
}
