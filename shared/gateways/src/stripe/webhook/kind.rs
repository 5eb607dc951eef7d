//! What an event says, by its type (<https://docs.stripe.com/api/events/types>).

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::stripe::{
    CheckoutSession, Dispute, Mandate, PaymentIntent, PaymentMethod, Payout, Refund, SessionMode, SetupIntent,
};

/// The events that Paywell acts on, each with the object as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// `checkout.session.completed` of a payment: the patient is done; a bank debit is still unpaid.
    CheckoutCompleted(Box<CheckoutSession>),
    /// `checkout.session.completed` of a set-up: a method is saved, or a bank account waits for its micro-deposits; the
    /// setup intent says which.
    SetupCompleted(Box<CheckoutSession>),
    /// `checkout.session.async_payment_succeeded`: a bank debit has settled.
    CheckoutPaymentSucceeded(Box<CheckoutSession>),
    /// `checkout.session.async_payment_failed`: a bank debit has failed.
    CheckoutPaymentFailed(Box<CheckoutSession>),
    /// `checkout.session.expired`: closed unpaid, or with nothing saved.
    CheckoutExpired(Box<CheckoutSession>),
    /// `payment_intent.*`, also of the hosted page's own intents.
    PaymentIntent(IntentEvent, Box<PaymentIntent>),
    /// `refund.*` and `charge.refund.updated`, which repeats `refund.updated` for some methods.
    Refund(RefundEvent, Box<Refund>),
    /// `charge.dispute.*`
    Dispute(DisputeEvent, Box<Dispute>),
    /// `setup_intent.*`
    SetupIntent(SetupEvent, Box<SetupIntent>),
    /// `payment_method.*`
    PaymentMethod(MethodEvent, Box<PaymentMethod>),
    /// `mandate.updated`: a permission to debit began or ended.
    MandateUpdated(Box<Mandate>),
    /// `payout.*`
    Payout(PayoutEvent, Box<Payout>),
    /// Any other type, by name.
    Other(String),
}

/// What happened to a payment intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentEvent {
    /// `succeeded`: taken.
    Succeeded,
    /// `processing`: a bank debit is under way.
    Processing,
    /// `payment_failed`: a try was declined; the patient can try again.
    Failed,
    /// `canceled`: given up, or an authorisation lapsed.
    Canceled,
    /// `amount_capturable_updated`: authorised.
    Authorised,
}

/// What happened to a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundEvent {
    /// `created`, with any status.
    Created,
    /// `updated`: another status or reference.
    Updated,
    /// `failed`: the money is back in the balance.
    Failed,
}

/// What happened to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeEvent {
    /// `created`: opened; of a bank debit, also lost.
    Created,
    /// `updated`: usually evidence.
    Updated,
    /// `closed`: won, lost, or an inquiry that came to nothing.
    Closed,
    /// `funds_withdrawn`
    FundsWithdrawn,
    /// `funds_reinstated`
    FundsReinstated,
}

/// What happened to a setup intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupEvent {
    /// `succeeded`: the method is saved.
    Succeeded,
    /// `setup_failed`: a try failed; the patient can try again.
    Failed,
}

/// What happened to a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodEvent {
    /// `attached` to a customer.
    Attached,
    /// `detached`: gone for good; the object names no customer any more.
    Detached,
    /// `updated`, or `automatically_updated` by the card's network: another number or date of expiry.
    Updated,
}

/// What happened to a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayoutEvent {
    /// `created`
    Created,
    /// `updated`
    Updated,
    /// `paid`: expected in the bank; it can still fail.
    Paid,
    /// `failed`: the bank sent it back.
    Failed,
    /// `canceled`
    Canceled,
    /// `reconciliation_completed`: what it holds can be listed.
    ReconciliationCompleted,
}

/// None where the object is not what its type says.
pub(super) fn read(name: String, object: Value) -> Option<EventKind> {
    use EventKind as Kind;
    Some(match name.as_str() {
        "checkout.session.completed" => completed(typed(object)?),
        "checkout.session.async_payment_succeeded" => Kind::CheckoutPaymentSucceeded(typed(object)?),
        "checkout.session.async_payment_failed" => Kind::CheckoutPaymentFailed(typed(object)?),
        "checkout.session.expired" => Kind::CheckoutExpired(typed(object)?),
        "payment_intent.succeeded" => Kind::PaymentIntent(IntentEvent::Succeeded, typed(object)?),
        "payment_intent.processing" => Kind::PaymentIntent(IntentEvent::Processing, typed(object)?),
        "payment_intent.payment_failed" => Kind::PaymentIntent(IntentEvent::Failed, typed(object)?),
        "payment_intent.canceled" => Kind::PaymentIntent(IntentEvent::Canceled, typed(object)?),
        "payment_intent.amount_capturable_updated" => {
            Kind::PaymentIntent(IntentEvent::Authorised, typed(object)?)
        }
        "refund.created" => Kind::Refund(RefundEvent::Created, typed(object)?),
        "refund.updated" | "charge.refund.updated" => Kind::Refund(RefundEvent::Updated, typed(object)?),
        "refund.failed" => Kind::Refund(RefundEvent::Failed, typed(object)?),
        "charge.dispute.created" => Kind::Dispute(DisputeEvent::Created, typed(object)?),
        "charge.dispute.updated" => Kind::Dispute(DisputeEvent::Updated, typed(object)?),
        "charge.dispute.closed" => Kind::Dispute(DisputeEvent::Closed, typed(object)?),
        "charge.dispute.funds_withdrawn" => Kind::Dispute(DisputeEvent::FundsWithdrawn, typed(object)?),
        "charge.dispute.funds_reinstated" => Kind::Dispute(DisputeEvent::FundsReinstated, typed(object)?),
        "setup_intent.succeeded" => Kind::SetupIntent(SetupEvent::Succeeded, typed(object)?),
        "setup_intent.setup_failed" => Kind::SetupIntent(SetupEvent::Failed, typed(object)?),
        "payment_method.attached" => Kind::PaymentMethod(MethodEvent::Attached, typed(object)?),
        "payment_method.detached" => Kind::PaymentMethod(MethodEvent::Detached, typed(object)?),
        "payment_method.updated" | "payment_method.automatically_updated" => {
            Kind::PaymentMethod(MethodEvent::Updated, typed(object)?)
        }
        "mandate.updated" => Kind::MandateUpdated(typed(object)?),
        "payout.created" => Kind::Payout(PayoutEvent::Created, typed(object)?),
        "payout.updated" => Kind::Payout(PayoutEvent::Updated, typed(object)?),
        "payout.paid" => Kind::Payout(PayoutEvent::Paid, typed(object)?),
        "payout.failed" => Kind::Payout(PayoutEvent::Failed, typed(object)?),
        "payout.canceled" => Kind::Payout(PayoutEvent::Canceled, typed(object)?),
        "payout.reconciliation_completed" => {
            Kind::Payout(PayoutEvent::ReconciliationCompleted, typed(object)?)
        }
        _ => Kind::Other(name),
    })
}

fn completed(session: Box<CheckoutSession>) -> EventKind {
    match session.mode {
        SessionMode::Setup => EventKind::SetupCompleted(session),
        _ => EventKind::CheckoutCompleted(session),
    }
}

fn typed<T: DeserializeOwned>(object: Value) -> Option<Box<T>> {
    serde_json::from_value(object).ok()
}
