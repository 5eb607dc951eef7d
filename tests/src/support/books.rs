//! Proof of a practice's books: every derived figure against what it is derived from.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use paywell_app::proof::Options;
use paywell_domain::{
    Account, Cents, Invoice, InvoiceSet, InvoiceStatus, JournalEntry, Link, Patient, Payment, Posting,
    payment::{AttemptStatus, DisputeStatus},
    proof::Proof,
};
use paywell_store::{Aggregate, ROW_LISTS};
use serde::de::DeserializeOwned;

use super::{Clinic, World};

type Item = HashMap<String, AttributeValue>;

/// Everything that a table holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Dump(BTreeMap<(String, String), Item>);

/// A practice's books, as the table has them.
#[derive(Debug)]
pub struct Books {
    /// Its invoices, deleted ones too.
    pub invoices: Vec<Invoice>,
    /// Its payments.
    pub payments: Vec<Payment>,
    /// Its invoice sets, earlier ones too.
    pub sets: Vec<InvoiceSet>,
    /// Its journal.
    pub journal: Vec<JournalEntry>,
    dump: Dump,
}

impl World {
    /// Everything in the table, but for the numbers that were taken: a refused command may leave a gap.
    pub async fn dump(&self) -> Dump {
        let mut items = BTreeMap::new();
        let mut pages = self.client.scan().table_name(&self.table).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let key = (text(&item, "pk"), text(&item, "sk"));
            if !key.0.starts_with("NUMBERS#") {
                items.insert(key, item);
            }
        }
        Dump(items)
    }
}

impl World {
    /// Makes the table what it was, as a restored backup does.
    pub async fn restore(&self, backup: &Dump) {
        let now = self.dump().await;
        for key in now.0.keys().filter(|key| !backup.0.contains_key(*key)) {
            let delete = self.client.delete_item().table_name(&self.table);
            let delete = delete.key("pk", AttributeValue::S(key.0.clone()));
            delete.key("sk", AttributeValue::S(key.1.clone())).send().await.unwrap();
        }
        for (_, item) in backup.0.iter().filter(|(key, item)| now.0.get(*key) != Some(*item)) {
            let put = self.client.put_item().table_name(&self.table);
            put.set_item(Some(item.clone())).send().await.unwrap();
        }
    }
}

impl Dump {
    /// How many items there are whose partition key begins so.
    pub fn count(&self, prefix: &str) -> usize {
        self.0.keys().filter(|(pk, _)| pk.starts_with(prefix)).count()
    }

    /// Whether a text stands anywhere in it.
    pub fn mentions(&self, text: &str) -> bool {
        self.0.iter().any(|(key, item)| format!("{key:?}{item:?}").contains(text))
    }

    fn of<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a (String, String), &'a Item)> {
        self.0.iter().filter(move |((pk, _), _)| pk.starts_with(prefix))
    }

    /// The aggregates whose partition key begins so, as they are now; of invoice sets, the earlier ones too.
    pub fn decoded<A: DeserializeOwned>(&self, prefix: &str) -> Vec<A> {
        let whole = self.of(prefix).filter(|((_, sk), _)| sk == "A" || sk.starts_with("Z#"));
        whole.map(|(_, item)| serde_dynamo::from_attribute_value(item["d"].clone()).unwrap()).collect()
    }
}

fn text(item: &Item, name: &str) -> String {
    item[name].as_s().unwrap().clone()
}

fn number(item: &Item, name: &str) -> i64 {
    item.get(name).map_or(0, |value| value.as_n().unwrap().parse().unwrap())
}

impl Clinic {
    /// The proof that the program itself makes.
    pub async fn proof(&self, options: &Options) -> Proof {
        self.world.app.prove(&self.practice, options, self.world.now()).await.unwrap()
    }

    /// Reads the practice's books and proves them.
    pub async fn proven_books(&self) -> Books {
        let dump = self.world.dump().await;
        let of = |kind: &str| format!("{kind}#{}#", self.practice);
        let months = of("JOURNAL");
        let journal = dump.of(&months).map(|(_, item)| serde_dynamo::from_item(item.clone()).unwrap());
        let books = Books {
            invoices: dump.decoded(&of("INVOICE")),
            payments: dump.decoded(&of("PAYMENT")),
            sets: dump.decoded(&of("SET")),
            journal: journal.collect(),
            dump: dump.clone(),
        };
        books.every_entry_balances();
        books.balances_are_the_journals(self);
        books.invoices_are_the_journals();
        books.money_is_where_payments_say();
        books.sets_follow_their_invoices();
        books.counters_are_a_recount(self);
        books.rows_are_those_of_their_aggregates(self);
        books.histories_are_whole(self).await;
        let ledger = Options { processor: false, ..Options::default() };
        let proof = self.proof(&ledger).await;
        assert!(proof.differences.is_empty(), "{:#?}", proof.differences);
        books
    }
}

