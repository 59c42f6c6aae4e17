//! Processor time and memory of the service's processes, as the kernel counts them.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Processor time, nanoseconds, by the threads' names; digits are left out, so that threads of one kind count as one.
pub(crate) type Times = BTreeMap<String, u64>;

/// What the threads of a process have used so far. One that has ended meanwhile is missing.
pub(crate) fn times(pid: u32) -> Times {
    let mut times = Times::new();
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else { return times };
    for task in tasks.filter_map(Result::ok) {
        let read = |file: &str| fs::read_to_string(task.path().join(file)).unwrap_or_default();
        // Linux, Documentation/scheduler/sched-stats: time on a processor first, nanoseconds.
        let used: u64 = read("schedstat").split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let name = read("comm").trim().trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_owned();
        *times.entry(name).or_default() += used;
    }
    times
}

/// Adds these times to those.
pub(crate) fn add(sum: &mut Times, times: Times) {
    for (name, ns) in times {
        *sum.entry(name).or_default() += ns;
    }
}

/// How much more there is since.
pub(crate) fn since(now: &Times, then: &Times) -> Times {
    now.iter().map(|(name, ns)| (name.clone(), ns - then.get(name).copied().unwrap_or(0).min(*ns))).collect()
}

/// Resident memory, bytes: what is the process's own, and what are pages of files (its program, libraries, databases).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) anonymous: u64,
    pub(crate) of_files: u64,
    /// Of both, each page divided by how many processes have it: the program's are in both of ours. None where the
    /// kernel does not tell us.
    pub(crate) proportional: Option<u64>,
}

/// The memory of a process.
pub(crate) fn memory(pid: u32) -> Option<Memory> {
    let bytes = |file: &str, name: &str| {
        let told = fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
        let line = told.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    };
    let of_files = bytes("status", "RssFile:")? + bytes("status", "RssShmem:")?;
    // Linux, Documentation/filesystems/proc: the sums over smaps.
    let proportional = bytes("smaps_rollup", "Pss:");
    Some(Memory { anonymous: bytes("status", "RssAnon:")?, of_files, proportional })
}

/// Processor time that the calling thread has used so far.
pub(crate) fn of_thread() -> Duration {
    let read = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(read.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

/// The worker among the children of the service.
pub(crate) fn worker_of(parent: u32) -> Option<u32> {
    let processes = fs::read_dir("/proc").ok()?;
    let mut pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.find(|pid| {
        let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        read("cmdline").contains("signing-worker") && read("status").contains(&format!("\nPPid:\t{parent}\n"))
    })
}
