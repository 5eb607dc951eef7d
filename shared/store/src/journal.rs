//! Reading the journal: what every balance must agree with.

use chrono::{DateTime, Utc};
use paywell_domain::{JournalEntry, PracticeId};

use crate::{Key, Store, StoreError};

impl Store {
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
