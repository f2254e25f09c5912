//! `belgrano catalog import FILE`.

use std::path::Path;
use std::process::ExitCode;

use shop::catalog::{ImportOptions, Report, import};

use crate::cli::{CatalogCommand, Done};
use crate::settings::Settings;
use crate::store;

/// Does what was asked.
pub async fn run(command: CatalogCommand) -> Done {
    let CatalogCommand::Import { file, replace_stock } = command;
    let json = tokio::fs::read(&file).await.map_err(|error| format!("{}: {error}", file.display()))?;
    let store = store::shop(&Settings::from_process()?.shop.common.storage).await?;
    let imported = import(&store.writer, &json, ImportOptions { replace_stock, only_if_empty: false }).await;
    store.close().await?;
    report(&file, &imported?);
    Ok(ExitCode::SUCCESS)
}

fn report(file: &Path, report: &Report) {
    println!(
        "{}: {} new, {} changed, {} as they were, {} refused",
        file.display(),
        report.inserted,
        report.updated,
        report.unchanged,
        report.refused.len(),
    );
    for refused in &report.refused {
        println!("  {}: {}", refused.path, refused.reason);
    }
}
