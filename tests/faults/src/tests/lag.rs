//! Indexes that show writes late.

use chrono::{NaiveTime, TimeDelta};
use serde_json::{Value, json};

use super::site;
use crate::{Clock, Outcome, Plan, Profile, Site};

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

#[tokio::test]
async fn a_reminder_that_an_index_still_shows_as_due_is_not_sent_again() {
    let site = Site::open_with_clock(Profile::Debug, 1, Clock::new("lag")).await;
    // Noon in New York, so that it is an hour at which messages go out.
    let noon = NaiveTime::from_hms_opt(17, 0, 0).unwrap();
    site.pass(site.now().date_naive().and_time(noon).and_utc() + TimeDelta::days(1) - site.now());
    let clinic = site.practice_with_lagging_indexes().await;
    let ada = clinic.patient("Ada").await;
    clinic.open_invoice(&ada, "125.00").await;
    site.wire.release_all().await;
    site.pass(TimeDelta::days(60));
    let run = json!({ "source": "aws.events" });
    for _ in 0..3 {
        let run = site.instance("outreach", 0).invoke(&run, &Plan::none()).await;
        assert!(matches!(run.outcome, Outcome::Answer(_)), "{run:?}");
        assert_eq!(site.mail().await.len(), 1, "{run:?}");
    }
    assert!(site.wire.lag() > 0, "the index still shows what was due before the first run");
}
