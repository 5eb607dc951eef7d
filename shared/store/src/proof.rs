//! What a proof reads: everything that a practice has, page by page and without a scan.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::NaiveDate;
use paywell_domain::{PracticeId, event::Head};

use crate::{
    Key, Store, StoreError, aggregate,
    history::{event_text, sort_key},
    keys::{self, AGGREGATE, EVENTS},
    row::Item,
};

/// The lists that hold rows.
pub const ROW_LISTS: [&str; 6] = ["INVOICES", "PAYMENTS", "TRANSACTIONS", "SETS", "PATIENTS", "CONTACTS"];

/// How many changes are read at a time.
const CHANGES: i32 = 1_000;

/// Something with a history, as the index of changes has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The partition it is in: kind, practice, id.
    pub key: String,
    /// Its version.
    pub version: u64,
    /// The hash of its last event.
    pub head: Head,
}

impl Change {
    /// Its kind, such as `INVOICE`.
    pub fn kind(&self) -> &str {
        self.key.split('#').next().unwrap_or_default()
    }

    /// Its id within its practice and kind.
    pub fn id(&self) -> &str {
        self.key.splitn(3, '#').nth(2).unwrap_or_default()
    }
}

/// Where a page of changes ended.
#[derive(Debug, Clone)]
pub struct Position(Item);

/// A history as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// What the aggregate says of it: its version and the hash of its last event; none where there is no aggregate.
    pub end: Option<(u64, Head)>,
    /// The text of each event with its hash, oldest first; none of one that cannot be read.
    pub events: Vec<Option<(String, Head)>>,
}

impl Store {
    /// Every practice.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn practices(&self) -> Result<Vec<PracticeId>, StoreError> {
        let (mut practices, mut from) = (Vec::new(), None);
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("queues")
                .key_condition_expression("queue = :all")
                .expression_attribute_values(":all", AttributeValue::S(keys::PRACTICES.to_owned()))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            let ids = answer.items().iter().filter_map(|item| item.get("due_at")?.as_s().ok()?.parse().ok());
            practices.extend(ids);
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(practices);
            }
        }
    }

    /// A page of everything that a practice has with a history, or of what was changed on a day (UTC) or after it; in
    /// the order of the days on which it last was.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn changes(
        &self,
        practice: &PracticeId,
        since: Option<NaiveDate>,
        from: Option<Position>,
    ) -> Result<(Vec<Change>, Option<Position>), StoreError> {
        let since = since.map_or_else(|| "0".to_owned(), |day| day.to_string());
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("changed")
            .key_condition_expression("trail = :trail AND changed >= :since")
            .expression_attribute_values(":trail", AttributeValue::S(keys::trail(practice)))
            .expression_attribute_values(":since", AttributeValue::S(since))
            .limit(CHANGES)
            .set_exclusive_start_key(from.map(|position| position.0))
            .send()
            .await?;
        let changes = answer.items().iter().filter_map(|item| {
            let key = item.get("pk")?.as_s().ok()?.clone();
            let (version, head) = aggregate::end_of(item)?;
            Some(Change { key, version, head })
        });
        Ok((changes.collect(), answer.last_evaluated_key.map(Position)))
    }

    /// A history, by the partition it is in.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn chain(&self, key: &str) -> Result<Chain, StoreError> {
        let items = self.partition(key.to_owned()).await?;
        let aggregate = items.iter().find(|item| sort_key(item) == AGGREGATE);
        let events = items.iter().filter(|item| sort_key(item).starts_with(EVENTS));
        Ok(Chain {
            end: aggregate.and_then(aggregate::end_of),
            events: events.map(|item| event_text(item).ok()).collect(),
        })
    }

    /// A page of the ids of the rows in one of [`ROW_LISTS`], after one, and the id to go on from where there may be more.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn row_ids(
        &self,
        list: &str,
        practice: &PracticeId,
        after: Option<&str>,
    ) -> Result<(Vec<String>, Option<String>), StoreError> {
        let partition = keys::list(list, practice);
        let start = after.map(|id| Key::row(list, practice, id).attributes());
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :list")
            .expression_attribute_values(":list", AttributeValue::S(partition))
            .projection_expression("sk")
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let next = answer.last_evaluated_key().map(|key| sort_key(key).to_owned());
        Ok((answer.items().iter().map(|item| sort_key(item).to_owned()).collect(), next))
    }
}
