//! Pages that say that something is not here, or did not go.

use maud::html;
use paywell_pages::{Frame, Page, say};

/// Nothing is here, or nothing that the reader may see: the same.
pub(crate) fn nothing(frame: &Frame<'_>) -> Page {
    let title = say!(frame.words, "portal-nothing-title");
    frame.page(&title, &html! { h1 { (title) } p { (say!(frame.words, "portal-nothing-text")) } })
}

/// A form that is no longer good, or what it asks for does not go any more.
pub(crate) fn refused(frame: &Frame<'_>) -> Page {
    let title = say!(frame.words, "portal-refused-title");
    frame
        .page(&title, &html! { h1 { (title) } p role="alert" { (say!(frame.words, "portal-refused-text")) } })
}

/// Something of ours fails.
pub(crate) fn trouble(frame: &Frame<'_>) -> Page {
    let title = say!(frame.words, "trouble-title");
    let content = html! {
        h1 { (title) }
        p role="alert" { (say!(frame.words, "trouble-text")) " " strong { (say!(frame.words, "trouble-money")) } }
        p { (say!(frame.words, "portal-trouble-next")) }
    };
    frame.page(&title, &content)
}
