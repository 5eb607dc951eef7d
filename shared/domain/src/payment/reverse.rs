//! Money that was received and is taken away again: what it had paid is owed once more.

use super::{Allocation, Payment};
use crate::{Account, Amount, Cents, Decision, Invoice, Posting, Refusal};

/// What taking money back from credit and invoices leaves: the payment, the invoices, the postings.
pub(super) type TakenBack = (Payment, Vec<Decision<Invoice>>, Vec<Posting>);

impl Payment {
    /// Takes money from the payment's credit and from what it paid.
    pub(super) fn take_back(
        &self,
        credit: Cents,
        parts: &[Allocation],
        owed_again: bool,
        invoices: &[Invoice],
    ) -> Result<TakenBack, Refusal> {
        let mut payment = self.clone();
        let unapplied = self.unapplied.checked_sub(credit).filter(|left| *left >= Cents::ZERO);
        payment.unapplied =
            unapplied.ok_or_else(|| Refusal::state("credit-used", "the credit was used meanwhile"))?;
        let mut postings = vec![Posting::debit(Account::PatientCredit, credit)];
        let mut changed = Vec::new();
        for part in parts {
            let invoice = invoices.iter().find(|invoice| invoice.id == part.invoice);
            let invoice = invoice
                .ok_or_else(|| Refusal::state("invoice-missing", "an invoice of this payment is missing"))?;
            changed.push(invoice.unapply(self.id, self.number, part.amount, owed_again)?);
            postings.extend(invoice.unapplied_postings(part.amount, owed_again));
            payment.allocate_less(part.invoice, part.amount)?;
        }
        Ok((payment, changed, postings))
    }

    /// Takes `amount` away, from `account`: the credit first, then the last allocation first. What is no longer here,
    /// because it was refunded, is the practice's loss.
    pub(super) fn reverse(
        &self,
        amount: Amount,
        account: Account,
        invoices: &[Invoice],
    ) -> Result<TakenBack, Refusal> {
        let overflow = || Refusal::too_large("/amount");
        let mut left = amount.cents();
        let credit = self.unapplied.min(left);
        left = left.checked_sub(credit).ok_or_else(overflow)?;
        let mut parts = Vec::new();
        for allocation in self.allocations.iter().rev() {
            if let Ok(part) = Amount::try_from(allocation.amount.cents().min(left)) {
                left = left.checked_sub(part.cents()).ok_or_else(overflow)?;
                parts.push(Allocation { invoice: allocation.invoice, amount: part });
            }
        }
        let (mut payment, changed, mut postings) = self.take_back(credit, &parts, true, invoices)?;
        payment.reversed = self.reversed.checked_add(amount.cents()).ok_or_else(overflow)?;
        payment.lost = self.lost.checked_add(left).ok_or_else(overflow)?;
        postings.push(Posting::debit(Account::Losses, left));
        postings.push(Posting::credit(account, amount.cents()));
        Ok((payment, changed, postings))
    }

    pub(super) fn allocate_more(&mut self, invoice: crate::InvoiceId, more: Amount) -> Result<(), Refusal> {
        if let Some(known) = self.allocations.iter_mut().find(|allocation| allocation.invoice == invoice) {
            let sum =
                known.amount.cents().checked_add(more.cents()).and_then(|sum| Amount::try_from(sum).ok());
            known.amount = sum.ok_or_else(|| Refusal::too_large("/allocations"))?;
        } else {
            self.allocations.push(Allocation { invoice, amount: more });
        }
        Ok(())
    }

    pub(super) fn allocate_less(&mut self, invoice: crate::InvoiceId, less: Amount) -> Result<(), Refusal> {
        let none = || Refusal::state("not-applied", "less of this payment was applied to the invoice");
        let index =
            self.allocations.iter().position(|allocation| allocation.invoice == invoice).ok_or_else(none)?;
        let known = self.allocations.get_mut(index).ok_or_else(none)?;
        let left = known.amount.cents().checked_sub(less.cents()).filter(|left| *left >= Cents::ZERO);
        match Amount::try_from(left.ok_or_else(none)?) {
            Ok(left) => known.amount = left,
            Err(_) => {
                self.allocations.remove(index);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{after, amount, charged, invoice, meant, payment};

    #[test]
    fn no_more_is_taken_back_than_is_there() {
        let invoices = vec![invoice(1, 8_000)];
        let settled = charged(&payment(10_000, vec![meant(&invoices[0], 8_000)]), &invoices);
        let (mut paid, invoices) = (settled.payment.state.clone(), after(&settled, &invoices));
        let rule = |refused: Result<(), Refusal>| match refused {
            Err(Refusal::State { rule, .. }) => rule,
            other => panic!("{other:?}"),
        };
        let taken = |credit| paid.take_back(Cents::new(credit), &[], true, &invoices).map(drop);
        assert!(taken(2_000).is_ok());
        assert_eq!(rule(taken(2_001)), "credit-used");
        assert_eq!(rule(paid.allocate_less(invoices[0].id, amount(8_001))), "not-applied");
        assert_eq!(rule(paid.allocate_less(invoice(2, 1).id, amount(1))), "not-applied");
        assert_eq!(paid.allocate_less(invoices[0].id, amount(8_000)), Ok(()));
        assert!(paid.allocations.is_empty());
    }
}
