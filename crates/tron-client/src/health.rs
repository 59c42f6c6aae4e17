//! Whether this service's own parts work.

use service::health::Finding;

use crate::app::Shared;

/// A node of our chain that answered so recently is there, milliseconds.
const ANSWERED_MS: u64 = 30_000;

/// Whether a node of our chain answers.
pub fn nodes(shared: &Shared) -> Finding {
    let trouble = || shared.nodes.trouble().unwrap_or_else(|| "none was asked yet".to_owned());
    match shared.nodes.last_answer() {
        None => Err(format!("no node of chain {} has answered; {}", shared.chain_id, trouble())),
        Some(at) => {
            let ago = shared.clock.now().ms_since(at);
            let up = shared.nodes.views().iter().filter(|node| node.up).count();
            let all = shared.nodes.all().len();
            if ago > ANSWERED_MS {
                Err(format!("no node of chain {} has answered for {ago} ms; {}", shared.chain_id, trouble()))
            } else {
                let caution = shared.nodes.caution().map(|caution| format!("; {caution}")).unwrap_or_default();
                Ok(format!("{up} of {all} usable{caution}"))
            }
        }
    }
}

/// Whether the chain is read up to now.
pub fn scan(shared: &Shared) -> Finding {
    let Some(extent) = shared.ledger.extent() else { return Err("no block was read yet".to_owned()) };
    let age_ms = shared.clock.now().ms_since(extent.last.time);
    let number = extent.last.number;
    if age_ms > shared.trust.lag_ms {
        return Err(format!("block {number} is the newest that was read, and {age_ms} ms old"));
    }
    Ok(format!("read up to block {number}, {age_ms} ms old"))
}
