//! Catches the emails and texts that the practice would send, shows them to a person and to scripts, and lets happen to
//! them what either asks for.
//!
//! It answers as Amazon SES v2 (`SendEmail`) and AWS End User Messaging SMS v2 (`SendTextMessage`) do, byte for
//! byte on the wire, so that the clients that ship are the clients that run against it; only their base URL
//! differs. It refuses what the real services refuse on the request alone. What depends on an account (verified
//! identities, sandboxes, quotas, opt-out lists) it does not know, and signatures are asked for but not checked.
//!
//! What happens to a message is published as the services do through SNS: bounces, complaints, deliveries and delays of
//! email, delivery receipts and failures of texts, and what patients write back. The one function that is subscribed is
//! invoked with it, at least once; what it does not take is tried four times more, then listed as not delivered. Nothing
//! happens to a message that was sent without a configuration set. Who opted out of texts is not known here either: opt-outs
//! are self-managed, so STOP and HELP are texts like others.
//!
//! | path | what |
//! |---|---|
//! | `POST /v2/email/outbound-emails` | SES v2 `SendEmail` |
//! | `POST /` | SMS v2 `SendTextMessage` |
//! | `GET /`, `/messages/{id}`, `/messages/{id}/html`, `/events` | the pages |
//! | `POST /messages/{id}/events`, `/messages/{id}/replies` | the forms of a message's page |
//! | `GET`, `DELETE /api/messages`; `GET /api/messages/{id}` | the same for scripts |
//! | `POST /api/faults` | makes the next sends fail |
//! | `POST /api/messages/{id}/events` | lets something happen to a message: `{"event": "bounce"}` |
//! | `POST /api/texts/replies` | a patient writes back: `{"from": "+15555550100", "body": "STOP"}` |
//! | `GET`, `DELETE /api/events` | what was published, newest first, and whether it arrived |
//! | `GET`, `POST`, `DELETE /api/behaviours` | what happens by itself: `{"to": "*", "event": "delivery"}` |
//!
//! An email can meet `delivery`, `delay`, `soft_bounce`, `bounce` and `complaint`, a text `delivered`, `unreachable`,
//! `invalid` and `blocked`. `times` beside an event or a reply sends so many copies of the same notification, at most 10; `to`
//! beside a reply is the number it is written to, by default the one that the last text to `from` came from. A behaviour is
//! that of one address or number or, with `*`, of everybody who has none; `after_ms` delays it. SES's simulator addresses
//! (`success@`, `bounce@`, `complaint@`, `suppressionlist@simulator.amazonses.com`) behave from the start. Events and
//! behaviours live in memory alone.

mod api;
mod behaviours;
mod clock;
mod events;
mod faults;
mod message;
mod page;
mod publisher;
mod requests;
mod send;
mod sender;
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
        .route("/messages/{id}/events", post(page::forms::happen))
        .route("/messages/{id}/replies", post(page::forms::reply))
        .route("/events", get(page::events))
        .route("/style.css", get(page::style))
        .route("/api/messages", get(api::list).delete(api::empty))
        .route("/api/messages/{id}", get(api::one))
        .route("/api/messages/{id}/events", post(api::happen))
        .route("/api/texts/replies", post(api::reply))
        .route("/api/events", get(api::events).delete(api::empty_events))
        .route("/api/behaviours", get(api::behaviours).post(api::behave).delete(api::empty_behaviours))
        .route("/api/faults", post(api::plan_faults))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(mailbox)
}
