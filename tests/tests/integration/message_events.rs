//! What the providers of mail and texts tell comes back, and changes what happens next.

use std::{fs, path::Path};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use paywell_store::Key;
use paywell_tests::support::{Clinic, bounce, of_mail, of_text};
use serde_json::{Value, json};

const NUMBER: &str = "+16175550123";
/// Two in the afternoon in New York, and ten in the morning of the day after an invoice with one day of term fell due.
const DAY: &str = "2026-06-10T18:00:00Z";
const DUE: &str = "2026-06-12T14:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A practice that chases by mail, and by that method where a mail does not arrive.
async fn open(fallback: Option<&str>) -> Clinic {
    let clinic = Clinic::open().await;
    clinic.world.set_clock(at(DAY));
    let step = |delay: u16| {
        json!({ "delay_days": delay, "method": "email", "title": "A balance", "message": "Please pay.",
                "fallback": fallback })
    };
    let rules = json!({ "title": "Mail", "expiry_days": 60, "steps": [step(0), step(7)] });
    let id: String = clinic.post("/v1/rule-sets", &rules).await.field("id");
    let version = clinic.get("/v1/practice").as_owner().await.version();
    let choice = json!({ "rule_set_id": id });
    clinic.patch("/v1/practice", &choice).as_owner().on_version(version).await.ok();
    clinic
}

/// Ada, who agreed to mail and texts.
async fn ada(clinic: &Clinic) -> String {
    let details = json!({ "email": "ada@example.com", "phone": NUMBER, "time_zone": "America/New_York" });
    let ada = clinic.patient_with("Ada", &details).await;
    let path = format!("/v1/patients/{ada}");
    let consent = json!({ "wording": "I agree to texts about bills.", "given": "in_person" });
    let choice = json!({ "email": true, "texts": consent });
    let version = clinic.get(&path).await.version();
    clinic.put(&format!("{path}/messages"), &choice).on_version(version).await.ok();
    ada
}

/// Ada, whose charge is chased; the mail of the first step has gone out.
async fn chased(fallback: Option<&str>) -> (Clinic, String, Value) {
    let clinic = open(fallback).await;
    let ada = ada(&clinic).await;
    clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 1 })).await;
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    let mail = mails(&clinic).await.remove(0);
    (clinic, ada, mail)
}

async fn mails(clinic: &Clinic) -> Vec<Value> {
    clinic.world.mail.to("ada@example.com").await
}

async fn texts(clinic: &Clinic) -> Vec<Value> {
    clinic.world.mail.to(NUMBER).await
}

async fn set(clinic: &Clinic, patient: &str) -> Value {
    clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok()
}

fn names(shown: &Value) -> Vec<String> {
    let events = shown["timeline"].as_array().unwrap().iter();
    events.map(|event| event["what"].as_str().unwrap().to_owned()).collect()
}

/// What happened since the message went out.
fn since(shown: &Value, sent: &str) -> Vec<String> {
    let names = names(shown);
    let last = names.iter().rposition(|name| name == sent).unwrap();
    names[last + 1..].to_vec()
}

async fn told(clinic: &Clinic, events: &[Value]) {
    assert_eq!(clinic.world.notify(events).await, Ok(()));
}

/// An invoice that has gone out by mail and text, with both.
async fn sent_invoice(clinic: &Clinic) -> (String, Value, Value) {
    let ada = ada(clinic).await;
    let id = clinic.draft(&ada, "125.00").await;
    let by = json!({ "channels": ["email", "sms"] });
    clinic.post(&format!("/v1/invoices/{id}/send"), &by).await.ok();
    (id, mails(clinic).await.pop().unwrap(), texts(clinic).await.pop().unwrap())
}

