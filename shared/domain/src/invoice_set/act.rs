//! What staff do to a set, and what follows.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Action, InvoiceSet, Recipient, SetInvoice, SetStatus};
use crate::{
    Decision, EventKind, Invoice, InvoiceId, InvoiceStatus, Practice, Refusal, RuleSet,
    invoice::{AdjustmentKind, WriteOffReason},
    practice::instant,
    text::Line,
};

/// The most invoices of which an action changes what is owed: with their entries in the books they are one transaction.
pub const MAX_AT_ONCE: usize = 15;

/// The most days that a pause may last by itself.
const MAX_PAUSE: u64 = 730;

/// Why messages are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The patient disputes the charges. Chasing is on hold until that is resolved; paying is not.
    Dispute,
    /// An insurer is still to answer.
    Insurance,
    /// The patient cannot pay now.
    Hardship,
    /// The patient has asked for time.
    PatientRequest,
    /// The patient has died.
    Deceased,
    /// A payment plan is in good standing; the set goes on when that ends, or is paid by it.
    PaymentPlan,
    /// The note says why.
    Other,
}

impl PauseReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Dispute,
        Self::Insurance,
        Self::Hardship,
        Self::PatientRequest,
        Self::Deceased,
        Self::PaymentPlan,
        Self::Other,
    ];

    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::Insurance => "insurance",
            Self::Hardship => "hardship",
            Self::PatientRequest => "patient_request",
            Self::Deceased => "deceased",
            Self::PaymentPlan => "payment_plan",
            Self::Other => "other",
        }
    }
}

/// What holds a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// What staff wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line<200>>,
    /// The practice's day on which the set resumes by itself; none where staff are to resume it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// When that day begins (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_at: Option<DateTime<Utc>>,
}

impl InvoiceSet {
    /// Nobody is reminded of what they dispute.
    ///
    /// # Errors
    /// The invoice is in the set, which is on hold for a dispute.
    pub fn require_undisputed(&self, invoice: InvoiceId) -> Result<(), Refusal> {
        let disputed = self.pause.as_ref().is_some_and(|pause| pause.reason == PauseReason::Dispute);
        if disputed && self.invoices.iter().any(|member| member.invoice == invoice) {
            let detail = "the patient disputes it; resume the invoice set once that is resolved";
            return Err(Refusal::state("disputed", detail));
        }
        Ok(())
    }

    /// A bank gave a patient back what had been paid: whatever the set comes to by that, nobody is chased until staff have
    /// resolved the dispute. Another hold gives way to it, so that the set does not go on by itself; a death does not.
    pub fn hold_for_dispute(decision: Decision<Self>) -> Decision<Self> {
        let Decision { state, mut events, postings } = decision;
        let held_by = state.pause.as_ref().map(|pause| pause.reason);
        let is_held = matches!(held_by, Some(PauseReason::Dispute | PauseReason::Deceased));
        let goes_on = Action::Pause.is_allowed(state.status) || state.status == SetStatus::Paused;
        if is_held || !goes_on {
            return Decision { state, events, postings };
        }
        let reason = PauseReason::Dispute;
        events.push(EventKind::SetPaused { reason: reason.name().to_owned(), note: None, until: None });
        let pause = Some(Pause { reason, note: None, until: None, resume_at: None });
        Decision { state: Self { pause, ..state.ended(SetStatus::Paused) }, events, postings }
    }

    /// Whether its status allows an action.
    ///
    /// # Errors
    /// It does not: says which it does.
    pub fn require(&self, action: Action) -> Result<(), Refusal> {
        if action.is_allowed(self.status) {
            return Ok(());
        }
        let status = self.status.name().replace('_', " ");
        let detail = format!("an invoice set that is {status} does not allow this: {}", action.name());
        let allowed = Action::allowed(self.status).map(|action| action.name().to_owned()).collect();
        Err(Refusal::not_allowed("set-status", detail, allowed))
    }

