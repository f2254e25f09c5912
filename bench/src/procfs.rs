//! What processes cost, read from `/proc`: processor time and memory of the watched servers, and how
//! much of the machine others took meanwhile.
//!
//! Counts each process once, even when two names are given to it (both services in one process).
//! `/proc` counts in hundredths of a second (`USER_HZ`, 100 on every Linux this runs on), so a
//! measurement should last seconds.

use std::collections::BTreeSet;
use std::fs;

use crate::clock::{now_ns, seconds_between};
use crate::error::{Context as _, Error, Result};
use crate::report::{Report, float, ratio};

const TICKS_PER_SECOND: f64 = 100.0;

/// The processes to account for.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    processes: Vec<(String, u32)>,
}

impl Watched {
    /// From `shop=PID,tickets=PID`; an empty text watches nothing.
    pub fn parse(text: &str) -> Result<Self> {
        let mut processes = Vec::new();
        for part in text.split(',').filter(|p| !p.trim().is_empty()) {
            let (name, pid) =
                part.split_once('=').ok_or_else(|| Error::new(format_args!("--pid {part}: expected NAME=PID")))?;
            let pid = pid.trim().parse().context(format_args!("--pid {part}"))?;
            processes.push((name.trim().to_owned(), pid));
        }
        Ok(Self { processes })
    }

    /// Watches `processes`.
    pub fn new(processes: Vec<(String, u32)>) -> Self {
        Self { processes }
    }

    /// The process called `name`.
    pub fn pid(&self, name: &str) -> Option<u32> {
        self.processes.iter().find(|(n, _)| n == name).map(|(_, p)| *p)
    }

    fn distinct(&self) -> BTreeSet<u32> {
        self.processes.iter().map(|(_, pid)| *pid).collect()
    }

    /// Processor time so far.
    pub fn sample(&self) -> Sample {
        Sample {
            at_ns: now_ns(),
            each_s: self.processes.iter().map(|(_, pid)| cpu_s(&pid.to_string())).collect(),
            servers_s: self.distinct().iter().map(|pid| cpu_s(&pid.to_string())).sum(),
            generator_s: cpu_s("self"),
            machine_s: machine_busy_s(),
        }
    }

    /// Puts the processor time between two samples into `report`, and how much of the machine was
    /// taken by processes that are neither watched nor this one.
    pub fn put_cpu(&self, report: &mut Report, from: &Sample, to: &Sample) {
        if !self.processes.is_empty() {
            report.put("server_cpu_s", to.servers_s - from.servers_s);
        }
        for (i, (name, _)) in self.processes.iter().enumerate() {
            report.put(format!("{name}_cpu_s"), to.each_s[i] - from.each_s[i]);
        }
        report.put("generator_cpu_s", to.generator_s - from.generator_s);
        let ours = to.servers_s - from.servers_s + to.generator_s - from.generator_s;
        let cores = std::thread::available_parallelism().map_or(1.0, |n| float(n.get() as u64));
        let whole = seconds_between(from.at_ns, to.at_ns) * cores;
        let others = (to.machine_s - from.machine_s - ours).max(0.0);
        report.put("others_share", ratio(others, whole));
    }

    /// Puts resident and proportional memory of each process and of all, in KiB, into `report`.
    pub fn put_memory(&self, report: &mut Report) {
        for (name, pid) in &self.processes {
            let m = memory(*pid);
            report.put(format!("{name}_rss_kb"), m.resident_kb);
            report.put(format!("{name}_pss_kb"), m.proportional_kb);
        }
        if !self.processes.is_empty() {
            report.put("server_pss_kb", self.memory().proportional_kb);
        }
    }

    /// Memory of all watched processes together.
    pub fn memory(&self) -> Memory {
        let mut sum = Memory::default();
        for pid in self.distinct() {
            let m = memory(pid);
            sum.resident_kb += m.resident_kb;
            sum.proportional_kb += m.proportional_kb;
            sum.peak_kb += m.peak_kb;
        }
        sum
    }
}

/// Processor time at one moment, in seconds.
#[derive(Clone)]
pub struct Sample {
    at_ns: u64,
    each_s: Vec<f64>,
    servers_s: f64,
    generator_s: f64,
    machine_s: f64,
}

impl Sample {
    /// What the watched processes used until `later`.
    pub fn servers_until(&self, later: &Self) -> f64 {
        later.servers_s - self.servers_s
    }
}

/// Memory in KiB. Kernel memory (socket buffers) is in none of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Resident.
    pub resident_kb: u64,
    /// Resident, shared pages divided by those who share them.
    pub proportional_kb: u64,
    /// The most that was ever resident, or since [`reset_peak`].
    pub peak_kb: u64,
}

/// The memory of `pid`; zeros when it is gone.
pub fn memory(pid: u32) -> Memory {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    Memory { resident_kb: kb(&status, "VmRSS:"), proportional_kb: kb(&rollup, "Pss:"), peak_kb: kb(&status, "VmHWM:") }
}

/// The most that was ever resident of `pid`, without the rest of [`memory`], which takes the kernel a while; 0 when it is gone.
pub fn peak_kb(pid: u32) -> u64 {
    kb(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default(), "VmHWM:")
}

/// Processor time of `pid` so far, in seconds; 0 when it is gone.
pub fn cpu_of(pid: u32) -> f64 {
    cpu_s(&pid.to_string())
}

/// Starts the peak of `pid` anew. False when the kernel does not allow it: then the peak is since start.
pub fn reset_peak(pid: u32) -> bool {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").is_ok()
}

fn kb(text: &str, key: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|n| n.parse().ok())
        .unwrap_or(0)
}

fn cpu_s(pid: &str) -> f64 {
    fs::read_to_string(format!("/proc/{pid}/stat")).map_or(0.0, |stat| cpu_of_stat(&stat))
}

/// utime + stime, fields 14 and 15. The name (field 2) may hold spaces and parentheses.
fn cpu_of_stat(stat: &str) -> f64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum();
    float(ticks) / TICKS_PER_SECOND
}

/// User, nice, system, interrupts and stolen time of all cores; not idle, not waiting for a disk.
fn machine_busy_s() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<u64> =
        stat.lines().next().unwrap_or_default().split_whitespace().skip(1).filter_map(|f| f.parse().ok()).collect();
    let busy = [0, 1, 2, 5, 6, 7].iter().filter_map(|i| fields.get(*i)).sum::<u64>();
    float(busy) / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_pids() {
        let watched = Watched::parse("shop=12, tickets=13").unwrap();
        assert_eq!((watched.pid("shop"), watched.pid("tickets")), (Some(12), Some(13)));
        assert!(Watched::parse("").unwrap().processes.is_empty());
        assert!(Watched::parse("shop").is_err());
        assert!(Watched::parse("shop=x").is_err());
    }

    #[test]
    fn one_process_under_two_names_counts_once() {
        let me = std::process::id();
        let watched = Watched::new(vec![("shop".into(), me), ("tickets".into(), me)]);
        assert_eq!(watched.distinct().len(), 1);
        assert!(watched.memory().resident_kb >= memory(me).resident_kb / 2);
        assert!(watched.memory().resident_kb < memory(me).resident_kb * 3 / 2);
    }

    #[test]
    fn reads_past_a_name_with_parentheses() {
        let stat = "7 (a) b) S 1 7 7 0 -1 0 0 0 0 0 150 50 0 0 20 0 1 0";
        assert!((cpu_of_stat(stat) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_process_that_is_gone_has_no_memory() {
        assert_eq!(memory(u32::MAX).resident_kb, 0);
    }
}
