//! A patient pays a part of what is owed, where the practice takes parts.

use futures_util::future::join_all;
use paywell_domain::{Payment, practice::PayPageSettings};
use paywell_store::Stored;
use paywell_tests::support::{Answer, BY_CARD, Clinic, Processor, pay_path};
use serde_json::{Value, json};

/// A patient who owes 125.00 on one invoice and, due a month later, 75.00 on another, with a link for both.
struct Owing {
    processor: Processor,
    clinic: Clinic,
    ada: String,
    soon: String,
    late: String,
    link: Value,
}

impl Owing {
    async fn new() -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let part_from = Some("20.00".parse().unwrap());
        let settings = PayPageSettings { part_from, ..PayPageSettings::default() };
        clinic.change_practice(|practice| practice.pay_page = settings).await;
        let ada = clinic.patient("Ada").await;
        let late = clinic.open_invoice_with(&ada, "75.00", &json!({ "term_days": 60 })).await;
        let soon = clinic.open_invoice_with(&ada, "125.00", &json!({ "term_days": 10 })).await;
        let link = clinic.link(&ada, &[&late, &soon]).await;
        Self { processor, clinic, ada, soon, late, link }
    }

    async fn presses(&self, form: &str) -> Answer {
        let path = format!("{}/checkout", pay_path(&self.link));
        let request = self.clinic.by_patient("POST", &path).body(form);
        request.header("content-type", "application/x-www-form-urlencoded").may_fail().await
    }

    async fn payments(&self) -> Vec<Stored<Payment>> {
        let mut payments = Vec::new();
        for id in self.clinic.ids("/v1/payments?sort=created").await {
            payments.push(self.clinic.stored_payment(&id).await);
        }
        payments
    }

    /// Ada presses Pay for a part, and pays it on the hosted page.
    async fn pays(&self, form: &str) {
        let answer = self.presses(form).await;
        let page = answer.headers["location"].to_str().unwrap().to_owned();
        self.processor.send_form(&page, BY_CARD).await;
        self.processor.tell(&self.clinic).await;
    }

    async fn balances(&self) -> (String, String) {
        let of = async |id: &str| self.clinic.invoice(id).await["balance"].as_str().unwrap().to_owned();
        (of(&self.soon).await, of(&self.late).await)
    }

    async fn link_status(&self) -> Value {
        self.clinic.invoice(&self.soon).await["links"][0]["status"].clone()
    }
}

