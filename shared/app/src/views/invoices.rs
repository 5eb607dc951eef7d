//! Invoices.

use chrono::{DateTime, NaiveDate, Utc};
use paywell_domain::{
    Currency, Invoice,
    invoice::{
        Adjustment, AdjustmentKind, AdjustmentReason, Discount, InvoiceLine, ShownStatus, WriteOffReason,
    },
    number::Series,
    payment::PaymentType,
};
use paywell_store::{InvoiceRow, Stored};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PatientRef, links::LinkView, timeline::TimelineEntry};

/// A service billed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineView {
    /// Its number on the invoice.
    pub number: u16,
    /// Procedure code.
    pub code: Option<String>,
    /// What it was.
    pub description: String,
    /// How many units.
    pub quantity: u16,
    /// The price of one unit.
    pub unit_price: String,
    /// A discount on this line, as it was given.
    pub discount: Option<String>,
    /// What it comes to after its discount and its share of the invoice's.
    pub net: String,
    /// The visit it belongs to.
    pub treatment_id: Option<String>,
}

/// An invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceView {
    /// The id.
    pub id: String,
    /// The number that people see.
    pub number: String,
    /// The version, for `If-Match`.
    pub version: u64,
    /// Who is billed.
    pub patient: PatientRef,
    /// What people see on the practice's day.
    pub status: ShownStatus,
    /// One of the practice's locations.
    pub location: Option<String>,
    /// What kind of payment it asks for.
    pub payment_type: Option<PaymentType>,
    /// Its date.
    pub date: NaiveDate,
    /// How many days after its date it is due.
    pub term_days: u16,
    /// By when it is to be paid.
    pub due_date: NaiveDate,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What is billed.
    pub lines: Vec<LineView>,
    /// A discount on the whole, as it was given.
    pub discount: Option<String>,
    /// All lines before discounts.
    pub gross: String,
    /// All discounts.
    pub discounts: String,
    /// What it comes to.
    pub amount: String,
    /// Corrections of that, together: below zero they lower what is owed.
    pub adjusted: String,
    /// What of it is given up.
    pub written_off: String,
    /// What payments have paid of it.
    pub paid: String,
    /// What is left: `amount` and `adjusted`, less `written_off` and `paid`.
    pub balance: String,
    /// Corrections and write-offs, and what took them back, oldest first.
    pub adjustments: Vec<AdjustmentView>,
    /// The payment plan that it was put in last, which may have ended.
    pub payment_plan_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
    /// When it was first sent (UTC).
    pub sent_at: Option<DateTime<Utc>>,
}

/// What an adjustment is, and why it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", content = "reason", rename_all = "snake_case")]
pub enum AdjustmentType {
    /// What is owed was corrected.
    Correction(AdjustmentReason),
    /// What is owed was given up.
    WriteOff(WriteOffReason),
    /// Money came in on what had been given up.
    Recovery,
    /// What a refund gave back is not owed again; above zero, the refund failed.
    Refund,
}

/// A change of what is owed without money.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdjustmentView {
    /// Its number on the invoice.
    pub number: u16,
    /// What it is, and why it was made.
    #[serde(flatten)]
    pub kind: AdjustmentType,
    /// What staff wrote.
    pub note: Option<String>,
    /// What it does to what is owed; below zero it lowers it.
    pub amount: String,
    /// The number of the adjustment that it takes back.
    pub reverses: Option<u16>,
}

impl AdjustmentView {
    fn of(made: &Adjustment) -> Self {
        let kind = match made.kind {
            AdjustmentKind::Correction(reason) => AdjustmentType::Correction(reason),
            AdjustmentKind::WriteOff(reason) => AdjustmentType::WriteOff(reason),
            AdjustmentKind::Recovery => AdjustmentType::Recovery,
            AdjustmentKind::Refund => AdjustmentType::Refund,
        };
        Self {
            number: made.number,
            kind,
            note: made.note.as_ref().map(ToString::to_string),
            amount: made.cents.to_string(),
            reverses: made.reverses,
        }
    }
}

fn discount(discount: Discount) -> String {
    match discount {
        Discount::Percent(share) => format!("{share}%"),
        Discount::Fixed(amount) => amount.to_string(),
    }
}

