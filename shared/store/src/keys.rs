//! Every key of the table is made here.
//!
//! A partition key begins with the entity and the practice, so that IAM conditions on leading keys can tell
//! functions apart. A few look-ups are not a practice's and are the whole list of exceptions: `TOKEN#` (the hash of a
//! link's token), `WEBHOOK#` (an event of the processor, or of a provider of messages), `CUSTOMER#` (a patient, or one of
//! their methods, at the processor), `TEXTNUMBER#` (a practice's own number for texts), and the queues of work that the
//! schedules read over all practices, `DUE#` (invoice sets), `UNSETTLED#` (payments), `PLANS#` (payment plans), `COPAYS#` (appointments), `EXPORTS#` and `PRACTICES#`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use paywell_domain::{
    AppointmentId, Cents, ExportId, InvoiceId, LinkId, PatientId, PaymentId, PlanId, PracticeId, RuleSetId,
    SetId, TreatmentId, link::TokenHash, number::Series, patient::Phone, portal::ContactHash,
};

use crate::row::Item;

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// The sort key of an aggregate within its partition.
pub(crate) const AGGREGATE: &str = "A";
/// The prefix of an aggregate's events.
pub(crate) const EVENTS: &str = "E#";
/// The prefix of the links of an invoice.
pub(crate) const LINKS: &str = "L#";
/// The prefix of a year's counters.
const COUNTED_YEAR: &str = "Y#";
/// How many partitions the counters of a practice are spread over.
pub(crate) const COUNTER_SHARDS: u8 = 8;
/// How many partitions a queue of all practices' work is spread over.
pub(crate) const QUEUE_SHARDS: u8 = 8;

/// The partition of the queues' index that names every practice.
pub(crate) const PRACTICES: &str = "PRACTICES#ALL";

/// The index attributes of an aggregate that was changed on a day (UTC): the practice's whole trail, by day.
pub(crate) fn changed(practice: &PracticeId, at: DateTime<Utc>) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("trail".to_owned(), AttributeValue::S(trail(practice))),
        ("changed".to_owned(), AttributeValue::S(at.date_naive().to_string())),
    ])
}

/// The partition with what was changed in a practice.
pub(crate) fn trail(practice: &PracticeId) -> String {
    format!("CHANGED#{practice}")
}

/// What waits for a schedule, over all practices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Invoice sets whose next step is due.
    Sets,
    /// Payments whose outcome the processor is to be asked for.
    Unsettled,
    /// Exports that somebody is to go on with.
    Exports,
    /// Payment plans of which an instalment is due.
    Plans,
    /// Appointments whose copay is to be collected.
    Copays,
}

impl Queue {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Sets => "DUE",
            Self::Unsettled => "UNSETTLED",
            Self::Exports => "EXPORTS",
            Self::Plans => "PLANS",
            Self::Copays => "COPAYS",
        }
    }

    /// The partition of a shard.
    pub(crate) fn partition(self, shard: u8) -> String {
        format!("{}#{shard}", self.prefix())
    }

    /// The index attributes of an item that waits for an instant: the shard of its id, and its place in the order.
    pub(crate) fn entry(
        self,
        at: DateTime<Utc>,
        practice: &PracticeId,
        id: &str,
    ) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("queue".to_owned(), AttributeValue::S(self.partition(shard(id.as_bytes(), QUEUE_SHARDS)))),
            ("due_at".to_owned(), AttributeValue::S(due_at(at, practice, id))),
        ])
    }
}

