//! Receipts by mail: one for each payment that was made at the processor, whatever is cut off or runs twice.

use chrono::Duration;
use paywell_app::reconcile::Order;
use paywell_tests::support::{Clinic, Mail};
use serde_json::{Value, json};

use super::refunding_by_processor::ByCard;

async fn reconcile(clinic: &Clinic) {
    assert_eq!(clinic.world.reconcile(Order::default()).await.errors, 0);
}

async fn mails(clinic: &Clinic) -> Vec<Value> {
    clinic.world.mail.to("ada@example.com").await
}

/// What was done about the receipt.
async fn told(clinic: &Clinic, payment: &str) -> Vec<String> {
    let detail = clinic.payment(payment).await;
    let events = detail["timeline"].as_array().unwrap().iter();
    let names = events.map(|event| event["what"].as_str().unwrap().to_owned());
    names.filter(|name| name.starts_with("receipt") || name.starts_with("mail")).collect()
}

#[tokio::test]
async fn who_has_paid_online_is_mailed_one_receipt() {
    let card = ByCard::new().await;
    assert!(mails(&card.clinic).await.is_empty(), "not before the schedule looks");
    reconcile(&card.clinic).await;
    let [mail] = &mails(&card.clinic).await[..] else { panic!("one mail") };
    assert_eq!(mail["subject"], "Your receipt from Riverside Clinic");
    for private in ["125", "Office", "Lovelace", "PAY-"] {
        assert!(!mail.to_string().contains(private), "{private} is nobody else's business");
    }
    let page = card.clinic.by_patient("GET", &Mail::pay_path(mail)).await;
    assert!(page.text().contains("$125.00"), "{}", page.text());
    let id = card.payment.state.id.to_string();
    assert_eq!(told(&card.clinic, &id).await, ["receipt_claimed", "mail_sent"]);
    reconcile(&card.clinic).await;
    card.clinic.world.pass(Duration::days(1));
    reconcile(&card.clinic).await;
    assert_eq!(mails(&card.clinic).await.len(), 1);
    card.clinic.proven_books().await;
}

#[tokio::test]
async fn two_runs_at_once_mail_one_receipt() {
    let card = ByCard::new().await;
    let world = &card.clinic.world;
    let order = Order::default();
    let (one, other) = tokio::join!(world.reconcile(order), world.reconcile(order));
    assert_eq!((one.errors, other.errors), (0, 0));
    assert_eq!(mails(&card.clinic).await.len(), 1);
}

#[tokio::test]
async fn where_the_provider_takes_nothing_the_receipt_goes_out_later() {
    let card = ByCard::new().await;
    let id = card.payment.state.id.to_string();
    card.clinic.world.mail.fault("throttle", 1).await;
    reconcile(&card.clinic).await;
    assert_eq!(told(&card.clinic, &id).await, ["receipt_claimed", "receipt_put_off"]);
    reconcile(&card.clinic).await;
    assert!(mails(&card.clinic).await.is_empty(), "not at once");
    card.clinic.world.pass(Duration::minutes(15));
    reconcile(&card.clinic).await;
    assert_eq!(mails(&card.clinic).await.len(), 1);
}

/// The provider's answer was lost: perhaps it was sent, so it is not sent again.
#[tokio::test]
async fn a_receipt_that_may_have_been_sent_is_not_sent_again() {
    let card = ByCard::new().await;
    let id = card.payment.state.id.to_string();
    card.clinic.world.mail.fault("accept_then_drop", 1).await;
    for _ in 0..3 {
        reconcile(&card.clinic).await;
        card.clinic.world.pass(Duration::hours(1));
    }
    assert_eq!(told(&card.clinic, &id).await, ["receipt_claimed", "mail_unknown"]);
    assert_eq!(mails(&card.clinic).await.len(), 1, "the one that it took");
}

#[tokio::test]
async fn what_the_desk_took_has_no_receipt_by_mail() {
    let clinic = Clinic::open().await;
    let ada = clinic.patient("Ada").await;
    clinic.cash(&ada, "10.00", &[]).await.ok();
    reconcile(&clinic).await;
    assert!(mails(&clinic).await.is_empty());
}

#[tokio::test]
async fn who_has_no_address_is_not_mailed_and_that_is_told() {
    let card = ByCard::asked_of(&json!({})).await;
    card.pays().await;
    reconcile(&card.clinic).await;
    assert!(card.clinic.world.mail.all().await.is_empty());
    let id = card.payment.state.id.to_string();
    assert_eq!(told(&card.clinic, &id).await, ["mail_failed"]);
    assert_eq!(card.clinic.world.reconcile(Order::default()).await.due, 0, "nor looked at again");
}

#[tokio::test]
async fn who_reads_spanish_is_written_to_in_spanish() {
    let card = ByCard::asked_of(&json!({ "email": "ada@example.com", "language": "es" })).await;
    card.clinic.post_empty(&format!("/v1/invoices/{}/remind", card.invoice)).await.ok();
    card.pays().await;
    reconcile(&card.clinic).await;
    let [reminder, receipt] = &mails(&card.clinic).await[..] else { panic!("two mails") };
    for (mail, subject) in [
        (reminder, "Recordatorio de su saldo con Riverside Clinic"),
        (receipt, "Su recibo de Riverside Clinic"),
    ] {
        assert_eq!(mail["subject"], subject);
        let (text, page) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
        assert!(text.starts_with("Hola, Ada:") && page.contains("lang=\"es\""), "{text}");
        assert!(text.contains("/portal/prac_riverside") && page.contains("O inicie sesión"), "{text}");
    }
}
