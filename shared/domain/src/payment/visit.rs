//! A payment of a visit's copay, as the visit changes or does not take place.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{AttemptStatus, Payment, PaymentStatus};
use crate::{Amount, Decision, EventKind, Refusal};

/// For how long what is held on a card stays held, at the least: what Visa gives a merchant who holds without the patient
/// being there, five days less the time to clear; the other networks give seven days
/// (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method#authorization-validity-windows>).
pub const HOLD_LASTS: Duration = Duration::hours(4 * 24 + 18);

impl Payment {
    /// Whether it brought money that is not all returned, or given back.
    pub const fn is_received(&self) -> bool {
        matches!(
            self.status,
            PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded
        )
    }

    /// Whether it brought nothing and never will.
    pub const fn is_over(&self) -> bool {
        matches!(self.status, PaymentStatus::Cancelled | PaymentStatus::Voided)
    }

    /// Whether what it holds on a card will still be held at an instant; none where nothing is held.
    pub fn holds_until(&self, instant: DateTime<Utc>) -> Option<bool> {
        let held = self.open_attempt().filter(|attempt| attempt.status == AttemptStatus::Authorised)?;
        Some(instant < held.opened_at + HOLD_LASTS)
    }

    /// Another amount, or another day, before anything was asked of the processor.
    ///
    /// # Errors
    /// It can no longer be edited.
    pub fn amend(&self, amount: Amount, due_date: NaiveDate) -> Result<Decision<Self>, Refusal> {
        let mut amended = self.retarget(amount, self.allocations.clone())?;
        amended.due_date = Some(due_date);
        if amended == *self {
            return Ok(Decision { state: amended, events: Vec::new(), postings: Vec::new() });
        }
        Ok(Decision::of(amended, EventKind::PaymentAmended { cents: amount, due_date }))
    }

    /// Takes it back because it is no longer wanted, as far as that can be decided now: what is asked for is cancelled, what
    /// is held is released, a page that is open is to end, a charge that was not made is not. None where there is nothing
    /// to do, or the processor is still to say what became of it.
    ///
    /// # Errors
    /// The payment cannot take that step: a bug.
    pub fn withdraw(&self, why: &str) -> Result<Option<Decision<Self>>, Refusal> {
        if matches!(self.status, PaymentStatus::Draft | PaymentStatus::Pending | PaymentStatus::Failed) {
            return self.manual_move("cancel").map(Some);
        }
        let Some(open) = self.open_attempt() else { return Ok(None) };
        match open.status {
            AttemptStatus::Authorised => self.void().map(Some),
            AttemptStatus::Open if open.is_hosted() => self.expire_session(open.id).map(Some),
            AttemptStatus::Open if open.intent.is_none() => {
                let failed = self.attempt_failed(open.id, why)?;
                let cancelled = failed.state.manual_move("cancel")?;
                Ok(Some(Decision { events: [failed.events, cancelled.events].concat(), ..cancelled }))
            }
            _ => Ok(None),
        }
    }

    /// Whether nothing more is to be done to take it back: it is over, or being released, or has brought money, which staff
    /// may refund.
    pub fn is_withdrawn(&self) -> bool {
        let releasing = self.open_attempt().is_some_and(|open| open.status == AttemptStatus::Releasing);
        self.is_over() || self.is_received() || releasing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::{NOW, amount, attempt, payment, received, today},
        payment::AttemptMeans,
    };

    fn asked() -> Payment {
        payment(3_000, Vec::new())
    }

    fn started(means: AttemptMeans) -> Payment {
        asked().start_attempt(attempt(1), means, NOW).unwrap().state
    }

    fn holding() -> Payment {
        started(AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: true })
    }

    fn status_of(withdrawn: Option<Decision<Payment>>) -> Option<PaymentStatus> {
        withdrawn.map(|decision| decision.state.status)
    }

    #[test]
    fn what_is_not_wanted_any_more_is_taken_back_as_far_as_it_is_known() {
        assert_eq!(status_of(asked().withdraw("gone").unwrap()), Some(PaymentStatus::Cancelled));
        let unmade = holding().withdraw("gone").unwrap().unwrap();
        assert_eq!((unmade.state.status, unmade.state.open_attempt()), (PaymentStatus::Cancelled, None));
        assert!(unmade.state.note_intent(attempt(1), "pi_1").is_err(), "nobody makes it after all");
        let unknown = holding().note_intent(attempt(1), "pi_1").unwrap().state;
        assert_eq!(unknown.withdraw("gone").unwrap(), None, "the processor is still to say");
        assert!(!unknown.is_withdrawn());
        let held = unknown.authorised(attempt(1), "pi_1").unwrap().state;
        let releasing = held.withdraw("gone").unwrap().unwrap().state;
        assert!(releasing.is_withdrawn() && releasing.withdraw("gone").unwrap().is_none());
        let page = started(AttemptMeans::Hosted { session: None, keep: None });
        let ending = page.withdraw("gone").unwrap().unwrap().state;
        assert!(!ending.is_withdrawn(), "it is cancelled once its page has ended");
        let ended = ending.session_expired(attempt(1)).unwrap().state;
        assert_eq!(status_of(ended.withdraw("gone").unwrap()), Some(PaymentStatus::Cancelled));
        let paid = received(&asked(), &[]).payment.state;
        assert!(paid.withdraw("gone").unwrap().is_none() && paid.is_withdrawn());
    }

    #[test]
    fn a_hold_lasts_for_less_than_five_days() {
        let held = holding().authorised(attempt(1), "pi_1").unwrap().state;
        assert_eq!(holding().holds_until(NOW), None);
        assert_eq!(held.holds_until(NOW + Duration::hours(4 * 24 + 17)), Some(true));
        assert_eq!(held.holds_until(NOW + Duration::hours(4 * 24 + 18)), Some(false));
    }

    #[test]
    fn what_is_asked_for_follows_the_visit_until_the_processor_is_asked() {
        let amended = asked().amend(amount(2_500), today()).unwrap();
        assert_eq!((amended.state.amount, amended.state.due_date), (amount(2_500), Some(today())));
        assert_eq!(amended.state.amend(amount(2_500), today()).unwrap().events, []);
        assert!(holding().amend(amount(2_500), today()).is_err());
    }
}