#[tokio::test]
async fn parts_pay_what_is_due_first_and_the_link_stays_good_until_nothing_is_owed() {
    let owing = Owing::new().await;
    owing.pays("amount=100").await;
    assert_eq!(owing.balances().await, ("25.00".to_owned(), "75.00".to_owned()));
    assert_eq!(owing.link_status().await, json!("opened"), "good for the rest");
    owing.pays("amount=%2450.00").await;
    assert_eq!(owing.balances().await, ("0.00".to_owned(), "50.00".to_owned()));
    assert_eq!(owing.link_status().await, json!("opened"));
    let page = owing.clinic.by_patient("GET", pay_path(&owing.link)).await.text();
    assert!(page.contains("$50.00") && !page.contains("$200.00"), "{page}");
    owing.pays("").await;
    assert_eq!(owing.balances().await, ("0.00".to_owned(), "0.00".to_owned()));
    assert_eq!(owing.link_status().await, json!("used"));
    assert_eq!(owing.payments().await.len(), 3);
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn an_amount_is_held_against_what_is_owed_and_what_the_practice_takes() {
    let owing = Owing::new().await;
    for (form, why) in [
        ("amount=19.99", "The least is $20.00"),
        ("amount=200.01", "The most you can pay is $200.00"),
        ("amount=999999.99", "The most you can pay is $200.00"),
        ("amount=0", "write it in digits"),
        ("amount=-50", "write it in digits"),
        ("amount=1e2", "write it in digits"),
        ("amount=50%2C00", "write it in digits"),
        ("amount=NaN", "write it in digits"),
        ("amount=", "write it in digits"),
        ("amount=50&amount=60", "write it in digits"),
        ("amount=50&patient_id=x", "write it in digits"),
        ("amount=50&currency=EUR", "write it in digits"),
    ] {
        let answer = owing.presses(form).await;
        assert_eq!(answer.status, 422, "{form}");
        assert!(answer.text().contains(why), "{form}: {}", answer.text());
    }
    assert!(owing.payments().await.is_empty(), "nothing is begun");
}

#[tokio::test]
async fn where_the_practice_takes_the_whole_alone_no_part_is_offered_or_taken() {
    let owing = Owing::new().await;
    owing.clinic.change_practice(|practice| practice.pay_page = PayPageSettings::default()).await;
    let page = owing.clinic.by_patient("GET", pay_path(&owing.link)).await.text();
    assert!(!page.contains("name=\"amount\""), "{page}");
    let refused = owing.presses("amount=50").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Only the whole amount of $200.00"), "{}", refused.text());
    assert_eq!(owing.presses("amount=200").await.status, 303, "the whole is no part");
}

#[tokio::test]
async fn a_payment_that_was_asked_for_is_paid_whole() {
    let mut owing = Owing::new().await;
    let payment = owing.clinic.asked_for(&owing.ada, "80.00").await;
    let order = json!({ "patient_id": owing.ada, "payment_id": payment });
    owing.link = owing.clinic.post("/v1/payment-links", &order).await.ok();
    let page = owing.clinic.by_patient("GET", pay_path(&owing.link)).await.text();
    assert!(!page.contains("name=\"amount\""), "{page}");
    assert_eq!(owing.presses("amount=30").await.status, 422);
    assert_eq!(owing.presses("").await.status, 303);
}

#[tokio::test]
async fn two_tabs_with_different_amounts_have_one_open_session() {
    let owing = Owing::new().await;
    let first = owing.presses("amount=50").await.headers["location"].to_str().unwrap().to_owned();
    let again = owing.presses("amount=50").await.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(first, again, "the same amount is the same session");
    let other = owing.presses("amount=60").await.headers["location"].to_str().unwrap().to_owned();
    assert_ne!(first, other);
    let page = owing.clinic.fetch(&first).await;
    assert!(
        !page.contains("4242") && !page.contains("name=\"number\""),
        "the first one takes nothing any more: {page}"
    );
    let payments = owing.payments().await;
    assert_eq!((payments.len(), payments[0].state.attempts.len()), (1, 2));
    owing.processor.send_form(&other, BY_CARD).await;
    owing.processor.tell(&owing.clinic).await;
    assert_eq!(owing.balances().await, ("65.00".to_owned(), "75.00".to_owned()));
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn a_tab_that_asks_for_a_part_after_another_has_paid_goes_to_its_receipt() {
    let owing = Owing::new().await;
    let first = owing.presses("amount=50").await.headers["location"].to_str().unwrap().to_owned();
    owing.processor.send_form(&first, BY_CARD).await;
    let second = owing.presses("amount=60").await;
    let place = second.headers["location"].to_str().unwrap();
    assert!(place.contains("/pay/receipts/"), "{place}");
    owing.processor.tell(&owing.clinic).await;
    assert_eq!(owing.balances().await, ("75.00".to_owned(), "75.00".to_owned()), "paid once");
    owing.clinic.proven_books().await;
}

#[tokio::test]
async fn different_amounts_pressed_at_once_never_charge_twice() {
    let owing = Owing::new().await;
    let forms = ["amount=50", "amount=60", "", "amount=50", "amount=70"];
    let answers = join_all(forms.map(|form| owing.presses(form))).await;
    let pages = answers.iter().filter_map(|answer| answer.headers.get("location")?.to_str().ok());
    let mut open = 0;
    for page in pages.collect::<std::collections::BTreeSet<_>>() {
        open += usize::from(owing.clinic.fetch(page).await.contains("name=\"number\""));
    }
    assert!(open <= 1, "{open} sessions are open");
    assert_eq!(owing.payments().await.len(), 1);
    owing.clinic.proven_books().await;
}
