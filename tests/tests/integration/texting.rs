//! Texts: of invoices, reminders, payment requests, new links and receipts; to whoever agreed, by day.

use chrono::{DateTime, Duration, Timelike, Utc};
use paywell_app::reconcile::Order;
use paywell_tests::support::{BY_CARD, Clinic, Mail, Processor, pay_path};
use serde_json::{Value, json};

const NUMBER: &str = "+16175550123";
/// Two in the afternoon and eleven in the night in New York.
const DAY: &str = "2026-06-10T18:00:00Z";
const NIGHT: &str = "2026-06-11T03:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Lets staff say of a patient which messages are wanted.
async fn choose(clinic: &Clinic, patient: &str, email: bool, texts: bool) -> Value {
    let path = format!("/v1/patients/{patient}");
    let version = clinic.get(&path).await.version();
    let consent = json!({ "wording": "I agree to texts about bills.", "given": "in_person" });
    let choice = json!({ "email": email, "texts": texts.then_some(consent) });
    clinic.put(&format!("{path}/messages"), &choice).on_version(version).await.ok()
}

/// Ada, who agreed to texts and to mail, and lives there.
async fn ada_of(clinic: &Clinic, zone: &str) -> String {
    let details = json!({ "email": "ada@example.com", "phone": NUMBER, "time_zone": zone });
    let ada = clinic.patient_with("Ada", &details).await;
    choose(clinic, &ada, true, true).await;
    ada
}

/// Ada, by day.
async fn ada(clinic: &Clinic) -> String {
    clinic.world.set_clock(at(DAY));
    ada_of(clinic, "America/New_York").await
}

/// A zone where it is about noon: the processor's clock is not moved.
fn where_it_is_noon(clinic: &Clinic) -> String {
    let hours = i64::from(clinic.world.now().hour()) - 12;
    format!("Etc/GMT{hours:+}")
}

async fn texts(clinic: &Clinic) -> Vec<Value> {
    clinic.world.mail.to(NUMBER).await
}

fn by(channels: &[&str]) -> Value {
    json!({ "channels": channels })
}

