//! Two operators, what they decide, and the transactions that carry it out.

use api::wallet_manager::decision::{DecisionRequest, HardeningOutcome};
use api::wallet_manager::{WalletClass, WalletView};
use primitives::statement::{
    Action, Anchor, Ceremony, Cosigned, Fate, Finality, PermissionKeys, SignKey, Signed, Spending,
};
use primitives::{Address, AttemptNo, BlockId, Sun, TxId};
use tron_tx::contract::permission_update;
use tron_tx::{Contract, PermissionId, RawTransaction};

use super::bench::{Bench, Running, authority};

/// Whose key is in no token.
pub(super) const OFFLINE: Address = Address::from_evm([0x66; 20]);

/// A bench, whose operators these are.
pub(super) fn bench() -> Bench {
    Bench::new()
}

pub(super) fn alone(address: Address) -> PermissionKeys {
    PermissionKeys { threshold: 1, keys: vec![(address, 1)] }
}

/// A decision that both have signed.
pub(super) fn decided(running: &Running, action: Action) -> Cosigned<Ceremony> {
    signed(running, action, &["alice", "bob"].map(authority))
}

/// A decision that these have signed.
pub(super) fn signed(running: &Running, action: Action, keys: &[SignKey]) -> Cosigned<Ceremony> {
    let now = running.core.clock.now();
    let ceremony = Ceremony {
        plane: running.core.rules.plane,
        chain_id: running.core.rules.chain_id,
        action,
        nonce: [7; 16],
        issued_at: now,
        valid_until: now.plus_ms(3_600_000),
    };
    keys.iter().fold(Cosigned::proposed(ceremony), Cosigned::signed_by)
}

/// The permissions of a wallet that signs alone.
pub(super) fn harden(wallet: &WalletView) -> Action {
    Action::HardenWallet {
        wallet: wallet.wallet_id.clone(),
        account: wallet.address,
        owner: alone(OFFLINE),
        active: alone(wallet.address),
        operations: wallet.class.operations(),
    }
}

/// The permissions of an account that this wallet shares with another key.
pub(super) fn share(wallet: &WalletView, account: Address, beside: Address) -> Action {
    let mut keys = vec![(account, 1), (beside, 1)];
    keys.sort_unstable();
    Action::HardenWallet {
        wallet: wallet.wallet_id.clone(),
        account,
        owner: alone(OFFLINE),
        active: PermissionKeys { threshold: 2, keys },
        operations: WalletClass::Treasury.operations(),
    }
}

/// The transaction that carries a decision out, on a fresh anchor.
pub(super) struct Carried {
    pub(super) raw: RawTransaction,
    ceremony: Cosigned<Ceremony>,
    anchor: Anchor,
    attempt: AttemptNo,
}

impl Carried {
    /// The update that a decision says.
    pub(super) fn update(running: &Running, ceremony: Cosigned<Ceremony>) -> Self {
        let Action::HardenWallet { account, owner, active, operations, .. } = &ceremony.unverified().action else {
            panic!("permissions")
        };
        let contract = permission_update(*account, owner, active, *operations);
        Self::of(running, ceremony, contract, PermissionId::OWNER, Sun::ZERO)
    }

    /// A spending's contract under permission 2.
    pub(super) fn spending(running: &Running, spending: Spending, contract: Contract, fee_limit: Sun) -> Self {
        let ceremony = decided(running, Action::Spend(spending));
        Self::of(running, ceremony, contract, PermissionId::ACTIVE, fee_limit)
    }

    fn of(
        running: &Running,
        ceremony: Cosigned<Ceremony>,
        contract: Contract,
        permission: PermissionId,
        fee_limit: Sun,
    ) -> Self {
        let now = running.core.clock.now();
        let mut id = [9; 32];
        id[..8].copy_from_slice(&500_u64.to_be_bytes());
        let block_id = BlockId::new(id);
        let raw = RawTransaction::new(contract, block_id.into(), now, now.plus_ms(60_000))
            .with_permission(permission)
            .with_fee_limit(fee_limit);
        let chain_id = running.core.rules.chain_id;
        let anchor = Anchor { chain_id, number: 500, block_id, solid_time: now.minus_ms(3_000) };
        Self { raw, ceremony, anchor, attempt: AttemptNo::FIRST }
    }

    /// As another attempt.
    pub(super) fn again(self, attempt: AttemptNo) -> Self {
        Self { attempt, ..self }
    }

    pub(super) fn txid(&self) -> TxId {
        self.raw.txid()
    }

    pub(super) fn request(&self) -> DecisionRequest {
        DecisionRequest {
            raw_data: self.raw.encode().into(),
            ceremony: self.ceremony.clone(),
            anchor: Signed::sign(self.anchor, &authority("tron-client")),
            attempt: self.attempt,
        }
    }

    /// tron-client's word on what became of it.
    pub(super) fn outcome(&self, fate: Fate) -> HardeningOutcome {
        self.outcome_by("tron-client", fate)
    }

    pub(super) fn outcome_by(&self, peer: &str, fate: Fate) -> HardeningOutcome {
        let Anchor { chain_id, block_id, .. } = self.anchor;
        let finality = Finality { chain_id, txid: self.txid(), fate, block: block_id };
        HardeningOutcome { raw_data: self.raw.encode().into(), finality: Signed::sign(finality, &authority(peer)) }
    }
}
