//! What the tracker's lists show, one small item each: written with its aggregate, never edited alone.
//!
//! Attribute names are short because every index holds the whole row.

mod patient;
mod transaction;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{
    DateTime, NaiveDate, Utc,
    serde::{ts_seconds, ts_seconds_option},
};
use paywell_domain::{
    Amount, Cents, Currency, Invoice, InvoiceId, InvoiceSet, InvoiceStatus, Number, PatientId, Payment,
    PaymentId, PaymentStatus, RuleSetId, SetId, SetStatus, TreatmentId,
    invoice::{ShownStatus, Term},
    number::Series,
    payment::PaymentMethod,
    text::{Line, folded},
};
use serde::{Deserialize, Serialize};

pub use patient::PatientRow;
pub use transaction::TransactionRow;

use crate::list::{Listed, Listing};

/// The partition of open invoices of which a part is paid.
pub const PARTLY_PAID: &str = "partly";

/// An item of the table.
pub type Item = HashMap<String, AttributeValue>;

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRow {
    /// Its id.
    #[serde(rename = "sk", skip_serializing)]
    pub id: InvoiceId,
    /// Its number.
    #[serde(rename = "n")]
    pub number: Number,
    /// Who is billed.
    #[serde(rename = "w")]
    pub patient: PatientId,
    /// The patient's name.
    #[serde(rename = "nm")]
    pub patient_name: Line<121>,
    /// Its date.
    #[serde(rename = "dt")]
    pub date: NaiveDate,
    /// How many days after its date it is due.
    #[serde(rename = "t")]
    pub term: Term,
    /// What it comes to.
    #[serde(rename = "am")]
    pub total: Cents,
    /// What payments have paid of it.
    #[serde(rename = "ap")]
    pub applied: Cents,
    /// What is left.
    #[serde(rename = "bl")]
    pub balance: Cents,
    /// Its currency.
    #[serde(rename = "cu")]
    pub currency: Currency,
    /// Its stored state.
    #[serde(rename = "s")]
    pub status: InvoiceStatus,
    /// Where the service was.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Line<16>>,
    /// The codes of its lines, each once.
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Line<16>>,
    /// When it was paid in full (UTC).
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none", with = "ts_seconds_option")]
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    #[serde(rename = "c", with = "ts_seconds")]
    pub created_at: DateTime<Utc>,
}

impl InvoiceRow {
    /// The day by which it is to be paid.
    pub fn due_date(&self) -> NaiveDate {
        self.date.checked_add_days(chrono::Days::new(self.term.days().into())).unwrap_or(NaiveDate::MAX)
    }

    /// What people see of its status on a day of the practice.
    pub fn shown(&self, today: NaiveDate) -> ShownStatus {
        ShownStatus::of(self.status, self.due_date(), self.applied, today)
    }
}

/// A payment in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// Its id.
    #[serde(rename = "sk", skip_serializing)]
    pub id: PaymentId,
    /// Its number.
    #[serde(rename = "n")]
    pub number: Number,
    /// Who pays.
    #[serde(rename = "w")]
    pub patient: PatientId,
    /// The patient's name.
    #[serde(rename = "nm")]
    pub patient_name: Line<121>,
    /// How much.
    #[serde(rename = "am")]
    pub amount: Amount,
    /// Its currency.
    #[serde(rename = "cu")]
    pub currency: Currency,
    /// Where it stands.
    #[serde(rename = "s")]
    pub status: PaymentStatus,
    /// What of it is the patient's credit.
    #[serde(rename = "u", default, skip_serializing_if = "is_nothing")]
    pub unapplied: Cents,
    /// When it is to be paid.
    #[serde(rename = "dd", default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// The visit it is for.
    #[serde(rename = "tr", default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<TreatmentId>,
    /// The note for staff.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<Line<200>>,
    /// By which way it is paid, or is being.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub method: Option<PaymentMethod>,
    /// When it was received (UTC).
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none", with = "ts_seconds_option")]
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    #[serde(rename = "c", with = "ts_seconds")]
    pub created_at: DateTime<Utc>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nothing(cents: &Cents) -> bool {
    cents.is_zero()
}

