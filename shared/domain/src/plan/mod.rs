//! Payment plans: what a patient owes, charged to a method on file in instalments that were agreed to.

mod announce;
mod charge;
mod schedule;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use announce::Announcement;
pub use charge::PlanDue;
pub use schedule::{Every, MAX_INSTALMENTS, Schedule};

use crate::{
    Amount, Cents, Currency, Decision, EventKind, Invoice, InvoiceId, MethodsOnFile, PaymentId, PlanId,
    Practice, Refusal, on_file::Consent, payment::MAX_ALLOCATIONS, practice::instant, text::Line,
};

/// How a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanStatus {
    /// In good standing: instalments are charged, and the patient is not chased.
    Active,
    /// Every instalment was taken, or nothing is owed any more.
    Completed,
    /// A charge was refused for good.
    Defaulted,
    /// Staff ended it, or the patient has died.
    Cancelled,
}

impl PlanStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Active, Self::Completed, Self::Defaulted, Self::Cancelled];

    /// Whether a plan of this status may become one of another: once it has ended it stays as it is.
    pub fn can_become(self, to: Self) -> bool {
        self == to || self == Self::Active
    }
}

/// A part of what is owed, charged on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// 1 for the first.
    pub number: u16,
    /// The practice's day on which it is charged.
    pub on: NaiveDate,
    /// How much was agreed to.
    pub amount: Amount,
    /// What was taken of it, once it was; nothing where nothing was owed by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Cents>,
    /// The payment that charges it, or did last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// How often the bank refused it.
    #[serde(default)]
    pub refused: u8,
}

impl Instalment {
    const fn new(number: u16, on: NaiveDate, amount: Amount) -> Self {
        Self { number, on, amount, taken: None, payment: None, refused: 0 }
    }
}

/// A payment plan. A patient has at most one that is active: it has the patient's place in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPlan {
    /// Its id, which says whose it is.
    pub id: PlanId,
    /// How it stands.
    pub status: PlanStatus,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What it pays, at most 25 invoices.
    pub invoices: Vec<InvoiceId>,
    /// The method on file that is charged, such as `pm_…`.
    pub method: String,
    /// That the patient agreed to be charged these amounts on these days.
    pub consent: Consent,
    /// Its instalments, the first one first. What was agreed to never changes; what is taken may be less
    /// ([`Self::to_take`]).
    pub instalments: Vec<Instalment>,
    /// When the next instalment is charged (UTC); none while a charge is under way, and once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<DateTime<Utc>>,
    /// When the patient hears of that charge (UTC); none where they have, or there is no time left for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce_at: Option<DateTime<Utc>>,
    /// When it was made (UTC).
    pub created_at: DateTime<Utc>,
}

/// What a new plan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlan {
    /// Its id.
    pub id: PlanId,
    /// The method on file that is charged.
    pub method: String,
    /// What the patient agreed to.
    pub consent: Consent,
    /// When how much is charged.
    pub schedule: Schedule,
}

impl PaymentPlan {
    /// Makes a plan by which everything is paid that is owed on these invoices of a patient.
    ///
    /// # Errors
    /// No invoice or too many, or one that is not owed; what [`Schedule::instalments`] refuses; a consent that does not name
    /// every amount.
    pub fn create(
        new: NewPlan,
        invoices: &[&Invoice],
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        if invoices.is_empty() || invoices.len() > MAX_ALLOCATIONS {
            let detail = format!("expected 1 to {MAX_ALLOCATIONS} invoices");
            return Err(Refusal::field("/invoice_ids", detail));
        }
        for (index, invoice) in invoices.iter().enumerate() {
            let pointer = format!("/invoice_ids/{index}");
            if !invoice.is_chaseable() {
                return Err(Refusal::field(pointer, "expected an open invoice on which something is owed"));
            }
            if invoices.iter().take(index).any(|other| other.id == invoice.id) {
                return Err(Refusal::field(pointer, "expected each invoice once"));
            }
        }
        let total = Cents::checked_sum(invoices.iter().map(|invoice| invoice.balance()));
        let total = total.ok_or_else(|| Refusal::too_large("/invoice_ids"))?;
        let instalments = new.schedule.instalments(total, practice.today(now))?;
        let wording = new.consent.wording.as_str();
        if let Some(unnamed) = instalments.iter().find(|part| !wording.contains(&part.amount.to_string())) {
            let amount = unnamed.amount;
            let detail =
                format!("expected a wording that names every amount that is charged; {amount} is not in it");
            return Err(Refusal::field("/consent/wording", detail));
        }
        let event = EventKind::PlanCreated {
            plan: new.id,
            total_cents: total,
            instalments: u16::try_from(instalments.len()).unwrap_or(u16::MAX),
            wording: wording.to_owned(),
            given: new.consent.given,
        };
        let mut plan = Self {
            id: new.id,
            status: PlanStatus::Active,
            currency: practice.currency,
            invoices: invoices.iter().map(|invoice| invoice.id).collect(),
            method: new.method,
            consent: new.consent,
            instalments,
            next_at: None,
            announce_at: None,
            created_at: now,
        };
        plan.next_at = plan.next().map(|next| charged_at(next.on, practice));
        plan.announce_at = plan.announced_at(practice, now);
        Ok(Decision::of(plan, event))
    }

