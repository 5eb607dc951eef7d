//! The host and the wire themselves.

mod figures;
mod host;
mod lag;
mod requests;
mod wire;

use paywell_tests::support::Clinic;
use serde_json::Value;

use crate::{Profile, Site};

async fn site() -> Site {
    Site::open(Profile::Debug, 1).await
}

/// The event of a cash payment of all that is owed, on a fresh practice.
async fn owed(site: &Site) -> (Clinic, Value) {
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let event = clinic.cash(&ada, "125.00", &[(&invoice, "125.00")]).event();
    (clinic, event)
}

/// How many payments the table has, asked past the functions.
async fn payments(clinic: &Clinic) -> usize {
    clinic.proven_books().await.payments.len()
}
