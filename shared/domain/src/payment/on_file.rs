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
