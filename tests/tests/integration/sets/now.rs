//! Staff have a set's next step done now.

use paywell_domain::standing::Suppression;
use paywell_tests::support::{Answer, Mail};

use super::*;

async fn send_now(clinic: &Clinic, id: &str) -> Answer {
    act(clinic, id, &json!({ "action": "send_now" })).await
}

async fn sent(clinic: &Clinic) -> usize {
    clinic.world.mail.all().await.len()
}

/// Staff are at work: nine in the morning of 3 June in New York, an hour before the first step is due.
async fn at_work() -> (Clinic, String, String) {
    let (clinic, ada, _, id) = ada_chased().await;
    clinic.world.set_clock(due() - Duration::hours(1));
    (clinic, ada, id)
}

#[tokio::test]
async fn the_next_step_goes_out_at_once_and_once() {
    let (clinic, ada, id) = at_work().await;
    assert!(set(&clinic, &ada).await["allowed_actions"].as_array().unwrap().contains(&json!("send_now")));
    let now = || act(&clinic, &id, &json!({ "action": "send_now" })).key("now");
    let answered = now().await;
    assert_eq!((answered.status, &answered.ok()["next_step"]), (200, &json!(1)));
    let [mail] = &clinic.world.mail.to("ada@example.com").await[..] else { panic!("one mail") };
    assert!(clinic.opens(&Mail::pay_path(mail)).await);
    assert_eq!(now().await.body, answered.body, "the same again, byte for byte");
    let shown = set(&clinic, &ada).await;
    let timeline = shown["timeline"].as_array().unwrap();
    let [.., claimed, told] = &timeline[..] else { panic!("{shown}") };
    assert_eq!((&claimed["what"], &claimed["actor"]), (&json!("message_claimed"), &json!("staff")));
    assert_eq!(told["what"], json!("message_sent"));
    send_now(&clinic, &id).await.refused(409);
    clinic.world.set_clock(due());
    assert_eq!(clinic.world.run_outreach().await.sent, 0, "its day comes, and it was done");
    assert_eq!(sent(&clinic).await, 1);
    clinic.world.set_clock(due() + Duration::days(1));
    send_now(&clinic, &id).await.ok();
    assert_eq!((sent(&clinic).await, set(&clinic, &ada).await["next_step"].clone()), (2, json!(2)));
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_would_hold_a_message_back_refuses_it_and_changes_nothing() {
    let (clinic, ada, id) = at_work().await;
    let refused = async |rule: &str| {
        let before = set(&clinic, &ada).await["version"].clone();
        assert_eq!(send_now(&clinic, &id).await.refused(409)["rule"], json!(rule));
        assert_eq!((sent(&clinic).await, set(&clinic, &ada).await["version"].clone()), (0, before), "{rule}");
    };
    // Half past seven in the morning.
    clinic.world.set_clock(due() - Duration::minutes(150));
    refused("quiet-hours").await;
    clinic.world.set_clock(due());
    let stop = async |stopped: bool| {
        let version = clinic.get("/v1/practice").as_owner().await.version();
        let body = json!({ "outreach_stopped": stopped });
        clinic.patch("/v1/practice", &body).on_version(version).as_owner().await.ok();
    };
    stop(true).await;
    refused("outreach-stopped").await;
    stop(false).await;
    let bounced = clinic.suppressing("ada@example.com", Suppression::Bounced).await;
    clinic.world.store.commit(bounced).await.unwrap();
    refused("unreachable").await;
    assert_ne!(set(&clinic, &ada).await["status"], json!("failed"), "staff can mend it");
    act(&clinic, &id, &pause()).await.ok();
    refused("set-status").await;
}

#[tokio::test]
async fn many_are_sent_at_once_and_each_says_why_not() {
    let (clinic, _, id) = at_work().await;
    let ben = clinic.patient_with("Ben", &json!({ "email": "ben@example.com" })).await;
    chased(&clinic, &ben, "20.00").await;
    let bens = self::id(&clinic, &ben).await;
    send_now(&clinic, &bens).await.ok();
    let answered = bulk(&clinic, &[&id, &bens], json!({ "action": "send_now" })).await.ok();
    let done: Vec<&Value> = answered["results"].as_array().unwrap().iter().map(|one| &one["done"]).collect();
    assert_eq!(done, [&json!(true), &json!(false)], "{answered}");
    assert_eq!(answered["results"][1]["problem"]["rule"], json!("step-today"));
    assert_eq!(sent(&clinic).await, 2);
}

#[tokio::test]
async fn what_the_provider_does_not_take_now_is_left_to_the_run() {
    let (clinic, ada, id) = at_work().await;
    clinic.world.mail.fault("throttle", 1).await;
    send_now(&clinic, &id).await.ok();
    let shown = set(&clinic, &ada).await;
    assert_eq!((&shown["next_step"], sent(&clinic).await), (&json!(0), 0));
    clinic.world.set_clock(due());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
}

#[tokio::test]
async fn a_task_is_made_at_once() {
    let (clinic, ada, id) = at_work().await;
    let mut rules = rule_set("Calls");
    rules["steps"] =
        json!([{ "delay_days": 9, "method": "call_task", "title": "Call", "message": "Call {first_name}." }]);
    let calls: String = clinic.post("/v1/rule-sets", &rules).await.field("id");
    act(&clinic, &id, &json!({ "action": "change_rule_set", "rule_set_id": calls })).await.ok();
    let done = send_now(&clinic, &id).await.ok();
    assert_eq!((&done["tasks"][0]["title"], &done["next_step"]), (&json!("Call"), &json!(1)));
    assert_eq!(send_now(&clinic, &id).await.refused(409)["rule"], json!("no-step-left"));
    assert_eq!(set(&clinic, &ada).await["status"], json!("active"));
}

#[tokio::test]
async fn a_run_at_the_same_moment_sends_no_second_one() {
    let (clinic, _, id) = at_work().await;
    clinic.world.set_clock(due());
    let (answered, run) = tokio::join!(send_now(&clinic, &id), clinic.world.run_outreach());
    assert_eq!((sent(&clinic).await, run.errors), (1, 0), "{run:?}");
    assert!(matches!(answered.status, 200 | 409), "{}", answered.text());
}
