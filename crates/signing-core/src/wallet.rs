//! A wallet: an account whose key was born in the token.

use api::wallet_manager::permissions::ACTIVE;
use api::wallet_manager::{WalletClass, WalletView};
use primitives::statement::Kind;
use primitives::{Address, HexBytes, KeyId, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use signer::check::SigningWallet;
use signer::policy::{Class, Holder};
use signer::{CkaId, PinnedKey};
use store::Record;
use tron_tx::PublicKey;

use crate::harden::{Hardening, Stage};

/// The owner's permission. Under the active one (2) the key signs once the account was hardened.
const OWNER_PERMISSION: u32 = 0;

/// A wallet as it is stored. The key's id is stored before the key is made, so that a repeated request finds the same
/// key however the first one ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    /// Its name.
    pub wallet_id: WalletId,
    /// What its key may sign.
    pub class: WalletClass,
    /// Its key in the token, the hexadecimal form of CKA_ID.
    pub key_id: KeyId,
    /// The account permission that its transactions name.
    pub permission_id: u32,
    /// When it was asked for.
    pub created_at: UnixMs,
    /// The pinned public key, 65 bytes uncompressed; none until the key was made and proven.
    pub public_key: Option<HexBytes>,
    /// The permissions that two operators decided on for its account; none while its own key is its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardening: Option<Hardening>,
    /// Since when its key signs nothing any more; the key stays in the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<UnixMs>,
}

impl Wallet {
    /// A wallet whose key is still to be made.
    pub fn new(wallet_id: WalletId, class: WalletClass, key: CkaId, now: UnixMs) -> Self {
        let permission_id = OWNER_PERMISSION;
        Self {
            wallet_id,
            class,
            key_id: key.key_id(),
            permission_id,
            created_at: now,
            public_key: None,
            hardening: None,
            retired_at: None,
        }
    }

    /// With the key that was made for it.
    #[must_use]
    pub fn with_key(self, key: &PinnedKey) -> Self {
        Self { public_key: Some(key.public_key.to_uncompressed().to_vec().into()), ..self }
    }

    /// With its key retired, at the first time that it was.
    #[must_use]
    pub fn retired(self, at: UnixMs) -> Self {
        Self { retired_at: self.retired_at.or(Some(at)), ..self }
    }

    /// The key, once it was made.
    pub fn key(&self) -> Option<PinnedKey> {
        let public_key = PublicKey::from_sec1(self.public_key.as_ref()?.as_ref()).ok()?;
        Some(PinnedKey { id: CkaId::parse(&self.key_id)?, public_key })
    }

    /// With these permissions decided for its account, or as it was before they were. In force, the key signs under the
    /// active one.
    #[must_use]
    pub fn with_hardening(self, hardening: Option<Hardening>) -> Self {
        let in_force = hardening.as_ref().is_some_and(|hardening| hardening.stage == Stage::InForce);
        Self { permission_id: if in_force { ACTIVE } else { OWNER_PERMISSION }, hardening, ..self }
    }

    /// The account, once there is a key: its own, or one that it shares once the chain has that.
    pub fn address(&self) -> Option<Address> {
        let shared = self.hardening.as_ref().filter(|hardening| hardening.stage == Stage::InForce);
        let own = self.key()?.address();
        Some(shared.map_or(own, |hardening| hardening.account))
    }

    /// Whether its key's signature alone is not enough.
    pub fn is_shared(&self) -> bool {
        let key = self.key().map(|key| key.address());
        self.hardening.as_ref().zip(key).is_some_and(|(hardening, key)| hardening.is_shared(key))
    }

    /// Whether its permissions are on their way to the chain, while nothing else is signed for it.
    pub fn is_updating(&self) -> bool {
        self.hardening.as_ref().is_some_and(|hardening| hardening.stage == Stage::Updating)
    }

    /// The form that the signing checks take.
    pub fn signing(&self) -> Option<SigningWallet> {
        Some(SigningWallet {
            address: self.address()?,
            key_id: self.key_id.clone(),
            permission_id: self.permission_id,
            kinds: kinds(self.class),
        })
    }

    /// The names that a policy knows it by.
    pub fn holder(&self) -> Holder {
        let class = match self.class {
            WalletClass::Hot => Class::Hot,
            WalletClass::Energy => Class::Energy,
            WalletClass::Treasury => Class::Treasury,
        };
        Holder { wallet: self.wallet_id.clone(), class, key: self.key_id.clone() }
    }

    /// The form that others see, once there is a key.
    pub fn view(&self) -> Option<WalletView> {
        Some(WalletView {
            wallet_id: self.wallet_id.clone(),
            class: self.class,
            address: self.address()?,
            key_id: self.key_id.clone(),
            permission_id: self.permission_id,
            public_key: self.public_key.clone()?,
            created_at: self.created_at,
            permissions: self.hardening.as_ref().map(Hardening::view),
            retired_at: self.retired_at,
        })
    }
}

/// What a class lets its wallets sign.
const fn kinds(class: WalletClass) -> &'static [Kind] {
    match class {
        WalletClass::Hot => &[Kind::Payout, Kind::Refund],
        WalletClass::Energy => &[Kind::Stake, Kind::Unstake, Kind::Delegation, Kind::Reclaim],
        WalletClass::Treasury => &[Kind::Payout],
    }
}

/// The stage of a wallet that has its key.
pub(crate) const READY: &str = "ready";

impl Record for Wallet {
    const NOUN: &'static str = "wallet";

    fn id(&self) -> String {
        self.wallet_id.to_string()
    }

    fn stage(&self) -> &'static str {
        if self.public_key.is_some() { READY } else { "making" }
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        let address = self.address().map(|address| ("address", address.to_string()));
        std::iter::once(("key_id", self.key_id.to_string())).chain(address).collect()
    }
}
