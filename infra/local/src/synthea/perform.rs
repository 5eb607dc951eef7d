//! The plan, carried out by the application.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use chrono::{DateTime, Datelike, Utc};
use paywell_domain::{Cents, PatientId, Practice, TreatmentId};

use super::bodies;
use super::ledger::Paid;
use super::plan::{Bill, Person, Visit};
use super::refusals::Refusals;
use crate::import::{Importer, Made, Problem};

/// What became of a patient.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// None where the application refused the patient.
    pub(super) patient: Option<PatientId>,
    pub(super) visits: usize,
    pub(super) invoices: usize,
    pub(super) lines: usize,
    pub(super) payments: usize,
    /// What the invoices come to.
    pub(super) owed: Cents,
    /// What the payments come to.
    pub(super) paid: Cents,
    /// What the payments' lines did not take of them.
    pub(super) credit: Cents,
    /// The months (UTC) in which money moved.
    pub(super) months: BTreeSet<(i32, u32)>,
    pub(super) refusals: Refusals,
}

/// A patient while what belongs to them is loaded.
struct Load<'a> {
    importer: &'a Importer<'a>,
    practice: &'a Practice,
    patient: PatientId,
    treatments: HashMap<&'a str, (TreatmentId, Option<&'a str>)>,
    outcome: Outcome,
}

/// Loads a patient with all visits, invoices and payments, one after the other.
///
/// # Errors
/// The table cannot be reached.
pub(super) async fn person(importer: &Importer<'_>, practice: &Practice, person: &Person) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let key = format!("synthea-patient-{}", person.id);
    let Some(patient) = accepted(importer.patient(&key, person.at, &person.body).await, |reason| {
        outcome.refusals.add(person.origin, reason);
    })?
    else {
        let visits = person.visits.iter().map(|visit| visit.origin);
        let rows = visits.chain(person.bills.iter().flat_map(Bill::rows));
        rows.for_each(|row| outcome.refusals.add(row, "its patient is not loaded"));
        return Ok(outcome);
    };
    outcome.patient = Some(patient);
    let mut load = Load { importer, practice, patient, treatments: HashMap::new(), outcome };
    for visit in &person.visits {
        load.visit(visit).await?;
    }
    for bill in &person.bills {
        load.bill(bill).await?;
    }
    Ok(load.outcome)
}

impl<'a> Load<'a> {
    async fn visit(&mut self, visit: &'a Visit) -> Result<()> {
        let mut body = visit.body.clone();
        bodies::set(&mut body, "patient_id", Some(self.patient.to_string()));
        let key = format!("synthea-visit-{}", visit.id);
        let made = self.importer.treatment(&key, visit.at, &body).await;
        if let Some(id) = accepted(made, |reason| self.outcome.refusals.add(visit.origin, reason))? {
            self.treatments.insert(&visit.id, (id, visit.location.as_deref()));
            self.outcome.visits += 1;
        }
        Ok(())
    }

    async fn bill(&mut self, bill: &'a Bill) -> Result<()> {
        let visit = self.treatments.get(bill.visit.as_str()).copied();
        let (treatment, location) = visit.map_or((None, None), |(id, location)| (Some(id), location));
        let lines = bill.owed_lines();
        let mut invoice = None;
        if let Some(at) = lines.iter().map(|line| line.at).min() {
            let books = (self.practice.currency, self.practice.time_zone);
            let body = bodies::invoice(&lines, self.patient, treatment, location, books);
            let made = self.invoice(&bill.claim, at, &body).await;
            invoice = accepted(made, |reason| {
                bill.rows().for_each(|row| self.outcome.refusals.add(row, format!("the invoice: {reason}")));
            })?;
            if invoice.is_none() {
                return Ok(());
            }
            let owed = Cents::checked_sum(lines.iter().map(|line| line.owed));
            self.outcome.owed = sum(self.outcome.owed, owed.unwrap_or_default());
            self.outcome.invoices += 1;
            self.outcome.lines += lines.len();
            self.outcome.months.insert(month(at));
        }
        for (paid, applied) in bill.payments() {
            let to = (invoice.map(|made| made.id), applied);
            let body = bodies::payment(paid, self.patient, treatment, to, self.practice.currency);
            self.pay(paid, applied, &body).await?;
        }
        Ok(())
    }

    async fn invoice(
        &self,
        claim: &str,
        at: DateTime<Utc>,
        body: &serde_json::Value,
    ) -> Result<Made<paywell_domain::InvoiceId>, Problem> {
        let draft = self.importer.invoice(&format!("synthea-invoice-{claim}"), at, body).await?;
        self.importer.post(&format!("synthea-send-{claim}"), at, draft).await
    }

    async fn pay(&mut self, paid: &Paid, applied: Cents, body: &serde_json::Value) -> Result<()> {
        let made = self.importer.payment(&format!("synthea-payment-{}", paid.id), paid.at, body).await;
        let refuse = |reason| self.outcome.refusals.add(paid.origin, reason);
        if accepted(made, refuse)?.is_some() {
            let credit = paid.amount.checked_sub(applied).unwrap_or_default();
            self.outcome.paid = sum(self.outcome.paid, paid.amount);
            self.outcome.credit = sum(self.outcome.credit, credit);
            self.outcome.payments += 1;
            self.outcome.months.insert(month(paid.at));
        }
        Ok(())
    }
}

/// What was made; none, and the reason noted, where the application refuses it.
fn accepted<T>(made: Result<T, Problem>, refuse: impl FnOnce(String)) -> Result<Option<T>> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(Problem::Refused(reason)) => {
            refuse(reason);
            Ok(None)
        }
        Err(Problem::Failed(error)) => Err(error),
    }
}

fn month(at: DateTime<Utc>) -> (i32, u32) {
    (at.year(), at.month())
}

/// Sums of rows that are bounded, far from where a cent counter ends.
pub(super) fn sum(a: Cents, b: Cents) -> Cents {
    a.checked_add(b).unwrap_or(a)
}
