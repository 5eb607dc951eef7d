//! The one way to write: everything a command changes, in one transaction, or nothing.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use paywell_domain::{
    Actor, Decision, Event, EventKind, JournalEntry, PatientId, Posting, PracticeId, RefundId,
    event::{Head, chain},
};

use crate::{
    Aggregate, CommitError, Key, Loaded, Store, StoreError, Stored, account::AccountChange, aggregate,
    counters::Tally, keys, row::Item,
};

/// On whose behalf, from which request and when something is written.
#[derive(Debug, Clone)]
pub struct By {
    /// Whose books.
    pub practice: PracticeId,
    /// Who.
    pub actor: Actor,
    /// From which request.
    pub request: String,
    /// When (UTC); read once for the whole command.
    pub now: DateTime<Utc>,
}

/// What a command writes: aggregates guarded by version with their events, rows and index entries; journal entries;
/// counters; the saved answer.
#[derive(Debug)]
#[must_use = "nothing is written until it is committed"]
pub struct Commit {
    by: By,
    zone: Option<Tz>,
    writes: Vec<Write>,
    tally: Tally,
    accounts: BTreeMap<PatientId, AccountChange>,
}

/// What is done with one item.
#[derive(Debug)]
pub(crate) enum Write {
    Create(Item),
    Replace(Item, u64),
    Overwrite(Item),
    Remove(Key),
    Unchanged(Key, u64),
    Absent(Key),
    Once { item: Item, expired_before: i64 },
    Where { item: Item, condition: &'static str, name: (&'static str, &'static str) },
}

impl Commit {
    /// An empty commit. `zone` is the practice's, by which what is booked is dated: without it no money can be moved.
    pub fn new(by: &By, zone: Option<Tz>) -> Self {
        let (by, writes, accounts) = (by.clone(), Vec::new(), BTreeMap::new());
        Self { by, zone, writes, tally: Tally::default(), accounts }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// A new aggregate; the commit fails with a conflict where there is one of that id. Gives it as it will be read.
    ///
    /// # Errors
    /// It cannot be encoded, or its postings do not balance: a bug.
    pub fn create<A: Aggregate>(&mut self, decision: Decision<A>) -> Result<Stored<A>, StoreError> {
        let (stored, item) = self.append(None, decision)?;
        self.writes.push(Write::Create(item));
        Ok(stored)
    }

    /// A changed aggregate; the commit fails with a conflict where it was changed since it was read. A decision
    /// without events changes nothing. Gives the aggregate as it will be read.
    ///
    /// # Errors
    /// It cannot be encoded, its postings do not balance, or its states do not allow the step: a bug.
    pub fn update<A: Aggregate>(
        &mut self,
        before: &Stored<A>,
        decision: Decision<A>,
    ) -> Result<Stored<A>, StoreError> {
        let (stored, item) = self.append(Some(before), decision)?;
        if stored.version > before.version {
            self.writes.push(Write::Replace(item, before.version));
        }
        Ok(stored)
    }

    /// The commit fails with a conflict where this was changed since it was read, though nothing of it is written.
    pub fn require_unchanged<A: Aggregate>(&mut self, read: &Stored<A>) {
        self.writes.push(Write::Unchanged(A::key_of(&self.by.practice, read.state.id()), read.version));
    }

    /// The commit fails with a conflict where there is one of that id by now.
    pub fn require_absent<A: Aggregate>(&mut self, id: A::Id) {
        self.writes.push(Write::Absent(A::key_of(&self.by.practice, id)));
    }

    /// Keeps an invoice set or a payment plan that has ended under a key of its own, before the patient's next one takes its
    /// place.
    ///
    /// # Errors
    /// It cannot be encoded: a bug.
    pub fn keep_earlier<A: Aggregate>(&mut self, ended: &Stored<A>, key: &Key) -> Result<(), StoreError> {
        let mut item = aggregate::encode(&self.by.practice, &ended.state, ended.version, ended.head)?;
        item.extend(key.attributes());
        self.writes.push(Write::Create(item));
        Ok(())
    }

    /// An item that holds no decision of its own, written with the aggregate that it is derived from.
    pub(crate) fn put(&mut self, item: Item) {
        self.writes.push(Write::Overwrite(item));
    }

    pub(crate) fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// An item that may be written once, until it has expired (Unix time in `x`, seconds).
    pub(crate) fn put_once(&mut self, item: Item) {
        self.writes.push(Write::Once { item, expired_before: self.by.now.timestamp() });
    }

    /// An item that takes the place of one that the condition holds of.
    pub(crate) fn put_where(
        &mut self,
        item: Item,
        condition: &'static str,
        name: (&'static str, &'static str),
    ) {
        self.writes.push(Write::Where { item, condition, name });
    }

    /// What was loaded, as it will be once this is committed: aggregates as they are written; patients' accounts, which are
    /// changed by differences, are to be looked up again.
    pub fn after(&self, loaded: &Loaded) -> Loaded {
        let mut after = loaded.clone();
        for write in &self.writes {
            if let Write::Create(item) | Write::Replace(item, _) = write {
                after.wrote(item.clone());
            }
        }
        for patient in self.accounts.keys() {
            after.forget(&Key::patient_balance(&self.by.practice, *patient));
        }
        after
    }

    /// On whose behalf and when.
    pub fn by(&self) -> &By {
        &self.by
    }

    pub(crate) fn account(&mut self, patient: PatientId) -> &mut AccountChange {
        self.accounts.entry(patient).or_default()
    }

    /// Adds what goes with an aggregate: its events, journal entry, row and counters. Gives it as it will be stored.
    fn append<A: Aggregate>(
        &mut self,
        before: Option<&Stored<A>>,
        decision: Decision<A>,
    ) -> Result<(Stored<A>, Item), StoreError> {
        let Decision { state, events, postings } = decision;
        if before.is_some_and(|before| !state.follows(&before.state)) {
            return Err(StoreError::internal(format!(
                "{} takes a step that its states do not allow",
                state.name()
            )));
        }
        let practice = self.by.practice.clone();
        let key = A::key_of(&practice, state.id());
        let (mut version, mut head) =
            before.map_or((0, Head::GENESIS), |stored| (stored.version, stored.head));
        if events.is_empty() && before.is_some() {
            return Ok((Stored { state, version, head }, Item::new()));
        }
        let refund = events.iter().find_map(EventKind::refund);
        for kind in events {
            version = version.saturating_add(1);
            let event = Event {
                of: state.name(),
                seq: version,
                at: self.by.now,
                actor: self.by.actor.clone(),
                request: self.by.request.clone(),
                kind,
            };
            let text = event.text()?;
            head = chain(head, &text);
            let mut item = key.event(version).attributes();
            item.insert("b".to_owned(), AttributeValue::S(text));
            item.insert("h".to_owned(), AttributeValue::S(head.to_string()));
            self.writes.push(Write::Create(item));
        }
        self.journal(&state, version, refund, &postings)?;
        // A patient's new invoice set takes the place of the earlier one, which still counts, and has its row.
        let same = before.filter(|stored| stored.state.name() == state.name()).map(|stored| &stored.state);
        self.rows(same, &state)?;
        if let Some(same) = same {
            self.tally.add(&same.tally(), -1);
        }
        self.tally.add(&state.tally(), 1);
        match (before.and_then(|stored| stored.state.under_way()), state.under_way()) {
            (None, Some((patient, payment))) => self.account(patient).under_way(payment, true),
            (Some((patient, payment)), None) => self.account(patient).under_way(payment, false),
            _ => {}
        }
        let mut item = aggregate::encode(&practice, &state, version, head)?;
        item.extend(keys::changed(&practice, self.by.now));
        Ok((Stored { state, version, head }, item))
    }

    /// Writes the rows that have changed, and removes those that are no more.
    fn rows<A: Aggregate>(&mut self, before: Option<&A>, state: &A) -> Result<(), StoreError> {
        let practice = &self.by.practice;
        let (before, rows) =
            (before.map_or(Ok(Vec::new()), |before| before.rows(practice))?, state.rows(practice)?);
        let keys: Vec<Option<Key>> = rows.iter().map(Key::of).collect();
        let gone = before.iter().map(Key::of).filter(|key| !keys.contains(key));
        self.writes.extend(gone.flatten().map(Write::Remove));
        self.writes.extend(rows.into_iter().filter(|row| !before.contains(row)).map(Write::Overwrite));
        Ok(())
    }

    fn journal<A: Aggregate>(
        &mut self,
        state: &A,
        version: u64,
        refund: Option<RefundId>,
        postings: &[Posting],
    ) -> Result<(), StoreError> {
        if postings.is_empty() {
            return Ok(());
        }
        let (patient, currency) =
            state.books().ok_or_else(|| StoreError::internal("postings without books"))?;
        let zone = self.zone.ok_or_else(|| StoreError::internal("postings without the practice's zone"))?;
        let (source, at) = ((state.name(), version), self.by.now.with_timezone(&zone));
        let entry =
            JournalEntry::balanced(source, &at, patient, currency, postings).map_err(StoreError::internal)?;
        let Some(entry) = entry.map(|entry| entry.of_refund(refund)) else { return Ok(()) };
        self.tally.add(&Tally::collected(&entry), 1);
        if let Some(patient) = patient {
            self.account(patient).book(&entry)?;
        }
        let mut item: Item = serde_dynamo::to_item(&entry)?;
        item.extend(Key::journal(&self.by.practice, entry.at, &entry.source, entry.version).attributes());
        self.writes.push(Write::Create(item));
        Ok(())
    }

    fn into_items(self, table: &str) -> Result<Vec<TransactWriteItem>, StoreError> {
        let first = self.writes.iter().find_map(|write| match write {
            Write::Create(item) | Write::Replace(item, _) => item.get("pk").and_then(|pk| pk.as_s().ok()),
            _ => None,
        });
        let source = first.cloned().unwrap_or_default();
        let mut items = Vec::new();
        for write in self.writes {
            items.push(write.into_item(table)?);
        }
        for (patient, change) in self.accounts {
            if let Some(update) = change.update(table, &self.by.practice, patient)? {
                items.push(TransactWriteItem::builder().update(update).build());
            }
        }
        for update in self.tally.updates(table, &self.by.practice, &source)? {
            items.push(TransactWriteItem::builder().update(update).build());
        }
        Ok(items)
    }
}

impl Write {
    pub(crate) fn into_item(self, table: &str) -> Result<TransactWriteItem, StoreError> {
        const ABSENT: &str = "attribute_not_exists(pk)";
        const SAME: &str = "v = :v";
        let version = |v: u64| AttributeValue::N(v.to_string());
        let put = |item| Put::builder().table_name(table).set_item(Some(item));
        let build = |put: aws_sdk_dynamodb::types::builders::PutBuilder| {
            let put = put.build().map_err(StoreError::internal)?;
            Ok::<_, StoreError>(TransactWriteItem::builder().put(put).build())
        };
        let check = |key: Key| ConditionCheck::builder().table_name(table).set_key(Some(key.attributes()));
        let checked = |check: aws_sdk_dynamodb::types::builders::ConditionCheckBuilder| {
            let check = check.build().map_err(StoreError::internal)?;
            Ok(TransactWriteItem::builder().condition_check(check).build())
        };
        match self {
            Self::Create(item) => build(put(item).condition_expression(ABSENT)),
            Self::Replace(item, v) => {
                build(put(item).condition_expression(SAME).expression_attribute_values(":v", version(v)))
            }
            Self::Overwrite(item) => build(put(item)),
            Self::Once { item, expired_before } => build(
                put(item)
                    .condition_expression(format!("{ABSENT} OR x < :now"))
                    .expression_attribute_values(":now", AttributeValue::N(expired_before.to_string())),
            ),
            Self::Where { item, condition, name: (placeholder, name) } => {
                build(put(item).condition_expression(condition).expression_attribute_names(placeholder, name))
            }
            Self::Remove(key) => {
                let delete = Delete::builder().table_name(table).set_key(Some(key.attributes())).build();
                Ok(TransactWriteItem::builder().delete(delete.map_err(StoreError::internal)?).build())
            }
            Self::Unchanged(key, v) => {
                let check = check(key).condition_expression(SAME);
                checked(check.expression_attribute_values(":v", version(v)))
            }
            Self::Absent(key) => checked(check(key).condition_expression(ABSENT)),
        }
    }
}

impl Store {
    /// Writes a commit: one transaction, of which DynamoDB refuses more than 100 items
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>). The SDK sends the
    /// same client request token with its own retries, so a lost reply does not write twice.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] where something read has changed or is being changed: nothing was written. With an
    /// unavailable table it is not known whether it was.
    pub async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        let items = commit.into_items(&self.table)?;
        if items.is_empty() { Ok(()) } else { self.transact(items).await }
    }

    /// All of it, or nothing.
    pub(crate) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), CommitError> {
        let sent = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        sent.map(drop).map_err(|error| classify(&error).unwrap_or_else(|| CommitError::Store(error.into())))
    }
}

/// A conflict, where the transaction was cancelled for no other reason than conditions and other transactions.
fn classify(error: &SdkError<TransactWriteItemsError>) -> Option<CommitError> {
    let service = error.as_service_error()?;
    if matches!(service, TransactWriteItemsError::TransactionInProgressException(_)) {
        return Some(CommitError::Conflict);
    }
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = service else { return None };
    let codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    let mut codes = codes.filter(|code| *code != "None").peekable();
    codes.peek()?;
    codes
        .all(|code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict"))
        .then_some(CommitError::Conflict)
}
