//! Catches the emails and texts that the practice would send, and shows them to a person and to scripts.
//!
//! It answers as Amazon SES v2 (`SendEmail`) and AWS End User Messaging SMS v2 (`SendTextMessage`) do, byte for
//! byte on the wire, so that the clients that ship are the clients that run against it; only their base URL
//! differs. It refuses what the real services refuse on the request alone. What depends on an account (verified
//! identities, sandboxes, quotas, opt-out lists) it does not know, and signatures are asked for but not checked.
//!
//! | path | what |
//! |---|---|
//! | `POST /v2/email/outbound-emails` | SES v2 `SendEmail` |
//! | `POST /` | SMS v2 `SendTextMessage` |
//! | `GET /`, `/messages/{id}`, `/messages/{id}/html` | the pages |
//! | `GET`, `DELETE /api/messages`; `GET /api/messages/{id}` | the same for scripts |
//! | `POST /api/faults` | makes the next sends fail |

mod api;
mod clock;
mod faults;
mod message;
mod page;
mod send;
mod server;
mod ses;
mod sms;
mod snapshot;
mod state;
mod wire;

#[cfg(test)]
mod tests;

pub use server::serve;
pub use state::{Config, Mailbox};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

/// Room for a message of SES's 40 MB, base64 in JSON; what is larger is refused before it is read.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(ses::send_email))
        .route("/", get(page::list).post(sms::send_text_message))
        .route("/messages/{id}", get(page::message))
        .route("/messages/{id}/html", get(page::html_part))
        .route("/style.css", get(page::style))
        .route("/api/messages", get(api::list).delete(api::empty))
        .route("/api/messages/{id}", get(api::one))
        .route("/api/faults", post(api::plan_faults))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(mailbox)
}
