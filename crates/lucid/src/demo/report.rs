//! What the demo came to: the document for programs and the receipts for people.

use std::fmt;
use std::time::Duration;

use api::payout_router::{PayoutReceipt, PayoutView};
use primitives::{PayoutId, Sun, TxId};
use serde::Serialize;

use super::evidence::Balances;
use crate::payout::text::{asset, costs, stage};
use crate::status::ServiceStatus;

/// A payout that was made and seen on the chain.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) view: PayoutView,
    pub(super) receipt: PayoutReceipt,
    pub(super) balances: Balances,
}

/// The payout that was not made.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    pub(super) code: String,
    pub(super) status: u16,
    #[serde(skip)]
    pub(super) detail: String,
}

/// The token.
#[derive(Debug, Serialize)]
pub(super) struct TokenPart {
    pub(super) label: String,
    pub(super) key_extractable: bool,
}

/// The document of `--json`. Its form is part of the interface.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    payouts: Vec<PayoutPart>,
    refused: Refused,
    token: TokenPart,
    services: Vec<ServicePart>,
    seconds: f64,
}

#[derive(Debug, Serialize)]
struct PayoutPart {
    id: PayoutId,
    txid: TxId,
    block: u64,
    state: String,
    asset: &'static str,
    amount: String,
    energy: u64,
    bandwidth: u64,
    fee_trx: Sun,
}

#[derive(Debug, Serialize)]
struct ServicePart {
    name: String,
    port: u16,
    healthy: bool,
}

/// Both forms.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) document: Document,
    settled: Vec<Settled>,
}

impl Report {
    pub(super) fn new(
        settled: Vec<Settled>,
        refused: Refused,
        token: TokenPart,
        services: &[ServiceStatus],
        took: Duration,
    ) -> Self {
        let payouts = settled.iter().map(Settled::part).collect();
        let service = |service: &ServiceStatus| ServicePart {
            name: service.name.clone(),
            port: service.port,
            healthy: service.is_ready(),
        };
        let mut services: Vec<_> = services.iter().map(service).collect();
        services.sort_by_key(|service| service.port);
        let seconds = (took.as_secs_f64() * 10.0).round() / 10.0;
        Self { document: Document { payouts, refused, token, services, seconds }, settled }
    }
}

impl Settled {
    fn part(&self) -> PayoutPart {
        PayoutPart {
            id: self.view.payout_id,
            txid: self.receipt.txid,
            block: self.receipt.block.number,
            state: stage(self.view.stage),
            asset: asset(self.view.asset),
            amount: self.view.amount.clone(),
            energy: self.receipt.energy.0,
            bandwidth: self.receipt.bandwidth.0,
            fee_trx: self.receipt.fee,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for settled in &self.settled {
            writeln!(f, "{settled}\n")?;
        }
        let Document { refused, token, services, seconds, .. } = &self.document;
        writeln!(f, "refused with {} {}: {}\n", refused.status, refused.code, refused.detail)?;
        let extractable = if token.key_extractable { "EXTRACTABLE" } else { "not extractable" };
        writeln!(f, "token {:?}, keys {extractable}", token.label)?;
        for service in services {
            let health = if service.healthy { "healthy" } else { "NOT HEALTHY" };
            writeln!(f, "{:<15} {} {health}", service.name, service.port)?;
        }
        write!(f, "{seconds} seconds")
    }
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { view, receipt, balances } = self;
        let unit = asset(view.asset);
        // Both assets have six decimals, and a balance on the chain is below 2^63.
        let shown = |units: u64| Sun::new(units).map_or_else(|error| error.to_string(), |amount| amount.to_string());
        writeln!(f, "payout {}  {}", view.payout_id, stage(view.stage))?;
        writeln!(f, "  paid      {} {unit} to {}", view.amount, view.recipient)?;
        writeln!(f, "{}", costs(receipt))?;
        write!(f, "  recipient had {} {unit}, has {} {unit}", shown(balances.before), shown(balances.after))
    }
}
