//! Keys: listed, shown, made in two steps between which a fresh process proves the new key, and retired.

use api::wallet_manager::key::{KeyList, KeyView};
use primitives::statement::{Ceremony, Cosigned, KeyClass};
use primitives::{CeremonyId, WalletId};
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::fresh::{Proof, Task};
use crate::protocol::Ask;

/// Asks for a key of this name, to be made if two operators decided so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MakeKey {
    /// Its name; a wallet's key has the wallet's.
    pub name: WalletId,
    /// What it is for.
    pub class: KeyClass,
    /// The decision.
    pub ceremony: Option<Cosigned<Ceremony>>,
}

/// How far a key is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Making {
    /// It is made.
    Made(KeyView),
    /// It is in the token, and a fresh process must prove it.
    Prove(Task),
}

impl Ask for MakeKey {
    type Answer = Making;

    async fn answer(self, core: &Core) -> Result<Making, Problem> {
        Ok(core.maker.make(self.name, self.class, self.ceremony.as_ref()).await?)
    }
}

/// Brings the proof that a fresh process has found the new key and had it sign; asks for the key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProveKey {
    /// The key's name.
    pub name: WalletId,
    /// The decision that it was made by.
    pub ceremony: CeremonyId,
    /// What the fresh process had signed.
    pub proof: Proof,
}

impl Ask for ProveKey {
    type Answer = KeyView;

    async fn answer(self, core: &Core) -> Result<KeyView, Problem> {
        Ok(core.maker.proven(&self.name, self.ceremony, &self.proof).await?)
    }
}

/// Asks for a key by its name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key(pub WalletId);

impl Ask for Key {
    type Answer = Option<KeyView>;

    async fn answer(self, core: &Core) -> Result<Option<KeyView>, Problem> {
        Ok(core.maker.stored(&self.0).await?.map(|key| key.record.view()))
    }
}

/// Asks for all keys, by name, and for what else is in the token.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Keys;

impl Ask for Keys {
    type Answer = KeyList;

    async fn answer(self, core: &Core) -> Result<KeyList, Problem> {
        Ok(core.maker.all().await?)
    }
}

/// Has a key sign nothing any more, if two operators decided so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetireKey {
    /// The key's name.
    pub name: WalletId,
    /// The decision.
    pub ceremony: Option<Cosigned<Ceremony>>,
}

impl Ask for RetireKey {
    type Answer = KeyView;

    async fn answer(self, core: &Core) -> Result<KeyView, Problem> {
        Ok(core.maker.retire(&self.name, self.ceremony.as_ref()).await?)
    }
}
