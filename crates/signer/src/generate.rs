//! Makes a key pair inside the token, or takes up one that an interrupted request left there.

use std::collections::BTreeSet;

use cryptoki::mechanism::Mechanism;
use tracing::warn;

use crate::attributes;
use crate::error::TokenError;
use crate::key::{CkaId, PinnedKey};
use crate::profile::OptionalAttribute;
use crate::seat::Seat;

/// The key pair of this id, made if there is none; its attributes hold either way.
pub(crate) fn ensure(
    seat: &mut Seat,
    id: CkaId,
    label: &str,
    omit: &BTreeSet<OptionalAttribute>,
) -> Result<PinnedKey, TokenError> {
    // One repair in all: a generation that failed half-way is found by its id on the second try.
    seat.repaired(|seat| {
        let login = seat.login();
        let _alone = login.lock_objects();
        let (pair, public_key) = match seat.find(id) {
            Err(TokenError::KeyMissing { .. }) => {
                generate(seat, id, label, omit)?;
                seat.find(id)?
            }
            found => found?,
        };
        attributes::assert_safe(seat.session(), pair.private, pair.public).inspect_err(|error| {
            // It stays in the token, unused: it was never answered, and destroying keys is a person's decision.
            warn!(key = %id, %error, "the token made a key that is not safe");
        })?;
        Ok(PinnedKey { id, public_key })
    })
}

fn generate(seat: &Seat, id: CkaId, label: &str, omit: &BTreeSet<OptionalAttribute>) -> Result<(), TokenError> {
    seat.session().generate_key_pair(
        &Mechanism::EccKeyPairGen,
        &attributes::public_template(id, label, omit),
        &attributes::private_template(id, label, omit),
    )?;
    Ok(())
}
