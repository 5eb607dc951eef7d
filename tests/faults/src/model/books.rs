//! The model: what a careful person with a notebook would have written.

use std::collections::BTreeMap;

use paywell_domain::{Account, InvoiceStatus, PaymentStatus};

use super::Site;

/// An invoice in the notebook, in cents.
#[derive(Debug, Clone, Default)]
pub(super) struct Bill {
    /// What is owed.
    pub(super) owed: i64,
    /// What was given up and not recovered.
    pub(super) given_up: i64,
    /// What refunds took off what is owed.
    pub(super) not_owed: i64,
    /// Whether giving it up closed it: money that comes in all the same recovers what was given up.
    pub(super) closed: bool,
    /// Whether it is with the agency.
    pub(super) placed: bool,
}

/// A payment in the notebook, in cents.
#[derive(Debug, Clone, Default)]
pub(super) struct Purse {
    /// Not applied to any invoice.
    pub(super) credit: i64,
    /// Applied, by invoice.
    pub(super) on: BTreeMap<String, i64>,
    /// On its way back to the patient.
    pub(super) in_flight: i64,
}

/// The notebook.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    pub(super) bills: BTreeMap<String, Bill>,
    pub(super) purses: BTreeMap<String, Purse>,
    /// Money at the desk and in the bank.
    pub(super) desk: i64,
    /// Money at the processor, that it will pay out.
    pub(super) processor: i64,
    /// Money that the processor holds back.
    pub(super) held_back: i64,
    /// Money that is gone for good.
    pub(super) lost: i64,
}

impl Site {
    /// Every figure that differs: its name, the domain's, the model's.
    pub(super) fn differences(&self) -> Vec<(String, i64, i64)> {
        let mut compared = Vec::new();
        for invoice in &self.invoices {
            let id = invoice.id.to_string();
            let bill = self.books.bills.get(&id).cloned().unwrap_or_default();
            compared.push((format!("balance {id}"), invoice.balance().get(), bill.owed));
            compared.push((
                format!("journal {id}"),
                self.by_invoice.get(&id).copied().unwrap_or_default(),
                bill.owed,
            ));
            compared.push((format!("given up {id}"), invoice.written_off().get(), bill.given_up));
            let placed = i64::from(invoice.status == InvoiceStatus::InCollections);
            compared.push((format!("placed {id}"), placed, i64::from(bill.placed)));
            let paid = matches!(invoice.status, InvoiceStatus::Paid);
            compared.push((format!("paid {id}"), i64::from(paid && bill.owed != 0), 0));
            compared.push((format!("below nothing {id}"), bill.owed.min(0) + bill.given_up.min(0), 0));
        }
        for payment in &self.payments {
            let id = payment.id.to_string();
            let purse = self.books.purses.get(&id).cloned().unwrap_or_default();
            compared.push((format!("credit {id}"), payment.unapplied.get(), purse.credit));
            if payment.paid_at.is_some() {
                let on: i64 = payment.allocations.iter().map(|a| a.amount.cents().get()).sum();
                compared.push((format!("applied {id}"), on, purse.on.values().sum()));
            }
            compared.push((format!("in flight {id}"), payment.refunds_pending().get(), purse.in_flight));
            let sent_back =
                matches!(payment.status, PaymentStatus::Refunded) && payment.refundable().is_positive();
            compared.push((format!("refunded with something left {id}"), i64::from(sent_back), 0));
            compared.push((format!("below nothing {id}"), purse.credit.min(0), 0));
        }
        let ledger = |account| self.ledger.get(&account).copied().unwrap_or_default();
        let bills = || self.books.bills.values();
        let purses = || self.books.purses.values();
        let owed = |placed: bool| bills().filter(|bill| bill.placed == placed).map(|bill| bill.owed).sum();
        for (name, domain, model) in [
            ("receivable", ledger(Account::PatientReceivable), owed(false)),
            ("in collections", ledger(Account::CollectionsReceivable), owed(true)),
            ("credit", -ledger(Account::PatientCredit), purses().map(|purse| purse.credit).sum()),
            (
                "refunds in flight",
                -ledger(Account::RefundsInFlight),
                purses().map(|purse| purse.in_flight).sum(),
            ),
            ("desk", ledger(Account::CashDrawer) + ledger(Account::Bank), self.books.desk),
            ("processor", ledger(Account::ProcessorClearing), self.books.processor),
            ("held back", ledger(Account::DisputedFunds), self.books.held_back),
            ("lost", ledger(Account::Losses), self.books.lost),
            ("given up", ledger(Account::WriteOffs), bills().map(|bill| bill.given_up).sum()),
            ("all accounts", self.ledger.values().sum(), 0),
        ] {
            compared.push((name.to_owned(), domain, model));
        }
        compared.retain(|(_, domain, model)| domain != model);
        compared
    }

    /// By how many cents the domain and the model differ.
    pub(super) fn cents_off(&self) -> u64 {
        self.differences().iter().map(|(_, domain, model)| domain.abs_diff(*model)).sum()
    }
}
