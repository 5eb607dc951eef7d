use serde::Deserialize;

use crate::message::Kind;

/// How a send can go wrong at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Refused for the rate of sending; nothing is kept.
    Throttle,
    /// The provider's own error; nothing is kept.
    Error,
    /// No answer until the sender gives up; nothing is kept.
    Timeout,
    /// Kept, but the connection ends before the answer: the sender cannot know.
    AcceptThenDrop,
}

/// What the next sends meet: of either kind, or of one. A new plan replaces the one before; `count` 0 ends it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    next: Fault,
    count: u32,
    #[serde(default)]
    kind: Option<Kind>,
}

impl Plan {
    /// The fault of a send of this kind, if it meets one, and the plan for those after it.
    pub(crate) fn spend(self, kind: Kind) -> (Option<Fault>, Self) {
        let met = self.kind.is_none_or(|planned| planned == kind);
        match self.count.checked_sub(1).filter(|_| met) {
            Some(count) => (Some(self.next), Self { count, ..self }),
            None => (None, self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Kind, Plan};

    #[test]
    fn a_plan_lasts_for_its_count() {
        let plan = Plan { next: Fault::Error, count: 1, kind: None };
        let (fault, rest) = plan.spend(Kind::Sms);
        assert_eq!((fault, rest.spend(Kind::Email).0), (Some(Fault::Error), None));
        let (fault, rest) = Plan { kind: Some(Kind::Sms), ..plan }.spend(Kind::Email);
        assert_eq!((fault, rest.spend(Kind::Sms).0), (None, Some(Fault::Error)), "mail is not of that kind");
    }
}
