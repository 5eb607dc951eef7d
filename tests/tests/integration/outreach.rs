//! The nightly run: what is due goes out once, to the right person, at a decent hour.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use paywell_app::outreach::Run;
use paywell_domain::standing::Suppression;
use paywell_store::Key;
use paywell_tests::support::{AN_HOUR, Clinic, Mail};
use serde_json::{Value, json};

/// Ten in the morning of 3 June in New York: the day after an invoice of 1 June with one day of term fell due.
const DUE: &str = "2026-06-03T14:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn chased(clinic: &Clinic, patient: &str) -> String {
    clinic.open_invoice_with(patient, "125.00", &json!({ "term_days": 1 })).await
}

async fn set(clinic: &Clinic, patient: &str) -> Value {
    clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok()
}

async fn what_happened(clinic: &Clinic, patient: &str) -> Vec<String> {
    let timeline = set(clinic, patient).await["timeline"].clone();
    let text = |entry: &Value| entry["what"].as_str().unwrap().to_owned();
    timeline.as_array().unwrap().iter().map(text).collect()
}

/// A practice in which Ada's charge is due to be chased now.
async fn due_now() -> (Clinic, String, String) {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = chased(&clinic, &ada).await;
    clinic.world.set_clock(at(DUE));
    (clinic, ada, invoice)
}

#[tokio::test]
async fn what_is_due_gets_one_mail_with_a_link_that_opens() {
    let (clinic, ada, invoice) = due_now().await;
    let run = clinic.world.run_outreach().await;
    assert_eq!(run, Run { due: 1, sent: 1, ..Run::default() });
    let mails = clinic.world.mail.to("ada@example.com").await;
    assert_eq!(mails.len(), 1);
    for private in ["125.00", "Office", "Lovelace"] {
        assert!(!mails[0].to_string().contains(private), "{private} is nobody else's business");
    }
    assert!(clinic.opens(&Mail::pay_path(&mails[0])).await);
    assert_eq!(what_happened(&clinic, &ada).await, ["set_started", "message_claimed", "message_sent"]);
    assert_eq!(set(&clinic, &ada).await["next_step"], json!(1));
    assert_eq!(clinic.invoice(&invoice).await["links"][0]["status"], json!("sent"));
    assert_eq!(clinic.world.run_outreach().await, Run::default(), "again at once: none");
    assert_eq!(clinic.world.mail.all().await.len(), 1);
    clinic.proven_books().await;
}

#[tokio::test]
async fn nothing_goes_out_before_its_time() {
    let (clinic, _, _) = due_now().await;
    clinic.world.set_clock(at(DUE) - Duration::seconds(1));
    assert_eq!(clinic.world.run_outreach().await, Run::default());
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
}

#[tokio::test]
async fn the_steps_go_out_on_their_days_and_then_the_set_expires() {
    let (clinic, ada, _) = due_now().await;
    let mut sent_on = Vec::new();
    for day in 0..70 {
        clinic.world.set_clock(at(DUE) + Duration::days(day));
        if clinic.world.run_outreach().await.sent > 0 {
            sent_on.push(day);
        }
    }
    assert_eq!(sent_on, [0, 14, 30]);
    let mails = clinic.world.mail.to("ada@example.com").await;
    let subjects: Vec<&str> = mails.iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects[2], "Your balance is still open");
    assert_eq!(set(&clinic, &ada).await["status"], json!("expired"));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_run_that_was_missed_for_weeks_sends_one_message() {
    let (clinic, _, _) = due_now().await;
    clinic.world.set_clock(at(DUE) + Duration::days(40));
    clinic.world.run_outreach().await;
    clinic.world.run_outreach().await;
    assert_eq!(clinic.world.mail.all().await.len(), 1);
}

