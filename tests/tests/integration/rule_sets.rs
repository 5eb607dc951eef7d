//! Rule sets: staff write them in versions, and sets that run keep theirs.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use paywell_store::Key;
use paywell_tests::support::{Clinic, Request, rule_set};
use serde_json::{Value, json};

/// Ten in the morning of 3 June in New York: the day after an invoice of 1 June with one day of term fell due.
const DUE: &str = "2026-06-03T14:00:00Z";

fn due() -> DateTime<Utc> {
    DUE.parse().unwrap()
}

fn revise(clinic: &Clinic, id: &str, version: u64, body: &Value) -> Request {
    clinic.put(&format!("/v1/rule-sets/{id}"), body).on_version(version)
}

async fn followed(clinic: &Clinic) -> String {
    let practice = clinic.get("/v1/practice").as_owner().await.ok();
    practice["rule_set_id"].as_str().unwrap().to_owned()
}

async fn follow(clinic: &Clinic, id: &str) -> Value {
    let version = clinic.get("/v1/practice").as_owner().await.version();
    clinic.patch("/v1/practice", &json!({ "rule_set_id": id })).as_owner().on_version(version).await.ok()
}

async fn chased(clinic: &Clinic, patient: &str) -> Value {
    clinic.open_invoice_with(patient, "125.00", &json!({ "term_days": 1 })).await;
    set(clinic, patient).await
}

