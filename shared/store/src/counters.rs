//! A practice's counters: how many, and how much, in every status. Changed by differences in every commit, spread
//! over shards so that commands on different invoices do not wait for each other.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Update};
use paywell_domain::{Cents, PracticeId};

use crate::{
    Key, Store, StoreError,
    keys::{self, COUNTER_SHARDS},
};

/// Numbers by counter name, such as `invoice_open_n` and `invoice_open_cents`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<String, i64>);

impl Tally {
    /// One thing of a kind in a status, with its cents.
    pub(crate) fn of(kind: &str, status: &str, cents: Cents) -> Self {
        Self(BTreeMap::from([
            (format!("{kind}_{status}_n"), 1),
            (format!("{kind}_{status}_cents"), cents.get()),
        ]))
    }

    /// Adds (`sign` 1) or takes away (`sign` -1) another tally; what comes to nothing is dropped.
    pub(crate) fn add(&mut self, other: &Self, sign: i64) {
        for (name, number) in &other.0 {
            let sum = self.0.entry(name.clone()).or_default();
            *sum = sum.saturating_add(number.saturating_mul(sign));
        }
        self.0.retain(|_, number| *number != 0);
    }

    /// Every counter, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, number)| (name.as_str(), *number))
    }

    /// The counter of that name; zero where nothing was counted.
    pub fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// The update that adds this to the shard of `source`; none where nothing changes.
    pub(crate) fn update(
        &self,
        table: &str,
        practice: &PracticeId,
        source: &str,
    ) -> Result<Option<Update>, StoreError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let shard = keys::shard(source.as_bytes(), COUNTER_SHARDS);
        let mut update =
            Update::builder().table_name(table).set_key(Some(Key::counters(practice, shard).attributes()));
        let mut terms = Vec::new();
        for (index, (name, number)) in self.0.iter().enumerate() {
            terms.push(format!("#{index} :{index}"));
            update = update
                .expression_attribute_names(format!("#{index}"), name)
                .expression_attribute_values(format!(":{index}"), AttributeValue::N(number.to_string()));
        }
        let update = update.update_expression(format!("ADD {}", terms.join(", ")));
        update.build().map(Some).map_err(StoreError::internal)
    }
}

impl Store {
    /// The counters of a practice, all shards added up: one query.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn counters(&self, practice: &PracticeId) -> Result<Tally, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(Key::counters(practice, 0).pk))
            .consistent_read(true)
            .send()
            .await?;
        let mut sum = Tally::default();
        for item in answer.items() {
            let numbers = item
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_n().ok()?.parse().ok()?)));
            sum.add(&Tally(numbers.collect()), 1);
        }
        Ok(sum)
    }
}
