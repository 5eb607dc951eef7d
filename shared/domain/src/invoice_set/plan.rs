//! A set whose patient has a payment plan: while that is in good standing nobody is chased, for new charges neither.

use chrono::{DateTime, Utc};

use super::{InvoiceSet, Pause, PauseReason, SetStatus, TaskWords};
use crate::{Decision, EventKind, RuleSet, recipient::Recipient};

impl InvoiceSet {
    /// Whether a payment plan holds it.
    pub fn is_held_by_plan(&self) -> bool {
        self.status == SetStatus::Paused
            && self.pause.as_ref().is_some_and(|pause| pause.reason == PauseReason::PaymentPlan)
    }

    /// The patient has a payment plan: nothing is sent until that ends. None where nothing would be sent anyway.
    pub fn hold_for_plan(&self) -> Option<Decision<Self>> {
        if !self.status.is_chasing() {
            return None;
        }
        let reason = PauseReason::PaymentPlan;
        let event = EventKind::SetPaused { reason: reason.name().to_owned(), note: None, until: None };
        let pause = Some(Pause { reason, note: None, until: None, resume_at: None });
        Some(Decision::of(Self { pause, ..self.ended(SetStatus::Paused) }, event))
    }

    /// The payment plan has ended: what is left is chased again, from the step at which it was held. Staff get the task, where
    /// there is one. None where the set is not concerned.
    pub fn plan_ended(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        task: Option<&TaskWords>,
        now: DateTime<Utc>,
    ) -> Option<Decision<Self>> {
        if !self.status.is_open() {
            return None;
        }
        let (mut state, mut events) = (self.clone(), Vec::new());
        if self.is_held_by_plan() {
            let resumed = self.resumed(rules, recipient, now);
            (state, events) = (resumed.state, resumed.events);
        }
        if let Some(words) = task {
            let (with, event) = state.with_task(state.next_step, words, now);
            state = with;
            events.push(event);
        }
        (!events.is_empty()).then_some(Decision { state, events, postings: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{RuleSetId, fixtures, invoice_set::Action, rule_set::Method};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn set() -> InvoiceSet {
        fixtures::chased(&fixtures::invoice(1, 10_000))
    }

    fn rules() -> RuleSet {
        RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
    }

    fn recipient() -> Recipient {
        let contact = crate::patient::Contact { email: None, phone: None };
        let id = crate::PatientId::new(Uuid::nil());
        let patient =
            crate::Patient::create(id, fixtures::details(contact), fixtures::today()).unwrap().state;
        Recipient::of(&patient, &fixtures::practice(), &crate::standing::Standings::default())
    }

    #[test]
    fn nobody_is_chased_who_keeps_a_plan_and_staff_do_not_end_that_hold() {
        let (rules, ada, now) = (rules(), recipient(), at("2026-08-01T12:00:00Z"));
        let held = set().hold_for_plan().unwrap().state;
        assert!(held.is_held_by_plan());
        assert_eq!((held.status, held.due_at()), (SetStatus::Paused, None));
        assert_eq!(held.due(&rules, &ada, now), crate::invoice_set::Due::Nothing);
        assert!(held.resume(&rules, &ada, now).is_err());
        assert!(Action::Cancel.is_allowed(held.status));
        let practice = fixtures::practice();
        assert!(set().pause(PauseReason::PaymentPlan, None, None, &practice, now).is_err(), "not by staff");
        for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
            assert!(InvoiceSet { status, ..set() }.hold_for_plan().is_none(), "{status:?}");
        }
    }

    #[test]
    fn when_a_plan_ends_what_is_left_is_chased_again_and_staff_are_told_of_one_that_was_not_kept() {
        let (rules, ada, now) = (rules(), recipient(), at("2026-08-01T12:00:00Z"));
        let held = set().hold_for_plan().unwrap().state;
        let resumed = held.plan_ended(&rules, &ada, None, now).unwrap().state;
        assert_eq!((resumed.status, resumed.next_step), (SetStatus::Active, 0));
        assert!(resumed.next_send_at.is_some_and(|at| at > now));
        let words =
            TaskWords { method: Method::CallTask, title: "Call".to_owned(), message: "Why".to_owned() };
        let told = held.plan_ended(&rules, &ada, Some(&words), now).unwrap();
        assert_eq!((told.state.tasks.len(), told.events.len()), (1, 2));
        let disputed = InvoiceSet { status: SetStatus::Paused, next_send_at: None, ..set() };
        assert!(disputed.plan_ended(&rules, &ada, None, now).is_none(), "another hold stays");
        let paid = InvoiceSet { status: SetStatus::Paid, ..set() };
        assert!(paid.plan_ended(&rules, &ada, Some(&words), now).is_none());
    }
}
