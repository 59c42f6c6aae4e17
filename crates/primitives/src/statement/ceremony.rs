//! What two operators decide together.

mod wire;

use prost::Message;

use super::cosigned::Dated;
use super::fields::{address, array, line, number_of, plane, value_of};
use super::key_class::KeyClass;
use super::manifest::CLASSES;
use super::recovered::{Recovered, Unpaid};
use super::spending::{Spending, WireSpending};
use super::{Statement, StatementError};
use crate::{Address, AttemptNo, CeremonyId, ChainId, FreezeId, IntentId, KeyId, PlaneId, UnixMs, WalletId};
use wire::{
    Wire, WireAction, WireAdoptSettings, WireAttemptAgain, WireExplain, WireHarden, WireMakeKey, WirePermission,
    WireRecover, WireRetireKey, WireSetPolicy, WireThaw, WireWeight,
};

/// How long a ceremony may be valid at most: 24 hours.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

/// The most keys that the protocol allows in one permission.
const MOST_KEYS: usize = 5;

/// The longest explanation, bytes.
pub const NOTE_MAX: usize = 1_000;

/// The longest name of what is explained, bytes: a txid's.
const DISCREPANCY_MAX: usize = 64;

/// Who may use a permission of an account: keys whose weights reach the threshold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionKeys {
    /// The sum of weights that a transaction needs; at least 1, at most all of them.
    pub threshold: u32,
    /// Accounts with their weights, ascending by address, none twice; 1 to 5.
    pub keys: Vec<(Address, u32)>,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Make a key in the token, once; of a wallet's class: make the wallet.
    MakeKey {
        /// What it is for.
        class: KeyClass,
        /// The wallet's id; for other classes what the key is called.
        name: WalletId,
    },
    /// Let a key sign nothing any more, for ever. It stays in the token.
    RetireKey {
        /// The key.
        key_id: KeyId,
    },
    /// Lift one stop of all signing.
    Thaw {
        /// The stop.
        freeze: FreezeId,
    },
    /// Make a wallet's one permission update on the chain: its own key keeps the operations of the active permission,
    /// the owner permission goes to keys outside.
    HardenWallet {
        /// The wallet, by the name that it has at each signer whose key is of the active permission.
        wallet: WalletId,
        /// Its account on the chain: that of its own key, or, for who signs together with others, the one that is
        /// shared.
        account: Address,
        /// Who owns the account from then on.
        owner: PermissionKeys,
        /// Who signs under the active permission, number 2, from then on.
        active: PermissionKeys,
        /// What the active permission allows: one bit for each contract type, as the protocol has it.
        operations: [u8; 32],
    },
    /// Put a policy into force; any other is refused from then on.
    SetPolicy {
        /// The number that its author gave it; higher than the last one's.
        version: u32,
        /// SHA-256 of its rules, whatever their spelling.
        sha256: [u8; 32],
    },
    /// Pay once from a wallet for which no service decides.
    Spend(Spending),
    /// Let the signer be started under other settings than those that it has pinned.
    AdoptSettings {
        /// SHA-256 of those settings, as the signer names it when it refuses them.
        sha256: [u8; 32],
    },
    /// Let one more attempt at an intent be signed, after those that are made without a person.
    AttemptAgain {
        /// The intent.
        intent: IntentId,
        /// Which attempt.
        attempt: AttemptNo,
    },
    /// Explain what nobody could, so that it stops payouts no more.
    Explain {
        /// Its name at payout-router.
        discrepancy: String,
        /// What it was; 1 to [`NOTE_MAX`] bytes in one line.
        note: String,
    },
    /// Say what transactions were that a restored plane does not know, so that they stop payouts no more.
    Recover {
        /// The stop of signing that the restore made: of another restore they have said nothing.
        freeze: FreezeId,
        /// Each with what it was: ascending by txid, none twice, at most [`RECOVERED_MAX`](super::RECOVERED_MAX).
        transactions: Vec<Recovered>,
        /// Payouts that none of the payments which are kept has paid: ascending by id, none twice, as many at most. There
        /// is one of either at least.
        unpaid: Vec<Unpaid>,
        /// By what this is known; 1 to [`NOTE_MAX`] bytes in one line.
        note: String,
    },
}

