//! A step that charges what is owed to the method on file.

use chrono::{DateTime, Utc};

use super::{Instead, InvoiceSet};
use crate::{
    Decision, EventKind, PaymentId, RuleSet, SetId,
    recipient::Recipient,
    rule_set::{Step, Window},
};

impl InvoiceSet {
    /// Claims the step by which that payment is charged: both are committed at once, and nobody else charges for it.
    pub fn claim_charge(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        payment: PaymentId,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let step = self.next_step;
        Decision::of(self.past_step(rules, recipient, now), EventKind::ChargeClaimed { step, payment })
    }

    /// Nothing on file can be charged: the step's other way follows, or none is left.
    pub fn cannot_charge(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        reason: &str,
        instead: &Instead,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        self.past_step(rules, recipient, now).charge_declined(self.next_step, reason, instead, now)
    }

    /// The bank or the processor refused the charge of a claimed step: the step's other way follows, or none is left and
    /// the set has failed. Where it is not at that step any more, it stays as it is.
    pub fn charge_declined(
        &self,
        step: u16,
        reason: &str,
        instead: &Instead,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        self.step_failed(step, EventKind::ChargeFailed { step, reason: reason.to_owned() }, instead, now)
    }

    /// Nothing can be charged now, as the reason says: the step waits until its hours begin again.
    pub fn put_off_charge(
        &self,
        step: &Step,
        recipient: &Recipient,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let until = recipient.next_start(step.window, now);
        let reason = reason.to_owned();
        let event = EventKind::ChargePostponed { step: self.next_step, until, reason };
        Decision::of(Self { next_send_at: Some(until), ..self.clone() }, event)
    }

    /// The charge of a claimed step was given up before it was made, and no money moved: the step is decided anew when its
    /// hours begin again. Where another step was claimed, nothing is given back.
    pub fn charge_not_made(
        &self,
        step: u16,
        reason: &str,
        rules: &RuleSet,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let window = rules.steps.get(usize::from(step)).map_or(Window::default(), |step| step.window);
        let until = recipient.next_start(window, now);
        let mut back = self.clone();
        if self.has_claimed(step) {
            back.next_step = step;
            back.next_send_at = self.next_send_at.map(|_| until);
        }
        let event = EventKind::ChargePostponed { step, until, reason: reason.to_owned() };
        Decision::of(back, event)
    }

