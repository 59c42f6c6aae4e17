//! The encryption: the age format (age-encryption.org/v1), so that a backup can also be opened without this program.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, Identity, Recipient, scrypt, x25519};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::output::note;

/// The shortest passphrase, bytes: whoever has the file may guess for years.
const PASSPHRASE_MIN: usize = 16;
/// How long one guess at a passphrase takes: scrypt over 2^18 blocks, about a second and 256 MiB, as the program `age` has
/// it. The library would measure this machine instead: a busy one would seal weakly.
const SCRYPT_LOG_N: u8 = 18;
/// The most that is tried to open a file. The library would measure here, too, and a machine that is slower than the lost
/// one could not open what that one sealed.
const SCRYPT_LOG_N_MAX: u8 = 22;

/// Whom a backup is made for.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SealTo {
    /// Whose key opens it, age1…, as --keygen shows; may be given several times. The machine of the plane cannot open it.
    #[arg(long, value_name = "KEY", conflicts_with = "passphrase_file")]
    pub(super) recipient: Vec<String>,
    /// The file of a passphrase that opens it, of at least 16 bytes: whoever has the file can read every backup.
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

/// With what a backup is opened.
#[derive(Debug, Clone, Args)]
pub(crate) struct OpenWith {
    /// The file of the key that opens it, as --keygen made it.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    pub(super) identity: Option<PathBuf>,
}

/// The same for `lucid restore`, which makes none.
#[derive(Debug, Clone, Args)]
pub(crate) struct Opening {
    #[command(flatten)]
    pub(super) open: OpenWith,
    /// The file of the passphrase that opens it.
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

/// What opens backups.
pub(crate) type Identities = Vec<Box<dyn Identity>>;

/// What seals a backup.
pub(crate) enum Seal {
    /// A key that is forgotten with this process reads the file back, for nobody here has those that it is made for.
    Keys(Vec<x25519::Recipient>, Box<x25519::Identity>),
    Passphrase(SecretString),
}

impl SealTo {
    /// What seals it.
    pub(crate) fn seal(&self) -> Result<Seal> {
        if let Some(path) = &self.passphrase_file {
            ensure!(
                !others_may_read(path),
                "others may read {}, and so every backup that it seals: chmod 0400 it",
                path.display()
            );
            return Ok(Seal::Passphrase(passphrase(path)?));
        }
        ensure!(
            !self.recipient.is_empty(),
            "for whom? --recipient age1… (`lucid backup --keygen FILE` makes such a key) or --passphrase-file FILE"
        );
        let parse = |text: &String| {
            text.parse()
                .map_err(|_| anyhow::anyhow!("{text} is no recipient: they begin with age1, as --keygen shows them"))
        };
        let recipients = self.recipient.iter().map(parse).collect::<Result<_>>()?;
        Ok(Seal::Keys(recipients, Box::new(x25519::Identity::generate())))
    }
}

impl OpenWith {
    /// What opens it.
    pub(crate) fn identities(&self, seal: &SealTo) -> Result<Identities> {
        identities(self.identity.as_deref(), seal.passphrase_file.as_deref())
    }
}

impl Opening {
    /// What opens it.
    pub(crate) fn identities(&self) -> Result<Identities> {
        identities(self.open.identity.as_deref(), self.passphrase_file.as_deref())
    }
}

impl Seal {
    /// Begins an encrypted file.
    pub(crate) fn wrap<W: Write>(&self, output: W) -> Result<StreamWriter<W>> {
        let encryptor = match self {
            Self::Keys(recipients, own) => {
                let own = own.to_public();
                let all = recipients.iter().chain([&own]).map(|key| key as &dyn Recipient);
                Encryptor::with_recipients(all)
            }
            Self::Passphrase(passphrase) => {
                let mut recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(SCRYPT_LOG_N);
                Encryptor::with_recipients([&recipient as &dyn Recipient].into_iter())
            }
        };
        let encryptor = encryptor.context("it cannot be encrypted")?;
        encryptor.wrap_output(output).context("it cannot be written")
    }

    /// What opens the file that was just made.
    pub(crate) fn reading_back(&self) -> Identities {
        match self {
            Self::Keys(_, own) => vec![Box::new((**own).clone())],
            Self::Passphrase(passphrase) => vec![by_passphrase(passphrase.clone())],
        }
    }
}

/// Begins to read an encrypted file, which errors call `path`.
pub(crate) fn open<R: Read>(path: &Path, file: R, identities: &Identities) -> Result<StreamReader<BufReader<R>>> {
    let opened = Decryptor::new_buffered(BufReader::new(file))
        .and_then(|sealed| sealed.decrypt(identities.iter().map(|identity| &**identity as &dyn Identity)));
    opened.map_err(|error| match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            anyhow::anyhow!("{} was made for another key or passphrase", path.display())
        }
        DecryptError::InvalidHeader | DecryptError::InvalidMac | DecryptError::UnknownFormat => {
            anyhow::anyhow!("{} is no backup, or was changed at its beginning", path.display())
        }
        DecryptError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            anyhow::anyhow!("{} was cut", path.display())
        }
        other => anyhow::Error::new(other).context(format!("{} cannot be opened", path.display())),
    })
}

/// Makes a key in a new file; its public half.
pub(crate) fn keygen(path: &Path) -> Result<String> {
    let identity = x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let write = || {
        let mut file = File::options().write(true).create_new(true).mode(0o400).open(path)?;
        writeln!(file, "# opens backups made for {recipient}")?;
        writeln!(file, "{}", identity.to_string().expose_secret())?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(recipient)
}

fn identities(identity: Option<&Path>, passphrase_file: Option<&Path>) -> Result<Identities> {
    // Of a stick that somebody brought in an emergency nobody can change the modes: it is said, and no more.
    for path in identity.iter().chain(&passphrase_file).filter(|path| others_may_read(path)) {
        note(format!("!   others may read {}, and so every backup that it opens: chmod 0400 it", path.display()));
    }
    match (identity, passphrase_file) {
        (Some(path), _) => keys(path),
        (None, Some(path)) => Ok(vec![by_passphrase(passphrase(path)?)]),
        (None, None) => bail!("with what is it opened? --identity FILE or --passphrase-file FILE"),
    }
}

/// Whether others than its owner may read a file. One that is not there is missed elsewhere.
fn others_may_read(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0)
}

fn keys(path: &Path) -> Result<Identities> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parse = |line: &str| -> Result<Box<dyn Identity>> {
        let key: Result<x25519::Identity, _> = line.parse();
        key.map(|key| Box::new(key) as Box<dyn Identity>)
            .map_err(|_| anyhow::anyhow!("{} holds no key of `lucid backup --keygen`", path.display()))
    };
    let keys = lines.map(parse).collect::<Result<Identities>>()?;
    ensure!(!keys.is_empty(), "{} is empty", path.display());
    Ok(keys)
}

fn by_passphrase(passphrase: SecretString) -> Box<dyn Identity> {
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(SCRYPT_LOG_N_MAX);
    Box::new(identity)
}

fn passphrase(path: &Path) -> Result<SecretString> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_string(&mut text));
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    let passphrase = text.lines().next().unwrap_or_default();
    ensure!(
        passphrase.len() >= PASSPHRASE_MIN,
        "the passphrase in {} is shorter than {PASSPHRASE_MIN} bytes",
        path.display()
    );
    Ok(SecretString::from(passphrase.to_owned()))
}
