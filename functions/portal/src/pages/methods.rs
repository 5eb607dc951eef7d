//! Methods on file.

use maud::{Markup, html};
use paywell_app::{portal::MethodsOf, views::methods::PaymentMethodView};
use paywell_pages::{Page, say};

use super::{asked_in, ways};
use crate::handlers::Visit;

/// What a patient agrees to who puts a method on file, in the language in which it was asked.
pub(crate) fn consent(visit: &Visit, language: &str) -> String {
    let practice = visit.card.name.as_str();
    say!(asked_in(visit, language), "portal-method-consent", practice = practice)
}

/// What a patient agrees to who turns autopay on, in the language in which it was asked.
pub(crate) fn autopay_consent(visit: &Visit, language: &str) -> String {
    let practice = visit.card.name.as_str();
    say!(asked_in(visit, language), "portal-autopay-consent", practice = practice)
}

/// The methods of all patients; `name` is that of the page's commands, `saved` says that one was just put on file.
pub(crate) fn methods(
    visit: &Visit,
    path: &str,
    all: &[MethodsOf],
    (name, saved): (&str, bool),
    hosted: &str,
) -> Page {
    let words = visit.words;
    let title = say!(words, "portal-methods");
    let content = html! {
        (ways(visit, path))
        h1 { (title) }
        @if saved { p role="status" { (say!(words, "portal-method-saved")) } }
        @for of in all {
            section aria-labelledby=(of.patient) {
                h2 id=(of.patient) { (say!(words, "portal-methods-of", name = of.first_name.as_str())) }
                @if of.methods.is_empty() { p { (say!(words, "portal-no-method")) } }
                ul class="bills" { @for method in &of.methods { (row(visit, path, of, method, name)) } }
                (autopay(visit, path, of, name))
                @if !of.methods.is_empty() { h3 { (say!(words, "portal-other-method")) } }
                form method="post" action=(path) {
                    (hidden(visit, of, name))
                    input type="hidden" name="wording" value=(words.language().tag());
                    p class="check" {
                        input type="checkbox" id={ "agreed-" (of.patient) } name="agreed" value="on" required;
                        label for={ "agreed-" (of.patient) } { (consent(visit, words.language().tag())) }
                    }
                    button type="submit" class="second" { (say!(words, "portal-add-method")) }
                }
            }
        }
    };
    let mut frame = visit.frame(path);
    frame.beyond = Some(hosted);
    frame.page(&title, &content)
}

/// Autopay, where it is on or can be turned on.
fn autopay(visit: &Visit, path: &str, of: &MethodsOf, name: &str) -> Markup {
    let (words, id) = (visit.words, format!("autopay-{}", of.patient));
    let can_be = of.methods.iter().any(|method| method.is_default && method.unusable.is_none());
    html! {
        @if let Some(agreed) = &of.autopay {
            h3 { (say!(words, "portal-autopay-on")) }
            p class="quiet" { (agreed) }
            form method="post" action={ (path) "/autopay" } {
                (hidden(visit, of, name))
                input type="hidden" name="turn" value="off";
                button type="submit" class="plain" { (say!(words, "portal-autopay-stop")) }
            }
        } @else if can_be {
            h3 { (say!(words, "portal-autopay")) }
            form method="post" action={ (path) "/autopay" } {
                (hidden(visit, of, name))
                input type="hidden" name="turn" value="on";
                input type="hidden" name="wording" value=(words.language().tag());
                p class="check" {
                    input type="checkbox" id=(id) name="agreed" value="on" required;
                    label for=(id) { (autopay_consent(visit, words.language().tag())) }
                }
                button type="submit" class="second" { (say!(words, "portal-autopay-start")) }
            }
        }
    }
}

fn hidden(visit: &Visit, of: &MethodsOf, name: &str) -> Markup {
    html! {
        input type="hidden" name="form" value=(visit.form);
        input type="hidden" name="name" value=(name);
        input type="hidden" name="patient" value=(of.patient);
    }
}

fn row(visit: &Visit, path: &str, of: &MethodsOf, method: &PaymentMethodView, name: &str) -> Markup {
    let words = visit.words;
    let kind = method.brand.as_ref().or(method.bank.as_ref()).map(|name| capitalised(name));
    let kind = kind.unwrap_or_default();
    let shown = say!(words, "portal-method", kind = kind, last4 = method.last4.as_str());
    html! {
        li {
            div {
                p { strong { (shown) } }
                p class="quiet" {
                    @if method.unusable.is_some() { (say!(words, "portal-method-unusable")) }
                    @else if let Some(month) = &method.expires { (say!(words, "portal-method-expires", month = month.as_str())) }
                    @if method.is_default { " " (say!(words, "portal-method-default")) }
                }
                @if !method.is_default && method.unusable.is_none() {
                    form method="post" action={ (path) "/default" } {
                        (hidden(visit, of, name))
                        input type="hidden" name="method" value=(method.id);
                        button type="submit" class="plain" { (say!(words, "portal-method-make-default", method = shown.as_str())) }
                    }
                }
                form method="post" action={ (path) "/remove" } {
                    (hidden(visit, of, name))
                    input type="hidden" name="method" value=(method.id);
                    button type="submit" class="plain" { (say!(words, "portal-method-remove", method = shown.as_str())) }
                }
            }
        }
    }
}

/// The processor writes brands in small letters.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
