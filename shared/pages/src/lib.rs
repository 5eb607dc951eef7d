//! What every page for patients shares: its frame and look, what the browser may do on it, and its words in every
//! language. No page has a script; each is whole without one.
//!
//! A page is a [`Frame`] around content made with [`say!`]. A message is a line of every catalogue in `src/locale`: tests hold
//! that all of them have the same messages with the same variables, and that pages ask for no other. A further language is a
//! file there and a variant of [`paywell_domain::Language`].

mod choice;
mod frame;
pub mod identity_cookie;
mod security;
mod words;

pub use choice::{LanguageForm, Reader, remember};
pub use fluent_bundle::FluentValue;
pub use frame::{Frame, telephone};
pub use security::Page;
pub use words::Words;
