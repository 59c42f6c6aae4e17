//! State of the chain, asked of the nodes at the time of the question.

use std::sync::Arc;

use api::tron_client::{AccountPermissions, AccountView, ChainParameters, ConstantCallRequest};
use primitives::{Address, UnixMs};
use service::clock::SharedClock;
use tokio::sync::Mutex;

use crate::node::Question;
use crate::nodes::{NoNode, Nodes, Purpose};
use crate::wire;
use crate::wire::account::{WireAccount, WireResources};
use crate::wire::call::{Called, WireCall};
use crate::wire::parameters::WireParameters;

/// Prices change every six hours at most, the network's stake with every block; a block's time is fresh enough.
const PARAMETERS_MS: u64 = 3_000;

/// Asks for state.
#[derive(Debug)]
pub struct Facts {
    nodes: Arc<Nodes>,
    clock: SharedClock,
    parameters: Mutex<Option<(UnixMs, ChainParameters)>>,
}

impl Facts {
    /// Asks these nodes.
    pub fn new(nodes: Arc<Nodes>, clock: SharedClock) -> Self {
        Self { nodes, clock, parameters: Mutex::default() }
    }

    /// The account at the solid block, its resources at the head. An address that is not on the chain is not activated.
    pub async fn account(&self, address: Address) -> Result<AccountView, NoNode> {
        let resources = self.resources(address);
        let (account, resources) = (Question::account(address), resources.await?);
        let read = |body: &bytes::Bytes| {
            let account: WireAccount =
                if wire::is_empty_object(body) { WireAccount::default() } else { wire::read(body)? };
            Ok(account.view(address, &resources)?)
        };
        Ok(self.nodes.ask(Purpose::State, &account, read).await?.value)
    }

    /// Who may sign for the account at the solid block.
    pub async fn permissions(&self, address: Address) -> Result<AccountPermissions, NoNode> {
        let read = |body: &bytes::Bytes| {
            let account: WireAccount =
                if wire::is_empty_object(body) { WireAccount::default() } else { wire::read(body)? };
            Ok(account.permissions_view(address)?)
        };
        Ok(self.nodes.ask(Purpose::State, &Question::account(address), read).await?.value)
    }

    async fn resources(&self, address: Address) -> Result<WireResources, NoNode> {
        let read = |body: &bytes::Bytes| {
            Ok(if wire::is_empty_object(body) { WireResources::default() } else { wire::read(body)? })
        };
        Ok(self.nodes.ask(Purpose::State, &Question::resources(address), read).await?.value)
    }

    /// Prices, limits and the network's stake.
    pub async fn parameters(&self) -> Result<ChainParameters, NoNode> {
        let mut cached = self.parameters.lock().await;
        let now = self.clock.now();
        if let Some((at, parameters)) = cached.as_ref()
            && now.ms_since(*at) < PARAMETERS_MS
            && *at <= now
        {
            return Ok(parameters.clone());
        }
        // Every account's resources carry the network's totals; the newest block's producer surely is one.
        let totals = match self.nodes.sight().witness {
            Some(witness) => self.resources(witness).await?,
            None => return Err(NoNode(Some("no block's producer is known yet".to_owned()))),
        };
        let read = |body: &bytes::Bytes| Ok(wire::read::<WireParameters>(body)?.view(&totals)?);
        let parameters = self.nodes.ask(Purpose::State, &Question::parameters(), read).await?.value;
        *cached = Some((now, parameters.clone()));
        Ok(parameters)
    }

    /// Runs a contract without changing anything.
    pub async fn constant_call(&self, request: &ConstantCallRequest) -> Result<Called, NoNode> {
        let read = |body: &bytes::Bytes| Ok(wire::read::<WireCall>(body)?.outcome()?);
        Ok(self.nodes.ask(Purpose::Call, &Question::constant_call(request), read).await?.value)
    }
}
