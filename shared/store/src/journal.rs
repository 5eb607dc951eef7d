//! Reading the journal: what every balance must agree with.

use aws_sdk_dynamodb::types::AttributeValue;
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
        let mut entries = Vec::new();
        let mut from = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(
                    ":pk",
                    AttributeValue::S(Key::journal(practice, month, "", 0).pk),
                )
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await?;
            for item in answer.items.unwrap_or_default() {
                entries.push(serde_dynamo::from_item(item)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(entries);
            }
        }
    }
}
