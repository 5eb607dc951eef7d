//! The movements of money that a payment is made of, each by itself: what was charged or taken at the desk, what was given
//! back, what a bank took back.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Attempt, AttemptStatus, Dispute, DisputeStatus, PaidWith, Payment, PaymentMethod, Refund, RefundMeans,
    RefundStatus,
};
use crate::{Amount, PaymentId};

/// Which way the money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    /// From the patient: charged at the processor, or received at the desk.
    Charge,
    /// Back to the patient.
    Refund,
    /// Taken back by the patient's bank: a dispute, or the return of a bank debit.
    Dispute,
}

impl TransactionKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Charge, Self::Refund, Self::Dispute];

    /// Its name in the API and the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
        }
    }
}

/// Whether the money has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    /// Not known yet, under way, or of a dispute not decided.
    Pending,
    /// It could not be moved, and was not.
    Failed,
    /// It has moved.
    Succeeded,
    /// It was given up before it moved: a hold that was released, a dispute that was won.
    Canceled,
}

impl TransactionStatus {
    /// Every status, what most needs looking after first.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Failed, Self::Succeeded, Self::Canceled];

    /// Its name in the API and the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// A transaction is named by its payment, its kind and its place among those: `pay_01h455vb4pex5vsknk084sn02q.refund-1`.
/// Charges count the attempts at the processor; `charge-0` is what the desk received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TransactionId {
    /// The payment it is part of.
    pub payment: PaymentId,
    /// Which way the money moves.
    pub kind: TransactionKind,
    /// Its place, from 1.
    pub place: u16,
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}-{}", self.payment, self.kind.name(), self.place)
    }
}

impl FromStr for TransactionId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = || {
            let (payment, rest) = text.split_once('.')?;
            let (name, place) = rest.split_once('-')?;
            let kind = TransactionKind::ALL.into_iter().find(|kind| kind.name() == name)?;
            Some(Self { payment: payment.parse().ok()?, kind, place: place.parse().ok()? })
        };
        let id = parts().filter(|id| id.to_string() == text);
        id.ok_or("expected an id such as \"pay_01h455vb4pex5vsknk084sn02q.refund-1\"")
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for TransactionId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A movement of money, or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// Whether the money has moved.
    pub status: TransactionStatus,
    /// How much.
    pub amount: Amount,
    /// By which way.
    pub method: PaymentMethod,
    /// The processor's name for it, the number of a check, or the terminal's reference.
    pub reference: Option<String>,
    /// What was charged, where the processor has said so.
    pub paid_with: Option<PaidWith>,
    /// Why it failed, or the bank's reason for taking it back.
    pub reason: Option<String>,
    /// When it was begun (UTC).
    pub at: DateTime<Utc>,
    /// By what name the payment's events refer to it; none of what the desk received.
    pub event_name: Option<String>,
}

impl Payment {
    /// Its transactions, charges before refunds before disputes, each in the order in which they were begun. A hosted page
    /// on which nothing was filled in is none.
    pub fn transactions(&self) -> Vec<Transaction> {
        let received = self.received_at_desk();
        let charges = counted(&self.attempts).filter_map(|(place, attempt)| self.charge(place, attempt));
        let refunds = counted(&self.refunds).map(|(place, refund)| self.given_back(place, refund));
        let disputes = counted(&self.disputes).map(|(place, dispute)| self.taken_back(place, dispute));
        received.into_iter().chain(charges).chain(refunds).chain(disputes).collect()
    }

    fn transaction_id(&self, kind: TransactionKind, place: u16) -> TransactionId {
        TransactionId { payment: self.id, kind, place }
    }

    fn received_at_desk(&self) -> Option<Transaction> {
        let (tender, at) = (self.tender.as_ref()?, self.paid_at?);
        Some(Transaction {
            id: self.transaction_id(TransactionKind::Charge, 0),
            status: TransactionStatus::Succeeded,
            amount: self.amount,
            method: tender.method(),
            reference: tender.reference(),
            paid_with: None,
            reason: None,
            at,
            event_name: None,
        })
    }

    fn charge(&self, place: u16, attempt: &Attempt) -> Option<Transaction> {
        let status = match attempt.status {
            AttemptStatus::Open | AttemptStatus::ToExpire | AttemptStatus::Expired if attempt.is_hosted() => {
                return None;
            }
            AttemptStatus::Open
            | AttemptStatus::ToExpire
            | AttemptStatus::Processing
            | AttemptStatus::Authorised
            | AttemptStatus::Capturing
            | AttemptStatus::Releasing => TransactionStatus::Pending,
            AttemptStatus::Succeeded => TransactionStatus::Succeeded,
            AttemptStatus::Failed => TransactionStatus::Failed,
            AttemptStatus::Expired | AttemptStatus::Released => TransactionStatus::Canceled,
        };
        Some(Transaction {
            id: self.transaction_id(TransactionKind::Charge, place),
            status,
            amount: attempt.amount,
            method: attempt.method(),
            reference: attempt.intent.clone(),
            paid_with: attempt.paid_with.clone(),
            reason: attempt.failure.clone(),
            at: attempt.opened_at,
            event_name: Some(attempt.id.to_string()),
        })
    }