#[tokio::test]
async fn what_became_of_an_invoices_messages_is_in_its_history() {
    let clinic = open(None).await;
    let (id, mail, text) = sent_invoice(&clinic).await;
    for (event, what) in [
        (of_mail(&mail, "Delivery"), "mail_delivered"),
        (of_text(&text, "TEXT_DELIVERED"), "text_delivered"),
        (of_mail(&mail, "Complaint"), "mail_complained"),
        (bounce(&mail, "Permanent"), "mail_failed"),
        (of_text(&text, "TEXT_CARRIER_UNREACHABLE"), "text_failed"),
    ] {
        told(&clinic, &[event]).await;
        let shown = clinic.invoice(&id).await;
        let last = shown["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["what"], &last["actor"]), (&json!(what), &json!("processor")), "{last}");
        assert_eq!(shown["status"], json!("unpaid"));
        assert!(!last.to_string().contains("ada@example.com"), "{last}");
    }
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_became_of_a_payment_request_is_in_the_payments_history() {
    let clinic = open(None).await;
    let ada = ada(&clinic).await;
    let new = json!({ "patient_id": ada, "amount": "40.00", "currency": "USD", "draft": true });
    let id: String = clinic.post("/v1/payments", &new).await.field("id");
    let by = json!({ "channels": ["email"] });
    clinic.post(&format!("/v1/payments/{id}/request"), &by).await.ok();
    told(&clinic, &[of_mail(&mails(&clinic).await[0], "Delivery")]).await;
    assert_eq!(since(&clinic.payment(&id).await, "mail_sent"), ["mail_delivered"]);
}

#[tokio::test]
async fn the_same_news_is_noted_once_however_often_it_comes() {
    let (clinic, ada, mail) = chased(Some("call_task")).await;
    let (delivered, bounced) = (of_mail(&mail, "Delivery"), bounce(&mail, "Permanent"));
    told(&clinic, &[delivered.clone(), bounced.clone(), bounced.clone(), delivered.clone()]).await;
    let noted = ["message_delivered", "message_failed", "task_created"];
    assert_eq!(since(&set(&clinic, &ada).await, "message_sent"), noted, "also where it bounces afterwards");
    let before = clinic.world.dump().await;
    told(&clinic, &[bounced, delivered]).await;
    assert!(clinic.world.dump().await == before);
}

#[tokio::test]
async fn a_delivered_or_unwanted_message_leaves_its_set_as_it_is() {
    let (clinic, ada, mail) = chased(Some("sms")).await;
    let before = set(&clinic, &ada).await;
    told(&clinic, &[of_mail(&mail, "Delivery"), of_mail(&mail, "Complaint")]).await;
    let after = set(&clinic, &ada).await;
    for field in ["status", "next_step", "next_send_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(since(&after, "message_sent"), ["message_delivered", "message_complained"]);
    let delivered = &after["timeline"].as_array().unwrap().iter().rev().nth(1).unwrap()["details"];
    assert_eq!(*delivered, json!({ "step": 0, "channel": "email" }));
}

#[tokio::test]
async fn what_bounces_goes_by_text_at_the_same_step_and_by_day() {
    let (clinic, ada, mail) = chased(Some("sms")).await;
    // Three in the morning there.
    clinic.world.set_clock(at(DUE) + Duration::hours(17));
    told(&clinic, &[bounce(&mail, "Permanent")]).await;
    assert_eq!(clinic.world.run_outreach().await.postponed, 1);
    assert!(texts(&clinic).await.is_empty(), "not at night");
    clinic.world.set_clock(at(DUE) + Duration::days(1));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    let text = texts(&clinic).await.remove(0);
    assert_eq!((mails(&clinic).await.len(), &text["tags"]["step"]), (1, &json!("0")));
    assert_eq!(clinic.world.run_outreach().await.due, 0, "once");
    told(&clinic, &[of_text(&text, "TEXT_UNREACHABLE")]).await;
    let after = set(&clinic, &ada).await;
    assert_eq!((&after["status"], &after["next_send_at"]), (&json!("failed"), &Value::Null));
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_bounces_is_a_task_for_staff_where_the_rules_say_so() {
    let (clinic, ada, mail) = chased(Some("call_task")).await;
    told(&clinic, &[bounce(&mail, "Transient")]).await;
    let after = set(&clinic, &ada).await;
    assert_eq!((&after["status"], &after["tasks"][0]["method"]), (&json!("active"), &json!("call_task")));
    assert_eq!(since(&after, "message_sent"), ["message_failed", "task_created"]);
    assert_eq!(after["next_step"], json!(1), "the next step comes on its day");
}

#[tokio::test]
async fn what_bounces_fails_the_set_where_no_other_way_is_left() {
    let (clinic, ada, mail) = chased(None).await;
    told(&clinic, &[bounce(&mail, "Permanent")]).await;
    let after = set(&clinic, &ada).await;
    assert_eq!((&after["status"], &after["next_send_at"]), (&json!("failed"), &Value::Null));
    let failed = clinic.get("/v1/invoice-sets?status=failed").await.ok();
    assert_eq!(failed["items"].as_array().unwrap().len(), 1, "and is found among those");
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_late_bounce_of_an_earlier_step_changes_nothing_but_the_history() {
    let (clinic, ada, first) = chased(None).await;
    clinic.world.set_clock(at(DUE) + Duration::days(7));
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    told(&clinic, &[bounce(&first, "Permanent")]).await;
    let after = set(&clinic, &ada).await;
    assert_eq!(since(&after, "message_sent"), ["message_failed"]);
    assert_eq!((&after["status"], &after["next_step"]), (&json!("active"), &json!(2)));
}

#[tokio::test]
async fn a_bounce_does_not_wake_a_set_that_was_paused() {
    let (clinic, ada, mail) = chased(Some("sms")).await;
    let id = set(&clinic, &ada).await["id"].as_str().unwrap().to_owned();
    let pause = json!({ "action": "pause", "reason": "hardship" });
    clinic.post(&format!("/v1/invoice-sets/{id}/actions"), &pause).await.ok();
    told(&clinic, &[bounce(&mail, "Permanent")]).await;
    let after = set(&clinic, &ada).await;
    assert_eq!((&after["status"], &after["next_step"]), (&json!("paused"), &json!(1)));
    assert_eq!(names(&after).last().unwrap(), "message_failed");
    assert_eq!(clinic.world.run_outreach().await.due, 0);
}

/// News about something in another practice, of something that is gone, or of no message of ours.
#[tokio::test]
async fn news_that_is_nobodys_reaches_nothing() {
    let (clinic, _, mail) = chased(None).await;
    let neighbour = clinic.neighbour().await;
    let (_, of_invoice, _) = sent_invoice(&neighbour).await;
    let before = clinic.world.dump().await;
    let tagged = |mail: &Value, name: &str, value: Value| {
        let mut event = bounce(mail, "Transient");
        event["mail"]["tags"][name] = value;
        event
    };
    for event in [
        tagged(&mail, "practice", json!([neighbour.practice])),
        tagged(&of_invoice, "practice", json!([clinic.practice])),
        tagged(&mail, "practice", json!(["prac_nobody"])),
        tagged(&mail, "practice", json!([])),
        tagged(&mail, "set", json!(["set_01h455vb4pex5vsknk084sn02q_0001"])),
        tagged(&mail, "set", json!([mail["tags"]["set"].as_str().unwrap().replace("_0001", "_0002")])),
        tagged(&mail, "step", json!(["first"])),
        tagged(&mail, "set", json!(["x"])),
        json!({ "eventType": "Bounce", "mail": { "messageId": "1", "destination": ["somebody@example.com"] } }),
        json!("Successfully validated SNS topic for Amazon SES event publishing."),
        json!({ "eventType": "Levitation" }),
    ] {
        told(&clinic, std::slice::from_ref(&event)).await;
        assert!(clinic.world.dump().await == before, "{event}");
    }
}

#[tokio::test]
async fn whoever_waits_for_a_link_or_a_code_asks_again() {
    let clinic = open(None).await;
    let (_, mail, text) = sent_invoice(&clinic).await;
    let id = paywell_app::ids::new(clinic.world.now());
    for (name, id) in [
        ("link", paywell_domain::LinkId::new(id).to_string()),
        ("session", paywell_domain::SessionId::new(id).to_string()),
    ] {
        let before = clinic.world.dump().await;
        let tags = json!({ "practice": clinic.practice, name: id });
        let (mut mail, mut text) = (mail.clone(), text.clone());
        (mail["tags"], text["tags"]) = (tags.clone(), tags);
        told(&clinic, &[bounce(&mail, "Transient"), of_text(&text, "TEXT_UNREACHABLE")]).await;
        assert!(clinic.world.dump().await == before, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_applied_is_to_come_again_and_holds_up_nothing_else() {
    let clinic = open(None).await;
    let (broken, mail, _) = sent_invoice(&clinic).await;
    let whole = clinic.open_invoice(&clinic.patient("Ben").await, "125.00").await;
    clinic.post_empty(&format!("/v1/invoices/{whole}/remind")).await.ok();
    let second = clinic.world.mail.to("ben@example.com").await.remove(0);
    let key = Key::invoice(&clinic.practice, broken.parse().unwrap());
    let update = clinic.world.client.update_item().table_name(&clinic.world.table);
    let update = update.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
    update.update_expression("REMOVE d").send().await.unwrap();
    let events = [of_mail(&mail, "Delivery"), of_mail(&second, "Delivery")];
    for _ in 0..2 {
        assert!(clinic.world.notify(&events).await.is_err());
        let shown = clinic.invoice(&whole).await;
        assert_eq!(since(&shown, "mail_sent"), ["mail_delivered"]);
    }
}

#[tokio::test]
async fn the_sample_events_are_taken() {
    let clinic = open(None).await;
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/message-events");
    let mut before = clinic.world.dump().await;
    for sample in fs::read_dir(samples).unwrap() {
        let path = sample.unwrap().path();
        let sample = fs::read_to_string(&path).unwrap();
        assert_eq!(clinic.world.bring(&serde_json::from_str(&sample).unwrap()).await, Ok(()), "{sample}");
        let is_kept = path.ends_with("text-received.json");
        assert_eq!(clinic.world.dump().await != before, is_kept, "what others name is not here: {sample}");
        before = clinic.world.dump().await;
    }
}