async fn set(clinic: &Clinic, patient: &str) -> Value {
    clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut body = rule_set("Gentle");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

#[tokio::test]
async fn a_new_practice_finds_rule_sets_and_follows_the_gentle_one() {
    let clinic = Clinic::open().await;
    let list = clinic.get("/v1/rule-sets").as_viewer().await.ok();
    let titles: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Standard", "Mail and text", "Final notice"]);
    assert_eq!((&list["items"][0]["followed"], &list["items"][1]["followed"]), (&json!(true), &json!(false)));
    assert_eq!(list["items"][0]["id"], json!(followed(&clinic).await));
}

#[tokio::test]
async fn a_rule_set_is_made_read_and_revised_in_versions_that_are_kept() {
    let clinic = Clinic::open().await;
    let made = clinic.post("/v1/rule-sets", &rule_set("Gentle")).key("made").await;
    let view = made.ok();
    let id = view["id"].as_str().unwrap();
    assert_eq!((made.status, made.version()), (201, 1));
    assert_eq!(made.headers["location"], format!("/v1/rule-sets/{id}"));
    assert_eq!(view["steps"][0]["window"], json!({ "from_hour": 9, "until_hour": 17 }));
    assert_eq!((&view["steps"][0]["fallback"], &view["version"]), (&json!("letter_task"), &json!(1)));
    let again = clinic.post("/v1/rule-sets", &rule_set("Gentle")).key("made").await;
    assert_eq!((again.status, again.text()), (201, made.text()), "the same answer, and one rule set");
    assert_eq!(clinic.get("/v1/rule-sets").await.ok()["items"].as_array().unwrap().len(), 4);

    let revised = revise(&clinic, id, 1, &rule_set("Kind")).await;
    assert_eq!((revised.version(), &revised.ok()["title"]), (2, &json!("Kind")));
    let stale = revise(&clinic, id, 1, &rule_set("Other")).await.refused(412);
    assert_eq!((&stale["current_version"], &stale["current"]["title"]), (&json!(2), &json!("Kind")));
    clinic.put(&format!("/v1/rule-sets/{id}"), &rule_set("X")).without("if-match").await.refused(428);
    let newest = clinic.get(&format!("/v1/rule-sets/{id}")).as_viewer().await;
    assert_eq!((newest.version(), newest.ok()), (2, revised.ok()));
    let first = clinic.get(&format!("/v1/rule-sets/{id}?version=1")).await.ok();
    assert_eq!((&first["title"], &first["newest_version"]), (&json!("Gentle"), &json!(2)));
    clinic.get(&format!("/v1/rule-sets/{id}?version=3")).await.refused(404);
    clinic.get(&format!("/v1/rule-sets/{id}?version=0")).await.refused(404);
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_cannot_be_a_rule_set_is_refused_where_it_is_wrong() {
    let clinic = Clinic::open().await;
    let before = clinic.world.dump().await;
    let long = "x".repeat(81);
    for (pointer, value, named) in [
        ("/title", json!(""), "1 to 60"),
        ("/steps", json!([]), "1 to 30"),
        ("/expiry_days", json!(7), "last step"),
        ("/steps/0/delay_days", json!(70_000), ""),
        ("/steps/1/delay_days", json!(-1), ""),
        ("/steps/0/method", json!("charge_card"), "a day before"),
        ("/steps/0/method", json!("fax"), ""),
        ("/steps/0/fallback", json!("charge_card"), "another message"),
        ("/steps/0/fallback", json!("email"), "another message"),
        ("/steps/0/title", json!("You owe {amount}"), "{first_name}, {practice}, {phone}"),
        ("/steps/0/title", json!(long), "80"),
        ("/steps/0/message", json!("Pay at https://example.com"), "no link"),
        ("/steps/0/window", json!({ "from_hour": 7, "until_hour": 20 }), "8 to 21"),
        ("/steps/0/window", json!({ "from_hour": 10, "until_hour": 22 }), "8 to 21"),
        ("/steps/0/window", json!({ "from_hour": 12, "until_hour": 12 }), "8 to 21"),
        ("/steps/0/translations/0/message", json!("{service}"), "{first_name}, {practice}, {phone}"),
        ("/colour", json!("red"), ""),
    ] {
        let body = with(pointer, value.clone());
        let problem = clinic.post("/v1/rule-sets", &body).await.refused_at(422, pointer);
        assert!(problem.to_string().contains(named), "{pointer} {value}: {problem}");
    }
    let mut twice = rule_set("Gentle");
    twice["steps"][1] = twice["steps"][0].clone();
    clinic.post("/v1/rule-sets", &twice).await.refused_at(422, "/steps/1/method");
    twice["steps"][0]["delay_days"] = json!(9);
    clinic.post("/v1/rule-sets", &twice).await.refused_at(422, "/steps/1/delay_days");
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_new_version_of_what_is_followed_is_for_new_sets_and_a_running_set_keeps_its_own() {
    let clinic = Clinic::open().await;
    let id: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    let chosen = follow(&clinic, &id).await;
    assert_eq!((&chosen["rule_set_id"], &chosen["rule_set_version"]), (&json!(id), &json!(1)));
    let (ada, ben) = (clinic.patient("Ada").await, clinic.patient("Ben").await);
    assert_eq!(chased(&clinic, &ada).await["rule_set_version"], json!(1));
    let mut second = rule_set("Kind");
    second["steps"][0]["title"] = json!("Hello {first_name}");
    revise(&clinic, &id, 1, &second).await.ok();
    assert_eq!(chased(&clinic, &ben).await["rule_set_version"], json!(2));
    clinic.world.set_clock(due());
    assert_eq!(clinic.world.run_outreach().await.sent, 2);
    let mut subjects = Vec::new();
    for address in ["ada@example.com", "ben@example.com"] {
        subjects.push(clinic.world.mail.to(address).await[0]["subject"].clone());
    }
    assert_eq!(subjects, [json!("You have a balance with Riverside Clinic"), json!("Hello Ben")]);
    assert_eq!(set(&clinic, &ada).await["rule_set_version"], json!(1));
}

#[tokio::test]
async fn a_message_goes_out_in_its_window_in_the_words_of_its_reader() {
    let clinic = Clinic::open().await;
    let id: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    follow(&clinic, &id).await;
    let details = json!({ "email": "ada@example.com", "language": "es", "time_zone": "America/Chicago" });
    let ada = clinic.patient_with("Ada", &details).await;
    assert_eq!(chased(&clinic, &ada).await["next_send_at"], json!("2026-06-03T14:00:00Z"), "nine in Chicago");
    // Five in the afternoon there, when the window has ended; nine is of the next day.
    clinic.world.set_clock("2026-06-03T22:00:00Z".parse().unwrap());
    assert_eq!(clinic.world.run_outreach().await.postponed, 1);
    assert_eq!(set(&clinic, &ada).await["next_send_at"], json!("2026-06-04T14:00:00Z"));
    clinic.world.set_clock("2026-06-04T14:00:00Z".parse().unwrap());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    let mail = clinic.world.mail.to("ada@example.com").await[0].clone();
    assert_eq!(mail["subject"], json!("Tiene un saldo"));
    assert!(mail.to_string().contains("Hola, Ada."), "{mail}");
}

#[tokio::test]
async fn staff_are_given_the_tasks_of_a_rule_set_and_those_of_undeliverable_mail() {
    let clinic = Clinic::open().await;
    let id: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    follow(&clinic, &id).await;
    let ada = clinic.patient_with("Ada", &json!({ "time_zone": "America/Los_Angeles" })).await;
    chased(&clinic, &ada).await;
    clinic.world.set_clock("2026-06-03T16:00:00Z".parse().unwrap());
    let run = clinic.world.run_outreach().await;
    assert_eq!((run.tasks, run.sent, run.changed), (1, 0, 0), "no address, but a letter: {run:?}");
    let after = set(&clinic, &ada).await;
    assert_eq!(after["status"], json!("active"));
    assert_eq!(after["next_send_at"], json!("2026-06-10T14:00:00Z"), "the call, at ten where the staff are");
    assert_eq!(after["tasks"][0]["method"], json!("letter_task"));
    assert_eq!(after["tasks"][0]["title"], json!("You have a balance with Riverside Clinic"));
    let what: Vec<&str> =
        after["timeline"].as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["set_started", "message_failed", "task_created"]);
    clinic.world.set_clock(due() + Duration::days(7));
    assert_eq!(clinic.world.run_outreach().await.tasks, 1);
    assert_eq!(clinic.world.run_outreach().await.due, 0, "once");
    let after = set(&clinic, &ada).await;
    assert_eq!((&after["tasks"][1]["title"], &after["tasks"][1]["number"]), (&json!("Call Ada"), &json!(2)));
    assert!(clinic.world.mail.all().await.is_empty());
    clinic.proven_books().await;
}

#[tokio::test]
async fn an_archived_rule_set_starts_no_set_and_the_followed_one_cannot_be_archived() {
    let clinic = Clinic::open().await;
    let id: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    let archive = |id: &str| clinic.post_empty(&format!("/v1/rule-sets/{id}/archive"));
    let refused = archive(&followed(&clinic).await).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("choose another one"), "{refused}");
    assert_eq!(archive(&id).await.ok()["archived"], json!(true));
    assert_eq!(archive(&id).await.ok()["archived"], json!(true), "again changes nothing");
    let choose = json!({ "rule_set_id": id });
    let version = clinic.get("/v1/practice").as_owner().await.version();
    let choosing = || clinic.patch("/v1/practice", &choose).as_owner().on_version(version);
    choosing().await.refused_at(422, "/rule_set_id");
    assert_eq!(clinic.ids("/v1/rule-sets?archived=true").await, std::slice::from_ref(&id));
    assert_eq!(clinic.ids("/v1/rule-sets?archived=false").await.len(), 3);
    clinic.get("/v1/rule-sets?archived=maybe").await.refused_at(400, "?archived");
    let restored = clinic.post_empty(&format!("/v1/rule-sets/{id}/restore")).await.ok();
    assert_eq!(restored["archived"], json!(false));
    choosing().await.ok();
}

#[tokio::test]
async fn what_is_archived_while_it_is_chosen_is_not_followed() {
    let clinic = Clinic::open().await;
    let id: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    let chosen = json!({ "rule_set_id": id });
    let key = Key::rule_sets(&clinic.practice);
    let archiving = clinic.world.client.update_item().table_name(&clinic.world.table);
    let archiving = archiving
        .key("pk", AttributeValue::S(key.pk))
        .key("sk", AttributeValue::S(key.sk))
        .update_expression("SET v = v + :one, d.rule_sets[3].archived = :archived")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .expression_attribute_values(":archived", AttributeValue::Bool(true));
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        archiving.send().await.unwrap();
    });
    clinic.patch("/v1/practice", &chosen).as_owner().on_version(1).await.refused_at(422, "/rule_set_id");
    assert_ne!(followed(&clinic).await, id);
}

