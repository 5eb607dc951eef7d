//! A method comes on file, and goes.

use chrono::{Datelike, Duration};
use paywell_domain::on_file::MethodKind;
use paywell_tests::support::{BY_BANK, BY_CARD};
use serde_json::json;

use super::{Wallet, card};

#[tokio::test]
async fn a_card_comes_on_file_with_what_the_patient_agreed_to() {
    let wallet = Wallet::new().await;
    assert_eq!(wallet.clinic.methods(&wallet.ada).await["items"], json!([]));
    let page = wallet.clinic.set_up(&wallet.ada).await;
    assert_eq!((page.status, page.ok()["status"].clone()), (201, json!("open")));
    wallet.processor.send_form(&page.field("url"), BY_CARD).await;
    assert_eq!(wallet.items().await, Vec::<serde_json::Value>::new(), "coming back proves nothing");
    wallet.tell().await;
    let shown = wallet.clinic.methods(&wallet.ada).await;
    let method = &shown["items"][0];
    assert_eq!(method["brand"], json!("visa"));
    assert_eq!((&method["last4"], &method["expires"]), (&json!("4242"), &json!("2040-12")));
    assert_eq!((&method["is_default"], &method["unusable"]), (&json!(true), &json!(null)));
    assert_eq!((&method["expired"], &method["expires_soon"]), (&json!(false), &json!(false)));
    let consent = &method["consent"];
    assert_eq!(
        (&consent["wording"], &consent["given"]),
        (&json!("I agree to be charged."), &json!("in_person"))
    );
    let told: Vec<&str> =
        shown["timeline"].as_array().unwrap().iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    let expected = ["method_setup_started", "customer_created", "method_added", "method_consented"];
    assert_eq!(told, expected, "the consent comes first");
    assert_eq!(shown["history_intact"], json!(true));
}

#[tokio::test]
async fn the_page_is_shown_again_and_its_address_is_kept_nowhere() {
    let wallet = Wallet::new().await;
    let first = wallet.clinic.set_up(&wallet.ada).key("k-1").await;
    let page = first.field("url");
    let again = wallet.clinic.set_up(&wallet.ada).key("k-1").await;
    assert_eq!((again.status, &again.body), (201, &first.body), "byte for byte");
    assert!(!wallet.clinic.world.dump().await.mentions(&page), "the table has no address");
    wallet.processor.send_form(&page, BY_CARD).await;
    wallet.tell().await;
    let over = wallet.clinic.set_up(&wallet.ada).key("k-1").await.ok();
    assert_eq!((&over["status"], &over["url"]), (&json!("complete"), &json!(null)));
    assert_eq!(wallet.items().await.len(), 1);
    let second = wallet.put_on_file(BY_CARD).await;
    let items = wallet.items().await;
    assert_eq!((items.len(), &items[0]["is_default"]), (2, &json!(true)), "the first stays the default");
    assert_eq!(items[1]["id"], json!(second));
    let customers = wallet.clinic.world.dump().await.count("CUSTOMER#cus_");
    assert_eq!(customers, 1, "one name at the processor");
}

#[tokio::test]
async fn a_card_that_the_bank_refuses_does_not_come_on_file() {
    let wallet = Wallet::new().await;
    let page = wallet.clinic.set_up(&wallet.ada).await.field("url");
    for number in ["4000000000000002", "4000000000009995", "4000000000009987", "4000000000000069"] {
        wallet.processor.send_form(&page, &card(number)).await;
        wallet.tell().await;
        assert!(wallet.items().await.is_empty(), "{number}");
    }
    wallet.processor.send_form(&page, BY_CARD).await;
    wallet.tell().await;
    assert_eq!(wallet.items().await.len(), 1, "the page stayed open");
}

