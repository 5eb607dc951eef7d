//! `expand[]`: ids replaced by their objects. Source: <https://docs.stripe.com/api/expanding_objects>.

use crate::error::{Result, StripeError};
use crate::state::{Cx, State};
use serde_json::Value;

/// The members that hold ids of objects simulated here.
const EXPANDABLE: &[&str] = &[
    "balance_transaction",
    "charge",
    "customer",
    "failure_balance_transaction",
    "latest_charge",
    "line_items",
    "mandate",
    "payment_intent",
    "payment_method",
    "setup_intent",
    "source",
];

/// Refuses what cannot be expanded, and paths of more than four levels, before anything runs.
pub(crate) fn check(paths: &[String]) -> Result<()> {
    for path in paths {
        let mut parts: Vec<&str> = path.split('.').collect();
        if parts.first() == Some(&"data") {
            parts.remove(0);
        }
        if parts.len() > 4 {
            let message = "You cannot expand more than 4 levels of a property.";
            return Err(StripeError::invalid(message).param("expand").before_execution());
        }
        if let Some(part) = parts.iter().find(|part| !EXPANDABLE.contains(part)) {
            let message = format!("This property cannot be expanded ({part}).");
            return Err(StripeError::invalid(message).param("expand").before_execution());
        }
    }
    Ok(())
}

/// Expands each path in an answer.
pub(crate) fn apply(state: &State, cx: &Cx, mut answer: Value, paths: &[String]) -> Value {
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        expand(state, cx, &mut answer, &parts);
    }
    answer
}

fn expand(state: &State, cx: &Cx, value: &mut Value, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else { return };
    if let (&"data", Some(Value::Array(rows))) = (first, value.get_mut("data")) {
        for row in rows {
            expand(state, cx, row, rest);
        }
        return;
    }
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(members) = value.as_object_mut() else { return };
    if let (&"line_items", Some(session)) = (first, state.sessions.get(&id)) {
        members.insert("line_items".to_owned(), session.lines());
        return;
    }
    let Some(member) = members.get_mut(*first) else { return };
    if let Some(object) = member.as_str().and_then(|id| object(state, cx, id)) {
        *member = object;
    }
    expand(state, cx, member, rest);
}

fn object(state: &State, cx: &Cx, id: &str) -> Option<Value> {
    match id.split_once('_')?.0 {
        "cus" => state.customers.get(id).map(crate::customers::Customer::json),
        "pm" => state.payment_methods.get(id).map(crate::payment_methods::PaymentMethod::json),
        "pi" => state.payment_intents.get(id).map(crate::payment_intents::PaymentIntent::json),
        "seti" => state.setup_intents.get(id).map(crate::setup_intents::SetupIntent::json),
        "mandate" => state.mandates.get(id).map(crate::mandates::Mandate::json),
        "ch" | "py" => state.charges.get(id).map(|charge| charge.json(state)),
        "re" | "pyr" => state.refunds.get(id).map(crate::refunds::Refund::json),
        "du" => state.disputes.get(id).map(|dispute| dispute.json(cx.now)),
        "po" => state.payouts.get(id).map(crate::payouts::Payout::json),
        "txn" => state.balance_transactions.get(id).map(|transaction| transaction.json(cx.now)),
        _ => None,
    }
}
