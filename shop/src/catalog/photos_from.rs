//! Photos from a folder: what the pictures that a catalog names become when the old shop goes.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::Writer;
use belgrano_web::picture::Picture;
use belgrano_wire::free_text::clean;
use belgrano_wire::texts::Message;

use super::photo::SetPhoto;
use crate::unit::ShopUnit;

/// What became of the products that name a picture and have no photo.
#[derive(Debug, Default, PartialEq)]
pub struct PhotosReport {
    /// How many have one now.
    pub put: usize,
    /// Pictures that are not in the folder, each once.
    pub missing: Vec<String>,
    /// Files that are no photo of ours, each once, and why.
    pub refused: Vec<(PathBuf, Message)>,
}

/// Why photos could not be put on products.
#[derive(Debug, thiserror::Error)]
pub enum PhotosError {
    /// Nothing was to be read.
    #[error("{}: {source}", path.display())]
    Unread {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database did not answer.
    #[error("cannot read the shop's database")]
    Read(#[from] sqlx::Error),
    /// A photo was not written; those before it were.
    #[error("cannot store the photo of product {product_id}")]
    Unwritten {
        /// Whose.
        product_id: i64,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

#[derive(sqlx::FromRow)]
struct Named {
    id: i64,
    image: String,
}

/// The files of a folder by their names as they are meant: an archive made on a Mac writes an `ñ` as two characters.
async fn files_of(folder: &Path) -> io::Result<HashMap<String, PathBuf>> {
    let mut files = HashMap::new();
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        if let Some(name) = entry.file_name().to_str() {
            files.insert(clean(name).into_owned(), entry.path());
        }
    }
    Ok(files)
}

/// Puts on every product that names a picture the file of that name in `folder`. Photos that are there stay.
pub async fn photos_from(db: &Db, writer: &Writer<ShopUnit>, folder: &Path) -> Result<PhotosReport, PhotosError> {
    const WITHOUT: &str = "SELECT p.id, p.image FROM products p LEFT JOIN product_photos f ON f.product_id = p.id \
         WHERE p.image <> '' AND f.product_id IS NULL ORDER BY p.id";
    let unread = |path: &Path, source| PhotosError::Unread { path: path.to_owned(), source };
    // One that is not there has no pictures either, but that is not what was meant.
    let files = files_of(folder).await.map_err(|source| unread(folder, source))?;
    let named = fetch!(all, db.read().await?, Named, WITHOUT)?;
    let mut report = PhotosReport::default();
    // Many products share a picture.
    let mut read: HashMap<String, Option<Picture>> = HashMap::new();
    for Named { id, image } in named {
        // The last part alone: an address leads nowhere else on our disk.
        let Some(name) = Path::new(&image).file_name().and_then(|name| name.to_str()) else { continue };
        if !read.contains_key(name) {
            let path = files.get(&*clean(name)).cloned().unwrap_or_else(|| folder.join(name));
            let picture = match tokio::fs::read(&path).await {
                Ok(content) => match Picture::draw(content).await {
                    Ok(picture) => Some(picture),
                    Err(wrong) => {
                        report.refused.push((path, wrong));
                        None
                    }
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    report.missing.push(name.to_owned());
                    None
                }
                Err(error) => return Err(unread(&path, error)),
            };
            read.insert(name.to_owned(), picture);
        }
        let Some(Some(picture)) = read.get(name) else { continue };
        let put = writer.submit(SetPhoto { product_id: id, photo: Some(picture.clone()), seen: None }).await;
        put.map_err(|error| PhotosError::Unwritten { product_id: id, source: error.into() })?;
        report.put += 1;
    }
    Ok(report)
}