async fn timeline(clinic: &Clinic, path: &str) -> Vec<String> {
    let shown = clinic.get(path).await.ok();
    let events = shown["timeline"].as_array().unwrap().iter();
    events.map(|event| event["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_invoice_that_is_texted_brings_a_link_that_opens() {
    let clinic = Clinic::open().await;
    let ada = ada(&clinic).await;
    let id = clinic.draft(&ada, "125.00").await;
    clinic.post(&format!("/v1/invoices/{id}/send"), &by(&["sms", "sms"])).await.ok();
    let [text] = &texts(&clinic).await[..] else { panic!("one text, however often its channel is named") };
    for private in ["Office visit", "125.00", "Lovelace"] {
        assert!(!text.to_string().contains(private), "{private} is nobody else's business");
    }
    let said = text["text"].as_str().unwrap();
    assert!(said.starts_with("Riverside Clinic: Hello Ada,") && said.ends_with("Reply STOP to end texts."));
    assert!(clinic.opens(&Mail::pay_path(text)).await);
    let told = timeline(&clinic, &format!("/v1/invoices/{id}")).await;
    assert_eq!(told, ["invoice_created", "invoice_sent", "text_sent"]);
    let ends = text["headers"].as_array().unwrap().iter().find(|h| h["name"] == "TimeToLive").unwrap();
    let seconds: i64 = ends["value"].as_str().unwrap().parse().unwrap();
    assert!((7 * 3600 - 60..=7 * 3600).contains(&seconds), "until the night begins: {seconds}");
    clinic.proven_books().await;
}

#[tokio::test]
async fn nobody_is_texted_who_has_not_agreed_for_this_number() {
    let clinic = Clinic::open().await;
    let ada = ada(&clinic).await;
    let id = clinic.draft(&ada, "125.00").await;
    let path = format!("/v1/invoices/{id}/send");
    choose(&clinic, &ada, true, false).await;
    let refused = clinic.post(&path, &by(&["sms"])).await.refused(409);
    assert_eq!(refused["rule"], json!("no-text-consent"));
    choose(&clinic, &ada, true, true).await;
    let patient = format!("/v1/patients/{ada}");
    for (change, rule) in [
        (json!({ "phone": "+16175550199" }), "no-text-consent"),
        (json!({ "phone": null }), "no-phone-number"),
        (json!({ "phone": NUMBER, "time_zone": null }), "no-time-zone"),
        (json!({ "time_zone": "America/New_York", "deceased": true }), "patient-deceased"),
    ] {
        let version = clinic.get(&patient).await.version();
        clinic.patch(&patient, &change).on_version(version).await.ok();
        let before = clinic.world.dump().await;
        assert_eq!(clinic.post(&path, &by(&["sms"])).await.refused(409)["rule"], json!(rule), "{change}");
        assert_eq!(clinic.world.dump().await, before, "{change}: nothing sent, nothing owed");
    }
    assert_eq!(clinic.post(&path, &by(&["email"])).await.refused(409)["rule"], json!("patient-deceased"));
    assert!(clinic.world.mail.all().await.is_empty());
}

#[tokio::test]
async fn nobody_is_texted_at_night() {
    let clinic = Clinic::open().await;
    let ada = ada(&clinic).await;
    let id = clinic.draft(&ada, "125.00").await;
    clinic.world.set_clock(at(NIGHT));
    let path = format!("/v1/invoices/{id}/send");
    for channels in [&["sms"][..], &["email", "sms"]] {
        let refused = clinic.post(&path, &by(channels)).await.refused(409);
        assert_eq!(refused["rule"], json!("quiet-hours"), "{channels:?}");
        assert!(refused["detail"].as_str().unwrap().contains("23:00"), "{refused}");
    }
    clinic.post(&path, &by(&["email"])).await.ok();
    assert_eq!(clinic.world.mail.all().await.len(), 1, "mail may be sent");
}

#[tokio::test]
async fn a_reminder_goes_by_what_is_asked_for_and_by_mail_where_nothing_is() {
    let clinic = Clinic::open().await;
    let ada = ada(&clinic).await;
    let id = clinic.open_invoice(&ada, "125.00").await;
    let path = format!("/v1/invoices/{id}/remind");
    clinic.post(&path, &by(&["email", "sms"])).await.ok();
    let [mail] = &clinic.world.mail.to("ada@example.com").await[..] else { panic!("one mail") };
    let [text] = &texts(&clinic).await[..] else { panic!("one text") };
    assert_eq!(Mail::pay_path(mail), Mail::pay_path(text), "one link");
    let told = timeline(&clinic, &format!("/v1/invoices/{id}")).await;
    assert_eq!(told[told.len() - 3..], ["invoice_reminded", "mail_sent", "text_sent"]);
    clinic.post_empty(&path).await.ok();
    assert_eq!((clinic.world.mail.to("ada@example.com").await.len(), texts(&clinic).await.len()), (2, 1));
    clinic.post(&path, &by(&[])).await.refused_at(422, "/channels");
    clinic.post(&path, &by(&["portal"])).await.refused_at(422, "/channels/0");
}

#[tokio::test]
async fn a_payment_is_asked_for_by_text_and_mail_and_paid_by_that_link() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = ada_of(&clinic, &where_it_is_noon(&clinic)).await;
    let new = json!({ "patient_id": ada, "amount": "40.00", "currency": "USD", "draft": true });
    let id = clinic.post("/v1/payments", &new).await.field("id");
    let path = format!("/v1/payments/{id}/request");
    let asked = clinic.post(&path, &by(&["sms", "email"])).key("ask").await;
    assert_eq!(asked.ok()["status"], json!("pending"), "a draft is asked for with it");
    clinic.post(&path, &by(&["sms", "email"])).key("ask").await.ok();
    let [text] = &texts(&clinic).await[..] else { panic!("one text, also where the answer was lost") };
    assert_eq!(clinic.world.mail.to("ada@example.com").await.len(), 1);
    assert!(text["text"].as_str().unwrap().contains("we ask you for a payment"), "{text}");
    let told = timeline(&clinic, &format!("/v1/payments/{id}")).await;
    let expected = ["payment_created", "payment_requested", "payment_request_sent", "text_sent", "mail_sent"];
    assert_eq!(told, expected);
    let hosted = clinic.by_patient("POST", &format!("{}/checkout", Mail::pay_path(text))).await;
    processor.send_form(hosted.headers["location"].to_str().unwrap(), BY_CARD).await;
    processor.tell(&clinic).await;
    assert_eq!(clinic.payment(&id).await["status"], json!("paid"));
    let refused = clinic.post_empty(&path).await.refused(409);
    assert_eq!(
        (&refused["rule"], &refused["allowed"]),
        (&json!("payment-status"), &json!(["draft", "pending"]))
    );
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_came_of_a_text_is_in_the_timeline() {
    for (fault, what, sent) in [("throttle", "text_failed", 0), ("accept_then_drop", "text_unknown", 1)] {
        let clinic = Clinic::open().await;
        let ada = ada(&clinic).await;
        let id = clinic.draft(&ada, "125.00").await;
        clinic.world.mail.fault(fault, 1).await;
        let path = format!("/v1/invoices/{id}/send");
        for _ in 0..2 {
            clinic.post(&path, &by(&["sms"])).key("send-it").await.ok();
        }
        let told = timeline(&clinic, &format!("/v1/invoices/{id}")).await;
        assert_eq!(told.last().unwrap(), what);
        assert_eq!(texts(&clinic).await.len(), sent, "{fault}: never twice");
    }
}

#[tokio::test]
async fn who_wants_no_mail_gets_new_links_by_text_by_day() {
    let clinic = Clinic::open().await;
    let ada = ada(&clinic).await;
    choose(&clinic, &ada, false, true).await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let ask = format!("{}/renew", pay_path(&link));
    clinic.world.set_clock(at(NIGHT) + Duration::days(31));
    clinic.by_patient("POST", &ask).await;
    assert!(texts(&clinic).await.is_empty(), "not at night");
    clinic.world.set_clock(at(DAY) + Duration::days(32));
    clinic.by_patient("POST", &ask).await;
    let [text] = &texts(&clinic).await[..] else { panic!("one text") };
    assert!(text["text"].as_str().unwrap().contains("new link"), "{text}");
    assert!(clinic.opens(&Mail::pay_path(text)).await);
}

#[tokio::test]
async fn who_wants_no_mail_gets_the_receipt_by_text() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = ada_of(&clinic, &where_it_is_noon(&clinic)).await;
    choose(&clinic, &ada, false, true).await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let hosted = clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link))).await;
    processor.send_form(hosted.headers["location"].to_str().unwrap(), BY_CARD).await;
    processor.tell(&clinic).await;
    for _ in 0..2 {
        assert_eq!(clinic.world.reconcile(Order::default()).await.errors, 0);
    }
    let [receipt] = &texts(&clinic).await[..] else { panic!("one receipt") };
    assert!(clinic.by_patient("GET", &Mail::pay_path(receipt)).await.text().contains("$125.00"));
    assert!(clinic.world.mail.to("ada@example.com").await.is_empty());
}

