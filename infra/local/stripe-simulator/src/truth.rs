//! What is true at the processor, in one piece: for tests that compare a ledger with it.

use crate::charges::Charge;
use crate::metadata::Metadata;
use crate::refunds::Refund;
use crate::state::State;
use serde::Serialize;

/// Everything that moved money or may, oldest first; amounts in cents, times in seconds since 1970.
#[derive(Debug, Clone, Serialize)]
pub struct Truth {
    /// When it was true, by the simulator's clock.
    pub now: i64,
    /// Every PaymentIntent.
    pub payment_intents: Vec<TruePayment>,
    /// Every charge.
    pub charges: Vec<TrueCharge>,
    /// Every refund.
    pub refunds: Vec<TrueRefund>,
    /// Every dispute.
    pub disputes: Vec<TrueDispute>,
    /// Every balance transaction.
    pub balance_transactions: Vec<TrueMovement>,
    /// Every payout.
    pub payouts: Vec<TruePayout>,
}

/// A PaymentIntent.
#[derive(Debug, Clone, Serialize)]
pub struct TruePayment {
    /// `pi_…`
    pub id: String,
    /// As the API shows it: `succeeded`.
    pub status: String,
    /// What was asked for.
    pub amount: i64,
    /// What was captured.
    pub amount_received: i64,
    /// The customer, if there is one.
    pub customer: Option<String>,
    /// The last attempt.
    pub latest_charge: Option<String>,
    /// The Checkout Session that made it, if one did.
    pub checkout_session: Option<String>,
    /// As it was given.
    pub metadata: Metadata,
}

/// A charge.
#[derive(Debug, Clone, Serialize)]
pub struct TrueCharge {
    /// `ch_…` or `py_…`
    pub id: String,
    /// Its PaymentIntent.
    pub payment_intent: String,
    /// `pending`, `succeeded` or `failed`.
    pub status: String,
    /// What was asked for.
    pub amount: i64,
    /// Whether the money was taken, or only reserved.
    pub captured: bool,
    /// What was taken.
    pub amount_captured: i64,
    /// What was given back, or is on its way back.
    pub amount_refunded: i64,
    /// Whether there is a dispute about it, open or closed.
    pub disputed: bool,
    /// Why it failed: `card_declined`.
    pub failure_code: Option<String>,
}

/// A refund.
#[derive(Debug, Clone, Serialize)]
pub struct TrueRefund {
    /// `re_…` or `pyr_…`
    pub id: String,
    /// Its charge.
    pub charge: String,
    /// Its PaymentIntent.
    pub payment_intent: String,
    /// `pending`, `succeeded` or `failed`.
    pub status: String,
    /// How much.
    pub amount: i64,
    /// As it was given.
    pub metadata: Metadata,
}

/// A dispute.
#[derive(Debug, Clone, Serialize)]
pub struct TrueDispute {
    /// `du_…`
    pub id: String,
    /// Its charge.
    pub charge: String,
    /// Its PaymentIntent.
    pub payment_intent: String,
    /// `needs_response`, `under_review`, `won` or `lost`.
    pub status: String,
    /// `fraudulent`, `insufficient_funds` …
    pub reason: String,
    /// How much.
    pub amount: i64,
}

/// A balance transaction.
#[derive(Debug, Clone, Serialize)]
pub struct TrueMovement {
    /// `txn_…`
    pub id: String,
    /// `charge`, `payment`, `payment_failure_refund`, `refund`, `payment_refund`, `refund_failure`, `adjustment`,
    /// `payout`, `payout_failure`.
    pub kind: String,
    /// What it is about.
    pub source: String,
    /// The payout that took it to the bank.
    pub payout: Option<String>,
    /// Before the fee.
    pub amount: i64,
    /// What the processor keeps.
    pub fee: i64,
    /// `amount - fee`.
    pub net: i64,
    /// From when it can be paid out.
    pub available_on: i64,
}

/// A payout.
#[derive(Debug, Clone, Serialize)]
pub struct TruePayout {
    /// `po_…`
    pub id: String,
    /// `in_transit`, `paid` or `failed`.
    pub status: String,
    /// How much.
    pub amount: i64,
    /// When the bank is expected to have it.
    pub arrival_date: i64,
}

impl Truth {
    pub(crate) fn of(state: &State, now: i64) -> Self {
        Self {
            now,
            payment_intents: payments(state),
            charges: charges(state),
            refunds: refunds(state),
            disputes: disputes(state),
            balance_transactions: movements(state),
            payouts: payouts(state),
        }
    }
}

fn payments(state: &State) -> Vec<TruePayment> {
    let rows = state.payment_intents.values().map(|row| TruePayment {
        id: row.id.clone(),
        status: row.status.word().to_owned(),
        amount: row.amount,
        amount_received: row.amount_received,
        customer: row.customer.clone(),
        latest_charge: row.latest_charge.clone(),
        checkout_session: row.session.clone(),
        metadata: row.metadata.clone(),
    });
    rows.collect()
}

fn charges(state: &State) -> Vec<TrueCharge> {
    let rows = state.lists.under::<Charge>(state, "").into_iter().map(|row| TrueCharge {
        id: row.id.clone(),
        payment_intent: row.payment_intent.clone(),
        status: row.status.word().to_owned(),
        amount: row.amount,
        captured: row.captured,
        amount_captured: row.amount_captured,
        amount_refunded: row.amount_refunded,
        disputed: row.dispute.is_some(),
        failure_code: row.failure.as_ref().map(|failure| failure.code.clone()),
    });
    rows.collect()
}

fn refunds(state: &State) -> Vec<TrueRefund> {
    let rows = state.lists.under::<Refund>(state, "").into_iter().map(|row| TrueRefund {
        id: row.id.clone(),
        charge: row.charge.clone(),
        payment_intent: row.payment_intent.clone(),
        status: row.status.word().to_owned(),
        amount: row.amount,
        metadata: row.metadata.clone(),
    });
    rows.collect()
}

fn disputes(state: &State) -> Vec<TrueDispute> {
    let rows = state.disputes.values().map(|row| TrueDispute {
        id: row.id.clone(),
        charge: row.charge.clone(),
        payment_intent: row.payment_intent.clone(),
        status: row.status.word().to_owned(),
        reason: row.reason.clone(),
        amount: row.amount,
    });
    rows.collect()
}

fn movements(state: &State) -> Vec<TrueMovement> {
    let rows = state.balance_transactions.values().map(|row| TrueMovement {
        id: row.id.clone(),
        kind: row.kind.clone(),
        source: row.source.clone(),
        payout: row.payout.clone(),
        amount: row.amount,
        fee: row.fee,
        net: row.net(),
        available_on: row.available_on,
    });
    rows.collect()
}

fn payouts(state: &State) -> Vec<TruePayout> {
    let rows = state.payouts.values().map(|row| TruePayout {
        id: row.id.clone(),
        status: row.status.word().to_owned(),
        amount: row.amount,
        arrival_date: row.arrival_date,
    });
    rows.collect()
}
