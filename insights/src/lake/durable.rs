//! A local folder that is an object store whose writes survive a power cut.
//!
//! What is written is on the disk before the write counts: the file's content, then the folder that names it. The library's own
//! store leaves both to the operating system, so a log entry could be there and empty after a power cut.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};

/// The store; paths are below the root of the file system.
#[derive(Debug)]
pub struct Durable {
    files: Arc<LocalFileSystem>,
}

impl Durable {
    /// All of the machine's files.
    #[must_use]
    pub fn new() -> Self {
        Self { files: Arc::new(LocalFileSystem::new()) }
    }
}

impl fmt::Display for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Durable({})", self.files)
    }
}

/// Waits until what a path holds, and that it is there, is on the disk.
async fn settle(files: &LocalFileSystem, location: &Path) -> Result<()> {
    let path = files.path_to_filesystem(location)?;
    let settled = tokio::task::spawn_blocking(move || flush(&path)).await;
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| object_store::Error::Generic { store: "durable", source };
    settled.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))
}

fn flush(path: &PathBuf) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()?;
    match path.parent() {
        Some(folder) => std::fs::File::open::<&FilePath>(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[derive(Debug)]
struct Upload {
    inner: Box<dyn MultipartUpload>,
    files: Arc<LocalFileSystem>,
    location: Path,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let done = self.inner.complete().await?;
        settle(&self.files, &self.location).await?;
        Ok(done)
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}

#[async_trait]
impl ObjectStore for Durable {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let done = self.files.put_opts(location, payload, opts).await?;
        settle(&self.files, location).await?;
        Ok(done)
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let inner = self.files.put_multipart_opts(location, opts).await?;
        Ok(Box::new(Upload { inner, files: Arc::clone(&self.files), location: location.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await?;
        settle(&self.files, to).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.files.rename_opts(from, to, options).await?;
        settle(&self.files, to).await
    }
}
