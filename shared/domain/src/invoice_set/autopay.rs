//! A set whose patient has autopay: what is due is charged on its day, and nobody is chased as long as that goes well.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::InvoiceSet;
use crate::{
    Decision, EventKind, Invoice, PaymentId, SetId, practice::instant, recipient::Recipient, rule_set::Window,
};

impl InvoiceSet {
    /// What is due by a day is charged on the morning of that day, at 10:00 in the practice's zone, or on the next morning
    /// where that has passed; the earliest day counts. Nothing changes for a set that is chased already.
    #[must_use]
    pub fn in_autopay(self, due: NaiveDate, recipient: &Recipient, now: DateTime<Utc>) -> Self {
        let at = morning_of(due, recipient, now);
        Self { autopay_at: Some(self.autopay_at.map_or(at, |before| before.min(at))), ..self }
    }

    /// The patient turned autopay on: the run looks at what is due on the next morning. None where the set is not chased, or
    /// pays by itself already.
    pub fn start_autopay(&self, recipient: &Recipient, now: DateTime<Utc>) -> Option<Decision<Self>> {
        if !self.status.is_chasing() || self.autopay_at.is_some() {
            return None;
        }
        let until = morning_of(today(recipient, now), recipient, now);
        let state = Self { autopay_at: Some(until), ..self.clone() };
        Some(Decision::of(state, EventKind::AutopayPutOff { until, reason: None }))
    }

    /// What is due is charged by that payment; the run looks again when something else is due, or on the next morning.
    pub fn claim_autopay(
        &self,
        payment: PaymentId,
        later: &[&Invoice],
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let at = next_look(later, recipient, now);
        Decision::of(Self { autopay_at: Some(at), ..self.clone() }, EventKind::AutopayClaimed { payment })
    }

    /// Nothing is charged now, for a reason or because nothing is due yet.
    pub fn put_off_autopay(
        &self,
        reason: Option<&str>,
        later: &[&Invoice],
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let until = next_look(later, recipient, now);
        let event = EventKind::AutopayPutOff { until, reason: reason.map(str::to_owned) };
        let autopay_at = self.autopay_at.map(|_| until);
        Decision::of(Self { autopay_at, ..self.clone() }, event)
    }

    /// Autopay did not go well, or is off: the patient is chased as anybody, from the first step on its day.
    pub fn leave_autopay(&self, reason: &str) -> Decision<Self> {
        let event = EventKind::AutopayEnded { reason: reason.to_owned() };
        Decision::of(Self { autopay_at: None, ..self.clone() }, event)
    }

    /// Whether a charge that was begun for it is still wanted: nobody paused, ended or paid it.
    pub fn awaits_autopay(&self, set: SetId) -> bool {
        self.id == set && self.status.is_chasing() && self.autopay_at.is_some()
    }
}

fn today(recipient: &Recipient, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&recipient.practice_zone).date_naive()
}

/// Ten in the morning of a day, or of the next one that has not begun by then.
fn morning_of(day: NaiveDate, recipient: &Recipient, now: DateTime<Utc>) -> DateTime<Utc> {
    let at = |day| instant(day, Window::default().start(), recipient.practice_zone);
    let (planned, today) = (at(day), at(today(recipient, now)));
    if planned > now {
        planned
    } else if today > now {
        today
    } else {
        at(self::today(recipient, now) + Days::new(1))
    }
}

/// The morning on which something of these is due, or the next one.
fn next_look(later: &[&Invoice], recipient: &Recipient, now: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = today(recipient, now) + Days::new(1);
    let due = later.iter().map(|invoice| invoice.due_date()).min().unwrap_or(tomorrow);
    morning_of(due.max(tomorrow), recipient, now)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Patient, PatientId, RuleSet, RuleSetId, SetStatus, fixtures, invoice_set::Due};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn recipient() -> Recipient {
        let contact = crate::patient::Contact { email: None, phone: None };
        let id = PatientId::new(Uuid::nil());
        let patient = Patient::create(id, fixtures::details(contact), fixtures::today()).unwrap().state;
        Recipient::of(&patient, &fixtures::practice(), &crate::standing::Standings::default())
    }

    fn set() -> InvoiceSet {
        fixtures::chased(&fixtures::invoice(1, 10_000))
    }

    fn rules() -> RuleSet {
        RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap()
    }

    #[test]
    fn what_is_due_is_charged_on_the_morning_of_its_day() {
        let (ada, now) = (recipient(), at("2026-06-01T12:00:00Z"));
        let on = |day: &str| set().in_autopay(fixtures::day(day), &ada, now).autopay_at;
        assert_eq!(on("2026-07-01"), Some(at("2026-07-01T10:00:00Z")));
        assert_eq!(on("2026-06-01"), Some(at("2026-06-02T10:00:00Z")), "ten has passed");
        assert_eq!(on("2026-05-01"), Some(at("2026-06-02T10:00:00Z")));
        let both = set().in_autopay(fixtures::day("2026-07-01"), &ada, now);
        let earlier = both.clone().in_autopay(fixtures::day("2026-06-20"), &ada, now);
        assert_eq!(earlier.due_at(), Some(at("2026-06-20T10:00:00Z")), "the earliest counts");
        assert_eq!(
            earlier.in_autopay(fixtures::day("2026-06-30"), &ada, now).autopay_at,
            Some(at("2026-06-20T10:00:00Z"))
        );
        assert_eq!(both.due(&rules(), &ada, at("2026-07-01T09:59:59Z")), Due::Nothing);
        assert_eq!(both.due(&rules(), &ada, at("2026-07-01T10:00:00Z")), Due::Autopay);
        for status in SetStatus::ALL.into_iter().filter(|status| !status.is_chasing()) {
            let held = InvoiceSet { status, ..both.clone() };
            assert_eq!(held.due(&rules(), &ada, at("2026-07-09T10:00:00Z")), Due::Nothing, "{status:?}");
            assert!(!held.awaits_autopay(set().id) && held.start_autopay(&ada, now).is_none());
        }
    }

    #[test]
    fn a_charge_that_fails_turns_into_ordinary_chasing() {
        let (ada, now) = (recipient(), at("2026-06-30T10:00:00Z"));
        let paying = set().in_autopay(fixtures::day("2026-07-01"), &ada, now);
        let claimed =
            paying.claim_autopay(PaymentId::new(Uuid::nil()), &[], &ada, at("2026-07-01T10:00:00Z")).state;
        assert_eq!(claimed.autopay_at, Some(at("2026-07-02T10:00:00Z")));
        assert!(claimed.awaits_autopay(set().id));
        let left = claimed.leave_autopay("declined").state;
        assert_eq!((left.next_step, left.due_at()), (0, set().next_send_at));
        assert!(!left.awaits_autopay(set().id));
        let later = fixtures::invoice(2, 500);
        let waiting = paying.put_off_autopay(None, &[&later], &ada, at("2026-06-02T10:00:00Z")).state;
        assert_eq!(waiting.autopay_at, Some(at("2026-07-01T10:00:00Z")), "when that is due");
    }
}
