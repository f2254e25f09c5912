//! How much memory there is and how much of it this process has, as Linux tells; elsewhere nothing is known.

use std::path::Path;

/// What the process uses and what there is of memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// What this process has.
    pub(crate) used: Option<u64>,
    /// What it may have: the limit of its group, else what the machine has.
    pub(crate) limit: Option<u64>,
    /// What of the machine's is free, or can be freed.
    pub(crate) free: Option<u64>,
}

/// What there is now.
pub(crate) async fn memory() -> Memory {
    let read = async |path: &str| tokio::fs::read_to_string(Path::new(path)).await.unwrap_or_default();
    let (own, machine) = (read("/proc/self/status").await, read("/proc/meminfo").await);
    of(&own, &machine, &read("/sys/fs/cgroup/memory.max").await)
}

fn of(own: &str, machine: &str, group: &str) -> Memory {
    let total = kibibytes(machine, "MemTotal:");
    let group = group.trim().parse::<u64>().ok();
    Memory {
        used: kibibytes(own, "VmRSS:"),
        limit: group.into_iter().chain(total).min(),
        free: kibibytes(machine, "MemAvailable:"),
    }
}

/// The value of a line `Name:   12 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{Memory, of};

    #[test]
    fn memory_is_read_as_linux_tells_it() {
        let (own, machine) = ("Name:\tinsights\nVmRSS:\t    2048 kB\n", "MemTotal:  8192 kB\nMemAvailable:  4096 kB\n");
        let told = Memory { used: Some(2 << 20), limit: Some(8 << 20), free: Some(4 << 20) };
        assert_eq!(of(own, machine, "max\n"), told);
        assert_eq!(of(own, machine, "4194304\n"), Memory { limit: Some(4 << 20), ..told });
        assert_eq!(of("", "", ""), Memory::default());
    }
}
