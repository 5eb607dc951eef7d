//! What the processor tells of methods is applied once, whatever order and however often it comes.

use paywell_tests::support::{BY_BANK, BY_CARD};
use serde_json::{Value, json};
use stripe_simulator::EmittedEvent;

use super::Wallet;

impl Wallet {
    async fn deliver(&self, event: &EmittedEvent) {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(self.clinic.webhook(&body).await.status, 204, "{}", event.kind);
    }

    async fn set_up_untold(&self, form: &[(&str, &str)]) -> Vec<EmittedEvent> {
        let page = self.clinic.set_up(&self.ada).await.field("url");
        self.processor.simulator.take_events();
        self.processor.send_form(&page, form).await;
        self.processor.simulator.take_events()
    }
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |order: Vec<usize>| {
        (0..count).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, count - 1);
            longer
        })
    };
    orders(count - 1).into_iter().flat_map(insert).collect()
}

#[tokio::test]
async fn in_every_order_and_twice_the_method_comes_on_file_once() {
    let mut wallet = Wallet::new().await;
    for order in orders(3) {
        wallet.ada = wallet.clinic.patient("Ada").await;
        let events = wallet.set_up_untold(BY_CARD).await;
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        let expected = ["payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"];
        assert_eq!(kinds, expected);
        for place in order.iter().chain(&order) {
            wallet.deliver(&events[*place]).await;
        }
        let shown = wallet.clinic.methods(&wallet.ada).await;
        let items = shown["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["unusable"]), (1, &json!(null)), "{order:?}");
        assert_eq!(items[0]["is_default"], json!(true), "{order:?}");
        assert_eq!(shown["timeline"].as_array().unwrap().len(), 4, "{order:?}: nothing is told twice");
    }
}

#[tokio::test]
async fn a_method_whose_consent_is_not_told_yet_is_shown_and_not_charged() {
    let wallet = Wallet::new().await;
    let events = wallet.set_up_untold(BY_CARD).await;
    wallet.deliver(&events[0]).await;
    let item = wallet.items().await.remove(0);
    assert_eq!((&item["consent"], &item["is_default"]), (&json!(null), &json!(false)));
    assert!(item["unusable"].as_str().unwrap().contains("consent"));
    wallet.charge(&json!({ "id": item["id"] })).await.refused_at(422, "/method_on_file/id");
    wallet.deliver(&events[1]).await;
    wallet.charge(&json!({ "id": item["id"] })).await.ok();
}

#[tokio::test]
async fn news_that_come_late_do_not_bring_a_removed_method_back() {
    let wallet = Wallet::new().await;
    let events = wallet.set_up_untold(BY_CARD).await;
    wallet.deliver(&events[0]).await;
    let method = wallet.items().await[0]["id"].as_str().unwrap().to_owned();
    wallet.clinic.delete(&format!("/v1/patients/{}/payment-methods/{method}", wallet.ada)).await.ok();
    wallet.deliver(&events[1]).await;
    let mut again: Value = serde_json::from_str(&events[0].body).unwrap();
    again["id"] = json!("evt_again");
    assert_eq!(wallet.clinic.webhook(&again).await.status, 204);
    wallet.tell().await;
    assert!(wallet.items().await.is_empty());
}

#[tokio::test]
async fn a_card_that_the_network_renews_is_known_by_its_new_date() {
    let wallet = Wallet::new().await;
    let method = wallet.put_on_file(BY_CARD).await;
    let path = format!("/v1/payment_methods/{method}");
    wallet.processor.call(&path, &[("card[exp_month]", "3"), ("card[exp_year]", "2044")]).await;
    let events = wallet.processor.simulator.take_events();
    assert_eq!(events[0].kind, "payment_method.updated");
    wallet.deliver(&events[0]).await;
    assert_eq!(wallet.items().await[0]["expires"], json!("2044-03"));
    let mut older: Value = serde_json::from_str(&events[0].body).unwrap();
    older["id"] = json!("evt_older");
    older["type"] = json!("payment_method.automatically_updated");
    older["created"] = json!(older["created"].as_i64().unwrap() - 10);
    older["data"]["object"]["card"]["exp_year"] = json!(2041);
    assert_eq!(wallet.clinic.webhook(&older).await.status, 204);
    assert_eq!(wallet.items().await[0]["expires"], json!("2044-03"), "what is older is overtaken");
}

#[tokio::test]
async fn a_method_that_is_detached_at_the_processor_is_gone() {
    let wallet = Wallet::new().await;
    let method = wallet.put_on_file(BY_CARD).await;
    wallet.processor.call(&format!("/v1/payment_methods/{method}/detach"), &[]).await;
    wallet.tell().await;
    let shown = wallet.clinic.methods(&wallet.ada).await;
    assert_eq!(shown["items"], json!([]));
    assert_eq!(shown["timeline"].as_array().unwrap().last().unwrap()["what"], json!("method_removed"));
}

#[tokio::test]
async fn an_account_whose_debit_was_returned_is_not_charged_again() {
    let wallet = Wallet::new().await;
    let account = wallet.put_on_file(BY_BANK).await;
    let answer = wallet.charge(&json!({})).await;
    wallet.processor.order("debits/settle", &json!({ "outcome": "succeed" })).await;
    wallet.tell().await;
    assert_eq!(wallet.payment(&answer).await["status"], json!("paid"));
    let truth = serde_json::to_value(wallet.processor.simulator.truth()).unwrap();
    let charge = truth["charges"][0]["id"].as_str().unwrap().to_owned();
    let reason = json!({ "reason": "insufficient_funds" });
    wallet.processor.order(&format!("charges/{charge}/dispute"), &reason).await;
    let events = wallet.processor.simulator.take_events();
    let ended = events.iter().find(|event| event.kind == "mandate.updated").unwrap();
    wallet.deliver(ended).await;
    wallet.deliver(ended).await;
    let item = wallet.items().await.remove(0);
    assert!(item["unusable"].as_str().unwrap().contains("permission to debit"), "{item}");
    let invoice = wallet.clinic.open_invoice(&wallet.ada, "5.00").await;
    let body = json!({
        "patient_id": wallet.ada, "amount": "5.00", "currency": "USD", "method_on_file": { "id": account },
        "allocations": [{ "invoice_id": invoice, "amount": "5.00" }],
    });
    wallet.clinic.post("/v1/payments", &body).await.refused_at(422, "/method_on_file/id");
}

#[tokio::test]
async fn a_card_of_which_a_charge_is_disputed_is_not_charged_again() {
    let wallet = Wallet::new().await;
    let method = wallet.put_on_file(BY_CARD).await;
    wallet.charge(&json!({})).await.ok();
    wallet.tell().await;
    let charge = wallet.processor.simulator.truth().charges[0].id.clone();
    wallet.processor.order(&format!("charges/{charge}/dispute"), &json!({ "reason": "fraudulent" })).await;
    wallet.tell().await;
    let item = wallet.items().await.remove(0);
    assert!(item["unusable"].as_str().unwrap().contains("disputed"), "{item}");
    let invoice = wallet.clinic.open_invoice(&wallet.ada, "5.00").await;
    let body = json!({
        "patient_id": wallet.ada, "amount": "5.00", "currency": "USD", "method_on_file": { "id": method },
        "allocations": [{ "invoice_id": invoice, "amount": "5.00" }],
    });
    wallet.clinic.post("/v1/payments", &body).await.refused_at(422, "/method_on_file/id");
    let dispute = wallet.processor.simulator.truth().disputes[0].id.clone();
    wallet.processor.order(&format!("disputes/{dispute}/close"), &json!({ "status": "won" })).await;
    wallet.tell().await;
    assert!(!wallet.items().await[0]["unusable"].is_null(), "the patient puts it on file anew, or another");
}

#[tokio::test]
async fn methods_of_nobody_we_know_are_acknowledged() {
    let wallet = Wallet::new().await;
    let before = wallet.clinic.world.dump().await;
    let customer = wallet.processor.call("/v1/customers", &[]).await["id"].as_str().unwrap().to_owned();
    let method =
        wallet.processor.call("/v1/payment_methods/pm_card_visa/attach", &[("customer", &customer)]).await;
    let id = method["id"].as_str().unwrap();
    wallet.processor.call(&format!("/v1/payment_methods/{id}/detach"), &[]).await;
    wallet.tell().await;
    assert!(wallet.clinic.world.dump().await == before, "nothing is written");
}
