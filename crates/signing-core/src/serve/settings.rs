//! The settings that carry trust.

use api::wallet_manager::settings::{AdoptRequest, SettingsView};
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks for the pinned settings; none before the token was first opened.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Settings;

impl Ask for Settings {
    type Answer = Option<SettingsView>;

    async fn answer(self, core: &Core) -> Result<Self::Answer, Problem> {
        Ok(core.settings.view().await?)
    }
}

/// Brings two operators' agreement to other settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdoptSettings(pub AdoptRequest);

impl Ask for AdoptSettings {
    type Answer = SettingsView;

    async fn answer(self, core: &Core) -> Result<SettingsView, Problem> {
        Ok(core.settings.adopt(&self.0, &core.signing.rules).await?)
    }
}
