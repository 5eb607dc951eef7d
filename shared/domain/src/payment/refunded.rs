//! What becomes of a refund: the processor has it, it went through, or it did not and gives back what it had taken.

use chrono::{DateTime, Utc};

use super::{Move, Payment, PaymentStatus, Refund, RefundMeans, RefundStatus, Settlement};
use crate::{
    Account, Amount, Decision, EventKind, Invoice, InvoiceSet, Posting, RefundId, Refusal, text::Line,
};

impl Payment {
    /// Notes the processor's refund for one that we asked for.
    ///
    /// # Errors
    /// There is no such refund by the processor, or it has another one.
    pub fn note_refund(&self, id: RefundId, processor_refund: &str) -> Result<Decision<Self>, Refusal> {
        let refund = self.refund_of(id)?;
        match &refund.means {
            RefundMeans::Processor(None) => {}
            RefundMeans::Processor(Some(known)) if known == processor_refund => {
                return Ok(Decision { state: self.clone(), events: Vec::new(), postings: Vec::new() });
            }
            _ => return Err(Refusal::state("refund-known", "this refund has another processor refund")),
        }
        let noted = self.with_refund(id, |refund| {
            refund.means = RefundMeans::Processor(Some(processor_refund.to_owned()));
        });
        let event = EventKind::RefundAccepted { refund: id, processor_refund: processor_refund.to_owned() };
        Ok(Decision::of(noted, event))
    }

    /// The processor says that a refund went through.
    ///
    /// # Errors
    /// There is no such refund, or it has ended.
    pub fn refund_succeeded(&self, id: RefundId, processor_refund: &str) -> Result<Decision<Self>, Refusal> {
        self.end_refund(id, Some(processor_refund), Account::ProcessorClearing)
    }

    pub(super) fn end_refund(
        &self,
        id: RefundId,
        by: Option<&str>,
        account: Account,
    ) -> Result<Decision<Self>, Refusal> {
        let refund = self.refund_of(id)?;
        if refund.status != RefundStatus::Pending {
            return Err(Refusal::state("refund-closed", "the outcome of this refund is already known"));
        }
        let cents = refund.amount.cents();
        let mut ended = self.with_refund(id, |refund| {
            refund.status = RefundStatus::Succeeded;
            if let (RefundMeans::Processor(known), Some(by)) = (&mut refund.means, by) {
                *known = Some(by.to_owned());
            }
        });
        ended.refunded = self.refunded.checked_add(cents).ok_or_else(|| Refusal::too_large("/amount"))?;
        ended.status = ended.refund_status();
        let postings = vec![Posting::debit(Account::RefundsInFlight, cents), Posting::credit(account, cents)];
        Ok(Decision::of(ended, EventKind::RefundSucceeded { refund: id }).with_postings(postings))
    }

    /// The processor or the bank says that a refund did not go through, perhaps after it had succeeded. What it had taken
    /// goes back to where it came from, once: to a loss that it had made, to the invoices as far as they take it, and
    /// the rest to the payment's credit.
    ///
    /// # Errors
    /// There is no such refund by the processor, or it has failed already.
    pub fn refund_failed(
        &self,
        id: RefundId,
        reason: Option<Line<200>>,
        invoices: &[Invoice],
        set: Option<&InvoiceSet>,
        now: DateTime<Utc>,
    ) -> Result<Settlement, Refusal> {
        let refund = self.refund_of(id)?.clone();
        if refund.status == RefundStatus::Failed || matches!(refund.means, RefundMeans::Desk(_)) {
            return Err(Refusal::state("refund-closed", "the outcome of this refund is already known"));
        }
        let cents = refund.amount.cents();
        let overflow = || Refusal::too_large("/amount");
        let mut payment = self.with_refund(id, |refund| {
            refund.status = RefundStatus::Failed;
            refund.failure.clone_from(&reason);
        });
        let from = match refund.status {
            RefundStatus::Succeeded => {
                payment.refunded = self.refunded.checked_sub(cents).ok_or_else(overflow)?;
                Account::ProcessorClearing
            }
            _ => Account::RefundsInFlight,
        };
        let mut postings = vec![Posting::debit(from, cents)];
        // What a return or a lost dispute took, while this was away, it makes good first.
        let recovered = self.lost.min(cents);
        payment.lost = self.lost.checked_sub(recovered).ok_or_else(overflow)?;
        postings.push(Posting::credit(Account::Losses, recovered));
        let mut left = cents.checked_sub(recovered).ok_or_else(overflow)?;
        let mut changed = Vec::new();
        for part in &refund.parts {
            let Ok(amount) = Amount::try_from(part.amount.cents().min(left)) else { break };
            let invoice = invoices.iter().find(|invoice| invoice.id == part.invoice);
            let restored = match invoice {
                Some(invoice) => {
                    invoice.restore(payment.id, payment.number, amount, refund.owed_again, now)?
                }
                None => None,
            };
            if let Some(restored) = restored {
                left = left.checked_sub(restored.took.cents()).ok_or_else(overflow)?;
                payment.allocate_more(part.invoice, restored.took)?;
                postings.extend(restored.postings);
                changed.push(restored.invoice);
            }
        }
        payment.unapplied = payment.unapplied.checked_add(left).ok_or_else(overflow)?;
        payment.status = payment.refund_status();
        postings.push(Posting::credit(Account::PatientCredit, left));
        let event = EventKind::RefundFailed { refund: id, reason: reason.map(|reason| reason.to_string()) };
        Ok(Settlement::of(Decision::of(payment, event).with_postings(postings), changed, invoices, set))
    }

