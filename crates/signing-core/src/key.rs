//! A key of the token: who decided on it, how it was made, and whether it was retired.

use api::wallet_manager::key::{KeyStage, KeyView, Retirement, SignedManifest};
use api::wallet_manager::{WalletClass, wallet_class};
use primitives::statement::{Agreed, Ceremony, KeyClass, Manifest, Statement as _};
use primitives::{CeremonyId, HexBytes, KeyId, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use signer::{AUDIT_KEY, CkaId, PinnedKey};
use store::Record;
use tron_tx::{PublicKey, TokenSigned};

/// A decision that was acted upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The decision: by this it is known again.
    pub ceremony: CeremonyId,
    /// Its nonce, which no other decision is acted upon with.
    pub nonce: HexBytes,
    /// Who made it, ascending.
    pub operators: Vec<String>,
}

/// When a key was retired, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Since when it signs nothing.
    pub at: UnixMs,
    /// By whom.
    pub decided: Decided,
}

/// A key as it is stored, from the decision on: its id is stored before it is made, so that a repeated request finds the
/// same key however the first one ended. A wallet's has the wallet's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its name.
    pub name: WalletId,
    /// What it is for.
    pub class: KeyClass,
    /// Its key in the token, the hexadecimal form of CKA_ID.
    pub key_id: KeyId,
    /// When it was decided on.
    pub created_at: UnixMs,
    /// By whom; none for a key that the signer makes for itself.
    pub decided: Option<Decided>,
    /// The pinned public key, 65 bytes uncompressed; none until the key was made and proven.
    pub public_key: Option<HexBytes>,
    /// How it was made, by the audit key; none until then.
    pub manifest: Option<TokenSigned<Manifest>>,
    /// None while it may sign.
    pub retired: Option<Retired>,
}

impl Decided {
    /// What enough operators agreed on.
    pub fn of(agreed: &Agreed<'_, Ceremony>) -> Self {
        Self {
            ceremony: agreed.statement.id(),
            nonce: agreed.statement.nonce.to_vec().into(),
            operators: agreed.operators.clone(),
        }
    }
}

/// Where a key of this class is in the token, if the token has one of the kind for ever.
pub const fn only(class: KeyClass) -> Option<CkaId> {
    match class {
        KeyClass::Audit => Some(AUDIT_KEY),
        KeyClass::Canary => Some(CkaId::CANARY),
        KeyClass::Compliance | KeyClass::Release | KeyClass::Hot | KeyClass::Energy | KeyClass::Treasury => None,
    }
}

impl Key {
    /// A key that is still to be made.
    pub fn new(name: WalletId, class: KeyClass, id: CkaId, decided: Option<Decided>, now: UnixMs) -> Self {
        let (public_key, manifest, retired) = (None, None, None);
        Self { name, class, key_id: id.key_id(), created_at: now, decided, public_key, manifest, retired }
    }

    /// With the key that was made for it, and the audit key's word for that.
    #[must_use]
    pub fn made(self, key: &PinnedKey, manifest: TokenSigned<Manifest>) -> Self {
        let public_key = Some(key.public_key.to_uncompressed().to_vec().into());
        Self { public_key, manifest: Some(manifest), ..self }
    }

    /// The key, once it was made.
    pub fn key(&self) -> Option<PinnedKey> {
        let public_key = PublicKey::from_sec1(self.public_key.as_ref()?.as_ref()).ok()?;
        Some(PinnedKey { id: CkaId::parse(&self.key_id)?, public_key })
    }

    /// Which key of its class it is, from 1, where such keys are renewed.
    pub fn generation(&self) -> Option<u32> {
        CkaId::parse(&self.key_id)?.number()
    }

    /// Whether this is the decision by which it is made.
    pub fn is_by(&self, ceremony: CeremonyId) -> bool {
        self.decided.as_ref().is_some_and(|decided| decided.ceremony == ceremony)
    }

    /// What the wallet of this key may do, if it is a wallet's.
    pub const fn wallet_class(&self) -> Option<WalletClass> {
        wallet_class(self.class)
    }

    /// How far it is.
    pub const fn stage(&self) -> KeyStage {
        match (&self.retired, &self.public_key) {
            (Some(_), _) => KeyStage::Retired,
            (None, Some(_)) => KeyStage::Ready,
            (None, None) => KeyStage::Making,
        }
    }

    /// The form that others see.
    pub fn view(&self) -> KeyView {
        let manifest = |signed: &TokenSigned<Manifest>| SignedManifest {
            statement: signed.unverified().encode().into(),
            signature: signed.signature().to_bytes().to_vec().into(),
        };
        KeyView {
            name: self.name.clone(),
            class: self.class,
            key_id: self.key_id.clone(),
            generation: self.generation(),
            stage: self.stage(),
            public_key: self.public_key.clone(),
            address: self.key().map(|key| key.address()),
            created_at: self.created_at,
            operators: self.decided.as_ref().map(|decided| decided.operators.clone()).unwrap_or_default(),
            manifest: self.manifest.as_ref().map(manifest),
            retired: self
                .retired
                .as_ref()
                .map(|retired| Retirement { at: retired.at, operators: retired.decided.operators.clone() }),
        }
    }
}

/// The name of a nonce among what belongs to keys.
pub const KEY_NONCE: &str = "nonce";

/// The name of CKA_ID among what belongs to keys.
pub const KEY_ID: &str = "key_id";

impl Record for Key {
    const NOUN: &'static str = "key";

    fn id(&self) -> String {
        self.name.to_string()
    }

    fn stage(&self) -> &'static str {
        match Self::stage(self) {
            KeyStage::Making => "making",
            KeyStage::Ready => "ready",
            KeyStage::Retired => "retired",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        let retired = self.retired.as_ref().map(|retired| &retired.decided);
        let nonces = self.decided.iter().chain(retired).map(|decided| (KEY_NONCE, decided.nonce.to_string()));
        std::iter::once((KEY_ID, self.key_id.to_string())).chain(nonces).collect()
    }
}
