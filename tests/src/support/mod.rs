//! A practice to test with: the functions that ship, in process, over a real engine of the table, a real issuer of
//! tokens, a mailbox and a processor on loopback.
//!
//! ```no_run
//! # async fn example() {
//! use paywell_tests::support::Clinic;
//! use serde_json::json;
//!
//! let clinic = Clinic::open().await;
//! let ada = clinic.patient("Ada").await;
//! let invoice = clinic.open_invoice(&ada, "125.00").await;
//! let preview = clinic.get(&format!("/v1/invoices/{invoice}")).as_viewer().await.ok();
//! assert_eq!(preview["status"], json!("unpaid"));
//! # }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails here is a failed test"
)]

mod answer;
mod books;
mod browser;
mod catalogue;
mod clinic;
mod engine;
mod function;
mod issuer;
mod journeys;
mod loopback;
mod mail;
mod notifications;
mod owing;
mod processor;
mod recorder;
mod request;
mod role;
mod storage;
mod wallet;
mod world;

pub use answer::Answer;
pub use books::{Books, Dump};
pub use browser::{Browser, code_in, form_of};
pub use catalogue::{CARD, Furnished, rule_set};
pub use clinic::Clinic;
pub use engine::{Engine, engine};
pub use function::{Function, RouteInfo};
pub use issuer::{Claims, Issuer, issuer};
pub use mail::Mail;
pub use notifications::{bounce, inbound, of_mail, of_text};
pub use processor::{
    BY_BANK, BY_CARD, Processor, SECRET_KEY, WEBHOOK_SECRET, pay_path, session_event, signed,
};
pub use recorder::{Calls, Recorder};
pub use request::Request;
pub use storage::{ObjectStorage, object_storage};
pub use world::{AN_HOUR, FUNCTIONS, LINK_KEY, PUBLIC_URL, World};
