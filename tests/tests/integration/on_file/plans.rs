//! Payment plans: charged in instalments to a method on file, and nobody is chased who keeps one.

mod announced;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use chrono_tz::America::New_York;
use paywell_app::outreach::Run;
use paywell_store::Key;
use paywell_tests::support::{BY_BANK, BY_CARD, Processor, Request};
use serde_json::{Value, json};

use super::{Wallet, card};

/// Ada, who owes 125.00 and has a card on file.
async fn owing(form: &[(&str, &str)]) -> Wallet {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 1 })).await;
    let wallet = Wallet { processor, clinic, ada, invoice };
    wallet.put_on_file(form).await;
    wallet
}

impl Wallet {
    fn today(&self) -> NaiveDate {
        self.clinic.world.now().with_timezone(&New_York).date_naive()
    }

    /// Three instalments of 41.67, 41.67 and 41.66, tomorrow, in a week and in two.
    fn three(&self) -> Value {
        json!({
            "patient_id": self.ada, "invoice_ids": [self.invoice],
            "consent": { "wording": "I agree to 41.67, 41.67 and 41.66, a week apart.", "given": "in_person" },
            "schedule": { "count": 3, "every": "week", "first_on": self.today() + Days::new(1) },
        })
    }

    fn create(&self, body: &Value) -> Request {
        self.clinic.post("/v1/payment-plans", body)
    }

    async fn plan(&self) -> Value {
        self.clinic.get(&format!("/v1/patients/{}/payment-plan", self.ada)).await.ok()
    }

    async fn plan_events(&self) -> Vec<String> {
        let timeline = self.plan().await["timeline"].as_array().unwrap().clone();
        timeline.iter().map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
    }

    /// Passes to ten in the morning in New York, so many days from today; the run and reconcile come, and again.
    async fn morning(&self, days: u64) -> Run {
        let on = self.today() + Days::new(days);
        let ten: DateTime<Utc> =
            on.and_hms_opt(10, 0, 30).unwrap().and_local_timezone(New_York).unwrap().to_utc();
        self.pass(ten - self.clinic.world.now());
        let run = self.run().await;
        self.reconcile().await;
        run
    }

    async fn owed(&self) -> String {
        self.clinic.balance(&self.ada).await.0
    }
}

