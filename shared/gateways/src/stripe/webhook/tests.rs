//! Signatures, times, secrets and payloads.

mod kinds;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Event, EventKind, TOLERANCE, WebhookError, verify};
use crate::stripe::tests::session;

const SECRET: &str = "whsec_test_secret";
const SIGNED_AT: i64 = 1_234_567_890;
const PLAN_CREATED: &str = concat!(
    r#"{"id":"evt_1","object":"event","type":"plan.created","created":1234567890,"#,
    r#""livemode":false,"data":{"object":{}}}"#
);
/// Made by `WebhookSignature.generate_signature_header` of Stripe's Python library 16.1.0.
const STRIPES_OWN: &str = "t=1234567890,v1=5d4a1a428d135fca981e83d2c124864bc2074c9f9772fd8dfd14e32486451c7f";

fn sign(secret: &str, payload: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{SIGNED_AT}.").as_bytes());
    mac.update(payload);
    format!("{:x}", mac.finalize().into_bytes())
}

fn header(secret: &str, payload: &[u8]) -> String {
    format!("t={SIGNED_AT},v1={}", sign(secret, payload))
}

fn after(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(SIGNED_AT, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn check(payload: &[u8], header: &str, secrets: &[&str]) -> Result<Event, WebhookError> {
    let secrets: Vec<SecretString> = secrets.iter().map(|&secret| secret.into()).collect();
    verify(payload, header, &secrets, after(10), TOLERANCE)
}

fn read(event: &Value) -> Result<Event, WebhookError> {
    let payload = event.to_string();
    check(payload.as_bytes(), &header(SECRET, payload.as_bytes()), &[SECRET])
}

fn event(kind: &str, object: &Value) -> Value {
    json!({"id": "evt_1", "type": kind, "created": SIGNED_AT, "livemode": true, "data": {"object": object}})
}

#[test]
fn stripes_own_signature_passes() {
    let event = check(PLAN_CREATED.as_bytes(), STRIPES_OWN, &[SECRET]).unwrap();
    assert_eq!(event.id, "evt_1");
    assert_eq!(event.kind, EventKind::Other("plan.created".to_owned()));
    assert_eq!(event.created, after(0));
    assert!(!event.livemode);
}

#[test]
fn checkout_events_carry_the_session() {
    let session_read = || Box::new(serde_json::from_value(session()).unwrap());
    for (name, expected) in [
        ("checkout.session.completed", EventKind::CheckoutCompleted(session_read())),
        ("checkout.session.async_payment_succeeded", EventKind::CheckoutPaymentSucceeded(session_read())),
        ("checkout.session.async_payment_failed", EventKind::CheckoutPaymentFailed(session_read())),
        ("checkout.session.expired", EventKind::CheckoutExpired(session_read())),
    ] {
        let read = read(&event(name, &session())).unwrap();
        assert!(read.livemode);
        assert_eq!(read.kind, expected);
    }
}

#[test]
fn what_cannot_be_read_is_not_acknowledged() {
    let unreadable = Err(WebhookError::Unreadable);
    assert_eq!(read(&event("checkout.session.completed", &json!({"id": "cs_1"}))), unreadable);
    assert_eq!(read(&json!({"object": "v2.core.event"})), unreadable);
    assert_eq!(read(&json!([])), unreadable);
}

#[test]
fn time_is_bounded_on_both_sides() {
    let secrets = [SecretString::from(SECRET)];
    let at = |seconds| {
        verify(PLAN_CREATED.as_bytes(), STRIPES_OWN, &secrets, after(seconds), TOLERANCE).map(|_| ())
    };
    assert_eq!((at(300), at(-300)), (Ok(()), Ok(())));
    assert_eq!((at(301), at(-301)), (Err(WebhookError::Time), Err(WebhookError::Time)));
}

#[test]
fn one_of_several_signatures_is_enough() {
    let good = sign(SECRET, PLAN_CREATED.as_bytes());
    let wrong = sign("whsec_other", PLAN_CREATED.as_bytes());
    for signatures in [format!("v1={wrong},v1={good}"), format!("v1={good},v0={wrong},v1={wrong}")] {
        let header = format!("t={SIGNED_AT},{signatures}");
        assert!(check(PLAN_CREATED.as_bytes(), &header, &[SECRET]).is_ok(), "{header}");
    }
}

#[test]
fn either_secret_is_good_while_one_is_replaced() {
    let payload = PLAN_CREATED.as_bytes();
    assert!(check(payload, STRIPES_OWN, &["whsec_new", SECRET]).is_ok());
    assert!(check(payload, STRIPES_OWN, &[SECRET, "whsec_old"]).is_ok());
    for secrets in [&["whsec_new", "whsec_old"][..], &[]] {
        assert_eq!(check(payload, STRIPES_OWN, secrets), Err(WebhookError::Signature));
    }
}

#[test]
fn an_empty_secret_signs_nothing() {
    for secret in ["", " \n"] {
        let header = header(secret.trim(), PLAN_CREATED.as_bytes());
        assert_eq!(check(PLAN_CREATED.as_bytes(), &header, &[secret]), Err(WebhookError::Signature));
    }
}

#[test]
fn a_malformed_header_is_told_apart() {
    let signature = sign(SECRET, PLAN_CREATED.as_bytes());
    for header in [
        String::new(),
        "t=,v1=".to_owned(),
        format!("v1={signature}"),
        format!("t={SIGNED_AT}"),
        format!("t={SIGNED_AT},v0={signature}"),
        format!("t=yesterday,v1={signature}"),
        format!("t={},v1={signature}", i64::MAX),
    ] {
        assert_eq!(check(PLAN_CREATED.as_bytes(), &header, &[SECRET]), Err(WebhookError::Header), "{header}");
    }
}

proptest! {
    #[test]
    fn any_changed_byte_is_noticed(index in 0..PLAN_CREATED.len(), flip in 1_u8..) {
        let mut payload = PLAN_CREATED.as_bytes().to_vec();
        payload[index] ^= flip;
        prop_assert_eq!(check(&payload, STRIPES_OWN, &[SECRET]), Err(WebhookError::Signature));
    }

    #[test]
    fn any_changed_byte_of_the_header_is_noticed(index in 0..STRIPES_OWN.len(), byte in 33_u8..127) {
        let mut header = STRIPES_OWN.as_bytes().to_vec();
        prop_assume!(header[index] != byte);
        header[index] = byte;
        let header = String::from_utf8(header).unwrap();
        prop_assert!(check(PLAN_CREATED.as_bytes(), &header, &[SECRET]).is_err());
    }

    #[test]
    fn nothing_sent_can_panic(payload: Vec<u8>, header: String) {
        let _ = check(&payload, &header, &[SECRET]);
        let _ = check(&payload, &self::header(SECRET, &payload), &[SECRET]);
    }
}
