//! A process of ours: started, signalled, killed, and never left behind. Its log is shown when the test fails.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::poll::eventually;

/// How much of a log a failing test shows.
const LOG_TAIL: usize = 16 * 1024;

/// Where the program is that has shop and board.
pub fn belgrano() -> PathBuf {
    env!("CARGO_BIN_EXE_belgrano").into()
}

/// How to start it.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    /// The file that is run.
    pub binary: PathBuf,
    /// What is asked of it.
    pub arguments: Vec<String>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// Shell commands to run in the process before it becomes ours: limits.
    pub before: Option<String>,
    /// Where it writes; shared by all its lives.
    pub log: PathBuf,
}

impl Program {
    fn command(&self) -> Command {
        let mut command = match &self.before {
            None => Command::new(&self.binary),
            Some(before) => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(format!("{before}; exec \"$0\" \"$@\"")).arg(&self.binary);
                shell
            }
        };
        command.args(&self.arguments).env_clear().envs(self.env.iter().cloned()).stdin(Stdio::null());
        command
    }

    /// Starts it.
    pub fn start(&self) -> Process {
        let log = File::options().create(true).append(true).open(&self.log).expect("a log");
        let mut command = self.command();
        command.stdout(log.try_clone().expect("a log")).stderr(log);
        let child = command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", self.name));
        Process { name: self.name.clone(), log: self.log.clone(), child }
    }

    /// Runs it to its end. Returns what it printed.
    pub fn run(&self) -> String {
        let output = self.command().output().unwrap_or_else(|error| panic!("{} does not start: {error}", self.name));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {:?}: {}\n{error}", self.name, self.arguments, output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// One life of it. Ends with this value.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    child: Child,
}

impl Process {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }

    /// Sends `signal` (`-TERM`, `-STOP`, `-CONT`) to it.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().expect("a kill program");
        assert!(sent.success(), "kill {signal} to {}: {sent}", self.name);
    }

    /// SIGKILL: not a word of warning. Returns when it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("a child of ours");
        self.child.wait().expect("a child of ours");
    }

    /// Waits for its end.
    pub async fn exit(mut self) -> ExitStatus {
        let what = format!("{} ends", self.name);
        eventually(&what, async || self.ended().ok_or("still running")).await
    }

    /// What it wrote last.
    pub fn log_tail(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(LOG_TAIL)..]).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of {} ---\n{}", self.name, self.log_tail());
        }
    }
}
