//! Proof of a practice's books: every balance, credit, card and counter is added up again from the journal, and the ledger
//! is held against what the processor moved.
//!
//! [`Books`] takes plain facts one at a time, in any order but for one: movements at the processor come after the
//! payments and payouts that they belong to. It keeps figures and ids, never whole documents, so that a proof of years is
//! read month by month and page by page.

mod difference;
mod invoices;
mod payments;
mod processor;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

pub use difference::{Difference, Name};
pub use processor::{Movement, MovementKind, PayoutMade};

use crate::{Account, Cents, InvoiceId, JournalEntry, PatientId, PaymentId, SetId};
use processor::Processor;

/// What a proof is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// When it is made (UTC).
    pub now: DateTime<Utc>,
    /// How long the processor's message, and our booking of it, may take before a difference is one.
    pub grace: Duration,
    /// From when on movements at the processor were read (UTC); all of them where none is given. What the ledger booked
    /// before is not looked for.
    pub since: Option<DateTime<Utc>>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Journal entries.
    pub entries: u64,
    /// Invoices, deleted ones too.
    pub invoices: u64,
    /// Payments.
    pub payments: u64,
    /// Invoice sets, earlier ones too.
    pub sets: u64,
    /// Payouts.
    pub payouts: u64,
    /// Patients' accounts.
    pub patients: u64,
    /// Tracker rows.
    pub rows: u64,
    /// Movements at the processor.
    pub movements: u64,
    /// Histories whose chain was verified.
    pub histories: u64,
    /// Their events.
    pub events: u64,
    /// Heads of histories that are anchored.
    pub anchors: u64,
}

/// What a proof found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// What differs; empty where everything ties out.
    pub differences: Vec<Difference>,
    /// What differs because the processor's message is on its way: no alarm yet.
    pub awaiting: Vec<Difference>,
    /// How much was looked at.
    pub counted: Counted,
}

/// Whose figures they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Subject {
    Invoice(InvoiceId),
    Payment(PaymentId),
    Other(String),
}

impl Subject {
    fn of(source: &str) -> Self {
        if let Ok(id) = source.parse() {
            Self::Invoice(id)
        } else if let Ok(id) = source.parse() {
            Self::Payment(id)
        } else {
            Self::Other(source.to_owned())
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invoice(id) => id.fmt(f),
            Self::Payment(id) => id.fmt(f),
            Self::Other(id) => f.write_str(id),
        }
    }
}

/// Two figures that should be one. Sums saturate, which no books reach: a figure that was tampered with must not end the proof.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    found: i64,
    expected: i64,
}

impl Pair {
    fn find(&mut self, cents: Cents) {
        self.found = self.found.saturating_add(cents.get());
    }

    fn expect(&mut self, cents: Cents) {
        self.expected = self.expected.saturating_add(cents.get());
    }

    const fn differs(self) -> bool {
        self.found != self.expected
    }
}

/// A patient's figures: as the account shows them, by the journal, and by the patient's invoices and payments.
#[derive(Debug, Clone, Copy, Default)]
struct OfPatient {
    shown: i64,
    journal: i64,
    parts: i64,
}

/// The accounts of which a patient has a figure, with the sign of a debit and the name of a difference.
const OF_PATIENT: [(Account, Name); 3] = [
    (Account::PatientReceivable, Name::PatientOwed),
    (Account::CollectionsReceivable, Name::PatientInCollections),
    (Account::PatientCredit, Name::PatientCredit),
];

/// The books of a practice while they are proven.
#[derive(Debug)]
pub struct Books {
    scope: Scope,
    accounts: BTreeMap<(Subject, Account), Pair>,
    known: BTreeSet<Subject>,
    entries: HashSet<(Subject, u64)>,
    patients: BTreeMap<(PatientId, Account), OfPatient>,
    applied: BTreeMap<InvoiceId, Pair>,
    balances: BTreeMap<InvoiceId, Cents>,
    chased: Vec<(SetId, InvoiceId, Cents)>,
    counters: BTreeMap<String, Pair>,
    rows: BTreeMap<String, Pair>,
    wrong_rows: BTreeSet<String>,
    processor: Processor,
    /// What is at the processor in all, by the journal.
    clearing: Cents,
    proof: Proof,
}

