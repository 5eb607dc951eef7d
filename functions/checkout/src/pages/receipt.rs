//! The page that the processor's page returns to: receipt, on its way, not finished, or refused.

use maud::{Markup, html};
use paywell_app::pay::ReceiptPage;
use paywell_domain::{PaymentStatus, payment::Decline};
use paywell_pages::{Frame, Page, Words, say};

/// How long the page waits before it looks again for the processor's word, in seconds: longer each time, two minutes in
/// all.
const LOOKS: [u32; 7] = [2, 3, 5, 10, 20, 30, 50];

/// Whether whoever looks has come from paying, and how often the page has looked since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// The page was opened some other time.
    Not,
    /// The word of the processor may be on its way.
    ForWord {
        /// How often the page has looked again.
        looks: usize,
    },
}

impl Waiting {
    /// What the query's `paid` and `look` say; what is no small number counts as the first look.
    pub(crate) fn of(paid: bool, look: Option<&str>) -> Self {
        let looks = look.and_then(|look| look.parse::<u8>().ok()).map_or(0, usize::from);
        if paid { Self::ForWord { looks } } else { Self::Not }
    }

    /// The `Refresh` header of a page that looks again by itself, without a script; none once it has looked for long enough.
    pub(crate) fn refresh(self, page: &ReceiptPage, path: &str) -> Option<String> {
        let Self::ForWord { looks } = self else { return None };
        let is_awaited = page.status == PaymentStatus::Processing && !page.debit;
        let seconds = LOOKS.get(looks).filter(|_| is_awaited)?;
        Some(format!("{seconds}; url={path}?paid&look={}", looks + 1))
    }
}

/// Where a payment stands, for whoever made it.
pub(crate) fn receipt(frame: &Frame<'_>, page: &ReceiptPage, token: &str, waiting: Waiting) -> Page {
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
                (kept(words, page))
            },
        ),
        PaymentStatus::Processing if matches!(waiting, Waiting::ForWord { looks } if looks >= LOOKS.len()) => {
            (
                say!(words, "receipt-slow-title"),
                html! {
                    p role="status" { (say!(words, "receipt-slow-text", amount = amount)) }
                    p { (say!(words, "receipt-slow-next")) }
                },
            )
        }
        PaymentStatus::Processing if waiting != Waiting::Not => (
            say!(words, "receipt-confirming-title"),
            html! {
                p role="status" { (say!(words, "receipt-confirming-text", amount = amount)) }
                p { (say!(words, "receipt-confirming-next")) }
            },
        ),
        PaymentStatus::Processing if page.can_continue => (
            say!(words, "receipt-unpaid-title"),
            html! {
                (why(words, page))
                p { (say!(words, "receipt-unpaid-continue")) }
                form method="post" action={ "/pay/receipts/" (token) "/continue" } {
                    button type="submit" { (say!(words, "receipt-unpaid-button", amount = amount)) }
                }
            },
        ),
        PaymentStatus::Failed if page.returned => (
            say!(words, "receipt-returned-title"),
            html! {
                p { (say!(words, "receipt-returned-text", amount = amount)) }
                (why(words, page))
                p { (say!(words, "receipt-returned-next")) }
            },
        ),
        PaymentStatus::Failed => (
            say!(words, "receipt-failed-title"),
            html! {
                p { (say!(words, "receipt-failed-text", amount = amount)) }
                (why(words, page))
                p { (say!(words, "receipt-failed-next")) }
            },
        ),
        _ => (
            say!(words, "receipt-unpaid-title"),
            html! {
                (why(words, page))
                p { (say!(words, "receipt-unpaid-text")) }
            },
        ),
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
        (kept(words, page))
        p { a href={ "/pay/receipts/" (token) "/receipt.pdf" } { (say!(words, "receipt-pdf")) } }
    };
    (say!(words, "receipt-paid-title"), content)
}

/// Why the bank refused, in the bank's name: where it was told.
fn why(words: Words, page: &ReceiptPage) -> Markup {
    html! {
        @if let Some(decline) = page.decline {
            p { (say!(words, "decline-reason", reason = reason(words, decline))) }
        }
    }
}

fn reason(words: Words, decline: Decline) -> String {
    match decline {
        Decline::InsufficientFunds => say!(words, "decline-insufficient-funds"),
        Decline::CardExpired => say!(words, "decline-card-expired"),
        Decline::WrongSecurityCode => say!(words, "decline-wrong-security-code"),
        Decline::WrongNumber => say!(words, "decline-wrong-number"),
        Decline::TryAgain => say!(words, "decline-try-again"),
        Decline::ConfirmationNeeded => say!(words, "decline-confirmation-needed"),
        Decline::LimitReached => say!(words, "decline-limit-reached"),
        Decline::NotSupported => say!(words, "decline-not-supported"),
        Decline::AccountClosed => say!(words, "decline-account-closed"),
        Decline::NoAccount => say!(words, "decline-no-account"),
        Decline::NotAuthorized => say!(words, "decline-not-authorized"),
        Decline::AccountRestricted => say!(words, "decline-account-restricted"),
        Decline::NoReason => say!(words, "decline-no-reason"),
    }
}

