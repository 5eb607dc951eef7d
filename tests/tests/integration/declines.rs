//! Whoever paid reads why the bank refused, and that no money moved only where none did.

use chrono::Duration;
use paywell_domain::Payment;
use paywell_store::Stored;
use paywell_tests::support::{BY_BANK, BY_CARD, Clinic, Processor};
use serde_json::json;

/// Somebody who has pressed Pay.
struct Payer {
    processor: Processor,
    clinic: Clinic,
    payment: Stored<Payment>,
}

impl Payer {
    async fn new() -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let (ada, invoice) = clinic.ada_owing().await;
        let link = clinic.link(&ada, &[&invoice]).await;
        let payment = clinic.press_pay(&link).await;
        Self { processor, clinic, payment }
    }

    /// Fills in the form with another number; everything is told.
    async fn tries(&self, form: &[(&str, &str)], field: &str, number: &str) {
        let others = form.iter().copied().filter(|(name, _)| *name != field);
        let form: Vec<(&str, &str)> = others.chain([(field, number)]).collect();
        self.processor.fill_in(&self.payment.state, &form).await;
        self.processor.tell(&self.clinic).await;
    }

    async fn receipt(&self) -> String {
        let session = self.payment.state.attempts[0].session().unwrap();
        let session =
            self.processor.read(&format!("{}/v1/checkout/sessions/{session}", self.processor.url)).await;
        let back = session["cancel_url"].as_str().unwrap().to_owned();
        self.clinic.by_patient("GET", &back[back.find("/pay/").unwrap()..]).await.text()
    }

    async fn shown(&self) -> serde_json::Value {
        self.clinic.payment(&self.payment.state.id.to_string()).await
    }
}

#[tokio::test]
async fn a_card_that_is_declined_is_told_with_its_reason_while_it_can_be_tried_again() {
    for (number, why) in [
        ("4000000000009995", "there was not enough money in the account"),
        ("4000000000000069", "the card has expired"),
        ("4000000000000002", "the bank did not tell us"),
        ("4000000000009987", "the bank did not tell us"),
    ] {
        let payer = Payer::new().await;
        payer.tries(BY_CARD, "number", number).await;
        let page = payer.receipt().await;
        assert!(page.contains(why) && page.contains("No money has moved"), "{number}: {page}");
        assert!(page.contains("Continue to pay $125.00"), "the session is open");
        for kept in ["lost", "stolen", "fraud"] {
            assert!(!page.contains(kept), "{number}: {page}");
        }
        payer.tries(BY_CARD, "number", "4242424242424242").await;
        let page = payer.receipt().await;
        assert!(page.contains("Thank you") && !page.contains(why), "{page}");
        let timeline = payer.shown().await["timeline"].as_array().unwrap().clone();
        let declined = timeline.iter().filter(|entry| entry["what"] == json!("payment_try_declined"));
        assert_eq!(declined.count(), 1, "staff read it too");
    }
}

/// The word of the declined card comes last: it says nothing of the debit.
#[tokio::test]
async fn a_decline_that_is_heard_of_late_fails_no_debit_that_is_under_way() {
    let payer = Payer::new().await;
    let declined: Vec<(&str, &str)> = (BY_CARD.iter().copied())
        .map(|(name, value)| (name, if name == "number" { "4000000000000002" } else { value }))
        .collect();
    payer.processor.fill_in(&payer.payment.state, &declined).await;
    let late = payer.processor.simulator.take_events();
    assert!(late.iter().any(|event| event.kind == "payment_intent.payment_failed"), "the decline");
    payer.processor.fill_in(&payer.payment.state, BY_BANK).await;
    payer.processor.tell(&payer.clinic).await;
    for event in late {
        let signature = payer.processor.simulator.sign(&event.body);
        let request = payer.clinic.unsigned_webhook(&event.body).header("stripe-signature", &signature);
        assert_eq!(request.await.status, 204, "{}", event.kind);
    }
    assert_eq!(payer.shown().await["status"], json!("processing"), "the debit is under way");
    payer.processor.pass(&payer.clinic, Duration::days(7));
    payer.processor.tell(&payer.clinic).await;
    assert_eq!(payer.shown().await["status"], json!("paid"));
    payer.clinic.proven_books().await;
}

#[tokio::test]
async fn a_debit_that_is_refused_says_why_whoever_tells() {
    for told in [true, false] {
        for (number, why) in [
            ("000111111116", "the bank could not find the account"),
            ("000222222227", "there was not enough money in the account"),
        ] {
            let payer = Payer::new().await;
            payer.tries(BY_BANK, "account_number", number).await;
            payer.processor.pass(&payer.clinic, Duration::days(8));
            if !told {
                payer.processor.simulator.take_events();
                payer.clinic.world.reconcile(paywell_app::reconcile::Order::default()).await;
            }
            payer.processor.tell(&payer.clinic).await;
            assert_eq!(payer.shown().await["status"], json!("failed"), "{number}");
            let page = payer.receipt().await;
            assert!(page.contains(why) && page.contains("No money was taken"), "{told} {number}: {page}");
        }
    }
}

#[tokio::test]
async fn a_debit_that_came_back_after_it_was_paid_is_not_said_to_have_moved_nothing() {
    let payer = Payer::new().await;
    payer.tries(BY_BANK, "account_number", "000123456789").await;
    payer.processor.order("debits/settle", &json!({ "outcome": "succeed" })).await;
    payer.processor.tell(&payer.clinic).await;
    assert!(payer.receipt().await.contains("Thank you"));
    let truth = serde_json::to_value(payer.processor.simulator.truth()).unwrap();
    let charge = truth["charges"][0]["id"].as_str().unwrap().to_owned();
    let reason = json!({ "reason": "insufficient_funds" });
    payer.processor.order(&format!("charges/{charge}/dispute"), &reason).await;
    payer.processor.pass(&payer.clinic, Duration::minutes(1));
    payer.processor.tell(&payer.clinic).await;
    assert_eq!(payer.shown().await["status"], json!("failed"));
    let page = payer.receipt().await;
    assert!(page.contains("took the payment back") && page.contains("not enough money"), "{page}");
    assert!(!page.contains("No money"), "{page}");
}
