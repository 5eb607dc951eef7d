//! Where received money goes: onto invoices, and what is left becomes the patient's credit.

use serde::{Deserialize, Serialize};

use super::Payment;
use crate::{Account, Amount, Cents, Decision, Invoice, InvoiceId, InvoiceSet, Posting, Refusal};

/// The most invoices that one payment covers: with them a payment is still one transaction.
pub const MAX_ALLOCATIONS: usize = 25;

/// A part of a payment that is meant for, or has paid, an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The invoice.
    pub invoice: InvoiceId,
    /// How much of it.
    pub amount: Amount,
}

impl Allocation {
    /// Allocations as staff gave them: each invoice once, at most 25, together at most the payment's amount.
    ///
    /// # Errors
    /// Otherwise.
    pub fn check(allocations: &[Self], amount: Amount) -> Result<(), Refusal> {
        if allocations.len() > MAX_ALLOCATIONS {
            let detail = format!("expected at most {MAX_ALLOCATIONS} invoices for one payment");
            return Err(Refusal::field("/allocations", detail));
        }
        for (index, allocation) in allocations.iter().enumerate() {
            let pointer = format!("/allocations/{index}/invoice_id");
            if allocations.iter().take(index).any(|other| other.invoice == allocation.invoice) {
                return Err(Refusal::field(pointer, "expected each invoice once"));
            }
        }
        let sum: Option<Cents> = allocations.iter().map(|allocation| allocation.amount).sum();
        if sum.is_none_or(|sum| sum > amount.cents()) {
            let detail = format!("expected allocations of at most {amount} in all, the payment's amount");
            return Err(Refusal::field("/allocations", detail));
        }
        Ok(())
    }
}

impl Allocation {
    /// An amount over what invoices owe, the one that is due first paid first, as far as it goes.
    pub fn by_due_date<'a>(amount: Amount, invoices: impl IntoIterator<Item = &'a Invoice>) -> Vec<Self> {
        let mut invoices: Vec<&Invoice> = invoices.into_iter().collect();
        invoices.sort_by_key(|invoice| (invoice.due_date(), invoice.number));
        let mut left = amount.cents();
        let mut allocations = Vec::new();
        for invoice in invoices {
            let part = Amount::try_from(invoice.balance().min(left)).ok();
            let Some((amount, rest)) = part.and_then(|part| Some((part, left.checked_sub(part.cents())?)))
            else {
                continue;
            };
            allocations.push(Self { invoice: invoice.id, amount });
            left = rest;
        }
        allocations
    }
}

/// What moving a payment's money changes besides the payment itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The payment with its final allocations and credit, and all postings.
    pub payment: Decision<Payment>,
    /// The invoices whose balance changed.
    pub invoices: Vec<Decision<Invoice>>,
    /// The patient's invoice set, where it changed.
    pub set: Option<Decision<InvoiceSet>>,
}

impl Settlement {
    /// With what the invoices' new balances do to the patient's invoice set; `before` are the invoices as they were.
    pub(super) fn of(
        payment: Decision<Payment>,
        invoices: Vec<Decision<Invoice>>,
        before: &[Invoice],
        set: Option<&InvoiceSet>,
    ) -> Self {
        let set = set.and_then(|set| set.balances_changed(changes(&invoices, before)));
        Self { payment, invoices, set }
    }
}

fn changes<'a>(
    after: &'a [Decision<Invoice>],
    before: &'a [Invoice],
) -> impl Iterator<Item = (&'a Invoice, &'a Invoice)> {
    after.iter().filter_map(|after| {
        let before = before.iter().find(|before| before.id == after.state.id)?;
        Some((before, &after.state))
    })
}

