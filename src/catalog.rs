//! `belgrano catalog import FILE` and `belgrano catalog photos FOLDER`.

use std::path::Path;
use std::process::ExitCode;

use belgrano_wire::texts::Language;
use shop::catalog::{ImportOptions, PhotosReport, Report, import, photos_from};

use crate::cli::{CatalogCommand, Done};
use crate::settings::Settings;
use crate::store;

/// Does what was asked.
pub async fn run(command: CatalogCommand) -> Done {
    match command {
        CatalogCommand::Import { file, replace_stock } => {
            let json = tokio::fs::read(&file).await.map_err(|error| format!("{}: {error}", file.display()))?;
            let store = store::shop(&Settings::from_process()?.shop.common.storage).await?;
            let imported = import(&store.writer, &json, ImportOptions { replace_stock, only_if_empty: false }).await;
            store.close().await?;
            report(&file, &imported?);
        }
        CatalogCommand::Photos { folder } => {
            let store = store::shop(&Settings::from_process()?.shop.common.storage).await?;
            let put = photos_from(&store.db, &store.writer, &folder).await;
            store.close().await?;
            report_photos(&folder, &put?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn report_photos(folder: &Path, report: &PhotosReport) {
    let (missing, refused) = (report.missing.len(), report.refused.len());
    println!(
        "{}: {} products got a photo, {missing} pictures are not there, {refused} refused",
        folder.display(),
        report.put
    );
    for name in &report.missing {
        println!("  {name}: not there");
    }
    for (path, reason) in &report.refused {
        println!("  {}: {}", path.display(), reason.to(Language::English));
    }
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
