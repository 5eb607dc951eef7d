//! Money over days, on the pure state: returns, payouts and authorisations at their own seconds.

use crate::params::Reader;
use crate::routes::run;
use crate::state::{Cx, State};
use serde_json::Value;

/// Friday, 15 January 2027, 00:00 UTC.
const FRIDAY: i64 = 1_800_000_000 - 8 * HOUR;
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

fn call(state: &mut State, now: i64, method: &str, path: &str, params: &str) -> Value {
    let cx = Cx { now, refund_settles_after: 5 * DAY, ..Cx::default() };
    state.pass_time(&cx);
    run(state, &cx, method, path, Reader::parse(params).unwrap()).unwrap()
}

fn pay(state: &mut State, now: i64, method: &str, more: &str) -> Value {
    let params = format!(
        "amount=10000&currency=usd&payment_method={method}&confirm=true&allowed_payment_method_types[]=card\
         &allowed_payment_method_types[]=us_bank_account{more}"
    );
    call(state, now, "POST", "/v1/payment_intents", &params)
}

fn rows(state: &mut State, now: i64, path: &str, params: &str) -> Vec<Value> {
    call(state, now, "GET", path, params)["data"].as_array().unwrap().clone()
}

/// Events of these kinds, with the seconds at which they happened.
fn happened(state: &State, kinds: &[&str]) -> Vec<(String, i64)> {
    let events = state.events.values().filter(|event| kinds.contains(&event.kind.as_str()));
    events.map(|event| (event.kind.clone(), event.created)).collect()
}

#[test]
fn a_debit_succeeds_and_comes_back_at_their_seconds_however_late_one_looks() {
    let mut state = State::new(1);
    let mandate = "&mandate_data[customer_acceptance][type]=offline";
    pay(&mut state, FRIDAY + HOUR, "pm_usBankAccount_dispute", mandate);
    rows(&mut state, FRIDAY + 400 * DAY, "/v1/payment_intents", "");
    let (thursday, monday) = (FRIDAY + 6 * DAY, FRIDAY + 10 * DAY);
    let seen = happened(
        &state,
        &["payment_intent.succeeded", "charge.dispute.created", "charge.dispute.closed", "mandate.updated"],
    );
    let expected = [
        ("payment_intent.succeeded", thursday),
        ("charge.dispute.created", monday),
        ("charge.dispute.closed", monday),
        ("mandate.updated", monday),
    ];
    assert_eq!(seen, expected.map(|(kind, at)| (kind.to_owned(), at)));
}

#[test]
fn a_disputed_debit_is_withdrawn_after_its_money_was_paid_out() {
    let mut state = State::new(1);
    let mandate = "&mandate_data[customer_acceptance][type]=offline";
    pay(&mut state, FRIDAY + HOUR, "pm_usBankAccount_dispute", mandate);
    let balance = |state: &mut State, day: i64| {
        call(state, FRIDAY + day * DAY, "GET", "/v1/balance", "")["available"][0]["amount"].as_i64().unwrap()
    };
    // Succeeds on Thursday, available and paid out on Friday, returned on Monday with a fee of 15 dollars.
    assert_eq!([6, 7, 9, 10].map(|day| balance(&mut state, day)), [0, 0, 0, -11500]);
    let payouts = rows(&mut state, FRIDAY + 10 * DAY, "/v1/payouts", "");
    assert_eq!((payouts.len(), &payouts[0]["amount"]), (1, &Value::from(9920)));
}

#[test]
fn a_debit_that_is_submitted_and_settles_in_the_same_second_is_booked_once() {
    let mut state = State::new(1);
    let mandate = "&mandate_data[customer_acceptance][type]=offline";
    let params = format!(
        "amount=10000&currency=usd&payment_method=pm_usBankAccount_success&confirm=true\
         &allowed_payment_method_types[]=us_bank_account{mandate}"
    );
    let at = |now| Cx { now, ach_settles_after: Some(1), ..Cx::default() };
    let paid = Reader::parse(&params).unwrap();
    run(&mut state, &at(FRIDAY), "POST", "/v1/payment_intents", paid).unwrap();
    state.pass_time(&at(FRIDAY + 1));
    let kinds: Vec<&str> = state.balance_transactions.values().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["payment"]);
    assert_eq!(happened(&state, &["payment_intent.succeeded"]).len(), 1);
}

