//! Refunds. Sources: <https://docs.stripe.com/api/refunds>, <https://docs.stripe.com/refunds>.

use crate::balance::{self, Movement};
use crate::charges::{Charge, ChargeStatus};
use crate::disputes;
use crate::error::{Result, StripeError};
use crate::lists::{Created, Listing, Page};
use crate::metadata::Metadata;
use crate::params::Reader;
use crate::payment_methods::Details;
use crate::payments::emit_charge;
use crate::state::{Cx, State};
use crate::test_numbers::CardBehaviour;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// Amounts in cents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) customer: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) status: RefundStatus,
    pub(crate) failure_reason: Option<String>,
    pub(crate) balance_transaction: Option<String>,
    pub(crate) failure_balance_transaction: Option<String>,
    pub(crate) card: bool,
    /// What comes next by itself, and when by the simulator's clock.
    pub(crate) next: Option<(i64, RefundStatus)>,
}

impl Refund {
    pub(crate) fn json(&self) -> Value {
        let destination = if self.card {
            let card = json!({
                "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund",
            });
            json!({ "card": card, "type": "card" })
        } else {
            json!({ "type": "us_bank_transfer", "us_bank_transfer": { "reference": null, "reference_status": null } })
        };
        let mut json = json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": self.balance_transaction,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": null,
            "destination_details": destination,
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "payment_method": null,
            "reason": self.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": self.status,
            "transfer_reversal": null,
        });
        // https://docs.stripe.com/api/refunds/object: both are there only once a refund failed.
        if let (Some(members), RefundStatus::Failed) = (json.as_object_mut(), self.status) {
            members.insert("failure_reason".to_owned(), json!(self.failure_reason));
            members.insert("failure_balance_transaction".to_owned(), json!(self.failure_balance_transaction));
        }
        json
    }
}

/// `POST /v1/refunds`. Source: <https://docs.stripe.com/api/refunds/create>
pub(crate) fn create(state: &mut State, cx: &Cx, mut reader: Reader) -> Result<Value> {
    let amount = reader.integer("amount");
    let (charge, intent) = (reader.string("charge"), reader.string("payment_intent"));
    let reason = reader.choice("reason", &["duplicate", "fraudulent", "requested_by_customer"]);
    let metadata = reader.metadata();
    if charge.is_none() && intent.is_none() {
        let message =
            "One of the following params should be provided for this request: payment_intent or charge.";
        reader.fail(StripeError::invalid(message).code("parameter_missing"));
    }
    reader.finish()?;
    let charge = charge_to_refund(state, charge, intent)?;
    // https://docs.stripe.com/error-codes#charge-disputed
    if disputes::may_not_be_refunded(state, &charge) {
        let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
        return Err(StripeError::invalid(message).code("charge_disputed"));
    }
    let amount = refundable(&charge, amount)?;
    let metadata = metadata.into_new()?;
    let (status, next) = course(&charge, cx);
    let card = matches!(charge.details, Details::Card { .. });
    let id = state.id(if card { "re_" } else { "pyr_" });
    let movement = Movement {
        kind: if card { "refund" } else { "payment_refund" },
        source: &id,
        amount: -amount,
        fee: 0,
        currency: &charge.currency,
        description: Some(format!("REFUND FOR CHARGE ({})", charge.id)),
    };
    let transaction = balance::record(state, cx, movement);
    let refund = Refund {
        id: id.clone(),
        created: cx.now,
        amount,
        currency: charge.currency.clone(),
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        customer: charge.customer.clone(),
        reason,
        metadata,
        status,
        failure_reason: None,
        balance_transaction: Some(transaction),
        failure_balance_transaction: None,
        card,
        next,
    };
    let json = refund.json();
    state.put(refund);
    if let Some(charge) = state.charges.get_mut(&charge.id) {
        charge.refunds.push(id);
        charge.amount_refunded += amount;
    }
    state.emit(cx, "refund.created", json.clone());
    emit_charge(state, cx, "charge.refunded", &charge.id);
    Ok(json)
}

fn charge_to_refund(state: &State, charge: Option<String>, intent: Option<String>) -> Result<Charge> {
    if let Some(id) = charge {
        let charge = state.charges.get(&id).ok_or_else(|| StripeError::missing("charge", &id, "charge"))?;
        if intent.as_ref().is_some_and(|intent| *intent != charge.payment_intent) {
            let message = format!("The charge {id} does not belong to the PaymentIntent given.");
            return Err(StripeError::invalid(message).param("payment_intent"));
        }
        return match (charge.status, charge.captured) {
            (ChargeStatus::Succeeded, true) => Ok(charge.clone()),
            _ => {
                let message =
                    format!("Charge {id} was not successful and captured, so it cannot be refunded.");
                Err(StripeError::invalid(message).param("charge"))
            }
        };
    }
    let id = intent.unwrap_or_default();
    let found = state.payment_intents.get(&id);
    let intent = found.ok_or_else(|| StripeError::missing("payment_intent", &id, "payment_intent"))?;
    let charge = intent.latest_charge.as_ref().and_then(|charge| state.charges.get(charge));
    let taken = charge.filter(|charge| charge.status == ChargeStatus::Succeeded && charge.captured);
    taken.cloned().ok_or_else(|| {
        let message = format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
        StripeError::invalid(message).param("payment_intent")
    })
}

