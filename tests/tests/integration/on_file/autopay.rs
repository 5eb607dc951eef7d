//! Autopay: what is owed is charged to the default method on the day on which it is due, and nobody is chased meanwhile.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use chrono_tz::America::New_York;
use paywell_app::outreach::Run;
use paywell_domain::on_file::MethodKind;
use paywell_tests::support::{BY_BANK, BY_CARD, Processor};
use serde_json::{Value, json};

use super::{Wallet, card};

/// Ada, who has a method on file and, if so said, autopay, and gets a bill of 125.00 that is due in ten days.
async fn billed(form: &[(&str, &str)], autopay: bool) -> Wallet {
    let processor = Processor::start();
    let clinic = processor.clinic().await;
    let ada = clinic.patient("Ada").await;
    let mut wallet = Wallet { processor, clinic, ada, invoice: String::new() };
    wallet.put_on_file(form).await;
    if autopay {
        wallet.turn_on().await;
    }
    let details = json!({ "term_days": 10 });
    wallet.invoice = wallet.clinic.open_invoice_with(&wallet.ada, "125.00", &details).await;
    wallet
}

impl Wallet {
    async fn turn_on(&self) {
        let consent = json!({ "wording": "Charge me when a bill is due.", "given": "by_phone" });
        let path = format!("/v1/patients/{}/autopay", self.ada);
        self.clinic.post(&path, &json!({ "consent": consent })).await.ok();
    }

    /// What the run did on the mornings, at ten in New York, of so many days; reconcile comes after each.
    async fn mornings(&self, days: u64) -> Vec<Run> {
        let mut runs = Vec::new();
        for _ in 0..days {
            let today: NaiveDate = self.clinic.world.now().with_timezone(&New_York).date_naive();
            let ten = (today + Days::new(1)).and_hms_opt(10, 0, 30).unwrap();
            let ten: DateTime<Utc> = ten.and_local_timezone(New_York).unwrap().to_utc();
            self.pass(ten - self.clinic.world.now());
            runs.push(self.run().await);
            self.reconcile().await;
        }
        runs
    }

    async fn charged_on(&self, days: u64) -> Vec<usize> {
        let runs = self.mornings(days).await;
        (1..=runs.len()).filter(|day| runs[day - 1].charges > 0).collect()
    }

    async fn reminders(&self) -> usize {
        self.mails().await.iter().filter(|subject| subject.contains("balance")).count()
    }
}

