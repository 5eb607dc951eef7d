//! What is due for a set now, and what follows once it was done.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::{InvoiceSet, SetStatus, TaskWords};
use crate::{
    Decision, EventKind, LinkId, RuleSet,
    practice::instant,
    recipient::{Reach, Recipient},
    rule_set::{Method, Step, Window},
};

/// What is due for a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due<'a> {
    /// Nothing: it is not chased, or its time has not come.
    Nothing,
    /// This step's message, to there.
    Send(&'a Step, Reach<'a>),
    /// A task of this step for staff: because it is one, or because its message cannot be delivered, which is said.
    Task(&'a Step, Method, Option<&'static str>),
    /// The set changes without a message: put off, on hold, failed, or expired.
    Change(Box<Decision<InvoiceSet>>),
}

/// What follows where a provider refuses a step's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// It goes by the step's other method, once this one was tried.
    Message(Method),
    /// Staff do it.
    Task(TaskWords),
    /// No other way is left.
    Nothing,
}

impl InvoiceSet {
    /// What is due now, checked at the moment of sending: status, hours, contact, and whether the patient lives.
    pub fn due<'a>(&self, rules: &'a RuleSet, recipient: &'a Recipient, now: DateTime<Utc>) -> Due<'a> {
        if !self.status.is_chasing() || self.next_send_at.is_none_or(|at| at > now) {
            return Due::Nothing;
        }
        let change = |state, event| Due::Change(Box::new(Decision::of(state, event)));
        if recipient.deceased {
            let reason = "the patient has died; messages are on hold".to_owned();
            return change(self.ended(SetStatus::Paused), EventKind::SetPaused { reason });
        }
        let Some(step) = rules.steps.get(usize::from(self.next_step)) else {
            return change(self.ended(SetStatus::Expired), EventKind::SetExpired);
        };
        if step.method.is_task() {
            return Due::Task(step, step.method, None);
        }
        if recipient.is_outside(step.window, now) {
            let until = recipient.next_start(step.window, now);
            let event = EventKind::MessagePostponed {
                step: self.next_step,
                until,
                reason: "outside the hours in which patients may be written to".to_owned(),
            };
            return change(Self { next_send_at: Some(until), ..self.clone() }, event);
        }
        match (step.reach(recipient, self.tried), step.task_instead()) {
            (Ok(reach), _) => Due::Send(step, reach),
            (Err(reason), Some(task)) => Due::Task(step, task, Some(reason)),
            (Err(reason), None) => {
                let reason = reason.to_owned();
                change(self.ended(SetStatus::Failed), EventKind::SetFailed { reason })
            }
        }
    }

    /// Claims the step before its message is sent by that method: whoever commits this, and nobody else, sends it.
    pub fn claim(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        (method, link): (Method, LinkId),
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let step = self.next_step;
        Decision::of(self.past_step(rules, recipient, now), EventKind::MessageClaimed { step, method, link })
    }

    /// Does the step by a task for staff; `undelivered` says why, where its message was to be sent.
    pub fn create_task(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        words: &TaskWords,
        undelivered: Option<&'static str>,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let step = self.next_step;
        let (state, created) = self.past_step(rules, recipient, now).with_task(step, words, now);
        let failed = undelivered.map(|reason| EventKind::MessageFailed { step, reason: reason.to_owned() });
        let events = failed.into_iter().chain([created]).collect();
        Decision { state, events, postings: Vec::new() }
    }

    /// The set once a step of it is done. The next one is planned for its day, but never for the same day again, so that a
    /// night caught up does one step.
    fn past_step(&self, rules: &RuleSet, recipient: &Recipient, now: DateTime<Utc>) -> Self {
        let tomorrow = now.with_timezone(&recipient.zone).date_naive() + Days::new(1);
        let mut past = self.clone();
        past.next_step = self.next_step.saturating_add(1);
        past.tried = None;
        past.last_step_at = Some(now);
        past.next_send_at = Some(past.wake_at(rules, recipient, tomorrow));
        past
    }

    /// The provider took the message of a claimed step.
    pub fn sent(&self, step: u16, provider_message: String) -> Decision<Self> {
        Decision::of(self.clone(), EventKind::MessageSent { step, provider_message })
    }

