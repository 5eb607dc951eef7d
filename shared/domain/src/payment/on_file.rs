//! Attempts that charge a method on file: without the patient, at once or held to be captured later.

use chrono::{DateTime, Utc};

use super::{Attempt, AttemptMeans, AttemptStatus, Move, Payment};
use crate::{Amount, AttemptId, Decision, EventKind, Refusal};

impl Payment {
    /// Notes the processor's charge of a method on file, before it is confirmed.
    ///
    /// # Errors
    /// There is no such open attempt on file, or it has another charge.
    pub fn note_intent(&self, id: AttemptId, intent: &str) -> Result<Decision<Self>, Refusal> {
        let attempt = self.attempt(id)?;
        if attempt.is_hosted() || attempt.intent.as_deref().is_some_and(|known| known != intent) {
            return Err(Refusal::state("charge-known", "this attempt already has another charge"));
        }
        let noted = self.with_attempt(id, |attempt| attempt.intent = Some(intent.to_owned()));
        Ok(Decision::of(
            noted,
            EventKind::PaymentChargeCreated { attempt: id, processor_payment: intent.to_owned() },
        ))
    }

    /// The card's bank holds the money: it can be captured or released.
    ///
    /// # Errors
    /// There is no such open attempt, or it is not one that is held.
    pub fn authorised(&self, id: AttemptId, intent: &str) -> Result<Decision<Self>, Refusal> {
        let attempt = self.attempt(id)?;
        if !attempt.is_held() || attempt.status != AttemptStatus::Open {
            return Err(Refusal::state("attempt-closed", "the outcome of this attempt is already known"));
        }
        let mut held = self.with_attempt(id, |attempt| {
            attempt.status = AttemptStatus::Authorised;
            attempt.intent = Some(intent.to_owned());
        });
        held.asked = None;
        Ok(Decision::of(
            held,
            EventKind::PaymentAuthorised { attempt: id, processor_payment: intent.to_owned() },
        ))
    }

    /// Takes what is held, or a part of it; the rest is released. The processor is asked only after this is committed.
    ///
    /// # Errors
    /// Nothing is held; more than is held.
    pub fn capture(&self, amount: Option<Amount>) -> Result<Decision<Self>, Refusal> {
        let attempt = self.held_attempt()?;
        let amount = amount.unwrap_or(attempt.amount);
        if amount > attempt.amount {
            let detail = format!("expected at most {}, what is authorised", attempt.amount);
            return Err(Refusal::field("/amount", detail));
        }
        let id = attempt.id;
        let mut capturing = self.with_attempt(id, |attempt| attempt.status = AttemptStatus::Capturing);
        capturing.amount = amount;
        capturing.asked = None;
        Ok(Decision::of(capturing, EventKind::PaymentCaptureRequested { attempt: id, cents: amount }))
    }

    /// Releases what is held, before capture. The processor is asked only after this is committed.
    ///
    /// # Errors
    /// Nothing is held.
    pub fn void(&self) -> Result<Decision<Self>, Refusal> {
        let id = self.held_attempt()?.id;
        let mut releasing = self.with_attempt(id, |attempt| attempt.status = AttemptStatus::Releasing);
        releasing.asked = None;
        Ok(Decision::of(releasing, EventKind::PaymentVoidRequested { attempt: id }))
    }

    /// The processor released what was held: by us, or because the authorisation ran out.
    ///
    /// # Errors
    /// There is no such open attempt, or it is not one that is held.
    pub fn released(&self, id: AttemptId) -> Result<Decision<Self>, Refusal> {
        if !self.attempt(id)?.is_held() {
            return Err(Refusal::state("attempt-closed", "nothing is held for this attempt"));
        }
        self.close(id, AttemptStatus::Released, Move::Release, EventKind::PaymentVoided { attempt: id })
    }

    /// What the card's bank holds for us, which can be captured or released.
    pub fn held(&self) -> Option<Amount> {
        self.held_attempt().ok().map(|attempt| attempt.amount)
    }

    fn held_attempt(&self) -> Result<&Attempt, Refusal> {
        let held = self.open_attempt().filter(|attempt| attempt.status == AttemptStatus::Authorised);
        held.ok_or_else(|| Refusal::state("nothing-held", "nothing is authorised for this payment"))
    }
}

