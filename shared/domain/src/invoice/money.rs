//! Money on an invoice: sending it makes it owed, payments make it less.

use chrono::{DateTime, Utc};

use super::{AdjustmentKind, Invoice, InvoiceStatus, Totals};
use crate::{
    Account, Amount, Cents, Decision, EventKind, PaymentId, Posting, Refusal,
    number::{Number, Series},
    recipient::Channel,
};

/// An invoice that took money back whose refund failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The invoice with it.
    pub invoice: Decision<Invoice>,
    /// How much it took.
    pub took: Amount,
    /// The postings on it; they are the payment's.
    pub postings: Vec<Posting>,
}

impl Invoice {
    /// Makes a draft owed, and says by which channels its link goes out. Where discounts leave nothing to pay it is paid at
    /// once.
    ///
    /// # Errors
    /// It is not a draft.
    pub fn send(&self, by: &[Channel], now: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Draft], "sent")?;
        let mut sent = self.clone();
        sent.status = InvoiceStatus::Open;
        sent.sent_at = Some(now);
        let postings = Self::rebill(&Totals::of(&[], None), &sent.totals());
        Ok(Decision::of(sent.settled(), EventKind::invoice_sent(by)).with_postings(postings))
    }

    /// Sends what is owed again, or what is a draft for the first time.
    ///
    /// # Errors
    /// It is neither a draft nor open.
    pub fn send_again(&self, by: &[Channel], now: DateTime<Utc>) -> Result<Decision<Self>, Refusal> {
        if self.status == InvoiceStatus::Draft {
            return self.send(by, now);
        }
        self.require(&[InvoiceStatus::Draft, InvoiceStatus::Open], "sent")?;
        Ok(Decision::of(self.clone(), EventKind::invoice_sent(by)))
    }

    /// Reminds of what is owed.
    ///
    /// # Errors
    /// It is not open.
    pub fn remind(&self) -> Result<Decision<Self>, Refusal> {
        self.require(&[InvoiceStatus::Open], "reminded of")?;
        Ok(Decision::of(self.clone(), EventKind::InvoiceReminded))
    }

    /// Takes money of a payment: what is owed falls by it, and nothing left is paid. Money on a written-off balance is a
    /// recovery: that part is owed again first. The postings are the payment's, against [`Invoice::credited`].
    ///
    /// # Errors
    /// It takes no money, or less than that.
    pub fn apply(
        &self,
        payment: PaymentId,
        number: Number,
        amount: Amount,
        now: DateTime<Utc>,
    ) -> Result<Decision<Self>, Refusal> {
        self.require_takes(amount)?;
        Ok(self.clone().with_money(amount, now)?.told(payment, number, amount))
    }

    /// Refuses an amount that cannot be applied.
    ///
    /// # Errors
    /// It takes no money, or less than that.
    pub fn require_takes(&self, amount: Amount) -> Result<(), Refusal> {
        use InvoiceStatus::{InCollections, Open, WrittenOff};
        self.require(&[Open, InCollections, WrittenOff], "paid")?;
        if self.takes(amount) != Some(amount) {
            let detail = format!(
                "expected at most {}, what {} can take; leave the rest unallocated and it becomes credit",
                self.takeable(),
                Series::Invoice.show(self.number),
            );
            return Err(Refusal::field("/allocations", detail));
        }
        Ok(())
    }

    fn with_money(mut self, amount: Amount, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.status == InvoiceStatus::WrittenOff {
            self.add_adjustment(AdjustmentKind::Recovery, amount.cents(), None, None);
        }
        self.take(amount, now)?;
        Ok(self.settled())
    }

    fn told(self, payment: PaymentId, number: Number, amount: Amount) -> Decision<Self> {
        let event = EventKind::PaymentApplied {
            payment,
            number: Series::Payment.show(number),
            cents: amount,
            balance_cents: self.balance(),
        };
        Decision::of(self, event)
    }

    /// Gives money of a payment back: the balance rises by it, unless a refund makes it not owed again. The postings are
    /// the payment's, by [`Invoice::unapplied_postings`].
    ///
    /// # Errors
    /// Less has been paid on it.
    pub fn unapply(
        &self,
        payment: PaymentId,
        number: Number,
        amount: Amount,
        owed_again: bool,
    ) -> Result<Decision<Self>, Refusal> {
        let applied = self.applied.checked_sub(amount.cents()).filter(|left| *left >= Cents::ZERO);
        let applied =
            applied.ok_or_else(|| Refusal::state("not-applied", "less has been paid on this invoice"))?;
        let mut given = Self { applied, ..self.clone() };
        if !owed_again {
            given.add_adjustment(AdjustmentKind::Refund, amount.cents().negated(), None, None);
        }
        let given = given.settled();
        let event = EventKind::PaymentUnapplied {
            payment,
            number: Series::Payment.show(number),
            cents: amount,
            owed_again,
            balance_cents: given.balance(),
        };
        Ok(Decision::of(given, event))
    }

    /// The postings of [`Invoice::unapply`] on this invoice: what is owed again, or adjusted instead.
    pub fn unapplied_postings(&self, amount: Amount, owed_again: bool) -> Vec<Posting> {
        let account = if owed_again { self.receivable() } else { Account::Adjustments };
        vec![Posting::debit(account, amount.cents()).on(self.id)]
    }

    /// Takes back money whose refund failed, as far as it still can; with what the refund made not owed, unless staff made
    /// that owed meanwhile. None where it can take nothing any more.
    ///
    /// # Errors
    /// Where a sum overflows.
    pub fn restore(
        &self,
        payment: PaymentId,
        number: Number,
        amount: Amount,
        owed_again: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<Restored>, Refusal> {
        if !matches!(
            self.status,
            InvoiceStatus::Open
                | InvoiceStatus::Paid
                | InvoiceStatus::InCollections
                | InvoiceStatus::WrittenOff
        ) {
            return Ok(None);
        }
        let not_owed = if owed_again { Cents::ZERO } else { amount.cents().min(self.refunded_away()) };
        let (mut restored, mut postings, mut took) = (self.clone(), Vec::new(), not_owed);
        if let Ok(back) = Amount::try_from(not_owed) {
            restored.add_adjustment(AdjustmentKind::Refund, not_owed, None, None);
            restored.take(back, now)?;
            postings.push(Posting::credit(Account::Adjustments, not_owed).on(self.id));
        }
        let rest = amount.cents().checked_sub(not_owed).and_then(|rest| Amount::try_from(rest).ok());
        if let Some(rest) = rest.and_then(|rest| self.takes(rest)) {
            restored = restored.with_money(rest, now)?;
            postings.push(Posting::credit(self.credited(), rest.cents()).on(self.id));
            took = took.checked_add(rest.cents()).ok_or_else(|| Refusal::too_large("/amount"))?;
        }
        let Ok(took) = Amount::try_from(took) else { return Ok(None) };
        Ok(Some(Restored { invoice: restored.told(payment, number, took), took, postings }))
    }

    fn take(&mut self, amount: Amount, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.applied_at = Some(now);
        let applied = self.applied.checked_add(amount.cents());
        self.applied = applied.ok_or_else(|| Refusal::too_large("/allocations"))?;
        Ok(())
    }

    /// How much of an amount this invoice can still take.
    pub fn takes(&self, amount: Amount) -> Option<Amount> {
        Amount::try_from(amount.cents().min(self.takeable())).ok()
    }

    fn takeable(&self) -> Cents {
        match self.status {
            InvoiceStatus::Open | InvoiceStatus::InCollections => self.balance(),
            InvoiceStatus::WrittenOff => self.written_off(),
            InvoiceStatus::Draft | InvoiceStatus::Deleted | InvoiceStatus::Paid | InvoiceStatus::Void => {
                Cents::ZERO
            }
        }
    }

    /// The account that money applied to it credits: where it is owed, or where it was given up.
    pub const fn credited(&self) -> Account {
        match self.status {
            InvoiceStatus::WrittenOff => Account::WriteOffs,
            _ => self.receivable(),
        }
    }

    /// Owed with nothing left is paid; paid or given up with something left is open again; given up and all of it
    /// recovered is paid.
    pub(super) fn settled(mut self) -> Self {
        use InvoiceStatus::{InCollections, Open, Paid, WrittenOff};
        self.status = match (self.status, self.balance().is_positive()) {
            (Open | InCollections, false) => Paid,
            (Paid | WrittenOff, true) => Open,
            (WrittenOff, false) if !self.written_off().is_positive() => Paid,
            (status, _) => status,
        };
        self
    }

    /// The postings that take the books from one billing to another.
    pub(super) fn rebill(before: &Totals, after: &Totals) -> Vec<Posting> {
        let change = |a: Cents, b: Cents| b.checked_sub(a).unwrap_or(Cents::ZERO);
        vec![
            Posting::debit(Account::PatientReceivable, change(before.total, after.total)),
            Posting::debit(Account::Discounts, change(before.discounts, after.discounts)),
            Posting::credit(Account::Charges, change(before.gross, after.gross)),
        ]
    }
}

#[cfg(test)]
mod tests;
