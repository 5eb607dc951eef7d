//! Copays are held on the card on file before the visit, and taken after it, or released.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use paywell_app::{copays::Run, reconcile::Order};
use paywell_store::Key;
use paywell_tests::support::{BY_CARD, Mail, pay_path};
use serde_json::{Value, json};

use super::{Wallet, card};

/// Ada, with a visit of 30.00 tomorrow, whose copay is to be held now.
struct Visit {
    wallet: Wallet,
    path: String,
}

impl Visit {
    async fn on(form: &[(&str, &str)]) -> Self {
        let wallet = Wallet::new().await;
        wallet.put_on_file(form).await;
        Self::of(wallet).await
    }

    async fn of(wallet: Wallet) -> Self {
        let clinic = &wallet.clinic;
        let copays = json!({ "copays": { "collect": "authorise", "days_before": 1 } });
        let version = clinic.get("/v1/practice").as_owner().await.version();
        clinic.patch("/v1/practice", &copays).on_version(version).as_owner().await.ok();
        let starts_at = clinic.world.now() + Duration::hours(22);
        let body = json!({ "patient_id": wallet.ada, "starts_at": starts_at, "copay": "30.00" });
        let id: String = clinic.post("/v1/appointments", &body).await.field("id");
        Self { path: format!("/v1/appointments/{id}"), wallet }
    }

    /// With the copay held.
    async fn held() -> Self {
        let visit = Self::on(BY_CARD).await;
        let clinic = &visit.wallet.clinic;
        assert_eq!(clinic.world.run_copays().await, Run { due: 1, holds: 1, ..Run::default() });
        assert_eq!(visit.wallet.taken(), (0, 0), "the run asks no processor");
        visit.reconcile().await;
        visit
    }

    async fn shown(&self) -> Value {
        self.wallet.clinic.get(&self.path).await.ok()
    }

    async fn payment(&self) -> Value {
        self.shown().await["payment"].clone()
    }

    async fn edit(&self, change: &Value) -> Value {
        let version = self.wallet.clinic.get(&self.path).await.version();
        self.wallet.clinic.patch(&self.path, change).on_version(version).await.ok()
    }

    async fn reconcile(&self) {
        assert_eq!(self.wallet.clinic.world.reconcile(Order::default()).await.errors, 0);
    }

    fn pass(&self, time: Duration) {
        self.wallet.processor.pass(&self.wallet.clinic, time);
    }

