//! What is to be explained: a request for a signature, or the permission in one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use api::wallet_manager::SignatureRequest;
use primitives::HexBytes;
use primitives::statement::{Asset, Authorisation, Kind, Signed, Statement as _};
use signer::check::Consent;
use signer::policy::{Facts, Holder};
use tron_tx::{ContractType, RawTransaction, trc20};

/// A statement as it was given.
pub(super) enum Statement {
    /// With the transaction.
    Whole(Box<RawTransaction>, Box<Authorisation>),
    /// Of the transaction only what the permission says.
    Permission(Box<Authorisation>),
}

impl Statement {
    /// Reads a text, the file that it names, or standard input for `-`.
    pub(super) fn read(given: &str) -> anyhow::Result<Self> {
        if given == "-" {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).context("standard input cannot be read")?;
            return Self::parse(&text);
        }
        if Path::new(given).is_file() {
            let text = fs::read_to_string(given).with_context(|| format!("{given} cannot be read"))?;
            return Self::parse(&text).with_context(|| given.to_owned());
        }
        Self::parse(given)
    }

    /// The JSON of a request or of a signed permission, or the permission's encoding in hexadecimal.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        if !text.starts_with('{') {
            let bytes = HexBytes::try_from(text.to_owned())
                .context("neither a file, nor JSON, nor the hexadecimal digits of an authorisation")?;
            let authorisation = Authorisation::decode(bytes.as_ref()).context("no authorisation")?;
            return Ok(Self::Permission(Box::new(authorisation)));
        }
        if let Ok(signed) = serde_json::from_str::<Signed<Authorisation>>(text) {
            return Ok(Self::Permission(Box::new(signed.unverified().clone())));
        }
        let request: SignatureRequest = serde_json::from_str(text).context("not a request for a signature")?;
        let raw = RawTransaction::decode(request.raw_data.as_ref()).context("raw_data")?;
        Ok(Self::Whole(Box::new(raw), Box::new(request.authorisation.unverified().clone())))
    }

    pub(super) fn authorisation(&self) -> &Authorisation {
        match self {
            Self::Whole(_, authorisation) | Self::Permission(authorisation) => authorisation,
        }
    }

    /// The facts, for a permission those of the one form of transaction that it allows, at its highest fee_limit.
    pub(super) fn facts<'a>(&self, holder: &'a Holder, consent: Consent) -> anyhow::Result<Facts<'a>> {
        let authorisation = match self {
            // As of when it was made: it could not have been signed before.
            Self::Whole(raw, authorisation) => {
                return Ok(Facts::of(holder, raw, authorisation, consent, raw.timestamp));
            }
            Self::Permission(authorisation) => authorisation,
        };
        let contract = match (authorisation.kind, authorisation.asset) {
            (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Token(_)) => ContractType::TriggerSmartContract,
            (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Trx) => ContractType::Transfer,
            (Kind::Stake, Asset::Trx) => ContractType::FreezeBalanceV2,
            (Kind::Unstake, Asset::Trx) => ContractType::UnfreezeBalanceV2,
            (Kind::Delegation, Asset::Trx) => ContractType::DelegateResource,
            (Kind::Reclaim, Asset::Trx) => ContractType::UnDelegateResource,
            (kind, Asset::Token(_)) => bail!("no transaction does {kind:?} with a token"),
        };
        let calls = contract == ContractType::TriggerSmartContract;
        Ok(Facts {
            holder,
            kind: authorisation.kind,
            contract,
            selector: calls.then_some(trc20::selector::TRANSFER),
            asset: authorisation.asset,
            amount: authorisation.amount,
            recipient: authorisation.recipient,
            fee_limit: authorisation.fee_limit_max,
            expires_in_ms: 0,
            memo_bytes: 0,
            consent,
        })
    }

    /// The tokens that may be the plane's, if nobody says which is.
    pub(super) fn tokens(&self) -> BTreeSet<primitives::Address> {
        match self.authorisation().asset {
            Asset::Token(token) => BTreeSet::from([token]),
            Asset::Trx => BTreeSet::new(),
        }
    }
}
