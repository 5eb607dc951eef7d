//! Payments.

use chrono::NaiveDate;
use paywell_domain::{
    Amount, Currency, InvoiceId, PatientId, TreatmentId,
    payment::{PaymentType, Tender},
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

/// How money was received at the desk.
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
