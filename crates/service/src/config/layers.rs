//! The layers that a configuration is made of, in figment's terms.

use std::path::Path;

use figment::providers::Format;
use figment::value::{Dict, Map};
use figment::{Figment, Metadata, Profile, Provider};
use serde::de::DeserializeOwned;

use super::ConfigError;
use super::base::SECTIONS;

/// TOML for figment, by the parser that everything else here uses.
struct Toml;

impl Format for Toml {
    type Error = toml::de::Error;

    const NAME: &'static str = "TOML";

    fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error> {
        toml::from_str(text)
    }
}

/// One layer's values, with where they are from for error texts.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    metadata: Metadata,
    values: Dict,
}

/// Which sections of a document are wanted: figment reads a type at a time, and serde cannot both flatten a type and
/// deny unknown keys.
#[derive(Clone, Copy, Debug)]
pub(super) enum Half {
    Whole,
    Base,
    Own,
}

impl Layer {
    pub(super) fn toml(name: &'static str, path: Option<&Path>, text: &str) -> Result<Self, ConfigError> {
        let provider = Toml::string(text);
        let metadata = match path {
            Some(path) => named(name).source(path),
            None => named(name),
        };
        let data = provider.data().map_err(|mut error| {
            error.metadata = Some(metadata.clone());
            ConfigError::from(error)
        })?;
        let values = data.into_iter().next().map(|(_, values)| values).unwrap_or_default();
        Ok(Self { metadata, values })
    }

    pub(super) fn of(name: &'static str, values: Dict) -> Self {
        Self { metadata: named(name), values }
    }
}

/// Keys in error texts as they stand in the file, without figment's profile before them.
fn named(name: &'static str) -> Metadata {
    Metadata::named(name).interpolater(|_: &Profile, keys: &[&str]| keys.join("."))
}

/// The layers, later ones over earlier ones.
pub(super) fn figment(layers: &[Layer], half: Half) -> Figment {
    layers.iter().fold(Figment::new(), |figment, layer| figment.merge(Part { layer, half }))
}

struct Part<'a> {
    layer: &'a Layer,
    half: Half,
}

impl Provider for Part<'_> {
    fn metadata(&self) -> Metadata {
        self.layer.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let wanted = |section: &str| match self.half {
            Half::Whole => true,
            Half::Base => SECTIONS.contains(&section),
            Half::Own => !SECTIONS.contains(&section),
        };
        let values = self.layer.values.iter().filter(|(section, _)| wanted(section));
        let values = values.map(|(section, value)| (section.clone(), value.clone())).collect();
        Ok(Map::from([(Profile::Default, values)]))
    }
}
