//! Rule sets, each version by itself, and which of them a practice has.

use paywell_domain::{PracticeId, RuleSet, RuleSetId, rule_set::RuleSets};

use super::Aggregate;
use crate::Key;

impl Aggregate for RuleSet {
    type Id = (RuleSetId, u32);

    fn key_of(practice: &PracticeId, (id, version): (RuleSetId, u32)) -> Key {
        Key::rule_set(practice, id, version)
    }

    fn id(&self) -> (RuleSetId, u32) {
        (self.id, self.version)
    }

    fn name(&self) -> String {
        self.id.to_string()
    }
}

impl Aggregate for RuleSets {
    type Id = ();

    fn key_of(practice: &PracticeId, (): ()) -> Key {
        Key::rule_sets(practice)
    }

    fn id(&self) {}

    fn name(&self) -> String {
        format!("rule_sets_{}", self.practice)
    }
}
