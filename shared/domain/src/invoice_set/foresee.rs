//! What will become of a set's coming steps as far as it is known now, and what mends those that will fail.
//!
//! A prediction decides nothing: whether a message goes is decided when it is sent ([`InvoiceSet::due`]), by the same facts.
//! Of what could make a send fail, some cannot be: a contact that is malformed, a window without a legal hour and a place
//! in a template that nothing fills are refused when they are written, and a link is made when its message is sent.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{InvoiceSet, SetStatus};
use crate::{
    Decision, EventKind, MethodsOnFile, RuleSet,
    recipient::{Recipient, Unreachable},
    rule_set::{Method, Step},
};

/// Why a step is not done by its method, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the rule, for programs.
    pub rule: &'static str,
    /// What is the matter, and what mends it.
    pub reason: String,
}

impl From<Unreachable> for Problem {
    fn from(why: Unreachable) -> Self {
        Self { rule: why.rule(), reason: why.reason().to_owned() }
    }
}

/// A coming step, as far as it is known now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// Which, from 0.
    pub step: u16,
    /// When it is done (UTC), if those before it are done in their time.
    pub at: DateTime<Utc>,
    /// The step's own method.
    pub method: Method,
    /// By which method it will be done: its own, else its fallback; none where it will fail.
    pub sends_by: Option<Method>,
    /// Why not by its own.
    pub problem: Option<Problem>,
}

impl Foreseen {
    /// Why it will fail; none where there is a way.
    fn failure(self) -> Option<Problem> {
        self.problem.filter(|_| self.sends_by.is_none())
    }
}

impl InvoiceSet {
    /// The next step and every later one. None of a set in which nothing is sent, which autopay pays, or whose patient has
    /// died: the run puts that on hold. `methods` are the patient's methods on file.
    pub fn foresee(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        methods: Option<&MethodsOnFile>,
        now: DateTime<Utc>,
    ) -> Vec<Foreseen> {
        let sends = self.status.is_chasing() && self.autopay_at.is_none() && !recipient.deceased;
        let Some(next) = self.next_send_at.filter(|_| sends) else { return Vec::new() };
        let (mut at, mut tried, mut ahead) = (next.max(now), self.tried, Vec::new());
        for (number, step) in (0_u16..).zip(&rules.steps).skip(self.next_step.into()) {
            if let Some((until, _)) = step.put_off(recipient, at) {
                at = until;
            }
            let day = at.with_timezone(&recipient.practice_zone).date_naive();
            let (sends_by, problem) = step.way(recipient, methods, tried, day);
            ahead.push(Foreseen { step: number, at, method: step.method, sends_by, problem });
            let tomorrow = at.with_timezone(&recipient.zone).date_naive() + Days::new(1);
            at = at.max(rules.wake_at(usize::from(number) + 1, recipient, self.started_on, tomorrow));
            tried = None;
        }
        ahead
    }

    /// A decision with its set as it is foreseen then: an active one whose next step will fail with no other way *will fail*,
    /// and one of which that was said is active where the step can be done. Nothing else changes.
    pub fn foreseen(
        decision: Decision<Self>,
        rules: &RuleSet,
        recipient: &Recipient,
        methods: Option<&MethodsOnFile>,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let Decision { mut state, mut events, postings } = decision;
        let next = state.foresee(rules, recipient, methods, now).into_iter().next();
        let step = state.next_step;
        match (state.status, next.and_then(Foreseen::failure)) {
            (SetStatus::Active, Some(Problem { reason, .. })) => {
                state.status = SetStatus::WillFail;
                // No event of its own where the set begins: money that goes back on 25 invoices is still one transaction.
                match events.first_mut() {
                    Some(EventKind::SetStarted { will_fail, .. }) => *will_fail = Some(reason),
                    _ => events.push(EventKind::SetWillFail { step, reason }),
                }
            }
            (SetStatus::WillFail, None) => {
                state.status = SetStatus::Active;
                events.push(EventKind::SetWillGo);
            }
            _ => {}
        }
        Decision { state, events, postings }
    }
}

impl RuleSet {
    /// Whether a step of it charges what is owed to a method on file.
    pub fn charges(&self) -> bool {
        self.steps.iter().any(|step| step.method == Method::ChargeCard)
    }
}

impl Step {
    /// By which method it will be done on a day of the practice's, none where it will fail; and why not by its own. `methods`
    /// are the patient's methods on file, `tried` the method that was refused.
    pub fn way(
        &self,
        recipient: &Recipient,
        methods: Option<&MethodsOnFile>,
        tried: Option<Method>,
        day: NaiveDate,
    ) -> (Option<Method>, Option<Problem>) {
        let own = match self.method {
            method if method.is_task() => None,
            method if tried == Some(method) => Some(Unreachable::Refused.into()),
            Method::ChargeCard => uncharged(methods, day),
            method => method.channel().and_then(|channel| recipient.by(channel).err()).map(Problem::from),
        };
        let Some(problem) = own else { return (Some(self.method), None) };
        match self.reach(recipient, tried) {
            Ok(reach) => (Some(Method::by(reach.channel())), Some(problem)),
            Err(why) if tried == Some(self.method) => (self.task_instead(), Some(why.into())),
            Err(_) => (self.task_instead(), Some(problem)),
        }
    }
}

/// Why nothing can be charged to a method on file on a day of the practice's, and what mends it.
fn uncharged(methods: Option<&MethodsOnFile>, day: NaiveDate) -> Option<Problem> {
    let default = methods.and_then(|methods| methods.method(methods.default.as_deref()?));
    let Some(method) = default else {
        let reason = "no method on file is the default; put one on file, or choose one".to_owned();
        return Some(Problem { rule: "no-method-on-file", reason });
    };
    let why = method.why_not(day)?;
    let reason = format!("the method on file cannot be charged then: {why}; put another one on file");
    Some(Problem { rule: "method-unusable", reason })
}

#[cfg(test)]
mod tests;
