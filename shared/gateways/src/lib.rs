//! Concrete clients of the services that act for Paywell: Stripe takes the money, SES carries the mail, End User Messaging the texts, S3 keeps documents.
//!
//! Production and the local stack differ by base URL alone, so there is no trait and no fake here. Every error
//! answers one question first: is it *certain* that nothing happened, or may the service have acted? The caller
//! may open a new attempt only in the first case; in the second it asks the service (or counts a message as sent).

pub mod aws;
pub mod email;
pub mod message_events;
pub mod objects;
pub mod sms;
pub mod stripe;

#[cfg(test)]
mod test_server;
