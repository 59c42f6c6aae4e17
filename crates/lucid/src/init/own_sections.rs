//! What each service's configuration says beyond the sections that all have.

use std::path::Path;

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::{Identities, InitArgs, Layout, SHOP};
use crate::plane_file::PlaneFile;

/// The wallet that pays.
pub(crate) const HOT: &str = "hot";
/// The wallet that stakes.
pub(crate) const ENERGY: &str = "energy";

/// The sections of one service.
pub(super) fn of(
    service: &str,
    plane: &PlaneFile,
    layout: Layout<'_>,
    identities: &Identities,
    args: &InitArgs,
) -> Table {
    match service {
        "tron-client" => tron_client(plane, layout, args),
        "wallet-manager" => wallet_manager(plane, layout, identities, args),
        "payout-router" => operators(identities),
        "trx-staking" => trx_staking(),
        "payment-gateway" => payment_gateway(plane, identities),
        _ => Table::new(),
    }
}

fn tron_client(plane: &PlaneFile, layout: Layout<'_>, args: &InitArgs) -> Table {
    let nodes = layout.nodes(plane, &args.node).into_iter().enumerate().map(|(index, (name, url))| {
        let via = layout.via(&name).map(|path| ("via".to_owned(), Value::String(path.display().to_string())));
        // Whose word it takes beside the first one's before a transaction counts as dead.
        let independent = (index > 0).then(|| ("independent".to_owned(), Value::Boolean(true)));
        // TRON_API_KEY is TronGrid's; no other provider is shown it.
        let key = is_trongrid(&url).then(|| ("shared_api_key".to_owned(), Value::Boolean(true)));
        let node = [("name".to_owned(), Value::String(name)), ("url".to_owned(), Value::String(url))];
        Value::Table(node.into_iter().chain(via).chain(independent).chain(key).collect())
    });
    let mut own = Table::from_iter([("nodes".to_owned(), Value::Array(nodes.collect()))]);
    if let Some(devnet) = &plane.devnet {
        // The defaults are for blocks every 3 s. What is a block's time there is one here.
        let poll_ms = i64::try_from(devnet.block_ms.clamp(100, 3000)).unwrap_or(3000);
        own.insert(
            "scan".to_owned(),
            Value::Table(Table::from_iter([("poll_ms".to_owned(), Value::Integer(poll_ms))])),
        );
    }
    own
}

fn is_trongrid(url: &str) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split([':', '/']).next()).unwrap_or_default();
    host == "trongrid.io" || host.ends_with(".trongrid.io")
}

fn wallet_manager(plane: &PlaneFile, layout: Layout<'_>, identities: &Identities, args: &InitArgs) -> Table {
    let path = |path: &Path| Value::String(path.display().to_string());
    let mut token = Table::from_iter([
        ("profile".to_owned(), Value::String(args.profile.clone())),
        ("label".to_owned(), Value::String(plane.token_label.clone())),
        ("pin_file".to_owned(), path(&layout.pin())),
    ]);
    if !args.no_token {
        token.insert("token_dir".to_owned(), path(&layout.token_objects()));
    }
    if let Some(module) = &args.module {
        token.insert("module".to_owned(), path(module));
    }
    let mut own = Table::from_iter([("token".to_owned(), Value::Table(token))]);
    if let Some(heads) = layout.audit_heads() {
        own.insert("audit".to_owned(), Value::Table(Table::from_iter([("heads_file".to_owned(), path(&heads))])));
    }
    own.extend(operators(identities));
    own
}

/// The people who decide, whom two services hold decisions against.
fn operators(identities: &Identities) -> Table {
    if identities.operators.is_empty() {
        return Table::new();
    }
    let keys = identities.operators.iter().map(|(name, key)| ((*name).to_owned(), Value::String(key.to_string())));
    Table::from_iter([("operators".to_owned(), Value::Table(keys.collect()))])
}

fn trx_staking() -> Table {
    let pool = Table::from_iter([
        ("wallet".to_owned(), Value::String(HOT.to_owned())),
        ("staking_wallet".to_owned(), Value::String(ENERGY.to_owned())),
    ]);
    Table::from_iter([("pools".to_owned(), Value::Array(vec![Value::Table(pool)]))])
}

fn payment_gateway(plane: &PlaneFile, identities: &Identities) -> Table {
    let of = |name: String, key: &str| {
        let hash = hex::encode(Sha256::digest(key.as_bytes()));
        (name, Value::Table(Table::from_iter([("api_key_sha256".to_owned(), Value::String(hash))])))
    };
    let shop = identities.shop_key.iter().map(|key| of(SHOP.to_owned(), key));
    let merchants = [of(plane.merchant.to_string(), &identities.merchant_key)].into_iter().chain(shop);
    Table::from_iter([("merchants".to_owned(), Value::Table(merchants.collect()))])
}
