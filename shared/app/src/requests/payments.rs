//! Payments.

use chrono::NaiveDate;
use paywell_domain::{
    Amount, AppointmentId, Currency, InvoiceId, PatientId, TreatmentId,
    payment::{Allocation, NewRefund, PaymentType, RefundReason, Tender},
    text::Line,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::methods::ChargeMethod;

/// A part of a payment for an invoice.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAllocation {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// How much of the payment.
    #[serde(deserialize_with = "super::amount")]
    pub amount: Amount,
}

impl From<NewAllocation> for Allocation {
    fn from(new: NewAllocation) -> Self {
        Self { invoice: new.invoice_id, amount: new.amount }
    }
}

/// How money was received at the desk, or is given back there.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewTender {
    /// Notes and coins. Braces: serde reads no unknown field of a bare variant, and so would refuse none.
    Cash {},
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

impl From<NewTender> for Tender {
    fn from(tender: NewTender) -> Self {
        match tender {
            NewTender::Cash {} => Self::Cash,
            NewTender::Check { number } => Self::Check { number },
            NewTender::ExternalCard { reference } => Self::ExternalCard { reference },
        }
    }
}

/// A new payment: asked for, with `tender` received at the desk, or with `method_on_file` charged at once.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePayment {
    /// Who pays.
    pub patient_id: PatientId,
    /// How much.
    #[serde(deserialize_with = "super::amount")]
    pub amount: Amount,
    /// The practice's currency.
    pub currency: Currency,
    /// What it is for.
    #[serde(default)]
    pub payment_type: Option<PaymentType>,
    /// The visit it is for.
    #[serde(default)]
    pub treatment_id: Option<TreatmentId>,
    /// The appointment whose copay it is; nothing more is collected for that by itself.
    #[serde(default)]
    pub appointment_id: Option<AppointmentId>,
    /// When it is to be paid.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub due_date: Option<NaiveDate>,
    /// A note for staff.
    #[serde(default)]
    pub memo: Option<Line<200>>,
    /// Whether it is not asked for yet.
    #[serde(default)]
    pub draft: bool,
    /// How it was received; left out where it is only asked for.
    #[serde(default)]
    pub tender: Option<NewTender>,
    /// What is charged at once; instead of a tender.
    #[serde(default)]
    pub method_on_file: Option<ChargeMethod>,
    /// On which day it was received; today if left out.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub received_on: Option<NaiveDate>,
    /// Which invoices it pays: at most 25. What is left over becomes the patient's credit.
    #[serde(default)]
    #[schema(max_items = 25)]
    pub allocations: Vec<NewAllocation>,
}

/// Money received at the desk for a payment that was asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPayment {
    /// How it was received.
    pub tender: NewTender,
    /// On which day; today if left out.
    #[serde(default, deserialize_with = "super::optional_day")]
    pub received_on: Option<NaiveDate>,
    /// Which invoices it pays; as the payment says if left out.
    #[serde(default)]
    pub allocations: Option<Vec<NewAllocation>>,
}

/// A change of status by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovePayment {
    /// `submit`, `cancel` or `reopen`, as the payment's `allowed` says.
    pub action: Line<20>,
}

/// Which invoices a received payment pays, all of them anew.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAllocations {
    /// At most 25, with those it pays now; what is left over is the patient's credit.
    pub allocations: Vec<NewAllocation>,
}

/// A refund: by the processor to where the money came from, or with `tender` at the desk where it was received there.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundPayment {
    /// How much; all that is left if left out.
    #[serde(default, deserialize_with = "super::optional_amount")]
    #[schema(value_type = Option<String>, example = "25.00")]
    pub amount: Option<Amount>,
    /// The payment's currency.
    pub currency: Currency,
    /// Why.
    pub reason: RefundReason,
    /// More on why; required where the reason is `other`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub note: Option<Line<500>>,
    /// Whether what it takes from invoices is owed again: `true` if left out for `patient_request` and
    /// `duplicate_charge`, required where the reason is `other`, else `false`.
    #[serde(default)]
    pub owed_again: Option<bool>,
    /// From which invoices it is taken, and the rest from the payment's credit; the credit first, then the last
    /// invoice first, if left out.
    #[serde(default)]
    pub allocations: Option<Vec<NewAllocation>>,
    /// How it is given back at the desk.
    #[serde(default)]
    pub tender: Option<NewTender>,
}

impl From<RefundPayment> for NewRefund {
    fn from(new: RefundPayment) -> Self {
        Self {
            amount: new.amount,
            reason: new.reason,
            note: new.note,
            owed_again: new.owed_again,
            parts: new.allocations.map(|parts| parts.into_iter().map(Allocation::from).collect()),
            desk: new.tender.map(Tender::from),
        }
    }
}
