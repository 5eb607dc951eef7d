//! Charges of methods on file that nobody asks for at the time: they were planned, and the schedule makes them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AttemptMeans, AttemptStatus, Payment};
use crate::{AttemptId, Decision, PlanId, Refusal, SetId};

/// What a charge was planned for: whoever hears what became of it tells that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Planned {
    /// A step of an invoice set.
    Step {
        /// The set.
        set: SetId,
        /// The step, from 0.
        step: u16,
    },
    /// Autopay of what was due, of an invoice set.
    Autopay {
        /// The set.
        set: SetId,
    },
    /// The copay of a visit to come: held on the card before it.
    Copay,
    /// An instalment of a payment plan.
    Instalment {
        /// The plan.
        plan: PlanId,
        /// The instalment, from 1.
        number: u16,
    },
}

impl Payment {
    /// Opens an attempt that charges a method on file, or holds on it, as planned. It is committed by whoever finds it due, who does not
    /// know the processor; whoever settles payments makes it, at once.
    ///
    /// # Errors
    /// As for [`Self::start_attempt`].
    pub fn start_planned(
        &self,
        id: AttemptId,
        means: AttemptMeans,
        planned: Planned,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        let mut started = self.start_attempt(id, means, now)?;
        started.state = started.state.with_attempt(id, |attempt| attempt.planned = Some(planned));
        Ok(started)
    }

    /// What the attempt was planned for whose outcome is known now and was not `before`; with the attempt.
    pub fn planned_and_known(&self, before: &Self) -> Option<(Planned, &super::Attempt)> {
        let open = before.open_attempt()?;
        let after = self.attempt_of(open.id).filter(|after| !after.status.is_open())?;
        Some((after.planned?, after))
    }

    /// Whether an attempt is still to be made at the processor by whoever settles payments.
    pub(super) fn is_to_be_made(attempt: &super::Attempt) -> bool {
        attempt.planned.is_some() && attempt.status == AttemptStatus::Open
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::{
        PatientId,
        fixtures::{NOW, attempt, payment},
    };

    fn planned() -> Planned {
        Planned::Step { set: SetId { patient: PatientId::new(uuid::Uuid::nil()), ordinal: 1 }, step: 2 }
    }

    fn started() -> Payment {
        let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: false };
        payment(10_000, Vec::new()).start_planned(attempt(1), means, planned(), NOW).unwrap().state
    }

    #[test]
    fn what_was_planned_is_made_at_once_and_asked_about_later_like_anything_else() {
        assert_eq!(started().ask_at(), Some(NOW));
        assert_eq!(started().asked(NOW).state.ask_at(), Some(NOW + Duration::minutes(10)));
        let debit = started().debit_processing(attempt(1)).unwrap().state;
        assert_eq!(debit.ask_at(), Some(NOW + Duration::minutes(5)));
    }

    #[test]
    fn what_became_of_it_is_told_once() {
        let failed = started().attempt_failed(attempt(1), "declined").unwrap().state;
        let (told, of) = failed.planned_and_known(&started()).unwrap();
        assert_eq!((told, of.failure.as_deref()), (planned(), Some("declined")));
        assert!(failed.planned_and_known(&failed).is_none());
        assert!(started().planned_and_known(&started()).is_none());
        let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: false };
        let asked = payment(100, Vec::new()).start_attempt(attempt(1), means, NOW).unwrap().state;
        let failed = asked.attempt_failed(attempt(1), "declined").unwrap().state;
        assert!(failed.planned_and_known(&asked).is_none(), "staff asked for it");
    }
}
