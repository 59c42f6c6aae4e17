//! Rules over an image's configuration.

use serde_json::{Value, json};

use crate::check::{Rule, Subject};
use crate::config::CREATED;
use crate::finished::FileKind;
use crate::recipe::USER;

/// Labels with the one value that they must have.
const FIXED_LABELS: [(&str, &str); 3] =
    [("lucid.plane", "wallet"), ("lucid.isolation", "payment-only"), ("lucid.security", "distroless")];

/// Labels that must say something.
const SAID_LABELS: [&str; 8] = [
    "lucid.service",
    "org.opencontainers.image.title",
    "org.opencontainers.image.description",
    "org.opencontainers.image.version",
    "org.opencontainers.image.source",
    "org.opencontainers.image.licenses",
    "org.opencontainers.image.vendor",
    "org.opencontainers.image.documentation",
];

/// What an image of ours may set: where its service listens, and where its volume is.
const VARIABLES: [&str; 2] = ["LUCID_SERVER__LISTEN", "LUCID_SERVER__DATA_DIR"];
const SOFTHSM_VARIABLE: &str = "SOFTHSM2_CONF";

pub(super) fn hold(subject: &mut Subject<'_>) {
    let config = &subject.image.config["config"];
    if config["User"] != USER {
        subject.find(Rule::User, "User", format!("{} is not {USER}", config["User"]));
    }
    labels(subject, &config["Labels"]);
    entrypoint(subject);
    healthcheck(subject, config);
    environment(subject, config);
    for (key, value, right) in [
        ("WorkingDir", &config["WorkingDir"], json!("/")),
        ("Volumes", &config["Volumes"], Value::Null),
        ("Shell", &config["Shell"], Value::Null),
        ("OnBuild", &config["OnBuild"], Value::Null),
        ("created", &subject.image.config["created"], json!(CREATED)),
    ] {
        if *value != right {
            subject.find(Rule::Configuration, key, format!("{value} is not {right}"));
        }
    }
}

fn labels(subject: &mut Subject<'_>, labels: &Value) {
    for (name, value) in FIXED_LABELS {
        if labels[name] != value {
            subject.find(Rule::Labels, name, format!("{} is not {value}", labels[name]));
        }
    }
    for name in SAID_LABELS {
        if labels[name].as_str().is_none_or(str::is_empty) {
            subject.find(Rule::Labels, name, "missing or empty");
        }
    }
}

fn entrypoint(subject: &mut Subject<'_>) {
    let Some(path) = subject.program_path() else {
        return subject.find(Rule::Entrypoint, "Entrypoint", "does not begin with an absolute path");
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    match subject.foreign {
        Some(foreign) if path != foreign.program => {
            let detail = format!("is not /{}, as Debian calls {}", foreign.program, subject.service);
            subject.find(Rule::Entrypoint, format!("/{path}"), detail);
        }
        None if name != subject.service => {
            let detail = format!("is called {name}, the service {}", subject.service);
            subject.find(Rule::Entrypoint, format!("/{path}"), detail);
        }
        _ => {}
    }
    match subject.resolve(path).map(|(_, file)| (file.mode, &file.kind)) {
        Some((mode, FileKind::Regular(_))) if mode & 0o001 != 0 => {}
        Some((_, FileKind::Regular(_))) => {
            subject.find(Rule::Entrypoint, format!("/{path}"), "cannot be run by its user");
        }
        _ => subject.find(Rule::Entrypoint, format!("/{path}"), "is not in the image"),
    }
}

fn healthcheck(subject: &mut Subject<'_>, config: &Value) {
    let test = &config["Healthcheck"]["Test"];
    if subject.is_command() || subject.foreign.is_some() {
        if !config["Healthcheck"].is_null() {
            let detail = match subject.foreign {
                None => "is set for a command, which does not go on to live",
                Some(_) => "is set, and nothing in the image could ask Debian's program",
            };
            subject.find(Rule::Healthcheck, "Healthcheck", detail);
        }
    } else if test[0] != "CMD" {
        subject.find(Rule::Healthcheck, "Healthcheck", format!("{} is not CMD, the exec form", test[0]));
    } else if test[1] != config["Entrypoint"][0] {
        subject.find(Rule::Healthcheck, "Healthcheck", format!("runs {} and not its own program", test[1]));
    } else if test[2] != "healthcheck" {
        subject.find(Rule::Healthcheck, "Healthcheck", format!("asks its program for {}, not healthcheck", test[2]));
    }
}

/// A library may be put before others, or a secret into an image, by a variable.
fn environment(subject: &mut Subject<'_>, config: &Value) {
    for variable in config["Env"].as_array().into_iter().flatten() {
        let name = variable.as_str().and_then(|variable| variable.split('=').next()).unwrap_or_default();
        let ours = VARIABLES.contains(&name) || name == SOFTHSM_VARIABLE && subject.is_softhsm_variant();
        if !ours || subject.foreign.is_some() {
            subject.find(Rule::Environment, name, "is not a variable that an image sets");
        }
    }
}