/// Lets new sets follow the rule set of that title.
async fn follow(clinic: &Clinic, title: &str) {
    let list = clinic.get("/v1/rule-sets").await.ok();
    let found = list["items"].as_array().unwrap().iter().find(|item| item["title"] == title).unwrap();
    let version = clinic.get("/v1/practice").as_owner().await.version();
    let choice = json!({ "rule_set_id": found["id"] });
    clinic.patch("/v1/practice", &choice).as_owner().on_version(version).await.ok();
}

#[tokio::test]
async fn outreach_texts_whoever_agreed_and_mails_the_others_at_the_same_step() {
    let clinic = Clinic::open().await;
    follow(&clinic, "Mail and text").await;
    let ada = ada(&clinic).await;
    let ben = clinic.patient("Ben").await;
    for patient in [&ada, &ben] {
        clinic.open_invoice_with(patient, "125.00", &json!({ "term_days": 1 })).await;
    }
    let mut sent = Vec::new();
    for day in 1..40 {
        clinic.world.set_clock(at(DAY) + Duration::days(day));
        let run = clinic.world.run_outreach().await;
        if run.sent > 0 {
            let all = clinic.world.mail.all().await;
            let texts = all.iter().filter(|message| message["kind"] == "sms").count();
            sent.push((day, all.len() - texts, texts));
        }
    }
    assert_eq!(sent, [(2, 2, 0), (9, 3, 1), (23, 5, 1), (37, 6, 2)], "day, mails, texts so far");
    let texts = texts(&clinic).await;
    let said = texts[0]["text"].as_str().unwrap();
    assert!(said.starts_with("Riverside Clinic: Hello Ada, This is a reminder"), "{said}");
    assert!(clinic.opens(&Mail::pay_path(texts.last().unwrap())).await);
    let told = timeline(&clinic, &format!("/v1/patients/{ada}/invoice-set")).await;
    assert_eq!(told.iter().filter(|what| *what == "message_sent").count(), 4);
}

