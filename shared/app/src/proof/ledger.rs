//! Reading our own side: aggregates with what is derived from them, rows, journal.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use paywell_domain::{
    Invoice, InvoiceId, InvoiceSet, Patient, PatientId, Payment, PaymentId, Payout, PracticeId, SetId,
    proof::{Books, Difference, Name},
};
use paywell_store::{Aggregate, Change, Item, Key, Loaded, ROW_LISTS, StoreError, Stored};

use crate::{App, AppError};

/// How many aggregates are read in a batch: a patient is two items, and one BatchGetItem takes a hundred.
const BATCH: usize = 50;

impl App {
    /// Reads every invoice, payment, set, payout and patient's account, and gives when the first of them was made (UTC):
    /// nothing was booked before. The index names what there is; the items are read consistently.
    pub(super) async fn read_aggregates(
        &self,
        practice: &PracticeId,
        books: &mut Books,
    ) -> Result<Option<DateTime<Utc>>, AppError> {
        let (mut first, mut from) = (None, None);
        loop {
            let (changes, next) = self.store.changes(practice, None, from).await?;
            for batch in changes.chunks(BATCH) {
                let loaded = self.store.load(batch.iter().flat_map(|change| keys(practice, change))).await?;
                let (sets, rows) = (Vec::new(), Vec::new());
                let mut taking = Taking { practice, loaded: &loaded, books, first: &mut first, sets, rows };
                batch.iter().try_for_each(|change| taking.take(change))?;
                let Taking { sets, rows, .. } = taking;
                self.read_rows_of(&rows, books).await?;
                self.read_sets(practice, &sets, books).await?;
            }
            from = next;
            if from.is_none() {
                return Ok(first);
            }
        }
    }

    /// Reads patients' current sets with their rows, and the sets they had before.
    async fn read_sets(
        &self,
        practice: &PracticeId,
        current: &[SetId],
        books: &mut Books,
    ) -> Result<(), AppError> {
        let all: Vec<(SetId, Key, bool)> = current
            .iter()
            .flat_map(|set| {
                let earlier = (1..set.ordinal).map(|ordinal| SetId { ordinal, ..*set });
                let earlier = earlier.map(|id| (id, Key::earlier_set(practice, id), false));
                earlier.chain([(*set, Key::invoice_set(practice, set.patient), true)])
            })
            .collect();
        for batch in all.chunks(BATCH) {
            let loaded = self.store.load(batch.iter().map(|(_, key, _)| key.clone())).await?;
            let mut rows = Vec::new();
            for (id, key, is_current) in batch {
                match loaded.at::<InvoiceSet>(key) {
                    Ok(Some(set)) => {
                        books.set(&set.state, *is_current);
                        rows.extend(set.state.rows(practice)?);
                    }
                    Ok(None) => books.note(Difference::of(Name::AggregateMissing, id.to_string(), 0, 1)),
                    Err(_) => books.note(Difference::of(Name::UnreadableItem, id.to_string(), 0, 1)),
                }
            }
            self.read_rows_of(&rows, books).await?;
        }
        Ok(())
    }

    /// Reads the rows that there should be.
    async fn read_rows_of(&self, rows: &[Item], books: &mut Books) -> Result<(), AppError> {
        for batch in rows.chunks(BATCH) {
            let loaded = self.store.load(batch.iter().filter_map(Key::of)).await?;
            for row in batch {
                let key = Key::of(row).ok_or_else(|| AppError::internal("a row without a key"))?;
                books.has_row(&key.sk, loaded.shows(row));
            }
        }
        Ok(())
    }

