//! What is due for a set now, and what follows once it was done.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Action, InvoiceSet, Pause, PauseReason, SetStatus, TaskWords};
use crate::{
    Decision, EventKind, LinkId, Refusal, RuleSet,
    practice::instant,
    recipient::{Reach, Recipient, Unreachable},
    rule_set::{Method, Step, Window},
};

/// What is due for a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due<'a> {
    /// Nothing: it is not chased, or its time has not come.
    Nothing,
    /// This step's message, to there.
    Send(&'a Step, Reach<'a>),
    /// What is due is charged: the patient has autopay.
    Autopay,
    /// This step's charge of what is owed to the method on file.
    Charge(&'a Step),
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
        if self.due_at().is_none_or(|at| at > now) {
            return Due::Nothing;
        }
        if !self.status.is_chasing() {
            return Due::Change(Box::new(self.resumed(rules, recipient, now)));
        }
        let change = |state, event| Due::Change(Box::new(Decision::of(state, event)));
        if recipient.deceased {
            let reason = "the patient has died; messages are on hold".to_owned();
            let event = EventKind::SetPaused { reason, note: None, until: None };
            let (reason, note, until, resume_at) = (PauseReason::Deceased, None, None, None);
            let pause = Some(Pause { reason, note, until, resume_at });
            return change(Self { pause, ..self.ended(SetStatus::Paused) }, event);
        }
        if self.autopay_at.is_some() {
            return Due::Autopay;
        }
        let Some(step) = rules.steps.get(usize::from(self.next_step)) else {
            return change(self.ended(SetStatus::Expired), EventKind::SetExpired);
        };
        if let Some((until, reason)) = step.put_off(recipient, now) {
            let reason = reason.to_owned();
            let event = EventKind::MessagePostponed { step: self.next_step, until, reason };
            return change(Self { next_send_at: Some(until), ..self.clone() }, event);
        }
        self.done_by(step, recipient).unwrap_or_else(|why| {
            let reason = why.reason().to_owned();
            change(self.ended(SetStatus::Failed), EventKind::SetFailed { reason })
        })
    }

    /// What staff have done of the next step at once, before its day and whatever its own hours; the legal ones hold.
    ///
    /// # Errors
    /// Its status does not allow it; the patient has died, or pays by autopay; every step was done, or one on this day; nobody
    /// can be reached, or it is a quiet hour.
    pub fn due_now<'a>(
        &self,
        rules: &'a RuleSet,
        recipient: &'a Recipient,
        now: DateTime<Utc>,
    ) -> Result<Due<'a>, Refusal> {
        self.require(Action::SendNow)?;
        if recipient.deceased {
            return Err(Refusal::state("patient-deceased", "the patient has died; messages are on hold"));
        }
        if self.autopay_at.is_some() {
            let detail = "the patient has autopay: what is owed is charged on the day on which it is due";
            return Err(Refusal::state("autopay", detail));
        }
        let Some(step) = rules.steps.get(usize::from(self.next_step)) else {
            let detail = "every step of its rule set was done; change the rule set, or remind of an invoice";
            return Err(Refusal::state("no-step-left", detail));
        };
        if self.earliest(recipient, now) > now.with_timezone(&recipient.zone).date_naive() {
            let detail = "a step of it was done today; the next one can be done tomorrow";
            return Err(Refusal::state("step-today", detail));
        }
        let due = self.done_by(step, recipient);
        let due = due.map_err(|why| Refusal::state("unreachable", why.reason()))?;
        if matches!(due, Due::Send(..)) {
            recipient.require_waking(now)?;
        }
        Ok(due)
    }

    /// How a step is done that is due: by its method, else by its fallback.
    fn done_by<'a>(&self, step: &'a Step, recipient: &'a Recipient) -> Result<Due<'a>, Unreachable> {
        if step.method.is_task() {
            return Ok(Due::Task(step, step.method, None));
        }
        if step.method == Method::ChargeCard && self.tried != Some(step.method) {
            return Ok(Due::Charge(step));
        }
        match (step.reach(recipient, self.tried), step.task_instead()) {
            (Ok(reach), _) => Ok(Due::Send(step, reach)),
            (Err(why), Some(task)) => Ok(Due::Task(step, task, Some(why.reason()))),
            (Err(why), None) => Err(why),
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
        let claimed = Self { last_was_silent: false, ..self.past_step(rules, recipient, now) };
        Decision::of(claimed, EventKind::MessageClaimed { step, method, link })
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

    /// The set once a step of it is done, without a message. The next one is planned for its day, but never for the same day
    /// again, so that a night caught up does one step.
    pub(super) fn past_step(&self, rules: &RuleSet, recipient: &Recipient, now: DateTime<Utc>) -> Self {
        let tomorrow = now.with_timezone(&recipient.zone).date_naive() + Days::new(1);
        let mut past = self.clone();
        past.next_step = self.next_step.saturating_add(1);
        past.tried = None;
        past.last_message = None;
        past.last_was_silent = true;
        past.last_step_at = Some(now);
        past.next_send_at = Some(past.wake_at(rules, recipient, tomorrow));
        past
    }

    /// The provider took the message of a claimed step.
    pub fn sent(&self, step: u16, provider_message: String) -> Decision<Self> {
        let mut sent = self.clone();
        if self.has_claimed(step) {
            sent.last_message = Some(provider_message.clone());
        }
        Decision::of(sent, EventKind::MessageSent { step, provider_message })
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
        self.step_failed(step, EventKind::MessageFailed { step, reason }, instead, now)
    }

    /// A claimed step came to nothing, as the event says: what is done instead.
    pub(super) fn step_failed(
        &self,
        step: u16,
        event: EventKind,
        instead: &Instead,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        if !self.has_claimed(step) {
            return Decision::of(self.clone(), event);
        }
        // Its message is done with: what becomes of earlier ones is none of the next's.
        let without = Self { last_message: None, last_was_silent: true, ..self.clone() };
        let mut state = match instead {
            _ if !self.status.is_chasing() => without,
            Instead::Task(words) => {
                let (state, created) = without.with_task(step, words, now);
                return Decision { state, events: vec![event, created], postings: Vec::new() };
            }
            Instead::Message(tried) => Self { tried: Some(*tried), next_send_at: Some(now), ..without },
            Instead::Nothing => without.ended(SetStatus::Failed),
        };
        state.next_step = step;
        Decision::of(state, event)
    }

    /// A message that its provider had taken did not arrive. Of the one that was claimed last the same follows as where it
    /// is refused; of an earlier one, or where the set is not chased now, it is noted alone.
    pub fn undelivered(
        &self,
        (step, provider_message): (u16, &str),
        reason: String,
        instead: &Instead,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        // Other rules, and a step that is done again, have the same numbers: the message tells them apart.
        let is_last = match &self.last_message {
            Some(last) => last == provider_message,
            None => !self.last_was_silent,
        };
        if self.status.is_chasing() && is_last {
            return self.not_sent(step, reason, instead, now);
        }
        Decision::of(self.clone(), EventKind::MessageFailed { step, reason })
    }

    /// The provider could not be reached and certainly sent nothing: the claim is given back, for a quarter of an hour
    /// later; `tried` is what had been tried of the step before it. Where another step was claimed, or other rules are followed, nothing is given back; a set that is not chased
    /// any more is at the step again, should it go on.
    pub fn put_back(&self, step: u16, tried: Option<Method>, now: DateTime<Utc>) -> Decision<Self> {
        let until = now + Duration::minutes(15);
        let mut back = self.clone();
        if self.has_claimed(step) {
            (back.next_step, back.tried) = (step, tried);
            back.next_send_at = self.next_send_at.map(|_| until);
        }
        let reason = "the provider could not be reached".to_owned();
        Decision::of(back, EventKind::MessagePostponed { step, until, reason })
    }

    /// Whether that step was the last one to be claimed. Other rules begin at their first step, and claim nothing on the
    /// same day.
    pub(super) const fn has_claimed(&self, step: u16) -> bool {
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
        Self { status, next_send_at: None, pause: None, tasks, tried: None, ..self.clone() }
    }
}

impl Step {
    /// Until when the step waits that is due now (UTC), and why: for a day on which staff work, or one on which messages go
    /// out, or their hours. None where it can be done.
    pub(super) fn put_off(
        &self,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, &'static str)> {
        let day_in = |zone: Tz, at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
        let calendar = &recipient.calendar;
        if self.method.is_task() {
            let (zone, today) = (recipient.practice_zone, day_in(recipient.practice_zone, now));
            let day = calendar.next_business_day(today);
            let until = instant(day, Window::default().start(), zone);
            return (day > today).then_some((until, "the practice is closed"));
        }
        let (zone, today) = (recipient.zone, day_in(recipient.zone, now));
        let (earliest, reason) = if recipient.is_outside(self.window, now) {
            let next = day_in(zone, recipient.next_start(self.window, now));
            (next, "outside the hours in which patients may be written to")
        } else {
            (today, "a holiday of the practice")
        };
        let until = instant(calendar.next_message_day(earliest), self.window.start(), zone);
        (until > now).then_some((until, reason))
    }
}

impl RuleSet {
    /// When a step, or the expiry after the last, is due in a chase that began on a day; not before `earliest`. Staff's
    /// tasks keep their hours and business days, messages the practice's holidays.
    pub(super) fn wake_at(
        &self,
        step: usize,
        recipient: &Recipient,
        started_on: NaiveDate,
        earliest: NaiveDate,
    ) -> DateTime<Utc> {
        let step = self.steps.get(step);
        let planned = started_on + Days::new(step.map_or(self.expiry_days, |s| s.delay_days).into());
        let (day, calendar) = (planned.max(earliest), &recipient.calendar);
        match step {
            Some(step) if step.method.is_task() => {
                instant(calendar.next_business_day(day), Window::default().start(), recipient.practice_zone)
            }
            Some(step) => instant(calendar.next_message_day(day), step.window.start(), recipient.zone),
            None => instant(day, Window::default().start(), recipient.zone),
        }
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
mod days;
#[cfg(test)]
mod tests;
