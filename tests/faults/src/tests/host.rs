//! Instances start, answer, die and start again.

use chrono::TimeDelta;
use serde_json::json;

use super::{owed, payments, site};
use crate::{Barrier, Clock, Outcome, Plan, Profile, Site};

#[tokio::test]
async fn an_instance_that_was_killed_answers_again() {
    let site = site().await;
    let (clinic, payment) = owed(&site).await;
    for _ in 0..5 {
        assert_eq!(site.send(&payment, 0, &Plan::none()).await.outcome.http().status, 201);
        site.instance("payments", 0).kill().await;
    }
    assert_eq!(payments(&clinic).await, 1);
}

#[tokio::test]
async fn an_error_of_the_function_is_no_answer() {
    let site = site().await;
    let _ = site.practice().await;
    let failed = site.instance("payments", 0).invoke(&json!("no event of HTTP"), &Plan::none()).await;
    assert!(matches!(failed.outcome, Outcome::FunctionError(_)), "{failed:?}");
}

#[tokio::test]
async fn a_schedule_is_an_event_like_any_other() {
    let site = site().await;
    let _ = site.practice().await;
    let run = site.instance("outreach", 0).invoke(&json!({ "source": "aws.events" }), &Plan::none()).await;
    let Outcome::Answer(run) = run.outcome else { panic!("{run:?}") };
    assert_eq!(run["errors"], json!(0));
}

#[tokio::test]
async fn instances_meet_at_the_table() {
    let site = Site::open(Profile::Debug, 2).await;
    let (clinic, payment) = owed(&site).await;
    let barrier = Barrier::of(2);
    let plan = Plan::none().meeting(&barrier, "TransactWriteItems", 1);
    let (one, two) = tokio::join!(site.send(&payment, 0, &plan), site.send(&payment, 1, &plan));
    assert_eq!(barrier.overlapped(), 2);
    assert_eq!(one.outcome.http().body, two.outcome.http().body, "one command, sent twice at once");
    assert_eq!(payments(&clinic).await, 1);
}

#[tokio::test]
async fn nobody_waits_for_ever_for_one_who_does_not_come() {
    let site = site().await;
    let (_, payment) = owed(&site).await;
    let barrier = Barrier::of(2);
    let plan = Plan::none().meeting(&barrier, "TransactWriteItems", 1);
    assert_eq!(site.send(&payment, 0, &plan).await.outcome.http().status, 201);
    assert_eq!(barrier.overlapped(), 1);
}

#[tokio::test]
async fn the_functions_clock_can_be_moved() {
    let site = Site::open_with_clock(Profile::Debug, 1, Clock::new("host")).await;
    let clinic = site.practice().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let page = clinic.by_patient("GET", paywell_tests::support::pay_path(&link)).event();
    let looked = site.send(&page, 0, &Plan::none()).await.outcome.http();
    assert!(looked.text().contains("125.00"), "{}", looked.text());
    site.pass(TimeDelta::days(31));
    let looked = site.send(&page, 0, &Plan::none()).await.outcome.http();
    assert!(!looked.text().contains("125.00"), "the link is good for 30 days: {}", looked.text());
}
