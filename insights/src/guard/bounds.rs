//! The bounds that a query's process puts on itself; the system keeps them.

use std::time::Duration;

use rlimit::Resource;

/// After its deadline, until it ends itself: nobody is left who would.
const GRACE: Duration = Duration::from_secs(2);
/// Threads that may be at work at once.
pub(super) const THREADS: usize = 2;

/// From here on the system ends this process when it takes more than `memory_mib` beyond what it has, or more than `deadline_s`
/// seconds on each of its processors; it can write no file.
pub(super) fn keep(memory_mib: u64, deadline_s: u64) -> std::io::Result<()> {
    let more = memory_mib << 20;
    let (addresses, data) = sizes()?;
    set(Resource::AS, addresses + more)?;
    set(Resource::DATA, data + more)?;
    set(Resource::CPU, deadline_s.saturating_mul(THREADS as u64))?;
    set(Resource::FSIZE, 0)?;
    set(Resource::CORE, 0)
}

fn set(resource: Resource, most: u64) -> std::io::Result<()> {
    rlimit::setrlimit(resource, most, most)
}

/// Ends this process some time after its deadline, whatever it does: whoever started it may be gone.
pub(super) fn end_after(deadline_s: u64) {
    let watch = move || {
        std::thread::sleep(Duration::from_secs(deadline_s) + GRACE);
        std::process::exit(1);
    };
    if let Err(error) = std::thread::Builder::new().stack_size(64 << 10).spawn(watch) {
        eprintln!("no watch over the time: {error}");
    }
}

/// Bytes of addresses, and of data among them, that this process has now (Linux).
fn sizes() -> std::io::Result<(u64, u64)> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib << 10)
    };
    Ok((of("VmSize").unwrap_or(1 << 30), of("VmData").unwrap_or(1 << 30)))
}
