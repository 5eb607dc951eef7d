//! Random commands: each is put to the domain, and where the domain takes it, written into the notebook.

use std::num::NonZeroU32;

use paywell_domain::{
    Amount, AttemptId, Cents, Currency, Invoice, InvoiceId, InvoiceStatus, Number, PatientId, Payment,
    PaymentId, RefundId, Refusal,
    invoice::{AdjustmentKind, AdjustmentReason, Charges, InvoiceLine, Terms, WriteOffReason},
    payment::{
        Allocation, AttemptMeans, DisputeNews, DisputeStatus, NewPayment, NewRefund, Receipt, RefundReason,
        RefundStatus, Tender, settle,
    },
};
use rand::{Rng, seq::IteratorRandom};
use uuid::Uuid;

use super::{Site, books::Bill};

/// What the domain says where it refuses.
pub(super) type Refused = Option<Refusal>;

impl Site {
    /// One random command; gives its name where the domain took it.
    pub(super) fn command(&mut self) -> Result<&'static str, Refused> {
        self.now += chrono::Duration::minutes(7);
        match self.rng.random_range(0..30) {
            0..=3 => self.bill(),
            4 => self.delete_line(),
            5 => self.void(),
            6..=7 => self.adjust(),
            8 => self.write_off(),
            9 => self.collections(),
            10 => self.reverse_adjustment(),
            11..=13 => self.record(),
            14..=16 => self.begin(),
            17..=20 => self.outcome(),
            21..=22 => self.allocate(),
            23..=25 => self.refund(),
            26..=27 => self.refund_ends(),
            _ => self.dispute(),
        }
    }

    fn uuid(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn cents(&mut self) -> i64 {
        match self.rng.random_range(0..4) {
            0 => self.rng.random_range(1..100),
            1 => 10_000,
            _ => self.rng.random_range(100..30_000),
        }
    }

    fn amount(&mut self) -> Amount {
        Amount::try_from(self.cents()).unwrap()
    }

    fn an_invoice(&mut self) -> Result<usize, Refused> {
        (0..self.invoices.len()).choose(&mut self.rng).ok_or(None)
    }

    fn a_payment(&mut self, wanted: impl Fn(&Payment) -> bool) -> Result<usize, Refused> {
        let places = (0..self.payments.len()).filter(|at| wanted(&self.payments[*at]));
        places.choose(&mut self.rng).ok_or(None)
    }

    fn note(&mut self, at: usize) -> &mut Bill {
        self.books.bills.entry(self.invoices[at].id.to_string()).or_default()
    }

    fn bill(&mut self) -> Result<&'static str, Refused> {
        let lines = self.rng.random_range(1..4);
        let lines: Vec<InvoiceLine> = (1..=lines)
            .map(|number| InvoiceLine {
                number,
                code: None,
                description: "Visit".try_into().unwrap(),
                quantity: 1.try_into().unwrap(),
                unit_price: self.cents().try_into().unwrap(),
                discount: None,
                treatment: None,
            })
            .collect();
        let total: i64 = lines.iter().map(|line| i64::from(line.unit_price)).sum();
        let terms =
            Terms { location: None, payment_type: None, date: self.today(), term: 30.try_into().unwrap() };
        let (id, today, now) = (InvoiceId::new(self.uuid()), self.today(), self.now);
        let patient = (PatientId::new(Uuid::nil()), "Ada Lovelace".try_into().unwrap());
        let charges = Charges { lines, discount: None };
        let draft = Invoice::create(
            id,
            Number::new(NonZeroU32::MIN),
            patient,
            Currency::Usd,
            charges,
            terms,
            today,
            now,
        )?;
        let sent = draft.state.send(false, now)?;
        let invoice = self.post(sent, Some(&draft.state));
        self.invoices.push(invoice);
        self.note(self.invoices.len() - 1).owed = total;
        Ok("bill")
    }

    fn delete_line(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        let mut lines = before.lines.clone();
        let gone = lines.pop().ok_or(None)?;
        let terms = Terms { location: None, payment_type: None, date: before.date, term: before.term };
        let edited = before.edit(Charges { lines, discount: None }, terms, self.today())?;
        if edited.events.is_empty() {
            return Err(None);
        }
        self.invoices[at] = self.post(edited, Some(&before));
        self.note(at).owed -= i64::from(gone.unit_price);
        Ok("delete a line")
    }

    fn void(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        self.invoices[at] = self.post(before.delete()?, Some(&before));
        // Nothing of it is owed, and nothing of it was given up.
        self.books.bills.remove(&before.id.to_string());
        Ok("void")
    }

    fn adjust(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let (before, cents) = (self.invoices[at].clone(), self.cents());
        let cents = if self.rng.random_bool(0.6) { -cents.min(before.balance().get().max(1)) } else { cents };
        let adjusted = before.adjust(Cents::new(cents), AdjustmentReason::Courtesy, None)?;
        self.invoices[at] = self.post(adjusted, Some(&before));
        self.note(at).owed += cents;
        Ok("adjust")
    }

    fn write_off(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        let part = self.rng.random_bool(0.4).then(|| self.amount());
        let written = before.write_off(part, WriteOffReason::BadDebt, None)?;
        self.invoices[at] = self.post(written, Some(&before));
        let bill = self.note(at);
        let cents = part.map_or(bill.owed, |part| part.cents().get());
        bill.owed -= cents;
        bill.given_up += cents;
        bill.closed = bill.owed == 0;
        Ok("write off")
    }

    fn collections(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        let placed = before.status == InvoiceStatus::InCollections;
        let decision = if placed { before.reverse_collections()? } else { before.send_to_collections()? };
        self.invoices[at] = self.post(decision, Some(&before));
        self.note(at).placed = !placed;
        Ok("collections")
    }

    fn reverse_adjustment(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        let last = before.adjustments.last().map_or(1, |last| last.number);
        let number = self.rng.random_range(1..=last);
        let decision = before.reverse_adjustment(number)?;
        let made = before.adjustments.iter().find(|made| made.number == number).ok_or(None)?.clone();
        self.invoices[at] = self.post(decision, Some(&before));
        let bill = self.note(at);
        if matches!(made.kind, AdjustmentKind::WriteOff(_)) {
            let back = bill.given_up.min(-made.cents.get());
            bill.given_up -= back;
            bill.owed += back;
            bill.closed = false;
        } else if made.kind == AdjustmentKind::Refund {
            let back = bill.not_owed.min(-made.cents.get());
            bill.not_owed -= back;
            bill.owed += back;
            bill.closed &= bill.owed == 0;
        } else {
            bill.owed -= made.cents.get();
            bill.closed &= bill.owed == 0;
        }
        Ok("reverse an adjustment")
    }

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
            due_date: None,
            memo: None,
            link: None,
            allocations,
        };
        Payment::create(new, false, self.now).state
    }

    /// The notebook on money that was received: to the invoices as far as they take it, the rest is credit.
    fn note_received(&mut self, payment: &Payment) {
        let mut left = payment.amount.cents().get();
        for wanted in &payment.allocations {
            let cents = wanted.amount.cents().get().min(left);
            left -= self.note_applied(payment, wanted.invoice, cents);
        }
        self.books.purses.entry(payment.id.to_string()).or_default().credit += left;
    }

    /// The notebook on money that goes to an invoice: what it took.
    fn note_applied(&mut self, payment: &Payment, invoice: InvoiceId, cents: i64) -> i64 {
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
    fn note_unapplied(&mut self, payment: &Payment, invoice: InvoiceId, cents: i64, owed_again: bool) {
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

    fn record(&mut self) -> Result<&'static str, Refused> {
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

    fn begin(&mut self) -> Result<&'static str, Refused> {
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
            AttemptMeans::Hosted { session: None }
        } else {
            AttemptMeans::OnFile { method: "pm_1".to_owned(), hold }
        };
        let id = AttemptId::new(self.uuid());
        self.payments[at] = payment.start_attempt(id, means, self.now)?.state;
        Ok("begin")
    }

    fn outcome(&mut self) -> Result<&'static str, Refused> {
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

    fn allocate(&mut self) -> Result<&'static str, Refused> {
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
        let settlement = payment.allocate(&wanted, &self.invoices, None)?;
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

    fn refund(&mut self) -> Result<&'static str, Refused> {
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

    fn refund_ends(&mut self) -> Result<&'static str, Refused> {
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
        let settlement = payment.refund_failed(refund.id, None, &self.invoices, None)?;
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

    fn dispute(&mut self) -> Result<&'static str, Refused> {
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
