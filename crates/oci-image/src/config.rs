//! An image's configuration and manifest, as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::digest::Digest;
use crate::layer::Layer;
use crate::recipe::{Healthcheck, ImageRecipe, Platform, Recipe};

/// When every image says that it was made. The real time belongs to whoever publishes it.
pub const CREATED: &str = "1970-01-01T00:00:00Z";

/// Media type of an image index.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Media type of an image manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of an image configuration.
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// Media type of a layer.
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A blob named by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// What it runs on, if it is an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<OciPlatform>,
    /// Names and such.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// What an image runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OciPlatform {
    /// `amd64` or `arm64`.
    pub architecture: String,
    /// `linux`.
    pub os: String,
}

impl From<Platform> for OciPlatform {
    fn from(platform: Platform) -> Self {
        Self { architecture: platform.architecture().to_owned(), os: "linux".to_owned() }
    }
}

impl Descriptor {
    /// Of these bytes.
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self::named(media_type, Digest::of(bytes), bytes.len() as u64)
    }

    /// Of a blob whose digest is known.
    pub fn named(media_type: &str, digest: Digest, size: u64) -> Self {
        Self { media_type: media_type.to_owned(), digest, size, platform: None, annotations: BTreeMap::new() }
    }
}

/// The configuration of an image on one platform.
pub fn config(recipe: &Recipe, image: &ImageRecipe, platform: Platform, layers: &[(&str, &Layer)]) -> Value {
    let mut container = json!({
        "Entrypoint": image.entrypoint,
        "Labels": recipe.labels_of(image),
        "User": image.user,
        "WorkingDir": "/",
    });
    let mut set = |key: &str, value: Option<Value>| {
        if let (Some(fields), Some(value)) = (container.as_object_mut(), value) {
            fields.insert(key.to_owned(), value);
        }
    };
    let env: Vec<_> = image.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    set("Cmd", (!image.command.is_empty()).then(|| json!(image.command)));
    set("Env", (!env.is_empty()).then(|| json!(env)));
    let ports: BTreeMap<_, _> = image.exposed_ports.iter().map(|port| (format!("{port}/tcp"), json!({}))).collect();
    set("ExposedPorts", (!ports.is_empty()).then(|| json!(ports)));
    set("Healthcheck", image.healthcheck.as_ref().map(healthcheck));
    let history =
        layers.iter().map(|(name, _)| json!({ "created": CREATED, "created_by": format!("oci-image: {name}") }));
    json!({
        "architecture": platform.architecture(),
        "config": container,
        "created": CREATED,
        "history": history.collect::<Vec<_>>(),
        "os": "linux",
        "rootfs": { "diff_ids": layers.iter().map(|(_, layer)| &layer.diff_id).collect::<Vec<_>>(), "type": "layers" },
    })
}

/// Docker's extension of the configuration; its times are nanoseconds.
fn healthcheck(check: &Healthcheck) -> Value {
    let nanoseconds = |ms: u64| ms.saturating_mul(1_000_000);
    let test: Vec<_> = std::iter::once("CMD").chain(check.command.iter().map(String::as_str)).collect();
    json!({
        "Interval": nanoseconds(check.interval_ms),
        "Retries": check.retries,
        "StartPeriod": nanoseconds(check.start_period_ms),
        "Test": test,
        "Timeout": nanoseconds(check.timeout_ms),
    })
}

/// The manifest of an image on one platform.
pub fn manifest(config: &Descriptor, layers: &[(&str, &Layer)]) -> Value {
    let layers =
        layers.iter().map(|(_, layer)| Descriptor::named(LAYER, layer.digest.clone(), layer.blob.len() as u64));
    json!({
        "config": config,
        "layers": layers.collect::<Vec<_>>(),
        "mediaType": MANIFEST,
        "schemaVersion": 2,
    })
}

/// An index of these.
pub fn index(manifests: &[Descriptor]) -> Value {
    json!({ "manifests": manifests, "mediaType": INDEX, "schemaVersion": 2 })
}
