//! Charges of methods on file that nobody asks for at the time: they were planned, and the schedule makes them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AttemptMeans, Payment};
use crate::{AttemptId, Decision, Refusal};

/// What a charge was planned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Planned {
    /// The copay of a visit to come: held on the card before it.
    Copay,
}

impl Payment {
    /// Opens an attempt as planned. It is committed by whoever finds it due, who does not know the processor; whoever
    /// settles payments makes it, at once.
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
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::fixtures::{NOW, attempt, payment};

    #[test]
    fn what_was_planned_is_made_at_once_and_asked_about_later_like_anything_else() {
        let means = AttemptMeans::OnFile { method: "pm_1".to_owned(), hold: true };
        let started = payment(3_000, Vec::new()).start_planned(attempt(1), means, Planned::Copay, NOW);
        let started = started.unwrap().state;
        assert_eq!(started.ask_at(), Some(NOW));
        assert_eq!(started.asked(NOW).state.ask_at(), Some(NOW + Duration::minutes(10)));
        let held = started.authorised(attempt(1), "pi_1").unwrap().state;
        assert_eq!(held.ask_at(), Some(NOW + Duration::minutes(5)));
    }
}
