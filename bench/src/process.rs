//! Processes this tool starts, and signals to those it does not own.
//!
//! Each one is started in a process group of its own and ended by it, also when the run is given up
//! half way: dropping a [`Process`] kills its group. Signals go through the `kill` program, since a
//! system call would need `unsafe`.

use std::fs::File;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::clock::{now_ns, seconds_ns};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error, Result};
use crate::http::{Client, request};

/// How to start a program, as often as needed.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name in messages, and of the log file.
    pub name: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Its whole environment, or additions to this tool's when `inherit`.
    pub env: Vec<(String, String)>,
    /// Whether it sees this tool's environment.
    pub inherit: bool,
    /// Where its output goes; nowhere if none.
    pub log: Option<PathBuf>,
}

impl Program {
    /// A shell command from the command line, with this tool's environment.
    pub fn shell(name: &str, command: &str) -> Self {
        Self {
            name: name.to_owned(),
            // exec, so that the process is the program and not a shell around it.
            argv: vec!["sh".into(), "-c".into(), format!("exec {command}")],
            env: Vec::new(),
            inherit: true,
            log: None,
        }
    }

    fn command(&self) -> Result<Command> {
        let (program, args) = self.argv.split_first().context("an empty command")?;
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null());
        if !self.inherit {
            command.env_clear();
        }
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        if let Some(path) = &self.log {
            let file = File::options().create(true).append(true).open(path)?;
            command.stderr(file.try_clone()?).stdout(file);
        } else {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        Ok(command)
    }

    /// Runs it to its end; an exit code other than 0 is an error with the end of its log.
    pub fn run(&self) -> Result<()> {
        let status = self.command()?.status().context(&self.name)?;
        if status.success() { Ok(()) } else { Err(self.failed(status)) }
    }

    /// Starts it and does not wait.
    pub fn start(&self) -> Result<Process> {
        let child = self.command()?.process_group(0).spawn().context(&self.name)?;
        Ok(Process { program: self.clone(), child })
    }

    /// Why a run of it ended as it did, with the end of its log.
    pub fn failed(&self, status: std::process::ExitStatus) -> Error {
        let how = status.signal().map_or_else(|| status.to_string(), |s| format!("signal {s}"));
        let log = self.log.as_ref().and_then(|p| std::fs::read_to_string(p).ok()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(12)..].join("\n");
        Error::new(format_args!("{} ended ({how})\n{tail}", self.name))
    }
}

/// A running program, killed with its whole group when this value goes away.
#[derive(Debug)]
pub struct Process {
    program: Program,
    child: Child,
}

impl Process {
    /// Its id, which is its group's id too.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until `GET path` answers 200, and says at what time that was.
    pub async fn healthy(&mut self, endpoint: &Endpoint, path: &str, within: Duration) -> Result<u64> {
        let deadline = now_ns() + seconds_ns(within.as_secs_f64());
        while now_ns() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Err(self.program.failed(status));
            }
            if answers(endpoint, path).await {
                return Ok(now_ns());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(Error::new(format_args!("{}: {path} did not answer 200 in {within:?}", self.program.name)))
    }

    /// Asks it to end, waits, and kills what is left. True if it ended by itself with code 0.
    pub async fn stop(mut self, within: Duration) -> Result<bool> {
        signal("TERM", &format!("-{}", self.pid()))?;
        let deadline = now_ns() + seconds_ns(within.as_secs_f64());
        while now_ns() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(false)
    }

    /// Kills it at once (SIGKILL), as a failing machine would.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Not reaped yet, so the id is still this child's and nobody else's.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = signal("KILL", &format!("-{}", self.child.id()));
            let _ = self.child.wait();
        }
    }
}

/// Whether `GET path` answers 200 now, within a second.
pub async fn answers(endpoint: &Endpoint, path: &str) -> bool {
    let mut client = Client::new(endpoint.clone(), Duration::from_secs(1));
    let wire = request(endpoint, "GET", path, "", b"");
    client.send(&wire).await.is_ok_and(|reply| reply.status() == 200)
}

/// Sends `signal` to `target`: a process id, or a group's id after a minus.
pub fn signal(signal: &str, target: &str) -> Result<()> {
    let status =
        Command::new("kill").args(["-s", signal, "--", target]).stderr(Stdio::null()).status().context("kill")?;
    if status.success() { Ok(()) } else { Err(Error::new(format_args!("kill -s {signal} {target} failed"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_ends_with_its_group() {
        let process = Program::shell("sleeper", "sh -c 'sleep 60 & sleep 60'").start().unwrap();
        let pid = process.pid();
        assert!(crate::procfs::memory(pid).resident_kb > 0);
        assert!(!process.stop(Duration::from_secs(5)).await.unwrap());
        assert_eq!(crate::procfs::memory(pid).resident_kb, 0);
    }

    #[test]
    fn a_program_that_fails_shows_the_end_of_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let mut program = Program::shell("loud", "sh -c 'echo why; exit 3'");
        program.log = Some(dir.path().join("log"));
        let error = program.run().unwrap_err().to_string();
        assert!(error.contains("why") && error.contains('3'), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_ends_is_not_waited_for() {
        let mut process = Program::shell("short", "false").start().unwrap();
        let end = process.healthy(&Endpoint::local(1), "/health", Duration::from_secs(30)).await;
        assert!(end.unwrap_err().to_string().contains("short ended"));
    }
}
