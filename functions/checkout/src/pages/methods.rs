//! Where patients come to after the processor's page for putting a method on file.

use maud::html;

use super::{Page, layout};

/// The patient finished.
pub(crate) fn method_saved() -> Page {
    let content = html! {
        h1 { "Thank you" }
        p { "Your payment method is on file. Nothing was charged." }
        p { "A bank account that is verified by small deposits is on file once you have confirmed them." }
        p { "You can close this page." }
    };
    layout("Your payment method is on file", None, &content)
}

/// The patient went back.
pub(crate) fn method_left() -> Page {
    let content = html! {
        h1 { "Nothing was kept" }
        p { "You left before a payment method was put on file. Nothing was charged." }
        p { "To try again, use the page that your practice opened for you, or ask them for a new one." }
    };
    layout("Nothing was kept", None, &content)
}
