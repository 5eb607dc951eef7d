//! Many patients who owe, in little time: decided by the domain as by staff's commands, and committed several at once.

use chrono::{DateTime, Days, Utc};
use futures_util::{StreamExt, stream};
use paywell_app::ids;
use paywell_domain::{
    Decision, EventKind, Invoice, InvoiceId, InvoiceSet, Number, Patient, PatientId, Practice, RuleSet,
    SetId,
    invoice::{Charges, InvoiceLine, Quantity, Terms},
    patient::{Contact, PatientDetails},
    recipient::Recipient,
    standing::Standings,
};
use paywell_store::Commit;

use super::Clinic;

/// How many patients one transaction takes: each is 14 items, and the counters of all of them are one or two.
const TOGETHER: usize = 6;

/// How many transactions are under way at once: the engine here does one after the other.
const AT_ONCE: usize = 2;

impl Clinic {
    /// So many patients with an address, each of whom owes 125.00 by tomorrow and is chased as the practice wants it. The
    /// practice has no invoices yet: theirs are numbered from 1.
    pub async fn owing(&self, patients: u32) {
        let (by, practice) = (self.by(), self.stored::<Practice>(()).await.state);
        let rules = self.stored::<RuleSet>((practice.rule_set, practice.rule_set_version)).await.state;
        let numbers: Vec<u32> = (1..=patients).collect();
        let commits = numbers.chunks(TOGETHER).map(|some| {
            let mut commit = Commit::new(&by, Some(practice.time_zone));
            some.iter().for_each(|number| add(&mut commit, &practice, &rules, *number, by.now));
            commit
        });
        let written = stream::iter(commits).for_each_concurrent(AT_ONCE, async |commit| {
            self.world.store.commit(commit).await.unwrap();
        });
        written.await;
    }
}

/// A patient, the invoice that was written and posted to the portal, and the set that chases it.
fn add(commit: &mut Commit, practice: &Practice, rules: &RuleSet, number: u32, now: DateTime<Utc>) {
    let today = practice.today(now);
    let patient = Patient::create(PatientId::new(ids::new(now)), details(number), today).unwrap();
    let patient = commit.create(patient).unwrap().state;
    let line = InvoiceLine {
        number: 1,
        code: None,
        description: "Office visit".try_into().unwrap(),
        quantity: Quantity::ONE,
        unit_price: 12_500.try_into().unwrap(),
        discount: None,
        treatment: None,
    };
    let charges = Charges { lines: vec![line], discount: None };
    let terms = Terms { location: None, payment_type: None, date: today, term: 1.try_into().unwrap() };
    let (id, number) = (InvoiceId::new(ids::new(now)), Number::new(number.try_into().unwrap()));
    let billed = (patient.id, patient.name().try_into().unwrap());
    let draft = Invoice::create(id, number, billed, practice.currency, charges, terms, today, now).unwrap();
    let sent = draft.state.send(&[], now).unwrap();
    // Written once, with the events of both commands.
    let events = draft.events.into_iter().chain(sent.events).chain([EventKind::InvoicePostedToPortal]);
    let sent = Decision { state: sent.state, events: events.collect(), postings: sent.postings };
    let invoice = commit.create(sent).unwrap().state;
    let recipient = Recipient::of(&patient, practice, &Standings::default());
    let start = invoice.due_date() + Days::new(practice.chase_after_days.into());
    let set = SetId { patient: patient.id, ordinal: 1 };
    let started = InvoiceSet::start(set, &invoice, rules, &recipient, start, now);
    drop(commit.create(InvoiceSet::foreseen(started, rules, &recipient, None, now)).unwrap());
}

fn details(number: u32) -> PatientDetails {
    let email = Some(format!("ada{number}@example.com").try_into().unwrap());
    PatientDetails {
        external_id: None,
        first_name: "Ada".try_into().unwrap(),
        last_name: "Lovelace".try_into().unwrap(),
        birth_date: "1980-12-10".parse().unwrap(),
        postal_code: None,
        contact: Contact { email, phone: None },
        guarantor: None,
        time_zone: None,
        language: None,
        deceased: false,
    }
}
