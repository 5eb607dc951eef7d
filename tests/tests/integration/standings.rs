//! What is texted back, and what came back: STOP, HELP, START, anything else, and what staff know.

use chrono::{DateTime, Duration, Utc};
use paywell_app::{AppError, standings::Texted};
use paywell_domain::patient::Phone;
use paywell_tests::support::{Clinic, bounce, of_mail};
use serde_json::{Value, json};

const NUMBER: &str = "+16175550123";
/// The practice's own number.
pub(super) const OWN: &str = "+18005550100";
/// The account's sender, which practices share that have none of their own.
const SHARED: &str = "+18005550199";
/// Two in the afternoon in New York.
const DAY: &str = "2026-06-10T18:00:00Z";

fn number(text: &str) -> Phone {
    text.to_owned().try_into().unwrap()
}

/// Ada, by day, who agreed to texts; her practice has a number of its own.
pub(super) async fn ada() -> (Clinic, String) {
    let clinic = Clinic::open().await;
    clinic.world.set_clock(DAY.parse().unwrap());
    clinic.change_practice(|practice| practice.text_number = Some(number(OWN))).await;
    let ada = agreed(&clinic, "Ada").await;
    (clinic, ada)
}

/// A patient at Ada's number, who agreed to texts.
pub(super) async fn agreed(clinic: &Clinic, name: &str) -> String {
    let email = format!("{}@example.com", name.to_lowercase());
    let details = json!({ "email": email, "phone": NUMBER, "time_zone": "America/New_York" });
    let patient = clinic.patient_with(name, &details).await;
    let path = format!("/v1/patients/{patient}");
    let version = clinic.get(&path).await.version();
    let consent = json!({ "wording": "I agree to texts.", "given": "in_person" });
    let choice = json!({ "email": true, "texts": consent });
    clinic.put(&format!("{path}/messages"), &choice).on_version(version).await.ok();
    patient
}

/// Somebody texts; `id` is the provider's.
pub(super) async fn texted(clinic: &Clinic, id: &str, to: &str, text: &str) {
    told(clinic, id, to, text, clinic.world.now()).await.unwrap();
}

async fn told(
    clinic: &Clinic,
    id: &str,
    to: &str,
    text: &str,
    told_at: DateTime<Utc>,
) -> Result<(), AppError> {
    let (from, to) = (number(NUMBER), number(to));
    let texted = Texted { id, from: &from, to: &to, text, told_at: Some(told_at) };
    clinic.world.app.hear_text(texted, "req-sns", clinic.world.now()).await
}

async fn texts(clinic: &Clinic) -> Vec<String> {
    let sent = clinic.world.mail.to(NUMBER).await;
    sent.iter().map(|text| text["text"].as_str().unwrap().to_owned()).collect()
}

async fn contacts(clinic: &Clinic, patient: &str) -> Value {
    clinic.get(&format!("/v1/patients/{patient}/contacts")).await.ok()
}