/// A decision of two operators. Good once, in one plane on one chain, for at most 24 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// The plane it is good in.
    pub plane: PlaneId,
    /// The chain it is good on.
    pub chain_id: ChainId,
    /// What is decided.
    pub action: Action,
    /// Random; each is acted upon once.
    pub nonce: [u8; 16],
    /// When it was proposed.
    pub issued_at: UnixMs,
    /// Until when it may be submitted.
    pub valid_until: UnixMs,
}

impl PermissionKeys {
    fn to_wire(&self) -> WirePermission {
        let weight =
            |(address, weight): &(Address, u32)| WireWeight { address: address.to_bytes21().to_vec(), weight: *weight };
        WirePermission { threshold: self.threshold, keys: self.keys.iter().map(weight).collect() }
    }

    fn from_wire(wire: Option<&WirePermission>) -> Result<Self, StatementError> {
        let wire = wire.ok_or(StatementError::Malformed("permission"))?;
        let keys = wire.keys.iter().map(|key| Ok((address(&key.address)?, key.weight)));
        let permission = Self { threshold: wire.threshold, keys: keys.collect::<Result<Vec<_>, StatementError>>()? };
        let weights: u64 = permission.keys.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let ordered = permission.keys.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let weighed = permission.keys.iter().all(|(_, weight)| *weight > 0);
        let reachable = (1..=weights).contains(&u64::from(permission.threshold));
        if ordered && weighed && reachable && permission.keys.len() <= MOST_KEYS {
            Ok(permission)
        } else {
            Err(StatementError::Malformed("permission"))
        }
    }
}

impl Action {
    fn to_wire(&self) -> WireAction {
        match self {
            Self::MakeKey { class, name } => {
                WireAction::MakeKey(WireMakeKey { class: number_of(&CLASSES, class), name: name.to_string() })
            }
            Self::RetireKey { key_id } => WireAction::RetireKey(WireRetireKey { key_id: key_id.to_string() }),
            Self::Thaw { freeze } => WireAction::Thaw(WireThaw { freeze: freeze.to_string() }),
            Self::HardenWallet { wallet, account, owner, active, operations } => WireAction::Harden(WireHarden {
                wallet: wallet.to_string(),
                owner: Some(owner.to_wire()),
                active: Some(active.to_wire()),
                operations: operations.to_vec(),
                account: account.to_bytes21().to_vec(),
            }),
            Self::SetPolicy { version, sha256 } => {
                WireAction::SetPolicy(WireSetPolicy { version: *version, sha256: sha256.to_vec() })
            }
            Self::Spend(spending) => WireAction::Spend(spending.to_wire()),
            Self::AdoptSettings { sha256 } => WireAction::AdoptSettings(WireAdoptSettings { sha256: sha256.to_vec() }),
            Self::AttemptAgain { intent, attempt } => {
                WireAction::AttemptAgain(WireAttemptAgain { intent: intent.to_string(), attempt: attempt.0 })
            }
            Self::Explain { discrepancy, note } => {
                WireAction::Explain(WireExplain { discrepancy: discrepancy.clone(), note: note.clone() })
            }
            Self::Recover { freeze, transactions, unpaid, note } => WireAction::Recover(WireRecover {
                transactions: transactions.iter().map(Recovered::to_wire).collect(),
                note: note.clone(),
                freeze: freeze.to_string(),
                unpaid: unpaid.iter().map(Unpaid::to_wire).collect(),
            }),
        }
    }

