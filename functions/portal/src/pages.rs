//! The pages: plain HTML, whole without a script.

pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod invoice;
pub(crate) mod messages;
pub(crate) mod methods;
pub(crate) mod notice;
pub(crate) mod sign_in;

use maud::{Markup, html};
use paywell_domain::{Language, invoice::ShownStatus};
use paywell_pages::{Words, say};

use crate::handlers::Visit;

/// Where one can go from every page, and out.
fn ways(visit: &Visit, path: &str) -> Markup {
    let (words, home) = (visit.words, visit.home());
    let at = |place: &str| (place == path).then_some("page");
    let [history, methods, messages] =
        ["history", "methods", "messages"].map(|page| format!("{home}/{page}"));
    html! {
        nav aria-label=(say!(words, "portal-ways")) {
            a href=(home) aria-current=[at(&home)] { (say!(words, "portal-bills")) }
            a href=(history) aria-current=[at(&history)] { (say!(words, "portal-history")) }
            a href=(methods) aria-current=[at(&methods)] { (say!(words, "portal-methods")) }
            a href=(messages) aria-current=[at(&messages)] { (say!(words, "portal-messages")) }
            form method="post" action={ (home) "/sign-out" } {
                input type="hidden" name="form" value=(visit.form);
                button type="submit" class="plain" { (say!(words, "portal-sign-out")) }
            }
        }
    }
}

fn status(words: Words, status: ShownStatus) -> String {
    match status {
        ShownStatus::Overdue => say!(words, "portal-overdue"),
        ShownStatus::PartiallyPaid => say!(words, "portal-partially-paid"),
        ShownStatus::Paid => say!(words, "portal-paid"),
        ShownStatus::WrittenOff => say!(words, "portal-written-off"),
        ShownStatus::InCollections => say!(words, "portal-in-collections"),
        _ => say!(words, "portal-unpaid"),
    }
}

/// The words in which something was asked: those of the language that the form says.
fn asked_in(visit: &Visit, language: &str) -> Words {
    language.parse::<Language>().map_or(visit.words, Words::of)
}
