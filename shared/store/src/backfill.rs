//! Making anew what is derived from aggregates: tracker rows and counters. Beside commands, and safe while they run: each
//! write requires what it follows from to be as it was read.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use futures_util::{StreamExt, TryStreamExt, stream};
use paywell_domain::{
    Invoice, InvoiceId, InvoiceSet, Patient, Payment, PaymentId, PracticeId, SetId, payment::TransactionId,
};

use crate::{
    Aggregate, Change, CommitError, Key, Store, StoreError, aggregate,
    commit::Write,
    counters,
    keys::{self, COUNTER_SHARDS},
    portal,
    row::Item,
};

/// How many keys are read at once, and how many aggregates are mended at once.
const BATCH: usize = 100;
const AT_ONCE: usize = 8;

/// How often something that is being changed is read again. Whoever was quicker has written its rows.
const TRIES: u32 = 8;

/// What was made anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Aggregates that were looked at.
    pub aggregates: u64,
    /// Rows that were looked at.
    pub rows: u64,
    /// Derived items that were missing, or did not show what they should, and were written.
    pub written: u64,
    /// Rows that nothing has, and that were removed.
    pub removed: u64,
}

impl Rebuilt {
    /// Adds what was made anew further on.
    pub const fn add(&mut self, more: Self) {
        self.aggregates = self.aggregates.saturating_add(more.aggregates);
        self.rows = self.rows.saturating_add(more.rows);
        self.written = self.written.saturating_add(more.written);
        self.removed = self.removed.saturating_add(more.removed);
    }
}

/// The items that are derived from an aggregate's item; none of a kind that has none.
fn derive(practice: &PracticeId, key: &Key, item: &Item) -> Result<Vec<Item>, StoreError> {
    fn of<A: Aggregate>(practice: &PracticeId, item: &Item) -> Result<Vec<Item>, StoreError> {
        aggregate::decode::<A>(item)?.state.rows(practice)
    }
    match key.pk.split('#').next() {
        Some("INVOICE") => of::<Invoice>(practice, item),
        Some("PAYMENT") => of::<Payment>(practice, item),
        Some("SET") => of::<InvoiceSet>(practice, item),
        Some("PATIENT") => of::<Patient>(practice, item),
        _ => Ok(Vec::new()),
    }
}

/// Where the aggregate of a row may be; nowhere where the row has no such id. A patient's invoice set is under a key of its
/// own until the next one takes its place.
fn owners(practice: &PracticeId, list: &str, id: &str) -> Vec<Key> {
    let keys = match list {
        "INVOICES" => id.parse::<InvoiceId>().ok().map(|id| vec![Key::invoice(practice, id)]),
        "PAYMENTS" => id.parse::<PaymentId>().ok().map(|id| vec![Key::payment(practice, id)]),
        "TRANSACTIONS" => id.parse().ok().map(|id: TransactionId| vec![Key::payment(practice, id.payment)]),
        "PATIENTS" => id.parse().ok().map(|id| vec![Key::patient(practice, id)]),
        "CONTACTS" => portal::patient_of(id).map(|id| vec![Key::patient(practice, id)]),
        "SETS" => id
            .parse::<SetId>()
            .ok()
            .map(|id| vec![Key::invoice_set(practice, id.patient), Key::earlier_set(practice, id)]),
        _ => None,
    };
    keys.unwrap_or_default()
}