#[tokio::test]
async fn who_has_paid_meanwhile_is_left_alone() {
    let (clinic, ada, invoice) = due_now().await;
    clinic.cash(&ada, "125.00", &[(&invoice, "125.00")]).await.ok();
    assert_eq!(clinic.world.run_outreach().await, Run::default());
    assert!(clinic.world.mail.all().await.is_empty());
}

#[tokio::test]
async fn nobody_is_written_to_at_night() {
    let clinic = Clinic::open().await;
    let details = json!({ "email": "ada@example.com", "time_zone": "America/Los_Angeles" });
    let ada = clinic.patient_with("Ada", &details).await;
    chased(&clinic, &ada).await;
    // 21:30 of 3 June in Los Angeles, where the message was planned for ten in the morning.
    clinic.world.set_clock(at("2026-06-04T04:30:00Z"));
    assert_eq!(clinic.world.run_outreach().await, Run { due: 1, postponed: 1, ..Run::default() });
    assert_eq!(set(&clinic, &ada).await["next_send_at"], json!("2026-06-04T17:00:00Z"));
    assert!(clinic.world.mail.all().await.is_empty());
    // 07:59 there.
    clinic.world.set_clock(at("2026-06-04T14:59:00Z"));
    assert_eq!(clinic.world.run_outreach().await, Run::default());
    clinic.world.set_clock(at("2026-06-04T17:00:00Z"));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
}

#[tokio::test]
async fn without_an_address_the_set_has_failed_and_says_why() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient_with("Ada", &json!({})).await;
    chased(&clinic, &ada).await;
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await, Run { due: 1, changed: 1, ..Run::default() });
    let set = set(&clinic, &ada).await;
    assert_eq!((&set["status"], &set["next_send_at"]), (&json!("failed"), &Value::Null));
    let reason = set["timeline"].as_array().unwrap().last().unwrap()["details"]["reason"].clone();
    assert!(reason.as_str().unwrap().contains("email address"), "{reason}");
}

#[tokio::test]
async fn nothing_is_written_about_the_dead() {
    let clinic = Clinic::open().await;
    let details = json!({ "email": "ada@example.com", "deceased": true });
    let ada = clinic.patient_with("Ada", &details).await;
    chased(&clinic, &ada).await;
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await.changed, 1);
    assert_eq!(set(&clinic, &ada).await["status"], json!("paused"));
    assert!(clinic.world.mail.all().await.is_empty());
}

#[tokio::test]
async fn a_message_goes_to_the_guarantor() {
    let clinic = Clinic::open().await;
    let guarantor = json!({ "first_name": "Grace", "email": "grace@example.com" });
    let child =
        clinic.patient_with("Ada", &json!({ "email": "ada@example.com", "guarantor": guarantor })).await;
    chased(&clinic, &child).await;
    clinic.world.set_clock(at(DUE));
    clinic.world.run_outreach().await;
    let mails = clinic.world.mail.all().await;
    assert_eq!((mails.len(), &mails[0]["to"]), (1, &json!(["grace@example.com"])));
}

