//! What was paid and given back.

use maud::html;
use paywell_app::portal::PastTransaction;
use paywell_domain::payment::{PaymentMethod, TransactionKind, TransactionStatus};
use paywell_pages::{Page, Words, say};

use super::ways;
use crate::handlers::Visit;

/// Payments and refunds, the latest first.
pub(crate) fn history(visit: &Visit, path: &str, transactions: &[PastTransaction]) -> Page {
    let words = visit.words;
    let title = say!(words, "portal-history");
    let content = html! {
        (ways(visit, path))
        h1 { (title) }
        @if transactions.is_empty() { p { (say!(words, "portal-history-none")) } }
        @else {
            section {
                ul class="bills" {
                    @for moved in transactions {
                        li {
                            div {
                                p { strong { (what(words, moved)) " · " (words.money(moved.currency, moved.amount)) } }
                                p class="quiet" {
                                    (words.date(moved.on)) " · " (moved.first_name) " · " (moved.number) " · "
                                    (method(words, moved.method))
                                    @if moved.status == TransactionStatus::Pending {
                                        " · " (say!(words, "portal-pending"))
                                    }
                                }
                                @if let Some(receipt) = &moved.receipt {
                                    p { a href=(receipt) { (say!(words, "portal-receipt", number = moved.number.as_str())) } }
                                    @if moved.status == TransactionStatus::Succeeded {
                                        p { a href={ (receipt) "/receipt.pdf" } { (say!(words, "portal-receipt-pdf", number = moved.number.as_str())) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    visit.frame(path).page(&title, &content)
}

fn what(words: Words, moved: &PastTransaction) -> String {
    match moved.kind {
        TransactionKind::Charge => say!(words, "portal-payment"),
        TransactionKind::Refund => say!(words, "portal-refund"),
        TransactionKind::Dispute => say!(words, "portal-dispute"),
    }
}

fn method(words: Words, method: PaymentMethod) -> String {
    match method {
        PaymentMethod::Cash => say!(words, "portal-by-cash"),
        PaymentMethod::Check => say!(words, "portal-by-check"),
        PaymentMethod::ExternalCard => say!(words, "portal-by-terminal"),
        PaymentMethod::Online => say!(words, "portal-online"),
        PaymentMethod::OnFile => say!(words, "portal-on-file"),
    }
}
