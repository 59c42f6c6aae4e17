//! What an operator reads in `/health/ready` about money that moved, or could, without us.

use service::health::Finding;
use store::{Store, StoreError};

use crate::halt::Halt;
use crate::metrics::wallets;

/// Whether everything on the chain is explained.
pub(crate) async fn reconciliation(halt: Halt) -> Finding {
    match halt.open().await {
        Ok(0) => Ok("every transaction of our wallets is known".to_owned()),
        Ok(open) => Err(format!("halted, {open} to be explained: see `lucid reconcile list`")),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Whether the chain has the permissions that were decided.
pub(crate) async fn permissions(store: Store) -> Finding {
    let wallets = wallets(&store).await.map_err(|error| unreadable(&error))?;
    let drifted = wallets.iter().filter_map(|wallet| Some((&wallet.standing.wallet_id, wallet.drift()?)));
    let drifted: Vec<String> = drifted.map(|(id, differences)| format!("{id}: {}", differences.join(", "))).collect();
    if !drifted.is_empty() {
        return Err(drifted.join("; "));
    }
    let compared = wallets.iter().filter(|wallet| wallet.standing.compared_at.is_some()).count();
    Ok(format!("{compared} of {} wallets compared with the chain", wallets.len()))
}

fn unreadable(error: &StoreError) -> String {
    format!("the store cannot be read: {error}")
}