/// That an aggregate is as it was read.
fn unchanged(key: &Key, read: Option<&Item>) -> Result<Write, StoreError> {
    match read {
        None => Ok(Write::Absent(key.clone())),
        Some(item) => {
            let end = aggregate::end_of(item);
            let (version, _) = end.ok_or_else(|| StoreError::internal("an aggregate without a version"))?;
            Ok(Write::Unchanged(key.clone(), version))
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Store {
    /// Writes what is derived from these, where it is missing or other than it should be.
    ///
    /// # Errors
    /// The table cannot be reached, or an aggregate cannot be read.
    pub async fn rebuild_rows(
        &self,
        practice: &PracticeId,
        changes: &[Change],
    ) -> Result<Rebuilt, StoreError> {
        let current = changes.iter().map(|change| Key::at(change.key.clone()));
        let mut sources = self.read(current.collect()).await?;
        let mut earlier = Vec::new();
        for (_, item) in sources.iter().filter(|(key, _)| key.pk.starts_with("SET#")) {
            let set = aggregate::decode::<InvoiceSet>(item)?.state.id;
            earlier
                .extend((1..set.ordinal).map(|ordinal| Key::earlier_set(practice, SetId { ordinal, ..set })));
        }
        sources.extend(self.read(earlier).await?);
        let mut derived = BTreeMap::new();
        for (source, item) in &sources {
            for item in derive(practice, source, item)? {
                derived.extend(Key::of(&item).map(|key| (key, (source, item))));
            }
        }
        let there = self.read(derived.keys().cloned().collect()).await?;
        let mut wrong: Vec<&Key> = derived
            .iter()
            .filter(|(key, (_, item))| there.get(*key) != Some(item))
            .map(|(_, (source, _))| *source)
            .collect();
        wrong.dedup();
        let mended = stream::iter(wrong).map(|source| self.mend(practice, source));
        let written: Vec<u64> = mended.buffer_unordered(AT_ONCE).try_collect().await?;
        let written = written.into_iter().fold(0, u64::saturating_add);
        Ok(Rebuilt { aggregates: count(sources.len()), written, ..Rebuilt::default() })
    }

    /// Writes what is derived from one aggregate as it is now; gives how many items.
    async fn mend(&self, practice: &PracticeId, source: &Key) -> Result<u64, StoreError> {
        for _ in 0..TRIES {
            let read = self.read(vec![source.clone()]).await?;
            let Some(item) = read.get(source) else { return Ok(0) };
            let derived = derive(practice, source, item)?;
            let there = self.read(derived.iter().filter_map(Key::of).collect()).await?;
            let is_there = |item: &Item| Key::of(item).is_some_and(|key| there.get(&key) == Some(item));
            let wrong: Vec<Item> = derived.into_iter().filter(|item| !is_there(item)).collect();
            let written = count(wrong.len());
            let mut writes: Vec<Write> = wrong.into_iter().map(Write::Overwrite).collect();
            if writes.is_empty() {
                return Ok(0);
            }
            writes.push(unchanged(source, Some(item))?);
            if self.wrote(writes).await? {
                return Ok(written);
            }
        }
        Err(StoreError::Unavailable(format!("{} is being changed all the time", source.pk)))
    }

    /// Removes those rows of a page of a list that no aggregate has; gives the id to go on from where there may be more.
    ///
    /// # Errors
    /// The table cannot be reached, or an aggregate cannot be read.
    pub async fn remove_rows_of_nothing(
        &self,
        practice: &PracticeId,
        list: &str,
        after: Option<&str>,
    ) -> Result<(Rebuilt, Option<String>), StoreError> {
        let (ids, next) = self.row_ids(list, practice, after).await?;
        let mut rebuilt = Rebuilt { rows: count(ids.len()), ..Rebuilt::default() };
        let owned: Vec<(Key, Vec<Key>)> =
            ids.iter().map(|id| (Key::row(list, practice, id), owners(practice, list, id))).collect();
        let read = self.read(owned.iter().flat_map(|(_, owners)| owners.clone()).collect()).await?;
        for (row, owners) in &owned {
            if !has(practice, row, owners, &read)? && self.remove_row(practice, row, owners).await? {
                rebuilt.removed = rebuilt.removed.saturating_add(1);
            }
        }
        Ok((rebuilt, next))
    }

    /// Removes a row, unless it is somebody's by now.
    async fn remove_row(&self, practice: &PracticeId, row: &Key, owners: &[Key]) -> Result<bool, StoreError> {
        for _ in 0..TRIES {
            let read = self.read(owners.to_vec()).await?;
            if has(practice, row, owners, &read)? {
                return Ok(false);
            }
            let mut writes = vec![Write::Remove(row.clone())];
            for owner in owners {
                writes.push(unchanged(owner, read.get(owner))?);
            }
            if self.wrote(writes).await? {
                return Ok(true);
            }
        }
        Err(StoreError::Unavailable(format!("{} is being changed all the time", row.sk)))
    }

    /// What the shard holds of a counter to which [`Store::correct_counter`] adds.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn counted_in_shard(
        &self,
        practice: &PracticeId,
        counter: &str,
    ) -> Result<Option<i64>, StoreError> {
        let key = counter_key(practice, counter);
        let read = self.read(vec![key.clone()]).await?;
        Ok(read.get(&key).and_then(|item| item.get(counter)?.as_n().ok()?.parse().ok()))
    }

    /// Adds to a counter, in one shard, and only where that shard still holds of it what was read: done twice it is done
    /// once. Gives whether it was done.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn correct_counter(
        &self,
        practice: &PracticeId,
        counter: &str,
        read: Option<i64>,
        more: i64,
    ) -> Result<bool, StoreError> {
        let key = counter_key(practice, counter);
        let number = |number: i64| AttributeValue::N(number.to_string());
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression("SET #counter = :sum")
            .expression_attribute_names("#counter", counter)
            .expression_attribute_values(":sum", number(read.unwrap_or_default().saturating_add(more)));
        let update = match read {
            Some(read) => update
                .condition_expression("#counter = :read")
                .expression_attribute_values(":read", number(read)),
            None => update.condition_expression("attribute_not_exists(#counter)"),
        };
        let update = update.build().map_err(StoreError::internal)?;
        done(self.transact(vec![TransactWriteItem::builder().update(update).build()]).await)
    }

    async fn wrote(&self, writes: Vec<Write>) -> Result<bool, StoreError> {
        let items = writes.into_iter().map(|write| write.into_item(&self.table));
        done(self.transact(items.collect::<Result<_, _>>()?).await)
    }

    /// What is there of these, by key.
    async fn read(&self, keys: Vec<Key>) -> Result<BTreeMap<Key, Item>, StoreError> {
        let mut there = BTreeMap::new();
        for batch in keys.chunks(BATCH) {
            let loaded = self.load(batch.iter().cloned()).await?;
            there.extend(loaded.items().filter_map(|item| Some((Key::of(item)?, item.clone()))));
        }
        Ok(there)
    }
}

fn done(committed: Result<(), CommitError>) -> Result<bool, StoreError> {
    match committed {
        Ok(()) => Ok(true),
        Err(CommitError::Conflict) => Ok(false),
        Err(CommitError::Store(error)) => Err(error),
    }
}

/// Whether a row is derived from one of those that may have it.
fn has(
    practice: &PracticeId,
    row: &Key,
    owners: &[Key],
    read: &BTreeMap<Key, Item>,
) -> Result<bool, StoreError> {
    for owner in owners {
        let Some(item) = read.get(owner) else { continue };
        if derive(practice, owner, item)?.iter().any(|derived| Key::of(derived).as_ref() == Some(row)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The item to which a counter's correction is added.
fn counter_key(practice: &PracticeId, counter: &str) -> Key {
    let shard = keys::shard(counter.as_bytes(), COUNTER_SHARDS);
    match counters::year_of(counter) {
        Some(year) => Key::counters_of(practice, shard, year),
        None => Key::counters(practice, shard),
    }
}
