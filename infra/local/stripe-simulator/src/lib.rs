//! A development server that speaks Stripe's wire format, as strictly as Stripe does.
//!
//! It stands in for Stripe on one machine: the REST API under `/v1`, the hosted Checkout page under `/c/pay`, and
//! signed webhooks. Only what Paywell uses is there, and what is not there is refused: an unknown path is 404, an
//! unknown parameter is `parameter_unknown`. Each simulated rule names its source in Stripe's documentation.
//!
//! No money moves and no bank is asked. Cards and accounts behave by Stripe's published test numbers.
//!
//! # Control API
//! JSON in and out, without authentication:
//!
//! | request | body | does |
//! |---|---|---|
//! | `GET /_simulator/health` | | answers `{"status":"ok"}` |
//! | `POST /_simulator/faults` | `{"path", "method"?, "times"?, "kind", …}` | orders a fault for the next matching request |
//! | `GET`, `DELETE /_simulator/faults` | | lists, forgets the faults not yet hit |
//! | `GET /_simulator/deliveries` | | every webhook delivery with its attempts |
//! | `POST /_simulator/events/{id}/resend` | | delivers an event again |
//! | `POST /_simulator/debits/settle` | `{"id"?, "outcome": "as_account"\|"succeed"\|"fail"}` | ends processing bank debits now, one by PaymentIntent or charge id, or all |
//! | `POST /_simulator/refunds/{id}/settle` | `{"status": "succeeded"\|"failed"}` | ends a refund now, or lets a succeeded one fail |
//! | `POST /_simulator/checkout_sessions/{id}/expire` | | lets an open session run out |
//! | `POST /_simulator/idempotency_keys/prune` | | forgets keys older than 24 hours |
//! | `POST /_simulator/reset` | | forgets all but the configured webhook endpoint |
//!
//! A fault's `path` is exact, with `*` for one segment; `method` is `POST` by default and `times` 1. Its `kind` is
//! - `error`, with `status` (500 by default; 429 is a rate limit) and `acts` (whether the request takes effect first),
//! - `delay`, with `milliseconds` before the request takes effect, in which its idempotency key is in use,
//! - `drop`, with `acts`: the connection closes without a reply.
//!
//! A replay of a saved answer is not hit by faults.

// The widest of Stripe's objects is written as one `json!`.
#![recursion_limit = "256"]

mod api;
mod balance;
mod charges;
mod checkout;
mod clock;
mod config;
mod control;
mod customers;
mod error;
mod events;
mod expand;
mod faults;
mod form;
mod idempotency;
mod lists;
mod mandates;
mod metadata;
mod params;
mod passing_time;
mod payment_intents;
mod payment_methods;
mod payments;
mod refunds;
mod routes;
mod sender;
mod serve;
mod setup_intents;
mod simulator;
mod snapshot;
mod state;
mod test_numbers;
#[cfg(test)]
mod time_tests;
mod webhooks;

pub use config::Config;
pub use serve::serve;
pub use simulator::Simulator;
