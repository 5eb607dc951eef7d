//! A method on file is charged.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use futures_util::future::join_all;
use paywell_app::reconcile::Order;
use paywell_domain::{PaymentId, on_file::MethodKind, payment::AttemptStatus};
use paywell_store::Key;
use paywell_tests::support::{BY_BANK, BY_CARD, Mail, Request, pay_path};
use serde_json::{Value, json};

use super::{Wallet, card};

#[tokio::test]
async fn a_card_on_file_pays_an_invoice() {
    let wallet = Wallet::new().await;
    let method = wallet.put_on_file(BY_CARD).await;
    let answer = wallet.charge(&json!({})).key("k-1").await;
    let paid = answer.ok();
    assert_eq!((answer.status, &paid["status"]), (201, &json!("paid")));
    assert_eq!(answer.headers["location"], format!("/v1/payments/{}", paid["id"].as_str().unwrap()));
    assert_eq!(answer.version(), paid["version"].as_u64().unwrap());
    assert_eq!((&paid["method"], &paid["method_on_file"]), (&json!("processor"), &json!(method)));
    assert_eq!((&paid["failure"], &paid["held"]), (&json!(null), &json!(null)));
    assert_eq!(wallet.invoice_status().await, json!("paid"));
    let again = wallet.charge(&json!({})).key("k-1").await;
    assert_eq!((again.status, &again.body), (201, &answer.body), "byte for byte");
    wallet.tell().await;
    assert_eq!(wallet.payment(&answer).await["status"], json!("paid"), "the news of it change nothing");
    assert_eq!(wallet.taken(), (12_500, 1));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn who_was_charged_without_being_there_is_mailed_a_receipt_that_opens() {
    let wallet = Wallet::new().await;
    wallet.put_on_file(BY_CARD).await;
    wallet.charge(&json!({})).await.ok();
    let run = wallet.clinic.world.reconcile(Order::default()).await;
    assert_eq!((run.due, run.errors), (1, 0));
    let mails = wallet.clinic.world.mail.to("ada@example.com").await;
    let path = Mail::pay_path(&mails[0]);
    let page = wallet.clinic.by_patient("GET", &path).await;
    assert!(page.status == 200 && page.text().contains("$125.00"), "{}", page.text());
}

#[tokio::test]
async fn what_no_invoice_takes_is_credit() {
    let wallet = Wallet::new().await;
    wallet.put_on_file(BY_CARD).await;
    let body = json!({
        "patient_id": wallet.ada, "amount": "150.00", "currency": "USD", "method_on_file": {},
        "allocations": [{ "invoice_id": wallet.invoice, "amount": "100.00" }],
    });
    let paid = wallet.clinic.post("/v1/payments", &body).await.ok();
    assert_eq!((&paid["status"], &paid["unapplied"]), (&json!("paid"), &json!("50.00")));
    assert_eq!(wallet.clinic.balance(&wallet.ada).await, ("25.00".into(), "50.00".into()));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_decline_says_why_and_moves_no_money() {
    let wallet = Wallet::new().await;
    let good = wallet.put_on_file(BY_CARD).await;
    let saved = wallet.put_on_file(&card("4000000000000341")).await;
    let kind = MethodKind::Card { brand: "visa".into(), last4: "0000".into(), exp_month: 12, exp_year: 2040 };
    let mut failed = 0;
    for (method, says) in [
        (saved.as_str(), "declined it and gave no reason"),
        ("pm_card_chargeDeclined", "declined it and gave no reason"),
        ("pm_card_chargeDeclinedInsufficientFunds", "not enough money"),
        ("pm_card_chargeDeclinedLostCard", "declined it and gave no reason"),
        ("pm_card_chargeDeclinedExpiredCard", "card has expired"),
        ("pm_card_chargeDeclinedIncorrectCvc", "security code is wrong"),
        ("pm_card_chargeDeclinedProcessingError", "can be tried again"),
        ("pm_card_authenticationRequired", "send a payment link instead"),
    ] {
        if method != saved {
            wallet.clinic.keep(&wallet.ada, method, kind.clone()).await;
        }
        let answer = wallet.charge(&json!({ "id": method })).key(method).await;
        assert_eq!(answer.status, 201, "{method}: {}", answer.text());
        let payment = answer.ok();
        let failure = payment["failure"].as_str().unwrap_or_default();
        assert_eq!(payment["status"], json!("failed"), "{method}");
        assert!(failure.contains(says) && failure.ends_with("No money moved."), "{method}: {failure}");
        assert!(failure.starts_with(char::is_uppercase), "a sentence: {failure}");
        assert_eq!(payment["allowed"], json!(["cancel", "reopen"]));
        assert_eq!(wallet.charge(&json!({ "id": method })).key(method).await.body, answer.body);
        failed += 1;
    }
    wallet.tell().await;
    assert_eq!(wallet.clinic.metric("payments", "failed").await.0, failed);
    assert_eq!(wallet.clinic.balance(&wallet.ada).await, ("125.00".into(), "0.00".into()));
    assert_eq!(wallet.taken().0, 0);
    wallet.charge(&json!({ "id": good })).await.ok();
    assert_eq!(wallet.invoice_status().await, json!("paid"));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_payment_that_was_asked_for_is_charged_and_after_a_decline_again() {
    let wallet = Wallet::new().await;
    let good = wallet.put_on_file(BY_CARD).await;
    let bad = wallet.put_on_file(&card("4000000000000341")).await;
    let asked = wallet.charge_with("125.00", &json!({})).await.field("id");
    let path = format!("/v1/payments/{asked}");
    let charge = |method: &str| {
        wallet.clinic.post(&format!("{path}/charge"), &json!({ "method_on_file": { "id": method } }))
    };
    let failed = charge(&bad).key("k-1").await;
    assert_eq!((failed.status, &failed.ok()["status"]), (200, &json!("failed")));
    assert_eq!(charge(&bad).key("k-1").await.body, failed.body);
    assert_eq!(charge(&good).await.refused(409)["allowed"], json!(["cancel", "reopen"]));
    let reopen = wallet.clinic.post(&format!("{path}/status"), &json!({ "action": "reopen" }));
    reopen.on_version(failed.version()).await.ok();
    assert_eq!(charge(&good).await.ok()["status"], json!("paid"));
    assert_eq!(wallet.invoice_status().await, json!("paid"));
    charge(&good).await.refused(409);
    assert_eq!(wallet.taken().0, 12_500);
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_was_asked_for_and_has_been_paid_in_part_meanwhile_is_not_charged() {
    let wallet = Wallet::new().await;
    let card = wallet.put_on_file(BY_CARD).await;
    let asked = wallet.charge_with("125.00", &json!({})).await.field("id");
    wallet.clinic.cash(&wallet.ada, "25.00", &[(&wallet.invoice, "25.00")]).await.ok();
    let charge = json!({ "method_on_file": { "id": card } });
    let charged = wallet.clinic.post(&format!("/v1/payments/{asked}/charge"), &charge).await;
    charged.refused_at(422, "/allocations/0/amount");
    assert_eq!(wallet.taken(), (0, 0), "nor is anything asked");
}

#[tokio::test]
async fn late_news_of_an_earlier_attempt_is_not_taken_for_the_one_that_is_open() {
    let wallet = Wallet::new().await;
    let bad = wallet.put_on_file(&card("4000000000000341")).await;
    let asked = wallet.charge_with("125.00", &json!({})).await.field("id");
    let path = format!("/v1/payments/{asked}");
    let charge = json!({ "method_on_file": { "id": bad } });
    let failed = wallet.clinic.post(&format!("{path}/charge"), &charge).await;
    let told = wallet.processor.simulator.take_events();
    let told = told.iter().rfind(|event| event.kind == "payment_intent.payment_failed").unwrap();
    let reopen = wallet.clinic.post(&format!("{path}/status"), &json!({ "action": "reopen" }));
    reopen.on_version(failed.version()).await.ok();
    let link = json!({ "patient_id": wallet.ada, "payment_id": asked });
    wallet.clinic.press_pay(&wallet.clinic.post("/v1/payment-links", &link).await.ok()).await;
    let mut late: Value = serde_json::from_str(&told.body).unwrap();
    late["id"] = json!("evt_late");
    late["type"] = json!("payment_intent.processing");
    late["data"]["object"]["status"] = json!("processing");
    assert_eq!(wallet.clinic.webhook(&late).await.status, 204);
    let payment = wallet.clinic.stored_payment(&asked).await.state;
    assert_eq!(payment.open_attempt().unwrap().status, AttemptStatus::Open);
}

#[tokio::test]
async fn a_bank_debit_is_processing_until_it_settles() {
    for (outcome, status, balance) in [("succeed", "paid", "0.00"), ("fail", "failed", "125.00")] {
        let wallet = Wallet::new().await;
        wallet.put_on_file(BY_BANK).await;
        let answer = wallet.charge(&json!({})).key("k-1").await;
        assert_eq!(answer.ok()["status"], json!("processing"));
        wallet.tell().await;
        assert_eq!(wallet.payment(&answer).await["status"], json!("processing"), "{outcome}");
        wallet.processor.order("debits/settle", &json!({ "outcome": outcome })).await;
        wallet.tell().await;
        let payment = wallet.payment(&answer).await;
        assert_eq!(payment["status"], json!(status));
        assert_eq!(payment["failure"].is_null(), outcome == "succeed", "{payment}");
        assert_eq!(wallet.clinic.balance(&wallet.ada).await.0, balance);
        assert_eq!(wallet.charge(&json!({})).key("k-1").await.body, answer.body, "as it was answered");
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn what_cannot_be_charged_is_refused_before_anything_is_asked() {
    let wallet = Wallet::new().await;
    wallet.charge(&json!({})).await.refused_at(422, "/method_on_file/id");
    let card = wallet.put_on_file(BY_CARD).await;
    let account = wallet.put_on_file(BY_BANK).await;
    let ben = wallet.clinic.patient("Ben").await;
    wallet.clinic.keep_card(&ben, "pm_bens").await;
    let (draft, bens) =
        (wallet.clinic.draft(&wallet.ada, "40.00").await, wallet.clinic.open_invoice(&ben, "9.00").await);
    let before = wallet.clinic.world.dump().await;
    wallet.charge(&json!({ "id": "pm_nobodys" })).await.refused_at(422, "/method_on_file/id");
    wallet.charge(&json!({ "id": "pm_bens" })).await.refused_at(422, "/method_on_file/id");
    wallet.charge(&json!({ "id": "" })).await.refused_at(422, "/method_on_file/id");
    wallet.charge(&json!({ "id": account, "hold": true })).await.refused_at(422, "/method_on_file/hold");
    wallet.charge(&json!({ "number": "4242" })).await.refused_at(422, "/method_on_file/number");
    let with = |amount: &str, details: serde_json::Value| {
        let mut all = json!({ "method_on_file": { "id": card } });
        all.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        wallet.charge_with(amount, &all)
    };
    with("125.01", json!({})).await.refused_at(422, "/allocations/0/amount");
    with("125.00", json!({ "tender": { "type": "cash" } })).await.refused_at(422, "/method_on_file");
    with("125.00", json!({ "draft": true })).await.refused_at(422, "/draft");
    with("125.00", json!({ "received_on": "2026-01-01" })).await.refused_at(422, "/received_on");
    with("125.00", json!({ "patient_id": ben })).await.refused_at(422, "/allocations/0/invoice_id");
    for (invoice, status) in [(&draft, 409), (&bens, 422)] {
        let allocations = json!([{ "invoice_id": invoice, "amount": "5.00" }]);
        with("125.00", json!({ "allocations": allocations })).await.refused(status);
    }
    assert!(wallet.clinic.world.dump().await == before, "nothing is written");
    assert_eq!(wallet.taken(), (0, 0), "nor asked");
}

#[tokio::test]
async fn another_practices_method_is_nobodys() {
    let wallet = Wallet::new().await;
    let card = wallet.put_on_file(BY_CARD).await;
    let neighbour = wallet.clinic.neighbour().await;
    let eve = neighbour.patient("Eve").await;
    let body = json!({
        "patient_id": eve, "amount": "5.00", "currency": "USD", "method_on_file": { "id": card },
    });
    neighbour.post("/v1/payments", &body).await.refused_at(422, "/method_on_file/id");
    let path = format!("/v1/patients/{}/payment-methods", wallet.ada);
    neighbour.get(&path).await.refused(404);
    neighbour.delete(&format!("{path}/{card}")).await.refused(404);
    neighbour.set_up(&wallet.ada).await.refused(404);
    assert_eq!((wallet.items().await.len(), wallet.taken()), (1, (0, 0)));
}

#[tokio::test]
async fn a_charge_whose_outcome_is_unknown_is_processing_and_settled_by_asking() {
    for acts in [true, false] {
        let wallet = Wallet::new().await;
        wallet.put_on_file(BY_CARD).await;
        for (method, path) in [("POST", "/v1/payment_intents/*/confirm"), ("GET", "/v1/payment_intents/*")] {
            let acts = acts && method == "POST";
            let fault = json!({ "path": path, "method": method, "kind": "drop", "acts": acts });
            wallet.processor.order("faults", &fault).await;
        }
        let answer = wallet.charge(&json!({})).key("k-1").await;
        assert_eq!((answer.status, &answer.ok()["status"]), (201, &json!("processing")), "acted: {acts}");
        assert_eq!(wallet.charge(&json!({})).key("k-1").await.body, answer.body);
        wallet.processor.pass(&wallet.clinic, Duration::minutes(10));
        wallet.clinic.world.reconcile(paywell_app::reconcile::Order::default()).await;
        let expected = if acts { "paid" } else { "failed" };
        assert_eq!(wallet.payment(&answer).await["status"], json!(expected));
        assert_eq!(wallet.taken().0, if acts { 12_500 } else { 0 });
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn a_charge_that_was_not_confirmed_is_given_up_at_once() {
    for kind in ["drop", "error"] {
        let wallet = Wallet::new().await;
        wallet.put_on_file(BY_CARD).await;
        let confirm = json!({ "path": "/v1/payment_intents/*/confirm", "method": "POST", "kind": kind });
        wallet.processor.order("faults", &confirm).await;
        let answer = wallet.charge(&json!({})).await.ok();
        assert_eq!(answer["status"], json!("failed"), "{kind}");
        assert!(answer["failure"].as_str().unwrap().contains("given up"), "{answer}");
        wallet.charge(&json!({})).await.ok();
        assert_eq!(wallet.taken().0, 12_500, "{kind}: only the second charge was made");
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn a_charge_sent_twice_at_once_is_made_once() {
    let wallet = Wallet::new().await;
    wallet.put_on_file(BY_CARD).await;
    let requests = (0..4).map(|_| wallet.charge(&json!({})).key("k-1").into_future());
    let answers = join_all(requests).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409)), "{answers:?}");
    let answer = wallet.charge(&json!({})).key("k-1").await;
    assert_eq!(answer.ok()["status"], json!("paid"));
    assert_eq!(wallet.taken(), (12_500, 1));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_charge_and_a_link_for_the_same_do_not_miss_each_other() {
    for hold in [false, true] {
        let wallet = Wallet::new().await;
        wallet.put_on_file(BY_CARD).await;
        let link = wallet.clinic.link(&wallet.ada, &[&wallet.invoice]).await;
        let pressed = wallet.clinic.press_pay(&link).await;
        wallet.charge(&json!({ "hold": hold })).await.ok();
        let marked = wallet.clinic.stored_payment(&pressed.state.id.to_string()).await.state;
        let status = marked.open_attempt().unwrap().status;
        assert_eq!(status, AttemptStatus::ToExpire, "the session asks for the same; held: {hold}");
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn money_that_moves_while_a_charge_begins_is_seen_before_anything_is_asked() {
    let wallet = Wallet::new().await;
    wallet.put_on_file(BY_CARD).await;
    let commits = async |request: Request| {
        let (answer, calls) = wallet.clinic.world.recorder.of(request.into_future()).await;
        answer.ok();
        calls.of("TransactWriteItems")
    };
    let undisturbed = commits(wallet.charge_with("5.00", &json!({ "method_on_file": {} }))).await;
    let patient = wallet.ada.parse().unwrap();
    let key = Key::patient_balance(&wallet.clinic.practice, patient);
    let moved = wallet.clinic.world.client.update_item().table_name(&wallet.clinic.world.table);
    let moved = moved.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
    let moved = moved.update_expression("ADD moves :one");
    let moved = moved.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
    wallet.clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        moved.send().await.unwrap();
    });
    let disturbed = commits(wallet.charge_with("5.00", &json!({ "method_on_file": {} }))).await;
    assert_eq!(disturbed, undisturbed + 1, "it decides anew");
    assert_eq!(wallet.taken(), (1_000, 2));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_session_that_opens_while_money_moves_is_seen_beside_those_that_were_open() {
    let wallet = Wallet::new().await;
    let clinic = &wallet.clinic;
    let commits = async |request: Request| {
        let (answer, calls) = clinic.world.recorder.of(request.into_future()).await;
        answer.ok();
        calls.of("TransactWriteItems")
    };
    clinic.press_pay(&clinic.link(&wallet.ada, &[&wallet.invoice]).await).await;
    let undisturbed = commits(clinic.cash(&wallet.ada, "1.00", &[(&wallet.invoice, "1.00")])).await;
    let other = clinic.open_invoice(&wallet.ada, "5.00").await;
    let pressed = clinic.press_pay(&clinic.link(&wallet.ada, &[&wallet.invoice]).await).await.state;
    let key = Key::patient_balance(&clinic.practice, pressed.patient);
    let opened = clinic.world.client.update_item().table_name(&clinic.world.table);
    let opened = opened.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
    let one_more = PaymentId::new(paywell_app::ids::new(clinic.world.now())).to_string();
    let opened = opened.update_expression("ADD under_way :one");
    let opened = opened.expression_attribute_values(":one", AttributeValue::Ss(vec![one_more]));
    clinic.world.recorder.meanwhile("TransactWriteItems", async move {
        opened.send().await.unwrap();
    });
    let disturbed = commits(clinic.cash(&wallet.ada, "5.00", &[(&other, "5.00")])).await;
    assert_eq!(disturbed, undisturbed + 1, "it decides anew");
}

#[tokio::test]
async fn an_invoice_is_not_charged_again_while_a_debit_of_it_is_under_way() {
    let wallet = Wallet::new().await;
    let account = wallet.put_on_file(BY_BANK).await;
    let card = wallet.put_on_file(BY_CARD).await;
    let debit = wallet.charge(&json!({ "id": account })).await;
    assert_eq!(debit.ok()["status"], json!("processing"));
    let refused = wallet.charge(&json!({ "id": card })).await.refused(409);
    assert!(refused["detail"].as_str().unwrap().contains("under way"), "{refused}");
    let link = wallet.clinic.link(&wallet.ada, &[&wallet.invoice]).await;
    let pressed = wallet.clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link))).await;
    assert!(pressed.text().contains("A payment is on its way"), "{}", pressed.text());
    wallet.clinic.proven_books().await;
    // The bank says no.
    wallet.processor.order("debits/settle", &json!({ "outcome": "fail" })).await;
    wallet.tell().await;
    wallet.charge(&json!({ "id": card })).await.ok();
    assert_eq!(wallet.taken().0, 12_500);
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn of_eight_charges_of_one_invoice_one_is_made() {
    let wallet = Wallet::new().await;
    wallet.put_on_file(BY_CARD).await;
    let charges = (0..8).map(|_| wallet.charge(&json!({})).into_future());
    let answers = join_all(charges).await;
    let made: Vec<u16> = answers.iter().map(|answer| answer.status).filter(|status| *status < 300).collect();
    assert_eq!(made.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409 | 422)));
    assert_eq!(wallet.taken(), (12_500, 1), "the patient is charged once");
    wallet.clinic.proven_books().await;
}