/// The amount to refund, at most what is left. Stripe gives the over-refund no `code`, only its `param`.
/// Sources: <https://docs.stripe.com/error-codes#charge-already-refunded>,
/// <https://docs.stripe.com/api/refunds/create#create_refund-amount>
fn refundable(charge: &Charge, wanted: Option<i64>) -> Result<i64> {
    let left = charge.amount_captured - charge.amount_refunded;
    if left <= 0 {
        let message = format!("Charge {} has already been refunded.", charge.id);
        return Err(StripeError::invalid(message).code("charge_already_refunded"));
    }
    let amount = wanted.unwrap_or(left);
    if amount < 1 {
        let error = StripeError::invalid("Invalid positive integer");
        return Err(error.code("parameter_invalid_integer").param("amount"));
    }
    if amount > left {
        let message = format!(
            "Refund amount ({}) is greater than unrefunded amount on charge ({})",
            dollars(amount),
            dollars(left)
        );
        return Err(StripeError::invalid(message).param("amount"));
    }
    Ok(amount)
}

/// Cents as `$1,234.56`.
pub(crate) fn dollars(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("${grouped}.{:02}", cents % 100)
}

/// Cards give back at once, except two of the test cards; bank accounts in days.
/// Sources: <https://docs.stripe.com/testing#refunds>,
/// <https://docs.stripe.com/payments/ach-direct-debit#refunds>
fn course(charge: &Charge, cx: &Cx) -> (RefundStatus, Option<(i64, RefundStatus)>) {
    let later = cx.now + cx.refund_settles_after;
    match &charge.details {
        Details::Card { behaviour: CardBehaviour::FailsRefunds, .. } => {
            (RefundStatus::Succeeded, Some((later, RefundStatus::Failed)))
        }
        Details::Card { behaviour: CardBehaviour::PendsRefunds, .. } | Details::UsBankAccount { .. } => {
            (RefundStatus::Pending, Some((later, RefundStatus::Succeeded)))
        }
        Details::Card { .. } => (RefundStatus::Succeeded, None),
    }
}

/// A refund comes to its end. One that fails gives its amount back to the charge.
/// Source: <https://docs.stripe.com/refunds#failed-refunds>
pub(crate) fn settle(state: &mut State, cx: &Cx, id: &str, status: RefundStatus) {
    let Some(refund) = state.refunds.get(id).filter(|refund| refund.status != RefundStatus::Failed).cloned()
    else {
        return;
    };
    let failed = status == RefundStatus::Failed;
    let returned = failed.then(|| {
        let movement = Movement {
            kind: "refund_failure",
            source: id,
            amount: refund.amount,
            fee: 0,
            currency: &refund.currency,
            description: Some(format!("REFUND FAILURE ({id})")),
        };
        balance::record(state, cx, movement)
    });
    if let Some(charge) = state.charges.get_mut(&refund.charge).filter(|_| failed) {
        charge.amount_refunded -= refund.amount;
    }
    let Some(refund) = state.refunds.get_mut(id) else { return };
    refund.status = status;
    refund.next = None;
    if failed {
        refund.failure_reason = Some("expired_or_canceled_card".to_owned()).filter(|_| refund.card);
        refund.failure_reason.get_or_insert_with(|| "unknown".to_owned());
        refund.failure_balance_transaction = returned;
    }
    let json = refund.json();
    if failed {
        state.emit(cx, "refund.failed", json.clone());
    }
    state.emit(cx, "refund.updated", json.clone());
    state.emit(cx, "charge.refund.updated", json);
}

/// `GET /v1/refunds/{id}`
pub(crate) fn retrieve(state: &State, reader: Reader, id: &str) -> Result<Value> {
    reader.finish()?;
    Ok(state.refunds.get(id).ok_or_else(|| StripeError::missing("refund", id, "refund"))?.json())
}

/// `GET /v1/refunds`
pub(crate) fn list(state: &State, mut reader: Reader) -> Result<Value> {
    let (page, created) = (Page::read(&mut reader), Created::read(&mut reader));
    let (charge, intent) = (reader.string("charge"), reader.string("payment_intent"));
    reader.finish()?;
    let wanted = |refund: &Refund| {
        charge.as_ref().is_none_or(|charge| refund.charge == *charge)
            && intent.as_ref().is_none_or(|intent| refund.payment_intent == *intent)
    };
    let owner = charge.as_deref().or(intent.as_deref());
    Listing { page, created, owner }.of(state, "/v1/refunds", wanted, Refund::json)
}
