//! Payments.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    Currency, Payment, PaymentStatus, Treatment,
    number::Series,
    payment::{AttemptMeans, PaymentType, Tender},
};
use paywell_store::{PaymentRow, Stored};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    PatientRef,
    patients::{PatientView, TreatmentView},
    timeline::TimelineEntry,
};

/// A part of a payment that is meant for, or has paid, an invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AllocationView {
    /// The invoice.
    pub invoice_id: String,
    /// How much of the payment.
    pub amount: String,
}

/// A payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentView {
    /// The id.
    pub id: String,
    /// The number that people see.
    pub number: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// Who pays.
    pub patient: PatientRef,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What staff may do by hand: `submit`, `cancel`, `reopen`.
    pub allowed: Vec<String>,
    /// How much.
    pub amount: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What it is for.
    pub payment_type: Option<PaymentType>,
    /// The visit it is for.
    pub treatment_id: Option<String>,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// A note for staff.
    pub memo: Option<String>,
    /// How it was received: `cash`, `check`, `external_card`, or `processor`.
    pub method: Option<String>,
    /// The number of a check, or the terminal's reference.
    pub reference: Option<String>,
    /// The method on file that is or was charged last.
    pub method_on_file: Option<String>,
    /// What is held on the card: it can be captured, or released by voiding.
    pub held: Option<String>,
    /// Why the last charge failed.
    #[schema(example = "The card has expired. No money moved.")]
    pub failure: Option<String>,
    /// When it was received (UTC).
    pub paid_at: Option<DateTime<Utc>>,
    /// Which invoices it is meant for, or has paid.
    pub allocations: Vec<AllocationView>,
    /// What of it is the patient's credit.
    pub unapplied: String,
    /// What of it went back.
    pub refunded: String,
    /// The link by which it is paid.
    pub link_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl PaymentView {
    /// The payment.
    pub fn of(stored: &Stored<Payment>) -> Self {
        let payment = &stored.state;
        let allocation = |a: &paywell_domain::payment::Allocation| AllocationView {
            invoice_id: a.invoice.to_string(),
            amount: a.amount.to_string(),
        };
        let (method, reference) = match &payment.tender {
            Some(Tender::Cash) => (Some("cash"), None),
            Some(Tender::Check { number }) => (Some("check"), Some(number.to_string())),
            Some(Tender::ExternalCard { reference }) => (Some("external_card"), Some(reference.to_string())),
            None if !payment.attempts.is_empty() => (Some("processor"), None),
            None => (None, None),
        };
        Self {
            id: payment.id.to_string(),
            number: Series::Payment.show(payment.number),
            version: stored.version,
            patient: PatientRef { id: payment.patient.to_string(), name: payment.patient_name.to_string() },
            status: payment.status,
            allowed: payment.status.manual_moves().into_iter().map(str::to_owned).collect(),
            amount: payment.amount.to_string(),
            currency: payment.currency,
            payment_type: payment.payment_type,
            treatment_id: payment.treatment.map(|id| id.to_string()),
            due_date: payment.due_date,
            memo: payment.memo.as_ref().map(ToString::to_string),
            method: method.map(str::to_owned),
            reference,
            method_on_file: charged_method(payment),
            held: payment.held().map(|amount| amount.to_string()),
            failure: failure(payment),
            paid_at: payment.paid_at,
            allocations: payment.allocations.iter().map(allocation).collect(),
            unapplied: payment.unapplied.to_string(),
            refunded: payment.refunded.to_string(),
            link_id: payment.link.map(|id| id.to_string()),
            created_at: payment.created_at,
        }
    }
}

fn charged_method(payment: &Payment) -> Option<String> {
    match &payment.attempts.last()?.means {
        AttemptMeans::OnFile { method, .. } => Some(method.clone()),
        AttemptMeans::Hosted { .. } => None,
    }
}

/// Reasons are clauses; people read sentences.
fn failure(payment: &Payment) -> Option<String> {
    let why = payment.attempts.last()?.failure.as_ref()?;
    let mut letters = why.chars();
    let first = letters.next()?.to_uppercase();
    Some(format!("{first}{}. No money moved.", letters.as_str()))
}

/// A payment with everything about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentDetail {
    /// The payment.
    #[serde(flatten)]
    pub payment: PaymentView,
    /// Who pays, with contact.
    pub patient_details: Option<PatientView>,
    /// The visit it is for.
    pub treatment: Option<TreatmentView>,
    /// Everything that happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// Whether the history is as it was written.
    pub history_intact: bool,
}

impl PaymentDetail {
    /// The visit, as it is shown.
    pub fn visit(treatment: Option<&Stored<Treatment>>) -> Option<TreatmentView> {
        treatment.map(|stored| TreatmentView::of(&stored.state))
    }
}

/// A payment in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentListItem {
    /// The id.
    pub id: String,
    /// The number that people see.
    pub number: String,
    /// Who pays.
    pub patient: PatientRef,
    /// How much.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
    /// Where it stands.
    pub status: PaymentStatus,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// The visit it is for.
    pub treatment_id: Option<String>,
    /// A note for staff.
    pub memo: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl PaymentListItem {
    /// The row.
    pub fn of(row: &PaymentRow) -> Self {
        Self {
            id: row.id.to_string(),
            number: Series::Payment.show(row.number),
            patient: PatientRef { id: row.patient.to_string(), name: row.patient_name.to_string() },
            amount: row.amount.to_string(),
            currency: row.currency,
            status: row.status,
            due_date: row.due_date,
            treatment_id: row.treatment.map(|id| id.to_string()),
            memo: row.memo.as_ref().map(ToString::to_string),
            created_at: row.created_at,
        }
    }
}
