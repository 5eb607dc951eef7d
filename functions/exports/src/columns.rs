//! What the columns of each list are, and what stands in them.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use paywell_domain::{Practice, export::ExportList, number::Series};
use paywell_store::{InvoiceRow, PaymentRow, SetRow, TransactionRow};
use serde::Serialize;

/// What a column holds, and how its cells are written in a part; an empty cell is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// Whole cents.
    Money,
    /// A day of the practice: `2026-06-01`.
    Day,
    /// An instant in the practice's zone: `2026-06-01T12:00:00-04:00`.
    Instant,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) kind: Kind,
    /// In characters.
    pub(crate) width: u16,
}

const fn text(title: &'static str, width: u16) -> Column {
    Column { title, kind: Kind::Text, width }
}

const fn column(title: &'static str, kind: Kind) -> Column {
    let width = match kind {
        Kind::Instant => 18,
        _ => 13,
    };
    Column { title, kind, width }
}

const INVOICES: &[Column] = &[
    text("Number", 12),
    text("Patient", 28),
    text("Status", 16),
    column("Date", Kind::Day),
    column("Term (days)", Kind::Whole),
    column("Due date", Kind::Day),
    column("Amount", Kind::Money),
    column("Paid", Kind::Money),
    column("Balance", Kind::Money),
    text("Currency", 10),
    text("Location", 22),
    text("Procedure codes", 22),
    column("Paid in full", Kind::Instant),
    column("Created", Kind::Instant),
    text("Patient ID", 32),
    text("Invoice ID", 32),
];

const PAYMENTS: &[Column] = &[
    text("Number", 12),
    text("Patient", 28),
    text("Status", 18),
    column("Amount", Kind::Money),
    column("Unapplied", Kind::Money),
    text("Currency", 10),
    text("Method", 16),
    column("Due date", Kind::Day),
    text("Treatment ID", 32),
    text("Memo", 40),
    column("Received", Kind::Instant),
    column("Created", Kind::Instant),
    text("Patient ID", 32),
    text("Payment ID", 32),
];

const TRANSACTIONS: &[Column] = &[
    text("Payment number", 15),
    text("Kind", 10),
    text("Status", 12),
    text("Patient", 28),
    column("Amount", Kind::Money),
    text("Currency", 10),
    text("Method", 16),
    text("Reference", 32),
    text("Reason", 40),
    column("Begun", Kind::Instant),
    text("Patient ID", 32),
    text("Payment ID", 32),
    text("Transaction ID", 42),
];

const SETS: &[Column] = &[
    text("Patient", 28),
    text("Status", 16),
    column("Outstanding", Kind::Money),
    text("Currency", 10),
    column("Next message", Kind::Instant),
    column("Created", Kind::Instant),
    text("Rule set ID", 32),
    text("Patient ID", 32),
    text("Invoice set ID", 36),
];

/// The columns of a list.
pub(crate) const fn columns(list: ExportList) -> &'static [Column] {
    match list {
        ExportList::Invoices => INVOICES,
        ExportList::Payments => PAYMENTS,
        ExportList::Transactions => TRANSACTIONS,
        ExportList::InvoiceSets => SETS,
    }
}

/// By what rows are shown.
pub(crate) struct Shown {
    practice: Practice,
    /// The practice's day on which the export was asked for.
    pub(crate) today: NaiveDate,
}

impl Shown {
    /// As of an instant.
    pub(crate) fn at(practice: Practice, now: DateTime<Utc>) -> Self {
        Self { today: practice.today(now), practice }
    }

    pub(crate) fn invoice(&self, row: &InvoiceRow) -> Vec<String> {
        let location = row.location.as_ref().map(|id| {
            let known = self.practice.location(id.as_str());
            known.map_or_else(|| id.to_string(), |location| location.name.to_string())
        });
        let codes: Vec<&str> = row.codes.iter().map(|code| code.as_str()).collect();
        vec![
            Series::Invoice.show(row.number),
            row.patient_name.to_string(),
            words(row.shown(self.today)),
            row.date.to_string(),
            row.term.days().to_string(),
            row.due_date().to_string(),
            row.total.get().to_string(),
            row.applied.get().to_string(),
            row.balance.get().to_string(),
            name(row.currency),
            location.unwrap_or_default(),
            codes.join(", "),
            self.instant(row.paid_at),
            self.instant(Some(row.created_at)),
            row.patient.to_string(),
            row.id.to_string(),
        ]
    }

    pub(crate) fn payment(&self, row: &PaymentRow) -> Vec<String> {
        vec![
            Series::Payment.show(row.number),
            row.patient_name.to_string(),
            words(row.status),
            row.amount.cents().get().to_string(),
            row.unapplied.get().to_string(),
            name(row.currency),
            row.method.map(words).unwrap_or_default(),
            row.due_date.map(|day| day.to_string()).unwrap_or_default(),
            row.treatment.map(|id| id.to_string()).unwrap_or_default(),
            row.memo.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.instant(row.paid_at),
            self.instant(Some(row.created_at)),
            row.patient.to_string(),
            row.id.to_string(),
        ]
    }

    pub(crate) fn transaction(&self, row: &TransactionRow) -> Vec<String> {
        vec![
            Series::Payment.show(row.number),
            words(row.id.kind),
            words(row.status),
            row.patient_name.to_string(),
            row.amount.cents().get().to_string(),
            name(row.currency),
            words(row.method),
            row.reference.clone().unwrap_or_default(),
            row.reason.clone().unwrap_or_default(),
            self.instant(Some(row.at)),
            row.patient.to_string(),
            row.id.payment.to_string(),
            row.id.to_string(),
        ]
    }

    pub(crate) fn set(&self, row: &SetRow) -> Vec<String> {
        vec![
            row.patient_name.to_string(),
            words(row.status),
            row.outstanding.get().to_string(),
            name(self.practice.currency),
            self.instant(row.next_send_at),
            self.instant(Some(row.created_at)),
            row.rule_set.to_string(),
            row.id.patient.to_string(),
            row.id.to_string(),
        ]
    }

    fn instant(&self, at: Option<DateTime<Utc>>) -> String {
        let local = at.map(|at| at.with_timezone(&self.practice.time_zone));
        local.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, false)).unwrap_or_default()
    }
}

/// A name of the API.
fn name(named: impl Serialize) -> String {
    let value = serde_json::to_value(named).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// A name of the API as people read it: `partially_paid` is `Partially paid`.
fn words(named: impl Serialize) -> String {
    let name = name(named).replace('_', " ");
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