    async fn told(&self) -> Vec<String> {
        let shown = self.shown().await;
        let events = shown["timeline"].as_array().unwrap().iter();
        events.map(|event| event["what"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_copay_is_held_before_the_visit_and_taken_once_it_is_completed() {
    let visit = Visit::held().await;
    let payment = visit.payment().await;
    assert_eq!((&payment["status"], &payment["held"]), (&json!("processing"), &json!("30.00")));
    visit.wallet.tell().await;
    visit.pass(Duration::minutes(6));
    assert_eq!(visit.wallet.clinic.world.run_copays().await, Run { due: 1, changed: 1, ..Run::default() });
    assert_eq!(visit.told().await, ["appointment_booked", "copay_hold_started", "copay_held"]);
    assert!(visit.wallet.clinic.world.mail.all().await.is_empty(), "nobody is asked");
    visit.pass(Duration::hours(23));
    visit.edit(&json!({ "status": "completed" })).await;
    assert_eq!(visit.wallet.taken().0, 0);
    visit.reconcile().await;
    assert_eq!((visit.payment().await["status"].clone(), visit.wallet.taken()), (json!("paid"), (3_000, 1)));
    assert_eq!(visit.wallet.clinic.balance(&visit.wallet.ada).await.1, "30.00");
    visit.wallet.tell().await;
    visit.reconcile().await;
    assert_eq!(visit.wallet.taken(), (3_000, 1));
    visit.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn what_is_held_is_released_where_there_is_no_visit() {
    for (status, wait) in [("cancelled", 0), ("no_show", 23)] {
        let visit = Visit::held().await;
        visit.pass(Duration::hours(wait));
        visit.edit(&json!({ "status": status })).await;
        visit.pass(Duration::minutes(6));
        visit.reconcile().await;
        assert_eq!(visit.payment().await["status"], json!("voided"), "{status}");
        visit.wallet.tell().await;
        assert_eq!((visit.wallet.taken().0, visit.payment().await["status"].clone()), (0, json!("voided")));
        visit.wallet.clinic.proven_books().await;
    }
}

#[tokio::test]
async fn a_card_that_is_taken_off_file_between_choosing_and_claiming_is_not_held() {
    let visit = Visit::on(BY_CARD).await;
    let clinic = &visit.wallet.clinic;
    let methods = Key::methods_on_file(&clinic.practice, visit.wallet.ada.parse().unwrap());
    clinic.meanwhile(methods, &["methods"], AttributeValue::L(Vec::new()));
    let run = clinic.world.run_copays().await;
    assert_eq!((run.holds, run.errors), (0, 0), "{run:?}");
}

#[tokio::test]
async fn mail_that_does_not_go_through_keeps_no_card_from_being_held() {
    let visit = Visit::on(BY_CARD).await;
    let (clinic, starts_at) = (&visit.wallet.clinic, visit.shown().await["starts_at"].clone());
    for name in ["Bea", "Cleo", "Dan"] {
        let patient = clinic.patient(name).await;
        let body = json!({ "patient_id": patient, "starts_at": starts_at, "copay": "30.00" });
        clinic.post("/v1/appointments", &body).await.ok();
    }
    clinic.world.mail.fault("throttle", 1).await;
    let run = clinic.world.run_copays().await;
    assert_eq!(run, Run { due: 4, holds: 1, postponed: 3, ..Run::default() });
}

#[tokio::test]
async fn a_hold_is_made_once_however_many_settle_it() {
    let visit = Visit::on(BY_CARD).await;
    let world = &visit.wallet.clinic.world;
    let (one, two) = tokio::join!(world.run_copays(), world.run_copays());
    assert_eq!((one.holds + two.holds, one.errors + two.errors), (1, 0), "{one:?} {two:?}");
    let order = Order::default();
    tokio::join!(world.reconcile(order), world.reconcile(order), world.reconcile(order));
    visit.wallet.tell().await;
    visit.pass(Duration::minutes(30));
    visit.reconcile().await;
    assert_eq!(visit.payment().await["held"], json!("30.00"));
    assert_eq!(visit.wallet.taken(), (0, 1), "one charge was made");
    visit.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn a_visit_that_is_cancelled_before_its_hold_was_made_holds_nothing() {
    let visit = Visit::on(BY_CARD).await;
    assert_eq!(visit.wallet.clinic.world.run_copays().await.holds, 1);
    visit.edit(&json!({ "status": "cancelled" })).await;
    assert_eq!(visit.payment().await["status"], json!("cancelled"));
    visit.reconcile().await;
    assert_eq!(visit.wallet.taken(), (0, 0));
    visit.wallet.clinic.proven_books().await;
}

#[tokio::test]
async fn whose_bank_declines_the_hold_is_asked_once() {
    let visit = Visit::on(&card("4000000000000341")).await;
    let clinic = &visit.wallet.clinic;
    assert_eq!(clinic.world.run_copays().await.holds, 1);
    visit.reconcile().await;
    let payment = visit.payment().await;
    assert_eq!(payment["status"], json!("failed"), "{payment}");
    visit.pass(Duration::minutes(6));
    assert_eq!(clinic.world.run_copays().await, Run { due: 1, requested: 1, ..Run::default() });
    let asked = visit.payment().await;
    assert_eq!((&asked["id"], &asked["status"]), (&payment["id"], &json!("pending")));
    let [mail] = &clinic.world.mail.to("ada@example.com").await[..] else { panic!("one mail") };
    assert!(clinic.opens(&Mail::pay_path(mail)).await);
    visit.pass(Duration::hours(1));
    assert_eq!(clinic.world.run_copays().await, Run::default());
    clinic.proven_books().await;
}

#[tokio::test]
async fn who_has_no_card_on_file_is_asked() {
    let visit = Visit::of(Wallet::new().await).await;
    assert_eq!(visit.wallet.clinic.world.run_copays().await.requested, 1);
    assert_eq!(visit.wallet.clinic.world.mail.to("ada@example.com").await.len(), 1);
    assert_eq!(visit.payment().await["status"], json!("pending"));
}

#[tokio::test]
async fn a_visit_that_is_moved_far_is_held_anew_nearer_to_it() {
    let visit = Visit::held().await;
    let first = visit.payment().await["id"].clone();
    let clinic = &visit.wallet.clinic;
    let starts_at = clinic.world.now() + Duration::days(20);
    visit.edit(&json!({ "starts_at": starts_at })).await;
    assert_eq!(clinic.world.run_copays().await, Run { due: 1, changed: 1, ..Run::default() });
    let shown = visit.shown().await;
    assert_eq!(shown["payment_id"], Value::Null);
    assert!(shown["collect_at"].as_str().is_some(), "{shown}");
    visit.pass(Duration::minutes(6));
    visit.reconcile().await;
    assert_eq!(clinic.payment(first.as_str().unwrap()).await["status"], json!("voided"));
    visit.pass(Duration::days(20) - Duration::hours(20));
    assert_eq!(clinic.world.run_copays().await.holds, 1);
    visit.reconcile().await;
    assert_eq!(visit.payment().await["held"], json!("30.00"));
    clinic.proven_books().await;
}

#[tokio::test]
async fn whoever_is_paying_when_the_visit_is_cancelled_is_not_charged_after_it() {
    let visit = Visit::of(Wallet::new().await).await;
    let clinic = &visit.wallet.clinic;
    clinic.world.run_copays().await;
    let link = visit.shown().await["link_id"].as_str().unwrap().to_owned();
    let link = clinic.get(&format!("/v1/payment-links/{link}")).await.ok();
    let page = clinic.by_patient("POST", &format!("{}/checkout", pay_path(&link))).await;
    assert_eq!(page.status, 303, "{}", page.text());
    visit.edit(&json!({ "status": "cancelled" })).await;
    visit.reconcile().await;
    visit.wallet.tell().await;
    assert_eq!(visit.payment().await["status"], json!("pending"), "its page has ended");
    assert_eq!(clinic.world.run_copays().await.changed, 1);
    assert_eq!(visit.payment().await["status"], json!("cancelled"));
    assert_eq!(visit.shown().await["collect_at"], Value::Null);
    clinic.proven_books().await;
}
