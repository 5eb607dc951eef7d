//! Patients hear of an instalment before it is charged.

use chrono::Duration;
use paywell_app::outreach::Run;
use paywell_domain::standing::Suppression;
use paywell_tests::support::{AN_HOUR, BY_CARD, of_mail};
use serde_json::json;

use super::{card, owing};

#[tokio::test]
async fn a_patient_hears_of_an_instalment_three_days_before_it_is_charged() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    assert_eq!(wallet.morning(1).await.charges, 1);
    let before = wallet.mails().await.len();
    assert_eq!(wallet.morning(3).await, Run::default());
    let run = wallet.morning(1).await;
    assert_eq!((run.sent, run.charges), (1, 0), "{run:?}");
    assert_eq!(wallet.run().await, Run::default(), "once");
    assert_eq!(wallet.mails().await.len(), before + 1);
    let mail = wallet.clinic.world.mail.to("ada@example.com").await.pop().unwrap();
    assert!(mail["subject"].as_str().unwrap().starts_with("Your next payment to"), "the newest: {mail}");
    wallet.clinic.world.notify(&[of_mail(&mail, "Delivery")]).await.unwrap();
    let events = wallet.plan_events().await;
    assert_eq!(events[events.len() - 3..], ["instalment_announced", "mail_sent", "mail_delivered"]);
    assert_eq!(wallet.morning(3).await.charges, 1, "and on its day it is charged");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_patient_hears_of_an_instalment_that_was_refused() {
    let wallet = owing(&card("4000000000000341")).await;
    wallet.create(&wallet.three()).await.ok();
    assert_eq!(wallet.morning(1).await.charges, 1);
    assert_eq!(wallet.run().await.sent, 1);
    assert!(wallet.mails().await.iter().any(|subject| subject.contains("did not go through")));
    let run = wallet.run().await;
    assert_eq!(run, Run::default(), "once");
}

#[tokio::test]
async fn a_patient_hears_in_time_that_an_instalment_cannot_be_charged() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    assert_eq!(wallet.morning(1).await.charges, 1);
    let charge = wallet.processor.simulator.truth().charges[0].id.clone();
    wallet.processor.order(&format!("charges/{charge}/dispute"), &json!({ "reason": "fraudulent" })).await;
    wallet.tell().await;
    let run = wallet.morning(4).await;
    assert_eq!((run.sent, run.charges), (1, 0), "{run:?}");
    let said = wallet.mails().await.pop().unwrap();
    assert!(said.contains("cannot be charged"), "{said}");
    let run = wallet.morning(3).await;
    assert_eq!((run.charges, run.failed), (0, 1), "on its day nothing is charged: {run:?}");
    assert_eq!(wallet.plan_events().await.last().unwrap(), "plan_defaulted");
}

#[tokio::test]
async fn announcements_and_sets_share_the_pace_of_their_provider() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    wallet.morning(1).await;
    let (clinic, before) = (&wallet.clinic, wallet.mails().await.len());
    let ben = clinic.patient("Ben").await;
    clinic.open_invoice_with(&ben, "125.00", &json!({ "term_days": 1 })).await;
    wallet.pass(Duration::days(4));
    let run = clinic.world.run_outreach_apart(AN_HOUR, clinic.world.now() + Duration::minutes(10)).await;
    assert_eq!((run.sent, run.cut_off), (1, true), "{run:?}");
    assert_eq!(wallet.mails().await.len(), before + 1, "of the instalment, which comes first");
    assert_eq!(wallet.run().await.sent, 1);
}

#[tokio::test]
async fn what_bounces_between_choosing_and_claiming_prevents_the_announcement() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    wallet.morning(1).await;
    wallet.pass(Duration::days(3) + Duration::hours(23));
    let (clinic, before) = (&wallet.clinic, wallet.mails().await.len());
    let bounced = clinic.suppressing("ada@example.com", Suppression::Bounced).await;
    let store = clinic.world.store.clone();
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        store.commit(bounced).await.unwrap();
    });
    let run = wallet.morning(0).await;
    assert_eq!((run.sent, run.postponed), (0, 1), "{run:?}");
    assert_eq!(wallet.mails().await.len(), before);
}
