//! Has wallet-manager make the token, the only one that loads a module; or say what its vendor's own tools must do.

use anyhow::{Context, Result, bail};
use primitives::HexBytes;
use serde::Deserialize;
use tokio::process::Command;

use super::{InitArgs, make_private, write_whole};
use crate::directory::Directory;
use crate::up::Binaries;

/// What is known of a kind of token.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Kind {
    /// The label that its module gives every token.
    pub(super) label: Option<String>,
    /// What its vendor's own tools must do; nothing if it is made here.
    #[serde(skip)]
    pub(super) steps: Vec<String>,
}

/// What wallet-manager knows of a kind, by its name; nothing of one that has a file of its own, or where there is no
/// wallet-manager to ask and none is needed.
pub(super) async fn kind(binaries: &Binaries, name: &str) -> Result<Kind> {
    let Ok(program) = binaries.path("wallet-manager") else { return Ok(Kind::default()) };
    let output = Command::new(&program).args(["token", "--json", "profiles"]).output().await;
    let output = output.with_context(|| format!("{} does not start", program.display()))?;
    kind_of(&output.stdout, name)
}

fn kind_of(answer: &[u8], name: &str) -> Result<Kind> {
    #[derive(Deserialize)]
    struct Listed {
        name: String,
        profile: Known,
    }
    #[derive(Deserialize)]
    struct Known {
        #[serde(flatten)]
        kind: Kind,
        initialise: Initialise,
    }
    #[derive(Deserialize)]
    struct Initialise {
        steps: Vec<String>,
    }
    let listed: Vec<Listed> = serde_json::from_slice(answer).context("wallet-manager lists no kinds of tokens")?;
    let found = listed.into_iter().find(|listed| listed.name == name);
    Ok(found.map(|Listed { profile, .. }| Kind { steps: profile.initialise.steps, ..profile.kind }).unwrap_or_default())
}

/// Keeps the steps, to be shown whenever the plane is.
pub(super) fn note_steps(directory: &Directory, steps: &[String]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    make_private(directory.token_steps().parent().context("it is in a directory")?)?;
    write_whole(&directory.token_steps(), &numbered(steps))
}

fn numbered(steps: &[String]) -> String {
    let lines = steps.iter().enumerate().map(|(number, step)| format!("  {}. {step}", number + 1));
    lines.collect::<Vec<_>>().join("\n")
}

/// Makes the token unless an earlier run has; whether there is one that was made here.
pub(super) async fn make(directory: &Directory, binaries: &Binaries, label: &str, args: &InitArgs) -> Result<bool> {
    let objects = directory.token_objects();
    make_private(&objects)?;
    let secrets = [directory.pin(), directory.officer_pin()];
    for path in secrets.iter().filter_map(|path| path.parent()) {
        make_private(path)?;
    }
    write_whole(
        &directory.softhsm_conf(),
        &format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", objects.display()),
    )?;
    // Written when the token was complete, so that an interrupted one is not taken for it.
    let done = directory.path().join("token/made");
    if done.exists() {
        return Ok(true);
    }
    let program = binaries.path("wallet-manager")?;
    let mut command = Command::new(&program);
    command
        .env("SOFTHSM2_CONF", directory.softhsm_conf())
        .args(["token", "--json", "init", "--draw-pins", "--label", label, "--profile", &args.profile])
        .arg("--pin-file")
        .arg(directory.pin())
        .arg("--officer-pin-file")
        .arg(directory.officer_pin())
        .arg("--token-dir")
        .arg(&objects);
    if let Some(module) = &args.module {
        command.arg("--module").arg(module);
    }
    let output = command.output().await.with_context(|| format!("{} does not start", program.display()))?;
    match told(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).trim().to_owned())? {
        Told::Made(audit_key) => {
            write_whole(&directory.audit_key(), &format!("{audit_key}\n"))?;
            write_whole(&done, &String::from_utf8_lossy(&output.stdout))?;
            Ok(true)
        }
        Told::Steps(steps) => {
            write_whole(&directory.token_steps(), &steps)?;
            Ok(false)
        }
    }
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// It was made, with this audit key.
    Made(HexBytes),
    /// It is made with its vendor's own tools: how, a line each.
    Steps(String),
}

/// What wallet-manager says of a token.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    made: bool,
    audit_key: Option<HexBytes>,
    #[serde(default)]
    steps: Vec<String>,
    error: Option<String>,
}

fn told(answer: &[u8]) -> Result<Told> {
    let said: Said = serde_json::from_slice(answer).context("wallet-manager answered something else")?;
    match said {
        Said { error: Some(error), .. } => bail!("the token cannot be made: {error}"),
        Said { made: true, audit_key: Some(audit_key), .. } => Ok(Told::Made(audit_key)),
        Said { made: false, steps, .. } if !steps.is_empty() => Ok(Told::Steps(numbered(&steps))),
        Said { .. } => bail!("wallet-manager neither made a token nor said how"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_its_name() {
        let listed = br#"[{"name": "softhsm", "profile": {"title": "SoftHSM 2", "initialise": {"steps": []}}},
            {"name": "yubihsm2", "profile": {"label": "YubiHSM", "initialise": {"steps": ["this", "that"]}}}]"#;
        let of = |name: &str| kind_of(listed, name).unwrap();
        let steps = vec!["this".to_owned(), "that".to_owned()];
        assert_eq!(of("yubihsm2"), Kind { label: Some("YubiHSM".to_owned()), steps: steps.clone() });
        assert_eq!((of("softhsm"), of("own.toml")), (Kind::default(), Kind::default()));
        assert!(kind_of(b"", "softhsm").is_err());

        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path()).unwrap();
        note_steps(&directory, &[]).unwrap();
        assert!(!directory.token_steps().exists());
        note_steps(&directory, &steps).unwrap();
        let shown = super::super::steps(&directory, "YubiHSM");
        assert!(shown.contains("by the label YubiHSM") && shown.ends_with(":\n  1. this\n  2. that"), "{shown}");
    }

    #[test]
    fn a_token_is_made_or_it_is_said_how_or_why_not() {
        let of = |answer: &str| told(answer.as_bytes());
        let made = of(r#"{"made": true, "label": "lucid", "module": "m.so", "audit_key": "02ff"}"#).unwrap();
        assert_eq!(made, Told::Made(HexBytes(vec![2, 255])));
        let steps = of(r#"{"made": false, "title": "Luna", "steps": ["do this", "then that"]}"#).unwrap();
        assert_eq!(steps, Told::Steps("  1. do this\n  2. then that".to_owned()));
        assert!(of(r#"{"error": "there is no profile lunar"}"#).unwrap_err().to_string().contains("no profile lunar"));
        for answer in ["", "{}", r#"{"made": true}"#, r#"{"made": false, "steps": []}"#] {
            assert!(of(answer).is_err(), "{answer}");
        }
    }
}
