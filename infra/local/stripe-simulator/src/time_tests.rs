//! The rules that wait for hours and days, on the pure state: `now` is an argument.

use crate::idempotency::{self, Begin, Record};
use crate::params::Reader;
use crate::routes::run;
use crate::state::{Cx, State};
use serde_json::Value;

/// Friday, 15 January 2027, 08:00 UTC.
const START: i64 = 1_800_000_000;
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// The beginning of that Friday.
const FRIDAY: i64 = START - 8 * HOUR;
/// Four business days after it.
const THURSDAY: i64 = FRIDAY + 6 * DAY;

fn at(now: i64) -> Cx {
    Cx { now, ach_settles_after: None, refund_settles_after: 5 * DAY, ..Cx::default() }
}

fn call(state: &mut State, now: i64, method: &str, path: &str, params: &str) -> Value {
    state.pass_time(&at(now));
    run(state, &at(now), method, path, Reader::parse(params).unwrap()).unwrap()
}

fn text(object: &Value, member: &str) -> String {
    object.get(member).and_then(Value::as_str).unwrap().to_owned()
}

fn kinds(state: &State) -> Vec<&str> {
    state.events.values().map(|event| event.kind.as_str()).collect()
}

fn pay(state: &mut State, method: &str, more: &str) -> Value {
    let params = format!(
        "amount=10000&currency=usd&payment_method={method}&confirm=true&allowed_payment_method_types[]=card\
         &allowed_payment_method_types[]=us_bank_account{more}"
    );
    call(state, START, "POST", "/v1/payment_intents", &params)
}

const MANDATE: &str = "&mandate_data[customer_acceptance][type]=offline";

#[test]
fn a_session_expires_at_its_second_and_not_before() {
    let mut state = State::new(1);
    let params = format!(
        "mode=setup&success_url=https://practice.test&allowed_payment_method_types[]=card&expires_at={}",
        START + HOUR
    );
    let session = text(&call(&mut state, START, "POST", "/v1/checkout/sessions", &params), "id");
    let path = format!("/v1/checkout/sessions/{session}");
    assert_eq!(text(&call(&mut state, START + HOUR - 1, "GET", &path, ""), "status"), "open");
    assert_eq!(text(&call(&mut state, START + HOUR, "GET", &path, ""), "status"), "expired");
    assert_eq!(kinds(&state), ["setup_intent.created", "checkout.session.expired", "setup_intent.canceled"]);
}

#[test]
fn a_bank_debit_settles_after_four_business_days() {
    let mut state = State::new(1);
    let intent = text(&pay(&mut state, "pm_usBankAccount_success", MANDATE), "id");
    let path = format!("/v1/payment_intents/{intent}");
    assert_eq!(text(&call(&mut state, THURSDAY - 1, "GET", &path, ""), "status"), "processing");
    assert_eq!(text(&call(&mut state, THURSDAY, "GET", &path, ""), "status"), "succeeded");
}

#[test]
fn an_account_without_funds_fails_after_the_same_days() {
    let mut state = State::new(1);
    let intent = text(&pay(&mut state, "pm_usBankAccount_insufficientFunds", MANDATE), "id");
    let path = format!("/v1/payment_intents/{intent}");
    let after = call(&mut state, THURSDAY, "GET", &path, "");
    assert_eq!(text(&after, "status"), "requires_payment_method");
}

#[test]
fn an_account_that_stays_processing_is_never_settled_by_time() {
    let mut state = State::new(1);
    let intent = text(&pay(&mut state, "pm_usBankAccount_processing", MANDATE), "id");
    let path = format!("/v1/payment_intents/{intent}");
    assert_eq!(text(&call(&mut state, START + 400 * DAY, "GET", &path, ""), "status"), "processing");
}

