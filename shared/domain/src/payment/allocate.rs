//! Deciding anew which invoices a received payment pays: credit applied later, money moved between invoices.

use super::{Allocation, MAX_ALLOCATIONS, Payment, PaymentStatus, Settlement};
use crate::{Account, Amount, Cents, Decision, EventKind, Invoice, InvoiceId, InvoiceSet, Posting, Refusal};

impl Payment {
    /// The invoices that a new allocation touches: those it paid and those it is to pay.
    pub fn touched(&self, wanted: &[Allocation]) -> Vec<InvoiceId> {
        let mut touched: Vec<InvoiceId> = self.allocations.iter().chain(wanted).map(|a| a.invoice).collect();
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// Makes `wanted` the allocations of a received payment; what is left is the patient's credit.
    ///
    /// # Errors
    /// Nothing of it is here; more than is here; an invoice that cannot take its part; more than 25 invoices in all.
    pub fn allocate(
        &self,
        wanted: &[Allocation],
        invoices: &[Invoice],
        set: Option<&InvoiceSet>,
    ) -> Result<Settlement, Refusal> {
        if !matches!(self.status, PaymentStatus::Paid | PaymentStatus::PartiallyRefunded) {
            let detail = "only a paid or partially refunded payment has money to apply";
            return Err(Refusal::state("payment-status", detail));
        }
        let here = Amount::try_from(self.refundable())
            .map_err(|_| Refusal::state("nothing-to-apply", "nothing is left of this payment"))?;
        Allocation::check(wanted, here)?;
        let touched = self.touched(wanted);
        if touched.len() > MAX_ALLOCATIONS {
            let detail = format!("expected at most {MAX_ALLOCATIONS} invoices, with those it pays now");
            return Err(Refusal::field("/allocations", detail));
        }
        let mut changed = Vec::new();
        let mut postings = Vec::new();
        for id in touched {
            let (before, after) = (of(&self.allocations, id), of(wanted, id));
            if before == after {
                continue;
            }
            let pointer = wanted
                .iter()
                .position(|a| a.invoice == id)
                .map_or("/allocations".to_owned(), |index| format!("/allocations/{index}/amount"));
            let invoice = invoices.iter().find(|invoice| invoice.id == id);
            let invoice =
                invoice.ok_or_else(|| Refusal::field(pointer.clone(), "there is no such invoice"))?;
            if let Ok(more) = Amount::try_from(after.checked_sub(before).unwrap_or(Cents::ZERO)) {
                postings.push(Posting::credit(invoice.credited(), more.cents()).on(id));
                changed.push(invoice.apply(self.id, self.number, more).map_err(|refusal| match refusal {
                    Refusal::Field { detail, .. } => Refusal::field(pointer, detail),
                    other => other,
                })?);
            } else if let Ok(less) = Amount::try_from(before.checked_sub(after).unwrap_or(Cents::ZERO)) {
                postings.extend(invoice.unapplied_postings(less, true));
                changed.push(invoice.unapply(self.id, self.number, less, true)?);
            }
        }
        let applied: Option<Cents> = wanted.iter().map(|a| a.amount).sum();
        let credit = applied.and_then(|applied| here.cents().checked_sub(applied));
        let credit = credit.ok_or_else(|| Refusal::too_large("/allocations"))?;
        let used = self.unapplied.checked_sub(credit).unwrap_or(Cents::ZERO);
        postings.push(Posting::debit(Account::PatientCredit, used));
        let mut allocated = self.clone();
        allocated.allocations = wanted.to_vec();
        allocated.unapplied = credit;
        let events = if changed.is_empty() {
            Vec::new()
        } else {
            vec![EventKind::PaymentAllocated { unapplied_cents: credit }]
        };
        Ok(Settlement::of(Decision { state: allocated, events, postings }, changed, set))
    }
}

fn of(allocations: &[Allocation], invoice: InvoiceId) -> Cents {
    allocations.iter().find(|a| a.invoice == invoice).map_or(Cents::ZERO, |a| a.amount.cents())
}