    fn given_back(&self, place: u16, refund: &Refund) -> Transaction {
        let (method, reference) = match &refund.means {
            RefundMeans::Processor(known) => (self.charged_by(), known.clone()),
            RefundMeans::Desk(tender) => (tender.method(), tender.reference()),
        };
        Transaction {
            id: self.transaction_id(TransactionKind::Refund, place),
            status: match refund.status {
                RefundStatus::Pending => TransactionStatus::Pending,
                RefundStatus::Succeeded => TransactionStatus::Succeeded,
                RefundStatus::Failed => TransactionStatus::Failed,
            },
            amount: refund.amount,
            method,
            reference,
            paid_with: None,
            reason: refund.failure.as_ref().map(ToString::to_string),
            at: refund.requested_at,
            event_name: Some(refund.id.to_string()),
        }
    }

    fn taken_back(&self, place: u16, dispute: &Dispute) -> Transaction {
        Transaction {
            id: self.transaction_id(TransactionKind::Dispute, place),
            status: match dispute.status {
                DisputeStatus::Open => TransactionStatus::Pending,
                DisputeStatus::Won => TransactionStatus::Canceled,
                DisputeStatus::Lost | DisputeStatus::Returned => TransactionStatus::Succeeded,
            },
            amount: dispute.amount,
            method: self.charged_by(),
            reference: Some(dispute.id.clone()),
            paid_with: None,
            reason: Some(dispute.reason.clone()),
            at: dispute.opened_at,
            event_name: Some(dispute.id.clone()),
        }
    }

    /// By which way the money came that goes back.
    fn charged_by(&self) -> PaymentMethod {
        let charged = self.charged().map(Attempt::method);
        charged.or_else(|| self.method()).unwrap_or(PaymentMethod::Online)
    }
}

fn counted<T>(all: &[T]) -> impl Iterator<Item = (u16, &T)> {
    (1..).zip(all)
}

#[cfg(test)]
mod tests {
    use crate::{
        Amount,
        fixtures::{NOW, attempt, payment, today},
        payment::{AttemptMeans, Receipt, Tender},
    };

    use super::*;

    fn shown(payment: &Payment) -> Vec<(String, TransactionStatus, Amount)> {
        let transactions = payment.transactions();
        let of = |transaction: &Transaction| {
            let id = transaction.id.to_string();
            let name = id.split_once('.').unwrap().1.to_owned();
            (name, transaction.status, transaction.amount)
        };
        transactions.iter().map(of).collect()
    }

    #[test]
    fn a_hosted_page_is_a_transaction_when_something_was_filled_in() {
        let means = AttemptMeans::Hosted { session: None, keep: None };
        let started = payment(100, vec![]).start_attempt(attempt(1), means.clone(), NOW).unwrap().state;
        assert_eq!(shown(&started), []);
        let failed = started.attempt_failed(attempt(1), "the card was declined").unwrap().state;
        let amount = failed.amount;
        assert_eq!(shown(&failed), [("charge-1".to_owned(), TransactionStatus::Failed, amount)]);
        let reopened = failed.manual_move("reopen").unwrap().state;
        let again = reopened.start_attempt(attempt(2), means, NOW).unwrap().state;
        let paid = again.attempt_succeeded(attempt(2), "pi_2", NOW).unwrap().state;
        assert_eq!(
            shown(&paid),
            [
                ("charge-1".to_owned(), TransactionStatus::Failed, amount),
                ("charge-2".to_owned(), TransactionStatus::Succeeded, amount),
            ]
        );
        let transactions = paid.transactions();
        assert_eq!(transactions[0].reason.as_deref(), Some("the card was declined"));
        assert_eq!(transactions[1].reference.as_deref(), Some("pi_2"));
    }

    #[test]
    fn what_the_desk_received_is_a_transaction() {
        let tender = Tender::Check { number: "1001".try_into().unwrap() };
        let receipt = Receipt { tender, received_on: today() };
        let paid = payment(100, vec![]).record(&receipt, today(), NOW).unwrap().state;
        let [transaction] = &paid.transactions()[..] else { panic!("one") };
        assert_eq!(
            (transaction.method, transaction.reference.as_deref()),
            (PaymentMethod::Check, Some("1001"))
        );
        assert_eq!(transaction.id.to_string().parse(), Ok(transaction.id));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let payment = payment(100, vec![]).id;
        assert!(format!("{payment}.refund-1").parse::<TransactionId>().is_ok());
        for rest in [
            "",
            ".",
            ".refund",
            ".refund-",
            ".refund-01",
            ".refund-+1",
            ".payout-1",
            ".refund-70000",
            "-refund-1",
        ] {
            assert!(format!("{payment}{rest}").parse::<TransactionId>().is_err(), "{rest}");
        }
    }
}
