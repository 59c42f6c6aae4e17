//! The six services: where each listens, whom it calls, and what it may do there.

/// One service.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its name, also of its binary.
    pub(crate) name: &'static str,
    /// Its port.
    pub(crate) port: u16,
    /// Whether it signs statements, and so has an authority key.
    pub(crate) has_authority: bool,
    /// Whom it calls, with which scopes.
    pub(crate) calls: &'static [(&'static str, &'static [&'static str])],
}

/// In the order in which they start.
pub(crate) const ROSTER: [Member; 6] = [
    Member { name: "tron-client", port: 8091, has_authority: true, calls: &[] },
    Member { name: "wallet-manager", port: 8093, has_authority: true, calls: &[] },
    Member {
        name: "trx-staking",
        port: 8095,
        has_authority: true,
        calls: &[("wallet-manager", SIGNS), ("tron-client", SUBMITS)],
    },
    Member {
        name: "usdt-manager",
        port: 8094,
        has_authority: true,
        calls: &[
            ("trx-staking", &["read", "leases:write", "staking:read"]),
            ("wallet-manager", SIGNS),
            ("tron-client", SUBMITS),
        ],
    },
    Member {
        name: "payout-router",
        port: 8092,
        has_authority: true,
        calls: &[
            ("usdt-manager", &["read", "transfers:write", "transfers:read", "balances:read"]),
            ("wallet-manager", SIGNS_AND_STOPS),
            ("tron-client", SUBMITS_AND_WATCHES),
        ],
    },
    Member {
        name: "payment-gateway",
        port: 8096,
        has_authority: false,
        calls: &[("payout-router", &["read", "payouts:write", "payouts:read"]), ("usdt-manager", &["balances:read"])],
    },
];

const SUBMITS: &[&str] = &["read", "chain:read", "submissions:write"];
/// payout-router has every wallet of ours watched.
const SUBMITS_AND_WATCHES: &[&str] = &["read", "chain:read", "submissions:write", "wallets:watch"];
/// payout-router stops all signing when the chain shows what nobody authorised.
const SIGNS_AND_STOPS: &[&str] =
    &["read", "wallets:read", "signatures:write", "intents:void", "register:read", "freeze:write"];
const SIGNS: &[&str] = &["read", "wallets:read", "signatures:write", "intents:void", "register:read"];

/// The name under which this command calls.
pub(crate) const OPERATOR: &str = "operator";

/// What the operator may do at a service: read everything, make wallets and stakes; stop signing, explain
/// what was found, and bring what two operators had signed onto the chain; never sign or pay.
pub(crate) fn operator_scopes(service: &str) -> &'static [&'static str] {
    match service {
        "tron-client" => &["operator", "read", "chain:read", "submissions:write"],
        "wallet-manager" => &["operator", "read", "wallets:read", "wallets:write", "register:read", "freeze:write"],
        "trx-staking" => &["operator", "read", "staking:read", "stakes:write"],
        "usdt-manager" => &["operator", "read", "transfers:read", "balances:read"],
        "payout-router" => &["operator", "read", "payouts:read", "payouts:review"],
        _ => &["operator", "read"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_go_down_and_the_leaves_call_nobody() {
        for (position, member) in ROSTER.iter().enumerate() {
            for (peer, _) in member.calls {
                let peer = ROSTER.iter().position(|other| other.name == *peer).expect("peers are in the roster");
                assert!(peer < position, "{} calls what starts after it", member.name);
            }
        }
        let leaves = ROSTER.iter().filter(|member| member.calls.is_empty()).map(|member| member.name);
        assert_eq!(leaves.collect::<Vec<_>>(), ["tron-client", "wallet-manager"]);
    }
}