#[test]
fn an_authorisation_is_released_after_seven_days() {
    let mut state = State::new(1);
    let intent = text(&pay(&mut state, "pm_card_visa", "&capture_method=manual"), "id");
    let path = format!("/v1/payment_intents/{intent}");
    assert_eq!(text(&call(&mut state, START + 7 * DAY - 1, "GET", &path, ""), "status"), "requires_capture");
    let after = call(&mut state, START + 7 * DAY, "GET", &path, "");
    assert_eq!(text(&after, "status"), "canceled");
    assert_eq!(text(&after, "cancellation_reason"), "automatic");
    assert!(kinds(&state).contains(&"charge.expired"));
}

#[test]
fn a_refund_that_will_fail_fails_after_its_days() {
    let mut state = State::new(1);
    let intent = text(&pay(&mut state, "pm_card_refundFail", ""), "id");
    let refund = call(&mut state, START, "POST", "/v1/refunds", &format!("payment_intent={intent}"));
    assert_eq!(text(&refund, "status"), "succeeded");
    let path = format!("/v1/refunds/{}", text(&refund, "id"));
    assert_eq!(text(&call(&mut state, START + 5 * DAY, "GET", &path, ""), "status"), "failed");
}

#[test]
fn card_money_is_available_after_two_business_days() {
    let mut state = State::new(1);
    pay(&mut state, "pm_card_visa", "&capture_method=automatic");
    let status = |state: &mut State, now| {
        let list = call(state, now, "GET", "/v1/balance_transactions", "type=charge");
        text(list.get("data").and_then(|data| data.get(0)).unwrap(), "status")
    };
    assert_eq!(status(&mut state, FRIDAY + 4 * DAY - 1), "pending");
    assert_eq!(status(&mut state, FRIDAY + 4 * DAY), "available");
}

#[test]
fn an_asynchronous_capture_is_booked_a_moment_later() {
    let mut state = State::new(1);
    let charge = text(&pay(&mut state, "pm_card_visa", ""), "latest_charge");
    let path = format!("/v1/charges/{charge}");
    let now = call(&mut state, START, "GET", &path, "");
    assert_eq!(now.get("balance_transaction"), Some(&Value::Null));
    let transaction = text(&call(&mut state, START + 1, "GET", &path, ""), "balance_transaction");
    assert!(transaction.starts_with("txn_"));
    assert!(kinds(&state).contains(&"charge.updated"));
}

#[test]
fn idempotency_keys_are_forgotten_after_24_hours() {
    let mut state = State::new(1);
    let first = || Record {
        created: START,
        request_id: "req_1".to_owned(),
        endpoint: "/v1/customers".to_owned(),
        params: String::new(),
        answer: None,
    };
    assert!(matches!(idempotency::begin(&mut state, "k", first()), Ok(Begin::Run)));
    idempotency::finish(&mut state, "k", true, 200, "{}");
    state.pass_time(&at(START + 24 * HOUR - 1));
    assert!(matches!(idempotency::begin(&mut state, "k", first()), Ok(Begin::Replay(200, ..))));
    state.pass_time(&at(START + 24 * HOUR));
    assert!(matches!(idempotency::begin(&mut state, "k", first()), Ok(Begin::Run)));
}

#[test]
fn a_webhook_is_retried_ever_more_slowly_and_then_given_up() {
    let mut state = State::new(1);
    state.configure_endpoint(START, Some("http://practice.test"), "whsec_x");
    call(&mut state, START, "POST", "/v1/customers", "");
    let waits = [1, 4];
    for due_at in [START, START + 1, START + 5] {
        assert!(state.take_due(due_at - 1).is_empty());
        let due = state.take_due(due_at);
        assert_eq!(due.len(), 1);
        assert!(state.take_due(due_at).is_empty(), "it is taken");
        state.delivered(&due[0].delivery, due_at, Ok(503), &waits);
    }
    assert!(state.take_due(START + 400 * DAY).is_empty());
}

#[test]
fn ids_are_unique_sort_by_creation_and_survive_a_reset() {
    let mut state = State::new(1);
    let mut ids: Vec<String> = (0..200).map(|_| state.id("pi_")).collect();
    state.reset();
    ids.push(state.id("pi_"));
    let mut sorted = ids.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, ids);
}