#[test]
fn a_payout_leaves_on_a_business_day_and_arrives_on_the_next() {
    let mut state = State::new(1);
    // Paid on Wednesday, available on Friday; arrives on Monday.
    pay(&mut state, FRIDAY - 2 * DAY + HOUR, "pm_card_visa", "");
    // Paid on Thursday, available on Monday; arrives on Tuesday.
    pay(&mut state, FRIDAY - HOUR, "pm_card_visa", "");
    let payouts = rows(&mut state, FRIDAY + 30 * DAY, "/v1/payouts", "");
    let amounts: Vec<&Value> = payouts.iter().map(|payout| &payout["amount"]).collect();
    assert_eq!(amounts, [9680, 9680], "each movement leaves once");
    let (monday, tuesday) = (FRIDAY + 3 * DAY, FRIDAY + 4 * DAY);
    let expected = [
        ("payout.created", FRIDAY),
        ("payout.paid", monday),
        ("payout.created", monday),
        ("payout.paid", tuesday),
    ];
    let mut seen = happened(&state, &["payout.created", "payout.paid"]);
    seen.sort_by_key(|(kind, at)| (*at, kind != "payout.paid"));
    assert_eq!(seen, expected.map(|(kind, at)| (kind.to_owned(), at)));
}

#[test]
fn an_authorisation_of_a_customer_who_is_away_is_released_sooner() {
    let mut state = State::new(1);
    let customer = call(&mut state, FRIDAY, "POST", "/v1/customers", "")["id"].as_str().unwrap().to_owned();
    for (method, hours) in [("pm_card_visa", 4 * 24 + 18), ("pm_card_mastercard", 7 * 24)] {
        let attach = format!("/v1/payment_methods/{method}/attach");
        let saved = call(&mut state, FRIDAY, "POST", &attach, &format!("customer={customer}"));
        let more = format!("&customer={customer}&capture_method=manual&off_session=true");
        let held = pay(&mut state, FRIDAY, saved["id"].as_str().unwrap(), &more);
        let path = format!("/v1/payment_intents/{}", held["id"].as_str().unwrap());
        let status = |at| call(&mut state.clone_by_snapshot(), at, "GET", &path, "")["status"].clone();
        assert_eq!(status(FRIDAY + hours * HOUR - 1), "requires_capture", "{method}");
        assert_eq!(status(FRIDAY + hours * HOUR), "canceled", "{method}");
    }
}

#[test]
fn a_captured_authorisation_is_not_released() {
    let mut state = State::new(1);
    let held = pay(&mut state, FRIDAY, "pm_card_visa", "&capture_method=manual");
    let path = format!("/v1/payment_intents/{}", held["id"].as_str().unwrap());
    call(&mut state, FRIDAY + DAY, "POST", &format!("{path}/capture"), "amount_to_capture=4000");
    let after = call(&mut state, FRIDAY + 30 * DAY, "GET", &path, "");
    assert_eq!(
        (&after["status"], &after["amount_received"]),
        (&Value::from("succeeded"), &Value::from(4000))
    );
    assert!(happened(&state, &["charge.expired"]).is_empty());
}

#[test]
fn what_a_snapshot_does_not_hold_is_derived_from_it() {
    let mut before = State::new(1);
    let mandate = "&mandate_data[customer_acceptance][type]=offline";
    pay(&mut before, FRIDAY, "pm_usBankAccount_dispute", mandate);
    pay(&mut before, FRIDAY, "pm_card_createDispute", "");
    pay(&mut before, FRIDAY, "pm_card_visa", "&capture_method=manual");
    let mut after = before.clone_by_snapshot();
    let end = FRIDAY + 60 * DAY;
    for path in ["/v1/events", "/v1/charges", "/v1/payouts", "/v1/balance_transactions", "/v1/disputes"] {
        let params = "limit=100";
        let (one, other) = (rows(&mut before, end, path, params), rows(&mut after, end, path, params));
        assert_eq!(one, other, "{path}");
        assert!(path == "/v1/events" || !one.is_empty(), "{path}");
    }
    assert_eq!(before.agenda, after.agenda);
}

impl State {
    /// What a restart makes of it.
    fn clone_by_snapshot(&self) -> Self {
        let mut state: Self = serde_json::from_slice(&serde_json::to_vec(self).unwrap()).unwrap();
        state.derive();
        state
    }
}
