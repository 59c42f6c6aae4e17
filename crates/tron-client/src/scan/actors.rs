//! In whose name the transactions of a block act, kept so that the wallets that we watch are found among them.

use std::collections::HashMap;

use primitives::Address;
use tron_tx::json::BlockTransaction;
use tron_tx::{Actor, ContractType, acting};

/// One contract of a block's transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Act {
    /// Which transaction of the block.
    place: usize,
    contract_type: Option<i32>,
    by: By,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Account(Address),
    /// Nobody can tell; the raw data, to look for addresses in it.
    Unclear(Box<[u8]>),
}

/// Everybody who acts in a block.
#[derive(Debug, Clone, Default)]
pub struct Actors(Box<[Act]>);

/// A watched wallet that acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Which transaction of the block.
    pub place: usize,
    /// The wallet.
    pub wallet: Address,
    /// What it does, as the wire has it.
    pub contract_type: String,
}

impl Actors {
    /// Reads them from the transactions' bytes.
    pub fn of(transactions: &[BlockTransaction]) -> Self {
        let mut acts = Vec::with_capacity(transactions.len());
        for (place, entry) in transactions.iter().enumerate() {
            let raw_data = entry.transaction.raw_data.as_slice();
            for act in acting(raw_data) {
                let by = match act.actor {
                    Actor::Account(address) => By::Account(address),
                    Actor::Nobody => continue,
                    Actor::Unclear => By::Unclear(raw_data.into()),
                };
                acts.push(Act { place, contract_type: act.contract_type, by });
            }
        }
        Self(acts.into())
    }

    /// Those that are watched from this block or an earlier one; each transaction once for a wallet. Where the bytes do
    /// not tell who acts, a wallet whose address they contain is taken to.
    pub fn among(&self, watched: &HashMap<Address, u64>, block: u64) -> Vec<Sighting> {
        let mut sightings: Vec<Sighting> = Vec::new();
        if watched.is_empty() {
            return sightings;
        }
        let from = |wallet: &Address| watched.get(wallet).is_some_and(|from_block| *from_block <= block);
        for act in &self.0 {
            let wallets = match &act.by {
                By::Account(address) if from(address) => vec![*address],
                By::Account(_) => continue,
                By::Unclear(raw_data) => {
                    watched.keys().filter(|one| from(one) && mentions(raw_data, **one)).copied().collect()
                }
            };
            for wallet in wallets {
                if !sightings.iter().any(|one| one.place == act.place && one.wallet == wallet) {
                    sightings.push(Sighting { place: act.place, wallet, contract_type: name(act.contract_type) });
                }
            }
        }
        sightings
    }
}

/// Whether an address stands anywhere in these bytes.
fn mentions(bytes: &[u8], address: Address) -> bool {
    let wanted = address.to_bytes21();
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn name(contract_type: Option<i32>) -> String {
    match contract_type {
        None => "unreadable".to_owned(),
        Some(number) => ContractType::from_number(number)
            .map_or_else(|| format!("unknown {number}"), |known| known.name().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use primitives::TxId;
    use tron_tx::SignedTransaction;
    use tron_tx::proto::{Any, Transaction, TransactionContract, TransactionRaw, TransferContract};

    use super::*;

    fn address(seed: u8) -> Address {
        Address::from_evm([seed; 20])
    }

    fn entry(contract_type: i32, value: Vec<u8>) -> BlockTransaction {
        let parameter = Some(Any { type_url: String::new(), value });
        let contract = vec![TransactionContract { contract_type, parameter, ..TransactionContract::default() }];
        let raw = TransactionRaw { contract, ..TransactionRaw::default() };
        let message = Transaction { raw_data: Some(raw), ..Transaction::default() };
        BlockTransaction { txid: TxId::new([0; 32]), transaction: SignedTransaction::from_message(message).unwrap() }
    }

    fn transfer(from: u8, to: u8) -> Vec<u8> {
        let message = TransferContract {
            owner_address: address(from).to_bytes21().to_vec(),
            to_address: address(to).to_bytes21().to_vec(),
            amount: 1,
        };
        tron_tx::Payload::from(message).encode()
    }

    fn sighting(place: usize, wallet: u8, contract_type: &str) -> Sighting {
        Sighting { place, wallet: address(wallet), contract_type: contract_type.to_owned() }
    }

    #[test]
    fn who_acts_is_seen_and_who_receives_is_not() {
        let block =
            [entry(1, transfer(1, 2)), entry(1, transfer(2, 1)), entry(77, transfer(1, 3)), entry(1, transfer(3, 4))];
        let actors = Actors::of(&block);
        let watched = HashMap::from([(address(1), 0)]);
        assert_eq!(actors.among(&watched, 9), [sighting(0, 1, "TransferContract"), sighting(2, 1, "unknown 77")]);
        assert!(actors.among(&HashMap::new(), 9).is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_whose_address_is_in_it() {
        // A group, which no message of the protocol has, hides the owner from our reader.
        let mut hidden = vec![0x3b];
        hidden.extend(transfer(1, 2));
        let actors = Actors::of(&[entry(77, hidden)]);
        assert_eq!(actors.among(&HashMap::from([(address(1), 0)]), 9), [sighting(0, 1, "unknown 77")]);
        assert!(actors.among(&HashMap::from([(address(5), 0)]), 9).is_empty());
    }

    #[test]
    fn a_wallet_is_watched_from_its_block_on() {
        let actors = Actors::of(&[entry(1, transfer(1, 2))]);
        let watched = HashMap::from([(address(1), 10)]);
        assert!(actors.among(&watched, 9).is_empty());
        assert_eq!(actors.among(&watched, 10).len(), 1);
    }
}
