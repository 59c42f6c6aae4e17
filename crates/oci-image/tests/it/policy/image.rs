//! Finished images, written without the assembler: it would refuse to make most of these.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use oci_image::canonical::compact;
use oci_image::check::{Report, Rule, check};
use oci_image::config::{self, CONFIG, Descriptor, LAYER, MANIFEST, OciPlatform};
use oci_image::digest::Digest;
use oci_image::finished::read_layout;
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

use crate::inventory::{auditable, with_section};
use crate::sample::run;

/// One member of the only layer.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) kind: EntryType,
    pub(crate) content: Vec<u8>,
    pub(crate) link: String,
    pub(crate) mode: u32,
    pub(crate) owner: u64,
    pub(crate) attribute: Option<&'static str>,
    pub(crate) mtime: u64,
}

pub(crate) struct Image {
    pub(crate) reference: String,
    pub(crate) config: Value,
    pub(crate) members: BTreeMap<String, Member>,
    /// What the index says that it runs on, if anything.
    pub(crate) indexed: Option<&'static str>,
}

/// A C program (or library) that does nothing, linked as told.
pub(crate) fn compiled(flags: &[&str]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("main.c");
    fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let out = directory.path().join("out");
    run(Command::new("cc").args(["-fPIE", "-o"]).arg(&out).arg(&source).args(flags));
    fs::read(out).unwrap()
}

/// Such a program that says of itself that it is this service.
pub(crate) fn program_of(service: &str, flags: &[&str]) -> Vec<u8> {
    let list = json!({ "packages": [{ "name": service, "version": "0.1.0", "source": "local", "root": true }] });
    auditable(&compiled(flags), &list)
}

/// Such a program with the account of itself that Go's linker writes.
pub(crate) fn go_program(main: &str, flags: &[&str]) -> Vec<u8> {
    let modules = format!("{mark}path\t{main}\nbuild\t-compiler=gc\n{mark}", mark = "m".repeat(16));
    let mut account = b"\xff Go buildinf:\x08\x02".to_vec();
    account.resize(32, 0);
    for text in ["go1.24.4", &modules] {
        // Seven bits a byte, the lowest first; none of these is longer than two bytes can say.
        let [high, low] = (u16::try_from(text.len()).unwrap() << 1).to_be_bytes();
        account.extend([low >> 1 | 0x80, high]);
        account.extend(text.as_bytes());
    }
    with_section(&compiled(flags), ".go.buildinfo", &account)
}

impl Image {
    fn of(service: &str, program: &[u8]) -> Self {
        let path = format!("/usr/bin/{service}");
        let mut labels = json!({
            "lucid.service": service, "lucid.plane": "wallet", "lucid.isolation": "payment-only",
            "lucid.security": "distroless",
        });
        for key in ["title", "description", "version", "source", "licenses", "vendor", "documentation"] {
            labels[format!("org.opencontainers.image.{key}")] = json!("said");
        }
        let config = json!({
            "architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
            "config": {
                "Entrypoint": [path], "Healthcheck": { "Test": ["CMD", path, "healthcheck"] }, "Labels": labels,
                "User": "65532:65532", "WorkingDir": "/",
            },
        });
        let reference = format!("localhost/lucid/{service}:1");
        let mut image = Self { reference, config, members: BTreeMap::new(), indexed: None };
        for directory in ["usr", "usr/bin", "var", "var/lib", "var/log"] {
            image.directory(directory, 0o755, 0);
        }
        for mount in ["var/lib/lucid", "var/log/lucid"] {
            image.directory(mount, 0o700, 65532);
        }
        image.file(&path[1..], program, 0o555);
        image
    }

    pub(crate) fn of_static_service() -> Self {
        Self::of("tron-client", &program_of("tron-client", &["-static-pie"]))
    }

    pub(crate) fn of_command() -> Self {
        let mut image = Self::of("lucid", &program_of("lucid", &["-static-pie"]));
        image.config["config"].as_object_mut().unwrap().remove("Healthcheck");
        image
    }

    pub(crate) fn of_wallet_manager() -> Self {
        let mut image = Self::of("wallet-manager", &program_of("wallet-manager", &["-pie"]));
        image.glibc();
        for package in ["libgcc-s1", "libstdc++6"] {
            image.package(package, "");
        }
        image
    }

    /// Debian's Prometheus, as its package has it.
    pub(crate) fn of_prometheus() -> Self {
        let program = go_program("github.com/prometheus/prometheus/cmd/prometheus", &["-no-pie"]);
        let mut image = Self::of("prometheus", &program);
        image.config["config"].as_object_mut().unwrap().remove("Healthcheck");
        image.glibc();
        image.package("prometheus", "Static-Built-Using: golang-1.24 (= 1.24.4-1), golang-go.crypto (= 1:0.25.0-1)\n");
        let sums = format!("{}  usr/bin/prometheus\n", "0".repeat(32));
        image.file("var/lib/dpkg/status.d/prometheus.md5sums", sums.as_bytes(), 0o444);
        image
    }

