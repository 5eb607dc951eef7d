//! The page that the processor's page returns to: receipt, on its way, not finished, or refused.

use maud::{Markup, html};
use paywell_app::pay::ReceiptPage;
use paywell_domain::PaymentStatus;
use paywell_pages::{Frame, Page, say};

/// Where a payment stands, for whoever made it.
pub(crate) fn receipt(frame: &Frame<'_>, page: &ReceiptPage, token: &str, came_from_paying: bool) -> Page {
    let words = frame.words;
    let amount = words.money(page.currency, page.amount);
    let (title, content) = match page.status {
        PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => {
            paid(frame, page, token)
        }
        PaymentStatus::Processing if page.debit => (
            say!(words, "receipt-debit-title"),
            html! {
                p { (say!(words, "receipt-debit-text", amount = amount)) }
                p { (say!(words, "receipt-debit-next")) }
            },
        ),
        PaymentStatus::Processing if came_from_paying => (
            say!(words, "receipt-confirming-title"),
            html! {
                p role="status" { (say!(words, "receipt-confirming-text", amount = amount)) }
                p { (say!(words, "receipt-confirming-next")) }
            },
        ),
        PaymentStatus::Processing if page.can_continue => (
            say!(words, "receipt-unpaid-title"),
            html! {
                p { (say!(words, "receipt-unpaid-continue")) }
                form method="post" action={ "/pay/receipts/" (token) "/continue" } {
                    button type="submit" { (say!(words, "receipt-unpaid-button", amount = amount)) }
                }
            },
        ),
        PaymentStatus::Failed => (
            say!(words, "receipt-failed-title"),
            html! {
                p { (say!(words, "receipt-failed-text", amount = amount)) }
                p { (say!(words, "receipt-failed-next")) }
            },
        ),
        _ => (say!(words, "receipt-unpaid-title"), html! { p { (say!(words, "receipt-unpaid-text")) } }),
    };
    frame.page(&title, &html! { h1 { (title) } (content) })
}

fn paid(frame: &Frame<'_>, page: &ReceiptPage, token: &str) -> (String, Markup) {
    let words = frame.words;
    let content = html! {
        p { (say!(words, "receipt-paid-text")) }
        dl {
            dt { (say!(words, "receipt-paid-to")) } dd { (page.practice.name) }
            dt { (say!(words, "receipt-amount")) } dd { (words.money(page.currency, page.amount)) }
            @if let Some(day) = page.paid_on { dt { (say!(words, "receipt-on")) } dd { (words.date(day)) } }
            dt { (say!(words, "receipt-number")) } dd { (page.number) }
            @if let Some(credit) = page.credit {
                dt { (say!(words, "receipt-credit")) } dd { (words.money(page.currency, credit)) }
            }
        }
        p { a href={ "/pay/receipts/" (token) "/receipt.pdf" } { (say!(words, "receipt-pdf")) } }
    };
    (say!(words, "receipt-paid-title"), content)
}

#[cfg(test)]
mod tests {
    use paywell_domain::{Cents, Currency, Language};

    use super::*;
    use crate::pages::fixtures::{frame, practice};

    fn page(status: PaymentStatus) -> ReceiptPage {
        ReceiptPage {
            practice: practice(),
            language: None,
            number: "PAY-001".to_owned(),
            amount: Cents::new(12_345),
            currency: Currency::Usd,
            status,
            can_continue: status == PaymentStatus::Processing,
            debit: false,
            paid_on: None,
            credit: None,
        }
    }

    #[test]
    fn every_state_says_whether_money_moved() {
        let practice = practice();
        for language in Language::ALL {
            let frame = frame(language, Some(&practice));
            let words = frame.words;
            let shown = |status, came| receipt(&frame, &page(status), "t", came).html().to_owned();
            assert!(shown(PaymentStatus::Paid, true).contains(&say!(words, "receipt-paid-text")));
            assert!(shown(PaymentStatus::Paid, true).contains("href=\"/pay/receipts/t/receipt.pdf\""));
            assert!(!shown(PaymentStatus::Processing, true).contains("receipt.pdf"), "there is none yet");
            let title = say!(words, "receipt-confirming-title");
            assert!(shown(PaymentStatus::Processing, true).contains(&title));
            let unmoved = say!(words, "trouble-money");
            assert!(shown(PaymentStatus::Processing, false).contains(&unmoved));
            assert!(shown(PaymentStatus::Pending, false).contains(&unmoved));
            let refused = say!(words, "receipt-failed-text", amount = "$123.45");
            assert!(shown(PaymentStatus::Failed, true).contains(&refused));
            let debit = ReceiptPage { debit: true, ..page(PaymentStatus::Processing) };
            let next = say!(words, "receipt-debit-next");
            assert!(receipt(&frame, &debit, "t", true).html().contains(&next));
        }
    }
}
