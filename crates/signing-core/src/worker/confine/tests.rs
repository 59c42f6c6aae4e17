//! Confinement from inside: in a thread of the test's process, because what is given up is given up for good.

use std::os::unix::net::UnixStream;
use std::process::Command;

use rustix::process::{getrlimit, parent_process_death_signal};

use super::*;

fn parent() -> u32 {
    rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().cast_unsigned()).unwrap()
}

/// What a system call answers: its error's number.
fn errno(number: libc::c_long, arguments: [libc::c_long; 3]) -> i32 {
    let [first, second, third] = arguments;
    #[expect(unsafe_code, reason = "a system call that is to be refused is made as it is")]
    // SAFETY: refused by the filter, which is what is tested; let through, each fails for its null pointers or makes a
    // file descriptor or a child that ends with the failed test.
    let result = unsafe { libc::syscall(number, first, second, third, 0, 0, 0) };
    if result >= 0 { 0 } else { std::io::Error::last_os_error().raw_os_error().unwrap() }
}

/// Runs it in a thread that is confined, with this process.
fn confined(network: bool, run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::spawn(move || {
        confine(parent(), network).unwrap();
        run();
    });
    thread.join().unwrap();
}

#[test]
fn the_process_can_neither_be_read_nor_outlive_its_parent() {
    confined(false, || {
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
        assert_eq!(rustix::process::dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(parent_process_death_signal().unwrap(), Some(Signal::KILL));
        assert!(rustix::thread::no_new_privs().unwrap());
    });
}

#[test]
fn no_socket_no_program_no_process() {
    confined(false, || {
        for family in [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK, libc::AF_PACKET, libc::AF_VSOCK] {
            assert_eq!(errno(libc::SYS_socket, [family.into(), libc::SOCK_STREAM.into(), 0]), libc::EPERM, "{family}");
        }
        assert_eq!(std::net::TcpStream::connect("127.0.0.1:1").unwrap_err().raw_os_error(), Some(libc::EPERM));
        let program = Command::new("/proc/self/exe").arg("--help").status();
        assert_eq!(program.unwrap_err().raw_os_error(), Some(libc::EPERM));
        for number in [
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_io_uring_setup,
            libc::SYS_pidfd_getfd,
        ] {
            assert_eq!(errno(number, [0; 3]), libc::EPERM, "{number}");
        }
        assert_eq!(errno(libc::SYS_clone, [libc::SIGCHLD.into(), 0, 0]), libc::EPERM);
        assert_eq!(errno(libc::SYS_clone3, [0; 3]), libc::ENOSYS);
    });
}

#[test]
fn threads_and_streams_of_this_machine_are_left() {
    confined(false, || {
        UnixStream::pair().unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::net::UnixListener::bind(directory.path().join("socket")).unwrap();
        // And what is refused is refused there too.
        let inner = std::thread::spawn(|| errno(libc::SYS_socket, [libc::AF_INET.into(), libc::SOCK_STREAM.into(), 0]));
        assert_eq!(inner.join().unwrap(), libc::EPERM);
    });
}

#[test]
fn a_profile_with_a_network_gets_it_and_nothing_else() {
    confined(true, || {
        for family in [libc::AF_INET, libc::AF_INET6] {
            assert_eq!(errno(libc::SYS_socket, [family.into(), libc::SOCK_STREAM.into(), 0]), 0, "{family}");
        }
        assert_eq!(errno(libc::SYS_socket, [libc::AF_NETLINK.into(), libc::SOCK_RAW.into(), 0]), libc::EPERM);
        Command::new("/proc/self/exe").arg("--help").status().unwrap_err();
    });
}

#[test]
fn an_orphan_does_not_go_on() {
    let thread = std::thread::spawn(|| confine(parent() + 1, false).unwrap_err());
    assert!(matches!(thread.join().unwrap(), Unconfined::Orphaned));
}