impl Books {
    fn every_entry_balances(&self) {
        for entry in &self.journal {
            let sum: i64 = entry.postings().iter().map(|posting| posting.cents.get()).sum();
            assert_eq!(sum, 0, "{entry:?}");
        }
    }

    fn balances_are_the_journals(&self, clinic: &Clinic) {
        for patient in self.dump.decoded::<Patient>(&format!("PATIENT#{}#", clinic.practice)) {
            let effect = |account| -> i64 {
                let own = self.journal.iter().filter(|entry| entry.patient == Some(patient.id));
                own.map(|entry| entry.effect(account).get()).sum()
            };
            let key = (format!("PATIENT#{}#{}", clinic.practice, patient.id), "B".to_owned());
            let empty = Item::new();
            let item = self.dump.0.get(&key).unwrap_or(&empty);
            let invoices = || self.invoices.iter().filter(|invoice| invoice.patient == patient.id);
            for (name, account) in
                [("owed", Account::PatientReceivable), ("collections", Account::CollectionsReceivable)]
            {
                let of = invoices().filter(|invoice| invoice.receivable() == account);
                let owed: i64 = of.map(|invoice| invoice.balance().get()).sum();
                assert_eq!(number(item, name), owed, "{name} of {} is what the invoices say", patient.id);
                assert_eq!(effect(account), owed, "and what the journal says");
            }
            let payments = self.payments.iter().filter(|payment| payment.patient == patient.id);
            let credit: i64 = payments.map(|payment| payment.unapplied.get()).sum();
            assert_eq!(number(item, "credit"), credit, "the credit of {} is what is unapplied", patient.id);
            assert_eq!(-effect(Account::PatientCredit), credit, "and what the journal says");
        }
    }

    /// What the journal says of one invoice: its own entries, and what payments did to it.
    fn invoices_are_the_journals(&self) {
        for invoice in &self.invoices {
            let id = invoice.id.to_string();
            let effect = |account| -> i64 {
                let postings = self.journal.iter().flat_map(|entry| {
                    let own = entry.source == id;
                    let is_its =
                        move |p: &&Posting| p.invoice == Some(invoice.id) || own && p.invoice.is_none();
                    entry.postings().iter().filter(is_its)
                });
                postings.filter(|posting| posting.account == account).map(|posting| posting.cents.get()).sum()
            };
            for account in [Account::PatientReceivable, Account::CollectionsReceivable] {
                let owed = if invoice.receivable() == account { invoice.balance().get() } else { 0 };
                assert_eq!(effect(account), owed, "{account:?} of {id}");
            }
            if invoice.status == InvoiceStatus::Void {
                assert_eq!((effect(Account::Adjustments), effect(Account::WriteOffs)), (0, 0), "{id}");
            } else {
                assert_eq!(-effect(Account::Adjustments), invoice.adjusted().get(), "adjustments of {id}");
                assert_eq!(effect(Account::WriteOffs), invoice.written_off().get(), "write-offs of {id}");
            }
            assert!(invoice.balance() >= Cents::ZERO, "{id} has no cent too much");
        }
    }

    fn money_is_where_payments_say(&self) {
        let paid = || self.payments.iter().filter(|payment| payment.paid_at.is_some());
        for payment in &self.payments {
            let id = payment.id.to_string();
            let effect = |accounts: &[Account]| -> i64 {
                let own = self.journal.iter().filter(|entry| entry.source == id);
                own.flat_map(|entry| accounts.iter().map(|account| entry.effect(*account).get())).sum()
            };
            let live = payment.refunds.iter().filter(|refund| refund.is_live());
            let sent_back: i64 = live.map(|refund| refund.amount.cents().get()).sum();
            let here = if payment.paid_at.is_some() { payment.refundable().get() } else { 0 };
            let received = payment.attempts.iter().filter(|a| a.status == AttemptStatus::Succeeded).count()
                + usize::from(payment.tender.is_some());
            if received == 1 {
                let taken = sent_back + payment.reversed.get() - payment.lost.get();
                assert_eq!(here + taken, payment.amount.cents().get(), "{payment:?}");
            }
            let held = payment.disputes.iter().filter(|dispute| dispute.status == DisputeStatus::Open);
            let held: i64 = held.map(|dispute| dispute.amount.cents().get()).sum();
            assert_eq!(-effect(&[Account::RefundsInFlight]), payment.refunds_pending().get(), "{payment:?}");
            assert_eq!(effect(&[Account::DisputedFunds]), held, "{payment:?}");
            assert_eq!(effect(&[Account::Losses]), payment.lost.get(), "{payment:?}");
            let places = [
                Account::ProcessorClearing,
                Account::CashDrawer,
                Account::Bank,
                Account::RefundsInFlight,
                Account::DisputedFunds,
                Account::Losses,
            ];
            assert_eq!(effect(&places), here, "what came and did not go is here: {payment:?}");
        }
        for invoice in &self.invoices {
            let of_it = paid().flat_map(|payment| &payment.allocations).filter(|a| a.invoice == invoice.id);
            let applied: i64 = of_it.map(|allocation| allocation.amount.cents().get()).sum();
            assert_eq!(applied, invoice.applied.get(), "{} has what payments gave it", invoice.id);
        }
    }

