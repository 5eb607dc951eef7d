//! What the domain's tests start from: Ada, what she owes, what she pays.

use std::num::NonZeroU32;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    Account, Amount, AttemptId, Currency, Invoice, InvoiceId, InvoiceSet, Number, PatientId, Payment,
    PaymentId, Posting, Practice, RefundId, RuleSet, RuleSetId, SetId,
    invoice::{Charges, InvoiceLine, Terms},
    patient::{Contact, PatientDetails},
    payment::{Allocation, AttemptMeans, NewPayment, Receipt, Settlement, Tender, settle},
    practice::{IdentityCheck, PayPageSettings},
    recipient::{Recipient, Unreachable},
};

pub(crate) const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn today() -> NaiveDate {
    day("2026-06-01")
}

pub(crate) fn details(contact: Contact) -> PatientDetails {
    PatientDetails {
        external_id: None,
        first_name: "Ada".try_into().unwrap(),
        last_name: "Lovelace".try_into().unwrap(),
        birth_date: day("1980-12-10"),
        postal_code: None,
        contact,
        guarantor: None,
        time_zone: None,
        language: None,
        deceased: false,
    }
}

pub(crate) fn number() -> Number {
    Number::new(NonZeroU32::MIN)
}

pub(crate) fn amount(cents: i64) -> Amount {
    cents.try_into().unwrap()
}

pub(crate) fn attempt(n: u128) -> AttemptId {
    AttemptId::new(Uuid::from_u128(n))
}

pub(crate) fn refund(n: u128) -> RefundId {
    RefundId::new(Uuid::from_u128(n))
}

pub(crate) fn charges(cents: &[i64], discount: Option<&str>) -> Charges {
    let lines = cents.iter().zip(1..).map(|(cents, number)| InvoiceLine {
        number,
        code: None,
        description: "Visit".try_into().unwrap(),
        quantity: 1.try_into().unwrap(),
        unit_price: amount(*cents),
        discount: None,
        treatment: None,
    });
    Charges { lines: lines.collect(), discount: discount.map(|text| text.parse().unwrap()) }
}

pub(crate) fn terms() -> Terms {
    Terms { location: None, payment_type: None, date: today(), term: 30.try_into().unwrap() }
}

pub(crate) fn draft(n: u128, charges: Charges) -> Invoice {
    let id = InvoiceId::new(Uuid::from_u128(n));
    let patient = (PatientId::new(Uuid::nil()), "Ada Lovelace".try_into().unwrap());
    Invoice::create(id, number(), patient, Currency::Usd, charges, terms(), today(), NOW).unwrap().state
}

/// A practice that takes the whole of what is owed alone.
pub(crate) fn practice() -> Practice {
    Practice {
        id: "prac_riverside".parse().unwrap(),
        name: "Riverside".try_into().unwrap(),
        phone: "+16175550100".to_owned().try_into().unwrap(),
        email: "billing@riverside.example".to_owned().try_into().unwrap(),
        time_zone: chrono_tz::UTC,
        currency: Currency::Usd,
        identity_check: IdentityCheck::DateOfBirth,
        pay_page: PayPageSettings::default(),
        locations: Vec::new(),
        text_number: None,
        outreach: crate::practice::OutreachSettings::default(),
        link_days: 30,
        chase_after_days: 1,
        rule_set: RuleSetId::new(Uuid::nil()),
        rule_set_version: 1,
        copays: crate::appointment::CopayRule::Off,
        calendar: crate::practice::Calendar::default(),
    }
}

/// An open invoice over one line.
pub(crate) fn invoice(n: u128, cents: i64) -> Invoice {
    draft(n, charges(&[cents], None)).send(&[], NOW).unwrap().state
}

/// The set that chases an invoice.
pub(crate) fn chased(invoice: &Invoice) -> InvoiceSet {
    let rules = RuleSet::standard(RuleSetId::new(Uuid::nil())).unwrap();
    let first_name = "Ada".try_into().unwrap();
    let recipient = Recipient {
        first_name,
        email: Err(Unreachable::NoAddress),
        phone: Err(Unreachable::NoNumber),
        language: crate::Language::En,
        zone: chrono_tz::UTC,
        practice_zone: chrono_tz::UTC,
        calendar: crate::practice::Calendar::default(),
        deceased: false,
    };
    let id = SetId { patient: invoice.patient, ordinal: 1 };
    InvoiceSet::start(id, invoice, &rules, &recipient, day("2026-07-01"), NOW).state
}

/// A payment that is asked for.
pub(crate) fn payment(cents: i64, allocations: Vec<Allocation>) -> Payment {
    let new = NewPayment {
        id: PaymentId::new(Uuid::nil()),
        number: number(),
        patient: PatientId::new(Uuid::nil()),
        patient_name: "Ada Lovelace".try_into().unwrap(),
        amount: amount(cents),
        currency: Currency::Usd,
        payment_type: None,
        treatment: None,
        appointment: None,
        due_date: None,
        memo: None,
        link: None,
        allocations,
    };
    Payment::create(new, false, NOW).state
}

pub(crate) fn meant(invoice: &Invoice, cents: i64) -> Allocation {
    Allocation { invoice: invoice.id, amount: amount(cents) }
}

/// The payment, received at the desk.
pub(crate) fn received(payment: &Payment, invoices: &[Invoice]) -> Settlement {
    let receipt = Receipt { tender: Tender::Cash, received_on: today() };
    let received = payment.record(&receipt, today(), NOW).unwrap();
    settle(received, Account::CashDrawer, invoices, None).unwrap()
}

/// The payment, received by the processor.
pub(crate) fn charged(payment: &Payment, invoices: &[Invoice]) -> Settlement {
    let started =
        payment.start_attempt(attempt(1), AttemptMeans::Hosted { session: None, keep: None }, NOW).unwrap();
    let succeeded = started.state.attempt_succeeded(attempt(1), "pi_1", NOW).unwrap();
    settle(succeeded, Account::ProcessorClearing, invoices, None).unwrap()
}

/// The invoices after a settlement of theirs.
pub(crate) fn after(settlement: &Settlement, invoices: &[Invoice]) -> Vec<Invoice> {
    let changed = |invoice: &Invoice| settlement.invoices.iter().find(|d| d.state.id == invoice.id);
    invoices.iter().map(|invoice| changed(invoice).map_or(invoice, |d| &d.state).clone()).collect()
}

/// What postings do to an account, in cents.
pub(crate) fn effect(postings: &[Posting], account: Account) -> i64 {
    postings.iter().filter(|p| p.account == account).map(|p| p.cents.get()).sum()
}
