//! How disputes begin and end, and the money they move.

use super::{Dispute, DisputeStatus};
use crate::balance::{self, Movement};
use crate::calendar::business_days_after;
use crate::charges::{Charge, ChargeStatus};
use crate::metadata::Metadata;
use crate::payment_methods::Details;
use crate::state::{Cx, State};
use crate::test_numbers::{BankBehaviour, CardBehaviour};
use crate::{mandates, payment_methods};
use serde_json::Value;
use std::collections::BTreeMap;

/// Of a card's dispute and of an account holder's, in cents. Source: <https://stripe.com/pricing>
const DISPUTE_FEE: i64 = 1500;
/// Of a debit that the bank returns for its own reasons, in cents.
/// Source: <https://stripe.com/pricing/local-payment-methods#ach-direct-debit>
const RETURN_FEE: i64 = 400;
/// How long evidence is taken. Source: <https://docs.stripe.com/disputes/responding#timing>
const RESPONSE_SECONDS: i64 = 9 * 24 * 60 * 60;
/// A test card's dispute comes a moment after its payment.
const OPENS_AFTER: i64 = 2;
/// A test account's return comes after so many business days.
const RETURNS_AFTER: u32 = 2;

/// When a payment that has just succeeded will be disputed, if its test card or account is one that does.
pub(crate) fn expected(details: &Details, now: i64) -> Option<i64> {
    match details {
        Details::Card { behaviour: CardBehaviour::Disputes { .. }, .. } => Some(now + OPENS_AFTER),
        Details::UsBankAccount { behaviour: BankBehaviour::Disputes, .. } => {
            Some(business_days_after(now, RETURNS_AFTER))
        }
        _ => None,
    }
}

/// Opens the dispute that a test card or account orders.
pub(crate) fn open_as_ordered(state: &mut State, cx: &Cx, charge_id: &str) {
    let Some(charge) = state.charges.get_mut(charge_id) else { return };
    charge.disputed_at = None;
    let reason = match &charge.details {
        Details::Card { behaviour: CardBehaviour::Disputes { reason }, .. } => reason.clone(),
        _ => "debit_not_authorized".to_owned(),
    };
    // It may have been disputed by hand meanwhile.
    let _ = open(state, cx, charge_id, &reason, None);
}

/// Opens a dispute about a captured charge, of all that was captured if no amount is given. That of a bank debit is
/// lost from its first moment, and ends the permission to debit the account again.
///
/// # Errors
/// Why it cannot be disputed, in words.
pub(crate) fn open(
    state: &mut State,
    cx: &Cx,
    charge_id: &str,
    reason: &str,
    amount: Option<i64>,
) -> Result<Value, String> {
    let charge = state.charges.get(charge_id).ok_or("no such charge")?.clone();
    if charge.status != ChargeStatus::Succeeded || !charge.captured {
        return Err("nothing was captured".to_owned());
    }
    if charge.dispute.is_some() {
        return Err("it is disputed already".to_owned());
    }
    let amount = amount.unwrap_or(charge.amount_captured);
    if !(1..=charge.amount_captured).contains(&amount) {
        return Err("the amount is not part of what was captured".to_owned());
    }
    let brand = match &charge.details {
        Details::Card { brand, .. } => Some(brand.clone()),
        Details::UsBankAccount { .. } => None,
    };
    let is_return = brand.is_none();
    let id = state.id("du_");
    let dispute = Dispute {
        id: id.clone(),
        created: cx.now,
        amount,
        currency: charge.currency.clone(),
        charge: charge_id.to_owned(),
        payment_intent: charge.payment_intent.clone(),
        reason: reason.to_owned(),
        status: if is_return { DisputeStatus::Lost } else { DisputeStatus::NeedsResponse },
        metadata: Metadata::new(),
        evidence: BTreeMap::new(),
        submissions: 0,
        due_by: (!is_return).then_some(cx.now + RESPONSE_SECONDS),
        brand,
        balance_transactions: Vec::new(),
    };
    state.put(dispute);
    state.alter(charge_id, |charge: &mut Charge| charge.dispute = Some(id.clone()));
    let fee = match reason {
        "insufficient_funds" | "incorrect_account_details" | "bank_cannot_process" if is_return => RETURN_FEE,
        _ => DISPUTE_FEE,
    };
    move_funds(state, cx, &id, -amount, fee);
    say(state, cx, &id, "charge.dispute.created");
    say(state, cx, &id, "charge.dispute.funds_withdrawn");
    if is_return {
        say(state, cx, &id, "charge.dispute.closed");
        mandates::revoke(state, cx, &charge.payment_method);
        // A customer's own dispute ends the mandate alone. (Stripe blocks the account after a second one; not here.)
        if reason == "incorrect_account_details" {
            payment_methods::returned(state, cx, &charge.payment_method, reason);
        }
    }
    state.disputes.get(&id).map(|dispute| dispute.json(cx.now)).ok_or_else(String::new)
}

/// Ends an open dispute; one that is won gives its amount back, and not its fee.
/// Source: <https://docs.stripe.com/disputes/how-disputes-work>
pub(crate) fn close_now(state: &mut State, cx: &Cx, id: &str, won: bool) -> Option<Value> {
    let dispute = state.disputes.get_mut(id).filter(|dispute| dispute.status.is_open())?;
    dispute.status = if won { DisputeStatus::Won } else { DisputeStatus::Lost };
    let amount = dispute.amount;
    if won {
        move_funds(state, cx, id, amount, 0);
        say(state, cx, id, "charge.dispute.funds_reinstated");
    }
    say(state, cx, id, "charge.dispute.closed");
    state.disputes.get(id).map(|dispute| dispute.json(cx.now))
}

/// Whether a charge's dispute keeps it from being refunded: it is open, or lost.
pub(crate) fn may_not_be_refunded(state: &State, charge: &Charge) -> bool {
    let dispute = charge.dispute.as_ref().and_then(|id| state.disputes.get(id));
    dispute.is_some_and(|dispute| dispute.status != DisputeStatus::Won)
}

fn move_funds(state: &mut State, cx: &Cx, id: &str, amount: i64, fee: i64) {
    let Some(dispute) = state.disputes.get(id) else { return };
    let (currency, charge) = (dispute.currency.clone(), dispute.charge.clone());
    let what = if amount < 0 { "withdrawal" } else { "reversal" };
    let movement = Movement {
        kind: "adjustment",
        source: id,
        amount,
        fee,
        currency: &currency,
        description: Some(format!("Chargeback {what} for {charge}")),
    };
    let transaction = balance::record(state, cx, movement);
    let json = state.balance_transactions.get(&transaction).map(|row| row.json(cx.now));
    if let Some(dispute) = state.disputes.get_mut(id) {
        dispute.balance_transactions.extend(json);
    }
}

/// Emits an event with the present state of a dispute.
pub(super) fn say(state: &mut State, cx: &Cx, id: &str, event: &str) {
    if let Some(json) = state.disputes.get(id).map(|dispute| dispute.json(cx.now)) {
        state.emit(cx, event, json);
    }
}
