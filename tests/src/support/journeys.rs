//! What practices do every day, in one line each.

use chrono::NaiveDate;
use paywell_app::pay::Opened;
use paywell_domain::link::Token;
use serde_json::{Value, json};

use super::{Answer, Clinic};

impl Clinic {
    /// The practice's day.
    pub fn today(&self) -> NaiveDate {
        self.world.now().with_timezone(&chrono_tz::America::New_York).date_naive()
    }

    /// A patient with an address (`ada@example.com` for Ada); gives the id.
    pub async fn patient(&self, first_name: &str) -> String {
        let email = format!("{}@example.com", first_name.to_lowercase());
        self.patient_with(first_name, &json!({ "email": email })).await
    }

    /// A patient with more or other details; gives the id.
    pub async fn patient_with(&self, first_name: &str, details: &Value) -> String {
        let mut body =
            json!({ "first_name": first_name, "last_name": "Lovelace", "birth_date": "1980-12-10" });
        merge(&mut body, details);
        self.post("/v1/patients", &body).await.field("id")
    }

    /// A draft over one line; gives the id.
    pub async fn draft(&self, patient: &str, amount: &str) -> String {
        self.draft_with(patient, amount, &json!({})).await
    }

    /// A draft over one line with more or other details; gives the id.
    pub async fn draft_with(&self, patient: &str, amount: &str, details: &Value) -> String {
        let mut body = json!({
            "patient_id": patient, "currency": "USD",
            "lines": [{ "description": "Office visit", "unit_price": amount }],
        });
        merge(&mut body, details);
        self.post("/v1/invoices", &body).await.field("id")
    }

    /// Posts a draft to the portal: it is owed from now on.
    pub async fn send(&self, invoice: &str) -> Answer {
        self.post(&format!("/v1/invoices/{invoice}/send"), &json!({ "channels": ["portal"] })).await
    }

    /// Ada, who owes an invoice of 125.00; gives her id and the invoice's.
    pub async fn ada_owing(&self) -> (String, String) {
        let ada = self.patient("Ada").await;
        let invoice = self.open_invoice(&ada, "125.00").await;
        (ada, invoice)
    }

    /// An invoice that is owed; gives the id.
    pub async fn open_invoice(&self, patient: &str, amount: &str) -> String {
        self.open_invoice_with(patient, amount, &json!({})).await
    }

    /// An invoice that is owed, with more or other details; gives the id.
    pub async fn open_invoice_with(&self, patient: &str, amount: &str, details: &Value) -> String {
        let id = self.draft_with(patient, amount, details).await;
        self.send(&id).await.ok();
        id
    }

    /// An invoice as it is shown.
    pub async fn invoice(&self, id: &str) -> Value {
        self.get(&format!("/v1/invoices/{id}")).await.ok()
    }

    /// A payment as it is shown.
    pub async fn payment(&self, id: &str) -> Value {
        self.get(&format!("/v1/payments/{id}")).await.ok()
    }

    /// A patient's balance and credit.
    pub async fn balance(&self, patient: &str) -> (String, String) {
        let patient = self.get(&format!("/v1/patients/{patient}")).await.ok();
        let text = |name: &str| patient[name].as_str().unwrap().to_owned();
        (text("balance"), text("credit"))
    }

    /// Cash at the desk for invoices.
    pub fn cash(&self, patient: &str, amount: &str, invoices: &[(&str, &str)]) -> super::Request {
        let allocations: Vec<Value> = invoices
            .iter()
            .map(|(invoice, amount)| json!({ "invoice_id": invoice, "amount": amount }))
            .collect();
        self.post(
            "/v1/payments",
            &json!({
                "patient_id": patient, "amount": amount, "currency": "USD", "tender": { "type": "cash" },
                "allocations": allocations,
            }),
        )
    }

    /// A payment that is asked for; gives the id.
    pub async fn asked_for(&self, patient: &str, amount: &str) -> String {
        let body = json!({ "patient_id": patient, "amount": amount, "currency": "USD" });
        self.post("/v1/payments", &body).await.field("id")
    }

    /// A link for invoices, as it is shown to staff.
    pub async fn link(&self, patient: &str, invoices: &[&str]) -> Value {
        let body = json!({ "patient_id": patient, "invoice_ids": invoices });
        self.post("/v1/payment-links", &body).await.ok()
    }

    /// The ids of a list's whole first page.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        ids(&self.get(path).await.ok())
    }

    /// Whether a pay page's path leads to a bill that can be paid.
    pub async fn opens(&self, pay_path: &str) -> bool {
        let token = Token::from_url(pay_path.rsplit('/').next().unwrap());
        let opened = self.world.app.open(&token, |_, _| false, self.world.now()).await.unwrap();
        matches!(opened, Opened::Page(_))
    }

    /// A metric's count and amount.
    pub async fn metric(&self, kind: &str, status: &str) -> (i64, String) {
        let metrics = self.get("/v1/metrics").await.ok();
        let metric = &metrics[kind][status];
        (metric["count"].as_i64().unwrap(), metric["amount"].as_str().unwrap().to_owned())
    }
}

/// The ids of a page's rows.
pub(super) fn ids(page: &Value) -> Vec<String> {
    let rows = page["items"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn merge(body: &mut Value, details: &Value) {
    for (name, value) in details.as_object().unwrap() {
        body[name] = value.clone();
    }
}