impl InvoiceView {
    /// The invoice on a day of the practice.
    pub fn of(stored: &Stored<Invoice>, today: NaiveDate) -> Self {
        let invoice = &stored.state;
        let totals = invoice.totals();
        let line = |(line, net): (&InvoiceLine, &paywell_domain::Cents)| LineView {
            number: line.number,
            code: line.code.as_ref().map(ToString::to_string),
            description: line.description.to_string(),
            quantity: line.quantity.into(),
            unit_price: line.unit_price.to_string(),
            discount: line.discount.map(discount),
            net: net.to_string(),
            treatment_id: line.treatment.map(|id| id.to_string()),
        };
        Self {
            id: invoice.id.to_string(),
            number: Series::Invoice.show(invoice.number),
            version: stored.version,
            patient: PatientRef { id: invoice.patient.to_string(), name: invoice.patient_name.to_string() },
            status: invoice.shown(today),
            location: invoice.location.as_ref().map(ToString::to_string),
            payment_type: invoice.payment_type,
            date: invoice.date,
            term_days: invoice.term.days(),
            due_date: invoice.due_date(),
            currency: invoice.currency,
            lines: invoice.lines.iter().zip(&totals.line_nets).map(line).collect(),
            discount: invoice.discount.map(discount),
            gross: totals.gross.to_string(),
            discounts: totals.discounts.to_string(),
            amount: totals.total.to_string(),
            adjusted: invoice.adjusted().to_string(),
            written_off: invoice.written_off().to_string(),
            paid: invoice.applied.to_string(),
            balance: invoice.balance().to_string(),
            adjustments: invoice.adjustments.iter().map(AdjustmentView::of).collect(),
            payment_plan_id: invoice.plan.map(|id| id.to_string()),
            created_at: invoice.created_at,
            sent_at: invoice.sent_at,
        }
    }
}

/// A payment's part in an invoice, as it stands now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppliedPayment {
    /// The payment.
    pub payment_id: String,
    /// The payment's number.
    pub number: String,
    /// How much of it.
    pub amount: String,
    /// When it was last applied (UTC).
    pub applied_at: DateTime<Utc>,
}

/// Money that was taken off an invoice: refunded, returned, or moved to another.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TakenOff {
    /// The payment.
    pub payment_id: String,
    /// The payment's number.
    pub number: String,
    /// How much of it.
    pub amount: String,
    /// Whether it is owed again.
    pub owed_again: bool,
    /// When (UTC).
    pub taken_off_at: DateTime<Utc>,
}

/// An invoice with everything about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoicePreview {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: InvoiceView,
    /// What pays it.
    pub payments: Vec<AppliedPayment>,
    /// What once paid it and was refunded, returned, or moved to another invoice.
    pub taken_off: Vec<TakenOff>,
    /// The links that were given out for it.
    pub links: Vec<LinkView>,
    /// Everything that happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// Whether the history is as it was written: each event carries the hash of the one before.
    pub history_intact: bool,
}

/// An invoice in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceListItem {
    /// The id.
    pub id: String,
    /// The number that people see.
    pub number: String,
    /// Who is billed.
    pub patient: PatientRef,
    /// Its date.
    pub date: NaiveDate,
    /// By when it is to be paid.
    pub due_date: NaiveDate,
    /// How many days after its date it is due.
    pub term_days: u16,
    /// What it comes to.
    pub amount: String,
    /// What payments have paid of it.
    pub paid: String,
    /// What is left.
    pub balance: String,
    /// The currency of the three.
    pub currency: Currency,
    /// What people see on the practice's day.
    pub status: ShownStatus,
    /// Where the service was.
    pub location: Option<String>,
    /// When it was paid (UTC), if it is.
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl InvoiceListItem {
    /// The row on a day of the practice.
    pub fn of(row: &InvoiceRow, today: NaiveDate) -> Self {
        Self {
            id: row.id.to_string(),
            number: Series::Invoice.show(row.number),
            patient: PatientRef { id: row.patient.to_string(), name: row.patient_name.to_string() },
            date: row.date,
            due_date: row.due_date(),
            term_days: row.term.days(),
            amount: row.total.to_string(),
            paid: row.applied.to_string(),
            balance: row.balance.to_string(),
            currency: row.currency,
            status: row.shown(today),
            location: row.location.as_ref().map(ToString::to_string),
            paid_at: row.paid_at,
            created_at: row.created_at,
        }
    }
}
