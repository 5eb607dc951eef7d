//! Sending an invoice: by mail, to the portal, again.

use paywell_tests::support::{Clinic, Mail};
use serde_json::json;

#[tokio::test]
async fn an_invoice_that_is_mailed_brings_a_link_that_opens() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.draft(&ada, "125.00").await;
    let send = json!({ "channels": ["email", "portal"] });
    clinic.post(&format!("/v1/invoices/{id}/send"), &send).await.ok();
    let mails = clinic.world.mail.to("ada@example.com").await;
    assert_eq!(mails.len(), 1);
    for private in ["Office visit", "125.00", "Lovelace"] {
        assert!(!mails[0].to_string().contains(private), "{private} is nobody else's business");
    }
    assert!(clinic.opens(&Mail::pay_path(&mails[0])).await);
    let invoice = clinic.invoice(&id).await;
    assert_eq!(invoice["links"][0]["status"], json!("sent"));
    let what: Vec<_> = invoice["timeline"].as_array().unwrap().iter().map(|e| e["what"].clone()).collect();
    assert_eq!(what, ["invoice_created", "invoice_sent", "invoice_posted_to_portal", "mail_sent"]);
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_reminder_brings_a_fresh_link_and_charges_nothing_again() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let id = clinic.open_invoice(&ada, "125.00").await;
    clinic.post_empty(&format!("/v1/invoices/{id}/remind")).await.ok();
    clinic.send(&id).await.ok();
    assert_eq!(clinic.world.mail.to("ada@example.com").await.len(), 1);
    assert_eq!(clinic.balance(&ada).await.0, "125.00", "owed once, however often it is sent");
    clinic.proven_books().await;
}

#[tokio::test]
async fn without_an_address_nothing_is_sent_and_nothing_owed() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient_with("Ada", &json!({})).await;
    let id = clinic.draft(&ada, "125.00").await;
    let before = clinic.world.dump().await;
    let path = format!("/v1/invoices/{id}/send");
    let problem = clinic.post(&path, &json!({ "channels": ["email"] })).await.refused(409);
    assert_eq!(problem["rule"], json!("no-email-address"));
    clinic.post(&path, &json!({ "channels": [] })).await.refused_at(422, "/channels");
    assert_eq!(clinic.world.dump().await, before);
}

#[tokio::test]
async fn a_message_goes_to_whoever_is_responsible() {
    let clinic = Clinic::open().await;
    let guarantor = json!({ "first_name": "Grace", "email": "grace@example.com" });
    let details = json!({ "email": "child@example.com", "guarantor": guarantor });
    let child = clinic.patient_with("Ada", &details).await;
    let id = clinic.draft(&child, "125.00").await;
    clinic.post(&format!("/v1/invoices/{id}/send"), &json!({ "channels": ["email"] })).await.ok();
    let mails = clinic.world.mail.all().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], json!(["grace@example.com"]));
    assert!(mails[0]["text"].as_str().unwrap().starts_with("Hello Grace,"));
}

#[tokio::test]
async fn what_came_of_a_mail_is_in_the_timeline() {
    for (fault, what, sent) in [("throttle", "mail_failed", 0), ("accept_then_drop", "mail_unknown", 1)] {
        let clinic = Clinic::open().await;
        let ada = clinic.patient("Ada").await;
        let id = clinic.draft(&ada, "125.00").await;
        clinic.world.mail.fault(fault, 1).await;
        let send = json!({ "channels": ["email"] });
        clinic.post(&format!("/v1/invoices/{id}/send"), &send).key("send-it").await.ok();
        clinic.post(&format!("/v1/invoices/{id}/send"), &send).key("send-it").await.ok();
        let timeline = clinic.invoice(&id).await["timeline"].clone();
        assert_eq!(timeline.as_array().unwrap().last().unwrap()["what"], json!(what));
        assert_eq!(clinic.world.mail.all().await.len(), sent, "{fault}: never twice");
    }
}

#[tokio::test]
async fn what_is_paid_void_or_deleted_is_not_sent() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let paid = clinic.open_invoice(&ada, "10.00").await;
    clinic.cash(&ada, "10.00", &[(&paid, "10.00")]).await.ok();
    let void = clinic.open_invoice(&ada, "10.00").await;
    let version = clinic.get(&format!("/v1/invoices/{void}")).await.version();
    clinic.delete(&format!("/v1/invoices/{void}")).on_version(version).await.ok();
    for id in [paid, void] {
        let problem = clinic.send(&id).await.refused(409);
        assert_eq!(problem["allowed"], json!(["draft", "open"]));
    }
    clinic.proven_books().await;
}
