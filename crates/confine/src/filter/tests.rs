//! The filters read as the kernel reads them, for both architectures on either; and in force, in a thread of this test.

use super::*;

/// linux/audit.h
const AUDIT_X86_64: u32 = 0xc000_003e;
const AUDIT_AARCH64: u32 = 0xc000_00b7;
const AUDIT_I386: u32 = 0x4000_0003;

const ALLOW: u32 = 0x7fff_0000;
const ERRNO: u32 = 0x0005_0000;
const KILL: u32 = 0x8000_0000;

/// What the kernel is asked: `struct seccomp_data`, in words.
fn question(arch: u32, number: u32, first: u64) -> [u32; 16] {
    let [low, high] = [u32::try_from(first & 0xffff_ffff).unwrap(), u32::try_from(first >> 32).unwrap()];
    let mut words = [0; 16];
    words[..2].copy_from_slice(&[number, arch]);
    words[4..6].copy_from_slice(&[low, high]);
    words
}

/// The answer of a program, for the few instructions that seccompiler makes.
fn run(program: &BpfProgram, question: &[u32; 16]) -> u32 {
    let (mut at, mut accumulator) = (0, 0_u32);
    loop {
        let sock_filter { code, jt, jf, k } = program[at].clone();
        at += 1;
        let jump = |holds: bool| usize::from(if holds { jt } else { jf });
        match code {
            0x20 => accumulator = question[usize::try_from(k / 4).unwrap()],
            0x54 => accumulator &= k,
            0x05 => at += usize::try_from(k).unwrap(),
            0x15 => at += jump(accumulator == k),
            0x25 => at += jump(accumulator > k),
            0x35 => at += jump(accumulator >= k),
            0x06 => return k,
            other => panic!("instruction {other:#x}"),
        }
    }
}

/// The strictest answer of all programs: the kernel compares them as signed numbers, the lowest wins.
fn answer(arch: TargetArch, sockets: Sockets, listeners: Listeners, question: &[u32; 16]) -> u32 {
    let answers = programs(arch, sockets, listeners).unwrap();
    answers.iter().map(|program| run(program, question)).min_by_key(|answer| answer.cast_signed()).unwrap()
}

fn number(arch: TargetArch, numbers: Numbers) -> Option<u32> {
    of(arch, numbers).unwrap().map(|number| u32::try_from(number).unwrap())
}

#[test]
fn every_rule_on_both_architectures() {
    for (arch, audit, foreign) in
        [(TargetArch::x86_64, AUDIT_X86_64, AUDIT_I386), (TargetArch::aarch64, AUDIT_AARCH64, 0x4000_0028)]
    {
        for (sockets, listeners) in [
            (Sockets::Unix, Listeners::More),
            (Sockets::Unix, Listeners::NoMore),
            (Sockets::UnixAndIp, Listeners::More),
            (Sockets::UnixAndIp, Listeners::NoMore),
        ] {
            let network = sockets == Sockets::UnixAndIp;
            let asked = |numbers: Numbers, first: u64| {
                answer(arch, sockets, listeners, &question(audit, number(arch, numbers).unwrap(), first))
            };
            for numbers in REFUSED.into_iter().filter(|numbers| number(arch, *numbers).is_some()) {
                assert_eq!(asked(numbers, 0), ERRNO | EPERM, "{numbers:?}");
            }
            let addressed = if listeners == Listeners::More { ALLOW } else { ERRNO | EPERM };
            assert_eq!([asked(BIND, 3), asked(LISTEN, 3)], [addressed; 2], "{listeners:?}");
            assert_eq!(asked(CLONE3, 0), ERRNO | ENOSYS);
            assert_eq!(asked(CLONE, 0x11), ERRNO | EPERM, "a process");
            assert_eq!(asked(CLONE, 0x003d_0f00), ALLOW, "glibc's flags for a thread");
            for (family, allowed) in [(1, true), (2, network), (10, network), (16, false), (17, false), (40, false)] {
                let expected = if allowed { ALLOW } else { ERRNO | EPERM };
                assert_eq!(asked(SOCKET, family), expected, "family {family}, network {network}");
            }
            assert_eq!(answer(arch, sockets, listeners, &question(foreign, 1, 0)), KILL, "another architecture");
            assert_eq!(answer(arch, sockets, listeners, &question(audit, 0, 0)), ALLOW, "anything else");
        }
    }
    let x32 = question(AUDIT_X86_64, X32_BIT + 41, 2);
    assert_eq!(answer(TargetArch::x86_64, Sockets::Unix, Listeners::More, &x32), KILL);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_numbers_are_the_headers() {
    let ours: Vec<_> =
        [BIND, LISTEN, SOCKET, CLONE, CLONE3].into_iter().chain(REFUSED).map(|(x86_64, _)| x86_64.unwrap()).collect();
    let theirs = [
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_socket,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_unshare,
        libc::SYS_setns,
    ];
    assert_eq!(ours, theirs);
}

#[test]
fn a_thread_that_listens_no_more_is_answered_by_the_kernel() {
    let thread = std::thread::spawn(|| {
        let there = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        install(Sockets::Unix, Listeners::NoMore).unwrap();
        let refused = |error: std::io::Error| assert_eq!(error.raw_os_error(), Some(libc::EPERM));
        refused(std::net::TcpStream::connect(there.local_addr().unwrap()).unwrap_err());
        refused(std::os::unix::net::UnixListener::bind(std::env::temp_dir().join("nobody")).unwrap_err());
        let (mut near, mut far) = std::os::unix::net::UnixStream::pair().unwrap();
        std::io::Write::write_all(&mut near, b"still").unwrap();
        std::io::Read::read_exact(&mut far, &mut [0; 5]).unwrap();
    });
    thread.join().unwrap();
}
