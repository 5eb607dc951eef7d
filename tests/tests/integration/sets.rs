//! What staff do to invoice sets: one at a time and many, once, and only what a set's status allows.

mod now;

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

async fn chased(clinic: &Clinic, patient: &str, amount: &str) -> String {
    clinic.open_invoice_with(patient, amount, &json!({ "term_days": 1 })).await
}

async fn set(clinic: &Clinic, patient: &str) -> Value {
    clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok()
}

async fn id(clinic: &Clinic, patient: &str) -> String {
    set(clinic, patient).await["id"].as_str().unwrap().to_owned()
}

fn act(clinic: &Clinic, id: &str, body: &Value) -> Request {
    clinic.post(&format!("/v1/invoice-sets/{id}/actions"), body)
}

fn bulk(clinic: &Clinic, sets: &[&str], mut body: Value) -> Request {
    body["sets"] = json!(sets);
    clinic.post("/v1/invoice-sets/actions", &body)
}

fn pause() -> Value {
    json!({ "action": "pause", "reason": "patient_request", "note": "Asked for time." })
}

/// A practice in which Ada's charge of 125.00 is chased, and the set's id.
async fn ada_chased() -> (Clinic, String, String, String) {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let invoice = chased(&clinic, &ada, "125.00").await;
    let id = id(&clinic, &ada).await;
    (clinic, ada, invoice, id)
}

