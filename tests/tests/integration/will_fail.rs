//! Which sets will fail, why, and what mends them: said in the commit of whatever changes it, and nightly.

use chrono::{DateTime, Datelike, Duration, Utc};
use paywell_app::reconcile::{Order, Run};
use paywell_domain::{
    Decision, EventKind, Practice, RuleSet, RuleSetId,
    on_file::MethodKind,
    rule_set::{Method, Step},
};
use paywell_store::Commit;
use paywell_tests::support::Clinic;
use serde_json::{Value, json};

use super::standings::{self, OWN, agreed, texted};

/// Ten in the morning of 3 June in New York: the day after an invoice of 1 June with one day of term fell due.
const DUE: &str = "2026-06-03T14:00:00Z";
const NIGHTLY: Order = Order { nightly: true, since: None };

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn chased(clinic: &Clinic, patient: &str) {
    clinic.open_invoice_with(patient, "125.00", &json!({ "term_days": 1 })).await;
}

async fn set(clinic: &Clinic, patient: &str) -> Value {
    clinic.get(&format!("/v1/patients/{patient}/invoice-set")).await.ok()
}

/// A set's status and, where its next step has one, the problem's rule.
async fn stands(clinic: &Clinic, patient: &str) -> (String, Option<String>) {
    let set = set(clinic, patient).await;
    let rule = set["upcoming"][0]["problem"]["rule"].as_str();
    (set["status"].as_str().unwrap().to_owned(), rule.map(str::to_owned))
}

fn active() -> (String, Option<String>) {
    ("active".to_owned(), None)
}

fn will_fail(rule: &str) -> (String, Option<String>) {
    ("will_fail".to_owned(), Some(rule.to_owned()))
}

/// A step, by its days and method.
fn step(days: u16, method: &str) -> Value {
    json!({ "delay_days": days, "method": method, "title": "Balance", "message": "There is a balance." })
}

async fn rules(clinic: &Clinic, title: &str, steps: &[Value]) -> String {
    let rules = json!({ "title": title, "expiry_days": 30, "steps": steps });
    clinic.post("/v1/rule-sets", &rules).await.field("id")
}

/// New sets follow these rules.
async fn follow(clinic: &Clinic, rules: &str, version: u32) {
    let id: RuleSetId = rules.parse().unwrap();
    clinic.change_practice(|practice| (practice.rule_set, practice.rule_set_version) = (id, version)).await;
}

async fn edit(clinic: &Clinic, patient: &str, change: &Value) {
    let path = format!("/v1/patients/{patient}");
    let version = clinic.get(&path).await.version();
    clinic.patch(&path, change).on_version(version).await.ok();
}

async fn act(clinic: &Clinic, patient: &str, action: &Value) -> Value {
    let id = set(clinic, patient).await["id"].as_str().unwrap().to_owned();
    clinic.post(&format!("/v1/invoice-sets/{id}/actions"), action).await.ok()
}

/// Ada and Ben, who share a number, chased by text alone.
async fn family() -> (Clinic, [String; 2]) {
    let (clinic, ada) = standings::ada().await;
    let ben = agreed(&clinic, "Ben").await;
    let texts = rules(&clinic, "Texts", &[step(0, "sms"), step(7, "email")]).await;
    follow(&clinic, &texts, 1).await;
    for patient in [&ada, &ben] {
        chased(&clinic, patient).await;
        assert_eq!(stands(&clinic, patient).await, active());
    }
    (clinic, [ada, ben])
}

