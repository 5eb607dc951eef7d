//! The control API, for tests and the local stack. The crate's documentation lists it.

pub(crate) mod delivering;

use crate::charges::{Charge, ChargeStatus, Failure};
use crate::faults::Fault;
use crate::refunds::{self, RefundStatus};
use crate::simulator::Simulator;
use crate::truth::Truth;
use crate::{checkout, disputes, payments, payouts};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

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

/// How far to move the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advance {
    advance_seconds: u32,
}

/// `GET /_simulator/clock`
pub(crate) async fn clock(State(simulator): State<Simulator>) -> Json<Value> {
    Json(json!({ "now": simulator.now() }))
}

/// `POST /_simulator/clock`
pub(crate) async fn advance(State(simulator): State<Simulator>, Json(by): Json<Advance>) -> Json<Value> {
    Json(json!({ "now": simulator.advance(Duration::from_secs(by.advance_seconds.into())) }))
}

/// `GET /_simulator/truth`
pub(crate) async fn truth(State(simulator): State<Simulator>) -> Json<Truth> {
    Json(simulator.truth())
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

/// What a dispute is about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complaint {
    reason: String,
    /// In cents; all that was captured, if absent.
    amount: Option<i64>,
}

/// `POST /_simulator/charges/{id}/dispute`
pub(crate) async fn dispute(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Json(complaint): Json<Complaint>,
) -> Response {
    if !disputes::REASONS.contains(&complaint.reason.as_str()) {
        return refused(&format!("{} is none of Stripe's reasons", complaint.reason));
    }
    let opened =
        simulator.write("", |state, cx| disputes::open(state, cx, &id, &complaint.reason, complaint.amount));
    opened.map_or_else(|problem| refused(&problem), |dispute| Json(dispute).into_response())
}

/// How a dispute is to end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisputeEnd {
    status: Verdict,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Won,
    Lost,
}

/// `POST /_simulator/disputes/{id}/close`
pub(crate) async fn close_dispute(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Json(end): Json<DisputeEnd>,
) -> Response {
    let closed =
        simulator.write("", |state, cx| disputes::close_now(state, cx, &id, end.status == Verdict::Won));
    closed.map_or_else(|| refused("no such dispute is open"), |dispute| Json(dispute).into_response())
}

/// Why a payout fails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayoutEnd {
    #[serde(default = "account_closed")]
    failure_code: String,
}

fn account_closed() -> String {
    "account_closed".to_owned()
}

/// `POST /_simulator/payouts/{id}/fail`
pub(crate) async fn fail_payout(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    Json(end): Json<PayoutEnd>,
) -> Response {
    if !payouts::is_failure(&end.failure_code) {
        return refused(&format!("{} is none of Stripe's failure codes", end.failure_code));
    }
    let failed = simulator.write("", |state, cx| payouts::fail(state, cx, &id, &end.failure_code));
    failed.map_or_else(|| refused("no such payout can fail"), |payout| Json(payout).into_response())
}

/// `POST /_simulator/reset`
pub(crate) async fn reset(State(simulator): State<Simulator>) -> StatusCode {
    simulator.faults().clear();
    simulator.write("", |state, _| state.reset());
    StatusCode::NO_CONTENT
}

fn refused(problem: &str) -> Response {
    (StatusCode::CONFLICT, Json(json!({ "problem": problem }))).into_response()
}

fn found(found: bool) -> StatusCode {
    if found { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}
