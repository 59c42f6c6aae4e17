//! The token, asked through tron-client.

use api::tron_client::{self, ConstantCallRequest, ConstantCallView};
use primitives::{Address, Usdt};
use service::PeerClient;
use service::client::NotDone;
use thiserror::Error;
use tron_tx::trc20;

/// Why the token gave no answer.
#[derive(Debug, Error)]
pub(crate) enum TokenError {
    /// tron-client could not ask.
    #[error(transparent)]
    NotDone(#[from] NotDone),
    /// The contract reverted or answered in another form: it is not the token that we are configured for.
    #[error("the contract {contract} does not answer {question} as a USDT token does")]
    NotTheToken {
        /// The configured contract.
        contract: Address,
        /// What was asked.
        question: &'static str,
    },
}

/// The configured USDT contract.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    contract: Address,
    tron_client: PeerClient,
}

impl Token {
    pub(crate) const fn new(contract: Address, tron_client: PeerClient) -> Self {
        Self { contract, tron_client }
    }

    /// The contract.
    pub(crate) const fn contract(&self) -> Address {
        self.contract
    }

    /// Whom the chain is asked through.
    pub(crate) const fn peer(&self) -> &PeerClient {
        &self.tron_client
    }

    /// USDT of an address at the head block.
    pub(crate) async fn balance_of(&self, address: Address) -> Result<Usdt, TokenError> {
        let answer = self.answer("balanceOf", trc20::balance_of(address)).await?;
        let units = trc20::u64_result(&answer).and_then(|units| Usdt::new(units).ok());
        units.ok_or_else(|| self.not_the_token("balanceOf"))
    }

    /// Whether the owner has stopped transfers.
    pub(crate) async fn paused(&self) -> Result<bool, TokenError> {
        let answer = self.answer("paused", trc20::paused()).await?;
        trc20::bool_result(&answer).ok_or_else(|| self.not_the_token("paused"))
    }

    /// What the token itself takes of a transfer, so that less arrives than is sent.
    pub(crate) async fn fee_of(&self, amount: Usdt) -> Result<Usdt, TokenError> {
        let answer = self.answer("calcFee", trc20::calc_fee(amount.units())).await?;
        let units = trc20::u64_result(&answer).and_then(|units| Usdt::new(units).ok());
        units.ok_or_else(|| self.not_the_token("calcFee"))
    }

    /// Whether the owner has barred an address.
    pub(crate) async fn is_blacklisted(&self, address: Address) -> Result<bool, TokenError> {
        let answer = self.answer("isBlackListed", trc20::is_black_listed(address)).await?;
        trc20::bool_result(&answer).ok_or_else(|| self.not_the_token("isBlackListed"))
    }

    /// What a transfer would do now, and the energy that it would use.
    pub(crate) async fn dry_run(&self, from: Address, to: Address, amount: Usdt) -> Result<ConstantCallView, NotDone> {
        self.call(from, trc20::transfer(to, amount.units())).await
    }

    async fn answer(&self, question: &'static str, calldata: Vec<u8>) -> Result<Vec<u8>, TokenError> {
        let view = self.call(self.contract, calldata).await?;
        if view.success { Ok(view.result.0) } else { Err(self.not_the_token(question)) }
    }

    async fn call(&self, caller: Address, calldata: Vec<u8>) -> Result<ConstantCallView, NotDone> {
        let request = ConstantCallRequest { contract: self.contract, caller, calldata: calldata.into() };
        self.tron_client.ask(&tron_client::constant_call(&request)).await
    }

    const fn not_the_token(&self, question: &'static str) -> TokenError {
        TokenError::NotTheToken { contract: self.contract, question }
    }
}
