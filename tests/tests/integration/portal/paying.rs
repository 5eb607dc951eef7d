//! By a link, as everybody pays.

use paywell_domain::Payment;
use paywell_tests::support::{BY_CARD, Browser, Clinic, Processor};
use serde_json::json;

const ADA: &str = "ada@example.com";

fn place(answer: &paywell_tests::support::Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_bills_are_paid_at_once_and_the_receipt_is_in_the_history() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = clinic.patient("Ada").await;
    let (one, two) = (clinic.open_invoice(&ada, "125.00").await, clinic.open_invoice(&ada, "60.00").await);
    let browser = Browser::of(&clinic, ADA).await;
    let link = place(&browser.send("", "/pay", &[("patient", &ada), (&one, "on"), (&two, "on")]).await);
    assert!(link.starts_with("/pay/"), "{link}");
    let page = browser.get(&link).await.text();
    assert!(page.contains("$185.00") && page.contains("Office visit"), "the details at once: {page}");
    let hosted = place(&browser.post(&format!("{link}/checkout"), &[]).await);
    processor.send_form(&hosted, BY_CARD).await;
    processor.tell(&clinic).await;
    let home = browser.get("").await.text();
    assert!(home.contains("Nothing is owed") && home.contains("$0.00"), "{home}");
    let history = browser.get("/history").await.text();
    assert!(history.contains("$185.00"), "{history}");
    let receipt = history.split("href=\"").find(|part| part.starts_with("/pay/receipts/")).unwrap();
    let receipt = browser.get(receipt.split('"').next().unwrap()).await.text();
    assert!(receipt.contains("Thank you") && receipt.contains("$185.00"), "{receipt}");
    let pdf = history.split("href=\"").find_map(|part| part.split_once("/receipt.pdf\"")).unwrap().0;
    let pdf = clinic.by_patient("GET", &format!("{pdf}/receipt.pdf")).await;
    assert_eq!((pdf.status, &pdf.headers["content-type"]), (200, &"application/pdf".parse().unwrap()));
    clinic.proven_books().await;
}

#[tokio::test]
async fn a_link_that_is_good_for_the_same_bills_is_used_again() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    let (one, two) = (clinic.open_invoice(&ada, "125.00").await, clinic.open_invoice(&ada, "60.00").await);
    let browser = Browser::of(&clinic, ADA).await;
    let both = [("patient", ada.as_str()), (&one, "on"), (&two, "on")];
    let link = place(&browser.send("", "/pay", &both).await);
    assert_eq!(place(&browser.send("", "/pay", &both).await), link, "the same bills, the same link");
    let other = place(&browser.send("", "/pay", &both[..2]).await);
    assert_ne!(other, link, "other bills");
    let links = clinic.invoice(&one).await["links"].as_array().unwrap().clone();
    assert_eq!(links.len(), 2);
    let id = links[0]["id"].as_str().unwrap();
    clinic.post_empty(&format!("/v1/payment-links/{id}/revoke")).await.ok();
    assert_ne!(place(&browser.send("", "/pay", &both).await), link, "a withdrawn one is not");
}

#[tokio::test]
async fn who_paid_by_the_portal_is_in_the_links_history() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    browser.send("", "/pay", &[("patient", &ada), (&invoice, "on")]).await;
    let kept = clinic.world.dump().await.without(&["SIGNIN", "SESSION"]);
    assert!(kept.mentions("ses_"), "the session gave the link out");
}

#[tokio::test]
async fn what_is_not_owed_any_more_is_not_paid() {
    let clinic = Clinic::open().await;
    let (ada, invoice) = clinic.ada_owing().await;
    let browser = Browser::of(&clinic, ADA).await;
    clinic.cash(&ada, "125.00", &[(&invoice, "125.00")]).await.ok();
    let answer = browser.send("", "/pay", &[("patient", &ada), (&invoice, "on")]).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("No money has moved"));
    let none = browser.send("", "/pay", &[("patient", &ada)]).await;
    assert_eq!(place(&none), "/portal/prac_riverside?none");
    assert!(browser.get("?none").await.text().contains("at least one bill"));
}

#[tokio::test]
async fn what_is_on_its_way_is_not_asked_for_again() {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let (ada, _) = clinic.ada_owing().await;
    let invoice = clinic.open_invoice(&ada, "60.00").await;
    let link = clinic.link(&ada, &[&invoice]).await;
    let payment: paywell_store::Stored<Payment> = clinic.press_pay(&link).await;
    processor.fill_in(&payment.state, paywell_tests::support::BY_BANK).await;
    processor.tell(&clinic).await;
    let home = Browser::of(&clinic, ADA).await.get("").await.text();
    assert!(home.contains("is on its way"), "{home}");
    assert!(!home.contains(&format!("name=\"{invoice}\"")), "it cannot be chosen");
    assert_eq!(clinic.payment(&payment.state.id.to_string()).await["status"], json!("processing"));
}
