//! What is due for a set now, and what follows once it was done.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::{InvoiceSet, SetStatus};
use crate::{
    Decision, EventKind, LinkId, RuleSet,
    patient::EmailAddress,
    practice::instant,
    recipient::{Recipient, SEND_AT},
    rule_set::{Method, Step},
};

/// What is due for a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due<'a> {
    /// Nothing: it is not chased, or its time has not come.
    Nothing,
    /// This step's message, to this address.
    Send(&'a Step, &'a EmailAddress),
    /// The set changes without a message: put off, on hold, failed, or expired.
    Change(Box<Decision<InvoiceSet>>),
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
        if recipient.is_quiet(now) {
            let until = recipient.next_send_time(now);
            let event = EventKind::MessagePostponed {
                step: self.next_step,
                until,
                reason: "outside the hours in which patients may be written to".to_owned(),
            };
            return change(Self { next_send_at: Some(until), ..self.clone() }, event);
        }
        match (&step.method, &recipient.email) {
            (Method::Email, Ok(address)) => Due::Send(step, address),
            (Method::Email, Err(why)) => {
                let reason = why.reason().to_owned();
                change(self.ended(SetStatus::Failed), EventKind::SetFailed { reason })
            }
        }
    }

    /// Claims the step before its message is sent: whoever commits this, and nobody else, sends it. The next step is
    /// planned for its day, but never for the same day again, so that a night caught up sends one message.
    pub fn claim(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        link: LinkId,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let step = self.next_step;
        let method = rules.steps.get(usize::from(step)).map_or(Method::Email, |s| s.method);
        let tomorrow = now.with_timezone(&recipient.zone).date_naive() + Days::new(1);
        let mut claimed = self.clone();
        claimed.next_step = step.saturating_add(1);
        claimed.next_send_at = Some(claimed.wake_at(rules, recipient, tomorrow));
        Decision::of(claimed, EventKind::MessageClaimed { step, method, link })
    }

    /// The provider took the message of a claimed step.
    pub fn sent(&self, step: u16, provider_message: String) -> Decision<Self> {
        Decision::of(self.clone(), EventKind::MessageSent { step, provider_message })
    }

    /// The provider's answer was lost: the message counts as sent.
    pub fn sending_unknown(&self, step: u16) -> Decision<Self> {
        Decision::of(self.clone(), EventKind::MessageUnknown { step })
    }

    /// The provider refused the message of a claimed step; no other way is left.
    pub fn not_sent(&self, step: u16, reason: String) -> Decision<Self> {
        let mut failed = if self.status.is_chasing() { self.ended(SetStatus::Failed) } else { self.clone() };
        failed.next_step = step;
        Decision::of(failed, EventKind::MessageFailed { step, reason })
    }

    /// The provider could not be reached and certainly sent nothing: the claim is given back, for a quarter of an hour
    /// later. Where the set ended meanwhile, or another step was claimed, nothing is given back.
    pub fn put_back(&self, step: u16, now: DateTime<Utc>) -> Decision<Self> {
        let until = now + Duration::minutes(15);
        let mut back = self.clone();
        if self.status.is_chasing() && self.next_step == step.saturating_add(1) {
            back.next_step = step;
            back.next_send_at = Some(until);
        }
        let reason = "the mail provider could not be reached".to_owned();
        Decision::of(back, EventKind::MessagePostponed { step, until, reason })
    }

    /// When the next step, or the expiry after the last, is due; not before `earliest`.
    pub(super) fn wake_at(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        earliest: NaiveDate,
    ) -> DateTime<Utc> {
        let delay =
            rules.steps.get(usize::from(self.next_step)).map_or(rules.expiry_days, |step| step.delay_days);
        let planned = self.started_on + Days::new(delay.into());
        instant(planned.max(earliest), SEND_AT, recipient.zone)
    }

    fn ended(&self, status: SetStatus) -> Self {
        Self { status, next_send_at: None, ..self.clone() }
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
        let claimed = set().claim(&rules, &ada, link(), late).state;
        assert_eq!(claimed.next_step, 1);
        assert_eq!(claimed.next_send_at, Some(at("2026-06-21T17:00:00Z")), "not today again");
        assert_eq!(claimed.due(&rules, &ada, late), Due::Nothing);
    }

    #[test]
    fn a_message_that_certainly_was_not_sent_is_tried_again() {
        let (rules, ada) = (rules(), recipient());
        let now = at("2026-06-01T17:00:00Z");
        let claimed = set().claim(&rules, &ada, link(), now).state;
        let back = claimed.put_back(0, now).state;
        assert_eq!((back.next_step, back.next_send_at), (0, Some(at("2026-06-01T17:15:00Z"))));
        let paid = InvoiceSet { status: SetStatus::Paid, next_send_at: None, ..claimed };
        assert_eq!(paid.put_back(0, now).state.next_send_at, None, "what is paid is not chased again");
    }

    #[test]
    fn the_sequence_ends_in_expiry() {
        let (rules, ada) = (rules(), recipient());
        let mut set = set();
        for _ in 0..3 {
            let now = set.next_send_at.unwrap();
            assert!(matches!(set.due(&rules, &ada, now), Due::Send(..)));
            set = set.claim(&rules, &ada, link(), now).state;
        }
        assert_eq!(set.next_send_at, Some(at("2026-07-31T17:00:00Z")), "sixty days after the start");
        let expired = changed(set.due(&rules, &ada, set.next_send_at.unwrap() + Duration::hours(1)));
        assert_eq!((expired.status, expired.next_send_at), (SetStatus::Expired, None));
    }

    #[test]
    fn a_refused_message_fails_the_set_unless_it_ended_meanwhile() {
        let (rules, ada) = (rules(), recipient());
        let claimed = set().claim(&rules, &ada, link(), at("2026-06-01T17:00:00Z")).state;
        let failed = claimed.not_sent(0, "address refused".to_owned()).state;
        assert_eq!((failed.status, failed.next_step, failed.next_send_at), (SetStatus::Failed, 0, None));
        let paid = InvoiceSet { status: SetStatus::Paid, ..claimed };
        assert_eq!(paid.not_sent(0, "address refused".to_owned()).state.status, SetStatus::Paid);
    }
}