    /// Whether it is in good standing: the patient is not chased.
    pub fn is_active(&self) -> bool {
        self.status == PlanStatus::Active
    }

    /// When the run is to look at it (UTC); none while a charge is under way, and once it has ended.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        let (charge, announce) = (self.next_at?, self.announce_at);
        self.is_active().then(|| announce.map_or(charge, |announce| announce.min(charge)))
    }

    /// Staff end it; what is owed stays owed, and is chased again.
    ///
    /// # Errors
    /// It has ended already.
    pub fn cancel(&self, note: Option<Line<200>>) -> Result<Decision<Self>, Refusal> {
        if !self.is_active() {
            return Err(has_ended());
        }
        let reason = note.map(|note| note.to_string());
        Ok(self.ended(PlanStatus::Cancelled, EventKind::PlanCancelled { reason }))
    }

    /// Another method on file is charged from now on; a charge that is under way stays where it is. Nothing where it is that
    /// method already.
    ///
    /// # Errors
    /// It has ended.
    pub fn charge_to(&self, method: String) -> Result<Decision<Self>, Refusal> {
        if !self.is_active() {
            return Err(has_ended());
        }
        let event = EventKind::PlanMethodChanged { method: method.clone() };
        let events = if self.method == method { Vec::new() } else { vec![event] };
        Ok(Decision { state: Self { method, ..self.clone() }, events, postings: Vec::new() })
    }

    /// The first instalment to come that cannot be charged, as far as it is known now, and why. `methods` are the patient's
    /// methods on file.
    pub fn foresee<'a>(&'a self, methods: &'a MethodsOnFile) -> Option<(&'a Instalment, &'a str)> {
        let coming = self.instalments.iter().filter(|instalment| instalment.taken.is_none());
        let problem = |instalment: &'a Instalment| {
            Some((instalment, methods.ready(Some(&self.method), instalment.on).err()?))
        };
        coming.filter(|_| self.is_active()).find_map(problem)
    }

    /// What is still to be taken, of the instalments that were not, where so much is owed: other payments shorten the plan
    /// from its end.
    pub fn to_take(&self, owed: Cents) -> Vec<(&Instalment, Cents)> {
        let mut left = owed;
        let mut parts = Vec::new();
        for instalment in self.instalments.iter().filter(|instalment| instalment.taken.is_none()) {
            let part = instalment.amount.cents().min(left);
            left = left.checked_sub(part).unwrap_or(Cents::ZERO);
            parts.push((instalment, part));
        }
        parts
    }

    /// The instalment that comes next.
    fn next(&self) -> Option<&Instalment> {
        self.instalments.iter().find(|instalment| instalment.taken.is_none())
    }

    fn ended(&self, status: PlanStatus, event: EventKind) -> Decision<Self> {
        Decision::of(Self { status, next_at: None, announce_at: None, ..self.clone() }, event)
    }
}

fn has_ended() -> Refusal {
    Refusal::state("plan-ended", "this payment plan has ended")
}

/// When what is due on a day is charged (UTC): at ten in the morning, in the practice's zone.
fn charged_at(on: NaiveDate, practice: &Practice) -> DateTime<Utc> {
    let ten = NaiveTime::from_hms_opt(10, 0, 0).unwrap_or(NaiveTime::MIN);
    instant(on, ten, practice.time_zone)
}

/// The morning so many days after today.
fn in_days(days: u64, practice: &Practice, now: DateTime<Utc>) -> DateTime<Utc> {
    charged_at(practice.today(now) + Days::new(days), practice)
}

#[cfg(test)]
mod tests;
