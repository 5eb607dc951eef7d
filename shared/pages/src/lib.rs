//! What every page for patients shares: its frame and look, what the browser may do on it, and in which language it is. No
//! page has a script; each is whole without one. A page is a [`Frame`] around content made with [`say!`].

mod choice;
mod frame;
pub mod identity_cookie;
mod security;

pub use choice::{LanguageForm, Reader, remember};
pub use frame::{Frame, telephone};
pub use paywell_words::{Words, say};
pub use security::Page;
