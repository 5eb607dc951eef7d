//! All that is owed.

use maud::{Markup, html};
use paywell_app::portal::{Home, HomeInvoice, HomePatient};
use paywell_domain::{Cents, invoice::ShownStatus, payment::MAX_ALLOCATIONS};
use paywell_pages::{Page, say};

use super::{status, ways};
use crate::handlers::Visit;

/// The first page of whoever is signed in; `none` says that they wanted to pay, and had chosen no bill.
pub(crate) fn home(visit: &Visit, path: &str, home: &Home, none: bool) -> Page {
    let words = visit.words;
    let money = |cents: Cents| words.money(home.currency, cents);
    let is_family = home.patients.len() > 1;
    let owes = home.patients.iter().any(|patient| !patient.invoices.is_empty());
    let content = html! {
        (ways(visit, path))
        h1 { (say!(words, "pay-hello", name = home.first_name.as_str())) }
        @if none { p class="note" role="alert" { (say!(words, "portal-none-chosen")) } }
        p class="owed" {
            span { (say!(words, "pay-owed")) }
            strong { (money(home.total)) }
            span { (say!(words, "pay-to", practice = visit.card.name.as_str())) }
        }
        @if !owes { p { (say!(words, "portal-nothing-owed")) } }
        @for patient in home.patients.iter().filter(|patient| is_family || !patient.invoices.is_empty()) {
            (of_patient(visit, patient, is_family, &money))
        }
    };
    visit.frame(path).page(&say!(words, "portal-bills"), &content)
}

fn of_patient(
    visit: &Visit,
    patient: &HomePatient,
    is_family: bool,
    money: &impl Fn(Cents) -> String,
) -> Markup {
    let (words, id) = (visit.words, patient.id.to_string());
    let payable = patient.invoices.iter().any(|invoice| !invoice.coming);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) {
                @if is_family { (say!(words, "portal-bills-of", name = patient.first_name.as_str())) }
                @else { (say!(words, "portal-bills")) }
            }
            @if patient.credit.is_positive() {
                p class="quiet" { (say!(words, "portal-credit", amount = money(patient.credit))) }
            }
            @if !patient.plan.is_empty() { (plan(visit, patient, money)) }
            @if patient.invoices.is_empty() { p { (say!(words, "portal-nothing-owed")) } }
            @else {
                form method="post" action={ (visit.home()) "/pay" } {
                    input type="hidden" name="form" value=(visit.form);
                    input type="hidden" name="patient" value=(id);
                    ul class="bills" {
                        @for (place, bill) in patient.invoices.iter().enumerate() {
                            (row(visit, bill, place < MAX_ALLOCATIONS, money))
                        }
                    }
                    @if payable { button type="submit" { (say!(words, "portal-pay-chosen")) } }
                }
            }
        }
    }
}

/// The instalments of the payment plan that is kept.
fn plan(visit: &Visit, patient: &HomePatient, money: &impl Fn(Cents) -> String) -> Markup {
    let words = visit.words;
    html! {
        h3 { (say!(words, "portal-plan")) }
        p class="quiet" { (say!(words, "portal-plan-how")) }
        ul {
            @for part in &patient.plan {
                @let (date, amount) = (words.date(part.on), money(part.amount));
                @if part.taken { li { (say!(words, "portal-plan-paid", date = date, amount = amount)) } }
                @else { li { (say!(words, "portal-plan-due", date = date, amount = amount)) } }
            }
        }
    }
}

/// A bill; `chosen` where it is among the first that can be paid at once.
fn row(visit: &Visit, bill: &HomeInvoice, chosen: bool, money: &impl Fn(Cents) -> String) -> Markup {
    let (words, id) = (visit.words, bill.id.to_string());
    html! {
        li {
            @if !bill.coming { input type="checkbox" id=(id) name=(id) value="on" checked[chosen]; }
            div {
                label for=[(!bill.coming).then_some(&id)] { (bill.number) " · " (money(bill.balance)) }
                p class={ "quiet" @if bill.status == ShownStatus::Overdue { " late" } } {
                    @if bill.coming { (say!(words, "portal-coming")) }
                    @else {
                        (status(words, bill.status)) " · "
                        (say!(words, "bill-due", date = words.date(bill.due)))
                    }
                }
                p { a href={ (visit.home()) "/invoices/" (id) } { (say!(words, "portal-details", number = bill.number.as_str())) } }
            }
        }
    }
}