    /// Whether a charge that was claimed for a step is still wanted: nobody paused, ended or paid it, and it is not past.
    pub fn awaits_charge(&self, set: SetId, step: u16) -> bool {
        self.id == set && self.status.is_chasing() && self.has_claimed(step)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{RuleSetId, SetStatus, fixtures, invoice_set::Due, recipient::Unreachable, rule_set::Method};

    fn rules(fallback: Option<Method>) -> RuleSet {
        let mut rules = RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap();
        rules.steps[1] = Step { method: Method::ChargeCard, fallback, ..rules.steps[1].clone() };
        assert_eq!(rules.check(), Ok(()));
        rules
    }

    fn recipient() -> Recipient {
        Recipient {
            first_name: "Ada".try_into().unwrap(),
            email: Ok("ada@example.com".to_owned().try_into().unwrap()),
            phone: Err(Unreachable::NoNumber),
            language: crate::Language::En,
            zone: chrono_tz::UTC,
            practice_zone: chrono_tz::UTC,
            calendar: crate::practice::Calendar::default(),
            deceased: false,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// At its second step, due at ten in the morning.
    fn set() -> InvoiceSet {
        let due = Some(at("2026-07-15T10:00:00Z"));
        let last = Some(at("2026-07-01T10:00:00Z"));
        let chased = fixtures::chased(&fixtures::invoice(1, 10_000));
        InvoiceSet { next_step: 1, next_send_at: due, last_step_at: last, ..chased }
    }

    fn payment() -> PaymentId {
        PaymentId::new(Uuid::nil())
    }

    #[test]
    fn a_charge_is_due_in_the_hours_of_its_step() {
        let (rules, ada) = (rules(None), recipient());
        assert_eq!(set().due(&rules, &ada, at("2026-07-15T09:59:59Z")), Due::Nothing);
        assert!(matches!(set().due(&rules, &ada, at("2026-07-15T10:00:00Z")), Due::Charge(_)));
        assert!(matches!(set().due(&rules, &ada, at("2026-07-15T22:00:00Z")), Due::Change(_)), "at night");
        for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
            let held = InvoiceSet { status, ..set() };
            assert_eq!(held.due(&rules, &ada, at("2026-07-15T10:00:00Z")), Due::Nothing, "{status:?}");
        }
    }

    #[test]
    fn a_claimed_charge_is_awaited_until_anything_else_happens_to_the_set() {
        let (rules, ada, now) = (rules(None), recipient(), at("2026-07-15T10:00:00Z"));
        assert!(!set().awaits_charge(set().id, 1), "not claimed yet");
        let claimed = set().claim_charge(&rules, &ada, payment(), now).state;
        assert!(claimed.awaits_charge(set().id, 1) && !claimed.awaits_charge(set().id, 0));
        assert!(!claimed.awaits_charge(SetId { ordinal: 2, ..set().id }, 1));
        assert_eq!(claimed.due(&rules, &ada, now), Due::Nothing);
        for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
            assert!(!InvoiceSet { status, ..claimed.clone() }.awaits_charge(set().id, 1), "{status:?}");
        }
        let past = InvoiceSet { next_step: 3, ..claimed };
        assert!(!past.awaits_charge(set().id, 1));
    }

    #[test]
    fn a_declined_charge_is_followed_by_the_steps_other_way_or_has_failed() {
        let (ada, now) = (recipient(), at("2026-07-15T10:00:00Z"));
        let rules = rules(Some(Method::Email));
        let claimed = set().claim_charge(&rules, &ada, payment(), now).state;
        let instead = Instead::Message(Method::ChargeCard);
        let declined = claimed.charge_declined(1, "declined", &instead, now).state;
        assert!(matches!(declined.due(&rules, &ada, now), Due::Send(..)), "and it is not charged again");
        let failed = claimed.charge_declined(1, "declined", &Instead::Nothing, now);
        assert_eq!((failed.state.status, failed.state.next_step), (SetStatus::Failed, 1));
        assert_eq!(failed.events, [EventKind::ChargeFailed { step: 1, reason: "declined".to_owned() }]);
        let paid = InvoiceSet { status: SetStatus::Paid, next_send_at: None, ..claimed };
        let left = paid.charge_declined(1, "declined", &instead, now).state;
        assert_eq!((left.status, left.next_send_at), (SetStatus::Paid, None), "what is paid is not chased");
        let nothing = set().cannot_charge(&rules, &ada, "expired", &Instead::Nothing, now).state;
        assert_eq!((nothing.status, nothing.next_step), (SetStatus::Failed, 1));
    }

    #[test]
    fn what_was_not_charged_is_decided_anew_on_another_day() {
        let (ada, now, rules) = (recipient(), at("2026-07-15T10:30:00Z"), rules(None));
        let tomorrow = Some(at("2026-07-16T10:00:00Z"));
        let waiting = set().put_off_charge(&rules.steps[1], &ada, "under way", now).state;
        assert_eq!((waiting.next_step, waiting.next_send_at), (1, tomorrow));
        let claimed = set().claim_charge(&rules, &ada, payment(), now).state;
        let back = claimed.charge_not_made(1, "what is owed has changed", &rules, &ada, now).state;
        assert_eq!((back.next_step, back.next_send_at), (1, tomorrow));
        assert!(matches!(back.due(&rules, &ada, at("2026-07-16T10:00:00Z")), Due::Charge(_)));
        let held = InvoiceSet { status: SetStatus::Paused, next_send_at: None, ..claimed };
        assert_eq!(held.charge_not_made(1, "paused", &rules, &ada, now).state.next_send_at, None);
    }
}
