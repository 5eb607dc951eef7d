//! What is due for a plan now, and what follows once it was charged.

use chrono::{DateTime, Utc};

use super::{Instalment, PaymentPlan, PlanStatus, charged_at, in_days};
use crate::{Amount, Cents, Decision, EventKind, PaymentId, Practice};

/// After how many days an instalment that a bank refused is tried again, by how often it was. After that the plan has
/// defaulted: three tries, far fewer than the card networks allow (15 in 30 days,
/// <https://docs.stripe.com/declines/card#network-limits>).
const TRIED_AGAIN_AFTER: [u64; 2] = [3, 7];

/// What is due for a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanDue<'a> {
    /// Nothing: it has ended, its time has not come, or a charge is under way.
    Nothing,
    /// So much of this instalment.
    Charge(&'a Instalment, Amount),
    /// The patient hears that this instalment will be charged ([`PaymentPlan::announce`]).
    Announce(&'a Instalment),
    /// Nothing is left to take: it is completed.
    Complete,
}

impl PaymentPlan {
    /// What is due now, where so much is owed on its invoices.
    pub fn due(&self, owed: Cents, now: DateTime<Utc>) -> PlanDue<'_> {
        if self.due_at().is_none_or(|at| at > now) {
            return PlanDue::Nothing;
        }
        let next = self.to_take(owed).into_iter().next();
        match next.and_then(|(instalment, part)| Some((instalment, Amount::try_from(part).ok()?))) {
            None => PlanDue::Complete,
            Some((instalment, part)) if self.next_at.is_some_and(|at| at <= now) => {
                PlanDue::Charge(instalment, part)
            }
            Some((instalment, _)) => PlanDue::Announce(instalment),
        }
    }

    /// The charge of an instalment begins: whoever commits this with the payment, and nobody else, charges it.
    pub fn claim(&self, number: u16, payment: PaymentId) -> Decision<Self> {
        let mut claimed = self.with(number, |instalment| instalment.payment = Some(payment));
        (claimed.next_at, claimed.announce_at) = (None, None);
        Decision::of(claimed, EventKind::InstalmentClaimed { instalment: number, payment })
    }

    /// Whether the charge of an instalment by that payment is still wanted.
    pub fn awaits(&self, number: u16, payment: PaymentId) -> bool {
        let is_charged = |next: &Instalment| next.number == number && next.payment == Some(payment);
        self.is_active() && self.next_at.is_none() && self.next().is_some_and(is_charged)
    }

    /// An instalment was taken. The next one is never charged on the same day, so that a plan that fell behind takes one a day.
    /// Where it was the last, the run completes the plan.
    pub fn taken(
        &self,
        number: u16,
        payment: PaymentId,
        cents: Cents,
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let mut taken = self.with(number, |instalment| {
            instalment.taken = Some(cents);
            instalment.payment = Some(payment);
        });
        if taken.is_active() {
            let next = taken.next().map(|next| charged_at(next.on, practice).max(in_days(1, practice, now)));
            taken.next_at = Some(next.unwrap_or(now));
            taken.announce_at = taken.announced_at(practice, now);
        }
        Decision::of(taken, EventKind::InstalmentTaken { instalment: number, payment, cents })
    }

    /// A bank refused an instalment: it is tried again some days later, unless the refusal is for good or it was tried often
    /// enough; then the plan has defaulted. The patient hears of the next try at once.
    pub fn refused(
        &self,
        number: u16,
        reason: &str,
        for_good: bool,
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let mut refused = self.with(number, |instalment| {
            instalment.refused = instalment.refused.saturating_add(1);
        });
        let event = EventKind::InstalmentRefused { instalment: number, reason: reason.to_owned() };
        if !self.awaited(number) {
            return Decision::of(refused, event);
        }
        let times = refused.next().map_or(0, |next| usize::from(next.refused));
        let again = times.checked_sub(1).and_then(|index| TRIED_AGAIN_AFTER.get(index));
        match again.filter(|_| !for_good) {
            Some(days) => {
                refused.next_at = Some(in_days(*days, practice, now));
                refused.announce_at = Some(now);
                Decision::of(refused, event)
            }
            None => {
                let mut ended = refused.default(reason);
                ended.events.insert(0, event);
                ended
            }
        }
    }

    /// An instalment was not charged, and no bank was asked: it is decided anew on the next morning.
    pub fn put_off(
        &self,
        number: u16,
        reason: &str,
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let until = in_days(1, practice, now);
        let mut later = self.clone();
        if self.is_active() {
            later.next_at = Some(until);
        }
        let reason = reason.to_owned();
        Decision::of(later, EventKind::InstalmentPutOff { instalment: number, until, reason })
    }

    /// Nothing more can be charged: the patient is chased again.
    pub fn default(&self, reason: &str) -> Decision<Self> {
        self.ended(PlanStatus::Defaulted, EventKind::PlanDefaulted { reason: reason.to_owned() })
    }

    /// Nothing is left to take.
    pub fn complete(&self) -> Decision<Self> {
        self.ended(PlanStatus::Completed, EventKind::PlanCompleted)
    }

    /// The patient has died: nothing is charged any more.
    pub fn stop_for_death(&self) -> Decision<Self> {
        let reason = Some("the patient has died".to_owned());
        self.ended(PlanStatus::Cancelled, EventKind::PlanCancelled { reason })
    }

    /// Whether an instalment is the one whose outcome is awaited.
    fn awaited(&self, number: u16) -> bool {
        self.is_active() && self.next_at.is_none() && self.next().is_some_and(|next| next.number == number)
    }

    fn with(&self, number: u16, change: impl FnOnce(&mut Instalment)) -> Self {
        let mut changed = self.clone();
        if let Some(instalment) = changed.instalments.iter_mut().find(|known| known.number == number) {
            change(instalment);
        }
        changed
    }
}
