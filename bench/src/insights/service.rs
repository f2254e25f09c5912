//! The service that is measured: its folder, its settings, importing into it, serving from it, and how large it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::clock::{now_ns, seconds_between};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::http::{Client, request};
use crate::process::{Process, Program};
use crate::procfs;
use crate::stack::{free_port, random_key};

/// How long a start may take; the lake is looked through.
const HEALTHY_WITHIN: Duration = Duration::from_mins(2);
/// Between two looks at a program's memory.
const LOOK: Duration = Duration::from_millis(10);

/// A folder with a lake, and the program that keeps it.
pub struct Site {
    dir: TempDir,
    bin: PathBuf,
    env: Vec<(String, String)>,
    /// `whsec_…`, for who serves a feed.
    pub secret: String,
}

/// What an import took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// From exec to end.
    pub seconds: f64,
    /// Most memory that was resident.
    pub peak_kb: u64,
}

impl Site {
    /// An empty folder below `below`.
    pub fn new(bin: &Path, below: &Path, keep: bool, more: &[String]) -> Result<Self> {
        fs::create_dir_all(below).context(below.display())?;
        let mut dir = tempfile::Builder::new().prefix("bench-insights-").tempdir_in(below)?;
        dir.disable_cleanup(keep);
        let secret = format!("whsec_{}", random_key()?);
        let mut env = vec![
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("HOST".into(), "127.0.0.1".into()),
            ("DATA_DIR".into(), dir.path().display().to_string()),
            ("SECRET_KEY".into(), random_key()?),
            ("INTEGRATION_SECRET".into(), secret.clone()),
            ("ACCESS".into(), "open".into()),
        ];
        for pair in more {
            let (name, value) = pair.split_once('=').context(format_args!("--env {pair}: expected NAME=VALUE"))?;
            env.push((name.into(), value.into()));
        }
        Ok(Self { dir, bin: bin.to_owned(), env, secret })
    }

    /// The folder with the lake and everything else of this run.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn program(&self, name: &str, arguments: &[&str], env: &[(&str, String)]) -> Program {
        let own = env.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Program {
            name: name.to_owned(),
            argv: std::iter::once(self.bin.display().to_string())
                .chain(arguments.iter().map(ToString::to_string))
                .collect(),
            env: self.env.iter().cloned().chain(own).collect(),
            inherit: false,
            log: Some(self.dir.path().join(format!("{name}.log"))),
        }
    }

    /// Imports a file in the Online Retail format as `source`.
    pub async fn import(&self, file: &Path, source: &str) -> Result<Took> {
        let file = file.display().to_string();
        let arguments = ["import", "--formato", "online-retail", "--fuente", source, &file];
        let program = self.program("import", &arguments, &[]);
        let begun = now_ns();
        let mut process = program.start()?;
        let mut peak_kb = 0;
        loop {
            peak_kb = procfs::peak_kb(process.pid()).max(peak_kb);
            if let Some(status) = process.ended()? {
                let seconds = seconds_between(begun, now_ns());
                return if status.success() { Ok(Took { seconds, peak_kb }) } else { Err(program.failed(status)) };
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Starts serving; feeds are asked at `feeds`, or nowhere.
    pub async fn serve(&self, feeds: Option<&Endpoint>) -> Result<(Process, Endpoint)> {
        let endpoint = Endpoint::local(free_port()?);
        // A port that nobody listens at.
        let nowhere = Endpoint::local(1).origin;
        let shop = feeds.map_or_else(|| nowhere.clone(), |feeds| feeds.origin.clone());
        let board = feeds.map_or(nowhere, |feeds| format!("{}/board", feeds.origin));
        let env = [("PORT", endpoint.addr.port().to_string()), ("BELGRANO_AHORRO_URL", shop), ("TICKETERA_URL", board)];
        let mut process = self.program("serve", &["serve"], &env).start()?;
        process.healthy(&endpoint, "/healthz", HEALTHY_WITHIN).await?;
        Ok((process, endpoint))
    }

    /// Bytes of the lake: all, and of the tables whose names begin with each of `parts`.
    pub fn lake_bytes(&self, parts: &[&str]) -> Result<(u64, Vec<u64>)> {
        let lake = self.dir.path().join("lake");
        let mut by_part = vec![0; parts.len()];
        let mut whole = 0;
        for entry in fs::read_dir(&lake).context(lake.display())? {
            let entry = entry?;
            let bytes = bytes_below(&entry.path())?;
            whole += bytes;
            let name = entry.file_name().to_string_lossy().into_owned();
            parts
                .iter()
                .zip(&mut by_part)
                .filter(|(part, _)| name.starts_with(**part))
                .for_each(|(_, sum)| *sum += bytes);
        }
        Ok((whole, by_part))
    }
}

fn bytes_below(path: &Path) -> Result<u64> {
    if path.is_file() {
        return Ok(fs::metadata(path)?.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path)? {
        sum += bytes_below(&entry?.path())?;
    }
    Ok(sum)
}

/// What `GET path` answers, as JSON; anything but 200 is an error.
pub async fn get(endpoint: &Endpoint, path: &str) -> Result<serde_json::Value> {
    let mut client = Client::new(endpoint.clone(), Duration::from_mins(1));
    let wire = request(endpoint, "GET", path, "", b"");
    let reply = client.send(&wire).await.map_err(|failure| Error::new(format_args!("{path}: {failure}")))?;
    if reply.status() == 200 { Ok(reply.json()) } else { Err(Error::new(format_args!("{path}: {}", reply.status()))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(script: &str) -> Site {
        let below = std::env::temp_dir();
        let mut site = Site::new(Path::new("/bin/sh"), &below, false, &["A=b".into()]).unwrap();
        let file = site.dir().join("fake");
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        site.bin = file;
        site
    }

    #[tokio::test]
    async fn an_import_is_timed_and_its_memory_is_seen() {
        let site = site("test \"$1 $3 $5 $A\" = 'import online-retail big b' && sleep 0.2");
        let took = site.import(Path::new("x.csv"), "big").await.unwrap();
        assert!(took.seconds >= 0.2 && took.peak_kb > 0, "{took:?}");
    }

    #[tokio::test]
    async fn an_import_that_fails_says_why() {
        let error = site("echo no such file; exit 3").import(Path::new("x.csv"), "big").await.unwrap_err();
        assert!(error.to_string().contains("no such file"), "{error}");
    }

    #[test]
    fn a_lake_is_as_large_as_its_files() {
        let site = site("");
        for (name, bytes) in [("bronze_orders/a", 10), ("silver_orders/m/b", 20), ("lake_feeds/c", 5)] {
            let path = site.dir().join("lake").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![0; bytes]).unwrap();
        }
        assert_eq!(site.lake_bytes(&["bronze_", "silver_"]).unwrap(), (35, vec![10, 20]));
    }
}
