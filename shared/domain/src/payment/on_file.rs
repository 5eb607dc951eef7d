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

    /// How long ago it was opened.
    pub fn age(&self, now: DateTime<Utc>) -> chrono::Duration {
        now - self.opened_at
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use uuid::Uuid;

    use super::*;
    use crate::{
        Currency, Number, PatientId, PaymentId, PaymentStatus,
        payment::{Asked, NewPayment},
    };

    fn id() -> AttemptId {
        AttemptId::new(Uuid::from_u128(1))
    }

    fn amount(cents: i64) -> Amount {
        cents.try_into().unwrap()
    }

    fn started(means: AttemptMeans) -> Payment {
        let new = NewPayment {
            id: PaymentId::new(Uuid::nil()),
            number: Number::new(NonZeroU32::MIN),
            patient: PatientId::new(Uuid::nil()),
            patient_name: "Ada Lovelace".try_into().unwrap(),
            amount: amount(10_000),
            currency: Currency::Usd,
            payment_type: None,
            treatment: None,
            due_date: None,
            memo: None,
            link: None,
            allocations: Vec::new(),
        };
        let made = Payment::create(new, false, DateTime::UNIX_EPOCH).state;
        made.start_attempt(id(), means, DateTime::UNIX_EPOCH).unwrap().state
    }

    fn on_file(hold: bool) -> Payment {
        started(AttemptMeans::OnFile { method: "pm_1".to_owned(), hold })
    }

    fn held() -> Payment {
        on_file(true).authorised(id(), "pi_1").unwrap().state
    }

    fn status_of(payment: &Payment) -> AttemptStatus {
        payment.attempts.last().unwrap().status
    }

    #[test]
    fn a_charge_is_noted_once() {
        let noted = on_file(false).note_intent(id(), "pi_1").unwrap().state;
        assert_eq!(noted.open_attempt().unwrap().intent.as_deref(), Some("pi_1"));
        assert!(noted.note_intent(id(), "pi_1").is_ok(), "the same again");
        assert!(noted.note_intent(id(), "pi_2").is_err(), "another");
        assert!(noted.note_intent(AttemptId::new(Uuid::from_u128(2)), "pi_1").is_err(), "of no attempt");
        let hosted = started(AttemptMeans::Hosted { session: None });
        assert!(hosted.note_intent(id(), "pi_1").is_err(), "a hosted page has a session");
    }

    #[test]
    fn only_what_was_to_be_held_is_held() {
        let held = held();
        assert_eq!((held.status, held.held()), (PaymentStatus::Processing, Some(amount(10_000))));
        assert!(held.authorised(id(), "pi_1").is_err(), "once");
        assert!(on_file(false).authorised(id(), "pi_1").is_err(), "a charge is no hold");
        assert!(on_file(false).released(id()).is_err());
        for payment in [on_file(true), on_file(false), started(AttemptMeans::Hosted { session: None })] {
            assert_eq!(payment.held(), None);
            assert!(payment.capture(None).is_err() && payment.void().is_err());
        }
    }

    #[test]
    fn at_most_what_is_held_is_captured_and_once() {
        let held = Payment { asked: Some(Asked { at: DateTime::UNIX_EPOCH, times: 3 }), ..held() };
        assert!(
            matches!(held.capture(Some(amount(10_001))), Err(Refusal::Field { pointer, .. }) if pointer == "/amount")
        );
        let all = held.capture(None).unwrap().state;
        assert_eq!((all.amount, status_of(&all)), (amount(10_000), AttemptStatus::Capturing));
        assert_eq!(all.asked, None, "it is asked anew");
        let part = held.capture(Some(amount(4_000))).unwrap().state;
        assert_eq!(part.amount, amount(4_000));
        assert!(part.capture(None).is_err() && part.void().is_err(), "it is being taken");
        let taken = part.attempt_succeeded(id(), "pi_1", DateTime::UNIX_EPOCH).unwrap().state;
        assert_eq!((taken.status, taken.amount), (PaymentStatus::Paid, amount(4_000)));
        assert_eq!(taken.held(), None);
    }

    #[test]
    fn what_is_released_is_voided_for_good() {
        let releasing = held().void().unwrap().state;
        assert_eq!(
            (releasing.status, status_of(&releasing)),
            (PaymentStatus::Processing, AttemptStatus::Releasing)
        );
        assert!(releasing.capture(None).is_err() && releasing.void().is_err());
        let voided = releasing.released(id()).unwrap().state;
        assert_eq!((voided.status, status_of(&voided)), (PaymentStatus::Voided, AttemptStatus::Released));
        assert!(voided.released(id()).is_err());
        let again = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: false };
        assert!(
            voided.start_attempt(AttemptId::new(Uuid::from_u128(2)), again, DateTime::UNIX_EPOCH).is_err()
        );
        assert_eq!(
            held().released(id()).unwrap().state.status,
            PaymentStatus::Voided,
            "or it ran out by itself"
        );
        let late =
            held().void().unwrap().state.attempt_succeeded(id(), "pi_1", DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(late.state.status, PaymentStatus::Paid, "money that came all the same is not lost");
    }

    #[test]
    fn a_refused_charge_says_why_and_can_be_tried_again() {
        let failed = on_file(false).attempt_failed(id(), "the card has expired").unwrap().state;
        assert_eq!(failed.status, PaymentStatus::Failed);
        assert_eq!(failed.attempts.last().unwrap().failure.as_deref(), Some("the card has expired"));
        let asked = failed.manual_move("reopen").unwrap().state;
        let again = AttemptMeans::OnFile { method: "pm_2".to_owned(), hold: false };
        let again =
            asked.start_attempt(AttemptId::new(Uuid::from_u128(2)), again, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(again.state.attempts.last().unwrap().failure, None);
    }
}