#[tokio::test]
async fn mail_does_not_wait_for_texts_that_nobody_takes() {
    let clinic = Clinic::open().await;
    let sms_first = json!({
        "title": "Texts first", "expiry_days": 30,
        "steps": [{ "delay_days": 0, "method": "sms", "title": "A balance", "message": "Please pay.",
                    "fallback": "email" }],
    });
    let made = clinic.post("/v1/rule-sets", &sms_first).await;
    assert_eq!(made.status, 201, "{}", made.text());
    follow(&clinic, "Texts first").await;
    clinic.world.set_clock(at(DAY));
    let mut texted = Vec::new();
    for name in ["Ada", "Bea", "Cleo"] {
        let details = json!({ "email": "x@example.com", "phone": NUMBER, "time_zone": "America/New_York" });
        let patient = clinic.patient_with(name, &details).await;
        choose(&clinic, &patient, true, true).await;
        texted.push(patient);
    }
    let ben = clinic.patient("Ben").await;
    for patient in texted.iter().chain([&ben]) {
        clinic.open_invoice_with(patient, "125.00", &json!({ "term_days": 1 })).await;
    }
    clinic.world.set_clock(at(DAY) + Duration::days(2));
    clinic.world.mail.fault_of_texts("throttle", 3).await;
    let run = clinic.world.run_outreach().await;
    assert!(run.texts_down && !run.cut_off, "{run:?}");
    let mails = clinic.world.mail.to("ben@example.com").await.len();
    assert_eq!(
        (run.due, run.sent, run.postponed, mails, texts(&clinic).await.len()),
        (4, 1, 3, 1, 0),
        "{run:?}"
    );
    clinic.world.mail.fault_of_texts("throttle", 0).await;
    clinic.world.set_clock(at(DAY) + Duration::days(2) + Duration::minutes(16));
    assert_eq!(clinic.world.run_outreach().await.sent, 3, "the next run goes on");
    assert_eq!(texts(&clinic).await.len(), 3);
}

