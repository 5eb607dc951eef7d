//! Transactions.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Currency, Event, EventKind, Payment,
    number::Series,
    payment::{PaidWith, PaymentMethod, Transaction, TransactionKind, TransactionStatus},
};
use paywell_store::TransactionRow;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{PatientRef, timeline::TimelineEntry};

/// A movement of money, or an attempt at one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TransactionListItem {
    /// The id.
    #[schema(example = "pay_01h455vb4pex5vsknk084sn02q.refund-1")]
    pub id: String,
    /// Which way the money moves.
    pub kind: TransactionKind,
    /// Whether it has moved.
    pub status: TransactionStatus,
    /// The payment it is part of.
    pub payment_id: String,
    /// The number of that payment.
    pub payment_number: String,
    /// Whose payment it is.
    pub patient: PatientRef,
    /// How much.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
    /// By which way.
    pub method: PaymentMethod,
    /// The processor's name for it, the number of a check, or the terminal's reference.
    pub reference: Option<String>,
    /// Why it failed, or the bank's reason for taking it back.
    pub reason: Option<String>,
    /// When it was begun (UTC).
    pub at: DateTime<Utc>,
}

impl TransactionListItem {
    /// The row.
    pub fn of(row: &TransactionRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.id.kind,
            status: row.status,
            payment_id: row.id.payment.to_string(),
            payment_number: Series::Payment.show(row.number),
            patient: PatientRef { id: row.patient.to_string(), name: row.patient_name.to_string() },
            amount: row.amount.to_string(),
            currency: row.currency,
            method: row.method,
            reference: row.reference.clone(),
            reason: row.reason.clone(),
            at: row.at,
        }
    }
}

/// A transaction with everything that happened to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TransactionDetail {
    /// The transaction.
    #[serde(flatten)]
    pub transaction: TransactionListItem,
    /// What was charged: brand, last four digits, the issuer's authorization code.
    pub paid_with: Option<PaidWith>,
    /// Who did what, in order: staff, patient, processor, schedule.
    pub timeline: Vec<TimelineEntry>,
    /// Whether the payment's history is as it was written.
    pub history_intact: bool,
}

impl TransactionDetail {
    /// A payment's transaction, with the payment's events.
    pub fn of(payment: &Payment, transaction: Transaction, events: &[Event], history_intact: bool) -> Self {
        let name = transaction.event_name.clone();
        let concerned = events.iter().filter(|event| concerns(event, name.as_deref()));
        let timeline = concerned.map(TimelineEntry::of).collect();
        let paid_with = transaction.paid_with.clone();
        let transaction = TransactionListItem::of(&TransactionRow::of(payment, transaction));
        Self { transaction, paid_with, timeline, history_intact }
    }
}

/// Whether an event is about the attempt, refund or dispute of that name; without one, about what the desk received.
fn concerns(event: &Event, name: Option<&str>) -> bool {
    let Some(name) = name else { return matches!(event.kind, EventKind::PaymentRecorded { .. }) };
    let Ok(Value::Object(details)) = serde_json::to_value(&event.kind) else { return false };
    ["attempt", "refund", "dispute"]
        .iter()
        .any(|field| details.get(*field).and_then(Value::as_str) == Some(name))
}
