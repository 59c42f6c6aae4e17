//! `policy explain`: a statement held against a policy, rule by rule.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use primitives::statement::Kind;
use primitives::{Address, WalletId};
use serde_json::json;
use signer::check::{Approvals, Consent};
use signer::policy::{Class, Holder, Surroundings, Weighed};
use signer::{Policy, Refusal};

use super::statement::Statement;
use super::{Answer, read};

/// What to explain, and by which policy.
#[derive(Debug, Args)]
#[command(
    after_help = "It holds the statement against the policy alone: whether its signatures, its anchor and its\nearlier attempts are right, and how full the windows are, is wallet-manager's to say when it is asked to sign."
)]
pub(super) struct Explain {
    /// The JSON of a request for a signature, or an authorisation as JSON or in hexadecimal; a file with it, or - for
    /// standard input.
    statement: String,
    /// The policy file; the built-in policy if absent.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// The wallet's class; if absent, the one that usually does this kind of thing.
    #[arg(long)]
    class: Option<ClassName>,
    /// The wallet's name; that of its class if absent.
    #[arg(long)]
    wallet: Option<WalletId>,
    /// The plane's USDT contract; if absent, the token is taken for it.
    #[arg(long)]
    usdt: Option<Address>,
    /// An address of one of our wallets; if absent, the recipient is taken for one.
    #[arg(long)]
    ours: Vec<Address>,
    /// The compliance desk has attested the payment.
    #[arg(long)]
    attested: bool,
    /// So many people have approved it, none of whom asked for it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    approvals: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ClassName {
    Hot,
    Energy,
    Treasury,
}

impl From<ClassName> for Class {
    fn from(name: ClassName) -> Self {
        match name {
            ClassName::Hot => Self::Hot,
            ClassName::Energy => Self::Energy,
            ClassName::Treasury => Self::Treasury,
        }
    }
}

impl Explain {
    pub(super) fn answer(&self) -> anyhow::Result<Answer> {
        let policy = self.policy.as_ref().map_or_else(|| Ok(Policy::built_in()), read)?;
        let statement = Statement::read(&self.statement)?;
        let authorisation = statement.authorisation();
        let class = self.class.map_or_else(|| usual(authorisation.kind), Class::from);
        let wallet = match &self.wallet {
            Some(wallet) => wallet.clone(),
            None => class.name().parse().context("the class's name as a wallet's")?,
        };
        let holder = Holder { wallet, class, key: authorisation.key_id.clone() };
        let approvals = Approvals { approvers: self.approvals, requester_named: self.approvals > 0 };
        let facts = statement.facts(&holder, Consent { attested: self.attested, approvals })?;
        let usdt = self.usdt.map_or_else(|| statement.tokens(), |token| BTreeSet::from([token]));
        let ours: BTreeSet<_> = self.ours.iter().copied().collect();
        let ours = if ours.is_empty() { BTreeSet::from([authorisation.recipient]) } else { ours };
        let known = Surroundings { usdt: &usdt, our_wallets: &ours };
        let mut weighed = policy.weigh(&facts, &known);
        if let Statement::Permission(_) = statement {
            weighed.iter_mut().for_each(leave_open);
        }
        Ok(told(&policy, &holder, &weighed))
    }
}

/// What a permission alone does not tell.
fn leave_open(weighed: &mut Weighed) {
    if matches!(weighed.rule, Refusal::ExpirationCap | Refusal::MemoTooLong) {
        weighed.kept = None;
        "known with the transaction only".clone_into(&mut weighed.words);
    }
}

const fn usual(kind: Kind) -> Class {
    match kind {
        Kind::Payout | Kind::Refund | Kind::Sweep => Class::Hot,
        Kind::Stake | Kind::Unstake | Kind::Delegation | Kind::Reclaim => Class::Energy,
    }
}

fn told(policy: &Policy, holder: &Holder, weighed: &[Weighed]) -> Answer {
    let sha256 = primitives::HexBytes(policy.sha256().to_vec());
    let broken: Vec<_> = weighed.iter().filter(|it| it.kept == Some(false)).map(|it| it.rule.code()).collect();
    let open = weighed.iter().any(|it| it.kept.is_none());
    let mut lines = vec![
        format!("Policy version {}, SHA-256 {sha256}", policy.version()),
        format!("Class {}, wallet {}, key {}\n", holder.class.name(), holder.wallet, holder.key),
    ];
    for Weighed { rule, kept, words } in weighed {
        let verdict = kept.map_or("open", |kept| if kept { "kept" } else { "BROKEN" });
        lines.push(format!("{verdict:<7} {:<22} {words}", rule.code()));
    }
    let verdict = match (broken.first(), open) {
        (Some(rule), _) => format!("Refused: {rule}"),
        (None, true) => "Allowed, if what is open holds".to_owned(),
        (None, false) => "Allowed".to_owned(),
    };
    lines.push(format!("\n{verdict}"));
    let rules: Vec<_> =
        weighed.iter().map(|it| json!({ "rule": it.rule.code(), "kept": it.kept, "words": it.words })).collect();
    let document = json!({
        "ok": broken.is_empty(),
        "policy": { "version": policy.version(), "sha256": sha256 },
        "class": holder.class.name(),
        "wallet": holder.wallet,
        "key_id": holder.key,
        "refused": broken.first(),
        "rules": rules,
    });
    Answer { document, text: lines.join("\n"), well: broken.is_empty() }
}
