//! A forwarder that a test has started, and the far sides that it reaches.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use tempfile::TempDir;

/// A forwarder, ended with the test.
pub(crate) struct Running {
    child: Child,
    log: BufReader<ChildStderr>,
    pub(crate) place: TempDir,
}

pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_forwarder"))
}

impl Running {
    /// Starts one with this configuration, in which `DIR` stands for a directory of its own, and waits until it serves.
    pub(crate) fn start(config: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), config)
    }

    pub(crate) fn start_in(place: TempDir, config: &str) -> Self {
        Self::start_as(command(), place, config)
    }

    /// Starts one that may have so many files open.
    pub(crate) fn start_with_files(place: TempDir, config: &str, files: u32) -> Self {
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_forwarder")]);
        Self::start_as(limited, place, config)
    }

    fn start_as(mut command: Command, place: TempDir, config: &str) -> Self {
        let file = place.path().join("forwarder.toml");
        std::fs::write(&file, config.replace("DIR", place.path().to_str().unwrap())).unwrap();
        let name = place.path().to_str().unwrap();
        command.args(["serve", "--name", name, "--config"]).arg(&file).stderr(Stdio::piped());
        Self::started(command.spawn().unwrap(), place)
    }

    /// One that was started with its log piped, once it serves.
    pub(crate) fn started(mut child: Child, place: TempDir) -> Self {
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, log, place };
        running.logged("serving");
        running
    }

    /// The next line of the log that has these words; the lines before it are gone.
    pub(crate) fn logged(&mut self, words: &str) -> String {
        let mut passed = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "ended without {words:?}: {passed}");
            if line.contains(words) {
                return line;
            }
            passed.push_str(&line);
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn connect(&self, name: &str) -> UnixStream {
        UnixStream::connect(self.path(name)).unwrap()
    }

    /// What Prometheus would read, at the socket `metrics`.
    pub(crate) fn metrics(&self) -> String {
        let mut asking = self.connect("metrics");
        asking.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        let mut text = String::new();
        asking.read_to_string(&mut text).unwrap();
        text
    }

    pub(crate) fn status(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap()
    }

    pub(crate) fn healthy(&self) -> bool {
        let name = self.place.path().to_str().unwrap();
        command().args(["health", "--name", name]).stderr(Stdio::null()).status().unwrap().success()
    }

    /// Sends a signal and waits for the end.
    pub(crate) fn end(mut self, signal: &str) -> (ExitStatus, TempDir) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let kept = std::mem::replace(&mut self.place, tempfile::tempdir().unwrap());
        (status, kept)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A far side that sends each connection's bytes back in capitals once it has all of them; its port.
pub(crate) fn shouting() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                stream.read_to_end(&mut bytes).unwrap();
                bytes.make_ascii_uppercase();
                stream.write_all(&bytes).unwrap();
            });
        }
    });
    port
}

/// Says all of it, then hears all of it.
pub(crate) fn say(mut stream: impl Read + Write + HalfClose, bytes: &[u8]) -> Vec<u8> {
    stream.write_all(bytes).unwrap();
    stream.say_no_more();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

pub(crate) trait HalfClose {
    fn say_no_more(&self);
}

impl HalfClose for UnixStream {
    fn say_no_more(&self) {
        self.shutdown(Shutdown::Write).unwrap();
    }
}

pub(crate) fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket())
}
