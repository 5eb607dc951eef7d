//! Payments: asked for, received at the desk, refused, applied anew, given back.

mod allocating;
mod moves;
mod receipts;
mod recording;
mod refunding;
mod refunding_by_processor;
mod refusals;
mod transactions;
