//! For tests: an object store that dies at a chosen write, fails once, or cannot be reached.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};

/// What is to go wrong.
#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    /// How many writes still go before the one that fails; `None`: no write fails.
    left: Option<u64>,
    /// Whether that write is done all the same, and only its answer lost.
    done: bool,
    /// Whether nothing goes afterwards.
    dies: bool,
    /// Whether nothing goes now.
    away: bool,
}

/// The store. Clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failing {
    files: Arc<InMemory>,
    plan: Arc<Mutex<Plan>>,
}

enum Verdict {
    Go,
    Lost,
}

impl Failing {
    /// After `writes` more writes nothing goes any more; the last of them is `done`, or not.
    pub(crate) fn die_after(&self, writes: u64, done: bool) {
        self.plan(Plan { left: Some(writes), done, dies: true, away: false });
    }

    /// One write fails, after so many; what comes then goes.
    pub(crate) fn fail_after(&self, writes: u64, done: bool) {
        self.plan(Plan { left: Some(writes), done, dies: false, away: false });
    }

    /// From now on no read and no write goes.
    pub(crate) fn go_away(&self) {
        self.plan(Plan { away: true, ..Plan::default() });
    }

    /// Everything goes again, whatever was planned.
    pub(crate) fn come_back(&self) {
        self.plan(Plan::default());
    }

    fn plan(&self, plan: Plan) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    fn read(&self) -> Result<()> {
        if self.plan.lock().unwrap_or_else(PoisonError::into_inner).away { Err(failed()) } else { Ok(()) }
    }

    fn write(&self) -> Result<Verdict> {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        if plan.away {
            return Err(failed());
        }
        match plan.left {
            None => Ok(Verdict::Go),
            Some(0) => {
                let done = plan.done;
                *plan = Plan { away: plan.dies, ..Plan::default() };
                if done { Ok(Verdict::Lost) } else { Err(failed()) }
            }
            Some(left) => {
                plan.left = Some(left - 1);
                Ok(Verdict::Go)
            }
        }
    }
}

fn failed() -> Error {
    Error::Generic { store: "failing", source: "as the test wants it".into() }
}

fn answer<T>(verdict: &Verdict, done: T) -> Result<T> {
    match verdict {
        Verdict::Go => Ok(done),
        Verdict::Lost => Err(failed()),
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failing")
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let verdict = self.write()?;
        let done = self.files.put_opts(location, payload, opts).await?;
        answer(&verdict, done)
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let verdict = self.write()?;
        let upload = self.files.put_multipart_opts(location, opts).await?;
        answer(&verdict, upload)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.read()?;
        self.files.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.write() {
            Ok(_) => self.files.delete_stream(locations),
            Err(error) => futures_util::stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.read() {
            Ok(()) => self.files.list(prefix),
            Err(error) => futures_util::stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.read()?;
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let verdict = self.write()?;
        self.files.copy_opts(from, to, options).await?;
        answer(&verdict, ())
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let verdict = self.write()?;
        self.files.rename_opts(from, to, options).await?;
        answer(&verdict, ())
    }
}