#[tokio::test]
async fn a_paused_set_is_not_chased_until_its_day_and_then_by_itself() {
    let (clinic, ada, _, id) = ada_chased().await;
    let mut body = pause();
    body["until"] = json!("2026-06-10");
    let paused = act(&clinic, &id, &body).await.ok();
    assert_eq!((&paused["status"], &paused["next_send_at"]), (&json!("paused"), &Value::Null));
    let why = json!({ "reason": "patient_request", "note": "Asked for time.", "until": "2026-06-10" });
    assert_eq!(paused["pause"], why);
    clinic.world.set_clock(due() + Duration::days(3));
    assert_eq!(clinic.world.run_outreach().await.due, 0);
    // Midnight of 10 June in New York.
    clinic.world.set_clock("2026-06-10T03:59:50Z".parse().unwrap());
    assert_eq!(clinic.world.run_outreach().await.due, 0);
    clinic.world.set_clock("2026-06-10T04:00:00Z".parse().unwrap());
    let run = clinic.world.run_outreach().await;
    assert_eq!((run.changed, run.sent), (1, 0), "{run:?}");
    let resumed = set(&clinic, &ada).await;
    assert_eq!((&resumed["status"], &resumed["pause"]), (&json!("active"), &Value::Null));
    assert_eq!(resumed["next_send_at"], json!("2026-06-10T14:00:00Z"));
    clinic.world.set_clock("2026-06-10T14:00:00Z".parse().unwrap());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_dispute_holds_the_chase_and_not_the_paying() {
    let (clinic, ada, invoice, id) = ada_chased().await;
    let dispute = json!({ "action": "pause", "reason": "dispute" });
    act(&clinic, &id, &json!({ "action": "pause", "reason": "dispute", "until": "2026-06-10" }))
        .await
        .refused_at(422, "/until");
    assert_eq!(act(&clinic, &id, &dispute).await.ok()["pause"]["reason"], json!("dispute"));
    clinic.world.set_clock(due() + Duration::days(90));
    assert_eq!(clinic.world.run_outreach().await.due, 0);
    clinic.cash(&ada, "125.00", &[(&invoice, "125.00")]).await.ok();
    assert_eq!(set(&clinic, &ada).await["status"], json!("paid"));
}

#[tokio::test]
async fn a_resumed_set_goes_on_where_it_was() {
    let (clinic, ada, _, id) = ada_chased().await;
    clinic.world.set_clock(due());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    act(&clinic, &id, &pause()).await.ok();
    clinic.world.set_clock(due() + Duration::days(40));
    let resumed = act(&clinic, &id, &json!({ "action": "resume" })).await.ok();
    assert_eq!((&resumed["status"], &resumed["next_step"]), (&json!("active"), &json!(1)));
    for day in 41..44 {
        clinic.world.set_clock(due() + Duration::days(day));
        clinic.world.run_outreach().await;
    }
    let mails = clinic.world.mail.to("ada@example.com").await;
    let subjects: Vec<&str> = mails.iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    let expected =
        ["You have a balance with us", "A reminder about your balance", "Your balance is still open"];
    assert_eq!(subjects, expected, "each once, one a day");
    assert_eq!(set(&clinic, &ada).await["next_step"], json!(3));
}

#[tokio::test]
async fn another_rule_set_is_followed_from_its_first_step() {
    let (clinic, _, _, id) = ada_chased().await;
    let gentle: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    clinic.world.set_clock(due());
    clinic.world.run_outreach().await;
    let change = json!({ "action": "change_rule_set", "rule_set_id": gentle });
    let changed = act(&clinic, &id, &change).await.ok();
    assert_eq!((&changed["rule_set_id"], &changed["next_step"]), (&json!(gentle), &json!(0)));
    assert_eq!(changed["next_send_at"], json!("2026-06-04T13:00:00Z"), "nine, and not the same day again");
    clinic.world.set_clock("2026-06-04T13:00:00Z".parse().unwrap());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    clinic.post_empty(&format!("/v1/rule-sets/{gentle}/archive")).await.ok();
    act(&clinic, &id, &change).await.refused_at(422, "/rule_set_id");
    let unknown = json!({ "action": "change_rule_set", "rule_set_id": "rul_7zzzzzzzzzzzzzzzzzzzzzzzzz" });
    act(&clinic, &id, &unknown).await.refused_at(422, "/rule_set_id");
}

#[tokio::test]
async fn a_written_off_set_is_in_the_books_and_comes_back_on_hold() {
    let (clinic, ada, invoice, id) = ada_chased().await;
    let second = chased(&clinic, &ada, "75.00").await;
    let write_off = json!({ "action": "write_off", "reason": "financial_assistance" });
    let done = act(&clinic, &id, &write_off).key("off").await;
    assert_eq!((&done.ok()["status"], &done.ok()["outstanding"]), (&json!("written_off"), &json!("0.00")));
    for invoice in [&invoice, &second] {
        assert_eq!(clinic.invoice(invoice).await["status"], json!("written_off"));
    }
    assert_eq!(clinic.balance(&ada).await.0, "0.00");
    assert_eq!(act(&clinic, &id, &write_off).key("off").await.text(), done.text(), "once");
    let refused = act(&clinic, &id, &write_off).await.refused(409);
    assert_eq!(refused["allowed"], json!(["reverse"]), "{refused}");
    clinic.proven_books().await;
    let back = act(&clinic, &id, &json!({ "action": "reverse" })).await.ok();
    assert_eq!((&back["status"], &back["outstanding"]), (&json!("paused"), &json!("200.00")));
    assert_eq!(clinic.balance(&ada).await.0, "200.00");
    assert_eq!(clinic.invoice(&invoice).await["status"], json!("unpaid"));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_set_in_collections_is_owed_and_comes_back_on_hold() {
    let (clinic, ada, invoice, id) = ada_chased().await;
    let placed = act(&clinic, &id, &json!({ "action": "send_to_collections" })).await.ok();
    assert_eq!(placed["status"], json!("collections"));
    assert_eq!(clinic.invoice(&invoice).await["status"], json!("in_collections"));
    let back = act(&clinic, &id, &json!({ "action": "reverse" })).await.ok();
    assert_eq!((&back["status"], &back["outstanding"]), (&json!("paused"), &json!("125.00")));
    assert_eq!(set(&clinic, &ada).await["id"], json!(id), "the same set");
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_set_with_too_many_invoices_for_one_transaction_says_so() {
    let (clinic, ada, _, id) = ada_chased().await;
    let write_off = json!({ "action": "write_off", "reason": "small_balance" });
    for _ in 0..15 {
        chased(&clinic, &ada, "1.00").await;
    }
    let refused = act(&clinic, &id, &write_off).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("16 invoices"), "{refused}");
    let one = set(&clinic, &ada).await["invoices"][0]["invoice_id"].as_str().unwrap().to_owned();
    let version = clinic.get(&format!("/v1/invoices/{one}")).await.version();
    let path = format!("/v1/invoices/{one}/write-off");
    clinic.post(&path, &json!({ "reason": "small_balance" })).on_version(version).await.ok();
    assert_eq!(act(&clinic, &id, &write_off).await.ok()["status"], json!("written_off"));
    let refused = act(&clinic, &id, &json!({ "action": "reverse" })).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("16 invoices"), "{refused}");
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_a_cancelled_set_chased_is_chased_again_when_staff_say_so() {
    let (clinic, _, _, id) = ada_chased().await;
    let cancelled = act(&clinic, &id, &json!({ "action": "cancel", "note": "Moved away." })).await.ok();
    assert_eq!((&cancelled["status"], &cancelled["outstanding"]), (&json!("cancelled"), &json!("125.00")));
    assert_eq!(cancelled["allowed_actions"], json!(["chase_again"]));
    clinic.world.set_clock(due());
    assert_eq!(clinic.world.run_outreach().await.due, 0);
    let again = json!({ "action": "chase_again" });
    let new = act(&clinic, &id, &again).await.ok();
    assert_eq!((&new["status"], &new["outstanding"]), (&json!("active"), &json!("125.00")));
    assert_ne!(new["id"], json!(id));
    act(&clinic, &id, &again).await.refused(409);
    let refused = act(&clinic, &id, &pause()).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains(new["id"].as_str().unwrap()), "{refused}");
    clinic.proven_books().await;

    // A charge since then has begun another set: the cancelled one's join it.
    let ben = clinic.patient("Ben").await;
    chased(&clinic, &ben, "10.00").await;
    let first = self::id(&clinic, &ben).await;
    act(&clinic, &first, &json!({ "action": "cancel" })).await.ok();
    chased(&clinic, &ben, "5.00").await;
    let joined = act(&clinic, &first, &again).await.ok();
    assert_eq!(joined["outstanding"], json!("15.00"));
    assert_eq!(set(&clinic, &ben).await["id"], joined["id"]);
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_settled_while_it_is_moved_back_to_chasing_is_not_chased() {
    let (clinic, ada, invoice, id) = ada_chased().await;
    act(&clinic, &id, &json!({ "action": "cancel" })).await.ok();
    let key = Key::invoice(&clinic.practice, invoice.parse().unwrap());
    let settling = clinic.world.client.update_item().table_name(&clinic.world.table);
    let settling = settling
        .key("pk", AttributeValue::S(key.pk))
        .key("sk", AttributeValue::S(key.sk))
        .update_expression("SET v = v + :one, d.#status = :paid")
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .expression_attribute_values(":paid", AttributeValue::S("paid".to_owned()));
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        settling.send().await.unwrap();
    });
    act(&clinic, &id, &json!({ "action": "chase_again" })).await.refused(409);
    assert_eq!(set(&clinic, &ada).await["status"], json!("cancelled"));
}

