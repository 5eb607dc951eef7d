//! Money that goes back: refunds and disputes.

use paywell_domain::{
    Payment, RefundId,
    payment::{DisputeNews, DisputeStatus, NewRefund, RefundReason, RefundStatus},
};
use rand::{Rng, seq::IteratorRandom};

use super::Refused;
use crate::model::Site;

impl Site {
    pub(super) fn refund(&mut self) -> Result<&'static str, Refused> {
        let at = self.a_payment(|payment| payment.paid_at.is_some())?;
        let payment = self.payments[at].clone();
        let id = RefundId::new(self.uuid());
        let reason = *RefundReason::ALL[..5].iter().choose(&mut self.rng).unwrap();
        let new = NewRefund {
            amount: self.rng.random_bool(0.7).then(|| self.amount()),
            reason,
            note: None,
            owed_again: self.rng.random_bool(0.3).then(|| self.rng.random_bool(0.5)),
            parts: None,
            desk: payment.tender.clone(),
        };
        let settlement = payment.refund(id, new, &self.invoices, None, self.now)?;
        let refund = settlement.payment.state.refund_of(id)?.clone();
        self.settle(at, settlement);
        let cents = refund.amount.cents().get();
        let mut left = cents;
        for part in &refund.parts {
            left -= part.amount.cents().get();
            self.note_unapplied(&payment, part.invoice, part.amount.cents().get(), refund.owed_again);
        }
        let purse = self.books.purses.entry(payment.id.to_string()).or_default();
        purse.credit -= left;
        if refund.status == RefundStatus::Pending {
            purse.in_flight += cents;
        } else {
            self.books.desk -= cents;
        }
        Ok("refund")
    }

    pub(super) fn refund_ends(&mut self) -> Result<&'static str, Refused> {
        let at = self.a_payment(|payment| payment.refunds.iter().any(|refund| refund.is_live()))?;
        let payment = self.payments[at].clone();
        let refund = payment.refunds.iter().filter(|refund| refund.is_live()).choose(&mut self.rng);
        let refund = refund.ok_or(None)?.clone();
        let cents = refund.amount.cents().get();
        let was_pending = refund.status == RefundStatus::Pending;
        if self.rng.random_bool(0.5) {
            let done = payment.refund_succeeded(refund.id, "re_1")?;
            self.payments[at] = self.post(done, None);
            self.books.purses.entry(payment.id.to_string()).or_default().in_flight -= cents;
            self.books.processor -= cents;
            return Ok("refund succeeded");
        }
        let settlement = payment.refund_failed(refund.id, None, &self.invoices, None, self.now)?;
        self.settle(at, settlement);
        if was_pending {
            self.books.purses.entry(payment.id.to_string()).or_default().in_flight -= cents;
        } else {
            self.books.processor += cents;
        }
        let made_good = payment.lost.get().min(cents);
        self.books.lost -= made_good;
        let mut left = cents - made_good;
        for part in &refund.parts {
            let back = part.amount.cents().get().min(left);
            let mut took = 0;
            if let Some(bill) =
                self.books.bills.get_mut(&part.invoice.to_string()).filter(|_| !refund.owed_again)
            {
                // It was not owed in between: paid again, nothing is owed.
                took = back.min(bill.not_owed);
                bill.not_owed -= took;
                let purse = self.books.purses.entry(payment.id.to_string()).or_default();
                *purse.on.entry(part.invoice.to_string()).or_default() += took;
            }
            left -= took + self.note_applied(&payment, part.invoice, back - took);
        }
        self.books.purses.entry(payment.id.to_string()).or_default().credit += left;
        Ok("refund failed")
    }

    pub(super) fn dispute(&mut self) -> Result<&'static str, Refused> {
        let at = self.a_payment(|payment| payment.paid_at.is_some() && payment.tender.is_none())?;
        let payment = self.payments[at].clone();
        let known = payment.disputes.iter().find(|dispute| dispute.status == DisputeStatus::Open).cloned();
        let status = match self.rng.random_range(0..4) {
            0 => DisputeStatus::Open,
            1 => DisputeStatus::Won,
            2 => DisputeStatus::Lost,
            _ => DisputeStatus::Returned,
        };
        // A bank debit has no dispute beside its return, and a card has no return; each takes what was charged, once.
        let is_card = payment.attempts.last().is_some_and(|attempt| attempt.is_hosted());
        if (status == DisputeStatus::Returned) == is_card || (known.is_none() && !payment.disputes.is_empty())
        {
            return Err(None);
        }
        let id = known.as_ref().map_or_else(|| format!("du_{}", self.uuid()), |known| known.id.clone());
        let news = DisputeNews { id: &id, amount: payment.amount, reason: "fraudulent", status };
        let settlement = payment.disputed(news, &self.invoices, None, self.now)?.ok_or(None)?;
        self.settle(at, settlement);
        let cents = payment.amount.cents().get();
        if known.is_none() && status != DisputeStatus::Returned {
            self.books.processor -= cents;
            self.books.held_back += cents;
        }
        match status {
            DisputeStatus::Open => {}
            DisputeStatus::Won => {
                self.books.processor += cents;
                self.books.held_back -= cents;
            }
            DisputeStatus::Lost => {
                self.books.held_back -= cents;
                self.note_reversed(&payment);
            }
            DisputeStatus::Returned => {
                self.books.processor -= cents;
                self.note_reversed(&payment);
            }
        }
        Ok("dispute")
    }

    /// The notebook on a payment that is taken away whole: what of it is no longer here is lost.
    fn note_reversed(&mut self, payment: &Payment) {
        let here = payment.refundable().get();
        for allocation in &payment.allocations {
            self.note_unapplied(payment, allocation.invoice, allocation.amount.cents().get(), true);
        }
        self.books.purses.entry(payment.id.to_string()).or_default().credit = 0;
        self.books.lost += payment.amount.cents().get() - here;
    }
}