    /// dpkg's metadata of a package.
    pub(crate) fn package(&mut self, name: &str, more: &str) {
        let text = format!("Package: {name}\nVersion: 1\nArchitecture: amd64\n{more}");
        self.file(&format!("var/lib/dpkg/status.d/{name}"), text.as_bytes(), 0o444);
    }

    /// glibc and its loader, as the package libc6 has them.
    fn glibc(&mut self) {
        let mut sums = Vec::new();
        for (path, soname) in [
            ("usr/lib64/ld-linux-x86-64.so.2", "ld-linux-x86-64.so.2"),
            ("usr/lib/x86_64-linux-gnu/libc.so.6", "libc.so.6"),
        ] {
            // As the real one: it asks for its loader, which no standard directory has.
            let library = compiled(&[
                "-shared",
                "-fPIC",
                &format!("-Wl,-soname,{soname}"),
                "-Wl,--no-as-needed",
                "-l:ld-linux-x86-64.so.2",
                "-nostdlib",
            ]);
            self.file(path, &library, 0o555);
            sums.push(format!("{}  {path}\n", "0".repeat(32)));
        }
        self.file("var/lib/dpkg/status.d/libc6.md5sums", sums.concat().as_bytes(), 0o444);
        for (path, target) in [("lib", "usr/lib"), ("lib64", "/usr/lib64")] {
            let link = Member { kind: EntryType::Symlink, link: target.to_owned(), ..Member::of(&[], 0o777) };
            self.members.insert(path.to_owned(), link);
        }
        self.package("libc6", "");
    }

    pub(crate) fn file(&mut self, path: &str, content: &[u8], mode: u32) -> &mut Member {
        self.members.insert(path.to_owned(), Member::of(content, mode));
        self.members.get_mut(path).unwrap()
    }

    pub(crate) fn directory(&mut self, path: &str, mode: u32, owner: u64) {
        let directory = Member { kind: EntryType::Directory, owner, ..Member::of(&[], mode) };
        self.members.insert(path.to_owned(), directory);
    }

    fn layer(&self) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (path, member) in &self.members {
            let attribute = member.attribute.map(|name| (name, &b"1"[..]));
            archive.append_pax_extensions(attribute).unwrap();
            let mut header = Header::new_ustar();
            header.set_entry_type(member.kind);
            header.set_mode(member.mode);
            header.set_uid(member.owner);
            header.set_gid(member.owner);
            header.set_mtime(member.mtime);
            header.set_size(member.content.len() as u64);
            if !member.link.is_empty() {
                header.set_link_name(&member.link).unwrap();
            }
            // By hand: tar's own setter refuses paths that an attacker would write.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            archive.append(&header, member.content.as_slice()).unwrap();
        }
        archive.into_inner().unwrap()
    }

    pub(crate) fn write(&self, directory: &Path) {
        let blobs = directory.join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        let store = |media_type: &str, bytes: &[u8]| {
            let blob = Descriptor::of(media_type, bytes);
            fs::write(blobs.join(blob.digest.hex()), bytes).unwrap();
            blob
        };
        let archive = self.layer();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, &archive).unwrap();
        let layer = store(LAYER, &gzip.finish().unwrap());
        let mut config = self.config.clone();
        config["rootfs"] = json!({ "diff_ids": [Digest::of(&archive)], "type": "layers" });
        let config = store(CONFIG, &compact(&config));
        let mut manifest = store(MANIFEST, &compact(&json!({ "config": config, "layers": [layer] })));
        let name = "org.opencontainers.image.ref.name".to_owned();
        manifest.annotations.insert(name, self.reference.clone());
        manifest.platform =
            self.indexed.map(|machine| OciPlatform { architecture: machine.to_owned(), os: "linux".to_owned() });
        fs::write(directory.join("index.json"), compact(&config::index(&[manifest]))).unwrap();
    }
}

impl Member {
    fn of(content: &[u8], mode: u32) -> Self {
        let content = content.to_vec();
        Self { kind: EntryType::Regular, content, link: String::new(), mode, owner: 0, attribute: None, mtime: 0 }
    }
}

/// What the policy says of it.
pub(crate) fn checked(image: &Image) -> Report {
    let directory = tempfile::tempdir().unwrap();
    image.write(directory.path());
    check(&read_layout(directory.path()).unwrap())
}

/// Every breach: the rule and the place.
pub(crate) fn found(image: &Image) -> Vec<(Rule, String)> {
    let findings = checked(image).images.remove(0).findings;
    findings.into_iter().map(|finding| (finding.rule, finding.at)).collect()
}