impl Key {
    /// The key of an item.
    pub fn of(item: &Item) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }

    /// The aggregate of a partition.
    pub(crate) fn at(pk: String) -> Self {
        Self::aggregate(pk)
    }

    fn aggregate(pk: String) -> Self {
        Self { pk, sk: AGGREGATE.to_owned() }
    }

    /// A practice.
    pub fn practice(practice: &PracticeId) -> Self {
        Self::aggregate(format!("PRACTICE#{practice}"))
    }

    /// A practice's logo, beside the practice: what decides on the practice does not read it.
    pub fn logo(practice: &PracticeId) -> Self {
        Self { pk: Self::practice(practice).pk, sk: "L".to_owned() }
    }

    /// A rule set's version.
    pub fn rule_set(practice: &PracticeId, id: RuleSetId, version: u32) -> Self {
        Self::aggregate(format!("RULESET#{practice}#{id}#{version:04}"))
    }

    /// Which rule sets a practice has.
    pub fn rule_sets(practice: &PracticeId) -> Self {
        Self::aggregate(format!("RULESET#{practice}"))
    }

    /// A patient.
    pub fn patient(practice: &PracticeId, id: PatientId) -> Self {
        Self::aggregate(format!("PATIENT#{practice}#{id}"))
    }

    /// What a patient owes and has as credit.
    pub fn patient_balance(practice: &PracticeId, id: PatientId) -> Self {
        Self { pk: Self::patient(practice, id).pk, sk: "B".to_owned() }
    }

    /// A treatment.
    pub fn treatment(practice: &PracticeId, id: TreatmentId) -> Self {
        Self::aggregate(format!("TREATMENT#{practice}#{id}"))
    }

    /// An appointment.
    pub fn appointment(practice: &PracticeId, id: AppointmentId) -> Self {
        Self::aggregate(format!("APPOINTMENT#{practice}#{id}"))
    }

    /// An invoice.
    pub fn invoice(practice: &PracticeId, id: InvoiceId) -> Self {
        Self::aggregate(format!("INVOICE#{practice}#{id}"))
    }

    /// A payment.
    pub fn payment(practice: &PracticeId, id: PaymentId) -> Self {
        Self::aggregate(format!("PAYMENT#{practice}#{id}"))
    }

    /// A link.
    pub fn link(practice: &PracticeId, id: LinkId) -> Self {
        Self::aggregate(format!("LINK#{practice}#{id}"))
    }

    /// The row of an invoice, payment or set in its list, one of [`crate::ROW_LISTS`].
    pub fn row(list: &str, practice: &PracticeId, id: &str) -> Self {
        Self { pk: self::list(list, practice), sk: id.to_owned() }
    }

    /// A link as it is shown with one of its invoices.
    pub fn invoice_link(practice: &PracticeId, invoice: InvoiceId, link: LinkId) -> Self {
        Self { pk: Self::invoice(practice, invoice).pk, sk: format!("{LINKS}{link}") }
    }

    /// The patient's current invoice set.
    pub fn invoice_set(practice: &PracticeId, patient: PatientId) -> Self {
        Self::aggregate(format!("SET#{practice}#{patient}"))
    }

    /// A patient's earlier invoice set.
    pub fn earlier_set(practice: &PracticeId, id: SetId) -> Self {
        Self { pk: Self::invoice_set(practice, id.patient).pk, sk: format!("Z#{:04}", id.ordinal) }
    }

    /// The patient's present payment plan, or the last one.
    pub fn payment_plan(practice: &PracticeId, patient: PatientId) -> Self {
        Self::aggregate(format!("PLAN#{practice}#{patient}"))
    }

    /// A patient's earlier payment plan.
    pub fn earlier_plan(practice: &PracticeId, id: PlanId) -> Self {
        Self { pk: Self::payment_plan(practice, id.patient).pk, sk: format!("Z#{:04}", id.ordinal) }
    }

    /// An event of the aggregate with this key.
    pub(crate) fn event(&self, seq: u64) -> Self {
        Self { pk: self.pk.clone(), sk: format!("{EVENTS}{seq:08}") }
    }

    /// A journal entry: the practice's month (UTC), then time and cause.
    pub fn journal(practice: &PracticeId, at: DateTime<Utc>, source: &str, version: u64) -> Self {
        Self {
            pk: format!("JOURNAL#{practice}#{}", at.format("%Y-%m")),
            sk: format!("{}#{source}#{version:08}", at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        }
    }

    /// A shard of a practice's counters: a partition of its own.
    pub(crate) fn counters(practice: &PracticeId, shard: u8) -> Self {
        Self { pk: format!("COUNTERS#{practice}#{shard}"), sk: "S".to_owned() }
    }

    /// A shard of what was collected in each month of a year.
    pub(crate) fn counters_of(practice: &PracticeId, shard: u8, year: i32) -> Self {
        Self { sk: format!("{COUNTED_YEAR}{year}"), ..Self::counters(practice, shard) }
    }

    /// The last number given out in a series.
    pub(crate) fn numbers(practice: &PracticeId, series: Series) -> Self {
        Self::aggregate(format!("NUMBERS#{practice}#{}", series.prefix()))
    }

    /// The saved answer of a command.
    pub(crate) fn idempotency(practice: &PracticeId, scope: &str, key: &str) -> Self {
        Self::aggregate(format!("IDEMPOTENCY#{practice}#{scope}#{key}"))
    }

    /// What a token leads to.
    pub(crate) fn token(hash: &TokenHash) -> Self {
        Self::aggregate(format!("TOKEN#{}", hash.as_str()))
    }

    /// A patient's methods on file.
    pub fn methods_on_file(practice: &PracticeId, patient: PatientId) -> Self {
        Self::aggregate(format!("METHODS#{practice}#{patient}"))
    }

    /// A practice's share of a payout, by the processor's name for it.
    pub fn payout(practice: &PracticeId, id: &str) -> Self {
        Self::aggregate(format!("PAYOUT#{practice}#{id}"))
    }

    /// An export.
    pub fn export(practice: &PracticeId, id: ExportId) -> Self {
        Self::aggregate(format!("EXPORT#{practice}#{id}"))
    }

    /// How a mail address or telephone number stands.
    pub fn standing(practice: &PracticeId, contact: &ContactHash) -> Self {
        Self::aggregate(format!("STANDING#{practice}#{}", contact.as_str()))
    }

    /// How much of a practice's outreach went out on a day (UTC).
    pub fn sends(practice: &PracticeId, day: NaiveDate) -> Self {
        Self::aggregate(format!("SENDS#{practice}#{day}"))
    }

    /// Whose a number is that texts are sent to.
    pub fn text_number(number: &Phone) -> Self {
        Self::aggregate(format!("TEXTNUMBER#{}", number.as_str()))
    }

    /// A session in the portal, by the hash of its token.
    pub fn portal_session(practice: &PracticeId, token: &TokenHash) -> Self {
        Self::aggregate(format!("SESSION#{practice}#{}", token.as_str()))
    }

    /// A sign-in to the portal that was begun, by the hash of its token.
    pub fn sign_in(practice: &PracticeId, token: &TokenHash) -> Self {
        Self::aggregate(format!("SIGNIN#{practice}#{}", token.as_str()))
    }

    /// Whose the processor's customer is.
    pub(crate) fn customer(id: &str) -> Self {
        Self::aggregate(format!("CUSTOMER#{id}"))
    }

    /// An event of the processor, or of a provider of messages, that has been applied.
    pub fn webhook(event: &str) -> Self {
        Self::aggregate(format!("WEBHOOK#{event}"))
    }

    /// Failed identity checks, by link and by source address.
    pub(crate) fn attempts(practice: &PracticeId, of: &str) -> Self {
        Self::aggregate(format!("ATTEMPTS#{practice}#{of}"))
    }

    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// The year whose months a counters' item holds, by its sort key; none of what has no month.
pub(crate) fn counted_year(sk: &str) -> Option<i32> {
    sk.strip_prefix(COUNTED_YEAR)?.parse().ok()
}

/// The partition of a practice's list of a kind: `INVOICES`, `PAYMENTS`, `SETS`.
pub(crate) fn list(kind: &str, practice: &PracticeId) -> String {
    format!("{kind}#{practice}")
}

/// The partition of a list narrowed to a status or a patient.
pub(crate) fn narrowed(kind: &str, practice: &PracticeId, by: &str) -> String {
    format!("{kind}#{practice}#{by}")
}

/// The day of rows that are due on none.
pub(crate) const NO_DAY: &str = "9999-12-31";

/// A sort key by due date, then id; a row without one comes last.
pub(crate) fn by_due(due: Option<NaiveDate>, id: &str) -> String {
    let date = due.map_or_else(|| NO_DAY.to_owned(), |due| due.to_string());
    format!("{date}#{id}")
}

/// An instant to the second, as it sorts.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Cents as they sort; below nothing is nothing.
pub(crate) fn cents(cents: Cents) -> String {
    format!("{:012}", cents.get().max(0))
}

/// The sort key in a queue: the instant, to the second, then which.
pub(crate) fn due_at(at: DateTime<Utc>, practice: &PracticeId, id: &str) -> String {
    format!("{}#{practice}#{id}", instant(at))
}

/// Which of `shards` a name belongs to.
pub(crate) fn shard(name: &[u8], shards: u8) -> u8 {
    name.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % shards
}

#[cfg(test)]
mod tests;
