//! What is printed: an invoice, and the receipt of a payment. Reads only.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Amount, Cents, Event, EventKind, Invoice, InvoiceId, Patient, Payment, PaymentId, PaymentStatus,
    Practice, PracticeId, Refusal, link::Token, number::Series, payment::Tender,
};
use paywell_store::Key;

use crate::{App, AppError, Context, pay::Receipt};

/// An invoice as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// Who bills.
    pub practice: Practice,
    /// Who is billed.
    pub patient: Patient,
    /// The invoice.
    pub invoice: Invoice,
    /// What payments put on it and took off again, oldest first; together what is paid of it.
    pub movements: Vec<Movement>,
    /// When it is printed (UTC).
    pub printed_at: DateTime<Utc>,
}

/// Money of a payment that came to an invoice, or left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The payment's number.
    pub payment: String,
    /// How much; below zero it left.
    pub cents: Cents,
    /// Whether what left is owed again.
    pub owed_again: bool,
    /// When (UTC).
    pub at: DateTime<Utc>,
}

/// The receipt of a payment as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptDocument {
    /// Who received it.
    pub practice: Practice,
    /// The payment: it was received.
    pub payment: Payment,
    /// From whom; none where the reader is known by a link alone.
    pub received_from: Option<String>,
    /// How it was paid.
    pub method: String,
    /// The check's number, or the terminal's or processor's reference; none where the reader is known by a link alone.
    pub reference: Option<String>,
    /// Which invoices it pays now, and how much of each.
    pub pays: Vec<(String, Amount)>,
    /// When it was received (UTC).
    pub received_at: DateTime<Utc>,
    /// When it is printed (UTC).
    pub printed_at: DateTime<Utc>,
}

impl App {
    /// An invoice to be printed: one query, and one load of practice and patient.
    ///
    /// # Errors
    /// There is no such invoice.
    pub async fn invoice_document(&self, cx: &Context, id: InvoiceId) -> Result<InvoiceDocument, AppError> {
        let id_of = cx.practice();
        let history = self.store.history::<Invoice>(id_of, id).await?;
        let history = history.ok_or(AppError::NotFound("invoice"))?;
        let invoice = history.stored.state;
        let keys = [Key::practice(id_of), Key::patient(id_of, invoice.patient)];
        let loaded = self.store.load(keys).await?;
        let missing = || AppError::internal("an invoice without its practice or patient");
        Ok(InvoiceDocument {
            practice: loaded.get::<Practice>(id_of, ())?.ok_or_else(missing)?.state,
            patient: loaded.get::<Patient>(id_of, invoice.patient)?.ok_or_else(missing)?.state,
            movements: history.events.iter().filter_map(Movement::of).collect(),
            invoice,
            printed_at: cx.now(),
        })
    }

    /// A payment's receipt to be printed, for staff: two loads.
    ///
    /// # Errors
    /// There is no such payment, or nothing was received by it.
    pub async fn receipt_document(&self, cx: &Context, id: PaymentId) -> Result<ReceiptDocument, AppError> {
        let practice = cx.practice();
        let loaded = self.store.load([Key::practice(practice), Key::payment(practice, id)]).await?;
        let settings = loaded.get::<Practice>(practice, ())?;
        let settings = settings.ok_or_else(|| AppError::internal("the practice is not set up"))?;
        let payment = loaded.get::<Payment>(practice, id)?.ok_or(AppError::NotFound("payment"))?.state;
        let mut receipt = self.receipt_for(practice, settings.state, payment, cx.now()).await?;
        receipt.received_from = Some(receipt.payment.patient_name.to_string());
        receipt.reference = reference(&receipt.payment);
        Ok(receipt)
    }

