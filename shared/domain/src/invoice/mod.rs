//! An invoice: what a patient is billed, and what is left of it.

mod adjust;
mod draft;
mod lines;
mod money;
mod status;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use adjust::{Adjustment, AdjustmentKind, AdjustmentReason, MAX_ADJUSTMENTS, WriteOffReason};
pub use draft::{Charges, Terms};
pub use lines::{Discount, InvoiceLine, Quantity, Totals};

pub use money::Restored;
pub use status::{InvoiceStatus, ShownStatus};

use crate::{
    Cents, Currency, Decision, EventKind, InvoiceId, Number, PatientId, PlanId, payment::PaymentType,
    text::Line,
};

/// How many days after the invoice's date it is due; 0 is due on receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Term(u16);

impl Term {
    /// What an invoice has unless it says otherwise.
    pub const THIRTY_DAYS: Self = Self(30);

    /// The number of days.
    pub const fn days(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Term {
    type Error = &'static str;

    fn try_from(days: u16) -> Result<Self, Self::Error> {
        if days <= 365 { Ok(Self(days)) } else { Err("expected a term of 0 to 365 days") }
    }
}

impl From<Term> for u16 {
    fn from(term: Term) -> u16 {
        term.0
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// The number that people see.
    pub number: Number,
    /// Who is billed.
    pub patient: PatientId,
    /// The patient's name, for lists.
    pub patient_name: Line<121>,
    /// Where the service was; one of the practice's locations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Line<16>>,
    /// What kind of payment it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_type: Option<PaymentType>,
    /// The state it is in; what people see is [`Invoice::shown`].
    pub status: InvoiceStatus,
    /// Its date, in the practice's zone.
    pub date: NaiveDate,
    /// How many days after its date it is due.
    pub term: Term,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What is billed.
    pub lines: Vec<InvoiceLine>,
    /// A discount on the whole, after the lines' own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// What payments have paid of it.
    pub applied: Cents,
    /// What was corrected or given up of it, and taken back, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// When money was last applied to it (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<DateTime<Utc>>,
    /// The payment plan that it was put in last, which may have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanId>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
    /// When it was first sent (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
}

impl Invoice {
    /// The day by which it is to be paid: its date plus its term.
    pub fn due_date(&self) -> NaiveDate {
        self.date.checked_add_days(Days::new(self.term.0.into())).unwrap_or(NaiveDate::MAX)
    }

    /// When it was paid (UTC), if it is: when money was last applied to it, or where none was, when it was sent.
    pub fn paid_at(&self) -> Option<DateTime<Utc>> {
        self.applied_at.or(self.sent_at).filter(|_| self.status == InvoiceStatus::Paid)
    }

    /// What is billed, discounted and due in all.
    pub fn totals(&self) -> Totals {
        Totals::of(&self.lines, self.discount)
    }

    /// What is still owed on it: what was billed and adjusted, less what was paid; nothing while it is a draft and once
    /// it is void.
    pub fn balance(&self) -> Cents {
        match self.status {
            InvoiceStatus::Draft | InvoiceStatus::Deleted | InvoiceStatus::Void => Cents::ZERO,
            InvoiceStatus::Open
            | InvoiceStatus::Paid
            | InvoiceStatus::WrittenOff
            | InvoiceStatus::InCollections => self.balance_of(self.totals().total),
        }
    }

    /// The balance where so much were billed.
    pub(crate) fn balance_of(&self, total: Cents) -> Cents {
        let adjusted = self.adjustments.iter().map(|adjustment| adjustment.cents);
        let owed = Cents::checked_sum(adjusted.chain([total]));
        owed.and_then(|owed| owed.checked_sub(self.applied)).unwrap_or(Cents::ZERO)
    }

    /// What is owed on it is paid by a plan.
    pub fn put_in_plan(&self, plan: PlanId) -> Decision<Self> {
        let put = Self { plan: Some(plan), ..self.clone() };
        Decision::of(put, EventKind::InvoicePutInPlan { plan })
    }

    /// Whether the practice asks for it: open, with something left. What an agency collects it does not.
    pub fn is_chaseable(&self) -> bool {
        self.status == InvoiceStatus::Open && self.balance().is_positive()
    }

    /// Whether it was not asked for before, and is again.
    pub fn is_reopened_from(&self, before: &Self) -> bool {
        self.is_chaseable() && !before.is_chaseable()
    }

    /// What people see on a day of the practice: overdue beats partially paid beats unpaid.
    pub fn shown(&self, today: NaiveDate) -> ShownStatus {
        ShownStatus::of(self.status, self.due_date(), self.applied, today)
    }
}
