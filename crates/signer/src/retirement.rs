//! That a key was retired, kept in the token itself: whoever uses the token learns of it without any database.
//!
//! Destroying the key would say it too, but a token may refuse that, and a backup of the token brings the key back. Who
//! has the PIN could remove the mark; they could as well take the key elsewhere in time. It is for those who go by it.

use primitives::UnixMs;

use crate::data_object::DataName;
use crate::error::TokenError;
use crate::key::CkaId;
use crate::token::Token;

/// What the mark is called: CKA_LABEL.
const LABEL: &str = "lucid retired key";

fn name(id: CkaId) -> DataName {
    DataName { label: LABEL, application: id.to_string() }
}

impl Token {
    /// Since when the key of this id is retired, as the token keeps it; none if it is not.
    pub async fn retired(&self, id: CkaId) -> Result<Option<UnixMs>, TokenError> {
        let marks = self.data(name(id)).await?;
        // A mark that cannot be read is one: its time is then unknown, which the beginning of time says.
        let at = |mark: &Vec<u8>| UnixMs(mark.as_slice().try_into().map_or(0, u64::from_be_bytes));
        Ok(marks.iter().map(at).min())
    }

    /// Marks the key of this id as retired, durably; one that is marked keeps its time.
    pub async fn retire(&self, id: CkaId, at: UnixMs) -> Result<UnixMs, TokenError> {
        if let Some(since) = self.retired(id).await? {
            return Ok(since);
        }
        self.put_data(name(id), at.0.to_be_bytes().to_vec(), None).await?;
        self.sync_files()?;
        Ok(at)
    }

    /// The numbers of the keys of a class whose keys are renewed, ascending, retired ones too.
    pub async fn generations(&self, class: primitives::statement::KeyClass) -> Result<Vec<u32>, TokenError> {
        let ids = self.list_keys().await?.into_iter().filter_map(|key| Some(CkaId::new(key.id.try_into().ok()?)));
        let mut numbers: Vec<u32> = ids.filter(|id| id.class() == Some(class)).filter_map(|id| id.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}
