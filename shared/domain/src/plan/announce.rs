//! Telling patients of a charge before it is made, so that the money is there, or they can choose another method.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::{Instalment, PaymentPlan, charged_at};
use crate::{
    Decision, EventKind, Practice,
    recipient::{Reach, Recipient},
};

/// How many days before its charge a patient hears of an instalment: time enough to move money.
const DAYS_AHEAD: u64 = 3;

/// How long it waits where the provider takes nothing.
const PUT_BACK: Duration = Duration::minutes(15);

/// What is to be done about telling of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement<'a> {
    /// It is not sent now: put off until morning, or not at all.
    Change(Box<Decision<PaymentPlan>>),
    /// It goes there by whoever commits the claim, and says on which of the practice's days the charge is. What was claimed and
    /// not sent is not sent later: none beats two.
    Send(Box<Decision<PaymentPlan>>, NaiveDate, Reach<'a>),
}

impl PaymentPlan {
    /// How the patient is told that an instalment will be charged: by mail, else by text, in the hours in which they may be
    /// written to.
    pub fn announce<'a>(
        &self,
        instalment: &Instalment,
        practice: &Practice,
        recipient: &'a Recipient,
        now: DateTime<Utc>,
    ) -> Announcement<'a> {
        let without = Self { announce_at: None, ..self.clone() };
        let (Some(reach), Some(charged_at)) = (recipient.reach(), self.next_at) else {
            let reason = "there is nobody to tell of the next instalment".to_owned();
            let none = Decision::of(without, EventKind::MailFailed { reason });
            return Announcement::Change(Box::new(none));
        };
        if recipient.is_quiet(now) {
            let until = recipient.next_send_time(now);
            return Announcement::Change(Box::new(self.put_off_announcement(instalment.number, until)));
        }
        let on = practice.today(charged_at);
        let claim = EventKind::InstalmentAnnounced { instalment: instalment.number, on };
        Announcement::Send(Box::new(Decision::of(without, claim)), on, reach)
    }

    /// The provider took nothing: the patient is told in a while, where the charge is not made before. Nothing changes where
    /// another instalment is next by now.
    pub fn put_back_announcement(&self, number: u16, now: DateTime<Utc>) -> Decision<Self> {
        if self.next().is_none_or(|next| next.number != number) {
            return Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() };
        }
        self.put_off_announcement(number, now + PUT_BACK)
    }

    fn put_off_announcement(&self, instalment: u16, until: DateTime<Utc>) -> Decision<Self> {
        let announce_at = self.next_at.map(|charge| until.min(charge));
        let later = Self { announce_at, ..self.clone() };
        Decision::of(later, EventKind::InstalmentAnnouncementPutOff { instalment, until })
    }

    /// When the patient hears of the next instalment (UTC); none where that would have been before now: what was agreed to
    /// today is known today.
    pub(super) fn announced_at(&self, practice: &Practice, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let day = self.next()?.on.checked_sub_days(Days::new(DAYS_AHEAD))?;
        Some(charged_at(day, practice)).filter(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Cents, Patient, PatientId, PaymentId,
        fixtures::{self, practice},
        patient::Contact,
        plan::{
            PlanDue,
            tests::{OWED, at, plan},
        },
        standing::Standings,
    };

    fn ada(email: Option<&str>, deceased: bool) -> Recipient {
        let email = email.map(|address| address.to_owned().try_into().unwrap());
        let details = fixtures::details(Contact { email, phone: None });
        let id = PatientId::new(uuid::Uuid::nil());
        let patient = Patient::create(id, details, fixtures::today()).unwrap().state;
        Recipient { deceased, ..Recipient::of(&patient, &practice(), &Standings::default()) }
    }

    fn first() -> Instalment {
        plan().instalments[0].clone()
    }

    #[test]
    fn a_patient_hears_of_an_instalment_three_days_before_and_once() {
        let (plan, ada) = (plan(), ada(Some("ada@example.com"), false));
        assert_eq!(plan.due(OWED, at("2026-06-12T09:59:59Z")), PlanDue::Nothing);
        let now = at("2026-06-12T10:00:00Z");
        let PlanDue::Announce(instalment) = plan.due(OWED, now) else { panic!("it is to be told of") };
        let Announcement::Send(claim, on, _) = plan.announce(instalment, &practice(), &ada, now) else {
            panic!("she can be told")
        };
        assert_eq!((instalment.number, on), (1, fixtures::day("2026-06-15")));
        let told = claim.state;
        assert_eq!(told.due(OWED, at("2026-06-15T09:59:59Z")), PlanDue::Nothing, "once");
        assert!(matches!(told.due(OWED, at("2026-06-15T10:00:00Z")), PlanDue::Charge(..)));
        let later = told.put_back_announcement(1, now).state;
        assert_eq!(later.due_at(), Some(at("2026-06-12T10:15:00Z")));
        assert!(told.put_back_announcement(2, now).events.is_empty(), "another instalment is next");
    }

    #[test]
    fn what_is_due_now_is_charged_and_not_told_of() {
        let late = plan().due_at().unwrap() + Duration::days(30);
        assert!(matches!(plan().due(OWED, late), PlanDue::Charge(..)));
        let claimed = plan().claim(1, PaymentId::new(uuid::Uuid::nil())).state;
        assert_eq!(claimed.due_at(), None);
        assert_eq!(plan().cancel(None).unwrap().state.due_at(), None);
        assert_eq!(plan().due(Cents::ZERO, at("2026-06-12T10:00:00Z")), PlanDue::Complete, "paid otherwise");
    }

    #[test]
    fn of_what_a_bank_refused_the_patient_hears_at_once_and_when_it_is_tried_again() {
        let (now, ada) = (at("2026-06-15T10:01:00Z"), ada(Some("ada@example.com"), false));
        let claimed = plan().claim(1, PaymentId::new(uuid::Uuid::nil())).state;
        let refused = claimed.refused(1, "no money", false, &practice(), now).state;
        let PlanDue::Announce(instalment) = refused.due(OWED, now) else { panic!("it is to be told of") };
        let Announcement::Send(_, on, _) = refused.announce(instalment, &practice(), &ada, now) else {
            panic!("she can be told")
        };
        assert_eq!((instalment.refused, on), (1, fixtures::day("2026-06-18")));
    }

    #[test]
    fn nobody_is_woken_for_it_and_where_nobody_can_be_told_the_charge_is_made_all_the_same() {
        let (plan, night, asleep) = (plan(), at("2026-06-13T03:00:00Z"), ada(Some("ada@example.com"), false));
        let Announcement::Change(morning) = plan.announce(&first(), &practice(), &asleep, night) else {
            panic!("it is night")
        };
        assert_eq!(morning.state.announce_at, Some(at("2026-06-13T10:00:00Z")));
        let eve = at("2026-06-15T03:00:00Z");
        let Announcement::Change(too_late) = plan.announce(&first(), &practice(), &asleep, eve) else {
            panic!("it is night")
        };
        assert!(matches!(too_late.state.due(OWED, at("2026-06-15T10:00:00Z")), PlanDue::Charge(..)));
        for nobody in [ada(None, false), ada(Some("ada@example.com"), true)] {
            let Announcement::Change(none) = plan.announce(&first(), &practice(), &nobody, night) else {
                panic!("nobody is there")
            };
            assert_eq!((none.state.announce_at, none.state.next_at), (None, plan.next_at));
        }
    }

    #[test]
    fn what_was_agreed_to_within_three_days_is_known() {
        let mut soon = plan();
        assert_eq!(soon.announced_at(&practice(), at("2026-06-12T10:00:00Z")), None);
        soon.announce_at = None;
        assert_eq!(soon.due_at(), soon.next_at);
    }
}
