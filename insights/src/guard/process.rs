//! Starts a query's process, hears it out, and knows what its end means.

use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::child::{FAILED, MOST_BYTES};
use super::wire::{self, Reply};
use super::words::{About, Wrong};
use super::{CHILD, Refused, Result};

/// What of the environment it gets: how an object store is reached, and nothing else.
const ENVIRONMENT: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];
const NAMED: [&str; 7] = ["HOME", "PATH", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/// How systems number the signals that end a process.
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGXCPU: i32 = 24;
/// Bytes of its last words.
const LAST_WORDS: u64 = 16 << 10;

/// Gives a new process the request and reads what it says until it ends. Dropping this ends it.
pub(super) async fn ask(request: &[u8]) -> std::result::Result<Result, Refused> {
    let mut child = command()?.spawn().map_err(|_| Refused::NotStarted)?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(Refused::NotStarted);
    };
    let (mut answer, mut words) = (Vec::new(), Vec::new());
    let write = async {
        // It may end before it has read everything: what it said then is the answer.
        let _ = stdin.write_all(request).await;
        drop(stdin);
    };
    // One byte more than it may say: what is longer is cut off, and no answer.
    let (mut stdout, mut stderr) = (stdout.take(MOST_BYTES as u64 + 1), stderr.take(LAST_WORDS));
    let ((), read, _) = tokio::join!(write, stdout.read_to_end(&mut answer), stderr.read_to_end(&mut words));
    drop((stdout, stderr));
    let ended = child.wait().await.map_err(|_| Refused::Wrong(Wrong::plain(About::Engine)))?;
    if read.is_err() || !ended.success() {
        return Err(why(ended, &String::from_utf8_lossy(&words)));
    }
    match wire::reply(&answer) {
        Some(Reply::Found(found)) => Ok(found),
        Some(Reply::Wrong(wrong)) => Err(Refused::Wrong(wrong)),
        None if answer.len() > MOST_BYTES => Err(Refused::Wrong(Wrong::plain(About::Answer))),
        None => {
            tracing::error!(bytes = answer.len(), "what a query's process said cannot be read");
            Err(Refused::Wrong(Wrong::plain(About::Engine)))
        }
    }
}

fn command() -> std::result::Result<Command, Refused> {
    let program = std::env::current_exe().map_err(|_| Refused::NotStarted)?;
    let passed = |name: &str| NAMED.contains(&name) || ENVIRONMENT.iter().any(|prefix| name.starts_with(prefix));
    let mut command = Command::new(program);
    command
        .arg(CHILD)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(passed)))
        // The allocator would set aside a gigabyte of addresses, which then no limit on addresses sees.
        .env("MIMALLOC_ARENA_RESERVE", "16MiB")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    Ok(command)
}

/// What the end of a process that did not answer means: by what ended it, and by its last words.
fn why(ended: ExitStatus, words: &str) -> Refused {
    use std::os::unix::process::ExitStatusExt as _;
    let signal = ended.signal();
    tracing::info!(?signal, code = ended.code(), words = words.trim(), "a query has ended its process");
    let said = |what: &str| words.contains(what);
    match signal {
        Some(SIGXCPU | SIGKILL) => Refused::Deadline,
        Some(_) if said("overflowed its stack") => Refused::TooDeep,
        Some(SIGSEGV) => Refused::TooDeep,
        Some(_) => Refused::TooLarge,
        // A vector or an array that could not grow any more.
        None if said("capacity overflow") || said("offset overflow") || said("cannot allocate") => Refused::TooLarge,
        None if ended.code() == Some(FAILED) => Refused::Wrong(Wrong::plain(About::Engine)),
        None => Refused::Deadline,
    }
}
