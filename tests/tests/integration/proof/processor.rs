//! The ledger against the processor's movements and payouts.

use chrono::Duration;
use paywell_app::{proof::Options, reconcile::Order};
use paywell_domain::{Payment, proof::Proof};
use paywell_store::Stored;
use paywell_tests::support::{BY_BANK, BY_CARD, Clinic, Processor};
use serde_json::{Value, json};

const NIGHTLY: Order = Order { nightly: true, since: None };

struct Paying {
    processor: Processor,
    clinic: Clinic,
    ada: String,
}

impl Paying {
    async fn new() -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let ada = clinic.patient("Ada").await;
        Self { processor, clinic, ada }
    }

    /// An invoice is paid on the processor's page, and nobody has told us yet.
    async fn pay(&self, amount: &str, form: &[(&str, &str)]) -> Stored<Payment> {
        let invoice = self.clinic.open_invoice(&self.ada, amount).await;
        let link = self.clinic.link(&self.ada, &[&invoice]).await;
        let payment = self.clinic.press_pay(&link).await;
        self.processor.fill_in(&payment.state, form).await;
        payment
    }

    async fn proof(&self) -> Proof {
        self.clinic.proof(&Options::default()).await
    }

    async fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.proof().await.differences.iter().map(|d| d.name.text()).collect();
        names.dedup();
        names
    }

    async fn nightly(&self) {
        let run = self.clinic.world.reconcile(NIGHTLY).await;
        assert_eq!(run.errors, 0, "{run:?}");
    }

    fn truth(&self) -> Value {
        serde_json::to_value(self.processor.simulator.truth()).unwrap()
    }
}

#[tokio::test]
async fn money_that_nobody_told_of_is_awaited_and_then_named() {
    let paying = Paying::new().await;
    paying.pay("125.00", BY_CARD).await;
    paying.processor.pass(&paying.clinic, Duration::minutes(1));
    let proof = paying.proof().await;
    assert_eq!((proof.differences.len(), proof.awaiting.len()), (0, 1), "{proof:?}");
    paying.processor.pass(&paying.clinic, Duration::hours(27));
    let proof = paying.proof().await;
    assert_eq!(proof.awaiting.len(), 0);
    let charge = proof.differences.iter().find(|d| d.name.text() == "charge_not_in_ledger").unwrap();
    assert_eq!((charge.found, charge.expected), (0, 12_500));
    let intent = paying.truth()["payment_intents"][0]["id"].as_str().unwrap().to_owned();
    assert!(charge.ids.contains(&intent), "{charge:?}");
    paying.nightly().await;
    assert_eq!(paying.names().await, Vec::<String>::new(), "the nightly run has found it");
}

#[tokio::test]
async fn charges_disputes_debits_and_payouts_tie_out_to_the_cent() {
    let paying = Paying::new().await;
    paying.pay("125.00", BY_CARD).await;
    paying.pay("80.00", BY_BANK).await;
    let disputed = paying.pay("45.50", BY_CARD).await;
    paying.processor.tell(&paying.clinic).await;
    let state = paying.clinic.stored_payment(&disputed.state.id.to_string()).await.state;
    let intent = state.attempts[0].intent.clone().unwrap();
    let truth = paying.truth();
    let charges = truth["charges"].as_array().unwrap();
    let charge = charges.iter().find(|charge| charge["payment_intent"] == json!(intent)).unwrap();
    let charge = charge["id"].as_str().unwrap().to_owned();
    paying.processor.order(&format!("charges/{charge}/dispute"), &json!({ "reason": "fraudulent" })).await;
    paying.processor.tell(&paying.clinic).await;
    assert_eq!(paying.names().await, Vec::<String>::new());
    for _ in 0..2 {
        paying.processor.pass(&paying.clinic, Duration::days(5));
        paying.processor.tell(&paying.clinic).await;
        paying.nightly().await;
        assert_eq!(paying.names().await, Vec::<String>::new());
    }
    let proof = paying.proof().await;
    assert!(proof.counted.payouts > 0 && proof.counted.movements >= 6, "{:?}", proof.counted);
    let recent = Options { since: Some(paying.clinic.world.now() - Duration::days(2)), ..Options::default() };
    assert_eq!(paying.clinic.proof(&recent).await.differences, []);
}

#[tokio::test]
async fn a_bank_debit_is_no_difference_while_it_is_under_way_and_none_when_it_has_failed() {
    let paying = Paying::new().await;
    let for_want_of_money = |(name, value): &(&'static str, &'static str)| match *name {
        "account_number" => (*name, "000222222227"),
        _ => (*name, *value),
    };
    let form: Vec<_> = BY_BANK.iter().map(for_want_of_money).collect();
    paying.pay("80.00", &form).await;
    paying.processor.tell(&paying.clinic).await;
    paying.processor.pass(&paying.clinic, Duration::hours(30));
    assert_eq!(paying.truth()["balance_transactions"].as_array().unwrap().len(), 1, "it is in the balance");
    assert_eq!(paying.names().await, Vec::<String>::new());
    paying.processor.pass(&paying.clinic, Duration::days(7));
    paying.processor.tell(&paying.clinic).await;
    paying.processor.pass(&paying.clinic, Duration::hours(30));
    paying.nightly().await;
    assert_eq!(paying.truth()["charges"][0]["status"], "failed");
    assert_eq!(paying.names().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_payout_that_the_bank_sends_back_goes_out_again() {
    let paying = Paying::new().await;
    paying.pay("125.00", BY_CARD).await;
    paying.processor.tell(&paying.clinic).await;
    paying.processor.pass(&paying.clinic, Duration::days(6));
    paying.nightly().await;
    let payout = paying.truth()["payouts"][0]["id"].as_str().unwrap().to_owned();
    paying.processor.order(&format!("payouts/{payout}/fail"), &json!({})).await;
    paying.nightly().await;
    assert_eq!(paying.names().await, Vec::<String>::new(), "the money is at the processor again");
    paying.processor.pass(&paying.clinic, Duration::days(5));
    paying.nightly().await;
    assert_eq!(paying.truth()["payouts"].as_array().unwrap().len(), 2);
    assert_eq!(paying.names().await, Vec::<String>::new(), "and in the bank");
}

#[tokio::test]
async fn a_payout_that_is_not_booked_is_named() {
    let paying = Paying::new().await;
    paying.pay("125.00", BY_CARD).await;
    paying.processor.tell(&paying.clinic).await;
    paying.processor.pass(&paying.clinic, Duration::days(8));
    assert_eq!(paying.names().await, ["payout_not_in_ledger", "fee_not_in_ledger"]);
}

#[tokio::test]
async fn what_the_processor_does_not_have_is_named() {
    let paying = Paying::new().await;
    paying.pay("125.00", BY_CARD).await;
    paying.processor.tell(&paying.clinic).await;
    paying.processor.pass(&paying.clinic, Duration::hours(27));
    paying.processor.order("reset", &json!({})).await;
    assert_eq!(paying.names().await, ["charge_not_at_processor"]);
}

#[tokio::test]
async fn a_neighbours_movements_are_the_neighbours() {
    let paying = Paying::new().await;
    let neighbour = paying.clinic.neighbour().await;
    paying.pay("125.00", BY_CARD).await;
    paying.processor.pass(&paying.clinic, Duration::hours(27));
    assert_eq!(paying.proof().await.counted.movements, 1);
    let proof = neighbour.proof(&Options::default()).await;
    assert_eq!((proof.differences, proof.counted.movements), (vec![], 0));
}
