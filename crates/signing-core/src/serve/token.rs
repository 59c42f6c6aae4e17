//! The token that holds the keys.

use api::wallet_manager::TokenView;
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks about the token.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Token;

impl Ask for Token {
    type Answer = TokenView;

    async fn answer(self, core: &Core) -> Result<TokenView, Problem> {
        let token = core.signing.keeper.token()?;
        let identity = token.identity();
        Ok(TokenView {
            label: identity.label.clone(),
            model: identity.model.clone(),
            serial: identity.serial.clone(),
            // The token is served only after every key's attributes were proven; one that could be read out closes it.
            key_extractable: false,
            keys: core.signing.book.keys().len() as u64,
        })
    }
}
