//! Where patients come to after the processor's page for putting a method on file.

use maud::html;
use paywell_pages::{Frame, Page, say};

/// The patient finished.
pub(crate) fn method_saved(frame: &Frame<'_>) -> Page {
    let words = frame.words;
    let content = html! {
        h1 { (say!(words, "method-thanks")) }
        p { (say!(words, "method-saved-text")) }
        p { (say!(words, "method-saved-deposits")) }
        p { (say!(words, "method-saved-next")) }
    };
    frame.page(&say!(words, "method-saved-title"), &content)
}

/// The patient went back.
pub(crate) fn method_left(frame: &Frame<'_>) -> Page {
    let words = frame.words;
    let title = say!(words, "method-left-title");
    let content = html! {
        h1 { (title) }
        p { (say!(words, "method-left-text")) }
        p { (say!(words, "method-left-next")) }
    };
    frame.page(&title, &content)
}
