//! Making a payment by hand, and recording money received at the desk.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Allocation, Move, Payment, PaymentStatus, PaymentType, Refund, Tender};
use crate::{
    Amount, AppointmentId, Cents, Currency, Decision, EventKind, LinkId, Number, PatientId, PaymentId,
    Refusal, TreatmentId, recipient::Channel, text::Line,
};

/// What a new payment is; patient and amount are required, the rest may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// Its id.
    pub id: PaymentId,
    /// The number that people see.
    pub number: Number,
    /// Who pays.
    pub patient: PatientId,
    /// The patient's name.
    pub patient_name: Line<121>,
    /// How much.
    pub amount: Amount,
    /// The currency of the practice's books.
    pub currency: Currency,
    /// What it is for.
    pub payment_type: Option<PaymentType>,
    /// The visit it is for.
    pub treatment: Option<TreatmentId>,
    /// The appointment whose copay it is.
    pub appointment: Option<AppointmentId>,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// A note for staff.
    pub memo: Option<Line<200>>,
    /// The link by which it is paid.
    pub link: Option<LinkId>,
    /// Which invoices it is meant for.
    pub allocations: Vec<Allocation>,
}

/// Money received at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// How.
    pub tender: Tender,
    /// On which day, in the practice's zone.
    pub received_on: NaiveDate,
}

impl Payment {
    /// Makes a payment: a draft, or asked for at once.
    pub fn create(new: NewPayment, draft: bool, now: DateTime<Utc>) -> Decision<Self> {
        let payment = Self {
            id: new.id,
            number: new.number,
            patient: new.patient,
            patient_name: new.patient_name,
            status: if draft { PaymentStatus::Draft } else { PaymentStatus::Pending },
            amount: new.amount,
            currency: new.currency,
            payment_type: new.payment_type,
            treatment: new.treatment,
            appointment: new.appointment,
            due_date: new.due_date,
            memo: new.memo,
            allocations: new.allocations,
            unapplied: Cents::ZERO,
            refunded: Cents::ZERO,
            reversed: Cents::ZERO,
            lost: Cents::ZERO,
            refunds: Vec::new(),
            disputes: Vec::new(),
            tender: None,
            paid_at: None,
            link: new.link,
            attempts: Vec::new(),
            asked: None,
            receipt_at: None,
            created_at: now,
        };
        Decision::of(payment, EventKind::PaymentCreated)
    }

    /// Records money received at the desk for a payment that is asked for. Where it goes is [`super::settle`]'s.
    ///
    /// # Errors
    /// It is not pending, or the day is in the future or more than ten years ago.
    pub fn record(
        &self,
        receipt: &Receipt,
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        let earliest = today - chrono::Days::new(3_653);
        if receipt.received_on > today || receipt.received_on < earliest {
            return Err(Refusal::field("/received_on", "expected a date from ten years ago to today"));
        }
        let mut paid = self.clone();
        paid.status = self.status.step(Move::RecordTender, "recorded as received")?;
        paid.tender = Some(receipt.tender.clone());
        paid.paid_at = Some(now);
        let event =
            EventKind::PaymentRecorded { tender: receipt.tender.clone(), received_on: receipt.received_on };
        Ok(Decision::of(paid, event))
    }

    /// The processor has the money of an attempt. Where it goes is [`super::settle`]'s.
    ///
    /// # Errors
    /// There is no such attempt, or its outcome is already known.
    pub fn attempt_succeeded(
        &self,
        id: crate::AttemptId,
        processor_payment: &str,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        let event =
            EventKind::PaymentSucceeded { attempt: id, processor_payment: processor_payment.to_owned() };
        let mut decision = self.close(id, super::AttemptStatus::Succeeded, Move::Succeed, event)?;
        decision.state.paid_at = Some(now);
        decision.state.receipt_at = Some(now);
        decision.state = decision.state.with_attempt(id, |attempt| {
            attempt.intent = Some(processor_payment.to_owned());
        });
        Ok(decision)
    }