#[tokio::test]
async fn a_throttled_message_is_put_back_for_a_quarter_of_an_hour() {
    let (clinic, ada, _) = due_now().await;
    clinic.world.mail.fault("throttle", 1).await;
    let run = clinic.world.run_outreach().await;
    assert_eq!(run, Run { due: 1, postponed: 1, cut_off: true, ..Run::default() });
    assert_eq!(set(&clinic, &ada).await["next_step"], json!(0), "the claim is given back");
    clinic.world.set_clock(at(DUE) + Duration::minutes(14));
    assert_eq!(clinic.world.run_outreach().await, Run::default());
    clinic.world.set_clock(at(DUE) + Duration::minutes(15));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    assert_eq!(clinic.world.mail.all().await.len(), 1);
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_counts_as_sent() {
    for (fault, arrived) in [("accept_then_drop", 1), ("error", 0)] {
        let (clinic, ada, _) = due_now().await;
        clinic.world.mail.fault(fault, 1).await;
        assert_eq!(clinic.world.run_outreach().await, Run { due: 1, unknown: 1, ..Run::default() });
        for minutes in [0, 15, 60] {
            clinic.world.set_clock(at(DUE) + Duration::minutes(minutes));
            assert_eq!(clinic.world.run_outreach().await, Run::default(), "not again: {fault}");
        }
        assert_eq!(clinic.world.mail.all().await.len(), arrived, "{fault}");
        assert_eq!(what_happened(&clinic, &ada).await.last().unwrap(), "message_unknown");
    }
}

#[tokio::test]
async fn two_runs_at_once_send_one_mail() {
    let (clinic, _, _) = due_now().await;
    let ben = clinic.patient("Ben").await;
    chased(&clinic, &ben).await;
    clinic.world.set_clock(at(DUE) + Duration::days(2));
    let (one, two) = tokio::join!(clinic.world.run_outreach(), clinic.world.run_outreach());
    assert_eq!(one.sent + two.sent, 2, "{one:?} {two:?}");
    assert_eq!(one.errors + two.errors, 0, "{one:?} {two:?}");
    for address in ["ada@example.com", "ben@example.com"] {
        assert_eq!(clinic.world.mail.to(address).await.len(), 1, "{address}");
    }
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_changes_between_choosing_and_claiming_prevents_the_message() {
    let (clinic, ada, _) = due_now().await;
    let patient = Key::patient(&clinic.practice, ada.parse().unwrap());
    clinic.meanwhile(patient, &["details", "deceased"], AttributeValue::Bool(true));
    let run = clinic.world.run_outreach().await;
    assert_eq!((run.changed, run.sent, run.errors), (1, 0, 0), "the patient has died: {run:?}");
    assert!(clinic.world.mail.all().await.is_empty());

    let (clinic, ada, _) = due_now().await;
    let set = Key::invoice_set(&clinic.practice, ada.parse().unwrap());
    clinic.meanwhile(set, &["status"], AttributeValue::S("paused".to_owned()));
    let run = clinic.world.run_outreach().await;
    assert_eq!((run.skipped, run.sent, run.errors), (1, 0, 0), "staff have paused the set: {run:?}");
    assert!(clinic.world.mail.all().await.is_empty());
}

#[tokio::test]
async fn a_run_covers_all_practices() {
    let clinic = Clinic::open().await;
    let neighbour = clinic.neighbour().await;
    let (ada, eve) = (clinic.patient("Ada").await, neighbour.patient("Eve").await);
    chased(&clinic, &ada).await;
    chased(&neighbour, &eve).await;
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await.sent, 2);
    assert_eq!(clinic.world.mail.to("eve@example.com").await.len(), 1);
}

#[tokio::test]
async fn a_run_whose_time_is_up_leaves_the_rest_to_the_next() {
    let (clinic, _, _) = due_now().await;
    let run = clinic.world.run_outreach_until(at(DUE)).await;
    assert_eq!(run, Run { cut_off: true, ..Run::default() });
    assert!(clinic.world.mail.all().await.is_empty());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
}

#[tokio::test]
async fn one_mail_is_sent_for_all_charges_of_a_patient() {
    let (clinic, ada, _) = due_now().await;
    chased(&clinic, &ada).await;
    clinic.world.set_clock(at(DUE) + Duration::hours(1));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    let mail = &clinic.world.mail.all().await[0];
    assert!(clinic.opens(&Mail::pay_path(mail)).await);
    assert_eq!(set(&clinic, &ada).await["outstanding"], json!("250.00"));
}

async fn set_practice(clinic: &Clinic, version: u64, change: &Value) {
    clinic.patch("/v1/practice", change).as_owner().on_version(version).await.ok();
}

#[tokio::test]
async fn a_practice_stops_its_outreach_at_once_and_what_was_due_waits() {
    let (clinic, ada, _) = due_now().await;
    set_practice(&clinic, 1, &json!({ "outreach_stopped": true })).await;
    assert_eq!(clinic.world.run_outreach().await, Run { held: 1, ..Run::default() });
    assert_eq!(clinic.world.mail.all().await.len(), 0);
    assert_eq!(set(&clinic, &ada).await["status"], json!("active"));
    set_practice(&clinic, 2, &json!({ "outreach_stopped": false })).await;
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
}

#[tokio::test]
async fn a_practice_sends_no_more_on_a_day_than_it_wants_to() {
    let clinic = Clinic::open().await;
    for name in ["Ada", "Ben", "Cy"] {
        let patient = clinic.patient(name).await;
        chased(&clinic, &patient).await;
    }
    set_practice(&clinic, 1, &json!({ "outreach_most_a_day": 2 })).await;
    clinic.world.set_clock(at(DUE));
    let mut sent = Vec::new();
    for hours in [0, 1, 24, 25] {
        clinic.world.set_clock(at(DUE) + Duration::hours(hours));
        sent.push(clinic.world.run_outreach().await.sent);
    }
    assert_eq!(sent, [2, 0, 1, 0]);
    for most in [0, 100_001] {
        let change = json!({ "outreach_most_a_day": most });
        clinic
            .patch("/v1/practice", &change)
            .on_version(2)
            .as_owner()
            .await
            .refused_at(422, "/outreach_most_a_day");
    }
}

#[tokio::test]
async fn nobody_is_chased_on_a_holiday_of_the_practice() {
    let (clinic, ada, _) = due_now().await;
    let holiday = json!({ "holidays": ["2026-06-03"] });
    clinic.patch("/v1/practice", &holiday).on_version(1).as_owner().await.ok();
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await, Run { due: 1, postponed: 1, ..Run::default() });
    assert_eq!(set(&clinic, &ada).await["next_send_at"], json!("2026-06-04T14:00:00Z"));
    assert!(clinic.world.mail.all().await.is_empty());
    clinic.world.set_clock(at(DUE) + Duration::days(1));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
}