#[tokio::test]
async fn a_plan_charges_its_instalments_on_their_days_and_is_completed() {
    let wallet = owing(BY_CARD).await;
    let answer = wallet.create(&wallet.three()).key("k-1").await;
    let plan = answer.ok();
    let id = plan["id"].as_str().unwrap().to_owned();
    assert_eq!((answer.status, &plan["status"], &plan["total"]), (201, &json!("active"), &json!("125.00")));
    assert_eq!(answer.headers["location"], format!("/v1/payment-plans/{id}"));
    assert_eq!(wallet.create(&wallet.three()).key("k-1").await.body, answer.body, "once");
    assert_eq!(plan["consent"]["given"], json!("in_person"));
    assert_eq!(wallet.clinic.invoice(&wallet.invoice).await["payment_plan_id"], json!(id));
    assert_eq!(wallet.set().await["pause"]["reason"], json!("payment_plan"));
    for (days, owed) in [(1, "83.33"), (7, "41.66"), (7, "0.00")] {
        assert_eq!(wallet.morning(days).await.charges, 1);
        assert_eq!(wallet.owed().await, owed);
        assert_eq!(wallet.run().await.charges, 0, "once");
    }
    assert_eq!((wallet.taken(), wallet.payments().await.len()), ((12_500, 3), 3));
    let done = wallet.clinic.get(&format!("/v1/payment-plans/{id}")).await.ok();
    assert_eq!((&done["status"], &done["taken"]), (&json!("completed"), &json!("125.00")));
    assert_eq!(done["instalments"][0]["taken"], json!("41.67"));
    assert_eq!(
        (wallet.invoice_status().await, &wallet.set().await["status"]),
        (json!("paid"), &json!("paid"))
    );
    assert!(wallet.mails().await.iter().all(|subject| !subject.contains("balance")), "nobody was chased");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_cannot_be_a_plan_is_refused_where_it_is_wrong_and_nothing_is_written() {
    let wallet = owing(BY_CARD).await;
    let ben = wallet.clinic.patient("Ben").await;
    let (bens, draft) =
        (wallet.clinic.open_invoice(&ben, "9.00").await, wallet.clinic.draft(&wallet.ada, "40.00").await);
    let before = wallet.clinic.world.dump().await;
    let with = |pointer: &str, value: Value| {
        let mut body = wallet.three();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        body
    };
    let listed = |sum: &str| {
        let mut body = with("/consent/wording", json!("I agree to 100.00, 25.00 and 24.99."));
        body.as_object_mut().unwrap().remove("schedule");
        let (first, then) = (wallet.today(), wallet.today() + Days::new(30));
        body["instalments"] = json!([{ "on": first, "amount": "100.00" }, { "on": then, "amount": sum }]);
        body
    };
    for (pointer, value) in [
        ("/invoice_ids", json!([])),
        ("/invoice_ids/0", json!([bens])),
        ("/invoice_ids/1", json!([wallet.invoice, wallet.invoice])),
        ("/method_id", json!("pm_nobodys")),
        ("/patient_id", json!("pat_01h455vb4pex5vsknk084sn02q")),
        ("/instalments", json!([{ "on": wallet.today(), "amount": "125.00" }])),
    ] {
        let place = if pointer.starts_with("/invoice_ids") { "/invoice_ids" } else { pointer };
        wallet.create(&with(place, value)).await.refused_at(422, pointer);
    }
    wallet.create(&with("/invoice_ids", json!([draft]))).await.refused_at(422, "/invoice_ids/0");
    wallet.create(&with("/schedule/count", json!(61))).await.refused_at(422, "/schedule/count");
    wallet.create(&with("/schedule/count", json!(0))).await.refused_at(422, "/schedule/count");
    let yesterday = json!(wallet.today() - Days::new(1));
    wallet.create(&with("/schedule/first_on", yesterday)).await.refused_at(422, "/schedule/first_on");
    wallet.create(&with("/consent/wording", json!("I agree."))).await.refused_at(422, "/consent/wording");
    wallet.create(&listed("24.99")).await.refused_at(422, "/instalments");
    let mut none = wallet.three();
    none.as_object_mut().unwrap().remove("schedule");
    wallet.create(&none).await.refused_at(422, "/schedule");
    wallet.create(&wallet.three()).as_viewer().await.refused(403);
    assert!(wallet.clinic.world.dump().await == before, "nothing is written");
    wallet.create(&listed("25.00")).await.ok();
}

#[tokio::test]
async fn a_patient_has_one_active_plan_and_another_one_after_it() {
    let wallet = owing(BY_CARD).await;
    let first = wallet.create(&wallet.three()).await;
    let id = first.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(wallet.create(&wallet.three()).await.refused(409)["rule"], json!("plan-active"));
    let cancel = |version: u64| {
        let body = json!({ "note": "She pays at once." });
        wallet.clinic.post(&format!("/v1/payment-plans/{id}/cancel"), &body).on_version(version)
    };
    cancel(9).await.refused(412);
    assert_eq!(cancel(first.version()).await.ok()["status"], json!("cancelled"));
    let set = wallet.set().await;
    assert_eq!((&set["status"], &set["pause"]), (&json!("active"), &Value::Null), "it is chased again");
    cancel(first.version() + 1).await.refused(409);
    let second = wallet.create(&wallet.three()).await.ok();
    assert!(second["id"].as_str().unwrap().ends_with("_0002"));
    let earlier = wallet.clinic.get(&format!("/v1/payment-plans/{id}")).await.ok();
    assert_eq!((&earlier["status"], earlier["timeline"].as_array().unwrap().len()), (&json!("cancelled"), 2));
    assert_eq!(wallet.plan_events().await, ["plan_created"]);
    wallet.morning(1).await;
    assert_eq!(wallet.owed().await, "83.33", "the second one");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn two_plans_that_are_made_at_once_are_one() {
    let wallet = owing(BY_CARD).await;
    let (body, other) = (wallet.three(), wallet.three());
    let (one, two) = tokio::join!(wallet.create(&body).into_future(), wallet.create(&other).into_future());
    let mut made = [one.status, two.status];
    made.sort_unstable();
    assert_eq!(made, [201, 409]);
}

#[tokio::test]
async fn other_payments_shorten_a_plan_and_nothing_is_charged_that_is_not_owed() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    wallet.morning(1).await;
    wallet.clinic.cash(&wallet.ada, "60.00", &[(&wallet.invoice, "60.00")]).await.ok();
    assert_eq!(wallet.owed().await, "23.33");
    assert_eq!(wallet.morning(7).await.charges, 1);
    assert_eq!((wallet.owed().await, wallet.taken().0), ("0.00".to_owned(), 6_500));
    wallet.morning(7).await;
    assert_eq!((wallet.taken().0, &wallet.plan().await["status"]), (6_500, &json!("completed")));
    assert_eq!(wallet.clinic.balance(&wallet.ada).await.1, "0.00", "no credit");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_paid_between_the_run_and_the_charge_is_not_charged_as_well() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    let ten = wallet.clinic.world.now() + Duration::days(1);
    wallet.pass(ten - wallet.clinic.world.now());
    assert_eq!(wallet.run().await.charges, 1);
    wallet.clinic.cash(&wallet.ada, "100.00", &[(&wallet.invoice, "100.00")]).await.ok();
    wallet.reconcile().await;
    assert_eq!(wallet.taken().0, 0);
    assert_eq!(wallet.morning(1).await.charges, 1, "the rest, a day later");
    assert_eq!((wallet.taken().0, wallet.owed().await), (2_500, "0.00".to_owned()));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_plan_that_is_cancelled_between_the_run_and_the_charge_charges_nothing() {
    let wallet = owing(BY_CARD).await;
    let id: String = wallet.create(&wallet.three()).await.field("id");
    wallet.pass(Duration::days(1));
    assert_eq!(wallet.run().await.charges, 1);
    let version = wallet.plan().await["version"].as_u64().unwrap();
    let cancel = wallet.clinic.post(&format!("/v1/payment-plans/{id}/cancel"), &json!({}));
    cancel.on_version(version).await.ok();
    wallet.reconcile().await;
    assert_eq!((wallet.taken().0, &wallet.plan().await["status"]), (0, &json!("cancelled")));
    assert_eq!(wallet.payments().await[0]["status"], json!("failed"));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_soft_decline_is_tried_three_times_and_then_the_plan_has_defaulted() {
    let wallet = owing(&card("4000000000000341")).await;
    wallet.create(&wallet.three()).await.ok();
    for (days, charges) in [(1, 1), (2, 0), (1, 1), (6, 0), (1, 1), (7, 0)] {
        assert_eq!(wallet.morning(days).await.charges, charges, "{days}");
    }
    assert_eq!((wallet.payments().await.len(), wallet.taken().0), (3, 0));
    let plan = wallet.plan().await;
    assert_eq!((&plan["status"], &plan["instalments"][0]["refused"]), (&json!("defaulted"), &json!(3)));
    assert_eq!(wallet.plan_events().await.last().unwrap(), "plan_defaulted");
    let set = wallet.set().await;
    assert_eq!((&set["pause"], set["tasks"].as_array().unwrap().len()), (&Value::Null, 1), "staff are told");
    assert!(
        wallet.mails().await.iter().any(|subject| subject.contains("balance")),
        "and she is chased again"
    );
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_a_bank_refuses_for_good_is_never_tried_again() {
    let wallet = owing(&card("4000000000000341")).await;
    let kind = paywell_domain::on_file::MethodKind::Card {
        brand: "visa".into(),
        last4: "0000".into(),
        exp_month: 12,
        exp_year: 2040,
    };
    let lost = "pm_card_chargeDeclinedLostCard";
    wallet.clinic.keep(&wallet.ada, lost, kind).await;
    let mut body = wallet.three();
    body["method_id"] = json!(lost);
    wallet.create(&body).await.ok();
    wallet.morning(1).await;
    assert_eq!(wallet.plan().await["status"], json!("defaulted"));
    for days in [3, 7] {
        wallet.morning(days).await;
    }
    assert_eq!(wallet.payments().await.len(), 1);
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_method_that_is_taken_off_file_ends_the_plan() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    let method = wallet.items().await[0]["id"].as_str().unwrap().to_owned();
    wallet.clinic.delete(&format!("/v1/patients/{}/payment-methods/{method}", wallet.ada)).await.ok();
    let problem = wallet.plan().await["problem"].clone();
    assert_eq!((&problem["instalment"], &problem["on"]), (&json!(1), &json!(wallet.today() + Days::new(1))));
    assert!(problem["reason"].as_str().unwrap().contains("not on file any more"), "{problem}");
    let run = wallet.morning(1).await;
    assert_eq!((run.charges, run.failed, wallet.taken().0), (0, 1, 0));
    assert_eq!(wallet.plan().await["status"], json!("defaulted"));
    assert_eq!(wallet.set().await["tasks"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_plan_is_charged_to_another_method_from_the_next_charge_on() {
    let wallet = owing(BY_CARD).await;
    let first = wallet.items().await[0]["id"].as_str().unwrap().to_owned();
    let second = wallet.put_on_file(BY_CARD).await;
    let mut body = wallet.three();
    body["method_id"] = json!(first);
    let plan = wallet.create(&body).await;
    let path = format!("/v1/payment-plans/{}", plan.json()["id"].as_str().unwrap());
    let edit = |method: &str, version: u64| {
        wallet.clinic.patch(&path, &json!({ "method_id": method })).on_version(version)
    };
    edit("pm_nobodys", plan.version()).await.refused_at(422, "/method_id");
    edit(&second, plan.version() + 1).await.refused(412);
    let changed = edit(&second, plan.version()).await;
    assert_eq!(changed.ok()["method_id"], json!(second));
    wallet.clinic.delete(&format!("/v1/patients/{}/payment-methods/{first}", wallet.ada)).await.ok();
    assert_eq!(wallet.plan().await["problem"], Value::Null);
    assert_eq!(wallet.morning(1).await.charges, 1);
    assert_eq!(wallet.owed().await, "83.33");
    let version = wallet.plan().await["version"].as_u64().unwrap();
    let cancel = wallet.clinic.post(&format!("{path}/cancel"), &json!({})).on_version(version);
    let ended = cancel.await.version();
    assert_eq!(edit(&second, ended).await.refused(409)["rule"], json!("plan-ended"));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_debit_that_is_on_its_way_is_waited_for_and_taken_once() {
    let wallet = owing(BY_BANK).await;
    wallet.create(&wallet.three()).await.ok();
    wallet.morning(1).await;
    assert_eq!(wallet.morning(2).await.charges, 0, "the first is under way");
    assert_eq!(wallet.plan().await["next_at"], Value::Null);
    wallet.processor.order("debits/settle", &json!({ "outcome": "succeed" })).await;
    wallet.tell().await;
    assert_eq!(wallet.plan().await["instalments"][0]["taken"], json!("41.67"));
    assert_eq!(wallet.morning(5).await.charges, 1, "the second, on its day");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn nobody_is_chased_for_new_charges_while_a_plan_is_kept() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    wallet.clinic.open_invoice_with(&wallet.ada, "50.00", &json!({ "term_days": 1 })).await;
    for days in [1, 7] {
        assert_eq!(wallet.morning(days).await.sent, 0);
    }
    assert!(wallet.mails().await.iter().all(|subject| !subject.contains("balance")));
    // As if the hold had been lost: what is due is decided when it would be sent.
    let key = Key::invoice_set(&wallet.clinic.practice, wallet.ada.parse().unwrap());
    let update = wallet.clinic.world.client.update_item().table_name(&wallet.clinic.world.table);
    let update = update.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
    let update = update
        .update_expression("SET d.#status = :active REMOVE d.pause")
        .expression_attribute_names("#status", "status")
        .expression_attribute_values(":active", AttributeValue::S("active".to_owned()));
    update.send().await.unwrap();
    let set = wallet.set().await;
    let change = json!({ "action": "change_rule_set", "rule_set_id": set["rule_set_id"] });
    let path = format!("/v1/invoice-sets/{}/actions", set["id"].as_str().unwrap());
    wallet.clinic.post(&path, &change).await.ok();
    let refused = wallet.clinic.post(&path, &json!({ "action": "send_now" })).await.refused(409);
    assert_eq!(refused["rule"], json!("payment-plan"), "nor by staff");
    let run = wallet.morning(1).await;
    assert_eq!((run.sent, run.changed), (0, 1), "it is held at the moment of sending: {run:?}");
    assert_eq!(wallet.set().await["pause"]["reason"], json!("payment_plan"));
    wallet.morning(6).await;
    wallet.morning(7).await;
    assert_eq!(wallet.plan().await["status"], json!("completed"));
    let set = wallet.set().await;
    assert_eq!((&set["status"], &set["outstanding"]), (&json!("active"), &json!("50.00")), "what is new");
}

#[tokio::test]
async fn staff_do_not_resume_what_a_plan_holds() {
    let wallet = owing(BY_CARD).await;
    wallet.create(&wallet.three()).await.ok();
    let set: String = wallet.set().await["id"].as_str().unwrap().to_owned();
    let act = |body: Value| wallet.clinic.post(&format!("/v1/invoice-sets/{set}/actions"), &body);
    assert_eq!(act(json!({ "action": "resume" })).await.refused(409)["rule"], json!("payment-plan"));
    assert_eq!(wallet.set().await["status"], json!("paused"));
}
