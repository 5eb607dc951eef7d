//! The load of a command: everything it decides on, in one consistent batch.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{PatientId, PracticeId};

use crate::{
    Aggregate, Command, Done, Key, PatientAccount, Store, StoreError, Stored, aggregate,
    idempotency::{self, Reused},
    row::Item,
};

/// What was loaded, by key; what was looked for and is not there is known too.
#[derive(Debug, Clone, Default)]
pub struct Loaded(HashMap<Key, Option<Item>>);

impl Loaded {
    /// The aggregate of that id, if it is there.
    ///
    /// # Errors
    /// The item is not one that this program wrote.
    pub fn get<A: Aggregate>(
        &self,
        practice: &PracticeId,
        id: A::Id,
    ) -> Result<Option<Stored<A>>, StoreError> {
        self.item(&A::key_of(practice, id)).map(aggregate::decode).transpose()
    }

    /// The aggregate under a key, if it is there: a patient's earlier invoice set has another key than the current one.
    ///
    /// # Errors
    /// The item is not one that this program wrote.
    pub fn at<A: Aggregate>(&self, key: &Key) -> Result<Option<Stored<A>>, StoreError> {
        self.item(key).map(aggregate::decode).transpose()
    }

    /// Whether a row that was loaded is as it should be.
    pub fn shows(&self, row: &Item) -> bool {
        Key::of(row).is_some_and(|key| self.item(&key) == Some(row))
    }

    /// What is known of a command that was sent before.
    ///
    /// # Errors
    /// The key was used for another command, or the record is not one that this program wrote.
    pub fn done(
        &self,
        practice: &PracticeId,
        command: &Command,
        now: DateTime<Utc>,
    ) -> Result<Option<Done>, Reused> {
        match self.item(&command.key(practice)) {
            Some(item) => idempotency::read(item, command, now),
            None => Ok(None),
        }
    }

    /// Whether there is anything under a key.
    pub fn contains(&self, key: &Key) -> bool {
        self.item(key).is_some()
    }

    /// Whether a key was looked up, whatever was there.
    pub fn knows(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.0.values().flatten()
    }

    pub(crate) fn item(&self, key: &Key) -> Option<&Item> {
        self.0.get(key).and_then(Option::as_ref)
    }

    /// Takes a key for not looked up.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.0.remove(key);
    }

    /// Takes an item as it was just written.
    pub(crate) fn wrote(&mut self, item: Item) {
        if let Some(key) = Key::of(&item) {
            self.0.insert(key, Some(item));
        }
    }

    /// What a patient owes and has; nothing where no money has moved yet.
    pub fn account(&self, practice: &PracticeId, patient: PatientId) -> PatientAccount {
        PatientAccount::read(self.item(&Key::patient_balance(practice, patient)))
    }

    /// As if this alone had been loaded: for a decision on what was just committed.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn of<A: Aggregate>(practice: &PracticeId, stored: &Stored<A>) -> Result<Self, StoreError> {
        let item = aggregate::encode(practice, &stored.state, stored.version, stored.head)?;
        Ok(Self(HashMap::from([(A::key_of(practice, stored.state.id()), Some(item))])))
    }

    /// As if of these keys alone had been asked for that were.
    #[must_use]
    pub fn part(&self, keys: &[Key]) -> Self {
        Self(keys.iter().filter_map(|key| Some((key.clone(), self.0.get(key)?.clone()))).collect())
    }

    /// How many messages, tasks and charges of a practice's outreach were noted on a day (UTC).
    pub fn sends(&self, practice: &PracticeId, day: NaiveDate) -> u32 {
        let count =
            self.item(&Key::sends(practice, day)).and_then(|item| item.get("n")?.as_n().ok()?.parse().ok());
        count.unwrap_or(0)
    }

    /// Adds what another load brought.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl Store {
    /// Reads items by key, consistently: one batch, and none where there are no keys. Keys that are given twice are read once; what is not there is not
    /// in the answer.
    ///
    /// # Errors
    /// The table cannot be read, or more than 100 keys are asked for, which DynamoDB refuses
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>).
    pub async fn load(&self, keys: impl IntoIterator<Item = Key>) -> Result<Loaded, StoreError> {
        let mut keys: Vec<Key> = keys.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        let mut loaded = Loaded(keys.iter().map(|key| (key.clone(), None)).collect());
        let mut wanted: Vec<Item> = keys.iter().map(Key::attributes).collect();
        while !wanted.is_empty() {
            let batch = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let batch = batch.map_err(StoreError::internal)?;
            let mut answer = self.client.batch_get_item().request_items(&self.table, batch).send().await?;
            let items = answer.responses.as_mut().and_then(|r| r.remove(&self.table)).unwrap_or_default();
            loaded.0.extend(items.into_iter().filter_map(|item| Some((Key::of(&item)?, Some(item)))));
            // Past 16 MB, or when throttled, the table leaves keys for another request.
            let rest = answer.unprocessed_keys.and_then(|mut rest| rest.remove(&self.table));
            wanted = rest.map(|rest| rest.keys).unwrap_or_default();
        }
        Ok(loaded)
    }
}
