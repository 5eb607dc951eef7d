//! A story, carried out by the application.

use std::collections::HashMap;

use anyhow::{Context, Result};
use paywell_domain::{InvoiceId, LinkId, PatientId, PaymentId, TreatmentId};
use serde_json::{Value, json};

use super::story::{Action, Pays, Step, Story};
use crate::import::{Importer, Made};

/// How much was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Patients.
    pub patients: usize,
    /// Treatments.
    pub visits: usize,
    /// Invoices, drafts and void ones too.
    pub invoices: usize,
    /// Payments, those only asked for too.
    pub payments: usize,
    /// Links.
    pub links: usize,
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            patients: self.patients + other.patients,
            visits: self.visits + other.visits,
            invoices: self.invoices + other.invoices,
            payments: self.payments + other.payments,
            links: self.links + other.links,
        }
    }
}

/// What a story's numbers stand for.
#[derive(Default)]
struct Known {
    visits: HashMap<usize, TreatmentId>,
    invoices: HashMap<usize, Made<InvoiceId>>,
    payments: HashMap<usize, Made<PaymentId>>,
    links: HashMap<usize, LinkId>,
}

/// Carries a story out, step by step.
///
/// # Errors
/// The table cannot be reached, or the story is one that the application refuses: a bug.
pub(super) async fn story(importer: &Importer<'_>, story: &Story) -> Result<Counts> {
    let patient = importer.patient(&story.key, story.at, &story.patient).await;
    let patient = patient.with_context(|| format!("{}: {}", story.key, story.patient))?;
    let mut known = Known::default();
    for (index, step) in story.steps.iter().enumerate() {
        let key = format!("{}-{index:02}", story.key);
        known.step(importer, &key, patient, step).await.with_context(|| format!("{key}: {step:?}"))?;
    }
    Ok(Counts {
        patients: 1,
        visits: known.visits.len(),
        invoices: known.invoices.len(),
        payments: known.payments.len(),
        links: known.links.len(),
    })
}

impl Known {
    async fn step(
        &mut self,
        importer: &Importer<'_>,
        key: &str,
        patient: PatientId,
        Step { at, action }: &Step,
    ) -> Result<()> {
        match action {
            Action::Visit { visit, body } => {
                let made = importer.treatment(key, *at, &with(body, "patient_id", json!(patient))).await?;
                self.visits.insert(*visit, made);
            }
            Action::Bill { invoice, visit, body } => {
                let mut body = with(body, "patient_id", json!(patient));
                let treatment = json!(numbered(&self.visits, *visit)?);
                for line in body.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
                    *line = with(line, "treatment_id", treatment.clone());
                }
                self.invoices.insert(*invoice, importer.invoice(key, *at, &body).await?);
            }
            Action::Post { invoice } => {
                let posted = importer.post(key, *at, numbered(&self.invoices, *invoice)?).await?;
                self.invoices.insert(*invoice, posted);
            }
            Action::Void { invoice } => importer.void(key, *at, numbered(&self.invoices, *invoice)?).await?,
            Action::Pay { payment, parts, body } => {
                let parts = parts.iter().map(|(invoice, cents)| {
                    let invoice = numbered(&self.invoices, *invoice)?.id;
                    Ok(json!({ "invoice_id": invoice, "amount": cents.to_string() }))
                });
                let body = with(body, "allocations", parts.collect::<Result<_>>()?);
                let made = importer.payment(key, *at, &with(&body, "patient_id", json!(patient))).await?;
                self.payments.insert(*payment, made);
            }
            Action::Cancel { payment } => {
                importer.cancel(key, *at, numbered(&self.payments, *payment)?).await?;
            }
            Action::Link { link, pays } => {
                let body = json!({ "patient_id": patient });
                let body = match pays {
                    Pays::Invoice(invoice) => {
                        with(&body, "invoice_ids", json!([numbered(&self.invoices, *invoice)?.id]))
                    }
                    Pays::Payment(payment) => {
                        with(&body, "payment_id", json!(numbered(&self.payments, *payment)?.id))
                    }
                };
                self.links.insert(*link, importer.link(key, *at, &body).await?);
            }
            Action::Revoke { link } => importer.revoke(key, *at, numbered(&self.links, *link)?).await?,
        }
        Ok(())
    }
}

fn numbered<T: Copy>(made: &HashMap<usize, T>, number: usize) -> Result<T> {
    made.get(&number).copied().with_context(|| format!("a story that uses number {number} before it is made"))
}

/// The same with one more field.
fn with(body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    body
}