impl Attempt {
    /// Whether its money is authorised first and captured later.
    pub fn is_held(&self) -> bool {
        matches!(self.means, AttemptMeans::OnFile { hold: true, .. })
    }

    /// Whether money is to be held for it and is not known to be.
    pub fn is_to_be_held(&self) -> bool {
        self.is_held() && self.status == AttemptStatus::Open
    }

    /// How long ago it was opened.
    pub fn age(&self, now: DateTime<Utc>) -> chrono::Duration {
        now - self.opened_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PaymentStatus,
        fixtures::{NOW, amount, attempt, payment},
    };

    fn started(hold: bool) -> Payment {
        let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold };
        payment(10_000, Vec::new()).start_attempt(attempt(1), means, NOW).unwrap().state
    }

    fn held() -> Payment {
        started(true).authorised(attempt(1), "pi_1").unwrap().state
    }

    #[test]
    fn a_charge_is_noted_once_and_only_of_a_method_on_file() {
        let noted = started(false).note_intent(attempt(1), "pi_1").unwrap().state;
        assert!(noted.note_intent(attempt(1), "pi_1").is_ok(), "the same again");
        assert!(noted.note_intent(attempt(1), "pi_2").is_err());
        assert!(noted.note_session(attempt(1), "cs_1").is_err(), "it has no hosted page");
        assert!(noted.expire_session(attempt(1)).is_err());
        let hosted = payment(100, Vec::new());
        let hosted = hosted
            .start_attempt(attempt(1), AttemptMeans::Hosted { session: None, keep: None }, NOW)
            .unwrap()
            .state;
        assert!(hosted.note_intent(attempt(1), "pi_1").is_err());
    }

    #[test]
    fn what_is_held_is_taken_in_whole_or_in_part() {
        assert!(started(false).authorised(attempt(1), "pi_1").is_err(), "it is not held");
        assert!(started(true).capture(None).is_err(), "not yet");
        let refused = held().capture(Some(amount(10_001)));
        assert!(
            matches!(&refused, Err(Refusal::Field { pointer, .. }) if pointer == "/amount"),
            "{refused:?}"
        );
        for (wanted, taken) in [(None, 10_000), (Some(amount(6_000)), 6_000)] {
            let capturing = held().capture(wanted).unwrap().state;
            assert_eq!((capturing.status, capturing.amount), (PaymentStatus::Processing, amount(taken)));
            assert!(capturing.capture(None).is_err() && capturing.void().is_err(), "once");
            let paid = capturing.attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
            assert_eq!(paid.status, PaymentStatus::Paid);
        }
    }

    #[test]
    fn what_is_released_is_voided_for_good() {
        let releasing = held().void().unwrap().state;
        assert!(releasing.capture(None).is_err() && releasing.void().is_err());
        let ran_out = held();
        for before in [releasing, ran_out] {
            let voided = before.released(attempt(1)).unwrap().state;
            assert_eq!(voided.status, PaymentStatus::Voided);
            assert!(voided.released(attempt(1)).is_err() && voided.manual_moves().is_empty());
        }
        assert!(started(false).released(attempt(1)).is_err(), "nothing was held");
    }

    #[test]
    fn money_that_was_taken_while_it_was_to_be_released_is_paid() {
        let late = held().void().unwrap().state.attempt_succeeded(attempt(1), "pi_1", NOW).unwrap().state;
        assert_eq!(late.status, PaymentStatus::Paid);
        assert_eq!(late.held(), None);
        assert_eq!(held().held(), Some(amount(10_000)));
        assert_eq!(started(true).held(), None, "not yet");
    }

    #[test]
    fn a_refused_charge_says_why_until_it_is_tried_again() {
        let failed = started(false).attempt_failed(attempt(1), "the card has expired").unwrap().state;
        assert_eq!(failed.status, PaymentStatus::Failed);
        assert_eq!(failed.attempts.last().unwrap().failure.as_deref(), Some("the card has expired"));
        let asked = failed.manual_move("reopen").unwrap().state;
        let means = AttemptMeans::OnFile { method: "pm_2".to_owned(), hold: false };
        let again = asked.start_attempt(attempt(2), means, NOW).unwrap().state;
        assert_eq!(again.attempts.last().unwrap().failure, None);
    }
}
