//! An appointment that is moved, or ends; its copay follows.

use chrono::{DateTime, Utc};

use super::{Appointment, AppointmentStatus};
use crate::{
    Amount, Decision, EventKind, Payment, PaymentId, Practice, Refusal, recipient::Recipient, text::Line,
};

/// What may be changed of a visit that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When it begins (UTC).
    pub starts_at: DateTime<Utc>,
    /// Where; one of the practice's locations.
    pub location: Option<Line<16>>,
    /// What the patient pays of it whatever it comes to.
    pub copay: Option<Amount>,
}

/// What a change does to the appointment and to the payment of its copay.
pub(super) type WithPayment = (Decision<Appointment>, Option<Decision<Payment>>);

impl Appointment {
    /// Moves the visit, or changes its copay. What the patient was asked for is not asked for again: its amount and day
    /// follow. `payment` is the one by which the copay is collected.
    ///
    /// # Errors
    /// It has ended; another copay while the processor is being asked for this one, or has it.
    pub fn change(
        &self,
        visit: Visit,
        payment: Option<&Payment>,
        (practice, recipient): (&Practice, &Recipient),
        now: DateTime<Utc>,
    ) -> Result<WithPayment, Refusal> {
        let (moved, other_copay) = (visit.starts_at != self.starts_at, visit.copay != self.copay);
        let changes =
            [("starts_at", moved), ("location", visit.location != self.location), ("copay", other_copay)];
        let fields: Vec<String> =
            changes.iter().filter(|(_, changed)| *changed).map(|(name, _)| (*name).to_owned()).collect();
        if fields.is_empty() {
            return Ok((self.unchanged(), None));
        }
        if self.status != AppointmentStatus::Booked {
            let detail = format!("an appointment that is {} cannot be changed", self.said());
            return Err(Refusal::not_allowed("appointment-status", detail, Vec::new()));
        }
        let Visit { starts_at, location, copay } = visit;
        let mut changed = Self { starts_at, location, copay, ..self.clone() };
        let mut paying = None;
        match payment.filter(|payment| !payment.is_over()) {
            None if other_copay || (moved && self.asked_at.is_none()) => {
                (changed.payment, changed.link, changed.asked_at) = (None, None, None);
                changed.collect_at = changed.planned(practice, recipient, now);
            }
            Some(payment) if other_copay => {
                paying = changed.other_copay(payment, practice)?;
                let after = paying.as_ref().map_or(payment, |decision| &decision.state);
                if copay.is_none() && !after.is_withdrawn() {
                    changed.collect_at = Some(now);
                }
            }
            Some(payment) if moved => {
                if payment.status.is_editable() {
                    paying = Some(payment.amend(payment.amount, changed.day(practice))?);
                }
                // Whether what is held lasts until then is for the run to see.
                if self.asked_at.is_none() && !payment.is_received() {
                    changed.collect_at = Some(now);
                }
            }
            _ => {}
        }
        Ok((Decision::of(changed, EventKind::AppointmentChanged { fields }), paying))
    }

    /// What another copay does to the payment that is asked for; without one, it is taken back.
    fn other_copay(
        &self,
        payment: &Payment,
        practice: &Practice,
    ) -> Result<Option<Decision<Payment>>, Refusal> {
        match self.copay {
            Some(amount) if payment.status.is_editable() => {
                payment.amend(amount, self.day(practice)).map(Some)
            }
            None if !payment.is_received() => payment.withdraw("the visit has no copay any more"),
            _ => {
                let detail = "the copay is being taken or has been; capture less of it, void it or refund it";
                Err(Refusal::state("copay-under-way", detail))
            }
        }
    }

    /// The visit does not take place, the patient did not come, or it took place: what is held for its copay is released, or
    /// taken; what was asked for is withdrawn where there was no visit. The same again changes nothing.
    ///
    /// # Errors
    /// It has ended otherwise; the day of the visit has not come.
    pub fn end(
        &self,
        status: AppointmentStatus,
        payment: Option<&Payment>,
        practice: &Practice,
        now: DateTime<Utc>,
    ) -> Result<WithPayment, Refusal> {
        if self.status == status {
            return Ok((self.unchanged(), None));
        }
        if !self.status.can_become(status) {
            let next = AppointmentStatus::ALL.into_iter().filter(|next| self.status.can_become(*next));
            let allowed = next.map(|next| next.name().to_owned()).collect();
            let detail = format!("an appointment that is {} stays so", self.said());
            return Err(Refusal::not_allowed("appointment-status", detail, allowed));
        }
        let event = match status {
            AppointmentStatus::Completed => EventKind::AppointmentCompleted,
            AppointmentStatus::NoShow => EventKind::AppointmentMissed,
            AppointmentStatus::Cancelled | AppointmentStatus::Booked => EventKind::AppointmentCancelled,
        };
        if status != AppointmentStatus::Cancelled && practice.today(now) < self.day(practice) {
            let detail = format!("expected \"cancelled\" until the day of the visit, {}", self.day(practice));
            return Err(Refusal::field("/status", detail));
        }
        let mut ended = Self { status, collect_at: None, ..self.clone() };
        let paying = payment.map(|payment| ended.wind_up(payment)).transpose()?.flatten();
        let after = paying.as_ref().map(|decision| &decision.state).or(payment);
        ended.collect_at = after.filter(|payment| ended.awaits(payment)).map(|_| now);
        Ok((Decision::of(ended, event), paying))
    }

    /// Staff make a payment for its copay themselves: nothing is collected by the run.
    ///
    /// # Errors
    /// It is collected by another payment, which is not over.
    pub fn paid_by(&self, payment: PaymentId, known: Option<&Payment>) -> Result<Decision<Self>, Refusal> {
        if known.is_some_and(|known| !known.is_over()) {
            let detail = "the copay of this appointment is collected by another payment; record it there, or cancel that";
            return Err(Refusal::state("copay-under-way", detail));
        }
        let taken = Self { payment: Some(payment), link: None, collect_at: None, ..self.clone() };
        Ok(Decision::of(taken, EventKind::CopayTaken { payment }))
    }

    fn said(&self) -> String {
        self.status.name().replace('_', "-")
    }
}
