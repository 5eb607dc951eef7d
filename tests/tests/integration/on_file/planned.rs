//! A step of a rule set charges the method on file: the run begins it, whoever settles payments makes it, once.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use paywell_app::{outreach::Run, reconcile::Order};
use paywell_store::Key;
use paywell_tests::support::{BY_BANK, BY_CARD, Processor, pay_path};
use serde_json::{Value, json};

use super::{Wallet, card};

/// The day of the mail, of which the rules say the charge comes three days later.
const NOTICE: Duration = Duration::days(2);

fn rules(fallback: Option<&str>) -> Value {
    let mut charge = json!({ "delay_days": 3, "method": "charge_card", "title": "We could not charge your card",
        "message": "There is still a balance on your account." });
    if let Some(fallback) = fallback {
        charge["fallback"] = json!(fallback);
    }
    json!({
        "title": "By card", "expiry_days": 30,
        "steps": [
            { "delay_days": 0, "method": "email", "title": "You have a balance with us",
              "message": "In three days we charge what is owed to the card that you have on file." },
            charge,
            { "delay_days": 9, "method": "email", "title": "Your balance is still open", "message": "Please call us." },
        ],
    })
}

/// Ada, who owes 125.00, has been told that her card is charged three days later, which is now.
async fn due(form: Option<&[(&str, &str)]>, fallback: Option<&str>) -> Wallet {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let made: String = clinic.post("/v1/rule-sets", &rules(fallback)).await.field("id");
    let version = clinic.get("/v1/practice").as_owner().await.version();
    let follow = clinic.patch("/v1/practice", &json!({ "rule_set_id": made }));
    follow.as_owner().on_version(version).await.ok();
    let ada = clinic.patient("Ada").await;
    let invoice = clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 1 })).await;
    let wallet = Wallet { processor, clinic, ada, invoice };
    if let Some(form) = form {
        wallet.put_on_file(form).await;
    }
    wallet.pass(NOTICE);
    assert_eq!(wallet.run().await.sent, 1);
    wallet.pass(Duration::days(3));
    wallet
}

