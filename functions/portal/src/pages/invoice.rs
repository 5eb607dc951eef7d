//! An invoice with its details.

use maud::{Markup, html};
use paywell_app::portal::InvoicePage;
use paywell_domain::{Cents, number::Series};
use paywell_pages::{Page, say};

use super::{status, ways};
use crate::handlers::Visit;

/// What an invoice is for, what was paid of it, and what is left.
pub(crate) fn invoice(visit: &Visit, path: &str, page: &InvoicePage) -> Page {
    let (words, invoice) = (visit.words, &page.invoice);
    let number = Series::Invoice.show(invoice.number);
    let money = |cents: Cents| words.money(invoice.currency, cents);
    let content = html! {
        (ways(visit, path))
        h1 { (number) }
        p {
            (page.first_name) " · " (words.date(invoice.date))
            @if let Some(location) = &page.location { " · " (location) }
        }
        p class="quiet" {
            (status(words, page.status)) " · " (say!(words, "bill-due", date = words.date(invoice.due_date())))
        }
        section {
            (lines(visit, page, &number, &money))
        }
        @if invoice.is_chaseable() {
            form method="post" action={ (visit.home()) "/pay" } {
                input type="hidden" name="form" value=(visit.form);
                input type="hidden" name="patient" value=(page.patient);
                input type="hidden" name=(invoice.id) value="on";
                button type="submit" { (say!(words, "pay-button", amount = money(invoice.balance()))) }
            }
        }
        p { a href=(visit.home()) { (say!(words, "portal-all-bills")) } }
    };
    visit.frame(path).page(&number, &content)
}

fn lines(visit: &Visit, page: &InvoicePage, number: &str, money: &impl Fn(Cents) -> String) -> Markup {
    let (words, invoice) = (visit.words, &page.invoice);
    let adjusted = invoice.adjusted();
    html! {
        table {
            caption class="hidden" { (say!(words, "bill-table", number = number)) }
            thead class="hidden" {
                tr {
                    th scope="col" { (say!(words, "bill-service")) }
                    th scope="col" { (say!(words, "bill-amount")) }
                }
            }
            tbody {
                @for (line, net) in invoice.lines.iter().zip(invoice.totals().line_nets) {
                    tr { td { (line.description) } td { (money(net)) } }
                }
                @if !adjusted.is_zero() { tr { td { (say!(words, "bill-adjustments")) } td { (money(adjusted)) } } }
                @for movement in &page.movements {
                    @let day = words.date(visit.signed_in.practice.today(movement.at));
                    tr {
                        td {
                            @if movement.cents.is_positive() {
                                (say!(words, "portal-payment-of", number = movement.payment.as_str(), date = day))
                            } @else {
                                (say!(words, "portal-taken-back", number = movement.payment.as_str(), date = day))
                            }
                        }
                        td { (money(movement.cents.negated())) }
                    }
                }
            }
            tfoot { tr { th scope="row" { (say!(words, "bill-left")) } td { (money(invoice.balance())) } } }
        }
    }
}
