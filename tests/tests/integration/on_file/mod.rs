//! Cards and bank accounts on file: put there by the patient, charged without them.

mod autopay;
mod charging;
mod copays;
mod holding;
mod keeping;
mod news;
mod planned;
mod plans;
mod setting_up;

use chrono::Duration;
use paywell_app::{outreach::Run, reconcile::Order};
use paywell_tests::support::{Answer, BY_CARD, Clinic, Processor, Request};
use serde_json::{Value, json};

/// A practice whose processor is asked, and Ada, who owes 125.00 on an invoice.
struct Wallet {
    processor: Processor,
    clinic: Clinic,
    ada: String,
    invoice: String,
}

impl Wallet {
    async fn new() -> Self {
        let processor = Processor::start();
        let clinic = processor.clinic().await;
        let (ada, invoice) = clinic.ada_owing().await;
        Self { processor, clinic, ada, invoice }
    }

    /// Ada puts a method on file by the hosted page; gives its id.
    async fn put_on_file(&self, form: &[(&str, &str)]) -> String {
        let page = self.clinic.set_up(&self.ada).await.field("url");
        self.processor.send_form(&page, form).await;
        self.tell().await;
        let items = self.items().await;
        items.last().unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Ada's methods, oldest first.
    async fn items(&self) -> Vec<Value> {
        self.clinic.methods(&self.ada).await["items"].as_array().unwrap().clone()
    }

    async fn tell(&self) {
        self.processor.tell(&self.clinic).await;
    }

    /// The invoice is charged to a method.
    fn charge(&self, method_on_file: &Value) -> Request {
        self.charge_with("125.00", &json!({ "method_on_file": method_on_file }))
    }

    /// So much for the invoice, with more or other details.
    fn charge_with(&self, amount: &str, details: &Value) -> Request {
        let mut body = json!({
            "patient_id": self.ada, "amount": amount, "currency": "USD",
            "allocations": [{ "invoice_id": self.invoice, "amount": amount }],
        });
        body.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        self.clinic.post("/v1/payments", &body)
    }

    async fn payment(&self, answer: &Answer) -> Value {
        self.clinic.payment(answer.json()["id"].as_str().unwrap()).await
    }

    async fn invoice_status(&self) -> Value {
        self.clinic.invoice(&self.invoice).await["status"].clone()
    }

    /// Lets time pass, at the processor too.
    fn pass(&self, time: Duration) {
        self.processor.pass(&self.clinic, time);
    }

    /// A run of outreach.
    async fn run(&self) -> Run {
        let run = self.clinic.world.run_outreach().await;
        assert_eq!(run.errors, 0, "{run:?}");
        run
    }

    /// A run of reconcile.
    async fn reconcile(&self) {
        let run = self.clinic.world.reconcile(Order::default()).await;
        assert_eq!(run.errors, 0, "{run:?}");
    }

    /// Ada's invoice set.
    async fn set(&self) -> Value {
        self.clinic.get(&format!("/v1/patients/{}/invoice-set", self.ada)).await.ok()
    }

    /// What has happened to it.
    async fn events(&self) -> Vec<String> {
        let timeline = self.set().await["timeline"].as_array().unwrap().clone();
        timeline.iter().map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
    }

    /// Ada's payments.
    async fn payments(&self) -> Vec<Value> {
        let mut payments = Vec::new();
        for id in self.clinic.ids(&format!("/v1/payments?patient={}", self.ada)).await {
            payments.push(self.clinic.payment(&id).await);
        }
        payments
    }

    /// The subjects of what she was mailed.
    async fn mails(&self) -> Vec<String> {
        let mails = self.clinic.world.mail.to("ada@example.com").await;
        mails.iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect()
    }

    /// What the processor took in all, in cents, and in how many charges that were made.
    fn taken(&self) -> (i64, usize) {
        let truth = self.processor.simulator.truth();
        let truth = serde_json::to_value(truth).unwrap();
        let intents = truth["payment_intents"].as_array().unwrap();
        (intents.iter().map(|intent| intent["amount_received"].as_i64().unwrap()).sum(), intents.len())
    }
}

/// The hosted page's form with a card of that number.
fn card(number: &str) -> Vec<(&str, &str)> {
    let others = BY_CARD.iter().copied().filter(|(name, _)| *name != "number");
    others.chain([("number", number)]).collect()
}
