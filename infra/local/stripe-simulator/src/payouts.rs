//! Automatic daily payouts. Sources: <https://docs.stripe.com/payouts>, <https://docs.stripe.com/api/payouts>.

use crate::balance::{self, BalanceTransaction, Movement};
use crate::calendar::business_days_after;
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::params::Reader;
use crate::state::{Cx, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Source: <https://docs.stripe.com/api/payouts/object#payout_object-status>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PayoutStatus {
    InTransit,
    Paid,
    Failed,
}

impl PayoutStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}

/// Amounts in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payout {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) arrival_date: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: PayoutStatus,
    pub(crate) balance_transaction: String,
    pub(crate) failure_balance_transaction: Option<String>,
    pub(crate) failure_code: Option<String>,
}

impl Payout {
    pub(crate) fn json(&self) -> Value {
        let arrived = self.status != PayoutStatus::InTransit;
        let trace = if arrived {
            json!({ "status": "supported", "value": format!("TRACE{}", self.id.trim_start_matches("po_")) })
        } else {
            json!({ "status": "pending", "value": null })
        };
        json!({
            "id": self.id,
            "object": "payout",
            "amount": self.amount,
            "application_fee": null,
            "application_fee_amount": null,
            "arrival_date": self.arrival_date,
            "automatic": true,
            "balance_transaction": self.balance_transaction,
            "created": self.created,
            "currency": self.currency,
            "description": "STRIPE PAYOUT",
            "destination": "ba_simulated",
            "failure_balance_transaction": self.failure_balance_transaction,
            "failure_code": self.failure_code,
            "failure_message": self.failure_code.as_deref().map(failure_message),
            "livemode": false,
            "metadata": {},
            "method": "standard",
            "original_payout": null,
            "payout_method": null,
            "reconciliation_status": "completed",
            "reversed_by": null,
            "source_type": "card",
            "statement_descriptor": null,
            "status": self.status,
            "trace_id": trace,
            "type": "bank_account",
        })
    }
}

/// Source: <https://docs.stripe.com/api/payouts/failures>
const FAILURES: &[(&str, &str)] = &[
    ("account_closed", "The bank account has been closed."),
    ("account_frozen", "The bank account has been frozen."),
    ("could_not_process", "The bank could not process this payout."),
    ("debit_not_authorized", "Debit transactions are not approved on your bank account."),
    ("insufficient_funds", "Your Stripe account has insufficient funds to cover the payout."),
    ("invalid_account_number", "The routing number seems correct, but the account number is invalid."),
    (
        "no_account",
        "The bank account details on file are probably incorrect. No bank account could be located.",
    ),
];

fn failure_message(code: &str) -> &'static str {
    FAILURES.iter().find(|(known, _)| *known == code).map_or("", |(_, message)| message)
}

/// Whether Stripe's payouts fail with this code.
pub(crate) fn is_failure(code: &str) -> bool {
    FAILURES.iter().any(|(known, _)| *known == code)
}

/// Sends all that is available to the bank, if it is more than nothing; a negative balance waits for money to come.
/// Source: <https://docs.stripe.com/payouts#negative-payouts>
pub(crate) fn pay_out(state: &mut State, cx: &Cx) {
    let unpaid = state.unpaid.iter().filter_map(|id| state.balance_transactions.get(id));
    let available: Vec<&BalanceTransaction> = unpaid.filter(|row| row.available_on <= cx.now).collect();
    let amount: i64 = available.iter().map(|row| row.net()).sum();
    if amount < 1 {
        return;
    }
    let taken: Vec<String> = available.into_iter().map(|row| row.id.clone()).collect();
    let id = state.id("po_");
    for transaction in &taken {
        state.unpaid.remove(transaction);
        state.alter(transaction, |row: &mut BalanceTransaction| row.payout = Some(id.clone()));
    }
    let movement = Movement {
        kind: "payout",
        source: &id,
        amount: -amount,
        fee: 0,
        currency: "usd",
        description: Some("STRIPE PAYOUT".to_owned()),
    };
    let payout = Payout {
        id: id.clone(),
        created: cx.now,
        arrival_date: business_days_after(cx.now, 1),
        amount,
        currency: "usd".to_owned(),
        status: PayoutStatus::InTransit,
        balance_transaction: balance::record(state, cx, movement),
        failure_balance_transaction: None,
        failure_code: None,
    };
    let json = payout.json();
    state.put(payout);
    state.emit(cx, "payout.created", json.clone());
    state.emit(cx, "payout.reconciliation_completed", json);
}

/// The day has come on which the bank is expected to have it.
/// Source: <https://docs.stripe.com/api/events/types#event_types-payout.paid>
pub(crate) fn arrive(state: &mut State, cx: &Cx, id: &str) {
    let Some(payout) = state.payouts.get_mut(id) else { return };
    if payout.status != PayoutStatus::InTransit || payout.arrival_date > cx.now {
        return;
    }
    payout.status = PayoutStatus::Paid;
    let json = payout.json();
    state.emit(cx, "payout.updated", json.clone());
    state.emit(cx, "payout.paid", json);
}

/// The bank sends a payout back, which Stripe may learn after it showed it as paid. The money is in the balance again,
/// for the next payout. `None` if it has failed already, or if there is none.
/// Source: <https://docs.stripe.com/payouts#payout-failures>
pub(crate) fn fail(state: &mut State, cx: &Cx, id: &str, code: &str) -> Option<Value> {
    let payout = state.payouts.get(id).filter(|payout| payout.status != PayoutStatus::Failed)?.clone();
    let movement = Movement {
        kind: "payout_failure",
        source: id,
        amount: payout.amount,
        fee: 0,
        currency: &payout.currency,
        description: Some("PAYOUT FAILURE".to_owned()),
    };
    let returned = balance::record(state, cx, movement);
    let payout = state.payouts.get_mut(id)?;
    payout.status = PayoutStatus::Failed;
    payout.failure_code = Some(code.to_owned());
    payout.failure_balance_transaction = Some(returned);
    let json = payout.json();
    state.emit(cx, "payout.updated", json.clone());
    state.emit(cx, "payout.failed", json.clone());
    Some(json)
}

/// `GET /v1/payouts/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(state.payouts.get(id).ok_or_else(|| StripeError::missing("payout", id, "payout"))?.json())
}

/// `GET /v1/payouts`. Source: <https://docs.stripe.com/api/payouts/list>
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let arrival = Created::named(&mut reader, "arrival_date");
    let status = reader.choice("status", &["pending", "in_transit", "paid", "failed", "canceled"]);
    reader.finish()?;
    let wanted = |payout: &Payout| {
        arrival.holds(payout.arrival_date)
            && status.as_ref().is_none_or(|status| payout.status.word() == status)
    };
    Listing { page, created, owner: None }.of(state, "/v1/payouts", wanted, Payout::json)
}