#[tokio::test]
async fn what_a_contact_stands_for_between_choosing_and_claiming_prevents_the_message() {
    for was_known in [false, true] {
        let (clinic, ada, _) = due_now().await;
        if was_known {
            clinic.suppress("ada@example.com", Suppression::Bounced).await;
            let lift = json!({ "channel": "email", "note": "Asked; it works again." });
            clinic.post(&format!("/v1/patients/{ada}/contacts/lift"), &lift).await.ok();
        }
        let bounced = clinic.suppressing("ada@example.com", Suppression::Bounced).await;
        let store = clinic.world.store.clone();
        clinic.world.recorder.meanwhile("TransactWriteItems", async move {
            store.commit(bounced).await.unwrap();
        });
        let run = clinic.world.run_outreach().await;
        assert_eq!((run.changed, run.sent, run.errors), (1, 0, 0), "{was_known}: {run:?}");
        assert!(clinic.world.mail.all().await.is_empty(), "{was_known}");
    }
}

#[tokio::test]
async fn a_slot_that_comes_after_the_time_is_up_is_not_waited_for() {
    let clinic = Clinic::open().await;
    for place in 0..3 {
        let ada = clinic.patient(&format!("Ada{place}")).await;
        chased(&clinic, &ada).await;
    }
    clinic.world.set_clock(at(DUE));
    let run = clinic.world.run_outreach_apart(AN_HOUR, at(DUE) + Duration::minutes(10)).await;
    assert_eq!((run.sent, run.cut_off), (1, true));
    assert_eq!(clinic.world.run_outreach().await, Run { due: 2, sent: 2, ..Run::default() });
}

#[tokio::test]
async fn patients_who_were_made_many_at_once_are_chased_as_any_others_are() {
    let clinic = Clinic::open().await;
    clinic.owing(8).await;
    clinic.proven_books().await;
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await, Run { due: 8, sent: 8, ..Run::default() });
    clinic.proven_books().await;
}
