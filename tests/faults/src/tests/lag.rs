//! Indexes that show writes late.

use serde_json::Value;

use super::site;
use crate::{Plan, Site};

/// The invoices that a list by status shows: it is read from an index.
async fn shown(site: &Site, clinic: &paywell_tests::support::Clinic) -> usize {
    let list = clinic.get("/v1/invoices?status=unpaid").event();
    let page: Value = site.send(&list, 0, &Plan::none()).await.outcome.http().ok();
    page["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_index_shows_a_write_when_it_is_told_to() {
    let site = site().await;
    let clinic = site.practice_with_lagging_indexes().await;
    let ada = clinic.patient("Ada").await;
    site.wire.release_all().await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    assert_eq!(clinic.invoice(&invoice).await["status"], "unpaid", "the table itself knows at once");
    assert_eq!(shown(&site, &clinic).await, 0);
    // The draft with its block of numbers, then the sending.
    assert_eq!(site.wire.lag(), 3);
    site.wire.release(2).await;
    assert_eq!(shown(&site, &clinic).await, 0, "a draft is not owed yet");
    site.wire.release(1).await;
    assert_eq!((shown(&site, &clinic).await, site.wire.lag()), (1, 0));
}

#[tokio::test]
async fn without_a_lag_an_index_shows_a_write_at_once() {
    let site = site().await;
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    clinic.open_invoice(&ada, "125.00").await;
    assert_eq!(shown(&site, &clinic).await, 1);
}
