//! The noun of these tests.

use primitives::UnixMs;
use serde::{Deserialize, Serialize};

use crate::Record;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) stage: Stage,
    pub(crate) due_at: Option<UnixMs>,
    pub(crate) keys: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) amount: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    Open,
    Done,
}

impl Stage {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }
}

impl Job {
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            stage: Stage::Open,
            due_at: None,
            keys: Vec::new(),
            tags: Vec::new(),
            amount: "12.5".to_owned(),
        }
    }

    pub(crate) fn due(self, at: u64) -> Self {
        Self { due_at: Some(UnixMs(at)), ..self }
    }

    pub(crate) fn key(mut self, value: &str) -> Self {
        self.keys.push(value.to_owned());
        self
    }

    pub(crate) fn tag(mut self, value: &str) -> Self {
        self.tags.push(value.to_owned());
        self
    }

    pub(crate) fn done(self) -> Self {
        Self { stage: Stage::Done, due_at: None, ..self }
    }
}

impl Record for Job {
    const NOUN: &'static str = "job";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn stage(&self) -> &'static str {
        self.stage.name()
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.due_at
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        self.keys.iter().map(|value| ("txid", value.clone())).collect()
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        self.tags.iter().map(|value| ("shop", value.clone())).collect()
    }
}
