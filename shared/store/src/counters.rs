//! A practice's counters: how many, and how much, in every status, and what was collected. Changed by differences in
//! every commit, spread over shards so that commands on different invoices do not wait for each other.
//!
//! A shard is a partition of its own: no partition key takes the writes of a whole practice. Its item `S` holds every
//! counter that has no month; the months of a year are an item of their own, so that what a commit updates does not grow
//! with the practice's age.

use std::{collections::BTreeMap, ops::RangeInclusive};

use aws_sdk_dynamodb::types::{AttributeValue, Update};
use chrono::Datelike;
use futures_util::{TryStreamExt, stream::FuturesUnordered};
use paywell_domain::{Cents, JournalEntry, PracticeId};

use crate::{
    Key, Loaded, Store, StoreError,
    keys::{self, COUNTER_SHARDS},
    row::Item,
};

/// Numbers by counter name, such as `invoice_open_n`, `invoice_open_cents` and `gross_2026-11_cents`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    standing: BTreeMap<String, i64>,
    months: BTreeMap<i32, BTreeMap<String, i64>>,
}

impl Tally {
    /// One thing of a kind in a status, with its cents.
    pub(crate) fn of(kind: &str, status: &str, cents: Cents) -> Self {
        let standing = BTreeMap::from([
            (format!("{kind}_{status}_n"), 1),
            (format!("{kind}_{status}_cents"), cents.get()),
        ]);
        Self { standing, months: BTreeMap::new() }
    }

    /// What a movement adds to what was collected: of all time, and in the practice's month.
    pub(crate) fn collected(entry: &JournalEntry) -> Self {
        let (collected, month) = (entry.collected(), entry.on.format("%Y-%m"));
        let mut tally = Self::default();
        for (name, cents) in [("gross", collected.gross), ("back", collected.back)] {
            if !cents.is_zero() {
                tally.standing.insert(format!("{name}_cents"), cents.get());
                let year = tally.months.entry(entry.on.year()).or_default();
                year.insert(format!("{name}_{month}_cents"), cents.get());
            }
        }
        tally
    }

    /// Adds (`sign` 1) or takes away (`sign` -1) another tally; what comes to nothing is dropped.
    pub(crate) fn add(&mut self, other: &Self, sign: i64) {
        add(&mut self.standing, &other.standing, sign);
        for (year, numbers) in &other.months {
            add(self.months.entry(*year).or_default(), numbers, sign);
        }
        self.months.retain(|_, numbers| !numbers.is_empty());
    }

    /// Every counter, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        let all = self.months.values().chain([&self.standing]).flatten();
        all.map(|(name, number)| (name.as_str(), *number))
    }

    /// The counter of that name; zero where nothing was counted.
    pub fn get(&self, name: &str) -> i64 {
        let mut all = self.months.values().chain([&self.standing]);
        all.find_map(|numbers| numbers.get(name)).copied().unwrap_or_default()
    }

    /// The updates that add this to the shard of `source`; none where nothing changes.
    pub(crate) fn updates(
        &self,
        table: &str,
        practice: &PracticeId,
        source: &str,
    ) -> Result<Vec<Update>, StoreError> {
        let shard = keys::shard(source.as_bytes(), COUNTER_SHARDS);
        let months =
            self.months.iter().map(|(year, numbers)| (Key::counters_of(practice, shard, *year), numbers));
        let all = months.chain([(Key::counters(practice, shard), &self.standing)]);
        all.filter(|(_, numbers)| !numbers.is_empty())
            .map(|(key, numbers)| update(table, &key, numbers))
            .collect()
    }

    /// Takes what an item of a shard holds.
    fn read(&mut self, item: &Item) {
        let number = |(name, value): (&String, &AttributeValue)| {
            Some((name.clone(), value.as_n().ok()?.parse().ok()?))
        };
        let numbers = item.iter().filter_map(number).collect();
        match item.get("sk").and_then(|sk| keys::counted_year(sk.as_s().ok()?)) {
            Some(year) => add(self.months.entry(year).or_default(), &numbers, 1),
            None => add(&mut self.standing, &numbers, 1),
        }
    }
}

/// The year of a counter that is a month's.
pub(crate) fn year_of(counter: &str) -> Option<i32> {
    counter.split('_').nth(1)?.split_once('-')?.0.parse().ok()
}

fn add(to: &mut BTreeMap<String, i64>, more: &BTreeMap<String, i64>, sign: i64) {
    for (name, number) in more {
        let sum = to.entry(name.clone()).or_default();
        *sum = sum.saturating_add(number.saturating_mul(sign));
    }
    to.retain(|_, number| *number != 0);
}

fn update(table: &str, key: &Key, numbers: &BTreeMap<String, i64>) -> Result<Update, StoreError> {
    let mut update = Update::builder().table_name(table).set_key(Some(key.attributes()));
    let mut terms = Vec::new();
    for (index, (name, number)) in numbers.iter().enumerate() {
        terms.push(format!("#{index} :{index}"));
        update = update
            .expression_attribute_names(format!("#{index}"), name)
            .expression_attribute_values(format!(":{index}"), AttributeValue::N(number.to_string()));
    }
    let update = update.update_expression(format!("ADD {}", terms.join(", ")));
    update.build().map_err(StoreError::internal)
}

impl Store {
    /// The counters of a practice, with the months of some years, all shards added up: one batch. At most eleven years: a
    /// batch has a hundred keys.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn counters(
        &self,
        practice: &PracticeId,
        years: RangeInclusive<i32>,
    ) -> Result<Tally, StoreError> {
        let shards = (0..COUNTER_SHARDS).flat_map(|shard| {
            let months = years.clone().map(move |year| Key::counters_of(practice, shard, year));
            months.chain([Key::counters(practice, shard)])
        });
        let loaded: Loaded = self.load(shards).await?;
        let mut sum = Tally::default();
        loaded.items().for_each(|item| sum.read(item));
        Ok(sum)
    }

    /// Every counter of a practice, whatever its name.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn all_counters(&self, practice: &PracticeId) -> Result<Tally, StoreError> {
        let shards = (0..COUNTER_SHARDS).map(|shard| self.partition(Key::counters(practice, shard).pk));
        let items: Vec<Vec<Item>> = shards.collect::<FuturesUnordered<_>>().try_collect().await?;
        let mut sum = Tally::default();
        items.iter().flatten().for_each(|item| sum.read(item));
        Ok(sum)
    }
}

#[cfg(test)]
mod tests;
