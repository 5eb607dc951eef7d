//! The work of all practices that waits for a schedule: one query a shard, and nothing is read that is not due.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use paywell_domain::PracticeId;

use crate::{
    Store, StoreError,
    keys::{QUEUE_SHARDS, Queue},
    row::Item,
};

/// Something that was due when the index was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due<Id> {
    /// Whose books.
    pub practice: PracticeId,
    /// What is due.
    pub id: Id,
    /// When it was due, which is its place in the order.
    pub position: String,
}

impl Store {
    /// How many shards a queue has.
    pub const fn queue_shards() -> u8 {
        QUEUE_SHARDS
    }

    /// At most `limit` entries of a queue's shard that are due by `now`, longest due first, after a position. What was
    /// missed in a lost night is simply still there: the key is the instant, not a bucket that somebody would have to
    /// revisit.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn due<Id: std::str::FromStr>(
        &self,
        queue: Queue,
        shard: u8,
        now: DateTime<Utc>,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Due<Id>>, StoreError> {
        // `~` sorts after everything that follows the instant in a key.
        let until = format!("{}~", now.format("%Y%m%dT%H%M%SZ"));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("queues")
            .key_condition_expression("queue = :shard AND due_at BETWEEN :from AND :until")
            .expression_attribute_values(":shard", AttributeValue::S(queue.partition(shard)))
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

fn parse<Id: std::str::FromStr>(item: &Item) -> Option<Due<Id>> {
    let position = item.get("due_at")?.as_s().ok()?;
    let mut parts = position.splitn(3, '#').skip(1);
    let (practice, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Due { practice, id, position: position.clone() })
}

#[cfg(test)]
mod tests {
    use paywell_domain::SetId;

    use super::*;
    use crate::keys;

    #[test]
    fn a_position_says_whose_it_is() {
        let practice: PracticeId = "prac_riverside".parse().unwrap();
        let id: SetId = "set_01h455vb4pex5vsknk084sn02q_0001".parse().unwrap();
        let position = keys::due_at("2026-06-01T17:00:00Z".parse().unwrap(), &practice, &id.to_string());
        let item = Item::from([("due_at".to_owned(), AttributeValue::S(position.clone()))]);
        assert_eq!(parse(&item), Some(Due { practice, id, position }));
    }
}