#[tokio::test]
async fn stop_says_of_a_whole_family_s_sets_that_they_will_fail_and_start_that_they_go() {
    let (clinic, family) = family().await;
    texted(&clinic, "in-1", OWN, "STOP").await;
    for patient in &family {
        assert_eq!(stands(&clinic, patient).await, will_fail("texts-stopped"));
        let set = set(&clinic, patient).await;
        let told = set["timeline"].as_array().unwrap();
        let names: Vec<&str> = told.iter().map(|event| event["what"].as_str().unwrap()).collect();
        assert_eq!(names, ["set_started", "texts_stopped", "set_will_fail"]);
        let reason = told[2]["details"]["reason"].as_str().unwrap();
        assert!(reason.contains("START"), "what mends it: {reason}");
        let next = &set["upcoming"][0];
        assert_eq!(
            (&next["step"], &next["method"], &next["sends_by"]),
            (&json!(0), &json!("sms"), &json!(null))
        );
        assert_eq!((&next["at"], &next["problem"]["reason"]), (&set["next_send_at"], &json!(reason)));
        let later = &set["upcoming"][1];
        assert_eq!((&later["sends_by"], &later["problem"]), (&json!("email"), &Value::Null));
    }
    assert_eq!(clinic.metric("invoice_sets", "will_fail").await, (2, "250.00".to_owned()));
    assert_eq!(clinic.ids("/v1/invoice-sets?status=will_fail").await.len(), 2);
    texted(&clinic, "in-2", OWN, "START").await;
    for patient in &family {
        assert_eq!(stands(&clinic, patient).await, active());
        let timeline = set(&clinic, patient).await["timeline"].clone();
        assert_eq!(timeline.as_array().unwrap().last().unwrap()["what"], json!("set_will_go"));
    }
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_reply_that_nobody_has_read_holds_the_next_text_until_it_is_read() {
    let (clinic, [ada, ben]) = family().await;
    texted(&clinic, "in-1", OWN, "who is this?").await;
    assert_eq!(stands(&clinic, &ben).await, will_fail("reply-unread"));
    let read = format!("/v1/patients/{ada}/contacts/replies/1/read");
    clinic.post(&read, &json!({ "means": "other" })).await.ok();
    assert_eq!(stands(&clinic, &ben).await, active());
    let stop = json!({ "spoken": "By phone: no texts." });
    clinic.post(&format!("/v1/patients/{ada}/contacts/stop-texts"), &stop).await.ok();
    assert_eq!(stands(&clinic, &ben).await, will_fail("texts-stopped"));
}

#[tokio::test]
async fn a_contact_that_goes_or_comes_changes_what_is_foreseen() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    chased(&clinic, &ada).await;
    assert_eq!(stands(&clinic, &ada).await, active());
    edit(&clinic, &ada, &json!({ "email": null })).await;
    assert_eq!(stands(&clinic, &ada).await, will_fail("no-email-address"));
    let version = set(&clinic, &ada).await["version"].clone();
    edit(&clinic, &ada, &json!({ "postal_code": "02139" })).await;
    assert_eq!(set(&clinic, &ada).await["version"], version, "nothing new is said of it");
    edit(&clinic, &ada, &json!({ "email": "ada@example.com" })).await;
    assert_eq!(stands(&clinic, &ada).await, active());
    let choose = async |email: bool| {
        let path = format!("/v1/patients/{ada}");
        let version = clinic.get(&path).await.version();
        clinic.put(&format!("{path}/messages"), &json!({ "email": email })).on_version(version).await.ok();
    };
    choose(false).await;
    assert_eq!(stands(&clinic, &ada).await, will_fail("mail-not-wanted"));
    choose(true).await;
    assert_eq!(stands(&clinic, &ada).await, active());
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_set_says_from_its_beginning_that_it_will_fail_and_then_does() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient_with("Ada", &json!({})).await;
    chased(&clinic, &ada).await;
    assert_eq!(stands(&clinic, &ada).await, will_fail("no-email-address"));
    let begun = set(&clinic, &ada).await["timeline"][0].clone();
    assert!(begun["details"]["will_fail"].as_str().unwrap().contains("no email address"), "{begun}");
    clinic.world.set_clock(at(DUE));
    assert_eq!(clinic.world.run_outreach().await.changed, 1);
    let failed = set(&clinic, &ada).await;
    assert_eq!((&failed["status"], &failed["upcoming"]), (&json!("failed"), &json!([])));
}

#[tokio::test]
async fn other_rules_and_a_resumed_chase_are_foreseen_anew() {
    let (clinic, ada) = standings::ada().await;
    chased(&clinic, &ada).await;
    edit(&clinic, &ada, &json!({ "email": null })).await;
    let texts = rules(&clinic, "Texts", &[step(0, "sms")]).await;
    let change = json!({ "action": "change_rule_set", "rule_set_id": texts });
    assert_eq!(act(&clinic, &ada, &change).await["status"], json!("active"));
    act(&clinic, &ada, &json!({ "action": "pause", "reason": "patient_request" })).await;
    edit(&clinic, &ada, &json!({ "phone": null })).await;
    let held = set(&clinic, &ada).await;
    assert_eq!((&held["status"], &held["upcoming"]), (&json!("paused"), &json!([])));
    assert_eq!(act(&clinic, &ada, &json!({ "action": "resume" })).await["status"], json!("will_fail"));
}

