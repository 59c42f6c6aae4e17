//! `lucid token profiles`: the kinds of token that are known.

use serde_json::json;
use signer::VendorProfile;
use signer::profile::{Curve, SHIPPED};

use super::{Answer, table};

pub(super) fn answer() -> anyhow::Result<Answer> {
    let heads = ["NAME", "KIND", "NETWORK", "SESSIONS", "SECP256K1", "KEYS", "TRIED ON"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let mut documents = Vec::new();
    for (name, _) in SHIPPED {
        let vendor = VendorProfile::named(name)?;
        let sessions = if vendor.sessions == 0 { "one per core".to_owned() } else { vendor.sessions.to_string() };
        let curve = match vendor.keys.secp256k1 {
            Curve::Yes => "yes",
            Curve::Conditional => "conditional",
            Curve::No => "no",
        };
        let capacity = vendor.keys.capacity.map_or("?".to_owned(), |capacity| capacity.to_string());
        let tried = vendor.evidence.tried().unwrap_or_else(|| "nothing yet, only read".to_owned());
        let network = vendor.network.to_string();
        rows.push(vec![name.to_owned(), vendor.title.clone(), network, sessions, curve.to_owned(), capacity, tried]);
        documents.push(json!({ "name": name, "profile": vendor }));
    }
    Ok(Answer { document: documents.into(), text: table(&rows), well: true })
}
