//! No text makes the policy's reader panic, what it reads it writes again with the same meaning, and no transaction
//! makes the decision panic or comes to more than the policy says.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use primitives::statement::{Asset, Kind};
use primitives::{Address, Sun};
use signer::check::{Approvals, Consent};
use signer::policy::{Class, Facts, Holder, Surroundings};
use signer::{Policy, Refusal};
use tron_tx::ContractType;

const KINDS: [Kind; 7] =
    [Kind::Payout, Kind::Refund, Kind::Sweep, Kind::Stake, Kind::Unstake, Kind::Delegation, Kind::Reclaim];

/// One of these, as the byte says.
fn pick<T: Copy>(of: &[T], byte: u8) -> T {
    of[usize::from(byte) % of.len()]
}

// The first 32 bytes are a transaction, the rest is a file.
fuzz_target!(|bytes: &[u8]| {
    let Some((asked, text)) = bytes.split_first_chunk::<32>() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(policy) = Policy::parse(text) else { return };
    let again = Policy::parse(&policy.render()).expect("what was read can be written and read again");
    assert_eq!(again.canonical(), policy.canonical(), "and means the same");

    let [kind, contract, class, to, token, flags, memo, approvers, rest @ ..] = *asked;
    let places = [1, 2, 3].map(|byte| Address::from_evm([byte; 20]));
    let words = |at: usize| u64::from_le_bytes(rest[at..at + 8].try_into().expect("eight bytes"));
    let contract = pick(ContractType::NAMES, contract).1;
    let holder = Holder {
        wallet: "w".parse().expect("a name"),
        class: pick(&Class::ALL, class),
        key: "00ff".parse().expect("a name"),
    };
    let facts = Facts {
        holder: &holder,
        kind: pick(&KINDS, kind),
        contract: ContractType::from_name(contract).expect("a name of the list"),
        selector: (flags & 1 != 0).then_some([0xa9, 0x05, 0x9c, 0xbb]),
        asset: if flags & 2 != 0 { Asset::Trx } else { Asset::Token(pick(&places, token)) },
        amount: words(0),
        recipient: pick(&places, to),
        fee_limit: Sun::new(words(8)).unwrap_or_default(),
        expires_in_ms: words(16),
        memo_bytes: usize::from(memo),
        consent: Consent {
            attested: flags & 4 != 0,
            approvals: Approvals {
                approvers: u16::from(approvers).min(3).try_into().expect("small"),
                requester_named: flags & 8 != 0,
            },
        },
    };
    let known = Surroundings { usdt: &BTreeSet::from([places[0]]), our_wallets: &BTreeSet::from([places[1]]) };
    let judged = policy.judge(&facts, &known);
    assert_eq!(judged, again.judge(&facts, &known), "both decide alike");
    if let Ok(reserved) = judged {
        let grant = policy.grant(&holder).expect("what passes is listed somewhere");
        let limits = grant.limits().get(&facts.measure()).expect("and has limits");
        assert!(limits.per_transaction.admits(facts.amount));
        assert_eq!(facts.contract, facts.measure().contract());
        for share in reserved {
            let counts = match share.rule {
                Refusal::PolicyFees => facts.fee_limit.units(),
                Refusal::PolicySignatures => 1,
                _ => facts.amount,
            };
            assert!(u64::try_from(share.amount) == Ok(counts) && share.amount <= share.ceiling);
        }
    } else {
        let broken = policy.weigh(&facts, &known).into_iter().find(|rule| rule.kept == Some(false));
        assert_eq!(broken.map(|rule| rule.rule), judged.err(), "and the explanation names the rule");
    }
});
