//! The system calls that a confined process does without, on x86-64 and aarch64.
//!
//! Refused with EPERM: other programs and processes, sockets of any family but AF_UNIX (and AF_INET, AF_INET6 where an
//! address must be reached), the memory of other processes, io_uring, through which a socket could be opened past this
//! filter, and, where that is over, giving a socket an address. clone3 answers ENOSYS, because a filter cannot read its arguments: glibc then uses clone, which may
//! make threads only. A call by another architecture's numbers kills the process.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, sock_filter,
};
use thiserror::Error;

/// Which sockets may still be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sockets {
    /// Those of this machine.
    Unix,
    /// Also those of IPv4 and IPv6.
    UnixAndIp,
}

/// Whether a socket may still be given an address, to listen there or to speak from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listeners {
    /// It may.
    More,
    /// Whatever is listened at, is by now.
    NoMore,
}

/// Why there is no filter.
#[derive(Debug, Error)]
pub enum FilterError {
    /// No filter was written for this machine's architecture.
    #[error("there is no filter for {}", std::env::consts::ARCH)]
    Architecture,
    /// It cannot be compiled.
    #[error("it cannot be compiled")]
    Compile(#[from] seccompiler::BackendError),
    /// The kernel does not take it.
    #[error("the kernel does not take it")]
    Install(#[from] seccompiler::Error),
}

/// A call's numbers on x86-64 and aarch64; none where an architecture does not have it.
type Numbers = (Option<i64>, Option<i64>);

const BIND: Numbers = (Some(49), Some(200));
const LISTEN: Numbers = (Some(50), Some(201));
const SOCKET: Numbers = (Some(41), Some(198));
const CLONE: Numbers = (Some(56), Some(220));
const CLONE3: Numbers = (Some(435), Some(435));

/// Refused whatever their arguments.
const REFUSED: [Numbers; 17] = [
    (Some(57), None),       // fork
    (Some(58), None),       // vfork
    (Some(59), Some(221)),  // execve
    (Some(322), Some(281)), // execveat
    (Some(101), Some(117)), // ptrace
    (Some(310), Some(270)), // process_vm_readv
    (Some(311), Some(271)), // process_vm_writev
    (Some(438), Some(438)), // pidfd_getfd
    (Some(312), Some(272)), // kcmp
    (Some(425), Some(425)), // io_uring_setup
    (Some(426), Some(426)), // io_uring_enter
    (Some(427), Some(427)), // io_uring_register
    (Some(321), Some(280)), // bpf
    (Some(298), Some(241)), // perf_event_open
    (Some(323), Some(282)), // userfaultfd
    (Some(272), Some(97)),  // unshare
    (Some(308), Some(268)), // setns
];

/// linux/sched.h
const CLONE_THREAD: u64 = 0x0001_0000;
/// linux/socket.h
const AF_UNIX: u64 = 1;
const AF_INET: u64 = 2;
const AF_INET6: u64 = 10;
/// asm-generic/errno-base.h and errno.h
const EPERM: u32 = 1;
const ENOSYS: u32 = 38;
/// asm/unistd.h: set in the numbers of x86-64's third ABI, x32, which shares the architecture's name in the kernel.
const X32_BIT: u32 = 0x4000_0000;

/// Installs the filters for this thread and those that it will start, for good.
pub fn install(sockets: Sockets, listeners: Listeners) -> Result<(), FilterError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|_| FilterError::Architecture)?;
    for program in programs(arch, sockets, listeners)? {
        seccompiler::apply_filter(&program)?;
    }
    Ok(())
}

/// The filters; the strictest answer of all holds.
fn programs(arch: TargetArch, sockets: Sockets, listeners: Listeners) -> Result<Vec<BpfProgram>, FilterError> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let given_addresses: &[Numbers] = if listeners == Listeners::NoMore { &[BIND, LISTEN] } else { &[] };
    for numbers in REFUSED.iter().chain(given_addresses).copied() {
        // A call without rules is refused always.
        refused.extend(of(arch, numbers)?.map(|number| (number, Vec::new())));
    }
    refused.extend(of(arch, CLONE)?.into_iter().zip([vec![not_a_thread()?]]));
    refused.extend(of(arch, SOCKET)?.into_iter().zip([vec![of_no_family(sockets)?]]));
    let absent: BTreeMap<_, _> = of(arch, CLONE3)?.map(|number| (number, Vec::new())).into_iter().collect();
    let filter = |rules, errno| -> Result<BpfProgram, FilterError> {
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno), arch)?;
        Ok(filter.try_into()?)
    };
    let mut programs = vec![filter(refused, EPERM)?, filter(absent, ENOSYS)?];
    if arch == TargetArch::x86_64 {
        programs.push(no_x32());
    }
    Ok(programs)
}

fn of(arch: TargetArch, (x86_64, aarch64): Numbers) -> Result<Option<i64>, FilterError> {
    match arch {
        TargetArch::x86_64 => Ok(x86_64),
        TargetArch::aarch64 => Ok(aarch64),
        TargetArch::riscv64 => Err(FilterError::Architecture),
    }
}

/// clone without CLONE_THREAD: the flags are its first argument on both architectures.
fn not_a_thread() -> Result<SeccompRule, FilterError> {
    let thread = SeccompCmpOp::MaskedEq(CLONE_THREAD);
    Ok(SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Dword, thread, 0)?])?)
}

/// socket of a family that is none of ours.
fn of_no_family(sockets: Sockets) -> Result<SeccompRule, FilterError> {
    let families: &[u64] = match sockets {
        Sockets::Unix => &[AF_UNIX],
        Sockets::UnixAndIp => &[AF_UNIX, AF_INET, AF_INET6],
    };
    let others =
        families.iter().map(|family| SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, *family));
    Ok(SeccompRule::new(others.collect::<Result<_, _>>()?)?)
}

/// Kills the process at a call of the x32 ABI: load the number, compare, kill or allow (linux/filter.h, seccomp.h).
fn no_x32() -> BpfProgram {
    let statement = |code, k| sock_filter { code, jt: 0, jf: 0, k };
    let (load_number, jump_if_at_least, answer) = (0x20, 0x35, 0x06);
    let (kill_process, allow) = (0x8000_0000, 0x7fff_0000);
    vec![
        statement(load_number, 0),
        sock_filter { code: jump_if_at_least, jt: 0, jf: 1, k: X32_BIT },
        statement(answer, kill_process),
        statement(answer, allow),
    ]
}

#[cfg(test)]
mod tests;