/// The rule by which an invoice is not texted to a patient; none where it is.
async fn refused(clinic: &Clinic, patient: &str) -> Option<String> {
    let id = clinic.draft(patient, "10.00").await;
    let answer = clinic.post(&format!("/v1/invoices/{id}/send"), &json!({ "channels": ["sms"] })).await;
    (answer.status != 200).then(|| answer.refused(409)["rule"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn stop_ends_texts_to_the_number_whoever_is_there_and_is_confirmed_once() {
    let (clinic, ada) = ada().await;
    let ben = agreed(&clinic, "Ben").await;
    assert_eq!(refused(&clinic, &ada).await, None);
    for id in ["in-1", "in-1", "in-2"] {
        texted(&clinic, id, OWN, "Stop.").await;
    }
    let sent = texts(&clinic).await;
    assert_eq!(sent.len(), 2, "the invoice, and one confirmation: {sent:?}");
    assert!(sent[1].starts_with("Riverside Clinic: you will get no more texts"), "{}", sent[1]);
    for patient in [&ada, &ben] {
        assert_eq!(refused(&clinic, patient).await.as_deref(), Some("texts-stopped"));
    }
    texted(&clinic, "in-3", OWN, "START").await;
    assert_eq!(refused(&clinic, &ada).await, None);
    assert_eq!(texts(&clinic).await.len(), 4, "that they are back, and an invoice");
    clinic.proven_books().await;
}

#[tokio::test]
async fn stop_between_the_choice_and_the_send_prevents_it() {
    let (clinic, ada) = ada().await;
    let invoice = clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 1 })).await;
    let rules = json!({
        "title": "Texts", "expiry_days": 30,
        "steps": [{ "delay_days": 0, "method": "sms", "title": "Balance", "message": "There is a balance." }],
    });
    let rules = clinic.post("/v1/rule-sets", &rules).await.field("id");
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.field("id");
    let change = json!({ "action": "change_rule_set", "rule_set_id": rules });
    clinic.post(&format!("/v1/invoice-sets/{set}/actions"), &change).await.ok();
    clinic.world.pass(Duration::days(3));
    texted(&clinic, "in-1", OWN, "STOP").await;
    assert_eq!(texts(&clinic).await.len(), 1, "the confirmation alone");
    let run = clinic.world.run_outreach().await;
    assert_eq!((run.sent, run.changed), (0, 1), "{run:?}");
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!(set["status"], json!("failed"));
    let told: Vec<&str> =
        set["timeline"].as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap()).collect();
    assert!(told.contains(&"texts_stopped"), "{told:?}");
    assert_eq!(clinic.invoice(&invoice).await["status"], json!("overdue"));
}

#[tokio::test]
async fn any_other_reply_is_read_by_staff_before_anything_is_texted_again() {
    let (clinic, ada) = ada().await;
    clinic.open_invoice(&ada, "125.00").await;
    texted(&clinic, "in-1", OWN, "this is not my bill, leave me alone").await;
    assert_eq!(texts(&clinic).await, Vec::<String>::new(), "nobody is answered by a machine");
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("reply-unread"));
    let shown = contacts(&clinic, &ada).await;
    let reply = &shown["phone"]["unread_replies"][0];
    assert_eq!((&reply["number"], reply["text"].as_str().unwrap().len()), (&json!(1), 35));
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert_eq!(set["timeline"].as_array().unwrap().last().unwrap()["what"], json!("reply_texted"));
    let read = |number: u32| format!("/v1/patients/{ada}/contacts/replies/{number}/read");
    clinic.post(&read(2), &json!({ "means": "other" })).await.refused(409);
    let none = clinic.post(&read(1), &json!({ "means": "other" })).await.ok();
    assert_eq!((&none["phone"]["problem"], &none["phone"]["unread_replies"]), (&Value::Null, &json!([])));
    assert_eq!(refused(&clinic, &ada).await, None);
    texted(&clinic, "in-2", OWN, "please no more").await;
    clinic.post(&read(2), &json!({ "means": "opt_out" })).await.ok();
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("texts-stopped"));
}

#[tokio::test]
async fn help_is_answered_with_who_writes_and_how_to_end_it() {
    let (clinic, ada) = ada().await;
    texted(&clinic, "in-1", OWN, "HELP").await;
    let sent = texts(&clinic).await;
    assert!(sent[0].contains("Riverside Clinic") && sent[0].contains("STOP"), "{sent:?}");
    assert_eq!(refused(&clinic, &ada).await, None);
}

#[tokio::test]
async fn what_is_told_late_counts_and_is_not_answered() {
    let (clinic, ada) = ada().await;
    let then = clinic.world.now() - Duration::minutes(6);
    told(&clinic, "in-1", OWN, "STOP", then).await.unwrap();
    assert_eq!(texts(&clinic).await, Vec::<String>::new(), "it may be night by now");
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("texts-stopped"));
}

#[tokio::test]
async fn a_stop_is_for_the_practice_whose_number_it_came_to_and_for_all_where_they_share_one() {
    let (clinic, ada) = ada().await;
    let other = clinic.neighbour().await;
    let eve = agreed(&other, "Eve").await;
    texted(&clinic, "in-1", OWN, "STOP").await;
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("texts-stopped"));
    assert_eq!(refused(&other, &eve).await, None);
    texted(&clinic, "in-2", OWN, "START").await;
    let before = texts(&clinic).await.len();
    texted(&clinic, "in-3", SHARED, "STOP").await;
    assert_eq!(texts(&clinic).await.len(), before + 1, "one confirmation");
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("texts-stopped"));
    assert_eq!(refused(&other, &eve).await.as_deref(), Some("texts-stopped"));
}

