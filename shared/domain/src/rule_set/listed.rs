//! Which rule sets a practice has, and the present version of each.

use serde::{Deserialize, Serialize};

use crate::{Decision, EventKind, PracticeId, Refusal, RuleSet, RuleSetId, text::Line};

/// The most rule sets of a practice: they are one small item.
pub const MAX_RULE_SETS: usize = 100;

/// A rule set of a practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRuleSet {
    /// Its id.
    pub id: RuleSetId,
    /// Its present version, which sets that start now follow.
    pub version: u32,
    /// That version's name.
    pub title: Line<60>,
    /// Whether it starts no new set any more.
    pub archived: bool,
}

/// The rule sets of a practice, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSets {
    /// Whose.
    pub practice: PracticeId,
    /// All of them, archived ones too.
    pub rule_sets: Vec<ListedRuleSet>,
}

impl RuleSets {
    /// The list with a practice's first rule set.
    pub fn starting_with(practice: PracticeId, rules: &RuleSet) -> Self {
        Self { practice, rule_sets: vec![ListedRuleSet::of(rules)] }
    }

    /// A practice is set up with the list.
    pub fn create(self) -> Decision<Self> {
        let events = self.rule_sets.iter().map(|listed| EventKind::RuleSetAdded { rule_set: listed.id });
        Decision { events: events.collect(), state: self, postings: Vec::new() }
    }

    /// The rule set of that id.
    pub fn find(&self, id: RuleSetId) -> Option<&ListedRuleSet> {
        self.rule_sets.iter().find(|listed| listed.id == id)
    }

    /// The present version of a rule set that may start sets.
    ///
    /// # Errors
    /// There is none of that id; it is archived. Both name the field at `pointer`.
    pub fn choose(&self, id: RuleSetId, pointer: &str) -> Result<u32, Refusal> {
        match self.find(id) {
            None => Err(Refusal::field(pointer, "there is no such rule set")),
            Some(listed) if listed.archived => {
                let detail =
                    "this rule set is archived and starts no new set; restore it, or choose another one";
                Err(Refusal::field(pointer, detail))
            }
            Some(listed) => Ok(listed.version),
        }
    }

    /// A new rule set is one of them.
    ///
    /// # Errors
    /// There are too many.
    pub fn add(&self, rules: &RuleSet) -> Result<Decision<Self>, Refusal> {
        if self.rule_sets.len() >= MAX_RULE_SETS {
            let detail = format!("a practice has at most {MAX_RULE_SETS} rule sets; change one instead");
            return Err(Refusal::state("too-many-rule-sets", detail));
        }
        let mut added = self.clone();
        added.rule_sets.push(ListedRuleSet::of(rules));
        Ok(Decision::of(added, EventKind::RuleSetAdded { rule_set: rules.id }))
    }

    /// A new version of a rule set is its present one.
    pub fn revise(&self, rules: &RuleSet) -> Decision<Self> {
        let event = EventKind::RuleSetRevised { rule_set: rules.id, version: rules.version };
        let archived = self.find(rules.id).is_some_and(|listed| listed.archived);
        self.replace(ListedRuleSet { archived, ..ListedRuleSet::of(rules) }, event)
    }

    /// A rule set starts no new set any more. Sets that follow it go on. Nothing where it is archived already.
    ///
    /// # Errors
    /// It is the one that the practice's new sets follow.
    pub fn archive(&self, listed: &ListedRuleSet, followed: RuleSetId) -> Result<Decision<Self>, Refusal> {
        if listed.id == followed {
            let detail =
                "new invoice sets of the practice follow this rule set; choose another one for them first";
            return Err(Refusal::state("rule-set-followed", detail));
        }
        Ok(self.set_archived(listed, true, EventKind::RuleSetArchived { rule_set: listed.id }))
    }

    /// A rule set starts sets again. Nothing where it is not archived.
    pub fn restore(&self, listed: &ListedRuleSet) -> Decision<Self> {
        self.set_archived(listed, false, EventKind::RuleSetRestored { rule_set: listed.id })
    }

    fn set_archived(&self, listed: &ListedRuleSet, archived: bool, event: EventKind) -> Decision<Self> {
        if listed.archived == archived {
            return Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() };
        }
        self.replace(ListedRuleSet { archived, ..listed.clone() }, event)
    }

    fn replace(&self, new: ListedRuleSet, event: EventKind) -> Decision<Self> {
        let mut changed = self.clone();
        if let Some(listed) = changed.rule_sets.iter_mut().find(|listed| listed.id == new.id) {
            *listed = new;
        }
        Decision::of(changed, event)
    }
}

impl ListedRuleSet {
    fn of(rules: &RuleSet) -> Self {
        Self { id: rules.id, version: rules.version, title: rules.title.clone(), archived: false }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rules(n: u128) -> RuleSet {
        RuleSet::standard(RuleSetId::new(Uuid::from_u128(n))).unwrap()
    }

    fn two() -> RuleSets {
        let one = RuleSets::starting_with("prac_riverside".parse().unwrap(), &rules(1));
        one.add(&rules(2)).unwrap().state
    }

    #[test]
    fn new_sets_follow_the_present_version_of_what_is_not_archived() {
        let revised = two().revise(&RuleSet { version: 2, ..rules(2) });
        let id = rules(2).id;
        assert_eq!(revised.events, [EventKind::RuleSetRevised { rule_set: id, version: 2 }]);
        assert_eq!(revised.state.choose(id, "/rule_set_id"), Ok(2));
        let listed = revised.state.find(id).unwrap();
        let archived = revised.state.archive(listed, rules(1).id).unwrap().state;
        assert!(archived.choose(id, "/rule_set_id").is_err());
        let revised = archived.revise(&RuleSet { version: 3, ..rules(2) }).state;
        assert!(revised.find(id).unwrap().archived, "a new version of what is archived is archived");
        let restored = revised.restore(revised.find(id).unwrap()).state;
        assert_eq!(restored.choose(id, "/rule_set_id"), Ok(3));
        assert!(restored.choose(rules(9).id, "/rule_set_id").is_err());
    }

    #[test]
    fn what_the_practice_follows_is_not_archived() {
        let (sets, id) = (two(), rules(1).id);
        assert!(sets.archive(sets.find(id).unwrap(), id).is_err());
        assert!(sets.restore(sets.find(id).unwrap()).events.is_empty(), "nothing to restore");
    }

    #[test]
    fn there_are_not_more_than_fit() {
        let mut sets = two();
        for n in 3..=100 {
            sets = sets.add(&rules(n)).unwrap().state;
        }
        assert!(sets.add(&rules(101)).is_err());
    }
}
