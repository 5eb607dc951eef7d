//! Payment links.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Link,
    link::{LinkFor, LinkStatus},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A payment link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// The id.
    pub id: String,
    /// Whose bills.
    pub patient_id: String,
    /// The invoices it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invoice_ids: Vec<String>,
    /// The payment it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// How it stands.
    pub status: LinkStatus,
    /// When it ends (UTC).
    pub expires_at: DateTime<Utc>,
    /// When the patient first opened it (UTC).
    pub opened_at: Option<DateTime<Utc>>,
    /// Counts renewals and withdrawals; an earlier URL is worthless.
    pub generation: u32,
    /// The URL to copy, while the link is good. Never kept: derived each time it is shown to staff who may issue links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl LinkView {
    /// The link now, without its URL.
    pub fn of(link: &Link, now: DateTime<Utc>) -> Self {
        let (invoice_ids, payment_id) = match &link.pays {
            LinkFor::Invoices(invoices) => (invoices.iter().map(ToString::to_string).collect(), None),
            LinkFor::Payment(payment) => (Vec::new(), Some(payment.to_string())),
        };
        Self {
            id: link.id.to_string(),
            patient_id: link.patient.to_string(),
            invoice_ids,
            payment_id,
            status: link.status(now),
            expires_at: link.expires_at,
            opened_at: link.opened_at,
            generation: link.generation,
            url: None,
        }
    }
}