#[tokio::test]
async fn what_is_owed_is_charged_at_its_step_and_ends_the_chase() {
    let wallet = due(Some(BY_CARD), None).await;
    assert_eq!(wallet.run().await, Run { due: 1, charges: 1, ..Run::default() });
    let begun = wallet.payments().await;
    assert_eq!(
        (begun.len(), &begun[0]["status"], &begun[0]["amount"]),
        (1, &json!("processing"), &json!("125.00"))
    );
    assert_eq!(wallet.taken(), (0, 0), "the run asks no processor");
    assert_eq!(wallet.run().await, Run::default());
    wallet.reconcile().await;
    assert_eq!(wallet.taken(), (12_500, 1));
    assert_eq!(
        (wallet.invoice_status().await, &wallet.set().await["status"]),
        (json!("paid"), &json!("paid"))
    );
    assert_eq!(wallet.events().await[3..], ["charge_claimed", "set_invoices_settled", "set_paid"]);
    wallet.reconcile().await;
    wallet.tell().await;
    assert_eq!((wallet.taken(), wallet.payments().await.len()), ((12_500, 1), 1));
    assert_eq!(wallet.mails().await.len(), 2, "the notice and the receipt");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_bank_debit_is_awaited_and_pays_when_it_settles() {
    let wallet = due(Some(BY_BANK), None).await;
    wallet.run().await;
    wallet.reconcile().await;
    wallet.pass(Duration::days(1));
    wallet.reconcile().await;
    assert_eq!(wallet.payments().await[0]["status"], json!("processing"));
    wallet.processor.order("debits/settle", &json!({ "outcome": "succeed" })).await;
    wallet.tell().await;
    assert_eq!((wallet.taken(), wallet.invoice_status().await), ((12_500, 1), json!("paid")));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_decline_is_followed_by_the_steps_other_way() {
    for (fallback, status) in [(Some("email"), "active"), (Some("call_task"), "active"), (None, "failed")] {
        let wallet = due(Some(&card("4000000000000341")), fallback).await;
        wallet.run().await;
        wallet.reconcile().await;
        assert_eq!(wallet.taken().0, 0);
        let set = wallet.set().await;
        assert_eq!(set["status"], json!(status), "{fallback:?}");
        let events = wallet.events().await;
        assert!(events.contains(&"charge_failed".to_owned()), "{events:?}");
        let run = wallet.run().await;
        assert_eq!((run.charges, run.sent), (0, u32::from(fallback == Some("email"))), "{fallback:?}");
        assert_eq!(set["tasks"].as_array().unwrap().len(), usize::from(fallback == Some("call_task")));
        for _ in 0..3 {
            wallet.pass(Duration::hours(12));
            wallet.run().await;
            wallet.reconcile().await;
        }
        assert_eq!(wallet.payments().await.len(), 1, "it is not charged again: {fallback:?}");
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn without_a_method_that_can_be_charged_the_step_goes_its_other_way() {
    for (fallback, status) in [(Some("letter_task"), "active"), (None, "failed")] {
        let wallet = due(None, fallback).await;
        assert_eq!(wallet.run().await, Run { due: 1, failed: 1, ..Run::default() });
        let set = wallet.set().await;
        assert_eq!((&set["status"], wallet.payments().await.len()), (&json!(status), 0));
        let told = set["timeline"].as_array().unwrap().iter().find(|entry| entry["what"] == "charge_failed");
        assert!(told.unwrap()["details"]["reason"].as_str().unwrap().contains("on file"), "{set}");
    }
}

#[tokio::test]
async fn a_method_that_the_processor_tells_of_mends_what_was_foreseen() {
    let wallet = due(None, None).await;
    assert_eq!(wallet.set().await["status"], json!("will_fail"));
    wallet.put_on_file(BY_CARD).await;
    assert_eq!(wallet.set().await["status"], json!("active"));
    assert_eq!(wallet.run().await.charges, 1);
}

#[tokio::test]
async fn what_is_being_paid_is_not_charged_as_well() {
    let wallet = due(Some(BY_CARD), None).await;
    let link = wallet.clinic.link(&wallet.ada, &[&wallet.invoice]).await;
    wallet.clinic.press_pay(&link).await;
    assert_eq!(wallet.run().await, Run { due: 1, postponed: 1, ..Run::default() });
    assert_eq!(wallet.payments().await.len(), 1, "the one that Ada began");
    wallet.pass(Duration::days(1));
    wallet.reconcile().await;
    assert_eq!(wallet.run().await.charges, 1, "she did not go on with it");
    wallet.reconcile().await;
    assert_eq!((wallet.taken().0, wallet.invoice_status().await), (12_500, json!("paid")));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_paid_or_held_between_the_run_and_the_charge_is_not_charged() {
    for (amount, left) in [("125.00", "0.00"), ("25.00", "100.00")] {
        let wallet = due(Some(BY_CARD), None).await;
        wallet.run().await;
        wallet.clinic.cash(&wallet.ada, amount, &[(&wallet.invoice, amount)]).await.ok();
        wallet.reconcile().await;
        assert_eq!(wallet.taken().0, 0, "{amount}");
        assert_eq!(wallet.clinic.balance(&wallet.ada).await, (left.into(), "0.00".into()));
        wallet.pass(Duration::days(1));
        let again = wallet.run().await;
        assert_eq!(again.charges, u32::from(left != "0.00"), "the rest, a day later: {again:?}");
        wallet.reconcile().await;
        assert_eq!(wallet.clinic.balance(&wallet.ada).await, ("0.00".into(), "0.00".into()));
        wallet.clinic.proven_books().await;
    }
    let wallet = due(Some(BY_CARD), None).await;
    wallet.run().await;
    let id = wallet.set().await["id"].as_str().unwrap().to_owned();
    let pause = json!({ "action": "pause", "reason": "dispute" });
    wallet.clinic.post(&format!("/v1/invoice-sets/{id}/actions"), &pause).await.ok();
    wallet.reconcile().await;
    assert_eq!((wallet.taken().0, &wallet.set().await["status"]), (0, &json!("paused")));
    let wallet = due(Some(BY_CARD), None).await;
    wallet.run().await;
    let method = wallet.items().await[0]["id"].as_str().unwrap().to_owned();
    wallet.clinic.delete(&format!("/v1/patients/{}/payment-methods/{method}", wallet.ada)).await.ok();
    wallet.reconcile().await;
    assert_eq!(wallet.taken().0, 0, "it was taken off file");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn whatever_changes_while_the_charge_is_made_is_seen_before_it_is_confirmed() {
    for field in ["status", "methods"] {
        let wallet = due(Some(BY_CARD), None).await;
        wallet.run().await;
        let (practice, patient) = (&wallet.clinic.practice, wallet.ada.parse().unwrap());
        let (key, value) = match field {
            "status" => (Key::invoice_set(practice, patient), AttributeValue::S("paused".to_owned())),
            _ => (Key::methods_on_file(practice, patient), AttributeValue::L(Vec::new())),
        };
        wallet.clinic.meanwhile(key, &[field], value);
        wallet.reconcile().await;
        assert_eq!(wallet.taken().0, 0, "{field}");
        assert_eq!(wallet.payments().await[0]["status"], json!("failed"), "{field}");
    }
}

/// As if the desk's cash had been committed between the read and the commit.
#[tokio::test]
async fn what_is_paid_while_the_charge_is_made_is_seen_before_it_is_confirmed() {
    let wallet = due(Some(BY_CARD), None).await;
    wallet.run().await;
    let (clinic, patient) = (&wallet.clinic, wallet.ada.parse().unwrap());
    let paid = Key::invoice(&clinic.practice, wallet.invoice.parse().unwrap());
    let paid = clinic.setting(paid, &["applied"], AttributeValue::N("12500".to_owned()));
    let account = Key::patient_balance(&clinic.practice, patient);
    let moved = clinic.world.client.update_item().table_name(&clinic.world.table);
    let moved = moved.key("pk", AttributeValue::S(account.pk)).key("sk", AttributeValue::S(account.sk));
    let moved = moved
        .update_expression("ADD moves :one")
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        paid.await;
        moved.send().await.unwrap();
    });
    wallet.reconcile().await;
    assert_eq!(wallet.taken().0, 0);
    assert_eq!(wallet.payments().await[0]["status"], json!("failed"));
}

/// As if a run had been killed between two of its calls, before or after the processor had acted.
#[tokio::test]
async fn a_charge_that_a_run_was_cut_off_from_is_made_once_by_the_next() {
    let create = ("POST", "/v1/payment_intents");
    let confirm = ("POST", "/v1/payment_intents/*/confirm");
    let read = ("GET", "/v1/payment_intents/*");
    for (faults, acts) in [
        (vec![create], true),
        (vec![create], false),
        (vec![confirm, read], true),
        (vec![confirm, read], false),
    ] {
        let wallet = due(Some(BY_CARD), None).await;
        wallet.run().await;
        for (method, path) in &faults {
            let acts = acts && *method == "POST";
            let fault = json!({ "path": path, "method": method, "kind": "drop", "acts": acts });
            wallet.processor.order("faults", &fault).await;
        }
        wallet.reconcile().await;
        assert_eq!(wallet.payments().await[0]["status"], json!("processing"), "{faults:?} {acts}");
        wallet.pass(Duration::minutes(15));
        wallet.reconcile().await;
        assert_eq!(wallet.taken(), (12_500, 1), "{faults:?} {acts}");
        assert_eq!(wallet.invoice_status().await, json!("paid"));
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn two_runs_at_once_make_one_charge() {
    let wallet = due(Some(BY_CARD), None).await;
    let world = &wallet.clinic.world;
    let (one, two) = tokio::join!(world.run_outreach(), world.run_outreach());
    assert_eq!(one.errors + two.errors, 0, "{one:?} {two:?}");
    assert_eq!(wallet.payments().await.len(), 1, "{one:?} {two:?}");
    let (one, two) = tokio::join!(world.reconcile(Order::default()), world.reconcile(Order::default()));
    assert_eq!(one.errors + two.errors, 0, "{one:?} {two:?}");
    wallet.pass(Duration::minutes(15));
    wallet.reconcile().await;
    assert_eq!((wallet.taken(), wallet.payments().await.len()), ((12_500, 1), 1));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_the_processor_could_not_be_asked_for_within_a_day_is_given_up() {
    let wallet = due(Some(BY_CARD), None).await;
    wallet.run().await;
    wallet.pass(Duration::hours(23));
    wallet.reconcile().await;
    assert_eq!((wallet.taken(), &wallet.payments().await[0]["status"]), ((0, 0), &json!("failed")));
    wallet.pass(Duration::days(1));
    assert_eq!(wallet.run().await.charges, 1, "it is due again");
    wallet.reconcile().await;
    assert_eq!(wallet.taken(), (12_500, 1));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_link_of_what_is_being_charged_says_so() {
    let wallet = due(Some(BY_CARD), None).await;
    let link = wallet.clinic.link(&wallet.ada, &[&wallet.invoice]).await;
    wallet.run().await;
    let pressed = wallet.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link))).await;
    assert!(pressed.text().contains("A payment is on its way"), "{}", pressed.text());
    wallet.reconcile().await;
    assert_eq!(wallet.taken(), (12_500, 1));
}
