use serde::Deserialize;

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

/// What the next sends, of either kind, meet. A new plan replaces the one before; `count` 0 ends it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    next: Fault,
    count: u32,
}

impl Plan {
    /// The fault of this send, and the plan for those after it.
    pub(crate) fn spend(self) -> Option<(Fault, Self)> {
        let count = self.count.checked_sub(1)?;
        Some((self.next, Self { count, ..self }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Plan};

    #[test]
    fn a_plan_lasts_for_its_count() {
        let plan = Plan { next: Fault::Error, count: 1 };
        let (fault, rest) = plan.spend().unwrap();
        assert_eq!(fault, Fault::Error);
        assert!(rest.spend().is_none());
    }
}
