//! A payment: money asked for, on its way, received, given back.

mod allocate;
mod attempt;
#[cfg(test)]
mod books;
mod decline;
mod dispute;
mod on_file;
mod planned;
mod receipt;
mod record;
mod refund;
mod refunded;
mod reverse;
mod settle;
mod status;
mod transaction;
mod under_way;
mod unsettled;
mod visit;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use attempt::{Attempt, AttemptMeans, AttemptStatus, PaidWith, SESSION_MINUTES};
pub use decline::{Decline, is_for_good};
pub use dispute::{Dispute, DisputeNews, DisputeStatus};
pub use planned::Planned;
pub use receipt::ReceiptDue;
pub use record::{NewPayment, Receipt};
pub use refund::{MAX_REFUNDS, NewRefund, Refund, RefundMeans, RefundPlan, RefundReason, RefundStatus};
pub use settle::{Allocation, MAX_ALLOCATIONS, Settlement, settle};
pub use status::{Move, PaymentStatus};
pub use transaction::{Transaction, TransactionId, TransactionKind, TransactionStatus};
pub use unsettled::{Asked, Unsettled};
pub use visit::HOLD_LASTS;

use crate::{
    Amount, AppointmentId, Cents, Currency, LinkId, Number, PatientId, PaymentId, TreatmentId, text::Line,
};

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentType {
    /// Before a treatment.
    TreatmentPrePayment,
    /// For an office visit.
    OfficeVisit,
    /// Without insurance.
    PrivatePay,
}

/// How money was received at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Tender {
    /// Notes and coins.
    Cash,
    /// A paper check.
    Check {
        /// The number printed on it.
        number: Line<30>,
    },
    /// A card on the practice's own terminal.
    ExternalCard {
        /// The terminal's reference.
        reference: Line<60>,
    },
}

impl Tender {
    /// The way it is.
    pub const fn method(&self) -> PaymentMethod {
        match self {
            Self::Cash => PaymentMethod::Cash,
            Self::Check { .. } => PaymentMethod::Check,
            Self::ExternalCard { .. } => PaymentMethod::ExternalCard,
        }
    }

    /// The number of a check, or the terminal's reference.
    pub fn reference(&self) -> Option<String> {
        match self {
            Self::Cash => None,
            Self::Check { number } => Some(number.to_string()),
            Self::ExternalCard { reference } => Some(reference.to_string()),
        }
    }

    /// The account that money of this tender goes to.
    pub fn account(&self) -> crate::Account {
        match self {
            Self::Cash | Self::Check { .. } => crate::Account::CashDrawer,
            Self::ExternalCard { .. } => crate::Account::Bank,
        }
    }
}

/// By which way a payment is paid, or is being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Notes and coins.
    Cash,
    /// A paper check.
    Check,
    /// A card on the practice's own terminal.
    ExternalCard,
    /// By the patient, on the processor's hosted page.
    Online,
    /// A method on file, charged without the patient.
    OnFile,
}

impl PaymentMethod {
    /// Every method.
    pub const ALL: [Self; 5] = [Self::Cash, Self::Check, Self::ExternalCard, Self::Online, Self::OnFile];

    /// Its name in the API and the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Check => "check",
            Self::ExternalCard => "external_card",
            Self::Online => "online",
            Self::OnFile => "on_file",
        }
    }
}

/// A payment. Its amount is always its allocations plus what is unapplied, once it is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The number that people see.
    pub number: Number,
    /// Who pays.
    pub patient: PatientId,
    /// The patient's name, for lists.
    pub patient_name: Line<121>,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_type: Option<PaymentType>,
    /// The visit it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treatment: Option<TreatmentId>,
    /// The appointment whose copay it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// When it is to be paid, in the practice's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// A note for staff; never shown to the processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memo: Option<Line<200>>,
    /// Which invoices it is meant for, and once paid, which it paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<Allocation>,
    /// What of it is the patient's credit; zero until it is paid.
    pub unapplied: Cents,
    /// What of it went back to the patient: refunds that succeeded.
    pub refunded: Cents,
    /// What returns and lost disputes took back from us, of it or beyond.
    #[serde(default, skip_serializing_if = "nothing")]
    pub reversed: Cents,
    /// What of that was no longer here, because it had been refunded: the practice's loss.
    #[serde(default, skip_serializing_if = "nothing")]
    pub lost: Cents,
    /// Its refunds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// Its disputes, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
    /// How it was received at the desk, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
    /// When it was received (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
    /// The link it is paid by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// The attempts to take it at the processor, oldest first; at most one is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// When the processor was last asked about what is unsettled, and how often since it became so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// When its receipt is to be mailed (UTC); none where none is, or somebody has taken it upon themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

impl Payment {
    /// By which way it is paid, or was last tried to be; none where nothing was tried.
    pub fn method(&self) -> Option<PaymentMethod> {
        self.tender.as_ref().map(Tender::method).or_else(|| self.attempts.last().map(Attempt::method))
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn nothing(cents: &Cents) -> bool {
    cents.is_zero()
}
