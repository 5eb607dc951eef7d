//! Random commands on invoices.

use std::num::NonZeroU32;

use paywell_domain::{
    Cents, Currency, Invoice, InvoiceId, InvoiceStatus, Number, PatientId,
    invoice::{AdjustmentKind, AdjustmentReason, Charges, InvoiceLine, Terms, WriteOffReason},
};
use rand::Rng;
use uuid::Uuid;

use super::Refused;
use crate::model::Site;

impl Site {
    pub(super) fn bill(&mut self) -> Result<&'static str, Refused> {
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
        let sent = draft.state.send(&[], now)?;
        let invoice = self.post(sent, Some(&draft.state));
        self.invoices.push(invoice);
        self.note(self.invoices.len() - 1).owed = total;
        Ok("bill")
    }

    pub(super) fn delete_line(&mut self) -> Result<&'static str, Refused> {
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

    pub(super) fn void(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        self.invoices[at] = self.post(before.delete()?, Some(&before));
        // Nothing of it is owed, and nothing of it was given up.
        self.books.bills.remove(&before.id.to_string());
        Ok("void")
    }

    pub(super) fn adjust(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let (before, cents) = (self.invoices[at].clone(), self.cents());
        let cents = if self.rng.random_bool(0.6) { -cents.min(before.balance().get().max(1)) } else { cents };
        let adjusted = before.adjust(Cents::new(cents), AdjustmentReason::Courtesy, None)?;
        self.invoices[at] = self.post(adjusted, Some(&before));
        self.note(at).owed += cents;
        Ok("adjust")
    }

    pub(super) fn write_off(&mut self) -> Result<&'static str, Refused> {
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

    pub(super) fn collections(&mut self) -> Result<&'static str, Refused> {
        let at = self.an_invoice()?;
        let before = self.invoices[at].clone();
        let placed = before.status == InvoiceStatus::InCollections;
        let decision = if placed { before.reverse_collections()? } else { before.send_to_collections()? };
        self.invoices[at] = self.post(decision, Some(&before));
        self.note(at).placed = !placed;
        Ok("collections")
    }

    pub(super) fn reverse_adjustment(&mut self) -> Result<&'static str, Refused> {
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
}
