//! What is sent when, to a patient whose charges are unpaid.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decision, EventKind, Refusal, RuleSetId, text::Line};

/// How a step reaches the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By electronic mail.
    Email,
}

/// One message of the sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Days after chasing began.
    pub delay_days: u16,
    /// How.
    pub method: Method,
    /// The subject: minimum information, no service, code or amount.
    pub title: Line<80>,
    /// The message's opening words; practice, first name and link are set around them.
    pub message: Line<500>,
}

/// A version of a rule set. A running invoice set keeps the version it started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// Its id, over all versions.
    pub id: RuleSetId,
    /// 1 for the first.
    pub version: u32,
    /// Its name for staff.
    pub title: Line<60>,
    /// The messages, ordered by delay.
    pub steps: Vec<Step>,
    /// Days after chasing began when a set with a balance left is *expired*; after the last step.
    pub expiry_days: u16,
}

impl RuleSet {
    /// Makes the first version.
    ///
    /// # Errors
    /// No step, steps not in order, a method twice on one day, or an expiry before the last step.
    pub fn create(self) -> Result<Decision<Self>, Refusal> {
        let ordered = self.steps.windows(2).all(|pair| match pair {
            [a, b] => a.delay_days < b.delay_days || (a.delay_days == b.delay_days && a.method != b.method),
            _ => true,
        });
        if self.steps.is_empty() || self.steps.len() > 30 || !ordered {
            let detail = "expected 1 to 30 steps ordered by delay, a method at most once on the same day";
            return Err(Refusal::field("/steps", detail));
        }
        if self.steps.last().is_some_and(|last| last.delay_days >= self.expiry_days) {
            return Err(Refusal::field("/expiry_days", "expected more days than the last step's delay"));
        }
        Ok(Decision::of(self, EventKind::RuleSetCreated))
    }

    /// The rule set that a new practice starts with: three mails over a month, expired after sixty days.
    ///
    /// # Errors
    /// None: the texts are known to fit.
    pub fn standard(id: RuleSetId) -> Result<Self, String> {
        let step = |delay_days, title: &str, message: &str| -> Result<Step, String> {
            Ok(Step {
                delay_days,
                method: Method::Email,
                title: title.try_into()?,
                message: message.try_into()?,
            })
        };
        Ok(Self {
            id,
            version: 1,
            title: "Standard".try_into()?,
            steps: vec![
                step(0, "You have a balance with us", "There is a balance on your account.")?,
                step(
                    14,
                    "A reminder about your balance",
                    "This is a reminder that there is a balance on your account.",
                )?,
                step(
                    30,
                    "Your balance is still open",
                    "There is still a balance on your account. If you have a question about it, please call us.",
                )?,
            ],
            expiry_days: 60,
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn standard() -> RuleSet {
        RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
    }

    #[test]
    fn the_standard_rule_set_is_one() {
        assert!(standard().create().is_ok());
    }

    #[test]
    fn steps_are_ordered_and_end_before_the_expiry() {
        let mut twice = standard();
        twice.steps[1].delay_days = 0;
        assert!(twice.create().is_err(), "one method twice on a day");
        let mut backwards = standard();
        backwards.steps.reverse();
        assert!(backwards.create().is_err());
        let mut early = standard();
        early.expiry_days = 30;
        assert!(early.create().is_err());
        let mut none = standard();
        none.steps.clear();
        assert!(none.create().is_err());
    }
}
