//! What a test has of a simulator in its own process.

use crate::params::Reader;
use crate::routes::run;
use crate::{Config, Simulator};
use serde_json::Value;
use std::time::Duration;

fn call(simulator: &Simulator, method: &str, path: &str, params: &str) -> Value {
    simulator.write("", |state, cx| run(state, cx, method, path, Reader::parse(params).unwrap()).unwrap())
}

fn pay(simulator: &Simulator, more: &str) -> Value {
    let params = "amount=10000&currency=usd&payment_method=pm_card_visa&confirm=true\
                  &allowed_payment_method_types[]=card&capture_method=automatic&metadata[payment]=7";
    call(simulator, "POST", "/v1/payment_intents", &format!("{params}{more}"))
}

#[test]
fn every_event_is_taken_once_with_the_body_that_the_api_shows() {
    let simulator = Simulator::new(Config::default()).unwrap();
    pay(&simulator, "");
    let taken = simulator.take_events();
    let kinds: Vec<&str> = taken.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]);
    for event in &taken {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(body, call(&simulator, "GET", &format!("/v1/events/{}", event.id), ""));
    }
    assert_eq!(simulator.take_events(), []);
    simulator.advance(Duration::from_secs(7 * 24 * 60 * 60));
    let later = simulator.take_events();
    assert!(later.iter().any(|event| event.kind == "payout.created"));
    assert!(later.iter().all(|event| !taken.contains(event)));
}

#[test]
fn a_signature_is_made_at_the_simulators_time_with_the_configured_secret() {
    let config = Config { webhook_secret: "whsec_a".to_owned(), ..Config::default() };
    let simulator = Simulator::new(config).unwrap();
    let first = simulator.sign("{}");
    let now = simulator.advance(Duration::from_secs(1000));
    let second = simulator.sign("{}");
    let signed_at =
        |header: &str| header.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse::<i64>().unwrap();
    assert!((now..now + 5).contains(&signed_at(&second)));
    assert!((1000..1005).contains(&(signed_at(&second) - signed_at(&first))));
    assert_eq!(second, crate::webhooks::signature("whsec_a", signed_at(&second), "{}"));
    let other = Simulator::new(Config::default()).unwrap();
    other.advance(Duration::from_secs(1000));
    assert_ne!(second.split_once(',').unwrap().1, other.sign("{}").split_once(',').unwrap().1);
}

#[test]
fn the_truth_has_every_movement() {
    let simulator = Simulator::new(Config::default()).unwrap();
    let paid = pay(&simulator, "");
    let held = pay(&simulator, "&capture_method=manual");
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    call(
        &simulator,
        "POST",
        "/v1/refunds",
        &format!("payment_intent={}&amount=2500&metadata[refund]=9", id(&paid["id"])),
    );
    let charge = id(&paid["latest_charge"]);
    simulator.write("", |state, cx| crate::disputes::open(state, cx, &charge, "fraudulent", None)).unwrap();
    let truth = simulator.truth();
    let payments: Vec<(&str, &str, i64)> = truth
        .payment_intents
        .iter()
        .map(|row| (row.id.as_str(), row.status.as_str(), row.amount_received))
        .collect();
    let (paid, held) = (id(&paid["id"]), id(&held["id"]));
    assert_eq!(payments, [(paid.as_str(), "succeeded", 10000), (held.as_str(), "requires_capture", 0)]);
    assert_eq!(truth.payment_intents[0].metadata["payment"], "7");
    let charges: Vec<(bool, i64, bool)> =
        truth.charges.iter().map(|row| (row.captured, row.amount_refunded, row.disputed)).collect();
    assert_eq!(charges, [(true, 2500, true), (false, 0, false)]);
    let refund = &truth.refunds[0];
    assert_eq!(
        (refund.status.as_str(), refund.amount, refund.metadata["refund"].as_str()),
        ("succeeded", 2500, "9")
    );
    assert_eq!((truth.disputes[0].status.as_str(), truth.disputes[0].amount), ("needs_response", 10000));
    let movements: Vec<(&str, i64)> =
        truth.balance_transactions.iter().map(|row| (row.kind.as_str(), row.net)).collect();
    assert_eq!(movements, [("charge", 9680), ("refund", -2500), ("adjustment", -11500)]);
}

#[test]
fn a_reset_sets_the_clock_back_to_the_systems() {
    let simulator = Simulator::new(Config::default()).unwrap();
    let before = simulator.now();
    simulator.advance(Duration::from_secs(1_000_000));
    simulator.write("", |state, _| state.reset());
    assert!((before..before + 5).contains(&simulator.now()));
}