    /// Reads which rows the lists hold.
    pub(super) async fn read_rows(&self, practice: &PracticeId, books: &mut Books) -> Result<(), AppError> {
        for list in ROW_LISTS {
            let mut after: Option<String> = None;
            loop {
                let (ids, next) = self.store.row_ids(list, practice, after.as_deref()).await?;
                ids.iter().for_each(|id| books.row(id));
                after = next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads the journal, month by month, to the month after this one: commands go by clocks that may differ by seconds.
    pub(super) async fn read_journal(
        &self,
        practice: &PracticeId,
        first: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        books: &mut Books,
    ) -> Result<(), AppError> {
        let mut month = month_of(first.unwrap_or(now).min(now));
        let end = month_of(now).checked_add_months(Months::new(1)).unwrap_or(now);
        while month <= end {
            for (key, entry) in self.store.journal_items(practice, month).await? {
                match entry {
                    Some(entry) => books.entry(&entry),
                    None => books.note(Difference::of(Name::UnreadableItem, key.sk, 0, 1)),
                }
            }
            let Some(next) = month.checked_add_months(Months::new(1)) else { break };
            month = next;
        }
        Ok(())
    }
}

/// Midnight (UTC) of the first day of an instant's month.
fn month_of(at: DateTime<Utc>) -> DateTime<Utc> {
    let day = NaiveDate::from_ymd_opt(at.year(), at.month(), 1).unwrap_or_else(|| at.date_naive());
    day.and_time(NaiveTime::MIN).and_utc()
}

/// What is read of something that was changed.
fn keys(practice: &PracticeId, change: &Change) -> Vec<Key> {
    let id = change.id();
    let keys = match change.kind() {
        "INVOICE" => id.parse().ok().map(|id| vec![Key::invoice(practice, id)]),
        "PAYMENT" => id.parse().ok().map(|id| vec![Key::payment(practice, id)]),
        "SET" => id.parse().ok().map(|id| vec![Key::invoice_set(practice, id)]),
        "PATIENT" => {
            id.parse().ok().map(|id| vec![Key::patient(practice, id), Key::patient_balance(practice, id)])
        }
        "PAYOUT" => Some(vec![Key::payout(practice, id)]),
        _ => None,
    };
    keys.unwrap_or_default()
}

/// Taking a batch.
struct Taking<'a> {
    practice: &'a PracticeId,
    loaded: &'a Loaded,
    books: &'a mut Books,
    first: &'a mut Option<DateTime<Utc>>,
    sets: Vec<SetId>,
    rows: Vec<Item>,
}

impl Taking<'_> {
    fn take(&mut self, change: &Change) -> Result<(), AppError> {
        let id = change.id();
        match change.kind() {
            "INVOICE" => {
                if let Some(invoice) = self.get::<Invoice>(id.parse::<InvoiceId>().ok(), change) {
                    self.made(invoice.state.created_at);
                    self.books.invoice(&invoice.state);
                    self.rows.extend(invoice.state.rows(self.practice)?);
                }
            }
            "PAYMENT" => {
                if let Some(payment) = self.get::<Payment>(id.parse::<PaymentId>().ok(), change) {
                    self.made(payment.state.created_at);
                    self.books.payment(&payment.state);
                    self.rows.extend(payment.state.rows(self.practice)?);
                }
            }
            "SET" => {
                let set = self.get::<InvoiceSet>(id.parse::<PatientId>().ok(), change);
                self.sets.extend(set.map(|set| set.state.id));
            }
            "PAYOUT" => {
                if let Some(payout) = self.get::<Payout>(Some(id.to_owned()), change) {
                    self.made(payout.state.created_at);
                    self.books.payout(&payout.state);
                }
            }
            "PATIENT" => {
                if let Some(patient) = self.get::<Patient>(id.parse::<PatientId>().ok(), change) {
                    self.rows.extend(patient.state.rows(self.practice)?);
                }
                if let Ok(patient) = id.parse::<PatientId>() {
                    let account = self.loaded.account(self.practice, patient);
                    self.books.account(patient, account.owed, account.in_collections, account.credit);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What was loaded; what cannot be read is named. What is not there any more was deleted between the two reads, or
    /// is missed by whatever else names it.
    fn get<A: Aggregate>(&mut self, id: Option<A::Id>, change: &Change) -> Option<Stored<A>> {
        let read = id.map_or(Ok(None), |id| self.loaded.get::<A>(self.practice, id));
        read.unwrap_or_else(|_: StoreError| {
            self.books.note(Difference::of(Name::UnreadableItem, change.key.clone(), 0, 1));
            None
        })
    }

    fn made(&mut self, at: DateTime<Utc>) {
        *self.first = Some(self.first.map_or(at, |first| first.min(at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_on_its_first_day() {
        let at = "2026-05-31T23:59:59Z".parse().unwrap();
        assert_eq!(month_of(at).to_rfc3339(), "2026-05-01T00:00:00+00:00");
    }
}