#[tokio::test]
async fn a_page_offers_what_it_was_asked_for() {
    let wallet = Wallet::new().await;
    let account = wallet.put_on_file(BY_BANK).await;
    let item = wallet.items().await.remove(0);
    assert_eq!((&item["id"], &item["kind"]), (&json!(account), &json!("bank_account")));
    assert_eq!((&item["bank"], &item["last4"]), (&json!("STRIPE TEST BANK"), &json!("6789")));
    let path = format!("/v1/patients/{}/payment-methods/setup", wallet.ada);
    let ask = |methods: &[&str]| {
        let consent = json!({ "wording": "I agree.", "given": "by_phone" });
        wallet.clinic.post(&path, &json!({ "consent": consent, "methods": methods }))
    };
    let hosted = wallet.clinic.fetch(&ask(&["card"]).await.field("url")).await;
    assert!(hosted.contains("Card") && !hosted.contains("US bank account"), "{hosted}");
    for private in ["Lovelace", "1980", "Office visit"] {
        assert!(!hosted.contains(private), "{private}");
    }
    ask(&[]).await.refused_at(422, "/methods");
    ask(&["cash"]).await.refused_at(422, "/methods/0");
    for (consent, pointer) in [
        (json!({ "given": "online" }), "/consent/wording"),
        (json!({ "wording": "", "given": "online" }), "/consent/wording"),
        (json!({ "wording": "x".repeat(501), "given": "online" }), "/consent/wording"),
        (json!({ "wording": "I agree." }), "/consent/given"),
        (json!({ "wording": "I agree.", "given": "by_letter" }), "/consent/given"),
    ] {
        wallet.clinic.post(&path, &json!({ "consent": consent })).await.refused_at(422, pointer);
    }
}

#[tokio::test]
async fn a_customer_that_was_deleted_at_the_processor_is_made_anew() {
    let wallet = Wallet::new().await;
    let lost = wallet.put_on_file(BY_CARD).await;
    let customer = wallet.processor.read(&format!("{}/v1/customers", wallet.processor.url)).await;
    let customer = customer["data"][0]["id"].as_str().unwrap().to_owned();
    wallet.processor.delete(&format!("/v1/customers/{customer}")).await;
    let new = wallet.put_on_file(BY_CARD).await;
    let items = wallet.items().await;
    assert_eq!((&items[0]["id"], &items[1]["id"]), (&json!(lost), &json!(new)));
    assert!(items[0]["unusable"].is_string() && items[1]["unusable"].is_null(), "{items:?}");
    assert_eq!(items[1]["is_default"], json!(true));
    wallet.charge(&json!({})).await.ok();
    assert_eq!(wallet.taken(), (12_500, 1));
}

#[tokio::test]
async fn a_set_up_that_was_cut_off_goes_on() {
    for (path, acts) in [
        ("/v1/customers", false),
        ("/v1/customers", true),
        ("/v1/checkout/sessions", false),
        ("/v1/checkout/sessions", true),
    ] {
        let wallet = Wallet::new().await;
        let fault = json!({ "path": path, "kind": "drop", "acts": acts });
        wallet.processor.order("faults", &fault).await;
        let cut = wallet.clinic.set_up(&wallet.ada).key("k-1").may_fail().await;
        assert_eq!(cut.status, 503, "{path} {acts}: {}", cut.text());
        wallet.clinic.set_up(&wallet.ada).key("k-1").await.refused(409);
        wallet.clinic.world.pass(Duration::seconds(60));
        let page = wallet.clinic.set_up(&wallet.ada).key("k-1").await.field("url");
        wallet.processor.send_form(&page, BY_CARD).await;
        wallet.tell().await;
        let items = wallet.items().await;
        assert_eq!((items.len(), &items[0]["unusable"]), (1, &json!(null)), "{path} {acts}");
    }
}

#[tokio::test]
async fn a_set_up_that_is_taken_up_too_late_is_over() {
    let wallet = Wallet::new().await;
    wallet.processor.order("faults", &json!({ "path": "/v1/customers", "kind": "drop" })).await;
    wallet.clinic.set_up(&wallet.ada).key("k-1").may_fail().await;
    wallet.processor.pass(&wallet.clinic, Duration::minutes(45));
    let problem = wallet.clinic.set_up(&wallet.ada).key("k-1").await.refused(409);
    assert_eq!(problem["rule"], json!("setup-expired"));
    wallet.clinic.set_up(&wallet.ada).key("k-2").await.ok();
}

