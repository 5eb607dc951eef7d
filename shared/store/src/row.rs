//! What the tracker's lists show, one small item each: written with its aggregate, never edited alone.
//!
//! Attribute names are short because every index holds the whole row.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, Utc, serde::ts_seconds};
use paywell_domain::{
    Amount, Cents, Currency, Invoice, InvoiceId, InvoiceSet, InvoiceStatus, Number, PatientId, Payment,
    PaymentId, PaymentStatus, PracticeId, RuleSetId, SetId, SetStatus, TreatmentId,
    invoice::{ShownStatus, Term},
    text::Line,
};
use serde::{Deserialize, Serialize};

use crate::{
    Key, StoreError,
    keys::{self, StatusName},
};

/// An item of the table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRow {
    /// Its id.
    #[serde(rename = "sk")]
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
    #[serde(rename = "sk")]
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
    #[serde(rename = "sk")]
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

/// Where a row is.
pub(crate) fn key(kind: &str, practice: &PracticeId, id: &str) -> Key {
    Key::row(kind, practice, id)
}

struct Listing<'a> {
    kind: &'a str,
    practice: &'a PracticeId,
    id: String,
    status: &'a str,
    patient: PatientId,
    due: Option<NaiveDate>,
}

impl Listing<'_> {
    fn item(&self, row: impl Serialize) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(row)?;
        item.extend(key(self.kind, self.practice, &self.id).attributes());
        let narrowed = |by: &str| AttributeValue::S(keys::narrowed(self.kind, self.practice, by));
        item.insert("status".to_owned(), narrowed(self.status));
        item.insert("patient".to_owned(), narrowed(&self.patient.to_string()));
        item.insert("due".to_owned(), AttributeValue::S(keys::by_due(self.due, &self.id)));
        Ok(item)
    }
}

pub(crate) fn of_invoice(invoice: &Invoice, practice: &PracticeId) -> Result<Option<Item>, StoreError> {
    if invoice.status == InvoiceStatus::Deleted {
        return Ok(None);
    }
    let row = InvoiceRow {
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
        created_at: invoice.created_at,
    };
    let listing = Listing {
        kind: "INVOICES",
        practice,
        id: invoice.id.to_string(),
        status: invoice.status.status_name(),
        patient: invoice.patient,
        due: Some(invoice.due_date()),
    };
    listing.item(row).map(Some)
}

pub(crate) fn of_payment(payment: &Payment, practice: &PracticeId) -> Result<Item, StoreError> {
    let row = PaymentRow {
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
        created_at: payment.created_at,
    };
    let listing = Listing {
        kind: "PAYMENTS",
        practice,
        id: payment.id.to_string(),
        status: payment.status.status_name(),
        patient: payment.patient,
        due: payment.due_date,
    };
    listing.item(row)
}

pub(crate) fn of_set(set: &InvoiceSet, practice: &PracticeId) -> Result<Item, StoreError> {
    let row = SetRow {
        id: set.id,
        patient_name: set.patient_name.clone(),
        status: set.status,
        outstanding: set.outstanding(),
        rule_set: set.rule_set,
        next_send_at: set.next_send_at,
        created_at: set.created_at,
    };
    let listing = Listing {
        kind: "SETS",
        practice,
        id: set.id.to_string(),
        status: set.status.status_name(),
        patient: set.id.patient,
        due: set.next_send_at.map(|at| at.date_naive()),
    };
    listing.item(row)
}
