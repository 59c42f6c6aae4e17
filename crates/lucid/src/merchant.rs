//! `lucid merchant`: plays a merchant who pays every so often, with an API key and nothing else of the plane's.
//!
//! An order's reference is the slot of time that it is of, so whoever is killed and started anew within a slot asks for
//! the same payout again, never for a second one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::payment_gateway::{self, MerchantPayoutRequest};
use api::payout_router::{PayoutAsset, PayoutStage, PayoutView};
use clap::Args;
use primitives::statement::SignKey;
use primitives::{Address, MerchantRef, UnixMs};
use secrecy::ExposeSecret;
use service::PeerClient;
use service::client::{NotDone, Transport};
use service::clock::{SharedClock, SystemClock};
use service::config::secret;
use tokio::signal::unix::{SignalKind, signal};

use crate::output::{Output, note};
use crate::payout::text;
use crate::random;
use crate::roster::OPERATOR;

/// How often those that are under way are asked after.
const PAUSE: Duration = Duration::from_secs(1);
/// How many payouts of an earlier run are looked at.
const PAGE: u32 = 100;

/// Whom to pay, how much and how often.
#[derive(Debug, Clone, Args)]
pub(crate) struct MerchantArgs {
    /// Where payment-gateway is.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8096")]
    gateway: String,
    /// The file of the merchant's API key.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// Who receives.
    #[arg(long, value_name = "ADDRESS")]
    to: Address,
    /// How many USDT each time, with at most six decimals.
    #[arg(long, default_value = "0.01")]
    amount: String,
    /// Seconds from one order to the next.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
    /// What the references of its orders begin with.
    #[arg(long, value_name = "WORD", default_value = "order")]
    prefix: String,
}

/// The command. It ends by a signal.
pub(crate) async fn run(args: &MerchantArgs, output: Output) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for signals")?;
    let mut merchant = Merchant::new(args, output)?;
    tokio::select! {
        ended = merchant.trade() => ended,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

struct Merchant<'a> {
    args: &'a MerchantArgs,
    output: Output,
    gateway: PeerClient,
    clock: SharedClock,
    /// Asked for, and not known to have arrived.
    asked: Option<MerchantRef>,
    /// Of which slot the last order was.
    slot: Option<u64>,
    /// Under way, with the stage that was told last.
    open: BTreeMap<MerchantRef, PayoutStage>,
    /// What went wrong last, so that it is said once.
    trouble: Option<String>,
}

impl<'a> Merchant<'a> {
    fn new(args: &'a MerchantArgs, output: Output) -> Result<Self> {
        let api_key = secret::read("--key-file", &args.key_file)?;
        let clock: SharedClock = Arc::new(SystemClock);
        // Calls between services are signed; this key is nobody's, and the API key is shown in place of its signature.
        let nobody = SignKey::parse(&hex::encode(random::bytes::<32>()?)).context("32 bytes are a key")?;
        let gateway =
            PeerClient::new("payment-gateway", &args.gateway, OPERATOR, nobody, clock.clone(), Transport::tcp())
                .bearer(api_key.expose_secret());
        Ok(Self { args, output, gateway, clock, asked: None, slot: None, open: BTreeMap::new(), trouble: None })
    }

