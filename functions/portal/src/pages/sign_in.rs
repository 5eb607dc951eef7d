//! Signing in: a contact, then a code.

use lambda_http::http::StatusCode;
use maud::{Markup, html};
use paywell_domain::portal::CODE_MINUTES;
use paywell_pages::{Frame, Page, Words, say};

/// What the page has to say about what was just tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// That is no address and no number.
    NoContact,
    /// The code is wrong; so many tries are left.
    Wrong(u8),
    /// The code is not good any more.
    Over,
    /// Too many this hour.
    TooMany,
    /// The session was ended.
    Left,
}

impl Note {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NoContact | Self::Wrong(_) | Self::Over => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Left => StatusCode::OK,
        }
    }

    fn shown(self, words: Words) -> Markup {
        let text = match self {
            Self::NoContact => say!(words, "portal-no-contact"),
            Self::Wrong(left) => say!(words, "portal-code-wrong", left = left),
            Self::Over => say!(words, "portal-code-over"),
            Self::TooMany => say!(words, "portal-too-many"),
            Self::Left => return html! { p id="note" role="status" { (say!(words, "portal-left")) } },
        };
        html! { p id="note" class="note" role="alert" { (text) } }
    }
}

/// The page that asks for a mail address or a telephone number.
pub(crate) fn contact(frame: &Frame<'_>, note: Option<Note>) -> Page {
    let words = frame.words;
    let title = say!(words, "portal-sign-in-title");
    let (wrong, described) = (note.filter(|n| *n == Note::NoContact).map(|_| "true"), note.map(|_| "note"));
    let content = html! {
        h1 { (title) }
        @if let Some(note) = note { (note.shown(words)) }
        p { (say!(words, "portal-sign-in-text")) }
        form method="post" action={ (frame.path) "/code" } {
            label for="contact" { (say!(words, "portal-contact")) }
            input id="contact" name="contact" type="text" required maxlength="254" autocomplete="username"
                autocapitalize="none" spellcheck="false" aria-invalid=[wrong] aria-describedby=[described];
            button type="submit" { (say!(words, "portal-send-code")) }
        }
        p class="quiet" { (say!(words, "portal-sign-in-why")) }
    };
    frame.page(&title, &content)
}

/// The page that asks for the code: the same for everybody.
pub(crate) fn code(frame: &Frame<'_>, home: &str, form: &str, note: Option<Note>) -> Page {
    let words = frame.words;
    let title = say!(words, "portal-code-title");
    let (wrong, described) = (note.map(|_| "true"), if note.is_some() { "note" } else { "sent" });
    let content = html! {
        h1 { (title) }
        @match note {
            Some(note) => { (note.shown(words)) }
            None => { p id="sent" { (say!(words, "portal-code-text", minutes = CODE_MINUTES)) } }
        }
        form method="post" action={ (home) "/session" } {
            input type="hidden" name="form" value=(form);
            label for="code" { (say!(words, "portal-code")) }
            input id="code" name="code" type="text" required inputmode="numeric" autocomplete="one-time-code"
                maxlength="12" aria-invalid=[wrong] aria-describedby=(described);
            button type="submit" { (say!(words, "portal-enter")) }
        }
        p { a href=(home) { (say!(words, "portal-code-again")) } }
    };
    frame.page(&title, &content)
}
