//! The page that the processor's page returns to: receipt, on its way, not finished, or refused.

use maud::{Markup, html};
use paywell_app::pay::ReceiptPage;
use paywell_domain::PaymentStatus;

use super::{Page, layout, money};

/// Where a payment stands, for whoever made it.
pub(crate) fn receipt(page: &ReceiptPage, token: &str, came_from_paying: bool) -> Page {
    let amount = money(page.sign, &page.amount);
    let (title, content) = match page.status {
        PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => paid(page, token),
        PaymentStatus::Processing if page.debit => (
            "Your bank payment is on its way",
            html! {
                p { "A payment of " strong { (amount) } " from your bank account was started. It takes a few business days." }
                p { "You don't have to do anything more. Please do not pay again." }
            },
        ),
        PaymentStatus::Processing if came_from_paying => (
            "Confirming your payment",
            html! {
                p role="status" { "The payment processor is confirming your payment of " strong { (amount) } ". This page updates by itself." }
                p { "You can close it: please do not pay again." }
            },
        ),
        PaymentStatus::Processing if page.can_continue => (
            "You have not paid yet",
            html! {
                p { "No money has moved. You can go on where you left off." }
                form method="post" action={ "/pay/receipts/" (token) "/continue" } {
                    button type="submit" { "Continue to pay " (amount) }
                }
            },
        ),
        PaymentStatus::Failed => (
            "The payment did not go through",
            html! {
                p { "Your bank refused the payment of " strong { (amount) } ". No money was taken." }
                p { "Open the link in your message to try again, perhaps with another card or account." }
            },
        ),
        _ => (
            "You have not paid yet",
            html! {
                p { "No money has moved. Open the link in your message to pay." }
            },
        ),
    };
    layout(title, Some(&page.practice), &html! { h1 { (title) } (content) })
}

fn paid(page: &ReceiptPage, token: &str) -> (&'static str, Markup) {
    let content = html! {
        p { "We received your payment. You can keep or print this page as your receipt." }
        dl {
            dt { "Paid to" } dd { (page.practice.name) }
            dt { "Amount" } dd { (money(page.sign, &page.amount)) }
            @if let Some(day) = page.paid_on { dt { "On" } dd { (day.format("%B %-d, %Y")) } }
            dt { "Payment" } dd { (page.number) }
            @if let Some(credit) = &page.credit { dt { "Kept as your credit" } dd { (money(page.sign, credit)) } }
        }
        p { a href={ "/pay/receipts/" (token) "/receipt.pdf" } { "Receipt as a PDF" } }
    };
    ("Thank you", content)
}

#[cfg(test)]
mod tests {
    use paywell_app::pay::PracticeCard;

    use super::*;

    fn page(status: PaymentStatus) -> ReceiptPage {
        ReceiptPage {
            practice: PracticeCard { name: "Riverside".to_owned(), phone: "(617) 555-0100".to_owned() },
            number: "PAY-001".to_owned(),
            amount: "123.45".to_owned(),
            sign: "$",
            status,
            can_continue: status == PaymentStatus::Processing,
            debit: false,
            paid_on: None,
            credit: None,
        }
    }

    #[test]
    fn every_state_says_whether_money_moved() {
        let shown = |status, came| receipt(&page(status), "t", came).into_string();
        assert!(shown(PaymentStatus::Paid, true).contains("We received your payment"));
        assert!(shown(PaymentStatus::Paid, true).contains("href=\"/pay/receipts/t/receipt.pdf\""));
        assert!(!shown(PaymentStatus::Processing, true).contains("receipt.pdf"), "there is none yet");
        assert!(shown(PaymentStatus::Processing, true).contains("Confirming"));
        assert!(shown(PaymentStatus::Processing, false).contains("No money has moved"));
        assert!(shown(PaymentStatus::Pending, false).contains("No money has moved"));
        assert!(shown(PaymentStatus::Failed, true).contains("No money was taken"));
        let debit = ReceiptPage { debit: true, ..page(PaymentStatus::Processing) };
        assert!(receipt(&debit, "t", true).into_string().contains("do not pay again"));
    }
}