/// Ada by mail alone, chased by these steps from 3 June on.
async fn chased_by(steps: &[Value]) -> (Clinic, String) {
    let clinic = Clinic::open().await;
    let rules = rules(&clinic, "Steps", steps).await;
    follow(&clinic, &rules, 1).await;
    let ada = clinic.patient("Ada").await;
    chased(&clinic, &ada).await;
    clinic.world.set_clock(at(DUE));
    (clinic, ada)
}

#[tokio::test]
async fn each_step_that_is_done_foresees_the_next() {
    let (clinic, ada) = chased_by(&[step(0, "email"), step(7, "sms")]).await;
    assert_eq!(stands(&clinic, &ada).await, active());
    assert_eq!(clinic.world.run_outreach().await.sent, 1);
    assert_eq!(stands(&clinic, &ada).await, will_fail("no-phone-number"));
    let (clinic, ada) = chased_by(&[step(0, "call_task"), step(7, "sms")]).await;
    assert_eq!(clinic.world.run_outreach().await.tasks, 1);
    assert_eq!(stands(&clinic, &ada).await, will_fail("no-phone-number"));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_step_that_is_given_back_is_foreseen_anew() {
    let (clinic, ada) = chased_by(&[step(0, "email"), step(7, "sms")]).await;
    clinic.world.mail.fault("throttle", 1).await;
    assert_eq!(clinic.world.run_outreach().await.postponed, 1);
    assert_eq!(stands(&clinic, &ada).await, active(), "the mail can go");
    clinic.proven_books().await;
}

/// A practice whose new sets charge the method on file.
async fn charging() -> (Clinic, String) {
    let clinic = Clinic::open().await;
    let practice = clinic.stored::<Practice>(()).await.state;
    let mut rules = clinic.stored::<RuleSet>((practice.rule_set, practice.rule_set_version)).await.state;
    rules.version += 1;
    rules.steps = vec![Step { method: Method::ChargeCard, ..rules.steps[0].clone() }];
    let mut commit = Commit::new(&clinic.by(), None);
    drop(commit.create(Decision::of(rules.clone(), EventKind::RuleSetCreated)).unwrap());
    clinic.world.store.commit(commit).await.unwrap();
    follow(&clinic, &rules.id.to_string(), rules.version).await;
    let ada = clinic.patient("Ada").await;
    (clinic, ada)
}

#[tokio::test]
async fn a_charge_will_fail_without_a_method_on_file() {
    let (clinic, ada) = charging().await;
    chased(&clinic, &ada).await;
    assert_eq!(stands(&clinic, &ada).await, will_fail("no-method-on-file"));
    clinic.keep_card(&ada, "pm_first").await;
    let method = format!("/v1/patients/{ada}/payment-methods/pm_first");
    clinic.post_empty(&format!("{method}/default")).await.ok();
    assert_eq!(stands(&clinic, &ada).await, active());
    clinic.delete(&method).await.ok();
    assert_eq!(stands(&clinic, &ada).await, will_fail("no-method-on-file"));
}

#[tokio::test]
async fn what_time_alone_changes_is_found_at_night() {
    let (clinic, ada) = charging().await;
    let now = clinic.world.now();
    let (brand, last4) = ("visa".to_owned(), "4242".to_owned());
    let card = MethodKind::Card { brand, last4, exp_month: now.month(), exp_year: now.year() };
    clinic.keep(&ada, "pm_first", card).await;
    let method = format!("/v1/patients/{ada}/payment-methods/pm_first");
    clinic.post_empty(&format!("{method}/default")).await.ok();
    chased(&clinic, &ada).await;
    let night = async |clock: DateTime<Utc>| -> Run {
        clinic.world.set_clock(clock);
        clinic.world.reconcile(NIGHTLY).await
    };
    let first = night(at(DUE)).await;
    assert_eq!((first.foreseen, first.sets_changed), (1, 0), "{first:?}");
    assert_eq!(stands(&clinic, &ada).await, active());
    // Outreach was switched off for a month.
    let later = night(at(DUE) + Duration::days(30)).await;
    assert_eq!((later.foreseen, later.sets_changed), (1, 1), "{later:?}");
    assert_eq!(stands(&clinic, &ada).await, will_fail("method-unusable"));
    let again = night(at(DUE) + Duration::days(31)).await;
    assert_eq!((again.foreseen, again.sets_changed), (1, 0), "said once: {again:?}");
    clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_weeks_away_is_left_for_another_night() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 30 })).await;
    assert_eq!(clinic.world.reconcile(NIGHTLY).await.foreseen, 0);
    clinic.world.pass(Duration::days(26));
    assert_eq!(clinic.world.reconcile(NIGHTLY).await.foreseen, 1);
}
