//! Faults at the wire: the functions as they ship, each in a process of its own behind Lambda's Runtime API, and between
//! them and everything they ask a wire that sees each call and can break it.
//!
//! ```no_run
//! # async fn example() {
//! use paywell_faults::{Fault, Outcome, Plan, Profile, Site, When};
//! use serde_json::json;
//!
//! let site = Site::open(Profile::Debug, 1).await;
//! let clinic = site.practice().await;
//! let ada = clinic.patient("Ada").await;
//! let invoice = clinic.open_invoice(&ada, "125.00").await;
//!
//! // A payment whose function is killed right after its second call, the commit, took effect.
//! let payment = clinic.cash(&ada, "125.00", &[(&invoice, "125.00")]).event();
//! let first = site.send(&payment, 0, &Plan::at(2, Fault::Kill(When::After))).await;
//! assert_eq!(first.outcome, Outcome::Died);
//!
//! // The client sends it again, under the same key: one effect.
//! let again = site.send(&payment, 0, &Plan::none()).await;
//! assert_eq!(again.outcome.http().json()["status"], json!("paid"));
//! assert_eq!(site.proven_books(&clinic).await.payments.len(), 1);
//! # }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what fails here is a failed test"
)]

mod barrier;
mod binaries;
mod clock;
mod engine;
mod fault;
mod http;
mod instance;
mod io;
pub mod model;
mod night;
mod plan;
mod runtime_api;
mod site;
pub mod suites;
pub mod tier;
mod wire;

pub use barrier::Barrier;
pub use binaries::Profile;
pub use clock::Clock;
pub use fault::{Fault, Reason, Throttling, When};
pub use instance::{Instance, Invocation, Outcome};
pub use io::{Io, Target};
pub use night::night;
pub use plan::Plan;
pub use site::Site;
pub use wire::Wire;

#[cfg(test)]
mod tests;
