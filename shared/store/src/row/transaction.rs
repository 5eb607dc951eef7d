//! A transaction as its list shows it.

use chrono::{DateTime, Utc, serde::ts_seconds};
use paywell_domain::{
    Amount, Currency, Number, PatientId, Payment,
    number::Series,
    payment::{PaymentMethod, Transaction, TransactionId, TransactionKind, TransactionStatus},
    text::{Line, folded},
};
use serde::{Deserialize, Serialize};

use crate::list::{Listed, Listing};

/// A transaction in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionRow {
    /// Its id, which names its payment.
    #[serde(rename = "sk", skip_serializing)]
    pub id: TransactionId,
    /// The number of its payment.
    #[serde(rename = "n")]
    pub number: Number,
    /// Whose payment it is.
    #[serde(rename = "w")]
    pub patient: PatientId,
    /// The patient's name.
    #[serde(rename = "nm")]
    pub patient_name: Line<121>,
    /// Whether the money has moved.
    #[serde(rename = "s")]
    pub status: TransactionStatus,
    /// How much.
    #[serde(rename = "am")]
    pub amount: Amount,
    /// Its currency.
    #[serde(rename = "cu")]
    pub currency: Currency,
    /// By which way.
    #[serde(rename = "b")]
    pub method: PaymentMethod,
    /// The processor's name for it, the number of a check, or the terminal's reference.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it failed, or the bank's reason for taking it back.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was begun (UTC).
    #[serde(rename = "c", with = "ts_seconds")]
    pub at: DateTime<Utc>,
}

impl TransactionRow {
    /// A payment's transaction.
    pub fn of(payment: &Payment, transaction: Transaction) -> Self {
        Self {
            id: transaction.id,
            number: payment.number,
            patient: payment.patient,
            patient_name: payment.patient_name.clone(),
            status: transaction.status,
            amount: transaction.amount,
            currency: payment.currency,
            method: transaction.method,
            reference: transaction.reference,
            reason: transaction.reason,
            at: transaction.at,
        }
    }

    /// What transactions are narrowed by: kind and method together.
    pub fn facet(kind: TransactionKind, method: PaymentMethod) -> String {
        format!("{}-{}", kind.name(), method.name())
    }
}

impl Listed for TransactionRow {
    const KIND: &'static str = "TRANSACTIONS";

    fn listing(&self) -> Listing {
        Listing {
            id: self.id.to_string(),
            number: Some(Series::Payment.show(self.number)),
            created_at: self.at,
            due: None,
            paid: None,
            amount: self.amount.cents(),
            name: folded(self.patient_name.as_str()),
            patient: self.patient,
            status: Some(self.status.name()),
            facet: Some(Self::facet(self.id.kind, self.method)),
            codes: Vec::new(),
        }
    }
}
