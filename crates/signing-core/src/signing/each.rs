//! Many signatures at once: one commit before the token and one after it, and an outcome for each.

use std::collections::{HashMap, HashSet};

use api::wallet_manager::SignatureView;
use primitives::TxId;
use store::{StoreError, Versioned};

use super::enter::Registered;
use super::{SignError, SigningCore, audited, entitled};
use crate::register::{Asked, Attempt};

/// One of the requests.
pub(super) struct Item {
    /// Which one.
    place: usize,
    txid: TxId,
    asked: Asked,
    /// The id of its row.
    id: String,
}

type Outcome = Result<SignatureView, SignError>;

impl SigningCore {
    /// Signs each of these transactions, or gives the signature that its attempt has already. A refused one refuses itself
    /// alone. Of several that are one attempt the first is signed, and answers for the others.
    pub async fn sign_each(&self, asked: Vec<(TxId, Asked)>) -> Vec<Outcome> {
        let claims: Vec<_> = asked.iter().map(|(txid, asked)| audited::Claim::of(*txid, asked)).collect();
        let mut outcomes = self.signed_each(asked).await;
        for (claim, outcome) in claims.iter().zip(&mut outcomes) {
            if let Some(refused) = outcome.as_ref().err().and_then(|error| claim.refused(error))
                && let Err(fault) = self.audit.refused(refused).await
            {
                *outcome = Err(fault.into());
            }
            self.metrics.signed(outcome);
        }
        outcomes
    }

    async fn signed_each(&self, asked: Vec<(TxId, Asked)>) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(asked.len());
        let mut waiting = Vec::with_capacity(asked.len());
        for (place, (txid, asked)) in asked.into_iter().enumerate() {
            let found = tron_tx::hash::txid(asked.raw_data().as_ref());
            if found == txid {
                let (intent, attempt) = asked.names();
                waiting.push(Item { place, txid, asked, id: Attempt::id_of(&intent, attempt) });
            }
            outcomes.push((found != txid).then_some(Err(SignError::OtherTxid { found })));
        }
        while !waiting.is_empty() {
            let mut named = HashSet::new();
            let (now, later) = waiting.into_iter().partition(|item: &Item| named.insert(item.id.clone()));
            waiting = later;
            for (place, outcome) in self.sign_distinct(now).await {
                outcomes[place] = Some(outcome);
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(SignError::Store(StoreError::Lost)))).collect()
    }

    /// Attempts of which no two are the same.
    async fn sign_distinct(&self, items: Vec<Item>) -> Vec<(usize, Outcome)> {
        let mut known = match self.known(&items).await {
            Ok(known) => known,
            Err(error) => {
                return items.iter().map(|item| (item.place, Err(SignError::Store(error.again())))).collect();
            }
        };
        let (mut ended, mut registered, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            match known.remove(&item.id) {
                None => new.push(item),
                Some(attempt) => match entitled::to_hear(&item.asked, &attempt.record, &self.rules) {
                    Ok(()) => registered.push((item.place, item.txid, Registered { attempt, passed: None })),
                    Err(error) => ended.push((item.place, Err(error))),
                },
            }
        }
        let (places, asked): (Vec<_>, _) = new.into_iter().map(|item| ((item.place, item.txid), item.asked)).unzip();
        for ((place, txid), outcome) in places.into_iter().zip(self.register_each(asked).await) {
            match outcome {
                Ok(entered) => registered.push((place, txid, entered)),
                Err(error) => ended.push((place, Err(error))),
            }
        }
        let (places, registered): (Vec<_>, _) =
            registered.into_iter().map(|(place, txid, registered)| (place, (txid, registered))).unzip();
        ended.extend(places.into_iter().zip(self.settle_each(registered).await));
        ended
    }

    /// What the register has, by the rows' ids.
    async fn known(&self, items: &[Item]) -> Result<HashMap<String, Versioned<Attempt>>, StoreError> {
        let attempts = match items {
            [item] => self.store.get::<Attempt>(&item.id).await?.into_iter().collect(),
            items => {
                let ids: Vec<_> = items.iter().map(|item| item.id.clone()).collect();
                self.store.get_each::<Attempt>(&ids).await?
            }
        };
        Ok(attempts.into_iter().map(|attempt| (store::Record::id(&attempt.record), attempt)).collect())
    }
}