/// Applies money that has been received, `account` being where it now is, to the payment's invoices as far as they
/// take it; the rest is the patient's credit. Received money is never refused and never disappears: an invoice that
/// was paid, voided or changed meanwhile takes what it can.
///
/// # Errors
/// Only where a sum overflows.
pub fn settle(
    received: Decision<Payment>,
    account: Account,
    invoices: &[Invoice],
    set: Option<&InvoiceSet>,
) -> Result<Settlement, Refusal> {
    let mut payment = received.state;
    let mut paid: Vec<Decision<Invoice>> = Vec::new();
    let mut allocations: Vec<Allocation> = Vec::new();
    let mut postings = vec![Posting::debit(account, payment.amount.cents())];
    // Less may have been captured than was meant for the invoices.
    let mut left = payment.amount.cents();
    for wanted in &payment.allocations {
        let found = invoices.iter().find(|invoice| invoice.id == wanted.invoice);
        let wanted = Amount::try_from(wanted.amount.cents().min(left)).ok();
        let Some((invoice, amount)) = found.zip(wanted).and_then(|(i, wanted)| Some((i, i.takes(wanted)?)))
        else {
            continue;
        };
        let received_at = payment.paid_at.unwrap_or(payment.created_at);
        paid.push(invoice.apply(payment.id, payment.number, amount, received_at)?);
        postings.push(Posting::credit(invoice.credited(), amount.cents()).on(invoice.id));
        allocations.push(Allocation { invoice: invoice.id, amount });
        left = left.checked_sub(amount.cents()).ok_or_else(|| Refusal::too_large("/amount"))?;
    }
    payment.unapplied = left;
    payment.allocations = allocations;
    postings.push(Posting::credit(Account::PatientCredit, left));
    Ok(Settlement::of(Decision { state: payment, events: received.events, postings }, paid, invoices, set))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        InvoiceStatus, PaymentStatus, SetStatus,
        fixtures::{NOW, amount, chased, invoice, meant, payment, received, today},
        payment::{Receipt, Tender},
    };

    #[test]
    fn a_part_pays_what_is_due_first() {
        let (mut late, soon) = (invoice(1, 6_000), invoice(2, 5_000));
        late.date = late.date.succ_opt().unwrap();
        let parts = |cents| Allocation::by_due_date(amount(cents), [&late, &soon]);
        assert_eq!(parts(3_000), [meant(&soon, 3_000)]);
        assert_eq!(parts(5_001), [meant(&soon, 5_000), meant(&late, 1)]);
        assert_eq!(parts(11_000), [meant(&soon, 5_000), meant(&late, 6_000)]);
    }

    #[test]
    fn one_payment_pays_many_invoices_and_the_rest_is_credit() {
        let (a, b) = (invoice(1, 6_000), invoice(2, 5_000));
        let payment = payment(10_000, vec![meant(&a, 6_000), meant(&b, 3_000)]);
        let settled = received(&payment, &[a, b]);
        let statuses: Vec<_> =
            settled.invoices.iter().map(|d| (d.state.status, d.state.balance().get())).collect();
        assert_eq!(statuses, [(InvoiceStatus::Paid, 0), (InvoiceStatus::Open, 2_000)]);
        assert_eq!(settled.payment.state.unapplied, Cents::new(1_000));
        assert_eq!(settled.payment.state.status, PaymentStatus::Paid);
    }

    #[test]
    fn money_for_an_invoice_that_was_paid_or_voided_meanwhile_becomes_credit() {
        let open = invoice(1, 6_000);
        let payment = payment(6_000, vec![meant(&open, 6_000)]);
        let void = open.delete().unwrap().state;
        for meanwhile in [vec![void], vec![]] {
            let settled = received(&payment, &meanwhile);
            assert_eq!(settled.payment.state.unapplied, Cents::new(6_000));
            assert!(settled.payment.state.allocations.is_empty() && settled.invoices.is_empty());
        }
    }

    #[test]
    fn a_patient_is_chased_for_what_is_left() {
        let bill = invoice(1, 6_000);
        let set = chased(&bill);
        let receipt = Receipt { tender: Tender::Cash, received_on: today() };
        let pay = |cents| {
            let received = payment(cents, vec![meant(&bill, cents)]).record(&receipt, today(), NOW).unwrap();
            let invoices = std::slice::from_ref(&bill);
            settle(received, Account::CashDrawer, invoices, Some(&set)).unwrap().set.unwrap().state
        };
        assert_eq!((pay(2_000).status, pay(2_000).outstanding().get()), (SetStatus::Active, 4_000));
        assert_eq!(pay(6_000).status, SetStatus::Paid);
    }

    #[test]
    fn staff_cannot_allocate_more_than_was_paid_or_one_invoice_twice() {
        let (a, b) = (invoice(1, 6_000), invoice(2, 5_000));
        let amount = amount(10_000);
        assert!(Allocation::check(&[meant(&a, 6_000), meant(&b, 4_000)], amount).is_ok());
        assert!(Allocation::check(&[meant(&a, 6_000), meant(&b, 4_001)], amount).is_err());
        assert!(Allocation::check(&[meant(&a, 1), meant(&a, 1)], amount).is_err());
        let many: Vec<Allocation> = (0..26).map(|n| meant(&invoice(n, 100), 1)).collect();
        assert!(Allocation::check(&many, amount).is_err() && Allocation::check(&many[1..], amount).is_ok());
    }

    #[test]
    fn a_payment_is_received_once() {
        let receipt = Receipt { tender: Tender::Cash, received_on: today() };
        let paid = received(&payment(100, vec![]), &[]).payment.state;
        assert!(paid.record(&receipt, today(), NOW).is_err());
        let tomorrow = Receipt { tender: Tender::Cash, received_on: today().succ_opt().unwrap() };
        assert!(payment(100, vec![]).record(&tomorrow, today(), NOW).is_err());
    }

    proptest! {
        #[test]
        fn received_money_is_conserved(
            amount in 1_i64..=9_999_999,
            bills in proptest::collection::vec((1_i64..=999_999, 1_i64..=999_999), 0..25),
        ) {
            let invoices: Vec<Invoice> = bills.iter().zip(1..).map(|((bill, _), n)| invoice(n, *bill)).collect();
            let allocations: Vec<Allocation> =
                invoices.iter().zip(&bills).map(|(invoice, (_, wanted))| meant(invoice, *wanted)).collect();
            prop_assume!(Allocation::check(&allocations, amount.try_into().unwrap()).is_ok());
            let settled = received(&payment(amount, allocations), &invoices);
            let payment = &settled.payment.state;
            let applied: i64 = payment.allocations.iter().map(|a| a.amount.cents().get()).sum();
            prop_assert_eq!(applied + payment.unapplied.get(), amount, "allocations and credit are the amount");
            let fell: i64 = settled.invoices.iter().map(|d| {
                let before = invoices.iter().find(|i| i.id == d.state.id).unwrap();
                before.balance().get() - d.state.balance().get()
            }).sum();
            prop_assert_eq!(fell, applied, "balances fall by what was applied");
            let posted: i64 = settled.payment.postings.iter().map(|p| p.cents.get()).sum();
            prop_assert_eq!(posted, 0, "postings balance");
            prop_assert!(settled.invoices.iter().all(|d| d.state.balance() >= Cents::ZERO));
        }
    }
}