    fn from_wire(wire: &WireAction) -> Result<Self, StatementError> {
        let wallet = |text: &str| text.parse().map_err(|_| StatementError::Malformed("wallet"));
        Ok(match wire {
            WireAction::MakeKey(make) => {
                Self::MakeKey { class: value_of(&CLASSES, make.class, "class")?, name: wallet(&make.name)? }
            }
            WireAction::RetireKey(retire) => {
                Self::RetireKey { key_id: retire.key_id.parse().map_err(|_| StatementError::Malformed("key id"))? }
            }
            WireAction::Thaw(thaw) => {
                Self::Thaw { freeze: thaw.freeze.parse().map_err(|_| StatementError::Malformed("freeze"))? }
            }
            WireAction::Harden(harden) => Self::HardenWallet {
                wallet: wallet(&harden.wallet)?,
                account: address(&harden.account)?,
                owner: PermissionKeys::from_wire(harden.owner.as_ref())?,
                active: PermissionKeys::from_wire(harden.active.as_ref())?,
                operations: array(&harden.operations, "operations")?,
            },
            WireAction::SetPolicy(policy) => {
                Self::SetPolicy { version: policy.version, sha256: array(&policy.sha256, "policy")? }
            }
            WireAction::Spend(spending) => Self::Spend(Spending::from_wire(spending)?),
            WireAction::AdoptSettings(adopt) => Self::AdoptSettings { sha256: array(&adopt.sha256, "settings")? },
            WireAction::AttemptAgain(again) => Self::AttemptAgain {
                intent: again.intent.parse().map_err(|_| StatementError::Malformed("intent"))?,
                attempt: AttemptNo(again.attempt),
            },
            WireAction::Explain(explain) => Self::Explain {
                discrepancy: line(&explain.discrepancy, DISCREPANCY_MAX, "discrepancy")?,
                note: line(&explain.note, NOTE_MAX, "note")?,
            },
            WireAction::Recover(recover) => Self::recover(recover)?,
        })
    }
}

impl Action {
    fn recover(wire: &WireRecover) -> Result<Self, StatementError> {
        if wire.transactions.is_empty() && wire.unpaid.is_empty() {
            return Err(StatementError::Malformed("transactions"));
        }
        Ok(Self::Recover {
            freeze: wire.freeze.parse().map_err(|_| StatementError::Malformed("freeze"))?,
            transactions: Recovered::all_from_wire(&wire.transactions)?,
            unpaid: Unpaid::all_from_wire(&wire.unpaid)?,
            note: line(&wire.note, NOTE_MAX, "note")?,
        })
    }
}

impl Ceremony {
    /// Its name: another for every other statement, whoever signs it.
    pub fn id(&self) -> CeremonyId {
        CeremonyId::derive(self.plane.uuid(), &[&hex::encode(self.encode())])
    }
}

impl Dated for Ceremony {
    fn issued_at(&self) -> UnixMs {
        self.issued_at
    }

    fn valid_until(&self) -> UnixMs {
        self.valid_until
    }
}

impl Statement for Ceremony {
    const DOMAIN: &'static [u8] = b"lucid-plane/ceremony/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            plane: self.plane.to_string(),
            chain_id: self.chain_id.0,
            nonce: self.nonce.to_vec(),
            issued_at: self.issued_at.0,
            valid_until: self.valid_until.0,
            action: Some(self.action.to_wire()),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("ceremony"))?;
        let action = wire.action.as_ref().ok_or(StatementError::Malformed("an action that this version knows"))?;
        let ceremony = Self {
            plane: plane(&wire.plane)?,
            chain_id: ChainId(wire.chain_id),
            action: Action::from_wire(action)?,
            nonce: array(&wire.nonce, "nonce")?,
            issued_at: UnixMs(wire.issued_at),
            valid_until: UnixMs(wire.valid_until),
        };
        let (from, until) = (ceremony.issued_at, ceremony.valid_until);
        if until <= from || until.ms_since(from) > LONGEST_MS {
            return Err(StatementError::Malformed("a ceremony is valid for at most 24 hours"));
        }
        if ceremony.encode() == bytes { Ok(ceremony) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
