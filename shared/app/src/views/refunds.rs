//! Refunds, before and after they are confirmed, and disputes.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Account, Actor, Cents, Currency, Event, EventKind, InvoiceStatus, Payment, PaymentStatus, Posting,
    number::Series,
    payment::{Dispute, DisputeStatus, Refund, RefundMeans, RefundReason, RefundStatus},
};
use paywell_store::Stored;
use serde::Serialize;
use utoipa::ToSchema;

use super::payments::{AllocationView, told};

/// A refund of a payment, or of a part of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RefundView {
    /// The id.
    pub id: String,
    /// The payment.
    pub payment_id: String,
    /// How much goes back.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
    /// How it stands. A bank may return a refund days after it had succeeded.
    pub status: RefundStatus,
    /// Why it failed.
    pub failure: Option<String>,
    /// Why it was made.
    pub reason: RefundReason,
    /// What staff wrote.
    pub note: Option<String>,
    /// Whether what it takes from invoices is owed again.
    pub owed_again: bool,
    /// What it takes from the payment's credit.
    pub from_credit: String,
    /// What it takes from invoices.
    pub allocations: Vec<AllocationView>,
    /// How it goes back: `processor` (to where it came from), `cash`, `check`, or `external_card`.
    pub method: Option<String>,
    /// The processor's refund, the number of a check, or the terminal's reference.
    pub reference: Option<String>,
    /// When it was asked for (UTC).
    pub requested_at: DateTime<Utc>,
    /// By whom: a user.
    pub requested_by: Option<String>,
    /// When it succeeded or failed, the last time (UTC).
    pub ended_at: Option<DateTime<Utc>>,
}

impl RefundView {
    /// The refund as whoever asks for it is answered.
    pub fn of(payment: &Payment, refund: &Refund, requested_by: Option<String>) -> Self {
        let (method, reference) = match &refund.means {
            RefundMeans::Processor(known) => (Some("processor"), known.clone()),
            RefundMeans::Desk(tender) => told(tender),
        };
        Self {
            id: refund.id.to_string(),
            payment_id: payment.id.to_string(),
            amount: refund.amount.to_string(),
            currency: payment.currency,
            status: refund.status,
            failure: refund.failure.as_ref().map(ToString::to_string),
            reason: refund.reason,
            note: refund.note.as_ref().map(ToString::to_string),
            owed_again: refund.owed_again,
            from_credit: refund.credit.to_string(),
            allocations: refund.parts.iter().map(AllocationView::of).collect(),
            method: method.map(str::to_owned),
            reference,
            requested_at: refund.requested_at,
            requested_by,
            ended_at: None,
        }
    }

    /// The refund with what the payment's history says of it.
    pub fn told(payment: &Payment, refund: &Refund, history: &[Event]) -> Self {
        let (mut by, mut ended_at) = (None, None);
        for event in history {
            match &event.kind {
                EventKind::RefundRequested { refund: id, .. } if *id == refund.id => {
                    by = user(&event.actor);
                }
                EventKind::RefundSucceeded { refund: id } | EventKind::RefundFailed { refund: id, .. }
                    if *id == refund.id =>
                {
                    ended_at = Some(event.at);
                }
                _ => {}
            }
        }
        Self { ended_at, ..Self::of(payment, refund, by) }
    }
}

/// The member of staff, where it is one.
pub(crate) fn user(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Staff { user } => Some(user.clone()),
        _ => None,
    }
}

/// A dispute of a payment, or the return of a bank debit.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DisputeView {
    /// The processor's name for it.
    pub id: String,
    /// How much.
    pub amount: String,
    /// How it stands.
    pub status: DisputeStatus,
    /// The bank's reason.
    pub reason: String,
    /// When we heard of it (UTC).
    pub opened_at: DateTime<Utc>,
}

impl DisputeView {
    /// The dispute.
    pub fn of(dispute: &Dispute) -> Self {
        Self {
            id: dispute.id.clone(),
            amount: dispute.amount.to_string(),
            status: dispute.status,
            reason: dispute.reason.replace('_', " "),
            opened_at: dispute.opened_at,
        }
    }
}

