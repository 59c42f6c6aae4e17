//! A second signer of a plane: a wallet-manager of its own over a token of its own.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use toml::Table;

use crate::operators::change;
use crate::plane::{Plane, lucid};

const PATIENCE: Duration = Duration::from_mins(1);
const PULSE: Duration = Duration::from_millis(50);

/// A running wallet-manager beside a plane's. It ends with this.
#[derive(Debug)]
pub struct Signer {
    child: Child,
    place: PathBuf,
    port: u16,
}

impl Signer {
    /// Starts one that believes whom the plane's own believes.
    pub fn beside(plane: &Plane) -> Self {
        let place = plane.directory().join("second");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        fs::create_dir_all(place.join("token")).expect("a directory");
        fs::create_dir_all(place.join("wallet-manager")).expect("a directory");
        let conf = place.join("softhsm2.conf");
        let objects = place.join("token");
        fs::write(&conf, format!("directories.tokendir = {}\nlog.level = ERROR\n", objects.display())).expect("a file");
        let pin = place.join("pin");
        let program = lucid().with_file_name("wallet-manager");
        let made = Command::new(&program)
            .env("SOFTHSM2_CONF", &conf)
            .args(["token", "--json", "init", "--draw-pins", "--label", "second", "--pin-file"])
            .args([&pin, Path::new("--token-dir"), &objects])
            .output()
            .expect("it starts");
        assert!(made.status.success(), "{made:?}");
        let config = place.join("config.toml");
        fs::copy(plane.directory().join("wallet-manager/config.toml"), &config).expect("a configuration");
        change(&config, |config| {
            let text = |path: &Path| path.to_str().expect("text").to_owned();
            let section = |config: &mut Table, name: &str, values: Vec<(&str, String)>| {
                let section = config.entry(name).or_insert_with(|| Table::new().into());
                let section = section.as_table_mut().expect("a section");
                section.extend(values.into_iter().map(|(key, value)| (key.to_owned(), value.into())));
            };
            let data = text(&place.join("wallet-manager"));
            section(config, "server", vec![("listen", format!("127.0.0.1:{port}")), ("data_dir", data)]);
            let token = vec![("label", "second".to_owned()), ("pin_file", text(&pin)), ("token_dir", text(&objects))];
            section(config, "token", token);
        });
        let child = Command::new(&program)
            .env("SOFTHSM2_CONF", &conf)
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(fs::File::create(place.join("log")).expect("a file"))
            .spawn()
            .expect("it starts");
        let signer = Self { child, place, port };
        signer.until_ready();
        signer.make_directory(plane);
        signer
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs `lucid` on the plane with this signer in place of its own.
    pub fn done(&self, arguments: &[&str]) -> Value {
        let output = Command::new(lucid()).args(arguments).arg("--json").arg("--data").arg(&self.place).output();
        let output = output.expect("lucid starts");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one JSON document")
    }

    fn until_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready() {
            let log = fs::read_to_string(self.place.join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "never ready\n{log}");
            thread::sleep(PULSE);
        }
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let asked = stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: signer\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
    }

    /// A directory for `lucid` that is the plane's but for this signer.
    fn make_directory(&self, plane: &Plane) {
        let (from, to) = (plane.directory(), &self.place);
        fs::copy(from.join("plane.toml"), to.join("plane.toml")).expect("a plane");
        change(&to.join("plane.toml"), |plane| {
            let services = plane["services"].as_table_mut().expect("services");
            services.insert("wallet-manager".to_owned(), self.url().into());
        });
        fs::create_dir_all(to.join("secrets/operator")).expect("a directory");
        for entry in fs::read_dir(from.join("secrets/operator")).expect("the operator's secrets").flatten() {
            fs::copy(entry.path(), to.join("secrets/operator").join(entry.file_name())).expect("a copy");
        }
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
