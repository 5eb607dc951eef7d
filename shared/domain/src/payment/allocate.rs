//! Deciding anew which invoices a received payment pays: credit applied later, money moved between invoices.

use chrono::{DateTime, Utc};

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
        now: DateTime<Utc>,
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
                changed.push(invoice.apply(self.id, self.number, more, now).map_err(
                    |refusal| match refusal {
                        Refusal::Field { detail, .. } => Refusal::field(pointer, detail),
                        other => other,
                    },
                )?);
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
        Ok(Settlement::of(Decision { state: allocated, events, postings }, changed, invoices, set))
    }
}

fn of(allocations: &[Allocation], invoice: InvoiceId) -> Cents {
    allocations.iter().find(|a| a.invoice == invoice).map_or(Cents::ZERO, |a| a.amount.cents())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        InvoiceStatus,
        fixtures::{NOW, after, amount, charged, effect, invoice, meant, number, payment, received},
    };

    fn refused_at(refused: Result<Settlement, Refusal>) -> String {
        match refused {
            Err(Refusal::Field { pointer, .. }) => pointer,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn credit_is_applied_later_and_moved_between_invoices() {
        let invoices = vec![invoice(1, 6_000), invoice(2, 5_000)];
        let credit = received(&payment(10_000, vec![]), &[]).payment.state;
        let first = credit.allocate(&[meant(&invoices[0], 6_000)], &invoices, None, NOW).unwrap();
        assert_eq!(effect(&first.payment.postings, Account::PatientCredit), 6_000);
        assert_eq!((first.payment.state.unapplied.get(), first.invoices.len()), (4_000, 1));
        let invoices = after(&first, &invoices);
        let wanted = [meant(&invoices[0], 5_000), meant(&invoices[1], 5_000)];
        let moved = first.payment.state.allocate(&wanted, &invoices, None, NOW).unwrap();
        let statuses: Vec<_> =
            moved.invoices.iter().map(|d| (d.state.status, d.state.balance().get())).collect();
        assert_eq!(statuses, [(InvoiceStatus::Open, 1_000), (InvoiceStatus::Paid, 0)]);
        assert_eq!(moved.payment.state.unapplied, Cents::ZERO);
        let invoices = after(&moved, &invoices);
        let off = moved.payment.state.allocate(&[], &invoices, None, NOW).unwrap();
        assert_eq!((off.payment.state.unapplied.get(), off.invoices.len()), (10_000, 2));
        assert_eq!(effect(&off.payment.postings, Account::PatientReceivable), 10_000);
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let invoices = vec![invoice(1, 6_000)];
        let paid = charged(&payment(6_000, vec![meant(&invoices[0], 6_000)]), &invoices);
        let invoices = after(&paid, &invoices);
        let same = paid.payment.state.allocate(&[meant(&invoices[0], 6_000)], &invoices, None, NOW).unwrap();
        assert!(
            same.payment.events.is_empty()
                && same.invoices.is_empty()
                && same.payment.state == paid.payment.state
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_on_its_place() {
        let (open, paid) = (invoice(1, 6_000), invoice(2, 2_000));
        let void = invoice(3, 1_000).delete().unwrap().state;
        let full = paid.apply(payment(1, vec![]).id, number(), amount(2_000), NOW);
        let invoices = [open.clone(), full.unwrap().state, void.clone()];
        let credit = received(&payment(10_000, vec![]), &[]).payment.state;
        let allocate = |wanted: &[Allocation]| credit.allocate(wanted, &invoices, None, NOW);
        for (wanted, pointer) in [
            (vec![meant(&open, 6_001)], "/allocations/0/amount"),
            (vec![meant(&open, 1), meant(&invoice(9, 100), 1)], "/allocations/1/amount"),
            (vec![meant(&open, 5_000), meant(&open, 1)], "/allocations/1/invoice_id"),
            (vec![meant(&open, 6_000), meant(&paid, 4_001)], "/allocations"),
            ((10..36).map(|n| meant(&invoice(n, 100), 1)).collect(), "/allocations"),
        ] {
            assert_eq!(refused_at(allocate(&wanted)), pointer);
        }
        assert!(matches!(allocate(&[meant(&void, 1)]), Err(Refusal::State { rule: "invoice-status", .. })));
        let many: Vec<_> = (10..35).map(|n| invoice(n, 100)).collect();
        let all: Vec<_> = many.iter().map(|invoice| meant(invoice, 100)).collect();
        let settled = received(&payment(10_000, all), &many);
        let more = settled.payment.state.allocate(&[meant(&open, 1)], &after(&settled, &many), None, NOW);
        assert_eq!(refused_at(more), "/allocations", "26 with those it pays now");
        let others: Vec<_> = many.iter().map(|invoice| meant(invoice, 99)).collect();
        let less = settled.payment.state.allocate(&others, &after(&settled, &many), None, NOW).unwrap();
        assert_eq!((less.invoices.len(), less.payment.state.unapplied.get()), (25, 7_525), "25 may change");
    }

    #[test]
    fn only_money_that_is_here_is_applied() {
        let open = invoice(1, 6_000);
        let asked = payment(6_000, vec![]);
        let refused = asked.allocate(&[meant(&open, 1)], std::slice::from_ref(&open), None, NOW);
        assert!(matches!(refused, Err(Refusal::State { rule: "payment-status", .. })), "{refused:?}");
        let gone = Payment { unapplied: Cents::ZERO, ..received(&asked, &[]).payment.state };
        let refused = gone.allocate(&[], &[], None, NOW);
        assert!(matches!(refused, Err(Refusal::State { rule: "nothing-to-apply", .. })), "{refused:?}");
    }
}