    /// The receipt behind a token, for whoever holds it: without name and reference. None where the token leads nowhere
    /// or nothing was received: the receipt page says which.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn receipt_document_of(
        &self,
        token: &Token,
        now: DateTime<Utc>,
    ) -> Result<Option<ReceiptDocument>, AppError> {
        let Some(Receipt { practice, payment, .. }) = self.receipt_of(token).await? else { return Ok(None) };
        let id = practice.id.clone();
        match self.receipt_for(&id, practice, payment.state, now).await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(AppError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn receipt_for(
        &self,
        id: &PracticeId,
        practice: Practice,
        payment: Payment,
        now: DateTime<Utc>,
    ) -> Result<ReceiptDocument, AppError> {
        let received_at = received(&payment)?;
        let keys: Vec<Key> = payment.allocations.iter().map(|part| Key::invoice(id, part.invoice)).collect();
        let loaded = self.store.load(keys).await?;
        let mut pays = Vec::new();
        for part in &payment.allocations {
            let invoice = loaded.get::<Invoice>(id, part.invoice)?;
            let invoice =
                invoice.ok_or_else(|| AppError::internal("a payment of an invoice that is not there"))?;
            pays.push((Series::Invoice.show(invoice.state.number), part.amount));
        }
        let method = method(&payment);
        let (received_from, reference) = (None, None);
        Ok(ReceiptDocument {
            practice,
            payment,
            received_from,
            method,
            reference,
            pays,
            received_at,
            printed_at: now,
        })
    }
}

impl Movement {
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let (number, cents, owed_again) = match &event.kind {
            EventKind::PaymentApplied { number, cents, .. } => (number, cents.cents(), false),
            EventKind::PaymentUnapplied { number, cents, owed_again, .. } => {
                (number, cents.cents().negated(), *owed_again)
            }
            _ => return None,
        };
        Some(Self { payment: number.clone(), cents, owed_again, at: event.at })
    }
}

/// When the payment was received, where it was and the money has not all been taken back.
fn received(payment: &Payment) -> Result<DateTime<Utc>, Refusal> {
    let why = match payment.status {
        PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded => {
            if let Some(at) = payment.paid_at {
                return Ok(at);
            }
            "its money was taken back"
        }
        PaymentStatus::Draft | PaymentStatus::Pending => "nothing has been received by it yet",
        PaymentStatus::Processing => "its outcome is not known yet",
        PaymentStatus::Failed => "its money was not received, or the patient's bank took it back",
        PaymentStatus::Cancelled => "it was cancelled before anything was received",
        PaymentStatus::Voided => "what was held for it was released, and nothing was received",
    };
    Err(Refusal::state("not-received", format!("a payment has a receipt once it is received; {why}")))
}

fn method(payment: &Payment) -> String {
    let by_processor = || {
        let paid_with = payment.charged().and_then(|attempt| attempt.paid_with.as_ref()?.for_people());
        paid_with.unwrap_or_else(|| "Card or bank account".to_owned())
    };
    match &payment.tender {
        Some(Tender::Cash) => "Cash".to_owned(),
        Some(Tender::Check { .. }) => "Check".to_owned(),
        Some(Tender::ExternalCard { .. }) => "Card, at the desk".to_owned(),
        None => by_processor(),
    }
}

fn reference(payment: &Payment) -> Option<String> {
    match &payment.tender {
        Some(tender) => tender.reference(),
        None => payment.charged().and_then(|attempt| attempt.intent.clone()),
    }
}

#[cfg(test)]
mod tests {
    use paywell_domain::{Currency, PatientId, payment::NewPayment};

    use super::*;

    fn payment(status: PaymentStatus) -> Payment {
        let new = NewPayment {
            id: PaymentId::new(uuid::Uuid::nil()),
            number: "7".parse().unwrap(),
            patient: PatientId::new(uuid::Uuid::nil()),
            patient_name: "Ada Lovelace".try_into().unwrap(),
            amount: Amount::MAX,
            currency: Currency::Usd,
            payment_type: None,
            treatment: None,
            appointment: None,
            due_date: None,
            memo: None,
            link: None,
            allocations: Vec::new(),
        };
        let mut payment = Payment::create(new, false, DateTime::UNIX_EPOCH).state;
        payment.status = status;
        payment
    }

    #[test]
    fn only_what_was_received_has_a_receipt() {
        for status in PaymentStatus::ALL {
            let here = matches!(
                status,
                PaymentStatus::Paid | PaymentStatus::PartiallyRefunded | PaymentStatus::Refunded
            );
            assert!(received(&payment(status)).is_err(), "{status:?} without an instant");
            let paid = Payment { paid_at: Some(DateTime::UNIX_EPOCH), ..payment(status) };
            assert_eq!(received(&paid).is_ok(), here, "{status:?}");
        }
    }
}
