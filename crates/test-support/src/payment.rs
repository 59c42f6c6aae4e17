//! Payments of a wallet as they are asked for in life: sealed on a solid block, authorised and anchored. Each part may be
//! spoilt before it is signed.

use api::wallet_manager::{SignatureRequest, WalletView};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{Address, AttemptNo, BlockId, ChainId, PlaneId, Sun, UnixMs};
use tron_tx::contract::{Transfer, Trigger};
use tron_tx::{Contract, PermissionId, RawTransaction, trc20};

/// The block that every payment refers to.
const BLOCK: u64 = 500;

/// Where and when something is paid.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// The plane.
    pub plane: PlaneId,
    /// The chain.
    pub chain_id: ChainId,
    /// What everybody's clock shows.
    pub now: UnixMs,
}

/// A payment before anybody has signed anything of it.
#[derive(Debug, Clone)]
pub struct Unsealed {
    /// The transaction.
    pub raw: RawTransaction,
    /// What payout-router allows.
    pub authorisation: Authorisation,
    /// What tron-client says of the block.
    pub anchor: Anchor,
}

impl Scene {
    /// TRX of this wallet.
    ///
    /// # Panics
    /// If the intent is no name of one.
    pub fn trx(&self, wallet: &WalletView, intent: &str, to: Address, amount: Sun) -> Unsealed {
        let transfer = Transfer { owner: wallet.address, to, amount };
        self.payment(wallet, intent, Contract::Transfer(transfer), (Asset::Trx, to, amount.units()))
    }

    /// Units of a token of this wallet, for this fee_limit.
    ///
    /// # Panics
    /// If the intent is no name of one.
    pub fn token(
        &self,
        wallet: &WalletView,
        intent: &str,
        (token, to, units): (Address, Address, u64),
        fee: Sun,
    ) -> Unsealed {
        let call = Trigger::new(wallet.address, token, trc20::transfer(to, units));
        let mut payment = self.payment(wallet, intent, Contract::Trigger(call), (Asset::Token(token), to, units));
        payment.raw = payment.raw.with_fee_limit(fee);
        payment.authorisation.fee_limit_max = fee;
        payment
    }

    fn payment(
        &self,
        wallet: &WalletView,
        intent: &str,
        contract: Contract,
        (asset, recipient, amount): (Asset, Address, u64),
    ) -> Unsealed {
        let Self { plane, chain_id, now } = *self;
        let mut id = [9; 32];
        id[..8].copy_from_slice(&BLOCK.to_be_bytes());
        let block_id = BlockId::new(id);
        let permission = u8::try_from(wallet.permission_id).ok().and_then(PermissionId::new);
        let permission = permission.expect("a wallet has one of the chain's ten permissions");
        Unsealed {
            raw: RawTransaction::new(contract, block_id.into(), now, now.plus_ms(60_000)).with_permission(permission),
            authorisation: Authorisation {
                chain_id,
                plane,
                kind: Kind::Payout,
                intent: intent.parse().expect("an intent's name"),
                attempt: AttemptNo::FIRST,
                previous: vec![],
                key_id: wallet.key_id.clone(),
                permission_id: wallet.permission_id,
                asset,
                resource: None,
                recipient,
                amount,
                memo_hash: None,
                fee_limit_max: Sun::ZERO,
                expiration_max: now.plus_ms(120_000),
                valid_until: now.plus_ms(60_000),
            },
            anchor: Anchor { chain_id, number: BLOCK, block_id, solid_time: now.minus_ms(3_000) },
        }
    }
}

impl Unsealed {
    /// The request for its signature, as these two have signed.
    pub fn request(&self, issuer: &SignKey, anchors: &SignKey) -> SignatureRequest {
        let authorisation = Signed::sign(self.authorisation.clone(), issuer);
        SignatureRequest::new(self.raw.encode().into(), authorisation, Signed::sign(self.anchor, anchors))
    }
}
