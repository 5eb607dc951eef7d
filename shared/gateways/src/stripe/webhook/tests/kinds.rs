//! Each type of event, with the object that Stripe sends in it.

use serde_json::{Value, json};

use super::super::{
    DisputeEvent, EventKind, IntentEvent, MethodEvent, PayoutEvent, RefundEvent, SetupEvent, WebhookError,
};
use super::{event, read};
use crate::stripe::tests::{
    customers::{payment_method, setup_intent},
    payment_intents::intent,
    refunds::refund,
    session,
    settlement::{dispute, payout},
};
use crate::stripe::{DisputeStatus, IntentStatus, MandateStatus, PayoutStatus, SetupStatus};

fn kind(name: &str, object: &Value) -> EventKind {
    read(&event(name, object)).unwrap().kind
}

#[test]
fn saving_a_method_is_no_payment() {
    let mut setup = session();
    setup["mode"] = json!("setup");
    setup["setup_intent"] = json!("seti_1");
    let EventKind::SetupCompleted(session) = kind("checkout.session.completed", &setup) else { panic!() };
    assert_eq!(session.setup_intent.as_deref(), Some("seti_1"));
}

#[test]
fn events_of_payment_intents() {
    for (name, status, expected) in [
        ("succeeded", "succeeded", IntentEvent::Succeeded),
        ("processing", "processing", IntentEvent::Processing),
        ("payment_failed", "requires_payment_method", IntentEvent::Failed),
        ("canceled", "canceled", IntentEvent::Canceled),
        ("amount_capturable_updated", "requires_capture", IntentEvent::Authorised),
    ] {
        let mut object = intent(status);
        object["latest_charge"] = json!("ch_1");
        let read = kind(&format!("payment_intent.{name}"), &object);
        let EventKind::PaymentIntent(happened, intent) = read else { panic!("{read:?}") };
        assert_eq!(happened, expected);
        assert_eq!(intent.status, serde_json::from_value::<IntentStatus>(json!(status)).unwrap());
        assert_eq!(intent.latest_charge.unwrap().id(), "ch_1");
    }
}

#[test]
fn events_of_refunds_and_disputes() {
    for (name, expected) in [
        ("refund.created", RefundEvent::Created),
        ("refund.updated", RefundEvent::Updated),
        ("charge.refund.updated", RefundEvent::Updated),
        ("refund.failed", RefundEvent::Failed),
    ] {
        let read = kind(name, &refund("failed"));
        let EventKind::Refund(happened, refund) = read else { panic!("{read:?}") };
        assert_eq!((happened, refund.amount), (expected, 500));
    }
    for (name, expected) in [
        ("created", DisputeEvent::Created),
        ("updated", DisputeEvent::Updated),
        ("closed", DisputeEvent::Closed),
        ("funds_withdrawn", DisputeEvent::FundsWithdrawn),
        ("funds_reinstated", DisputeEvent::FundsReinstated),
    ] {
        let read = kind(&format!("charge.dispute.{name}"), &dispute("won"));
        let EventKind::Dispute(happened, dispute) = read else { panic!("{read:?}") };
        assert_eq!((happened, dispute.status), (expected, DisputeStatus::Won));
    }
}

#[test]
fn events_of_saved_methods() {
    for (name, expected) in [
        ("attached", MethodEvent::Attached),
        ("detached", MethodEvent::Detached),
        ("updated", MethodEvent::Updated),
        ("automatically_updated", MethodEvent::Updated),
    ] {
        let read = kind(&format!("payment_method.{name}"), &payment_method());
        let EventKind::PaymentMethod(happened, method) = read else { panic!("{read:?}") };
        assert_eq!((happened, method.id.as_str()), (expected, "pm_1Pgc75B7WZ01zgkW"));
    }
    for (name, status, expected) in [
        ("succeeded", SetupStatus::Succeeded, SetupEvent::Succeeded),
        ("setup_failed", SetupStatus::RequiresPaymentMethod, SetupEvent::Failed),
    ] {
        let sent = if expected == SetupEvent::Failed { "requires_payment_method" } else { "succeeded" };
        let read = kind(&format!("setup_intent.{name}"), &setup_intent(sent));
        let EventKind::SetupIntent(happened, setup) = read else { panic!("{read:?}") };
        assert_eq!((happened, setup.status), (expected, status));
    }
    let mandate = json!({
        "id": "mandate_1", "object": "mandate", "customer_acceptance": {"type": "online"}, "livemode": false,
        "payment_method": "pm_1", "status": "inactive", "type": "multi_use",
    });
    let EventKind::MandateUpdated(mandate) = kind("mandate.updated", &mandate) else { panic!() };
    assert_eq!((mandate.status, mandate.payment_method.as_str()), (MandateStatus::Inactive, "pm_1"));
}

#[test]
fn events_of_payouts() {
    for (name, expected) in [
        ("created", PayoutEvent::Created),
        ("updated", PayoutEvent::Updated),
        ("paid", PayoutEvent::Paid),
        ("failed", PayoutEvent::Failed),
        ("canceled", PayoutEvent::Canceled),
        ("reconciliation_completed", PayoutEvent::ReconciliationCompleted),
    ] {
        let read = kind(&format!("payout.{name}"), &payout("paid"));
        let EventKind::Payout(happened, payout) = read else { panic!("{read:?}") };
        assert_eq!((happened, payout.status), (expected, PayoutStatus::Paid));
    }
}

#[test]
fn neighbours_of_what_is_read_are_others() {
    for name in ["payment_intent.created", "charge.succeeded", "mandate", "refund.created.v2", ""] {
        assert_eq!(kind(name, &json!({})), EventKind::Other(name.to_owned()));
    }
}

#[test]
fn an_object_of_another_kind_is_not_acknowledged() {
    for name in [
        "payment_intent.succeeded",
        "refund.updated",
        "charge.dispute.closed",
        "setup_intent.succeeded",
        "payment_method.detached",
        "mandate.updated",
        "payout.paid",
    ] {
        assert_eq!(read(&event(name, &session())), Err(WebhookError::Unreadable), "{name}");
    }
}