#[tokio::test]
async fn what_is_due_is_charged_on_its_day_and_nobody_is_chased() {
    let wallet = billed(BY_CARD, true).await;
    assert_eq!(wallet.charged_on(12).await, [10]);
    assert_eq!((wallet.taken(), wallet.invoice_status().await), ((12_500, 1), json!("paid")));
    assert_eq!((&wallet.set().await["status"], wallet.reminders().await), (&json!("paid"), 0));
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn each_bill_is_charged_on_its_own_day() {
    let wallet = billed(BY_CARD, true).await;
    wallet.clinic.open_invoice_with(&wallet.ada, "30.00", &json!({ "term_days": 5 })).await;
    wallet.clinic.open_invoice_with(&wallet.ada, "20.00", &json!({ "term_days": 5 })).await;
    assert_eq!(wallet.charged_on(12).await, [5, 10]);
    assert_eq!(
        (wallet.taken(), wallet.clinic.balance(&wallet.ada).await.0),
        ((17_500, 2), "0.00".to_owned())
    );
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn autopay_that_is_turned_on_later_pays_what_is_owed_when_it_is_due() {
    let wallet = billed(BY_CARD, false).await;
    wallet.mornings(3).await;
    wallet.turn_on().await;
    assert_eq!(wallet.charged_on(9).await, [7]);
    assert_eq!((wallet.taken(), wallet.reminders().await), ((12_500, 1), 0));
}

#[tokio::test]
async fn a_refusal_turns_into_ordinary_chasing_and_one_for_good_ends_autopay() {
    let kind = MethodKind::Card { brand: "visa".into(), last4: "0000".into(), exp_month: 12, exp_year: 2040 };
    for lost in [false, true] {
        let wallet = billed(&card("4000000000000341"), true).await;
        if lost {
            let method = "pm_card_chargeDeclinedLostCard";
            wallet.clinic.keep(&wallet.ada, method, kind.clone()).await;
            let path = format!("/v1/patients/{}/payment-methods/{method}/default", wallet.ada);
            wallet.clinic.post_empty(&path).await.ok();
        }
        assert_eq!(wallet.charged_on(10).await, [10]);
        assert_eq!((wallet.taken().0, &wallet.set().await["autopay_at"]), (0, &Value::Null));
        let events = wallet.events().await;
        assert_eq!(events.last().unwrap(), "autopay_ended", "{events:?}");
        let autopay = wallet.clinic.methods(&wallet.ada).await["autopay"].clone();
        assert_eq!(autopay.is_null(), lost, "{autopay}");
        assert_eq!(wallet.charged_on(20).await, Vec::<usize>::new(), "it is not charged again by itself");
        assert_eq!(wallet.reminders().await, 2, "from the first step");
        wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn who_turns_autopay_off_or_takes_the_card_off_file_is_not_charged() {
    for path in ["autopay", "method"] {
        let wallet = billed(BY_CARD, true).await;
        let patient = format!("/v1/patients/{}", wallet.ada);
        let method = wallet.items().await[0]["id"].as_str().unwrap().to_owned();
        let off = match path {
            "autopay" => format!("{patient}/autopay"),
            _ => format!("{patient}/payment-methods/{method}"),
        };
        wallet.clinic.delete(&off).await.ok();
        assert_eq!(wallet.clinic.methods(&wallet.ada).await["autopay"], Value::Null, "{path}");
        assert_eq!(wallet.charged_on(12).await, Vec::<usize>::new(), "{path}");
        assert_eq!(wallet.reminders().await, 1, "{path}: she is chased as anybody");
    }
    let wallet = billed(BY_CARD, true).await;
    wallet.mornings(9).await;
    wallet.pass(Duration::days(1));
    assert_eq!(wallet.run().await.charges, 1);
    wallet.clinic.delete(&format!("/v1/patients/{}/autopay", wallet.ada)).await.ok();
    wallet.reconcile().await;
    assert_eq!(wallet.taken().0, 0, "nor where the run was there already");
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_paid_before_its_day_is_not_charged_and_a_debit_is_waited_for() {
    let wallet = billed(BY_CARD, true).await;
    wallet.clinic.cash(&wallet.ada, "125.00", &[(&wallet.invoice, "125.00")]).await.ok();
    assert_eq!(wallet.charged_on(12).await, Vec::<usize>::new());
    let wallet = billed(BY_BANK, true).await;
    assert_eq!(wallet.charged_on(12).await, [10], "a debit that is on its way is not begun again");
    assert_eq!(wallet.reminders().await, 0);
    wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn autopay_wants_a_method_that_can_be_charged_and_a_patient_of_ones_own() {
    let wallet = billed(BY_CARD, false).await;
    let ben = wallet.clinic.patient("Ben").await;
    let body = json!({ "consent": { "wording": "Charge me.", "given": "in_person" } });
    let refused = wallet.clinic.post(&format!("/v1/patients/{ben}/autopay"), &body).await.refused(409);
    assert_eq!(refused["rule"], json!("no-method"));
    wallet.clinic.post(&format!("/v1/patients/{ben}/autopay"), &json!({})).await.refused_at(422, "/consent");
    let neighbour = wallet.clinic.neighbour().await;
    neighbour.post(&format!("/v1/patients/{}/autopay", wallet.ada), &body).await.refused(404);
    neighbour.delete(&format!("/v1/patients/{}/autopay", wallet.ada)).await.refused(404);
}