    /// The provider's answer was lost: the message counts as sent.
    pub fn sending_unknown(&self, step: u16) -> Decision<Self> {
        Decision::of(self.clone(), EventKind::MessageUnknown { step })
    }

    /// The provider refused the message of a claimed step: it goes by another method, staff are to do it, or no other way is
    /// left. Where the set is not at that step any more, it stays as it is.
    pub fn not_sent(
        &self,
        step: u16,
        reason: String,
        instead: &Instead,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let event = EventKind::MessageFailed { step, reason };
        if !self.has_claimed(step) {
            return Decision::of(self.clone(), event);
        }
        let mut state = match instead {
            _ if !self.status.is_chasing() => self.clone(),
            Instead::Task(words) => {
                let (state, created) = self.with_task(step, words, now);
                return Decision { state, events: vec![event, created], postings: Vec::new() };
            }
            Instead::Message(tried) => Self { tried: Some(*tried), next_send_at: Some(now), ..self.clone() },
            Instead::Nothing => self.ended(SetStatus::Failed),
        };
        state.next_step = step;
        Decision::of(state, event)
    }

    /// The provider could not be reached and certainly sent nothing: the claim is given back, for a quarter of an hour
    /// later. Where another step was claimed, or other rules are followed, nothing is given back; a set that is not chased
    /// any more is at the step again, should it go on.
    pub fn put_back(&self, step: u16, now: DateTime<Utc>) -> Decision<Self> {
        let until = now + Duration::minutes(15);
        let mut back = self.clone();
        if self.has_claimed(step) {
            back.next_step = step;
            back.next_send_at = self.next_send_at.map(|_| until);
        }
        let reason = "the mail provider could not be reached".to_owned();
        Decision::of(back, EventKind::MessagePostponed { step, until, reason })
    }

    /// Whether that step was the last one to be claimed. Other rules begin at their first step, and claim nothing on the
    /// same day.
    const fn has_claimed(&self, step: u16) -> bool {
        self.next_step == step.saturating_add(1)
    }

    /// When the next step, or the expiry after the last, is due; not before `earliest`.
    pub(super) fn wake_at(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        earliest: NaiveDate,
    ) -> DateTime<Utc> {
        rules.wake_at(usize::from(self.next_step), recipient, self.started_on, earliest)
    }

    /// The set in a status in which nothing is sent. What staff were to do falls away with what is chased.
    pub(super) fn ended(&self, status: SetStatus) -> Self {
        let tasks = if status.is_open() { self.tasks.clone() } else { Vec::new() };
        Self { status, next_send_at: None, tasks, ..self.clone() }
    }
}

impl RuleSet {
    /// When a step, or the expiry after the last, is due in a chase that began on a day; not before `earliest`. Staff's
    /// tasks keep their hours.
    fn wake_at(
        &self,
        step: usize,
        recipient: &Recipient,
        started_on: NaiveDate,
        earliest: NaiveDate,
    ) -> DateTime<Utc> {
        let step = self.steps.get(step);
        let planned = started_on + Days::new(step.map_or(self.expiry_days, |s| s.delay_days).into());
        let (window, zone) = match step {
            Some(step) if step.method.is_task() => (Window::default(), recipient.practice_zone),
            Some(step) => (step.window, recipient.zone),
            None => (Window::default(), recipient.zone),
        };
        instant(planned.max(earliest), window.start(), zone)
    }