#[tokio::test]
async fn what_was_told_to_staff_counts_and_no_code_goes_there_either() {
    let (clinic, ada) = ada().await;
    let path = format!("/v1/patients/{ada}/contacts");
    let stopped =
        clinic.post(&format!("{path}/stop-texts"), &json!({ "spoken": "By phone: no texts." })).await.ok();
    assert_eq!(stopped["phone"]["problem"]["rule"], json!("texts-stopped"));
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("texts-stopped"));
    let lift = json!({ "channel": "email", "note": "Asked." });
    clinic.post(&format!("{path}/lift"), &lift).await.refused(409);
    let nobody = clinic.patient_with("Cy", &json!({ "email": "cy@example.com" })).await;
    clinic
        .post(&format!("/v1/patients/{nobody}/contacts/stop-texts"), &json!({ "spoken": "No." }))
        .await
        .refused(404);
}

/// What SNS brings, as it comes from the mailbox.
async fn brought(clinic: &Clinic, event: Value) {
    clinic.world.notify(&[event]).await.unwrap();
}

#[tokio::test]
async fn a_text_comes_by_way_of_the_provider() {
    let (clinic, ada) = ada().await;
    let inbound = json!({
        "originationNumber": NUMBER, "destinationNumber": OWN, "messageKeyword": "STOP", "messageBody": "Stop",
        "inboundMessageId": "cae173d2-66b9-564c-8309-21f858e9fb84",
    });
    for _ in 0..2 {
        brought(&clinic, inbound.clone()).await;
    }
    assert_eq!(texts(&clinic).await.len(), 1);
    assert_eq!(refused(&clinic, &ada).await.as_deref(), Some("texts-stopped"));
}

#[tokio::test]
async fn mail_that_came_back_for_good_or_was_complained_of_ends_mail_to_the_address_in_that_practice() {
    for (kind, rule) in [("bounce", "mail-bounced"), ("complaint", "mail-complained-of")] {
        let (clinic, ada) = ada().await;
        let id = clinic.open_invoice(&ada, "125.00").await;
        let by_mail = format!("/v1/invoices/{id}/send");
        clinic.post(&by_mail, &json!({ "channels": ["email"] })).await.ok();
        let mail = clinic.world.mail.to("ada@example.com").await.pop().unwrap();
        let event = match kind {
            "bounce" => bounce(&mail, "Permanent"),
            _ => of_mail(&mail, "Complaint"),
        };
        brought(&clinic, event).await;
        let refused = clinic.post(&by_mail, &json!({ "channels": ["email"] })).await.refused(409);
        assert_eq!(refused["rule"], json!(rule));
        assert_eq!(contacts(&clinic, &ada).await["email"]["problem"]["rule"], json!(rule));
        let lift = json!({ "channel": "email", "note": "She called: it works again." });
        let lifted = clinic.post(&format!("/v1/patients/{ada}/contacts/lift"), &lift).await;
        match kind {
            "bounce" => drop(lifted.ok()),
            _ => drop(lifted.refused(409)),
        }
        let path = format!("/v1/patients/{ada}");
        let version = clinic.get(&path).await.version();
        clinic.patch(&path, &json!({ "email": "ada@other.example" })).on_version(version).await.ok();
        clinic.post(&by_mail, &json!({ "channels": ["email"] })).await.ok();
        clinic.proven_books().await;
    }
}

#[tokio::test]
async fn a_mail_that_came_back_for_now_ends_nothing() {
    let (clinic, ada) = ada().await;
    let id = clinic.open_invoice(&ada, "125.00").await;
    let by_mail = format!("/v1/invoices/{id}/send");
    clinic.post(&by_mail, &json!({ "channels": ["email"] })).await.ok();
    let mail = clinic.world.mail.to("ada@example.com").await.pop().unwrap();
    brought(&clinic, bounce(&mail, "Transient")).await;
    clinic.post(&by_mail, &json!({ "channels": ["email"] })).await.ok();
}
