//! What is shown of a hot wallet, an energy wallet and a retired one.

use api::tron_client::{ConstantCallView, Resources};
use api::wallet_manager::WalletList;
use primitives::HexBytes;
use service::clock::Clock as _;
use service::metrics::Metrics;

use super::*;
use crate::testing::{Bench, payer, wallet};

fn account(address: Address, trx: &str, energy_used: u64) -> AccountView {
    AccountView {
        address,
        activated: true,
        is_contract: false,
        balance: Sun::parse(trx).unwrap(),
        staked_for_energy: Sun::ZERO,
        staked_for_bandwidth: Sun::ZERO,
        delegated_for_energy: Sun::ZERO,
        delegated_for_bandwidth: Sun::ZERO,
        resources: Resources {
            energy_limit: Energy(150_000),
            energy_used: Energy(energy_used),
            free_bandwidth_limit: Bandwidth(600),
            ..Resources::default()
        },
        permissions: Vec::new(),
    }
}

fn funds(bench: &Bench, registry: &Metrics) -> Funds {
    Funds {
        wallet_manager: bench.peer("wallet-manager", &bench.wallet_manager),
        tron_client: bench.peer("tron-client", &bench.tron_client),
        token: Address::from_evm([7; 20]),
        paying: "hot".parse().unwrap(),
        config: FundsConfig {
            interval_ms: 60_000,
            usdt_least: Usdt::parse("100").unwrap(),
            trx_least: Sun::parse("50").unwrap(),
            energy_least: 65_000,
            bandwidth_least: 345,
        },
        shown: Shown::new(registry),
        clock: bench.clock.clone(),
    }
}

#[tokio::test]
async fn wallets_are_shown_by_name_and_the_one_that_pays_is_short_of_what_it_lacks() {
    let (bench, registry) = (Bench::new(), Metrics::of_part());
    let staking = Address::from_evm([5; 20]);
    let of_class =
        |name: &str, class, address| WalletView { wallet_id: name.parse().unwrap(), class, address, ..wallet() };
    let retired = WalletView {
        retired_at: Some(bench.clock.now()),
        ..of_class("old", WalletClass::Hot, Address::from_evm([6; 20]))
    };
    let wallets = vec![of_class("energy", WalletClass::Energy, staking), retired, wallet()];
    bench.wallet_manager.answer("GET /v1/wallets", &WalletList { wallets });
    bench.tron_client.answer(&format!("GET /v1/accounts/{}", payer()), &account(payer(), "49.9", 85_001));
    bench.tron_client.answer(&format!("GET /v1/accounts/{staking}"), &account(staking, "7", 0));
    let mut balance = vec![0; 32];
    balance[31] = 200;
    let answer = ConstantCallView { success: true, result: HexBytes(balance), energy: Energy::ZERO, message: None };
    bench.tron_client.answer("POST /v1/constant-calls", &answer);

    let funds = funds(&bench, &registry);
    funds.read().await.unwrap();
    let text = registry.text();
    for line in [
        "lucid_wallet_micro_usdt{class=\"hot\",wallet=\"hot\"} 200",
        "lucid_wallet_sun{class=\"hot\",wallet=\"hot\"} 49900000",
        "lucid_wallet_sun{class=\"energy\",wallet=\"energy\"} 7000000",
        "lucid_wallet_energy{class=\"hot\",wallet=\"hot\"} 64999",
        "lucid_wallet_bandwidth{class=\"hot\",wallet=\"hot\"} 600",
        "lucid_wallet_short{of=\"usdt\",wallet=\"hot\"} 1",
        "lucid_wallet_short{of=\"trx\",wallet=\"hot\"} 1",
        "lucid_wallet_short{of=\"energy\",wallet=\"hot\"} 1",
        "lucid_wallet_short{of=\"bandwidth\",wallet=\"hot\"} 0",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
    }
    assert!(!text.contains("wallet=\"old\"") && !text.contains("lucid_wallet_short{of=\"usdt\",wallet=\"energy\"}"));

    // What cannot be read is not taken for nothing.
    bench.tron_client.answer(&format!("GET /v1/accounts/{}", payer()), &account(payer(), "50", 0));
    let reverted = ConstantCallView { success: false, ..answer };
    bench.tron_client.answer("POST /v1/constant-calls", &reverted);
    funds.read().await.unwrap_err();
    assert_eq!(registry.text(), text);
}