#[tokio::test]
async fn what_an_action_takes_is_checked_by_name() {
    let (clinic, _, _, id) = ada_chased().await;
    let before = clinic.world.dump().await;
    for (body, pointer) in [
        (json!({ "action": "dance" }), "/action"),
        (json!({}), "/action"),
        (json!({ "action": "pause" }), "/reason"),
        (json!({ "action": "pause", "reason": "bad_debt" }), "/reason"),
        (json!({ "action": "pause", "reason": "other" }), "/note"),
        (json!({ "action": "pause", "reason": "hardship", "until": "2026-06-01" }), "/until"),
        (json!({ "action": "pause", "reason": "hardship", "until": "soon" }), "/until"),
        (json!({ "action": "write_off" }), "/reason"),
        (json!({ "action": "write_off", "reason": "dispute" }), "/reason"),
        (json!({ "action": "write_off", "reason": "other" }), "/note"),
        (json!({ "action": "change_rule_set" }), "/rule_set_id"),
        (json!({ "action": "cancel", "reason": "other" }), "/reason"),
        (json!({ "action": "send_to_collections", "until": "2026-07-01" }), "/until"),
    ] {
        act(&clinic, &id, &body).await.refused_at(422, pointer);
    }
    let many: Vec<&str> = std::iter::repeat_n(id.as_str(), 101).collect();
    for sets in [&[][..], &many] {
        bulk(&clinic, sets, pause()).await.refused_at(422, "/sets");
    }
    act(&clinic, "set_01h455vb4pex5vsknk084sn02q_0001", &pause()).await.refused(404);
    act(&clinic, &id.replace("_0001", "_0002"), &pause()).await.refused(404);
    act(&clinic, &id, &pause()).as_front_desk().await.refused(403);
    assert!(clinic.world.dump().await == before, "nothing is written");
}

#[tokio::test]
async fn many_are_answered_for_one_by_one_and_the_same_again_changes_nothing() {
    let (clinic, _, _, ada) = ada_chased().await;
    let mut sets = vec![ada];
    for name in ["Ben", "Cleo"] {
        let patient = clinic.patient(name).await;
        chased(&clinic, &patient, "10.00").await;
        sets.push(id(&clinic, &patient).await);
    }
    act(&clinic, &sets[1], &pause()).await.ok();
    let neighbour = clinic.neighbour().await;
    let eve = neighbour.patient("Eve").await;
    chased(&neighbour, &eve, "10.00").await;
    let theirs = id(&neighbour, &eve).await;
    let ids = [sets[0].as_str(), &sets[1], &theirs, "garbage", &sets[2], &sets[0]];
    let answer = bulk(&clinic, &ids, pause()).key("many").await;
    let results = answer.ok()["results"].clone();
    let done: Vec<bool> = results.as_array().unwrap().iter().map(|r| r["done"].as_bool().unwrap()).collect();
    assert_eq!(done, [true, false, false, false, true, true], "{results}");
    assert_eq!(results[0]["status"], json!("paused"));
    assert_eq!(results[0], results[5], "named twice, done once");
    let problem = &results[1]["problem"];
    assert_eq!((&problem["status"], &problem["rule"]), (&json!(409), &json!("set-status")));
    assert!(problem["allowed"].as_array().unwrap().contains(&json!("resume")), "{problem}");
    for unknown in [&results[2], &results[3]] {
        assert_eq!(unknown["problem"]["type"], json!("/problems/not-found"), "{unknown}");
    }
    assert_eq!(set(&neighbour, &eve).await["status"], json!("active"));

    // What was refused would be done by now, and is not: the same request has the same answer.
    act(&clinic, &sets[1], &json!({ "action": "resume" })).await.ok();
    let before = clinic.world.dump().await;
    assert_eq!(bulk(&clinic, &ids, pause()).key("many").await.text(), answer.text());
    assert!(clinic.world.dump().await == before, "nothing is written");
    bulk(&clinic, &ids[..1], pause()).key("many").await.refused(422);
}

