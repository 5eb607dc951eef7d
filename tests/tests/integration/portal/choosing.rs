//! Messages, and methods on file.

use paywell_domain::{Actor, Language, Patient};
use paywell_tests::support::{BY_CARD, Browser, Clinic, Processor};
use serde_json::json;

const ADA: &str = "ada@example.com";

async fn ada_with_a_phone(clinic: &Clinic) -> String {
    clinic.patient_with("Ada", &json!({ "email": ADA, "phone": "+16175550123" })).await
}

#[tokio::test]
async fn consent_to_texts_is_kept_with_its_wording_and_when_and_how() {
    let clinic = Clinic::open().await;
    let id = ada_with_a_phone(&clinic).await.parse().unwrap();
    let browser = Browser::of(&clinic, ADA).await;
    let fields = [("email", "on"), ("texts", "on"), ("language", "es"), ("wording", "es")];
    assert_eq!(browser.send("/messages", "/messages", &fields).await.status, 303);
    let patient = clinic.stored::<Patient>(id).await.state;
    let consent = patient.choices.texts.clone().unwrap();
    assert!(consent.wording.as_str().starts_with("Acepto recibir mensajes de texto de Riverside Clinic"));
    assert_eq!((consent.phone.as_str(), consent.at), ("+16175550123", clinic.world.now()));
    assert_eq!(patient.details.language, Some(Language::Es));
    let history = clinic.world.store.history::<Patient>(&clinic.practice, id).await.unwrap().unwrap();
    assert!(matches!(history.events.last().unwrap().actor, Actor::Portal { .. }));
    assert!(history.broken_at.is_none());
    let page = browser.get("/messages?saved").await.text();
    assert!(page.contains("Guardado") && page.contains("lang=\"es\""), "{page}");
    let off = [("email", "on"), ("language", "en")];
    browser.send("/messages", "/messages", &off).await;
    assert!(clinic.stored::<Patient>(id).await.state.choices.texts.is_none());
}

#[tokio::test]
async fn mail_that_is_not_wanted_is_not_sent() {
    let clinic = Clinic::open().await;
    let ada = ada_with_a_phone(&clinic).await;
    let invoice = clinic.open_invoice(&ada, "125.00").await;
    let browser = Browser::of(&clinic, ADA).await;
    let status = async || {
        let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
        set["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status().await, "active");
    browser.send("/messages", "/messages", &[("language", "en")]).await;
    assert_eq!(status().await, "will_fail");
    let sent = clinic.world.mail.all().await.len();
    let refused = clinic.post_empty(&format!("/v1/invoices/{invoice}/remind")).await.refused(409);
    assert_eq!(refused["rule"], json!("mail-not-wanted"));
    clinic.world.pass(chrono::Duration::days(32));
    clinic.world.run_outreach().await;
    assert_eq!(clinic.world.mail.all().await.len(), sent, "nothing went out");
    let set = clinic.get(&format!("/v1/patients/{ada}/invoice-set")).await.ok();
    assert!(set.to_string().contains("does not want mail"), "{set}");
}

#[tokio::test]
async fn a_method_comes_on_file_with_consent_becomes_the_default_and_goes() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let (ada, _) = clinic.ada_owing().await;
    clinic.keep_card(&ada, "pm_first").await;
    let browser = Browser::of(&clinic, ADA).await;
    let without = [("patient", ada.as_str()), ("name", "n-1"), ("wording", "en")];
    let refused = browser.send("/methods", "/methods", &without).await;
    assert_eq!(refused.headers["location"], "/portal/prac_riverside/methods", "nobody agreed");
    let agreed = [("patient", ada.as_str()), ("name", "n-2"), ("wording", "en"), ("agreed", "on")];
    let hosted = browser.send("/methods", "/methods", &agreed).await;
    let hosted = hosted.headers["location"].to_str().unwrap().to_owned();
    assert!(hosted.starts_with(&processor.url), "{hosted}");
    processor.send_form(&hosted, BY_CARD).await;
    processor.tell(&clinic).await;
    let items = clinic.methods(&ada).await["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2);
    assert_eq!(items[1]["consent"]["given"], json!("online"));
    assert!(items[1]["consent"]["wording"].as_str().unwrap().contains("Riverside Clinic"));
    let page = browser.get("/methods?saved").await.text();
    assert!(page.contains("4242") && page.contains("Thank you"), "{page}");
    let method = items[1]["id"].as_str().unwrap();
    let named = [("patient", ada.as_str()), ("method", method), ("name", "n-3")];
    assert_eq!(browser.send("/methods", "/methods/default", &named).await.status, 303);
    assert_eq!(clinic.methods(&ada).await["items"][1]["is_default"], json!(true));
    let without = [("patient", ada.as_str()), ("turn", "on"), ("wording", "en"), ("name", "n-4")];
    browser.send("/methods", "/methods/autopay", &without).await;
    assert_eq!(clinic.methods(&ada).await["autopay"], json!(null), "nobody agreed");
    let agreed =
        [("patient", ada.as_str()), ("turn", "on"), ("wording", "en"), ("agreed", "on"), ("name", "n-5")];
    assert_eq!(browser.send("/methods", "/methods/autopay", &agreed).await.status, 303);
    let autopay = clinic.methods(&ada).await["autopay"].clone();
    assert_eq!(autopay["given"], json!("online"));
    assert!(
        autopay["wording"].as_str().unwrap().contains("on the day on which each bill is due"),
        "{autopay}"
    );
    assert!(browser.get("/methods").await.text().contains("Autopay is on"));
    let off = [("patient", ada.as_str()), ("turn", "off"), ("name", "n-6")];
    assert_eq!(browser.send("/methods", "/methods/autopay", &off).await.status, 303);
    assert_eq!(clinic.methods(&ada).await["autopay"], json!(null));
    assert_eq!(browser.send("/methods", "/methods/remove", &named).await.status, 303);
    let left = clinic.methods(&ada).await;
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    let by_portal = left["timeline"].as_array().unwrap().iter().filter(|entry| {
        entry["actor"] == json!("patient") && entry["actor_id"].as_str().unwrap().starts_with("ses_")
    });
    assert!(by_portal.count() >= 3, "{left}");
}