/// That the method is kept, and where it is taken off again.
fn kept(words: Words, page: &ReceiptPage) -> Markup {
    html! {
        @if let Some(portal) = &page.kept {
            p { (say!(words, "receipt-kept")) " " a href=(portal) { (say!(words, "receipt-kept-where")) } }
        }
    }
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
            decline: None,
            returned: false,
            kept: None,
        }
    }

    #[test]
    fn the_page_looks_again_ever_later_and_then_says_that_it_takes_longer() {
        let processing = page(PaymentStatus::Processing);
        let mut waited = Vec::new();
        let mut waiting = Waiting::of(true, None);
        while let Some(refresh) = waiting.refresh(&processing, "/pay/receipts/t") {
            let (seconds, look) = refresh.split_once("; url=/pay/receipts/t?paid&look=").unwrap();
            waited.push(seconds.parse::<u32>().unwrap());
            waiting = Waiting::of(true, Some(look));
        }
        assert!(waited.is_sorted() && waited.iter().sum::<u32>() == 120, "{waited:?}");
        let words = frame(Language::En, None).words;
        let last = receipt(&frame(Language::En, None), &processing, "t", waiting);
        assert!(last.html().contains(&say!(words, "receipt-slow-title")));
        for other in [page(PaymentStatus::Paid), ReceiptPage { debit: true, ..processing.clone() }] {
            assert_eq!(Waiting::of(true, None).refresh(&other, "/"), None);
        }
        assert_eq!(Waiting::of(false, None).refresh(&processing, "/"), None);
        for odd in ["", "-1", "256", "x", "1e9"] {
            assert_eq!(Waiting::of(true, Some(odd)), Waiting::ForWord { looks: 0 }, "{odd}");
        }
    }

    #[test]
    fn a_receipt_says_whether_the_method_was_kept_and_where_it_is_removed() {
        for language in Language::ALL {
            let frame = frame(language, None);
            let link = "href=\"/portal/prac_riverside/methods\"";
            let debit = ReceiptPage { debit: true, ..page(PaymentStatus::Processing) };
            for (page, is_said) in [
                (page(PaymentStatus::Paid), true),
                (page(PaymentStatus::Refunded), true),
                (debit, true),
                (page(PaymentStatus::Failed), false),
            ] {
                let kept =
                    ReceiptPage { kept: Some("/portal/prac_riverside/methods".to_owned()), ..page.clone() };
                let shown = receipt(&frame, &kept, "t", Waiting::Not).html().to_owned();
                let is_linked = shown.contains(link) && shown.contains(&say!(frame.words, "receipt-kept"));
                assert_eq!(is_linked, is_said, "{:?}", page.status);
                assert!(!receipt(&frame, &page, "t", Waiting::Not).html().contains(link));
            }
        }
    }

    #[test]
    fn a_refusal_says_why_and_says_that_no_money_moved_only_where_none_did() {
        for language in Language::ALL {
            let frame = frame(language, None);
            let words = frame.words;
            let shown = |page: &ReceiptPage| receipt(&frame, page, "t", Waiting::Not).html().to_owned();
            let mut reasons = std::collections::BTreeSet::new();
            for decline in Decline::ALL {
                let why = reason(words, decline);
                for status in [PaymentStatus::Failed, PaymentStatus::Processing, PaymentStatus::Pending] {
                    let declined = ReceiptPage { decline: Some(decline), ..page(status) };
                    assert!(shown(&declined).contains(&why), "{decline:?} {status:?}");
                    assert!(!shown(&page(status)).contains(&why));
                }
                let paid = ReceiptPage { decline: Some(decline), ..page(PaymentStatus::Paid) };
                assert!(!shown(&paid).contains(&why), "a try before it was paid");
                reasons.insert(why);
            }
            assert_eq!(reasons.len(), Decline::ALL.len());
            let (refused, next) =
                (say!(words, "receipt-failed-text", amount = "$123.45"), say!(words, "receipt-failed-next"));
            let failed = shown(&page(PaymentStatus::Failed));
            assert!(failed.contains(&refused) && failed.contains(&next));
            let returned = shown(&ReceiptPage { returned: true, ..page(PaymentStatus::Failed) });
            assert!(!returned.contains(&refused) && returned.contains(&say!(words, "receipt-returned-next")));
        }
    }

    #[test]
    fn every_state_says_whether_money_moved() {
        let practice = practice();
        for language in Language::ALL {
            let frame = frame(language, Some(&practice));
            let words = frame.words;
            let shown = |status, came| {
                let waiting = Waiting::of(came, None);
                receipt(&frame, &page(status), "t", waiting).html().to_owned()
            };
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
            assert!(receipt(&frame, &debit, "t", Waiting::of(true, None)).html().contains(&next));
        }
    }
}
