//! Which messages are wanted.

use maud::html;
use paywell_app::portal::Messages;
use paywell_domain::{Language, recipient::Unreachable};
use paywell_pages::{Page, say};

use super::{asked_in, ways};
use crate::handlers::Visit;

/// What is agreed to by wanting texts, in the language in which it was asked.
pub(crate) fn consent(visit: &Visit, language: &str) -> String {
    say!(asked_in(visit, language), "portal-texts-consent", practice = visit.card.name.as_str())
}

/// What is chosen, to be chosen otherwise.
pub(crate) fn messages(visit: &Visit, path: &str, chosen: &Messages, saved: bool) -> Page {
    let words = visit.words;
    let title = say!(words, "portal-messages");
    let number = chosen.number.as_ref().map(|number| number.for_people());
    let language = chosen.language.unwrap_or(words.language());
    let content = html! {
        (ways(visit, path))
        h1 { (title) }
        @if saved { p role="status" { (say!(words, "portal-saved")) } }
        section {
            form method="post" action=(path) {
                input type="hidden" name="form" value=(visit.form);
                input type="hidden" name="wording" value=(words.language().tag());
                @if let Some(address) = &chosen.address {
                    p class="check" {
                        input type="checkbox" id="email" name="email" value="on" checked[chosen.email];
                        label for="email" { (say!(words, "portal-email-to", address = address.as_str())) }
                    }
                    @if chosen.no_email.is_some() { p class="note" { (say!(words, "portal-email-held")) } }
                }
                @if let Some(number) = &number {
                    p class="check" {
                        input type="checkbox" id="texts" name="texts" value="on" checked[chosen.texts] aria-describedby="consent";
                        label for="texts" { (say!(words, "portal-texts-to", number = number.as_str())) }
                    }
                    @match chosen.no_texts {
                        Some(Unreachable::OptedOut) => p class="note" { (say!(words, "portal-texts-stopped")) },
                        Some(_) => p class="note" { (say!(words, "portal-texts-held")) },
                        None => {},
                    }
                    p id="consent" class="quiet" { (consent(visit, words.language().tag())) }
                }
                fieldset {
                    legend { (say!(words, "portal-language")) }
                    @for other in Language::ALL {
                        p class="check" {
                            input type="radio" id={ "language-" (other.tag()) } name="language" value=(other.tag())
                                checked[other == language];
                            label for={ "language-" (other.tag()) } lang=(other.tag()) { (other.name()) }
                        }
                    }
                }
                button type="submit" { (say!(words, "portal-save")) }
            }
        }
        p class="quiet" { (say!(words, "portal-contact-wrong")) }
    };
    visit.frame(path).page(&title, &content)
}
