//! The pages of links that lead nowhere, or no more, and of our own failures.

use maud::html;
use paywell_app::pay::{Ended, PracticeCard};
use paywell_pages::{Frame, Page, say, telephone};

/// The page of a token that was never given out: the same, whatever the token looked like.
pub(crate) fn unknown(frame: &Frame<'_>) -> Page {
    let words = frame.words;
    let title = say!(words, "unknown-title");
    let content = html! {
        h1 { (title) }
        p { (say!(words, "unknown-check")) }
        p { (say!(words, "unknown-call")) }
    };
    frame.page(&title, &content)
}

/// The page of a link that was good: kind, and without a name, an amount or a service.
pub(crate) fn ended(frame: &Frame<'_>, practice: &PracticeCard, token: &str, ended: Ended) -> Page {
    let words = frame.words;
    let can_ask = matches!(ended, Ended::Expired | Ended::Replaced);
    let is_done = can_ask || matches!(ended, Ended::Paid | Ended::Processing);
    let (title, text, next) = match ended {
        Ended::Expired => (
            say!(words, "ended-expired-title"),
            say!(words, "ended-expired-text"),
            say!(words, "ended-expired-next"),
        ),
        Ended::Replaced => (
            say!(words, "ended-replaced-title"),
            say!(words, "ended-replaced-text"),
            say!(words, "ended-replaced-next"),
        ),
        Ended::Withdrawn => (
            say!(words, "ended-withdrawn-title"),
            say!(words, "ended-withdrawn-text"),
            say!(words, "ended-withdrawn-next"),
        ),
        Ended::Paid => {
            (say!(words, "ended-paid-title"), say!(words, "ended-paid-text"), say!(words, "ended-paid-next"))
        }
        Ended::Processing => (
            say!(words, "ended-processing-title"),
            say!(words, "ended-processing-text"),
            say!(words, "ended-processing-next"),
        ),
    };
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { (next) }
        @if can_ask {
            form method="post" action={ "/pay/" (token) "/renew" } {
                button type="submit" { (say!(words, "renew-button")) }
            }
        }
        p {
            a class={ "button" @if is_done { " second" } } href=(telephone(practice)) {
                (say!(words, "ended-call", phone = practice.phone.as_str()))
            }
        }
    };
    frame.page(&title, &content)
}

/// What whoever asks for a new link is told, whatever came of it.
pub(crate) fn asked_anew(frame: &Frame<'_>, practice: &PracticeCard) -> Page {
    let words = frame.words;
    let title = say!(words, "renew-title");
    let content = html! {
        h1 { (title) }
        p { (say!(words, "renew-text", practice = practice.name.as_str())) }
        p { (say!(words, "renew-next")) }
        p {
            a class="button second" href=(telephone(practice)) {
                (say!(words, "ended-call", phone = practice.phone.as_str()))
            }
        }
    };
    frame.page(&title, &content)
}

/// The page where something of ours fails.
pub(crate) fn trouble(frame: &Frame<'_>) -> Page {
    let words = frame.words;
    let title = say!(words, "trouble-title");
    let content = html! {
        h1 { (title) }
        p { (say!(words, "trouble-text")) " " strong { (say!(words, "trouble-money")) } }
        p { (say!(words, "trouble-next")) }
    };
    frame.page(&title, &content)
}

#[cfg(test)]
mod tests {
    use paywell_domain::Language;

    use super::*;
    use crate::pages::{
        fixtures::{frame, practice},
        method_left, method_saved,
    };

    #[test]
    fn a_link_that_ended_shows_no_name_amount_or_service() {
        let practice = practice();
        for language in Language::ALL {
            for reason in [Ended::Expired, Ended::Replaced, Ended::Withdrawn, Ended::Paid, Ended::Processing]
            {
                let page = ended(&frame(language, Some(&practice)), &practice, "t", reason);
                let page = page.html();
                assert!(page.contains("Riverside") && page.contains("tel:6175550100"), "{reason:?}");
                assert!(!page.contains('$'), "{reason:?}");
                let offers = page.contains("/pay/t/renew");
                assert_eq!(offers, matches!(reason, Ended::Expired | Ended::Replaced), "{reason:?}");
            }
        }
    }

    #[test]
    fn pages_are_small_and_hold_no_script() {
        for language in Language::ALL {
            let frame = frame(language, None);
            for page in [unknown(&frame), trouble(&frame), method_saved(&frame), method_left(&frame)] {
                assert!(page.html().len() < 30_000 && !page.html().contains("<script"));
            }
        }
    }
}
