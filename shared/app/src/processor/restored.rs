//! What the processor knows and the table does not, because it was restored from a backup: taken in again.

use paywell_domain::{
    Account, Amount, AttemptId, Decision, InvoiceId, Patient, Payment, RefundId,
    number::Series,
    payment::{AttemptMeans, NewPayment, NewRefund, RefundReason, settle},
    text::Line,
};
use paywell_gateways::stripe::{self, IntentStatus, PaymentIntent, PaymentStatus};
use paywell_store::{Key, Stored};

use super::{News, Subject};
use crate::{App, AppError, Work, invoices::full_name, money};

impl Work<'_> {
    /// Money of an attempt that the table does not have.
    pub(super) async fn succeeded_unknown(
        &mut self,
        payment: &Stored<Payment>,
        attempt: AttemptId,
        intent: &PaymentIntent,
    ) -> Result<Stored<Payment>, AppError> {
        let means = AttemptMeans::Hosted { session: None, keep: None };
        let started = payment.state.start_attempt(attempt, means, self.now())?;
        let received = started.state.attempt_succeeded(attempt, &intent.id, self.now())?;
        let received = Decision { events: [started.events, received.events].concat(), ..received };
        let paid = (Some(intent.amount_received), Some(intent.currency.as_str()));
        self.received(payment, received, paid).await
    }

    /// A refund that the table does not have: it is reserved again, and its outcome is
    /// asked for like any other's.
    pub(super) async fn found_refund(
        &mut self,
        payment: &Stored<Payment>,
        id: RefundId,
        refund: &stripe::Refund,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        if matches!(refund.status, Some(stripe::RefundStatus::Failed | stripe::RefundStatus::Canceled)) {
            return Ok(None);
        }
        let new = NewRefund {
            amount: Some(Amount::try_from(refund.amount).map_err(AppError::internal)?),
            reason: RefundReason::Other,
            note: Line::try_from("found at the processor".to_owned()).ok(),
            owed_again: Some(true),
            parts: None,
            desk: None,
        };
        let paid: Vec<InvoiceId> = payment.state.allocations.iter().map(|a| a.invoice).collect();
        let now = self.now();
        let decide =
            |invoices: &[_], set: Option<&_>| payment.state.refund(id, new.clone(), invoices, set, now);
        self.reversed(payment, paid, decide).await.map(Some)
    }
}

impl App {
    /// Money that came for a payment that the table does not have: it is the patient's
    /// credit, under the number that it would have had next.
    pub(super) async fn heard_of_unknown(
        &self,
        work: &mut Work<'_>,
        subject: &Subject,
        news: &News,
    ) -> Result<(), AppError> {
        let (intent, cents) = match news {
            News::Intent(intent) if intent.status == IntentStatus::Succeeded => {
                (&intent.id, intent.amount_received)
            }
            News::Session { session, .. } if session.payment_status == PaymentStatus::Paid => (
                session.payment_intent.as_ref().unwrap_or(&session.id),
                session.amount_total.unwrap_or_default(),
            ),
            _ => return Ok(()),
        };
        let (Some(patient), Some(attempt)) = (subject.patient, subject.attempt) else {
            tracing::error!(payment = %subject.payment, "money of nobody we know; the proof of the books names it");
            return Ok(());
        };
        let practice = work.practice_id().clone();
        work.load(
            [Key::practice(&practice), Key::patient(&practice, patient)]
                .into_iter()
                .chain(money::keys(&practice, patient)),
        )
        .await?;
        let Some(patient) = work.find::<Patient>(patient)?.map(|patient| patient.state) else {
            tracing::error!(payment = %subject.payment, "money of nobody we know; the proof of the books names it");
            return Ok(());
        };
        let settings = work.practice()?;
        let number = self.numbers.next(&self.store, &practice, Series::Payment).await?;
        let made = Payment::create(
            NewPayment {
                id: subject.payment,
                number,
                patient: patient.id,
                patient_name: full_name(&patient)?,
                amount: Amount::try_from(cents).map_err(AppError::internal)?,
                currency: settings.currency,
                payment_type: None,
                treatment: None,
                appointment: None,
                due_date: None,
                memo: Line::try_from("found at the processor".to_owned()).ok(),
                link: None,
                allocations: Vec::new(),
            },
            false,
            work.now(),
        );
        let means = AttemptMeans::Hosted { session: None, keep: None };
        let started = made.state.start_attempt(attempt, means, work.now())?;
        let received = started.state.attempt_succeeded(attempt, intent, work.now())?;
        let events = [made.events, started.events, received.events].concat();
        let received = Decision { events, ..received };
        let settlement = settle(received, Account::ProcessorClearing, &[], None)?;
        work.commit.create(settlement.payment)?;
        Ok(())
    }
}