#[tokio::test]
async fn nobody_is_reminded_of_what_they_dispute() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.field("id");
    let path = format!("/v1/invoice-sets/{set}/actions");
    clinic.post(&path, &json!({ "action": "pause", "reason": "dispute" })).await.ok();
    let remind = || clinic.post_empty(&format!("/v1/invoices/{invoice}/remind"));
    assert_eq!(remind().await.refused(409)["rule"], json!("disputed"));
    assert!(clinic.world.mail.all().await.is_empty());
    clinic.post(&path, &json!({ "action": "resume" })).await.ok();
    remind().await.ok();
}

#[tokio::test]
async fn a_consent_that_is_taken_back_before_a_text_goes_out_prevents_it() {
    let clinic = Clinic::open().await;
    follow(&clinic, "Mail and text").await;
    let ada = ada(&clinic).await;
    clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 1 })).await;
    clinic.world.set_clock(at(DAY) + Duration::days(2));
    clinic.world.run_outreach().await;
    choose(&clinic, &ada, true, false).await;
    clinic.world.set_clock(at(DAY) + Duration::days(9));
    clinic.world.run_outreach().await;
    assert!(texts(&clinic).await.is_empty(), "it goes by mail");
    assert_eq!(clinic.world.mail.to("ada@example.com").await.len(), 2);
}

#[tokio::test]
async fn staff_record_what_was_agreed_and_what_was_taken_back() {
    let clinic = Clinic::open().await;
    let ada = ada(&clinic).await;
    let shown = clinic.get(&format!("/v1/patients/{ada}")).await.ok();
    let consent = &shown["messages"]["texts"];
    assert_eq!((&consent["phone"], &consent["given"]), (&json!(NUMBER), &json!("in_person")));
    assert_eq!(consent["wording"], json!("I agree to texts about bills."));
    assert!(consent["at"].as_str().unwrap().starts_with("2026-06-10T18:00:0"), "{consent}");
    assert_eq!(choose(&clinic, &ada, true, false).await["messages"], json!({ "email": true, "texts": null }));
    let path = format!("/v1/patients/{ada}/messages");
    clinic.put(&path, &json!({ "email": true })).on_version(1).await.refused(412);
    let numberless = clinic.patient("Ben").await;
    let consent = json!({ "email": true, "texts": { "wording": "I agree.", "given": "by_phone" } });
    let path = format!("/v1/patients/{numberless}/messages");
    let refused = clinic.put(&path, &consent).on_version(1).await.refused(409);
    assert_eq!(refused["rule"], json!("no-phone-number"));
}

#[tokio::test]
async fn a_corrected_contact_is_where_messages_go_from_then_on() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let path = format!("/v1/patients/{ada}");
    let edit =
        json!({ "guarantor": { "first_name": "Grace", "email": "grace@example.com" }, "language": "es" });
    let edited = clinic.patch(&path, &edit).on_version(1).await.ok();
    assert_eq!((&edited["guarantor"], &edited["email"]), (&json!("Grace"), &json!("ada@example.com")));
    let zone = json!({ "time_zone": "America/New_York" });
    clinic.patch(&path, &zone).on_version(2).await.ok();
    clinic.post_empty(&format!("/v1/invoices/{invoice}/remind")).await.ok();
    let [mail] = &clinic.world.mail.to("grace@example.com").await[..] else { panic!("one mail") };
    assert!(mail["text"].as_str().unwrap().starts_with("Hola, Grace:"), "{mail}");
    for (field, wrong) in
        [("email", json!("ada")), ("birth_date", json!("2027-01-01")), ("first_name", json!("Eva"))]
    {
        let refused = clinic.patch(&path, &json!({ field: wrong })).on_version(3).await;
        refused.refused_at(422, &format!("/{field}"));
    }
    clinic.patch(&path, &edit).on_version(1).await.refused(412);
    let gone = clinic.patch(&path, &json!({ "guarantor": null })).on_version(3).await.ok();
    let (zone, language) = (&gone["time_zone"], &gone["language"]);
    assert_eq!(
        (zone, language),
        (&Value::Null, &Value::Null),
        "where and what somebody else reads is not known"
    );
}