#[tokio::test]
async fn when_chasing_begins_is_the_owners_choice_for_what_starts_then() {
    let clinic = Clinic::open().await;
    let edit = |version, days: u32| {
        let body = json!({ "chase_after_days": days });
        clinic.patch("/v1/practice", &body).as_owner().on_version(version)
    };
    edit(1, 366).await.refused_at(422, "/chase_after_days");
    assert_eq!(edit(1, 10).await.ok()["chase_after_days"], json!(10));
    let ada = clinic.patient("Ada").await;
    assert_eq!(chased(&clinic, &ada).await["started_on"], json!("2026-06-12"));
}

#[tokio::test]
async fn a_preview_is_what_a_patient_would_read_and_when() {
    let clinic = Clinic::open().await;
    let id: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    let details = json!({ "email": "ada@example.com", "language": "es", "time_zone": "America/Chicago" });
    let ada = clinic.patient_with("Ada", &details).await;
    let nobody = clinic.patient_with("Ben", &json!({})).await;
    let before = clinic.world.dump().await;
    let path = |patient: &str| format!("/v1/rule-sets/{id}/preview?patient={patient}");
    let preview = clinic.get(&path(&ada)).as_viewer().await.ok();
    assert_eq!((&preview["time_zone"], &preview["language"]), (&json!("America/Chicago"), &json!("es")));
    let (mail, call) = (&preview["steps"][0], &preview["steps"][1]);
    assert_eq!((&mail["subject"], &mail["address"]), (&json!("Tiene un saldo"), &json!("ada@example.com")));
    assert_eq!(mail["at"], json!("2026-06-02T14:00:00Z"), "nine in Chicago");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("Hola, Ada.") && text.contains("Riverside Clinic"), "{text}");
    assert!(!text.contains("/pay/"), "no link is given out: {text}");
    assert_eq!((&call["method"], &call["subject"]), (&json!("call_task"), &json!("Call Ada")));
    assert_eq!(call["at"], json!("2026-06-09T14:00:00Z"), "ten in New York");
    let letter = &clinic.get(&path(&nobody)).await.ok()["steps"][0];
    assert_eq!((&letter["method"], &letter["address"]), (&json!("letter_task"), &Value::Null));
    assert!(letter["problem"].as_str().unwrap().contains("email address"));
    clinic.get(&format!("/v1/rule-sets/{id}/preview")).await.refused_at(400, "?patient");
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn a_preview_says_whether_a_method_on_file_can_be_charged() {
    let clinic = Clinic::open().await;
    let mut rules = rule_set("With a charge");
    rules["steps"][1]["method"] = json!("charge_card");
    let id: String = clinic.post("/v1/rule-sets", &rules).await.field("id");
    let ada = clinic.patient("Ada").await;
    let path = format!("/v1/rule-sets/{id}/preview?patient={ada}");
    let charge = async || clinic.get(&path).await.ok()["steps"][1].clone();
    let none = charge().await;
    assert_eq!(none["method"], json!("charge_card"));
    assert!(none["problem"].as_str().unwrap().contains("put one on file"), "{none}");
    clinic.keep_card(&ada, "pm_1").await;
    assert_eq!(charge().await["problem"], Value::Null);
}

/// As every practice was stored before rule sets were listed.
#[tokio::test]
async fn a_practice_of_before_has_the_rule_set_that_it_follows() {
    let clinic = Clinic::open().await;
    for place in ["A", "E#00000001", "E#00000002"] {
        let key = Key { sk: place.to_owned(), ..Key::rule_sets(&clinic.practice) };
        let delete = clinic.world.client.delete_item().table_name(&clinic.world.table);
        delete
            .key("pk", AttributeValue::S(key.pk))
            .key("sk", AttributeValue::S(key.sk))
            .send()
            .await
            .unwrap();
    }
    let id = followed(&clinic).await;
    assert_eq!(clinic.ids("/v1/rule-sets").await, std::slice::from_ref(&id));
    clinic.get(&format!("/v1/rule-sets/{id}")).await.ok();
    let new: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    assert_eq!(clinic.ids("/v1/rule-sets").await, [id.clone(), new.clone()]);
    revise(&clinic, &id, 1, &rule_set("Kind")).await.ok();
    assert_eq!(clinic.get("/v1/practice").as_owner().await.ok()["rule_set_version"], json!(2));
    follow(&clinic, &new).await;
}