impl Books {
    /// Books of which nothing is known yet.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            accounts: BTreeMap::new(),
            known: BTreeSet::new(),
            entries: HashSet::new(),
            patients: BTreeMap::new(),
            applied: BTreeMap::new(),
            balances: BTreeMap::new(),
            chased: Vec::new(),
            counters: BTreeMap::new(),
            rows: BTreeMap::new(),
            wrong_rows: BTreeSet::new(),
            processor: Processor::default(),
            clearing: Cents::ZERO,
            proof: Proof::default(),
        }
    }

    /// Adds a difference that was found elsewhere.
    pub fn note(&mut self, difference: Difference) {
        self.proof.differences.push(difference);
    }

    /// Counts what was looked at elsewhere.
    pub const fn counted(&mut self) -> &mut Counted {
        &mut self.proof.counted
    }

    /// Takes an entry of the journal.
    pub fn entry(&mut self, entry: &JournalEntry) {
        self.proof.counted.entries = self.proof.counted.entries.saturating_add(1);
        let source = Subject::of(&entry.source);
        let sum = entry.postings().iter().fold(Pair::default(), |mut sum, posting| {
            sum.find(posting.cents);
            sum
        });
        let id = || format!("{}#{}", entry.source, entry.version);
        if sum.differs() {
            self.note(Difference::of(Name::UnbalancedEntry, id(), sum.found, 0));
        }
        if !self.entries.insert((source.clone(), entry.version)) {
            self.note(Difference::of(Name::DuplicateEntry, id(), 2, 1));
        }
        for posting in entry.postings() {
            let subject = match (posting.invoice, invoices::is_invoices(posting.account), &source) {
                (Some(invoice), true, _) => Subject::Invoice(invoice),
                (None, true, Subject::Invoice(_)) | (_, false, _) => source.clone(),
                (None, true, _) => {
                    self.note(Difference::of(Name::UnnamedPosting, id(), posting.cents.get(), 0));
                    continue;
                }
            };
            self.accounts.entry((subject, posting.account)).or_default().expect(posting.cents);
            // A refund that is asked for has left the processor's balance already.
            if matches!(posting.account, Account::ProcessorClearing | Account::RefundsInFlight) {
                self.clearing = Cents::new(self.clearing.get().saturating_add(posting.cents.get()));
            }
        }
        let (collected, month) = (entry.collected(), entry.on.format("%Y-%m"));
        self.expect_counter(format!("gross_{month}_cents"), collected.gross);
        self.expect_counter(format!("back_{month}_cents"), collected.back);
        for (account, _) in OF_PATIENT {
            let (Some(patient), cents) = (entry.patient, entry.effect(account)) else { continue };
            if !cents.is_zero() {
                let of = self.patients.entry((patient, account)).or_default();
                of.journal = of.journal.saturating_add(cents.get());
            }
        }
    }

    /// Takes what a patient's account shows.
    pub fn account(&mut self, patient: PatientId, owed: Cents, in_collections: Cents, credit: Cents) {
        self.proof.counted.patients = self.proof.counted.patients.saturating_add(1);
        for ((account, _), shown) in OF_PATIENT.into_iter().zip([owed, in_collections, credit.negated()]) {
            self.patients.entry((patient, account)).or_default().shown = shown.get();
        }
    }

    /// Takes the practice's counters as they are.
    pub fn counters(&mut self, counters: impl IntoIterator<Item = (String, i64)>) {
        for (name, number) in counters {
            self.counters.entry(name).or_default().find(Cents::new(number));
        }
    }

    /// Takes a row that a list holds, by the id it shows.
    pub fn row(&mut self, id: &str) {
        self.proof.counted.rows = self.proof.counted.rows.saturating_add(1);
        self.balance_row(id, |row| row.find(Cents::new(1)));
    }

    /// Something has a row; `shown` is whether the row shows what it should.
    pub fn has_row(&mut self, id: &str, shown: bool) {
        if shown {
            self.balance_row(id, |row| row.expect(Cents::new(1)));
        } else {
            self.note(Difference::of(Name::Row, id, 0, 1));
            self.wrong_rows.insert(id.to_owned());
        }
    }

    fn balance_row(&mut self, id: &str, change: impl FnOnce(&mut Pair)) {
        let row = self.rows.entry(id.to_owned()).or_default();
        change(row);
        if row.found == 1 && row.expected == 1 {
            self.rows.remove(id);
        }
    }

    fn shows(&mut self, subject: Subject, account: Account, cents: Cents) {
        if !cents.is_zero() {
            self.accounts.entry((subject, account)).or_default().find(cents);
        }
    }

    fn of_patient(&mut self, patient: PatientId, account: Account, cents: Cents) {
        if !cents.is_zero() {
            let of = self.patients.entry((patient, account)).or_default();
            of.parts = of.parts.saturating_add(cents.get());
        }
    }

    fn count(&mut self, kind: &str, status: &str, cents: Cents) {
        self.expect_counter(format!("{kind}_{status}_n"), Cents::new(1));
        self.expect_counter(format!("{kind}_{status}_cents"), cents);
    }

    fn expect_counter(&mut self, name: String, more: Cents) {
        self.counters.entry(name).or_default().expect(more);
    }

    /// What differs, once everything was taken.
    pub fn prove(mut self) -> Proof {
        self.prove_accounts();
        self.prove_patients();
        self.prove_sets();
        let pairs = |name, pairs: BTreeMap<String, Pair>| {
            let differing = pairs.into_iter().filter(|(_, pair)| pair.differs());
            differing
                .map(move |(id, pair)| Difference::of(name, id, pair.found, pair.expected))
                .collect::<Vec<_>>()
        };
        let counters = pairs(Name::Counter, std::mem::take(&mut self.counters));
        self.rows.retain(|id, _| !self.wrong_rows.contains(id));
        let rows = pairs(Name::Row, std::mem::take(&mut self.rows));
        let applied = self.applied.iter().filter(|(_, pair)| pair.differs());
        let applied = applied.map(|(id, pair)| {
            Difference::of(Name::AllocationMismatch, id.to_string(), pair.found, pair.expected)
        });
        self.proof.differences.extend(applied.chain(counters).chain(rows));
        let Self { processor, scope, clearing, mut proof, .. } = self;
        processor.prove(&scope, clearing, &mut proof);
        proof.differences.sort();
        proof.differences.dedup();
        proof.awaiting.sort();
        proof
    }

    fn prove_accounts(&mut self) {
        let mut missing = BTreeSet::new();
        for ((subject, account), pair) in std::mem::take(&mut self.accounts) {
            if !self.known.contains(&subject) {
                missing.insert(subject);
            } else if pair.differs() {
                let name = name_of(&subject, account);
                self.note(Difference::of(name, subject.to_string(), pair.found, pair.expected));
            }
        }
        for subject in missing {
            self.note(Difference::of(Name::AggregateMissing, subject.to_string(), 0, 1));
        }
    }

    fn prove_patients(&mut self) {
        for ((patient, account), of) in std::mem::take(&mut self.patients) {
            let Some((_, name)) = OF_PATIENT.into_iter().find(|(known, _)| *known == account) else {
                continue;
            };
            let id = patient.to_string();
            if of.shown != of.journal {
                self.note(Difference::of(name, id.clone(), of.shown, of.journal));
            }
            if of.journal != of.parts {
                self.note(Difference::of(Name::PatientJournal, id, of.journal, of.parts));
            }
        }
    }

    fn prove_sets(&mut self) {
        for (set, invoice, shown) in std::mem::take(&mut self.chased) {
            let balance = self.balances.get(&invoice).copied().unwrap_or(Cents::ZERO);
            if shown != balance {
                let ids = vec![set.to_string(), invoice.to_string()];
                let (found, expected) = (shown.get(), balance.get());
                self.note(Difference { name: Name::SetBalance, ids, found, expected });
            }
        }
    }
}

/// What a figure of the journal is called.
const fn name_of(subject: &Subject, account: Account) -> Name {
    match (account, subject) {
        (Account::PatientReceivable, _) => Name::InvoiceBalance,
        (Account::CollectionsReceivable, _) => Name::InvoiceInCollections,
        (Account::Charges | Account::Discounts, _) => Name::InvoiceCharges,
        (Account::Adjustments, _) => Name::InvoiceAdjustments,
        (Account::WriteOffs, _) => Name::InvoiceWriteOffs,
        (Account::PatientCredit, _) => Name::PaymentCredit,
        (Account::RefundsInFlight, _) => Name::RefundsInFlight,
        (Account::DisputedFunds, _) => Name::DisputedFunds,
        (Account::Losses, _) => Name::PaymentLosses,
        (Account::ProcessorFees, _) => Name::PayoutFees,
        (Account::ProcessorClearing | Account::Bank | Account::CashDrawer, Subject::Other(_)) => {
            Name::PayoutBooked
        }
        (Account::ProcessorClearing | Account::Bank | Account::CashDrawer, _) => Name::PaymentReceived,
    }
}
