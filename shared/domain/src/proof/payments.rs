//! What a payment and a payout show, against the journal.

use super::{Books, Difference, Name, Subject};
use crate::{
    Account, Cents, Payment, PaymentStatus, Payout,
    payment::{AttemptStatus, DisputeStatus, RefundMeans, RefundStatus},
};

impl Books {
    /// Takes a payment.
    pub fn payment(&mut self, payment: &Payment) {
        self.proof.counted.payments = self.proof.counted.payments.saturating_add(1);
        let subject = Subject::Payment(payment.id);
        self.known.insert(subject.clone());
        self.count("payment", payment.status.name(), payment.amount.cents());
        self.shows(subject.clone(), Account::PatientCredit, payment.unapplied.negated());
        self.of_patient(payment.patient, Account::PatientCredit, payment.unapplied.negated());
        self.shows(subject.clone(), Account::RefundsInFlight, payment.refunds_pending().negated());
        self.shows(subject.clone(), Account::Losses, payment.lost);
        let by_processor = taken_by_processor(payment);
        self.shows(subject.clone(), Account::ProcessorClearing, by_processor);
        let at_desk = payment.tender.as_ref().map(|tender| (tender.account(), payment.amount.cents()));
        if let Some((account, cents)) = at_desk {
            self.shows(subject.clone(), account, cents);
        }
        for refund in payment.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded) {
            let account = match &refund.means {
                RefundMeans::Processor(_) => Account::ProcessorClearing,
                RefundMeans::Desk(tender) => tender.account(),
            };
            self.shows(subject.clone(), account, refund.amount.cents().negated());
        }
        for dispute in &payment.disputes {
            let cents = dispute.amount.cents();
            if dispute.status != DisputeStatus::Won {
                self.shows(subject.clone(), Account::ProcessorClearing, cents.negated());
            }
            if dispute.status == DisputeStatus::Open {
                self.shows(subject.clone(), Account::DisputedFunds, cents);
            }
        }
        let at_desk = at_desk.map_or(Cents::ZERO, |(_, cents)| cents);
        self.conserved(payment, by_processor, at_desk);
        // By payments for all time, by the journal for each month: what one of them counts wrongly differs.
        for (name, cents) in [
            ("gross_cents", by_processor),
            ("gross_cents", at_desk),
            ("back_cents", payment.refunded),
            ("back_cents", payment.reversed),
        ] {
            self.expect_counter(name.to_owned(), cents);
        }
        self.processor.payment(payment);
    }

    /// What was received is applied, credit, given back, or taken away again.
    fn conserved(&mut self, payment: &Payment, by_processor: Cents, at_desk: Cents) {
        let received = by_processor.get().saturating_add(at_desk.get());
        let mut is_at = 0_i64;
        let mut add = |cents: Cents| is_at = is_at.saturating_add(cents.get());
        if holds_money(payment) {
            for allocation in &payment.allocations {
                add(allocation.amount.cents());
                self.applied.entry(allocation.invoice).or_default().expect(allocation.amount.cents());
            }
        }
        add(payment.unapplied);
        for refund in payment.refunds.iter().filter(|refund| refund.is_live()) {
            add(refund.amount.cents());
        }
        add(payment.reversed);
        add(payment.lost.negated());
        if is_at != received {
            self.note(Difference::of(Name::PaymentConservation, payment.id.to_string(), is_at, received));
        }
    }

    /// Takes a payout.
    pub fn payout(&mut self, payout: &Payout) {
        self.proof.counted.payouts = self.proof.counted.payouts.saturating_add(1);
        let subject = Subject::Other(payout.id.clone());
        self.known.insert(subject.clone());
        let net = if payout.status.is_gone() { Cents::ZERO } else { payout.net };
        self.shows(subject.clone(), Account::Bank, net);
        self.shows(subject.clone(), Account::ProcessorFees, payout.fees);
        self.shows(subject.clone(), Account::ProcessorClearing, net.negated());
        self.shows(subject, Account::ProcessorClearing, payout.fees.negated());
        self.processor.payout(payout);
    }
}

/// What the processor took for a payment, over all its attempts: a debit that was returned may be tried again.
fn taken_by_processor(payment: &Payment) -> Cents {
    let taken = payment.attempts.iter().filter(|attempt| attempt.status == AttemptStatus::Succeeded);
    let sum = taken.fold(0_i64, |sum, attempt| sum.saturating_add(taken_by(payment, attempt).get()));
    Cents::new(sum)
}

/// What a succeeded attempt took: of what was only authorised, what was captured.
pub(super) fn taken_by(payment: &Payment, attempt: &crate::payment::Attempt) -> Cents {
    if attempt.is_held() { payment.amount.cents() } else { attempt.amount.cents() }
}

/// Whether its allocations are what it has paid, and not what it is meant for.
fn holds_money(payment: &Payment) -> bool {
    let came_back = payment.status == PaymentStatus::Failed
        && payment.attempts.last().is_some_and(|attempt| attempt.status == AttemptStatus::Succeeded);
    payment.paid_at.is_some() || came_back
}