    fn sets_follow_their_invoices(&self) {
        for set in self.sets.iter().filter(|set| set.status.is_open()) {
            assert!(!set.invoices.is_empty(), "{} chases something", set.id);
            for member in &set.invoices {
                let invoice = self.invoices.iter().find(|invoice| invoice.id == member.invoice).unwrap();
                assert_eq!(member.balance, invoice.balance(), "{} in {}", invoice.id, set.id);
                assert!(invoice.is_chaseable(), "{} in {}", invoice.id, set.id);
            }
        }
    }

    fn counters_are_a_recount(&self, clinic: &Clinic) {
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        let mut count = |kind: &str, status: &str, cents: i64| {
            *expected.entry(format!("{kind}_{status}_n")).or_default() += 1;
            *expected.entry(format!("{kind}_{status}_cents")).or_default() += cents;
        };
        for invoice in &self.invoices {
            count("invoice", invoice.status.name(), invoice.balance().get());
        }
        for payment in &self.payments {
            count("payment", payment.status.name(), payment.amount.cents().get());
        }
        for set in &self.sets {
            count("set", set.status.name(), set.outstanding().get());
        }
        let mut counted: BTreeMap<String, i64> = BTreeMap::new();
        for (_, item) in self.dump.of(&format!("COUNTERS#{}", clinic.practice)) {
            for name in item.keys().filter(|name| *name != "pk" && *name != "sk") {
                *counted.entry(name.clone()).or_default() += number(item, name);
            }
        }
        expected.retain(|_, cents| *cents != 0);
        counted.retain(|_, cents| *cents != 0);
        assert_eq!(counted, expected, "the counters are a recount");
    }

    fn rows_are_those_of_their_aggregates(&self, clinic: &Clinic) {
        let practice = &clinic.practice;
        let mut expected: Vec<Item> = Vec::new();
        expected.extend(self.invoices.iter().flat_map(|invoice| invoice.rows(practice).unwrap()));
        expected.extend(self.payments.iter().flat_map(|payment| payment.rows(practice).unwrap()));
        expected.extend(self.sets.iter().flat_map(|set| set.rows(practice).unwrap()));
        let patients = self.dump.decoded::<Patient>(&format!("PATIENT#{practice}#"));
        expected.extend(patients.iter().flat_map(|patient| patient.rows(practice).unwrap()));
        for kind in ROW_LISTS {
            for (_, row) in self.dump.of(&format!("{kind}#{practice}")) {
                let place = expected.iter().position(|derived| derived == row);
                drop(expected.swap_remove(place.unwrap_or_else(|| panic!("a row of nothing: {row:?}"))));
            }
        }
        assert!(expected.is_empty(), "rows that are missing: {expected:?}");
    }

    async fn histories_are_whole(&self, clinic: &Clinic) {
        for invoice in &self.invoices {
            whole::<Invoice>(clinic, invoice.id).await;
        }
        for payment in &self.payments {
            whole::<Payment>(clinic, payment.id).await;
        }
        for set in &self.sets {
            whole::<InvoiceSet>(clinic, set.id.patient).await;
        }
        for link in self.dump.decoded::<Link>(&format!("LINK#{}#", clinic.practice)) {
            whole::<Link>(clinic, link.id).await;
        }
    }
}

async fn whole<A: Aggregate>(clinic: &Clinic, id: A::Id) {
    let history = clinic.world.store.history::<A>(&clinic.practice, id).await.unwrap().unwrap();
    let name = history.stored.state.name();
    assert_eq!(history.broken_at, None, "the history of {name}");
    assert_eq!(u64::try_from(history.events.len()).unwrap(), history.stored.version, "{name}");
}
