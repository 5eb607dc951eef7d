//! Payment links.

use chrono::{DateTime, Utc};
use paywell_domain::{InvoiceId, PatientId, PaymentId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A new link: for invoices of one patient, or for a payment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueLink {
    /// Whose bills.
    pub patient_id: PatientId,
    /// 1 to 25 open invoices; their balances when the patient pays.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 25)]
    pub invoice_ids: Option<Vec<InvoiceId>>,
    /// A pending payment; instead of invoices.
    #[serde(default)]
    pub payment_id: Option<PaymentId>,
    /// When it ends (UTC), within a year; as the practice chose if left out.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new URL and a new end for a link.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewLink {
    /// When it ends (UTC), within a year; as the practice chose if left out.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}
