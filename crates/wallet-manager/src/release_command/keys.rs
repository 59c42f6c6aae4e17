//! The release keys of one token: numbered, made, retired, and each with the audit key's word for it.

use anyhow::{Context as _, bail};
use futures::executor::block_on;
use primitives::statement::{KeyClass, Manifest, Release};
use primitives::{PlaneId, UnixMs};
use service::clock::{Clock as _, SystemClock};
use signer::{AUDIT_KEY, Challenge, CkaId, PinnedKey, Token};
use signing_core::audit::AUDIT_LABEL;
use signing_core::random;
use tron_tx::{PublicKey, RecoverableSignature, TokenSigned};

/// What people see who look into the token.
const LABEL: &str = "lucid release";

/// How many may be in force: the one that is believed, and the one that follows it.
const IN_FORCE_MAX: usize = 2;

/// A release key of the token.
struct Found {
    key: PinnedKey,
    number: u32,
    retired: Option<UnixMs>,
}

/// The token's release keys, by number.
pub(super) struct ReleaseKeys {
    token: Token,
    found: Vec<Found>,
}

impl ReleaseKeys {
    /// Reads them.
    pub(super) fn of(token: Token) -> anyhow::Result<Self> {
        let mut found = Vec::new();
        for number in block_on(token.generations(KeyClass::Release))? {
            let id = place(number)?;
            let key = token.find_key(id).wait()?.with_context(|| format!("release key {number} has gone"))?;
            found.push(Found { key, number, retired: block_on(token.retired(id))? });
        }
        Ok(Self { token, found })
    }

    /// The newest that is in force, made if there was none ever; or the one that follows it.
    pub(super) fn made(&self, next: bool) -> anyhow::Result<PinnedKey> {
        let last = self.found.iter().map(|found| found.number).max();
        let in_force: Vec<_> = self.found.iter().filter(|found| found.retired.is_none()).collect();
        let number = match (next, in_force.last(), last) {
            (true, _, _) if in_force.len() >= IN_FORCE_MAX => {
                bail!("key_class_taken: two release keys are in force; retire the older one before a third is made")
            }
            (true, _, last) => last.unwrap_or_default() + 1,
            (false, Some(newest), _) => newest.number,
            (false, None, None) => 1,
            (false, None, Some(last)) => {
                bail!("key_retired: release key {last} is retired; --next makes the one after it")
            }
        };
        let id = place(number)?;
        // Of a key that was destroyed the token may still keep that it was retired.
        if let Some(at) = block_on(self.token.retired(id))? {
            bail!("key_retired: release key {number} is retired since {at}");
        }
        Ok(self.token.ensure_key(id, LABEL, challenge()?).wait()?)
    }

    /// Signs a release with the key whose public half this is, unless it is retired.
    pub(super) fn sign(&self, key: &PublicKey, release: &Release) -> anyhow::Result<RecoverableSignature> {
        let Found { key, number, retired } = self.named(key)?;
        if let Some(at) = retired {
            bail!("key_retired: release key {number} signs nothing since {at}");
        }
        Ok(self.token.sign(*key, release).wait()?.verify()?)
    }

    /// Retires the key whose public half this is, for ever; the manifest says so.
    pub(super) fn retire(&self, key: &PublicKey) -> anyhow::Result<TokenSigned<Manifest>> {
        let Found { key, number, .. } = self.named(key)?;
        let at = block_on(self.token.retire(key.id, SystemClock.now()))?;
        self.vouched(&Found { key: *key, number: *number, retired: Some(at) })
    }

    /// The manifest of each.
    pub(super) fn manifests(&self) -> anyhow::Result<Vec<TokenSigned<Manifest>>> {
        self.found.iter().map(|found| self.vouched(found)).collect()
    }

    /// The token's audit key, made if it has none.
    pub(super) fn audit_key(&self) -> anyhow::Result<PinnedKey> {
        Ok(self.token.ensure_key(AUDIT_KEY, AUDIT_LABEL, challenge()?).wait()?)
    }

    fn named(&self, key: &PublicKey) -> anyhow::Result<&Found> {
        let found = self.found.iter().find(|found| found.key.public_key == *key);
        found.context("the token has no release key with this public half")
    }

    fn vouched(&self, found: &Found) -> anyhow::Result<TokenSigned<Manifest>> {
        let Found { key, number, retired } = found;
        let manifest = Manifest {
            plane: nobodys()?,
            key_id: key.key_id(),
            class: KeyClass::Release,
            label: LABEL.to_owned(),
            public_key: key.public_key.to_compressed(),
            address: key.address(),
            attributes: self.token.attributes_of(*key).wait()?,
            token: self.token.identity().described(),
            made_at: SystemClock.now(),
            operators: Vec::new(),
            ceremony: [0; 16],
            generation: *number,
            retired_at: *retired,
        };
        let signature = self.token.sign(self.audit_key()?, &manifest).wait()?.verify()?;
        Ok(TokenSigned::new(manifest, signature))
    }
}

fn place(number: u32) -> anyhow::Result<CkaId> {
    CkaId::generation(KeyClass::Release, number).context("there are no more numbers")
}

/// What the key is asked to prove that it is there.
fn challenge() -> anyhow::Result<Challenge> {
    Ok(Challenge { plane: nobodys()?, nonce: random::bytes(), at: SystemClock.now() })
}

/// A release key belongs to a publisher and to no plane, which a plane of zeros says.
fn nobodys() -> anyhow::Result<PlaneId> {
    Ok(format!("{}{}", PlaneId::PREFIX, "00000000-0000-0000-0000-000000000000").parse()?)
}