    async fn trade(&mut self) -> Result<()> {
        while !self.take_up().await? {
            tokio::time::sleep(PAUSE).await;
        }
        loop {
            self.order().await?;
            self.follow().await?;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes up what an earlier run has left under way; whether the gateway has answered.
    async fn take_up(&mut self) -> Result<bool> {
        let answer = self.gateway.ask(&payment_gateway::payouts(None, PAGE)).await;
        let Some(page) = self.answered(answer)? else { return Ok(false) };
        for view in page.payouts.iter().filter(|view| is_open(view.stage)) {
            self.tell(view)?;
        }
        Ok(true)
    }

    /// Asks for this slot's payout, unless it has been; one whose outcome is unknown is asked for until it is known.
    async fn order(&mut self) -> Result<()> {
        let slot = slot(self.clock.now(), self.args.every);
        let reference = match self.asked.take() {
            Some(reference) => reference,
            None if self.slot == Some(slot) => return Ok(()),
            None => reference(&self.args.prefix, slot)?,
        };
        self.slot = Some(slot);
        let request = MerchantPayoutRequest {
            asset: PayoutAsset::Usdt,
            recipient: self.args.to,
            amount: self.args.amount.clone(),
            memo: None,
        };
        match self.gateway.ask(&payment_gateway::put_payout(&reference, &request)).await {
            // Over a limit, say: the next one may be within it.
            Err(error @ NotDone::Refused { .. }) => note(format!("{reference}: {error}")),
            answer => match self.answered(answer)? {
                Some(view) => self.tell(&view)?,
                None => self.asked = Some(reference),
            },
        }
        Ok(())
    }

    /// Asks after those that are under way.
    async fn follow(&mut self) -> Result<()> {
        for reference in self.open.keys().cloned().collect::<Vec<_>>() {
            let answer = self.gateway.ask(&payment_gateway::payout(reference.as_str())).await;
            let Some(view) = self.answered(answer)? else { return Ok(()) };
            self.tell(&view)?;
        }
        Ok(())
    }

    /// The answer, or none where it is to be asked for again. To be refused what is its own ends the merchant: it has
    /// another's key, or another plane's.
    fn answered<A>(&mut self, answer: Result<A, NotDone>) -> Result<Option<A>> {
        match answer {
            Ok(answer) => {
                self.trouble = None;
                Ok(Some(answer))
            }
            Err(error @ NotDone::Refused { .. }) => Err(error.into()),
            Err(error @ NotDone::Unknown { .. }) => {
                let said = error.to_string();
                if self.trouble.as_ref() != Some(&said) {
                    note(format!("asks again: {said}"));
                    self.trouble = Some(said);
                }
                Ok(None)
            }
        }
    }

    /// Says what has become of a payout, once for each stage.
    fn tell(&mut self, view: &PayoutView) -> Result<()> {
        let told = self.open.insert(view.reference.clone(), view.stage);
        if !is_open(view.stage) {
            self.open.remove(&view.reference);
        }
        if told == Some(view.stage) { Ok(()) } else { self.output.show(view, line(view)) }
    }
}

fn is_open(stage: PayoutStage) -> bool {
    use PayoutStage::{Accepted, Attempting, Cancelled, Failed, NeedsReview, Received, Settled, WaitingFunds};
    match stage {
        Received | Accepted | WaitingFunds | Attempting => true,
        Settled | Failed | Cancelled | NeedsReview => false,
    }
}

fn slot(now: UnixMs, every: u64) -> u64 {
    now.0 / 1000 / every
}

fn reference(prefix: &str, slot: u64) -> Result<MerchantRef> {
    format!("{prefix}-{slot}").parse().context("--prefix has at most 40 of A-Z a-z 0-9 _ -")
}

fn line(view: &PayoutView) -> String {
    let why = view.reason.as_ref().map(|reason| format!(" because {reason}")).unwrap_or_default();
    let txid = view.attempts.last().and_then(|attempt| attempt.txid).map(|txid| format!(" {txid}")).unwrap_or_default();
    format!(
        "{} {}: {} {} to {}{why}{txid}",
        view.reference,
        text::stage(view.stage),
        view.amount,
        text::asset(view.asset),
        view.recipient
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_has_one_reference_whenever_it_is_asked_for() {
        let of = |second: u64| reference("order", slot(UnixMs(second * 1000 + 999), 30)).unwrap();
        assert_eq!(of(0), of(29));
        assert_ne!(of(29), of(30));
        assert_eq!(of(3_600).to_string(), "order-120");
        assert!(reference("an order", 1).is_err());
        assert!(reference(&"a".repeat(64), 1).is_err());
    }
}