    /// The refund of that id.
    ///
    /// # Errors
    /// There is none.
    pub fn refund_of(&self, id: RefundId) -> Result<&Refund, Refusal> {
        let found = self.refunds.iter().find(|refund| refund.id == id);
        found.ok_or_else(|| Refusal::state("refund-unknown", "this payment has no such refund"))
    }

    fn with_refund(&self, id: RefundId, change: impl FnOnce(&mut Refund)) -> Self {
        let mut changed = self.clone();
        if let Some(refund) = changed.refunds.iter_mut().find(|refund| refund.id == id) {
            change(refund);
        }
        changed
    }

    /// Where the succeeded refunds leave a payment that was received; one that was returned stays failed.
    fn refund_status(&self) -> PaymentStatus {
        let step = match (self.refunded.is_positive(), self.refunded >= self.amount.cents()) {
            (false, _) => Move::RefundNone,
            (true, true) => Move::RefundAll,
            (true, false) => Move::RefundPart,
        };
        self.status.after(step).unwrap_or(self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Cents,
        fixtures::{NOW, after, amount, charged, effect, invoice, meant, payment, refund},
        payment::{DisputeNews, DisputeStatus, NewRefund, RefundReason},
    };

    /// A card payment of 100.00 over an invoice of 80.00, of which 100.00 is being refunded.
    fn refunding(reason: RefundReason) -> (Payment, Vec<Invoice>) {
        let invoices = vec![invoice(1, 8_000)];
        let settled = charged(&payment(10_000, vec![meant(&invoices[0], 8_000)]), &invoices);
        let invoices = after(&settled, &invoices);
        let new = NewRefund { amount: None, reason, note: None, owed_again: None, parts: None, desk: None };
        let asked = settled.payment.state.refund(refund(1), new, &invoices, None, NOW).unwrap();
        let invoices = after(&asked, &invoices);
        (asked.payment.state, invoices)
    }

    #[test]
    fn a_refund_ends_once() {
        let (payment, invoices) = refunding(RefundReason::PatientRequest);
        let done = payment.refund_succeeded(refund(1), "re_1").unwrap();
        assert_eq!((done.state.status, done.state.refunded.get()), (PaymentStatus::Refunded, 10_000));
        assert_eq!(effect(&done.postings, Account::RefundsInFlight), 10_000);
        assert_eq!(effect(&done.postings, Account::ProcessorClearing), -10_000);
        assert!(done.state.refund_succeeded(refund(1), "re_1").is_err());
        assert!(payment.refund_succeeded(refund(2), "re_1").is_err(), "another refund");
        let failed = payment.refund_failed(refund(1), None, &invoices, None, NOW).unwrap().payment.state;
        assert!(failed.refund_failed(refund(1), None, &invoices, None, NOW).is_err());
        assert!(failed.refund_succeeded(refund(1), "re_1").is_err());
    }

    #[test]
    fn a_refund_has_one_refund_at_the_processor() {
        let (payment, _) = refunding(RefundReason::PatientRequest);
        let noted = payment.note_refund(refund(1), "re_1").unwrap();
        assert_eq!(noted.events.len(), 1);
        let again = noted.state.note_refund(refund(1), "re_1").unwrap();
        assert!(again.events.is_empty() && again.state == noted.state, "the same again");
        assert!(noted.state.note_refund(refund(1), "re_2").is_err());
    }

    #[test]
    fn what_failed_before_or_after_it_succeeded_comes_back_to_where_it_was() {
        for reason in [RefundReason::PatientRequest, RefundReason::BillingError] {
            let (pending, invoices) = refunding(reason);
            let succeeded = pending.refund_succeeded(refund(1), "re_1").unwrap().state;
            for (payment, from) in
                [(&pending, Account::RefundsInFlight), (&succeeded, Account::ProcessorClearing)]
            {
                let why = Some("account closed".try_into().unwrap());
                let back = payment.refund_failed(refund(1), why, &invoices, None, NOW).unwrap();
                let (state, invoice) = (&back.payment.state, &back.invoices[0].state);
                assert_eq!((state.status, state.refunded), (PaymentStatus::Paid, Cents::ZERO));
                assert_eq!((state.unapplied.get(), state.refundable().get()), (2_000, 10_000));
                assert_eq!((invoice.applied.get(), invoice.balance().get()), (8_000, 0));
                assert_eq!(invoice.adjusted(), Cents::ZERO, "{reason:?}");
                assert_eq!(effect(&back.payment.postings, from), 10_000);
            }
        }
    }

    #[test]
    fn what_an_invoice_no_longer_takes_is_credit() {
        let (payment, invoices) = refunding(RefundReason::PatientRequest);
        let part = invoices[0].apply(payment.id, payment.number, amount(5_000), NOW).unwrap().state;
        let back = payment.refund_failed(refund(1), None, &[part], None, NOW).unwrap();
        assert_eq!(back.payment.state.unapplied.get(), 7_000, "3,000 fitted");
        assert_eq!(back.invoices[0].state.balance(), Cents::ZERO);
        let void = invoices[0].delete().unwrap().state;
        let back = payment.refund_failed(refund(1), None, &[void], None, NOW).unwrap();
        assert_eq!((back.payment.state.unapplied.get(), back.invoices.len()), (10_000, 0));
    }

    #[test]
    fn what_staff_made_owed_again_meanwhile_is_paid_and_not_owed_twice() {
        let (payment, invoices) = refunding(RefundReason::BillingError);
        let owed = invoices[0].reverse_adjustment(1).unwrap().state;
        assert_eq!(owed.balance().get(), 8_000);
        let back = payment.refund_failed(refund(1), None, &[owed], None, NOW).unwrap();
        let invoice = &back.invoices[0].state;
        assert_eq!((invoice.applied.get(), invoice.balance().get()), (8_000, 0));
        assert!(invoice.reverse_adjustment(1).is_err(), "it was taken back already");
        let restored = payment.refund_failed(refund(1), None, &invoices, None, NOW).unwrap();
        let refused = restored.invoices[0].state.reverse_adjustment(1);
        assert!(matches!(refused, Err(Refusal::State { rule: "recovered", .. })), "{refused:?}");
    }

    #[test]
    fn a_refund_that_fails_makes_good_a_loss_first() {
        let (payment, invoices) = refunding(RefundReason::PatientRequest);
        let news =
            DisputeNews { id: "dp_1", amount: amount(9_000), reason: "x", status: DisputeStatus::Lost };
        let lost = payment.disputed(news, &invoices, None, NOW).unwrap().unwrap().payment.state;
        assert_eq!((lost.lost.get(), lost.reversed.get()), (9_000, 9_000), "it had been refunded");
        let back = lost.refund_failed(refund(1), None, &invoices, None, NOW).unwrap();
        assert_eq!(effect(&back.payment.postings, Account::Losses), -9_000);
        let state = &back.payment.state;
        assert_eq!((state.lost, state.refundable().get()), (Cents::ZERO, 1_000));
    }

    #[test]
    fn the_status_follows_what_succeeded() {
        let invoices = vec![invoice(1, 8_000)];
        let settled = charged(&payment(10_000, vec![meant(&invoices[0], 8_000)]), &invoices);
        let mut payment = settled.payment.state.clone();
        let mut invoices = after(&settled, &invoices);
        for (n, cents) in [(1, 3_000), (2, 7_000)] {
            let reason = RefundReason::PatientRequest;
            let amount = Some(amount(cents));
            let new = NewRefund { amount, reason, note: None, owed_again: None, parts: None, desk: None };
            let asked = payment.refund(refund(n), new, &invoices, None, NOW).unwrap();
            invoices = after(&asked, &invoices);
            payment = asked.payment.state;
        }
        let succeed = |payment: &Payment, n| payment.refund_succeeded(refund(n), "re").unwrap().state;
        let fail = |payment: &Payment, n| {
            payment.refund_failed(refund(n), None, &invoices, None, NOW).unwrap().payment.state
        };
        let part = succeed(&payment, 2);
        assert_eq!(part.status, PaymentStatus::PartiallyRefunded, "the other is still pending");
        let all = succeed(&part, 1);
        assert_eq!(all.status, PaymentStatus::Refunded);
        assert_eq!(fail(&all, 2).status, PaymentStatus::PartiallyRefunded, "the bank returned it");
        assert_eq!(fail(&fail(&all, 2), 1).status, PaymentStatus::Paid);
    }
}
