//! The contract inside a transaction, field by field against its authorisation.
//!
//! Every contract is taken apart without `..`, so that a field the protocol gains cannot pass unseen.

use primitives::statement::{Asset, Authorisation, Kind};
use primitives::{Address, Resource};
use tron_tx::Contract;
use tron_tx::contract::{Delegate, Freeze, Transfer, Trigger, Undelegate, Unfreeze};
use tron_tx::trc20::TokenCall;

use super::Refusal;
use super::rules::{Circumstances, Rules};

/// Holds the contract against the authorisation: type, owner, recipient, amount, and nothing beside them.
pub(super) fn hold(
    contract: &Contract,
    authorisation: &Authorisation,
    rules: &Rules,
    known: &Circumstances<'_>,
) -> Result<(), Refusal> {
    let told = Told { authorisation, rules, known };
    match (authorisation.kind, authorisation.asset, contract) {
        (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Trx, Contract::Transfer(transfer)) => {
            told.transfer(transfer)
        }
        (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Token(token), Contract::Trigger(call)) => {
            told.token_transfer(token, call)
        }
        (Kind::Stake, Asset::Trx, Contract::Freeze(stake)) => {
            let Freeze { owner, amount, resource } = stake;
            told.own_stake(*owner, amount.units(), *resource)
        }
        (Kind::Unstake, Asset::Trx, Contract::Unfreeze(stake)) => {
            let Unfreeze { owner, amount, resource } = stake;
            told.own_stake(*owner, amount.units(), *resource)
        }
        (Kind::Delegation, Asset::Trx, Contract::Delegate(loan)) => {
            let Delegate { owner, receiver, amount, resource, lock, lock_period } = loan;
            if *lock || *lock_period != 0 {
                return Err(Refusal::Lock);
            }
            told.loan(*owner, *receiver, amount.units(), *resource)
        }
        (Kind::Reclaim, Asset::Trx, Contract::Undelegate(loan)) => {
            let Undelegate { owner, receiver, amount, resource } = loan;
            told.loan(*owner, *receiver, amount.units(), *resource)
        }
        _ => Err(Refusal::ContractType),
    }
}

/// What the signer was told and what it knows.
struct Told<'a> {
    authorisation: &'a Authorisation,
    rules: &'a Rules,
    known: &'a Circumstances<'a>,
}

impl Told<'_> {
    fn transfer(&self, transfer: &Transfer) -> Result<(), Refusal> {
        let Transfer { owner, to, amount } = transfer;
        self.owner(*owner)?;
        self.recipient(*to)?;
        self.payee()?;
        self.amount(amount.units())
    }

    fn token_transfer(&self, token: Address, call: &Trigger) -> Result<(), Refusal> {
        if !self.rules.tokens.contains(&token) {
            return Err(Refusal::TokenNotPinned);
        }
        let Trigger { owner, contract, call_value, calldata, call_token_value, token_id } = call;
        self.owner(*owner)?;
        if *contract != token {
            return Err(Refusal::Token);
        }
        if !call_value.is_zero() || *call_token_value != 0 || *token_id != 0 {
            return Err(Refusal::CallValue);
        }
        let Ok(TokenCall::Transfer { to, value }) = TokenCall::decode(calldata) else {
            return Err(Refusal::Calldata);
        };
        self.recipient(to)?;
        self.payee()?;
        self.amount(u64::try_from(value).map_err(|_| Refusal::Amount)?)
    }

    fn own_stake(&self, owner: Address, amount: u64, resource: Resource) -> Result<(), Refusal> {
        self.owner(owner)?;
        // A stake names no recipient; the authorisation names the wallet, so that it cannot be read as a payment.
        self.recipient(self.known.wallet.address)?;
        self.amount(amount)?;
        self.resource(resource)
    }

    fn loan(&self, owner: Address, receiver: Address, amount: u64, resource: Resource) -> Result<(), Refusal> {
        self.owner(owner)?;
        self.recipient(receiver)?;
        if !self.known.our_wallets.contains(&receiver) || receiver == self.known.wallet.address {
            return Err(Refusal::NotOurWallet);
        }
        self.amount(amount)?;
        self.resource(resource)
    }

    fn owner(&self, owner: Address) -> Result<(), Refusal> {
        if owner == self.known.wallet.address { Ok(()) } else { Err(Refusal::Owner) }
    }

    fn recipient(&self, recipient: Address) -> Result<(), Refusal> {
        if recipient == self.authorisation.recipient { Ok(()) } else { Err(Refusal::Recipient) }
    }

    /// Who may be paid at all, whatever the authorisation says.
    fn payee(&self) -> Result<(), Refusal> {
        let recipient = self.authorisation.recipient;
        let token = self.rules.tokens.contains(&recipient);
        if token || recipient == Address::ZERO || recipient == self.known.wallet.address {
            return Err(Refusal::RecipientForbidden);
        }
        Ok(())
    }

    fn amount(&self, amount: u64) -> Result<(), Refusal> {
        if amount == self.authorisation.amount { Ok(()) } else { Err(Refusal::Amount) }
    }

    fn resource(&self, resource: Resource) -> Result<(), Refusal> {
        if Some(resource) == self.authorisation.resource { Ok(()) } else { Err(Refusal::Resource) }
    }
}
