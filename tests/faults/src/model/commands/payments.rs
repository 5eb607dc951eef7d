//! Random payments: asked for, received, applied.

use std::num::NonZeroU32;

use paywell_domain::{
    Amount, AttemptId, Currency, InvoiceId, Number, PatientId, Payment, PaymentId,
    payment::{Allocation, AttemptMeans, NewPayment, Receipt, Tender, settle},
};
use rand::Rng;
use uuid::Uuid;

use super::Refused;
use crate::model::Site;

impl Site {
    fn new_payment(&mut self) -> Payment {
        let mut allocations: Vec<Allocation> = Vec::new();
        let amount = self.amount();
        let mut left = amount.cents().get();
        for _ in 0..self.rng.random_range(0..3) {
            let Ok(at) = self.an_invoice() else { break };
            let invoice = self.invoices[at].id;
            let part = Amount::try_from(self.rng.random_range(1..=left.max(1)).min(left));
            if let (Ok(part), false) = (part, allocations.iter().any(|a| a.invoice == invoice)) {
                left -= part.cents().get();
                allocations.push(Allocation { invoice, amount: part });
            }
        }
        let new = NewPayment {
            id: PaymentId::new(self.uuid()),
            number: Number::new(NonZeroU32::MIN),
            patient: PatientId::new(Uuid::nil()),
            patient_name: "Ada Lovelace".try_into().unwrap(),
            amount,
            currency: Currency::Usd,
            payment_type: None,
            treatment: None,
            appointment: None,
            due_date: None,
            memo: None,
            link: None,
            allocations,
        };
        Payment::create(new, false, self.now).state
    }

    /// The notebook on money that was received: to the invoices as far as they take it, the rest is credit.
    pub(super) fn note_received(&mut self, payment: &Payment) {
        let mut left = payment.amount.cents().get();
        for wanted in &payment.allocations {
            let cents = wanted.amount.cents().get().min(left);
            left -= self.note_applied(payment, wanted.invoice, cents);
        }
        self.books.purses.entry(payment.id.to_string()).or_default().credit += left;
    }

    /// The notebook on money that goes to an invoice: what it took.
    pub(super) fn note_applied(&mut self, payment: &Payment, invoice: InvoiceId, cents: i64) -> i64 {
        let Some(bill) = self.books.bills.get_mut(&invoice.to_string()) else { return 0 };
        let took = cents.min(if bill.closed { bill.given_up } else { bill.owed });
        *(if bill.closed { &mut bill.given_up } else { &mut bill.owed }) -= took;
        bill.closed &= bill.given_up > 0;
        bill.placed &= bill.owed > 0;
        *self
            .books
            .purses
            .entry(payment.id.to_string())
            .or_default()
            .on
            .entry(invoice.to_string())
            .or_default() += took;
        took
    }

    /// The notebook on money that leaves an invoice.
    pub(super) fn note_unapplied(
        &mut self,
        payment: &Payment,
        invoice: InvoiceId,
        cents: i64,
        owed_again: bool,
    ) {
        *self
            .books
            .purses
            .entry(payment.id.to_string())
            .or_default()
            .on
            .entry(invoice.to_string())
            .or_default() -= cents;
        if owed_again {
            let bill = self.books.bills.entry(invoice.to_string()).or_default();
            bill.owed += cents;
            bill.closed = false;
        } else {
            self.books.bills.entry(invoice.to_string()).or_default().not_owed += cents;
        }
    }