    /// Asks for it by message; a draft is asked for with that.
    ///
    /// # Errors
    /// It is neither a draft nor pending.
    pub fn request(&self, by: Vec<Channel>) -> Result<Decision<Self>, Refusal> {
        let status = match self.status {
            PaymentStatus::Draft | PaymentStatus::Pending => PaymentStatus::Pending,
            other => {
                let detail = format!("a {} payment cannot be asked for", other.name().replace('_', " "));
                let allowed = [PaymentStatus::Draft, PaymentStatus::Pending].map(|s| s.name().to_owned());
                return Err(Refusal::not_allowed("payment-status", detail, allowed.to_vec()));
            }
        };
        let mut decision =
            Decision::of(Self { status, ..self.clone() }, EventKind::PaymentRequestSent { by });
        if self.status == PaymentStatus::Draft {
            decision.events.insert(0, EventKind::PaymentRequested);
        }
        Ok(decision)
    }

    /// The moves that staff may make by hand, by their names in the API. What came back from the bank after a refund is
    /// not asked for again by the same payment: what that refund becomes belongs to the money that came back.
    pub fn manual_moves(&self) -> Vec<&'static str> {
        let refunded = self.refunds.iter().any(Refund::is_live);
        self.status.manual_moves().into_iter().filter(|name| !refunded || *name != "reopen").collect()
    }

    /// A move that staff make by hand, by its name in the API.
    ///
    /// # Errors
    /// It is no manual move, or not one of this payment's; the refusal lists those that are.
    pub fn manual_move(&self, name: &str) -> Result<Decision<Self>, Refusal> {
        let allowed = || self.manual_moves().into_iter().map(str::to_owned).collect();
        if self.status.manual_moves().contains(&name) && !self.manual_moves().contains(&name) {
            let detail =
                "this payment came back from the bank after a refund of it; ask for a new payment instead";
            return Err(Refusal::not_allowed("refunded-before", detail, allowed()));
        }
        let found = Move::MANUAL.iter().find(|(_, known)| *known == name);
        let (step, next) =
            found.and_then(|(step, _)| Some((*step, self.status.after(*step)?))).ok_or_else(|| {
                let detail = format!("a {} payment cannot {name}", self.status.name().replace('_', " "));
                Refusal::not_allowed("payment-status", detail, allowed())
            })?;
        let event = match step {
            Move::Cancel => EventKind::PaymentCancelled,
            _ => EventKind::PaymentRequested,
        };
        Ok(Decision::of(Self { status: next, ..self.clone() }, event))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, Duration};

    use super::*;
    use crate::{
        PaymentStatus,
        fixtures::{NOW, attempt, payment, today},
        payment::{AttemptMeans, Tender},
    };

    #[test]
    fn money_was_received_within_ten_years_and_not_tomorrow() {
        let on = |received_on| {
            payment(100, vec![]).record(&Receipt { tender: Tender::Cash, received_on }, today(), NOW)
        };
        let earliest = today() - Days::new(3_653);
        assert!(on(today()).is_ok() && on(earliest).is_ok());
        assert!(on(today() + Days::new(1)).is_err() && on(earliest - Days::new(1)).is_err());
    }

    #[test]
    fn a_move_by_hand_is_told_by_its_name() {
        let cancelled = payment(100, vec![]).manual_move("cancel").unwrap();
        assert_eq!(cancelled.state.status, PaymentStatus::Cancelled);
        assert_eq!(cancelled.events, [EventKind::PaymentCancelled]);
        assert!(payment(100, vec![]).manual_move("pay").is_err());
    }

    #[test]
    fn an_attempt_is_as_old_as_the_time_since_it_was_opened() {
        let means = AttemptMeans::Hosted { session: None, keep: None };
        let started = payment(100, vec![]).start_attempt(attempt(1), means, NOW).unwrap().state;
        assert_eq!(started.attempts[0].age(NOW + Duration::minutes(3)), Duration::minutes(3));
    }
}