    /// When the run is to look at it (UTC): for its next step, or to resume it.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match (self.status, &self.pause) {
            (SetStatus::Paused, Some(pause)) => pause.resume_at,
            // Whoever pays by themselves is not chased.
            (status, _) if status.is_chasing() => self.autopay_at.or(self.next_send_at),
            _ => None,
        }
    }

    /// Holds messages back, until a day of the practice's if one is given.
    ///
    /// # Errors
    /// Its status does not allow it; a reason that is not staff's to give; the day is not one to come, or a dispute has one.
    pub fn pause(
        &self,
        reason: PauseReason,
        note: Option<Line<200>>,
        until: Option<NaiveDate>,
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        self.require(Action::Pause)?;
        if reason == PauseReason::Other && note.is_none() {
            return Err(Refusal::field("/note", "expected a note: the reason is \"other\""));
        }
        if reason == PauseReason::PaymentPlan {
            let detail = "expected another reason: a payment plan holds a set by itself";
            return Err(Refusal::field("/reason", detail));
        }
        let today = practice.today(now);
        if until.is_some() && reason == PauseReason::Dispute {
            let detail = "expected no day: a dispute holds until it is resolved; resume the set then";
            return Err(Refusal::field("/until", detail));
        }
        if until.is_some_and(|day| day <= today || day > today + Days::new(MAX_PAUSE)) {
            let detail = format!("expected a day after today, {today}, and at most two years from it");
            return Err(Refusal::field("/until", detail));
        }
        let resume_at = until.map(|day| instant(day, NaiveTime::MIN, practice.time_zone));
        let event = EventKind::SetPaused { reason: reason.name().to_owned(), note: note.clone(), until };
        let pause = Some(Pause { reason, note, until, resume_at });
        Ok(Decision::of(Self { pause, ..self.ended(SetStatus::Paused) }, event))
    }

    /// Lets messages go again, from the step at which they were held.
    ///
    /// # Errors
    /// Its status does not allow it; a payment plan holds it.
    pub fn resume(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        self.require(Action::Resume)?;
        if self.is_held_by_plan() {
            let detail = "a payment plan holds it; cancel that, and it goes on";
            return Err(Refusal::state("payment-plan", detail));
        }
        Ok(self.resumed(rules, recipient, now))
    }

    pub(super) fn resumed(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let mut resumed = Self { status: SetStatus::Active, pause: None, ..self.clone() };
        resumed.next_send_at = Some(resumed.go_on_at(rules, recipient, self.earliest(recipient, now), now));
        Decision::of(resumed, EventKind::SetResumed)
    }

    /// Follows a version of a rule set from its first step. A set that has expired or failed is chased anew; one that is
    /// held stays held.
    ///
    /// # Errors
    /// Its status does not allow it.
    pub fn change_rule_set(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        self.require(Action::ChangeRuleSet)?;
        let mut changed = self.clone();
        (changed.rule_set, changed.rule_set_version) = (rules.id, rules.version);
        (changed.started_on, changed.next_step, changed.tried) = (today, 0, None);
        if self.status != SetStatus::Paused {
            changed.status = SetStatus::Active;
            let earliest = self.earliest(recipient, now);
            changed.next_send_at = Some(changed.go_on_at(rules, recipient, earliest, now));
        }
        let event = EventKind::SetRuleSetChanged { rule_set: rules.id, version: rules.version };
        Ok(Decision::of(changed, event))
    }

    /// Ends the chase. What is owed stays owed.
    ///
    /// # Errors
    /// Its status does not allow it.
    pub fn cancel(&self, note: Option<Line<200>>) -> Result<Decision<Self>, Refusal> {
        self.require(Action::Cancel)?;
        Ok(Decision::of(self.ended(SetStatus::Cancelled), EventKind::SetCancelled { note }))
    }

    /// What giving up all that it chases does to its invoices; the set follows from that.
    ///
    /// # Errors
    /// Its status does not allow it; it has too many invoices for one transaction.
    pub fn write_off(
        &self,
        invoices: &[&Invoice],
        reason: WriteOffReason,
        note: Option<&Line<200>>,
    ) -> Result<Vec<Decision<Invoice>>, Refusal> {
        self.require(Action::WriteOff)?;
        invoices.iter().map(|invoice| invoice.write_off(None, reason, note.cloned())).collect()
    }

    /// What placing all that it chases with an agency does to its invoices; the set follows from that.
    ///
    /// # Errors
    /// Its status does not allow it; it has too many invoices for one transaction.
    pub fn send_to_collections(&self, invoices: &[&Invoice]) -> Result<Vec<Decision<Invoice>>, Refusal> {
        self.require(Action::SendToCollections)?;
        invoices.iter().map(|invoice| invoice.send_to_collections()).collect()
    }

    /// Takes back that what it chased was given up or placed; the set is on hold then. What payments have brought in since,
    /// or what was taken back by itself, is left.
    ///
    /// # Errors
    /// Its status does not allow it; nothing of it is still given up or placed.
    pub fn reverse(
        &self,
        invoices: &[&Invoice],
    ) -> Result<(Vec<Decision<Invoice>>, Decision<Self>), Refusal> {
        self.require(Action::Reverse)?;
        let mut reversed = Vec::new();
        for invoice in invoices.iter().filter(|invoice| self.given_up.contains(&invoice.id)) {
            let decision = match invoice.status {
                InvoiceStatus::InCollections => Some(invoice.reverse_collections()?),
                InvoiceStatus::WrittenOff => match last_write_off(invoice) {
                    Some(number) => Some(invoice.reverse_adjustment(number)?),
                    None => None,
                },
                _ => None,
            };
            reversed.extend(decision.filter(|decision| decision.state.is_chaseable()));
        }
        if reversed.is_empty() {
            let detail = "nothing of what this set chased is still written off or in collections";
            return Err(Refusal::state("nothing-to-reverse", detail));
        }
        let ids: Vec<InvoiceId> = reversed.iter().map(|decision| decision.state.id).collect();
        let mut set = self.ended(SetStatus::Paused);
        set.given_up.retain(|id| !ids.contains(id));
        let members = reversed.iter().map(|decision| &decision.state);
        set.invoices.extend(members.map(|i| SetInvoice { invoice: i.id, balance: i.balance() }));
        Ok((reversed, Decision::of(set, EventKind::SetReversed { invoices: ids })))
    }

    /// The first day of the recipient on which a step may be done: none on which one was done already.
    pub(super) fn earliest(&self, recipient: &Recipient, now: DateTime<Utc>) -> NaiveDate {
        let day = |at: DateTime<Utc>| at.with_timezone(&recipient.zone).date_naive();
        match self.last_step_at {
            Some(at) => day(now).max(day(at) + Days::new(1)),
            None if self.next_step == 0 => day(now),
            // When it was done was not noted yet: it may have been today.
            None => day(now) + Days::new(1),
        }
    }

    /// When the next step is due in a set that was held: on its day, or, where that has passed, when its hours next begin.
    fn go_on_at(
        &self,
        rules: &RuleSet,
        recipient: &Recipient,
        earliest: NaiveDate,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let at = self.wake_at(rules, recipient, earliest);
        if at > now { at } else { self.wake_at(rules, recipient, earliest + Days::new(1)) }
    }
}

/// The write-off that left nothing of an invoice, unless it was taken back.
fn last_write_off(invoice: &Invoice) -> Option<u16> {
    let is_reversed = |number| invoice.adjustments.iter().any(|other| other.reverses == Some(number));
    let mut made = invoice.adjustments.iter().rev();
    let last = made.find(|made| {
        matches!(made.kind, AdjustmentKind::WriteOff(_))
            && made.reverses.is_none()
            && !is_reversed(made.number)
    });
    last.map(|made| made.number)
}

#[cfg(test)]
mod tests;
