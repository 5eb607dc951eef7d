//! The invoice sets of all practices that are due: one query a shard, and nothing is read that is not due.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use paywell_domain::{PatientId, PracticeId};

use crate::{Store, StoreError, keys::DUE_SHARDS, row::Item};

/// An invoice set that was due when the index was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSet {
    /// Whose books.
    pub practice: PracticeId,
    /// Whose charges.
    pub patient: PatientId,
    /// When it was due, which is its place in the order.
    pub position: String,
}

impl Store {
    /// How many shards there are to ask.
    pub const fn due_shards() -> u8 {
        DUE_SHARDS
    }

    /// At most `limit` sets of a shard that are due by `now`, longest due first, after a position. What was missed in a
    /// lost night is simply still there: the key is the instant, not a bucket that somebody would have to revisit.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn due_sets(
        &self,
        shard: u8,
        now: DateTime<Utc>,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<DueSet>, StoreError> {
        // `~` sorts after everything that follows the instant in a key.
        let until = format!("{}~", now.format("%Y%m%dT%H%M%SZ"));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("due_sets")
            .key_condition_expression("send = :shard AND send_at BETWEEN :from AND :until")
            .expression_attribute_values(":shard", AttributeValue::S(format!("DUE#{shard}")))
            .expression_attribute_values(
                ":from",
                AttributeValue::S(after.map_or("0".to_owned(), |a| format!("{a}!"))),
            )
            .expression_attribute_values(":until", AttributeValue::S(until))
            .limit(limit)
            .send()
            .await?;
        Ok(answer.items().iter().filter_map(parse).collect())
    }
}

fn parse(item: &Item) -> Option<DueSet> {
    let position = item.get("send_at")?.as_s().ok()?;
    let mut parts = position.splitn(3, '#').skip(1);
    let (practice, patient) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(DueSet { practice, patient, position: position.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    #[test]
    fn a_position_says_whose_it_is() {
        let practice: PracticeId = "prac_riverside".parse().unwrap();
        let patient: PatientId = "pat_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        let position = keys::due_at("2026-06-01T17:00:00Z".parse().unwrap(), &practice, patient);
        let item = Item::from([("send_at".to_owned(), AttributeValue::S(position.clone()))]);
        assert_eq!(parse(&item), Some(DueSet { practice, patient, position }));
    }
}
