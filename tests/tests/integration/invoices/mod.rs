//! Invoices: writing, sending, listing, changing.

mod costs;
mod deleting;
mod editing;
mod journey;
mod lists;
mod owed;
mod questions;
mod sending;
mod status;
