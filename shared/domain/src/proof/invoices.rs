//! What an invoice and an invoice set show, against the journal.

use super::{Books, Subject};
use crate::{Account, Cents, Invoice, InvoiceSet, InvoiceStatus};

/// Whether an account's postings are an invoice's.
pub(super) const fn is_invoices(account: Account) -> bool {
    matches!(
        account,
        Account::PatientReceivable
            | Account::CollectionsReceivable
            | Account::Charges
            | Account::Discounts
            | Account::Adjustments
            | Account::WriteOffs
    )
}

impl Books {
    /// Takes an invoice.
    pub fn invoice(&mut self, invoice: &Invoice) {
        self.proof.counted.invoices = self.proof.counted.invoices.saturating_add(1);
        let subject = Subject::Invoice(invoice.id);
        self.known.insert(subject.clone());
        let balance = invoice.balance();
        let owed_in = match invoice.status {
            InvoiceStatus::InCollections => Account::CollectionsReceivable,
            _ => Account::PatientReceivable,
        };
        self.shows(subject.clone(), owed_in, balance);
        self.of_patient(invoice.patient, owed_in, balance);
        if !balance.is_zero() {
            self.balances.insert(invoice.id, balance);
        }
        let is_billed =
            !matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Deleted | InvoiceStatus::Void);
        if is_billed {
            let totals = invoice.totals();
            self.shows(subject.clone(), Account::Charges, totals.gross.negated());
            self.shows(subject.clone(), Account::Discounts, totals.discounts);
            self.shows(subject.clone(), Account::Adjustments, invoice.adjusted().negated());
            self.shows(subject, Account::WriteOffs, invoice.written_off());
        }
        if !invoice.applied.is_zero() {
            self.applied.entry(invoice.id).or_default().find(invoice.applied);
        }
        self.count("invoice", invoice.status.name(), balance);
        if invoice.status == InvoiceStatus::Open && invoice.applied.is_positive() {
            self.count("invoice", "partly", balance);
        }
    }

    /// Takes an invoice set; `current` is whether it is the patient's, and not an earlier one.
    pub fn set(&mut self, set: &InvoiceSet, current: bool) {
        self.proof.counted.sets = self.proof.counted.sets.saturating_add(1);
        if current {
            self.chased.extend(set.invoices.iter().map(|member| (set.id, member.invoice, member.balance)));
        }
        let outstanding = Cents::checked_sum(set.invoices.iter().map(|member| member.balance));
        self.count("set", set.status.name(), outstanding.unwrap_or(Cents::ZERO));
    }
}
