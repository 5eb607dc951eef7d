//! Payments.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    Cents, Currency, Payment, PaymentStatus, Treatment,
    number::Series,
    payment::{Allocation, AttemptMeans, DisputeStatus, PaymentMethod, PaymentType, Tender},
};
use paywell_store::{PaymentRow, Stored};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    PatientRef,
    appointments::AppointmentView,
    patients::{PatientView, TreatmentView},
    refunds::{DisputeView, RefundView},
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

impl AllocationView {
    /// The part.
    pub fn of(part: &Allocation) -> Self {
        Self { invoice_id: part.invoice.to_string(), amount: part.amount.to_string() }
    }
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
    /// What staff may do by hand: `submit`, `cancel`, `reopen`, `refund`, `apply` (its credit to an invoice).
    pub allowed: Vec<String>,
    /// How much.
    pub amount: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What it is for.
    pub payment_type: Option<PaymentType>,
    /// The visit it is for.
    pub treatment_id: Option<String>,
    /// The appointment whose copay it is.
    pub appointment_id: Option<String>,
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
    /// What of it can be refunded now.
    pub refundable: String,
    /// What of it went back.
    pub refunded: String,
    /// What of it is being refunded; the processor has not said that it went through.
    pub refunds_pending: String,
    /// What the patient's bank took back: returns of bank debits, and disputes that were lost.
    pub reversed: String,
    /// Whether the patient's bank disputes it, or a dispute of it was lost.
    pub disputed: bool,
    /// The link by which it is paid.
    pub link_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl PaymentView {
    /// The payment.
    pub fn of(stored: &Stored<Payment>) -> Self {
        let payment = &stored.state;
        let (method, reference) = match &payment.tender {
            Some(tender) => told(tender),
            None if !payment.attempts.is_empty() => (Some("processor"), None),
            None => (None, None),
        };
        let refundable = if payment.can_be_refunded() { payment.refundable() } else { Cents::ZERO };
        Self {
            id: payment.id.to_string(),
            number: Series::Payment.show(payment.number),
            version: stored.version,
            patient: PatientRef { id: payment.patient.to_string(), name: payment.patient_name.to_string() },
            status: payment.status,
            allowed: allowed(payment),
            amount: payment.amount.to_string(),
            currency: payment.currency,
            payment_type: payment.payment_type,
            treatment_id: payment.treatment.map(|id| id.to_string()),
            appointment_id: payment.appointment.map(|id| id.to_string()),
            due_date: payment.due_date,
            memo: payment.memo.as_ref().map(ToString::to_string),
            method: method.map(str::to_owned),
            reference,
            method_on_file: charged_method(payment),
            held: payment.held().map(|amount| amount.to_string()),
            failure: failure(payment),
            paid_at: payment.paid_at,
            allocations: payment.allocations.iter().map(AllocationView::of).collect(),
            unapplied: payment.unapplied.to_string(),
            refundable: refundable.to_string(),
            refunded: payment.refunded.to_string(),
            refunds_pending: payment.refunds_pending().to_string(),
            reversed: payment.reversed.to_string(),
            disputed: payment
                .disputes
                .iter()
                .any(|dispute| matches!(dispute.status, DisputeStatus::Open | DisputeStatus::Lost)),
            link_id: payment.link.map(|id| id.to_string()),
            created_at: payment.created_at,
        }
    }
}

/// A tender's name in the API, and its reference.
pub(crate) fn told(tender: &Tender) -> (Option<&'static str>, Option<String>) {
    (Some(tender.method().name()), tender.reference())
}

fn allowed(payment: &Payment) -> Vec<String> {
    let mut allowed = payment.manual_moves();
    allowed.extend(payment.can_be_refunded().then_some("refund"));
    allowed.extend(payment.can_be_applied().then_some("apply"));
    allowed.into_iter().map(str::to_owned).collect()
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
    /// Its refunds, oldest first.
    pub refunds: Vec<RefundView>,
    /// Its disputes and returns, oldest first.
    pub disputes: Vec<DisputeView>,
    /// Who pays, with contact.
    pub patient_details: Option<PatientView>,
    /// The visit it is for.
    pub treatment: Option<TreatmentView>,
    /// The appointment whose copay it is.
    pub appointment: Option<AppointmentView>,
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
    /// What of it is the patient's credit.
    pub unapplied: String,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// The visit it is for.
    pub treatment_id: Option<String>,
    /// A note for staff.
    pub memo: Option<String>,
    /// By which way it was paid, or is being.
    pub method: Option<PaymentMethod>,
    /// When it was received (UTC), if it was.
    pub paid_at: Option<DateTime<Utc>>,
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
            unapplied: row.unapplied.to_string(),
            due_date: row.due_date,
            treatment_id: row.treatment.map(|id| id.to_string()),
            memo: row.memo.as_ref().map(ToString::to_string),
            method: row.method,
            paid_at: row.paid_at,
            created_at: row.created_at,
        }
    }
}