/// An invoice set in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRow {
    /// Its id.
    #[serde(rename = "sk", skip_serializing)]
    pub id: SetId,
    /// The patient's name.
    #[serde(rename = "nm")]
    pub patient_name: Line<121>,
    /// How it stands.
    #[serde(rename = "s")]
    pub status: SetStatus,
    /// What is left over all its invoices.
    #[serde(rename = "am")]
    pub outstanding: Cents,
    /// The rule set it follows.
    #[serde(rename = "r")]
    pub rule_set: RuleSetId,
    /// When the next message is due (UTC).
    #[serde(rename = "sd", default, skip_serializing_if = "Option::is_none")]
    pub next_send_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    #[serde(rename = "c", with = "ts_seconds")]
    pub created_at: DateTime<Utc>,
}

impl From<&Invoice> for InvoiceRow {
    fn from(invoice: &Invoice) -> Self {
        let mut codes: Vec<Line<16>> = invoice.lines.iter().filter_map(|line| line.code.clone()).collect();
        codes.sort();
        codes.dedup();
        Self {
            id: invoice.id,
            number: invoice.number,
            patient: invoice.patient,
            patient_name: invoice.patient_name.clone(),
            date: invoice.date,
            term: invoice.term,
            total: invoice.totals().total,
            applied: invoice.applied,
            balance: invoice.balance(),
            currency: invoice.currency,
            status: invoice.status,
            location: invoice.location.clone(),
            codes,
            paid_at: invoice.paid_at(),
            created_at: invoice.created_at,
        }
    }
}

impl Listed for InvoiceRow {
    const KIND: &'static str = "INVOICES";

    fn listing(&self) -> Listing {
        Listing {
            id: self.id.to_string(),
            number: Some(Series::Invoice.show(self.number)),
            created_at: self.created_at,
            due: Some(self.due_date()),
            paid: self.paid_at,
            amount: self.total,
            name: folded(self.patient_name.as_str()),
            patient: self.patient,
            // An open invoice of which something is paid is a status of its own to people.
            status: Some(match self.status {
                InvoiceStatus::Open if self.applied.is_positive() => PARTLY_PAID,
                status => status.name(),
            }),
            facet: self.location.as_ref().map(ToString::to_string),
            codes: self.codes.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&Payment> for PaymentRow {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id,
            number: payment.number,
            patient: payment.patient,
            patient_name: payment.patient_name.clone(),
            amount: payment.amount,
            currency: payment.currency,
            status: payment.status,
            unapplied: payment.unapplied,
            due_date: payment.due_date,
            treatment: payment.treatment,
            memo: payment.memo.clone(),
            method: payment.method(),
            paid_at: payment.paid_at,
            created_at: payment.created_at,
        }
    }
}

impl Listed for PaymentRow {
    const KIND: &'static str = "PAYMENTS";

    fn listing(&self) -> Listing {
        Listing {
            id: self.id.to_string(),
            number: Some(Series::Payment.show(self.number)),
            created_at: self.created_at,
            due: self.due_date,
            paid: self.paid_at,
            amount: self.amount.cents(),
            name: folded(self.patient_name.as_str()),
            patient: self.patient,
            status: Some(self.status.name()),
            facet: self.method.map(|method| method.name().to_owned()),
            codes: Vec::new(),
        }
    }
}

impl From<&InvoiceSet> for SetRow {
    fn from(set: &InvoiceSet) -> Self {
        Self {
            id: set.id,
            patient_name: set.patient_name.clone(),
            status: set.status,
            outstanding: set.outstanding(),
            rule_set: set.rule_set,
            next_send_at: set.next_send_at,
            created_at: set.created_at,
        }
    }
}

impl Listed for SetRow {
    const KIND: &'static str = "SETS";

    fn listing(&self) -> Listing {
        Listing {
            id: self.id.to_string(),
            number: None,
            created_at: self.created_at,
            due: self.next_send_at.map(|at| at.date_naive()),
            paid: None,
            amount: self.outstanding,
            name: folded(self.patient_name.as_str()),
            patient: self.id.patient,
            status: Some(self.status.name()),
            facet: Some(self.rule_set.to_string()),
            codes: Vec::new(),
        }
    }
}
