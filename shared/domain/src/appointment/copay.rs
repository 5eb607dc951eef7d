//! What the run does about a copay, decided at that moment.

use chrono::{DateTime, Duration, Utc};

use super::{Appointment, AppointmentStatus, CopayRule};
use crate::{
    Decision, EventKind, LinkId, Payment, PaymentId, Practice, Refusal,
    payment::PaymentStatus,
    recipient::{Reach, Recipient},
    rule_set::Window,
};

/// How soon a message is tried again that certainly was not sent.
const TRY_AGAIN: Duration = Duration::minutes(15);

/// How soon it is looked what became of a hold.
const LOOK_AGAIN: Duration = Duration::minutes(5);

/// What the run does.
#[derive(Debug, PartialEq, Eq)]
pub enum CopayDue<'a> {
    /// Nothing: it is not due, or the processor is still to say.
    Nothing,
    /// The appointment changes, and the payment of its copay may: put off, given up, wound up.
    Change(Box<Decision<Appointment>>, Option<Box<Decision<Payment>>>),
    /// The payment alone changes; it is looked at again.
    Pay(Box<Decision<Payment>>),
    /// The copay is held on the card on file.
    Hold,
    /// The patient is asked for it, there.
    Ask(Reach<'a>),
}

impl Appointment {
    /// What is due now, checked at the moment of acting: that the visit is to come and has a copay that nobody has paid, the
    /// practice's rule, the hours, the contact, and that the patient lives. `has_card` says whether money can be held on a
    /// card on file.
    ///
    /// # Errors
    /// The payment cannot take a step that it should: a bug.
    pub fn copay_due<'a>(
        &self,
        payment: Option<&Payment>,
        practice: &Practice,
        recipient: &'a Recipient,
        has_card: bool,
        now: DateTime<Utc>,
    ) -> Result<CopayDue<'a>, Refusal> {
        if self.collect_at.is_none_or(|at| at > now) {
            return Ok(CopayDue::Nothing);
        }
        if !self.is_wanted() {
            let paying = payment.map(|payment| self.wind_up(payment)).transpose()?.flatten();
            let after = paying.as_ref().map(|decision| &decision.state).or(payment);
            let awaits = after.is_some_and(|payment| self.awaits(payment));
            return Ok(match (paying, awaits) {
                (None, true) => CopayDue::Nothing,
                (Some(paying), true) => CopayDue::Pay(Box::new(paying)),
                (paying, false) => self.look_no_more(EventKind::CopayConcluded, paying),
            });
        }
        if let Some(payment) = payment {
            if let Some(lasts) = payment.holds_until(self.starts_at) {
                return self.held(payment, lasts, (practice, recipient), now);
            }
            match payment.status {
                PaymentStatus::Processing => return Ok(CopayDue::Nothing),
                PaymentStatus::Draft | PaymentStatus::Pending | PaymentStatus::Failed
                    if self.asked_at.is_none() => {}
                _ => return Ok(self.look_no_more(EventKind::CopayConcluded, None)),
            }
        }
        Ok(self.collect(payment.is_some(), practice, recipient, has_card, now))
    }

    /// Asks, holds, waits, or gives up with the reason.
    fn collect<'a>(
        &self,
        begun: bool,
        practice: &Practice,
        recipient: &'a Recipient,
        has_card: bool,
        now: DateTime<Utc>,
    ) -> CopayDue<'a> {
        let give_up = |reason: &str| {
            self.look_no_more(EventKind::CopayNotCollected { reason: reason.to_owned() }, None)
        };
        if recipient.deceased {
            return give_up("the patient has died");
        }
        let Some(planned) = practice.copays.collect_at(self.starts_at, recipient, now) else {
            return give_up(if now < self.starts_at {
                "the practice does not collect copays before visits"
            } else {
                "the visit has begun"
            });
        };
        if planned > now {
            return self.put_off(planned, "the practice collects copays later by now");
        }
        if matches!(practice.copays, CopayRule::Authorise { .. }) && has_card && !begun {
            return CopayDue::Hold;
        }
        if recipient.is_quiet(now) {
            let next = [recipient.next_send_time(now), recipient.next_start(Window::LEGAL, now)];
            return match next.into_iter().find(|until| *until < self.starts_at) {
                Some(until) => self.put_off(until, "outside the hours in which patients may be written to"),
                None => give_up("the visit begins before the patient may be written to"),
            };
        }
        match (recipient.preferred(now), &recipient.email) {
            (Some(reach), _) => CopayDue::Ask(reach),
            (None, Err(why)) => give_up(why.reason()),
            (None, Ok(_)) => give_up("the patient cannot be written to"),
        }
    }

    /// What is held stays so until the visit, or is released, to be held anew nearer to it.
    fn held<'a>(
        &self,
        payment: &Payment,
        lasts: bool,
        (practice, recipient): (&Practice, &Recipient),
        now: DateTime<Utc>,
    ) -> Result<CopayDue<'a>, Refusal> {
        if lasts {
            return Ok(self.look_no_more(EventKind::CopayHeld { payment: payment.id }, None));
        }
        let collect_at = self.planned(practice, recipient, now);
        let anew = Self { payment: None, collect_at, ..self.clone() };
        let released = Decision::of(anew, EventKind::CopayReleased { payment: payment.id });
        Ok(CopayDue::Change(Box::new(released), Some(Box::new(payment.void()?))))
    }

    /// The patient is asked for the copay: whoever commits this, and nobody else, sends the message.
    pub fn ask(
        &self,
        payment: PaymentId,
        link: LinkId,
        reach: Reach<'_>,
        now: DateTime<Utc>,
    ) -> Decision<Self> {
        let asked = Self {
            payment: Some(payment),
            link: Some(link),
            asked_at: Some(now),
            collect_at: None,
            ..self.clone()
        };
        Decision::of(asked, EventKind::CopayRequested { payment, link, by: reach.channel() })
    }

    /// Whether a payment that was begun to hold its copay is still to do so.
    pub fn awaits_hold(&self, payment: PaymentId) -> bool {
        self.status == AppointmentStatus::Booked && self.payment == Some(payment)
    }

    /// The copay is to be held on the card on file; what became of it is looked at later.
    pub fn hold(&self, payment: PaymentId, now: DateTime<Utc>) -> Decision<Self> {
        let holding = Self { payment: Some(payment), collect_at: Some(now + LOOK_AGAIN), ..self.clone() };
        Decision::of(holding, EventKind::CopayHoldStarted { payment })
    }

    /// The message with that link certainly was not sent: it is tried again, unless the appointment was changed meanwhile.
    pub fn not_asked(&self, link: LinkId, now: DateTime<Utc>) -> Decision<Self> {
        let until = now + TRY_AGAIN;
        let mut back = self.clone();
        if self.is_wanted() && self.link == Some(link) && self.asked_at.is_some() {
            (back.asked_at, back.collect_at) = (None, Some(until));
        }
        let reason = "the provider could not be reached".to_owned();
        Decision::of(back, EventKind::CopayPutOff { until, reason })
    }

    /// Whether its copay is to be collected.
    fn is_wanted(&self) -> bool {
        self.status == AppointmentStatus::Booked && self.copay.is_some()
    }

    /// What the end of the visit does to the payment of its copay, as far as that can be decided now.
    pub(super) fn wind_up(&self, payment: &Payment) -> Result<Option<Decision<Payment>>, Refusal> {
        match self.status {
            AppointmentStatus::Completed => payment.held().map(|_| payment.capture(None)).transpose(),
            _ => payment.withdraw("the visit does not take place"),
        }
    }

    /// Whether more is to be done about the payment, once the processor has said what became of it.
    pub(super) fn awaits(&self, payment: &Payment) -> bool {
        match self.status {
            AppointmentStatus::Completed => {
                payment.held().is_some() || payment.open_attempt().is_some_and(|open| open.is_to_be_held())
            }
            _ => !payment.is_withdrawn(),
        }
    }

    fn put_off<'a>(&self, until: DateTime<Utc>, reason: &str) -> CopayDue<'a> {
        let waiting = Self { collect_at: Some(until), ..self.clone() };
        let event = EventKind::CopayPutOff { until, reason: reason.to_owned() };
        CopayDue::Change(Box::new(Decision::of(waiting, event)), None)
    }

    fn look_no_more<'a>(&self, event: EventKind, paying: Option<Decision<Payment>>) -> CopayDue<'a> {
        let done = Decision::of(Self { collect_at: None, ..self.clone() }, event);
        CopayDue::Change(Box::new(done), paying.map(Box::new))
    }
}