#[tokio::test]
async fn a_bulk_action_that_was_cut_off_is_finished_by_the_same_again() {
    let (clinic, ada, invoice, first) = ada_chased().await;
    let ben = clinic.patient("Ben").await;
    chased(&clinic, &ben, "10.00").await;
    let second = id(&clinic, &ben).await;
    let write_off = json!({ "action": "write_off", "reason": "bad_debt" });
    let ids = [first.as_str(), &second];
    // The first set was done, then whoever did it was gone.
    bulk(&clinic, &ids[..1], write_off.clone()).key("cut").await.ok();
    let forget = |key: &str| {
        let key = Key { pk: format!("IDEMPOTENCY#prac_riverside#user_ada#{key}"), sk: "A".to_owned() };
        let delete = clinic.world.client.delete_item().table_name(&clinic.world.table);
        delete.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk)).send()
    };
    forget("cut").await.unwrap();
    bulk(&clinic, &ids, write_off.clone()).key("cut").await.refused(422);
    let answer = bulk(&clinic, &ids, write_off.clone()).key("whole").await;
    assert_eq!(answer.ok()["results"][0]["done"], json!(false), "another command: it is written off already");

    let cleo = clinic.patient("Cleo").await;
    chased(&clinic, &cleo, "30.00").await;
    let third = id(&clinic, &cleo).await;
    let answer = bulk(&clinic, &[&third], write_off.clone()).key("again").await;
    forget("again").await.unwrap();
    let versions = async || (set(&clinic, &cleo).await["version"].clone(), clinic.balance(&cleo).await);
    let before = versions().await;
    assert_eq!(bulk(&clinic, &[&third], write_off).key("again").await.text(), answer.text());
    assert_eq!(versions().await, before, "done once");
    assert_eq!(clinic.invoice(&invoice).await["status"], json!("written_off"));
    assert_eq!(set(&clinic, &ada).await["status"], json!("written_off"));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_task_that_is_done_is_no_longer_open() {
    let (clinic, ada, _, set_id) = ada_chased().await;
    let gentle: String = clinic.post("/v1/rule-sets", &rule_set("Gentle")).await.field("id");
    act(&clinic, &set_id, &json!({ "action": "change_rule_set", "rule_set_id": gentle })).await.ok();
    for day in [0, 7] {
        clinic.world.set_clock(due() + Duration::days(day));
        clinic.world.run_outreach().await;
    }
    let open = set(&clinic, &ada).await["tasks"].clone();
    assert_eq!((open.as_array().unwrap().len(), &open[0]["number"]), (1, &json!(1)), "{open}");
    let finish = |number: &str| {
        let path = format!("/v1/invoice-sets/{set_id}/tasks/{number}/done");
        clinic.post(&path, &json!({ "note": "She will pay on Friday." }))
    };
    finish("2").await.refused(404);
    finish("1").as_front_desk().await.refused(403);
    assert_eq!(finish("1").key("done").await.ok()["tasks"], json!([]));
    assert_eq!(finish("1").key("done").await.ok()["tasks"], json!([]), "the same again");
    finish("1").await.refused(404);
    let timeline = set(&clinic, &ada).await["timeline"].clone();
    let last = timeline.as_array().unwrap().last().unwrap();
    assert_eq!((&last["what"], &last["details"]["task"]), (&json!("task_done"), &json!(1)));
    assert_eq!(last["details"]["note"], json!("She will pay on Friday."));
}

#[tokio::test]
async fn a_list_and_a_detail_say_what_a_set_allows() {
    let (clinic, ada, _, _) = ada_chased().await;
    let allowed =
        json!(["write_off", "send_to_collections", "pause", "send_now", "change_rule_set", "cancel"]);
    assert_eq!(set(&clinic, &ada).await["allowed_actions"], allowed);
    assert_eq!(clinic.get("/v1/invoice-sets").await.ok()["items"][0]["allowed_actions"], allowed);
}