    /// When each step, and at last the expiry, is due in a chase that begins on a day, if none is put off.
    pub fn planned(
        &self,
        recipient: &Recipient,
        started_on: NaiveDate,
    ) -> (Vec<DateTime<Utc>>, DateTime<Utc>) {
        let (mut times, mut earliest) = (Vec::new(), started_on);
        for step in 0..self.steps.len() {
            let at = self.wake_at(step, recipient, started_on, earliest);
            earliest = at.with_timezone(&recipient.zone).date_naive() + Days::new(1);
            times.push(at);
        }
        (times, self.wake_at(self.steps.len(), recipient, started_on, earliest))
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Los_Angeles;
    use uuid::Uuid;

    use super::super::SetInvoice;
    use super::*;
    use crate::{Cents, InvoiceId, Language, PatientId, RuleSetId, SetId, recipient::Unreachable};

    fn rules() -> RuleSet {
        RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
    }

    fn recipient() -> Recipient {
        Recipient {
            first_name: "Ada".try_into().unwrap(),
            email: Ok("ada@example.com".to_owned().try_into().unwrap()),
            phone: Err(Unreachable::NoNumber),
            language: Language::En,
            zone: Los_Angeles,
            practice_zone: chrono_tz::America::New_York,
            deceased: false,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Due on 1 June 2026 at 10:00 in Los Angeles, which is 17:00 UTC.
    fn set() -> InvoiceSet {
        InvoiceSet {
            id: SetId { patient: PatientId::new(Uuid::nil()), ordinal: 1 },
            patient_name: "Ada Lovelace".try_into().unwrap(),
            status: SetStatus::Active,
            rule_set: rules().id,
            rule_set_version: 1,
            started_on: "2026-06-01".parse().unwrap(),
            next_step: 0,
            next_send_at: Some(at("2026-06-01T17:00:00Z")),
            invoices: vec![SetInvoice { invoice: InvoiceId::new(Uuid::nil()), balance: Cents::new(100) }],
            created_at: at("2026-06-01T00:00:00Z"),
            last_step_at: None,
            tasks: Vec::new(),
            tasks_made: 0,
            tried: None,
        }
    }

    fn link() -> LinkId {
        LinkId::new(Uuid::nil())
    }

    fn changed(due: Due<'_>) -> InvoiceSet {
        match due {
            Due::Change(decision) => decision.state,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_step_is_due_at_its_time_and_not_before() {
        let (rules, ada) = (rules(), recipient());
        assert_eq!(set().due(&rules, &ada, at("2026-06-01T16:59:59Z")), Due::Nothing);
        assert!(matches!(set().due(&rules, &ada, at("2026-06-01T17:00:00Z")), Due::Send(..)));
    }

    #[test]
    fn what_is_not_chased_is_not_sent() {
        let (rules, ada) = (rules(), recipient());
        for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
            let held = InvoiceSet { status, ..set() };
            assert_eq!(held.due(&rules, &ada, at("2026-06-09T18:00:00Z")), Due::Nothing, "{status:?}");
        }
    }

    #[test]
    fn nobody_is_written_to_at_night() {
        let (rules, ada) = (rules(), recipient());
        // 21:00 and 07:59 in Los Angeles.
        for (now, next) in [
            ("2026-06-02T04:00:00Z", "2026-06-02T17:00:00Z"),
            ("2026-06-02T14:59:00Z", "2026-06-02T17:00:00Z"),
        ] {
            let put_off = changed(set().due(&rules, &ada, at(now)));
            assert_eq!(put_off.next_send_at, Some(at(next)), "{now}");
            assert_eq!(put_off.next_step, 0);
        }
        assert!(
            matches!(set().due(&rules, &ada, at("2026-06-02T03:59:00Z")), Due::Send(..)),
            "20:59 is not night"
        );
    }

    #[test]
    fn nothing_is_sent_about_the_dead_or_to_nowhere() {
        let rules = rules();
        let now = at("2026-06-01T17:00:00Z");
        let dead = Recipient { deceased: true, ..recipient() };
        assert_eq!(changed(set().due(&rules, &dead, now)).status, SetStatus::Paused);
        for why in [Unreachable::NoAddress, Unreachable::MailNotWanted] {
            let nowhere = Recipient { email: Err(why), ..recipient() };
            assert_eq!(changed(set().due(&rules, &nowhere, now)).status, SetStatus::Failed);
        }
    }

    #[test]
    fn a_lost_fortnight_is_caught_up_with_one_message_a_day() {
        let (rules, ada) = (rules(), recipient());
        let late = at("2026-06-20T18:00:00Z");
        let claimed = set().claim(&rules, &ada, (Method::Email, link()), late).state;
        assert_eq!(claimed.next_step, 1);
        assert_eq!(claimed.next_send_at, Some(at("2026-06-21T17:00:00Z")), "not today again");
        assert_eq!(claimed.due(&rules, &ada, late), Due::Nothing);
    }

    #[test]
    fn a_message_that_certainly_was_not_sent_is_tried_again() {
        let (rules, ada) = (rules(), recipient());
        let now = at("2026-06-01T17:00:00Z");
        let claimed = set().claim(&rules, &ada, (Method::Email, link()), now).state;
        let back = claimed.put_back(0, now).state;
        assert_eq!((back.next_step, back.next_send_at), (0, Some(at("2026-06-01T17:15:00Z"))));
        let paid = InvoiceSet { status: SetStatus::Paid, next_send_at: None, ..claimed };
        assert_eq!(paid.put_back(0, now).state.next_send_at, None, "what is paid is not chased again");
    }

    #[test]
    fn what_one_provider_refuses_goes_out_by_the_other_way_and_only_by_that() {
        let (mut rules, now) = (rules(), at("2026-06-01T17:00:00Z"));
        rules.steps[0].method = Method::Sms;
        rules.steps[0].fallback = Some(Method::Email);
        let ada = Recipient { phone: Ok("+16175550123".to_owned().try_into().unwrap()), ..recipient() };
        assert!(matches!(set().due(&rules, &ada, now), Due::Send(_, Reach::Sms(_))));
        let claimed = set().claim(&rules, &ada, (Method::Sms, link()), now).state;
        let refused = claimed.not_sent(0, "refused".to_owned(), &Instead::Message(Method::Sms), now).state;
        assert_eq!((refused.status, refused.next_step), (SetStatus::Active, 0));
        assert!(matches!(refused.due(&rules, &ada, now), Due::Send(_, Reach::Email(_))));
        let mailless = Recipient { email: Err(Unreachable::NoAddress), ..ada.clone() };
        assert_eq!(changed(refused.due(&rules, &mailless, now)).status, SetStatus::Failed);
        let again = refused.claim(&rules, &ada, (Method::Email, link()), now).state;
        assert_eq!((again.next_step, again.tried), (1, None), "the next step begins with its own way");
        let paid = InvoiceSet { status: SetStatus::Paid, next_send_at: None, ..claimed };
        let left = paid.not_sent(0, "refused".to_owned(), &Instead::Message(Method::Sms), now).state;
        assert_eq!((left.status, left.next_send_at), (SetStatus::Paid, None), "what is paid is not chased");
    }

    #[test]
    fn who_cannot_be_texted_is_mailed_at_the_same_step() {
        let mut rules = rules();
        (rules.steps[0].method, rules.steps[0].fallback) = (Method::Sms, Some(Method::Email));
        let now = at("2026-06-01T17:00:00Z");
        for why in [Unreachable::NoNumber, Unreachable::NoConsent, Unreachable::NoTimeZone] {
            let ada = Recipient { phone: Err(why), ..recipient() };
            assert!(matches!(set().due(&rules, &ada, now), Due::Send(_, Reach::Email(_))), "{why:?}");
            let nowhere = Recipient { email: Err(Unreachable::NoAddress), ..ada };
            let Due::Change(failed) = set().due(&rules, &nowhere, now) else { panic!("nowhere to go") };
            assert_eq!(failed.events, [EventKind::SetFailed { reason: why.reason().to_owned() }]);
        }
    }

    #[test]
    fn the_sequence_ends_in_expiry() {
        let (rules, ada) = (rules(), recipient());
        let mut set = set();
        for _ in 0..3 {
            let now = set.next_send_at.unwrap();
            assert!(matches!(set.due(&rules, &ada, now), Due::Send(..)));
            set = set.claim(&rules, &ada, (Method::Email, link()), now).state;
        }
        assert_eq!(set.next_send_at, Some(at("2026-07-31T17:00:00Z")), "sixty days after the start");
        let expired = changed(set.due(&rules, &ada, set.next_send_at.unwrap() + Duration::hours(1)));
        assert_eq!((expired.status, expired.next_send_at), (SetStatus::Expired, None));
    }

    #[test]
    fn a_refused_message_fails_the_set_unless_it_ended_meanwhile() {
        let (rules, ada) = (rules(), recipient());
        let now = at("2026-06-01T17:00:00Z");
        let claimed = set().claim(&rules, &ada, (Method::Email, link()), now).state;
        let failed = claimed.not_sent(0, "address refused".to_owned(), &Instead::Nothing, now).state;
        assert_eq!((failed.status, failed.next_step, failed.next_send_at), (SetStatus::Failed, 0, None));
        let paid = InvoiceSet { status: SetStatus::Paid, ..claimed };
        assert_eq!(
            paid.not_sent(0, "address refused".to_owned(), &Instead::Nothing, now).state.status,
            SetStatus::Paid
        );
    }
}