#[tokio::test]
async fn another_method_is_the_default_when_somebody_says_so() {
    let wallet = Wallet::new().await;
    let (first, second) = (wallet.put_on_file(BY_CARD).await, wallet.put_on_file(BY_BANK).await);
    let path =
        |method: &str, action: &str| format!("/v1/patients/{}/payment-methods/{method}{action}", wallet.ada);
    let made = wallet.clinic.post_empty(&path(&second, "/default")).key("k-1").await;
    let defaults: Vec<bool> =
        made.ok()["items"].as_array().unwrap().iter().map(|item| item["is_default"] == json!(true)).collect();
    assert_eq!(defaults, [false, true]);
    assert_eq!(wallet.clinic.post_empty(&path(&second, "/default")).key("k-1").await.body, made.body);
    wallet.clinic.post_empty(&path("pm_nobodys", "/default")).await.refused(404);
    let left = wallet.clinic.delete(&path(&second, "")).await.ok();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(left["items"][0]["is_default"], json!(false), "nobody said so");
    let answer = wallet.charge(&json!({})).await;
    answer.refused_at(422, "/method_on_file/id");
    wallet.charge(&json!({ "id": first })).await.ok();
}

#[tokio::test]
async fn a_method_that_is_removed_is_gone_here_and_at_the_processor() {
    for reachable in [true, false] {
        let wallet = Wallet::new().await;
        let method = wallet.put_on_file(BY_CARD).await;
        let path = format!("/v1/patients/{}/payment-methods/{method}", wallet.ada);
        if !reachable {
            let fault = json!({ "path": "/v1/payment_methods/*/detach", "kind": "drop", "times": 1 });
            wallet.processor.order("faults", &fault).await;
        }
        let removed = wallet.clinic.delete(&path).key("k-1").await;
        assert_eq!(removed.ok()["items"], json!([]));
        assert_eq!(wallet.clinic.delete(&path).key("k-1").await.body, removed.body);
        assert_eq!(wallet.clinic.delete(&path).key("k-2").await.ok()["items"], json!([]), "again");
        wallet.tell().await;
        assert!(wallet.items().await.is_empty());
        let page = format!("{}/v1/payment_methods/{method}", wallet.processor.url);
        let held = wallet.processor.read(&page).await;
        assert_eq!(held["customer"], json!(null), "also where it could not be reached the first time");
        wallet.charge(&json!({ "id": method })).await.refused_at(422, "/method_on_file/id");
        let nobodys = format!("/v1/patients/{}/payment-methods/pm_nobodys", wallet.ada);
        wallet.clinic.delete(&nobodys).await.refused(404);
    }
}

#[tokio::test]
async fn a_card_says_when_it_expires() {
    let wallet = Wallet::new().await;
    let today = wallet.clinic.today();
    for (months, expired, soon) in [(-1, true, false), (0, false, true), (1, false, true), (2, false, false)]
    {
        let month = today.year() * 12 + i32::try_from(today.month0()).unwrap() + months;
        let (exp_year, exp_month) = (month.div_euclid(12), u32::try_from(month.rem_euclid(12)).unwrap() + 1);
        let id = format!("pm_{exp_year}{exp_month}");
        let kind = MethodKind::Card { brand: "visa".into(), last4: "1881".into(), exp_month, exp_year };
        wallet.clinic.keep(&wallet.ada, &id, kind).await;
        let item = wallet.items().await.pop().unwrap();
        assert_eq!((&item["expired"], &item["expires_soon"]), (&json!(expired), &json!(soon)), "{months}");
        assert_eq!(item["unusable"].is_null(), !expired, "{item}");
        if expired {
            wallet.charge(&json!({ "id": id })).await.refused_at(422, "/method_on_file/id");
            let path = format!("/v1/patients/{}/payment-methods/{id}/default", wallet.ada);
            assert_eq!(wallet.clinic.post_empty(&path).await.refused(409)["rule"], json!("method-unusable"));
        }
    }
    assert_eq!(wallet.taken(), (0, 0));
}

#[tokio::test]
async fn the_pages_that_patients_return_to_name_nobody() {
    let wallet = Wallet::new().await;
    for (outcome, says) in [("saved", "on file"), ("left", "Nothing was kept")] {
        let page = wallet.clinic.by_patient("GET", &format!("/pay/methods/{outcome}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(says) && !page.text().contains("Riverside"), "{}", page.text());
    }
    assert_eq!(wallet.clinic.by_patient("GET", "/pay/methods/other").await.status, 404);
}
