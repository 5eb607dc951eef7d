//! Blocks of numbers, taken outside commits: unique, roughly in order, with gaps.

use std::num::NonZeroU32;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use paywell_domain::{Number, PracticeId, number::Series};

use crate::{Key, Store, StoreError};

impl Store {
    /// Takes the next `count` numbers of a series; nobody else gets them.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn take_numbers(
        &self,
        practice: &PracticeId,
        series: Series,
        count: u32,
    ) -> Result<Vec<Number>, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::numbers(practice, series).attributes()))
            .update_expression("ADD n :count")
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await?;
        let last = answer.attributes().and_then(|a| a.get("n")?.as_n().ok()?.parse::<u32>().ok());
        let last = last.ok_or_else(|| StoreError::internal("a series without a number"))?;
        let first = last.saturating_sub(count).saturating_add(1);
        Ok((first..=last).filter_map(NonZeroU32::new).map(Number::new).collect())
    }
}
