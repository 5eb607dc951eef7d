//! Reading the journal: what every balance must agree with.

use chrono::{DateTime, Utc};
use paywell_domain::{JournalEntry, PracticeId};

use crate::{Key, Store, StoreError};

impl Store {
    /// The journal of a month for a proof: each item's key with its entry, or none where the item is not an entry of that
    /// key.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn journal_items(
        &self,
        practice: &PracticeId,
        month: DateTime<Utc>,
    ) -> Result<Vec<(Key, Option<JournalEntry>)>, StoreError> {
        let items = self.partition(Key::journal(practice, month, "", 0).pk).await?;
        let read = items.into_iter().filter_map(|item| {
            let key = Key::of(&item)?;
            let entry = serde_dynamo::from_item::<_, JournalEntry>(item).ok();
            let own = |e: &JournalEntry| Key::journal(practice, e.at, &e.source, e.version) == key;
            Some((key.clone(), entry.filter(own)))
        });
        Ok(read.collect())
    }

    /// The journal entries of a practice in the month (UTC) of an instant, oldest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn journal(
        &self,
        practice: &PracticeId,
        month: DateTime<Utc>,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let items = self.partition(Key::journal(practice, month, "", 0).pk).await?;
        Ok(items.into_iter().map(serde_dynamo::from_item).collect::<Result<_, _>>()?)
    }
}
