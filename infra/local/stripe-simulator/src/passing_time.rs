//! What happens because time passed: computed from the system clock alone, so that a moved clock moves it all.

use crate::charges::{Charge, ChargeStatus, Failure};
use crate::checkout::{self, SessionStatus};
use crate::payment_intents::{Status, cancel_now};
use crate::payment_methods::Details;
use crate::payments;
use crate::refunds;
use crate::state::{Cx, State};
use crate::test_numbers::BankBehaviour;

/// How long an authorisation holds. Source: <https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>
const AUTHORISATION_SECONDS: i64 = 7 * 24 * 60 * 60;

impl State {
    /// Brings the state up to `cx.now`; works once for each second.
    pub(crate) fn pass_time(&mut self, cx: &Cx) {
        if self.passed == cx.now {
            return;
        }
        self.passed = cx.now;
        let before = self.events.len();
        self.expire_sessions(cx);
        self.settle_debits(cx);
        self.book_captures(cx);
        self.settle_refunds(cx);
        self.expire_authorisations(cx);
        if self.prune_idempotency_keys(cx.now) > 0 || self.events.len() > before {
            self.revision += 1;
        }
    }

    fn expire_sessions(&mut self, cx: &Cx) {
        let due = self.sessions.values();
        let due = due.filter(|session| session.status == SessionStatus::Open && session.expires_at <= cx.now);
        for id in due.map(|session| session.id.clone()).collect::<Vec<_>>() {
            checkout::expire_now(self, cx, &id);
        }
    }

    fn settle_debits(&mut self, cx: &Cx) {
        let due = self.charges.values().filter(|charge| {
            charge.status == ChargeStatus::Pending && charge.settles_at.is_some_and(|at| at <= cx.now)
        });
        for (id, failure) in due.map(|charge| (charge.id.clone(), refusal(charge))).collect::<Vec<_>>() {
            payments::settle_debit(self, cx, &id, failure);
        }
    }

    fn book_captures(&mut self, cx: &Cx) {
        let due = self.charges.values().filter(|charge| charge.books_at.is_some_and(|at| at <= cx.now));
        for id in due.map(|charge| charge.id.clone()).collect::<Vec<_>>() {
            payments::book_later(self, cx, &id);
        }
    }

    fn settle_refunds(&mut self, cx: &Cx) {
        let due = self.refunds.values().filter_map(|refund| {
            refund.next.filter(|(at, _)| *at <= cx.now).map(|(_, status)| (refund.id.clone(), status))
        });
        for (id, status) in due.collect::<Vec<_>>() {
            refunds::settle(self, cx, &id, status);
        }
    }

    fn expire_authorisations(&mut self, cx: &Cx) {
        let held = self.payment_intents.values().filter(|intent| intent.status == Status::RequiresCapture);
        let charges = held.filter_map(|intent| self.charges.get(intent.latest_charge.as_ref()?));
        let due = charges.filter(|charge| charge.created + AUTHORISATION_SECONDS <= cx.now);
        for (intent, charge) in due.map(|c| (c.payment_intent.clone(), c.id.clone())).collect::<Vec<_>>() {
            payments::emit_charge(self, cx, "charge.expired", &charge);
            cancel_now(self, cx, &intent, Some("automatic".to_owned()));
        }
    }
}

/// What the bank of a test account answers.
pub(crate) fn refusal(charge: &Charge) -> Option<Failure> {
    match &charge.details {
        Details::UsBankAccount { behaviour: BankBehaviour::Fails { code, message }, .. } => {
            Some(Failure { code: code.clone(), decline_code: None, message: message.clone() })
        }
        _ => None,
    }
}
