//! The control API, for tests and the local stack. The crate's documentation lists it.

use crate::charges::{Charge, ChargeStatus, Failure};
use crate::checkout;
use crate::faults::Fault;
use crate::payments;
use crate::refunds::{self, RefundStatus};
use crate::simulator::Simulator;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /_simulator/health`
pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /_simulator/faults`
pub(crate) async fn list_faults(State(simulator): State<Simulator>) -> Json<Value> {
    Json(json!(*simulator.faults()))
}

/// `POST /_simulator/faults`
pub(crate) async fn add_fault(State(simulator): State<Simulator>, Json(fault): Json<Fault>) -> StatusCode {
    simulator.faults().push(fault);
    StatusCode::NO_CONTENT
}

/// `DELETE /_simulator/faults`
pub(crate) async fn clear_faults(State(simulator): State<Simulator>) -> StatusCode {
    simulator.faults().clear();
    StatusCode::NO_CONTENT
}

/// `GET /_simulator/deliveries`
pub(crate) async fn deliveries(State(simulator): State<Simulator>) -> Json<Value> {
    let rows: Vec<Value> = simulator.read(|state| {
        let rows = state.deliveries.values().map(|delivery| {
            let kind = state.events.get(&delivery.event).map(|event| &event.kind);
            json!({
                "id": delivery.id,
                "event": delivery.event,
                "type": kind,
                "endpoint": delivery.endpoint,
                "attempts": delivery.attempts,
                "delivered": delivery.delivered,
                "next_at": delivery.next_at,
            })
        });
        rows.collect()
    });
    Json(json!(rows))
}

/// `POST /_simulator/events/{id}/resend`: Stripe, too, may deliver an event more than once.
/// Source: <https://docs.stripe.com/webhooks#handle-duplicate-events>
pub(crate) async fn resend(State(simulator): State<Simulator>, Path(id): Path<String>) -> StatusCode {
    found(simulator.write("", |state, cx| state.send(cx, &id)))
}

/// How a debit is to end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settlement {
    /// A PaymentIntent or a charge; all that are processing, if absent.
    id: Option<String>,
    outcome: DebitOutcome,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum DebitOutcome {
    /// As the test account says.
    AsAccount,
    Succeed,
    Fail,
}

/// `POST /_simulator/debits/settle`
pub(crate) async fn settle_debits(
    State(simulator): State<Simulator>,
    Json(wanted): Json<Settlement>,
) -> Response {
    let settled = simulator.write("", |state, cx| {
        let chosen = |charge: &&Charge| {
            charge.status == ChargeStatus::Pending
                && wanted.id.as_ref().is_none_or(|id| *id == charge.id || *id == charge.payment_intent)
        };
        let charges: Vec<Charge> = state.charges.values().filter(chosen).cloned().collect();
        for charge in &charges {
            let failure = match wanted.outcome {
                DebitOutcome::AsAccount => crate::passing_time::refusal(charge),
                DebitOutcome::Succeed => None,
                DebitOutcome::Fail => crate::passing_time::refusal(charge).or_else(|| Some(no_funds())),
            };
            payments::settle_debit(state, cx, &charge.id, failure);
        }
        charges.iter().map(|charge| charge.id.clone()).collect::<Vec<_>>()
    });
    let status = if settled.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    (status, Json(json!({ "settled": settled }))).into_response()
}

fn no_funds() -> Failure {
    Failure {
        code: "insufficient_funds".to_owned(),
        decline_code: None,
        message: "The customer's account has insufficient funds to cover this payment.".to_owned(),
    }
}

/// How a refund is to end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundEnd {
    /// `succeeded` or `failed`.
    status: RefundStatus,
}

/// `POST /_simulator/refunds/{id}/settle`
pub(crate) async fn settle_refund(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Json(end): Json<RefundEnd>,
) -> StatusCode {
    found(simulator.write("", |state, cx| {
        let known = state.refunds.contains_key(&id) && end.status != RefundStatus::Pending;
        if known {
            refunds::settle(state, cx, &id, end.status);
        }
        known
    }))
}

/// `POST /_simulator/checkout_sessions/{id}/expire`: as if its time had run out.
pub(crate) async fn expire_session(State(simulator): State<Simulator>, Path(id): Path<String>) -> StatusCode {
    found(simulator.write("", |state, cx| {
        checkout::expire_now(state, cx, &id);
        state.sessions.contains_key(&id)
    }))
}

/// `POST /_simulator/idempotency_keys/prune`
pub(crate) async fn prune(State(simulator): State<Simulator>) -> Json<Value> {
    Json(json!({ "pruned": simulator.prune_idempotency_keys() }))
}

/// `POST /_simulator/reset`
pub(crate) async fn reset(State(simulator): State<Simulator>) -> StatusCode {
    simulator.faults().clear();
    simulator.write("", |state, _| state.reset());
    StatusCode::NO_CONTENT
}

fn found(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}
