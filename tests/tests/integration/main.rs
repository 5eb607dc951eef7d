//! The functions together, over a real engine of the table: what staff, patients and the processor may rely on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails here is a failed test"
)]

mod access;
mod backfill;
mod checkout;
mod concurrency;
mod copays;
mod declines;
mod documents;
mod exports;
mod idempotency;
mod input;
mod invoices;
mod ledger;
mod message_events;
mod metrics;
mod on_file;
mod outreach;
mod pages;
mod parts;
mod payments;
mod portal;
mod practice;
mod proof;
mod renewal;
mod rule_sets;
mod samples;
mod sets;
mod settling;
mod standings;
mod store;
mod texting;
mod webhooks;
mod will_fail;
