//! A development server that speaks Stripe's wire format, as strictly as Stripe does.
//!
//! It stands in for Stripe on one machine: the REST API under `/v1`, the hosted Checkout page under `/c/pay`, and
//! signed webhooks. Only what Paywell uses is there, and what is not there is refused: an unknown path is 404, an
//! unknown parameter is `parameter_unknown`. Each simulated rule names its source in Stripe's documentation.
//!
//! No money moves and no bank is asked. Cards and accounts behave by Stripe's published test numbers.
//!
//! # Time
//! Everything that waits goes by the simulator's clock: the system's, and what it was advanced by. Advancing it lets what
//! falls due happen in order, each at its own second: bank debits settle after four business days, money becomes
//! available, payouts leave every business day and arrive on the next, authorisations and sessions expire, idempotency
//! keys are forgotten. Webhooks are signed with its time. Business days are Monday to Friday, by UTC.
//!
//! # Library
//! [`Simulator::now`], [`Simulator::advance`]; [`Simulator::take_events`] and [`Simulator::sign`] for a test that delivers
//! webhooks itself; [`Simulator::truth`] to compare a ledger with. [`serve`] is needed only for HTTP.
//!
//! # Control API
//! JSON in and out, without authentication:
//!
//! | request | body | does |
//! |---|---|---|
//! | `GET /_simulator/health` | | answers `{"status":"ok"}` |
//! | `GET /_simulator/clock` | | answers `{"now"}`, in seconds since 1970 |
//! | `POST /_simulator/clock` | `{"advance_seconds"}` | advances the clock; answers `{"now"}` |
//! | `GET /_simulator/truth` | | the [`Truth`] |
//! | `POST /_simulator/faults` | `{"path", "method"?, "times"?, "kind", …}` | orders a fault for the next matching request |
//! | `GET`, `DELETE /_simulator/faults` | | lists, forgets the faults not yet hit |
//! | `GET /_simulator/deliveries` | | every webhook delivery with its attempts |
//! | `GET /_simulator/webhooks` | | `{"rules", "held": [{"delivery", "event", "type", "url", "signature", "body"}]}` |
//! | `POST /_simulator/webhooks` | `{"hold"?, "duplicate"?, "lose_every"?, "shuffle_seed"?}` | puts these rules in place of the former |
//! | `POST /_simulator/webhooks/release` | `{"events"?: ["evt_…"]}` | delivers these one after the other, or all that is held |
//! | `POST /_simulator/events/{id}/resend` | | delivers an event again |
//! | `POST /_simulator/debits/settle` | `{"id"?, "outcome": "as_account"\|"succeed"\|"fail"}` | ends processing bank debits now, one by PaymentIntent or charge id, or all |
//! | `POST /_simulator/charges/{id}/dispute` | `{"reason", "amount"?}` | opens a dispute of a card; returns a bank debit |
//! | `POST /_simulator/disputes/{id}/close` | `{"status": "won"\|"lost"}` | ends an open dispute |
//! | `POST /_simulator/refunds/{id}/settle` | `{"status": "succeeded"\|"failed"}` | ends a refund now, or lets a succeeded one fail |
//! | `POST /_simulator/payouts/{id}/fail` | `{"failure_code"?}` | the bank sends a payout back |
//! | `POST /_simulator/checkout_sessions/{id}/expire` | | lets an open session run out |
//! | `POST /_simulator/reset` | | forgets all but the configured webhook endpoint |
//!
//! A dispute, its end and a payout's failure answer with the object, or 409 and `{"problem"}`.
//!
//! A fault's `path` is exact, with `*` for one segment; `method` is `POST` by default and `times` 1; `acts` says whether
//! the request takes effect first. Its `kind` is
//! - `error`, with `status` (500 by default, which is kept for the idempotency key; 429 is a rate limit),
//! - `delay`, with `milliseconds` before the request takes effect, in which its idempotency key is in use, or if it acts
//!   before the reply: a client's time-out then comes after the effect,
//! - `drop`: the connection closes without a reply,
//! - `reset`: the connection is reset without a reply.
//!
//! A replay of a saved answer is not hit by faults.
//!
//! Of webhook rules, `hold` keeps every delivery until it is released or `hold` ends; `duplicate` is how many times each
//! event is delivered beside the first; every `lose_every`-th delivery is never sent; a `shuffle_seed` lets deliveries
//! overtake each other by waiting 0 to 2 seconds of the simulator's clock. Release delivers in the order given, as often
//! as an event is named, each answered before the next is sent, and answers with what came back.

// The widest of Stripe's objects is written as one `json!`.
#![recursion_limit = "256"]

mod api;
mod balance;
mod calendar;
mod charges;
mod checkout;
mod clock;
mod config;
mod connection;
mod control;
mod customers;
mod disputes;
mod error;
mod events;
mod expand;
mod faults;
mod form;
mod idempotency;
#[cfg(test)]
mod library_tests;
mod lists;
mod mandates;
mod metadata;
#[cfg(test)]
mod money_tests;
mod outbox;
mod params;
mod passing_time;
mod payment_intents;
mod payment_methods;
mod payments;
mod payouts;
mod refunds;
mod routes;
mod rows;
mod sender;
mod serve;
mod setup_intents;
mod simulator;
mod snapshot;
mod state;
mod test_numbers;
#[cfg(test)]
mod time_tests;
mod truth;
mod webhooks;

pub use config::Config;
pub use serve::serve;
pub use simulator::{EmittedEvent, Simulator};
pub use truth::{TrueCharge, TrueDispute, TrueMovement, TruePayment, TruePayout, TrueRefund, Truth};