/// What a refund would do, before anybody confirms it: the same request to confirm does just this, unless something has
/// changed meanwhile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RefundPreview {
    /// The payment.
    pub payment_id: String,
    /// The payment's version, so that a change between preview and confirmation shows.
    pub payment_version: u64,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What of the payment can be refunded now.
    pub refundable: String,
    /// Whether the refund is possible.
    pub possible: bool,
    /// Why it is not.
    pub why_not: Option<String>,
    /// What it would do, where it is possible.
    pub refund: Option<PlannedRefund>,
}

/// What a refund that is possible would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedRefund {
    /// How much goes back.
    pub amount: String,
    /// How: `processor` (to where it came from), `cash`, `check`, or `external_card`.
    pub method: Option<String>,
    /// Whether what it takes from invoices is owed again.
    pub owed_again: bool,
    /// Whether that follows from the reason, where staff do not say; none where they must.
    pub owed_again_by_default: Option<bool>,
    /// What it takes from the payment's credit.
    pub from_credit: String,
    /// What it takes from invoices.
    pub invoices: Vec<PlannedPart>,
    /// The payment's status once it has succeeded.
    pub status_after: PaymentStatus,
    /// What the ledger says once it has succeeded.
    pub ledger: Vec<LedgerLine>,
}

/// What a refund would take from an invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedPart {
    /// The invoice.
    pub invoice_id: String,
    /// The invoice's number.
    pub number: String,
    /// How much.
    pub amount: String,
    /// What is owed on it now.
    pub balance: String,
    /// What is owed on it then.
    pub balance_after: String,
    /// Its stored status then.
    pub status_after: InvoiceStatus,
}

/// What a movement of money does to one account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LedgerLine {
    /// The account.
    pub account: Account,
    /// The account's name, as people read it.
    pub name: String,
    /// The amount; above zero it is a debit, below a credit.
    pub amount: String,
}

impl LedgerLine {
    /// One line an account; what comes to nothing is left out.
    pub fn of(postings: &[Posting]) -> Vec<Self> {
        let mut accounts: Vec<Account> = postings.iter().map(|posting| posting.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let sum = |account: Account| {
            let of = postings.iter().filter(|posting| posting.account == account);
            Cents::checked_sum(of.map(|posting| posting.cents)).unwrap_or(Cents::ZERO)
        };
        let lines = accounts.into_iter().map(|account| (account, sum(account)));
        let lines = lines.filter(|(_, cents)| !cents.is_zero());
        lines
            .map(|(account, cents)| Self {
                account,
                name: account.words().to_owned(),
                amount: cents.to_string(),
            })
            .collect()
    }
}

impl RefundPreview {
    /// Nothing can be refunded, and why.
    pub fn impossible(payment: &Stored<Payment>, why: String) -> Self {
        Self { why_not: Some(why), ..Self::start(payment) }
    }

    /// What would be done.
    pub fn possible(payment: &Stored<Payment>, refund: PlannedRefund) -> Self {
        Self { possible: true, refund: Some(refund), ..Self::start(payment) }
    }

    fn start(payment: &Stored<Payment>) -> Self {
        let state = &payment.state;
        let refundable = if state.can_be_refunded() { state.refundable() } else { Cents::ZERO };
        Self {
            payment_id: state.id.to_string(),
            payment_version: payment.version,
            currency: state.currency,
            refundable: refundable.to_string(),
            possible: false,
            why_not: None,
            refund: None,
        }
    }
}

impl PlannedPart {
    /// An invoice before and after.
    pub fn of(amount: &str, before: &paywell_domain::Invoice, after: &paywell_domain::Invoice) -> Self {
        Self {
            invoice_id: after.id.to_string(),
            number: Series::Invoice.show(after.number),
            amount: amount.to_owned(),
            balance: before.balance().to_string(),
            balance_after: after.balance().to_string(),
            status_after: after.status,
        }
    }
}
