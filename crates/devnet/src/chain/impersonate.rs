//! Acting for an account without its keys, as the thief of a key does: for tests that want one.

use std::sync::Arc;

use primitives::{Address, TxId, UnixMs};
use tron_tx::proto::Transaction;

use super::Chain;
use crate::admitted::Admitted;
use crate::broadcast::BroadcastError;
use crate::state::Permissions;

/// r, s and v of nobody.
const FORGED: [u8; 65] = [0; 65];

impl Chain {
    /// Takes in a transaction as if all of its owner's keys had signed it. Everything else is checked as always, and
    /// from then on it is a transaction like any other.
    pub fn impersonate(&mut self, transaction: Transaction, now: UnixMs) -> Result<TxId, BroadcastError> {
        self.take_in(transaction, now, |chain, transaction| {
            let mut admitted = Admitted::read_trusted(transaction)?;
            admitted.signers = chain.owner_keys(admitted.owner).into_iter().map(Ok).collect();
            admitted.transaction.signature = vec![FORGED.to_vec(); admitted.signers.len()];
            Ok(admitted)
        })
    }

    fn owner_keys(&self, owner: Address) -> Vec<Address> {
        let stored = self.pool.state.account(&owner).and_then(|account| account.permissions.clone());
        let permissions = stored.unwrap_or_else(|| Arc::new(Permissions::default_of(owner)));
        permissions.owner.keys.iter().filter_map(|key| Address::from_bytes21(&key.address).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::broadcast::ResponseCode;
    use crate::chain::At;
    use crate::testing::{TRX, World, at, signed, transfer};

    #[test]
    fn a_thief_needs_no_key_but_must_obey_everything_else() {
        let mut world = World::new();
        let raw = world.raw(transfer("alice", "carol", TRX));
        let now = world.now;
        let id = world.chain.impersonate(signed(raw, &[]), now).unwrap();
        world.mine();
        assert!(world.chain.view(At::Head).transaction_info(&id).is_some());
        assert_eq!(world.account("carol").balance, TRX);

        let raw = world.raw(transfer("carol", "bob", 2 * TRX));
        let refused = world.chain.impersonate(signed(raw, &[]), now).unwrap_err();
        assert_eq!(refused.code, ResponseCode::ContractValidateError, "{} {}", at("carol"), refused.message);
    }
}
