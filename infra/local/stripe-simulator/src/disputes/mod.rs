//! Disputes: chargebacks of cards, and bank debits that come back after they succeeded.
//! Sources: <https://docs.stripe.com/disputes>, <https://docs.stripe.com/api/disputes>,
//! <https://docs.stripe.com/payments/ach-direct-debit#disputed-payments>.

mod course;
mod requests;

pub(crate) use course::{close_now, expected, may_not_be_refunded, open, open_as_ordered};
pub(crate) use requests::{close, list, retrieve, update};

use crate::metadata::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Source: <https://docs.stripe.com/api/disputes/object#dispute_object-status>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
}

impl DisputeStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview)
    }
}

/// Source: <https://docs.stripe.com/api/disputes/object#dispute_object-reason>
pub(crate) const REASONS: &[&str] = &[
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
];

/// What the cardholder's bank can be told, each a text. Source: <https://docs.stripe.com/api/disputes/evidence_object>
pub(super) const EVIDENCE: &[&str] = &[
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];

/// Amounts in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) reason: String,
    pub(crate) status: DisputeStatus,
    pub(crate) metadata: Metadata,
    pub(crate) evidence: BTreeMap<String, String>,
    pub(crate) submissions: i64,
    /// Until when evidence is taken; a returned bank debit cannot be contested.
    pub(crate) due_by: Option<i64>,
    /// The brand, if a card was charged.
    pub(crate) brand: Option<String>,
    /// The movements as they were made: the withdrawal, and what was given back.
    pub(crate) balance_transactions: Vec<Value>,
}

impl Dispute {
    pub(crate) fn json(&self, now: i64) -> Value {
        let mut evidence: Map<String, Value> =
            EVIDENCE.iter().map(|name| ((*name).to_owned(), json!(self.evidence.get(*name)))).collect();
        evidence.insert("enhanced_evidence".to_owned(), json!({}));
        let card = self.brand.as_ref().map(|brand| {
            json!({
                "card": {
                    "brand": brand,
                    "case_type": "chargeback",
                    "network": brand,
                    "network_reason_code": network_reason(&self.reason),
                },
                "type": "card",
            })
        });
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transactions": self.balance_transactions,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": evidence,
            "evidence_details": {
                "due_by": self.due_by,
                "enhanced_eligibility": {},
                "has_evidence": !self.evidence.is_empty(),
                "past_due": self.due_by.is_some_and(|at| at < now),
                "submission_count": self.submissions,
            },
            "is_charge_refundable": false,
            "livemode": false,
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "payment_method_details": card,
            "reason": self.reason,
            "status": self.status,
        })
    }
}

/// Visa's code of a reason. Source: <https://docs.stripe.com/disputes/categories>
fn network_reason(reason: &str) -> &'static str {
    match reason {
        "credit_not_processed" => "13.6",
        "duplicate" => "12.6",
        "product_not_received" => "13.1",
        "product_unacceptable" => "13.3",
        "subscription_canceled" => "13.2",
        "general" => "10.5",
        _ => "10.4",
    }
}