    pub(super) fn record(&mut self) -> Result<&'static str, Refused> {
        let payment = self.new_payment();
        let receipt = Receipt { tender: Tender::Cash, received_on: self.today() };
        let received = payment.record(&receipt, self.today(), self.now)?;
        let settlement = settle(received, Tender::Cash.account(), &self.invoices, None)?;
        self.payments.push(payment.clone());
        self.settle(self.payments.len() - 1, settlement);
        self.books.desk += payment.amount.cents().get();
        self.note_received(&payment);
        Ok("record cash")
    }

    pub(super) fn begin(&mut self) -> Result<&'static str, Refused> {
        let failed =
            self.a_payment(|payment| payment.status.name() == "failed" || payment.status.name() == "pending");
        let at = if let (Ok(at), true) = (failed, self.rng.random_bool(0.3)) {
            at
        } else {
            let payment = self.new_payment();
            self.payments.push(payment);
            self.payments.len() - 1
        };
        let mut payment = self.payments[at].clone();
        if payment.status.name() == "failed" {
            payment = payment.manual_move("reopen")?.state;
        }
        let hold = self.rng.random_bool(0.3);
        let means = if self.rng.random_bool(0.5) {
            AttemptMeans::Hosted { session: None, keep: None }
        } else {
            AttemptMeans::OnFile { method: "pm_1".to_owned(), hold }
        };
        let id = AttemptId::new(self.uuid());
        self.payments[at] = payment.start_attempt(id, means, self.now)?.state;
        Ok("begin")
    }

    pub(super) fn outcome(&mut self) -> Result<&'static str, Refused> {
        let at = self.a_payment(|payment| payment.open_attempt().is_some())?;
        let payment = self.payments[at].clone();
        let attempt = payment.open_attempt().ok_or(None)?.clone();
        let id = attempt.id;
        match self.rng.random_range(0..10) {
            0 => self.payments[at] = payment.attempt_failed(id, "declined")?.state,
            1 => self.payments[at] = payment.session_expired(id)?.state,
            2 => self.payments[at] = payment.debit_processing(id)?.state,
            3 => self.payments[at] = payment.authorised(id, "pi_1")?.state,
            4 => {
                let part = self.rng.random_bool(0.5).then(|| self.amount());
                self.payments[at] = payment.capture(part)?.state;
            }
            5 => self.payments[at] = payment.void()?.state,
            6 => self.payments[at] = payment.released(id)?.state,
            _ => {
                let received = payment.attempt_succeeded(id, "pi_1", self.now)?;
                let account = paywell_domain::Account::ProcessorClearing;
                let settlement = settle(received, account, &self.invoices, None)?;
                self.settle(at, settlement);
                self.books.processor += payment.amount.cents().get();
                self.note_received(&payment);
            }
        }
        Ok("outcome")
    }

    pub(super) fn allocate(&mut self) -> Result<&'static str, Refused> {
        let at = self.a_payment(|payment| payment.paid_at.is_some())?;
        let payment = self.payments[at].clone();
        let mut wanted: Vec<Allocation> =
            payment.allocations.iter().filter(|_| self.rng.random_bool(0.6)).copied().collect();
        let (more, amount) = (self.an_invoice()?, self.amount());
        let (here, invoice) = (payment.refundable().get(), self.invoices[more].clone());
        let used: i64 = wanted.iter().map(|a| a.amount.cents().get()).sum();
        let fits = amount
            .cents()
            .get()
            .min(here - used)
            .min(invoice.balance().get().max(invoice.written_off().get()));
        if let (Ok(amount), false) = (Amount::try_from(fits), wanted.iter().any(|a| a.invoice == invoice.id))
        {
            wanted.push(Allocation { invoice: invoice.id, amount });
        }
        let settlement = payment.allocate(&wanted, &self.invoices, None, self.now)?;
        if settlement.payment.events.is_empty() {
            return Err(None);
        }
        self.settle(at, settlement);
        let mut touched = payment.touched(&wanted);
        touched.sort_unstable();
        for id in touched {
            let of = |list: &[Allocation]| {
                list.iter().find(|a| a.invoice == id).map_or(0, |a| a.amount.cents().get())
            };
            let (before, after) = (of(&payment.allocations), of(&wanted));
            if before == after {
                continue;
            } else if after > before {
                self.note_applied(&payment, id, after - before);
            } else {
                self.note_unapplied(&payment, id, before - after, true);
            }
        }
        let used: i64 = wanted.iter().map(|a| a.amount.cents().get()).sum();
        self.books.purses.entry(payment.id.to_string()).or_default().credit = here - used;
        Ok("allocate")
    }
}
