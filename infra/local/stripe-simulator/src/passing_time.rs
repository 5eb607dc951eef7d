//! What happens because time passed: computed from the simulator's clock alone, so that a moved clock moves it all.

use crate::charges::{Charge, ChargeStatus, Failure};
use crate::checkout::{self, SessionStatus};
use crate::payment_intents::{Status, cancel_now};
use crate::payment_methods::Details;
use crate::state::{Cx, State};
use crate::test_numbers::BankBehaviour;
use crate::{disputes, payments, payouts, refunds};

/// What the agenda calls the daily payout.
pub(crate) const PAYOUTS: &str = "payouts";
/// What the agenda's names of idempotency keys begin with.
pub(crate) const KEY: &str = "key:";

impl State {
    /// Brings the state up to `cx.now`: everything due happens in order, each at its own second.
    pub(crate) fn pass_time(&mut self, cx: &Cx) {
        while self.agenda.first().is_some_and(|(at, _)| *at <= cx.now) {
            let Some((now, id)) = self.agenda.pop_first() else { return };
            self.fall_due(&Cx { now, ..cx.clone() }, &id);
            self.revision += 1;
        }
    }

    /// The agenda may name what has changed meanwhile: each object says itself whether anything is due.
    fn fall_due(&mut self, cx: &Cx, id: &str) {
        if let Some(key) = id.strip_prefix(KEY) {
            self.forget_key(key, cx.now);
            return;
        }
        match id.split_once('_').map_or(id, |(prefix, _)| prefix) {
            PAYOUTS => payouts::pay_out(self, cx),
            "cs" => self.expire_session(cx, id),
            "ch" | "py" => self.charge_falls_due(cx, id),
            "re" | "pyr" => {
                let next =
                    self.refunds.get(id).and_then(|refund| refund.next).filter(|(at, _)| *at <= cx.now);
                if let Some((_, status)) = next {
                    refunds::settle(self, cx, id, status);
                }
            }
            "po" => payouts::arrive(self, cx, id),
            _ => {}
        }
    }

    fn expire_session(&mut self, cx: &Cx, id: &str) {
        let session = self.sessions.get(id);
        if session
            .is_some_and(|session| session.status == SessionStatus::Open && session.expires_at <= cx.now)
        {
            checkout::expire_now(self, cx, id);
        }
    }

    fn charge_falls_due(&mut self, cx: &Cx, id: &str) {
        let Some(charge) = self.charges.get(id).cloned() else { return };
        let due = |at: Option<i64>| at.is_some_and(|at| at <= cx.now);
        if due(charge.books_at) {
            payments::book_later(self, cx, id);
        }
        if charge.status == ChargeStatus::Pending && due(charge.settles_at) {
            payments::settle_debit(self, cx, id, refusal(&charge));
        }
        if due(charge.disputed_at) {
            disputes::open_as_ordered(self, cx, id);
        }
        let intent = self.payment_intents.get(&charge.payment_intent);
        let held = intent.is_some_and(|intent| intent.status == Status::RequiresCapture);
        if held && due(charge.capture_before) {
            payments::emit_charge(self, cx, "charge.expired", id);
            cancel_now(self, cx, &charge.payment_intent, Some("automatic".to_owned()));
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
