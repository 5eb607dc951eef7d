//! The pages: plain HTML, no script, nothing from elsewhere. Without JavaScript they are whole.

mod methods;
mod pay;
mod receipt;

use std::fmt::Display;

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use paywell_app::pay::{Ended, PracticeCard};
use sha2::{Digest, Sha256};

pub(crate) use methods::{method_left, method_saved};
pub(crate) use pay::{Note, pay};
pub(crate) use receipt::receipt;

const STYLE: &str = include_str!("pages/style.css");

/// A page.
pub(crate) type Page = PreEscaped<String>;

/// What the browser may do on these pages: show our style, send forms to us, and follow Pay to the processor.
pub(crate) fn content_security_policy(hosted_page: &str) -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self' {hosted_page}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

fn layout(title: &str, practice: Option<&PracticeCard>, content: &Markup) -> Page {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { @if let Some(practice) = practice { p { (practice.name) } } }
                main { (content) }
                @if let Some(practice) = practice {
                    footer { p { "Questions? Call " (practice.name) " at " a href=(telephone(practice)) { (practice.phone) } "." } }
                }
            }
        }
    }
}

fn telephone(practice: &PracticeCard) -> String {
    let digits = practice.phone.replace(|c: char| !c.is_ascii_digit() && c != '+', "");
    format!("tel:{digits}")
}

/// An amount as people read it, such as `$1,234.50`.
fn money(sign: &str, amount: impl Display) -> String {
    let amount = amount.to_string();
    let (whole, cents) = amount.split_once('.').unwrap_or((&amount, "00"));
    let mut shown = sign.to_owned();
    for (place, digit) in (1..=whole.len()).rev().zip(whole.chars()) {
        shown.push(digit);
        if place > 1 && place % 3 == 1 {
            shown.push(',');
        }
    }
    format!("{shown}.{cents}")
}

/// The page of a token that was never given out: the same, whatever the token looked like.
pub(crate) fn unknown() -> Page {
    let content = html! {
        h1 { "This link does not work" }
        p { "Please check that you copied the whole address from your message." }
        p { "If it still does not work, call your practice: they can send you a new one. No money has moved." }
    };
    layout("This link does not work", None, &content)
}

/// The page of a link that was good: kind, and without a name, an amount or a service.
pub(crate) fn ended(practice: &PracticeCard, ended: Ended) -> Page {
    let is_done = matches!(ended, Ended::Paid | Ended::Processing);
    let (title, text, next) = match ended {
        Ended::Expired => (
            "This link has expired",
            "Payment links are good for a limited time. Nothing was charged by opening it.",
            "Call us for a new link, or to pay by telephone.",
        ),
        Ended::Withdrawn => (
            "This link is no longer needed",
            "It was replaced or withdrawn. Nothing was charged by opening it.",
            "If you have a newer message from us, use the link in it, or call us.",
        ),
        Ended::Paid => (
            "This is paid",
            "There is nothing left to pay by this link. Thank you.",
            "Call us if you need a receipt.",
        ),
        Ended::Processing => (
            "A payment is on its way",
            "From a bank account it takes a few business days. You don't have to do anything.",
            "Please do not pay again.",
        ),
    };
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { (next) }
        p { a class={ "button" @if is_done { " second" } } href=(telephone(practice)) { "Call " (practice.phone) } }
    };
    layout(title, Some(practice), &content)
}

/// The page where something of ours fails.
pub(crate) fn trouble() -> Page {
    let content = html! {
        h1 { "That did not work" }
        p { "Something on our side failed for a moment. " strong { "No money has moved." } }
        p { "Please wait a minute, then open the link in your message again." }
    };
    layout("That did not work", None, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_ended_shows_no_name_amount_or_service() {
        let practice = PracticeCard { name: "Riverside".to_owned(), phone: "(617) 555-0100".to_owned() };
        for reason in [Ended::Expired, Ended::Withdrawn, Ended::Paid, Ended::Processing] {
            let page = ended(&practice, reason).into_string();
            assert!(page.contains("Riverside") && page.contains("tel:6175550100"), "{reason:?}");
            assert!(!page.contains('$'), "{reason:?}");
        }
    }

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (amount, shown) in [
            ("0.05", "$0.05"),
            ("999.00", "$999.00"),
            ("1000.00", "$1,000.00"),
            ("123456.78", "$123,456.78"),
            ("1234567.89", "$1,234,567.89"),
        ] {
            assert_eq!(money("$", amount), shown);
        }
    }

    #[test]
    fn pages_are_small_and_hold_no_script() {
        for page in [unknown(), trouble(), method_saved(), method_left()] {
            let page = page.into_string();
            assert!(page.len() < 30_000 && !page.contains("<script"));
        }
    }
}
