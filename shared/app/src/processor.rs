//! What the processor tells: applied once, whatever order and however often it comes.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Account, Actor, AttemptId, Invoice, InvoiceId, InvoiceSet, Link, Payment, PaymentId, PracticeId, Refusal,
    payment::{Settlement, settle},
};
use paywell_gateways::stripe::{
    CheckoutSession, PaymentStatus, SessionStatus,
    webhook::{Event, EventKind},
};
use paywell_store::{By, Key, Stored};

use crate::{App, AppError, Context, Work};

/// The names of our ids in the processor's metadata.
pub(crate) mod metadata {
    pub(crate) const PRACTICE: &str = "practice";
    pub(crate) const PAYMENT: &str = "payment";
    pub(crate) const PATIENT: &str = "patient";
    pub(crate) const SETUP: &str = "setup";
}

/// What an event says of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    Succeeded,
    Processing,
    Failed,
    Expired,
}

/// Whose attempt a session is.
struct Subject {
    practice: PracticeId,
    payment: PaymentId,
    attempt: AttemptId,
}

impl App {
    /// Applies an event of the processor. What is not ours, not of interest, or known already changes nothing.
    ///
    /// # Errors
    /// The table cannot be reached, or the processor took another amount than it was asked for: the processor will
    /// send the event again.
    pub async fn apply_processor_event(
        &self,
        event: &Event,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let (session, news) = match &event.kind {
            EventKind::CheckoutCompleted(session) => match session.payment_status {
                PaymentStatus::Paid => (session, News::Succeeded),
                _ => (session, News::Processing),
            },
            EventKind::CheckoutPaymentSucceeded(session) => (session, News::Succeeded),
            EventKind::CheckoutPaymentFailed(session) => (session, News::Failed),
            EventKind::CheckoutExpired(session) => (session, News::Expired),
            _ => return self.apply_method_event(event, request, now).await,
        };
        let actor = Actor::Processor { event: event.id.clone() };
        self.apply_news(session, news, actor, Some(&event.id), request, now).await
    }

    /// Applies what the processor answers about a session when it is asked.
    pub(crate) async fn apply_session(
        &self,
        session: &CheckoutSession,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let news = match (&session.status, &session.payment_status) {
            (SessionStatus::Complete, PaymentStatus::Paid) => News::Succeeded,
            (SessionStatus::Complete, _) => News::Processing,
            (SessionStatus::Expired, _) => News::Expired,
            _ => return Ok(()),
        };
        let actor = Actor::Processor { event: session.id.clone() };
        self.apply_news(session, news, actor, None, request, now).await
    }

    async fn apply_news(
        &self,
        session: &CheckoutSession,
        news: News,
        actor: Actor,
        event: Option<&str>,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let Some(subject) = subject(session) else {
            tracing::warn!("an event of a session that is not ours");
            return Ok(());
        };
        let by = By { practice: subject.practice.clone(), actor, request: request.to_owned(), now };
        let cx = Context { by, command: None };
        let mut keys = vec![Key::payment(cx.practice(), subject.payment)];
        keys.extend(event.map(Key::webhook));
        self.change(&cx, keys, async |work| {
            if event.is_some_and(|event| work.has(&Key::webhook(event))) {
                return Ok(());
            }
            let Some(payment) = work.find::<Payment>(subject.payment)? else {
                tracing::warn!(payment = %subject.payment, "an event of an unknown payment");
                return Ok(());
            };
            match work.outcome(&payment, &subject, session, news).await {
                // The other messenger was quicker.
                Err(AppError::Refused(Refusal::State { rule: "attempt-closed", .. })) => {}
                other => other?,
            }
            if let Some(event) = event {
                work.commit.webhook(event);
            }
            Ok(())
        })
        .await
    }
}

impl Work<'_> {
    async fn outcome(
        &mut self,
        payment: &Stored<Payment>,
        subject: &Subject,
        session: &CheckoutSession,
        news: News,
    ) -> Result<(), AppError> {
        let attempt = subject.attempt;
        match news {
            News::Processing => {
                let known = payment.state.open_attempt().map(|open| open.status);
                if known != Some(paywell_domain::payment::AttemptStatus::Processing) {
                    self.commit.update(payment, payment.state.debit_processing(attempt)?)?;
                }
            }
            News::Failed => {
                self.commit
                    .update(payment, payment.state.attempt_failed(attempt, "the bank refused the debit")?)?;
            }
            News::Expired => {
                self.commit.update(payment, payment.state.session_expired(attempt)?)?;
            }
            News::Succeeded => self.succeeded(payment, attempt, session).await?,
        }
        Ok(())
    }

    async fn succeeded(
        &mut self,
        payment: &Stored<Payment>,
        attempt: AttemptId,
        session: &CheckoutSession,
    ) -> Result<(), AppError> {
        let intent = session.payment_intent.as_deref().unwrap_or(&session.id);
        let received = payment.state.attempt_succeeded(attempt, intent, self.now())?;
        let expected = received.state.amount.cents().get();
        let currency = received.state.currency.processor_code();
        if session.amount_total != Some(expected) || session.currency.as_deref() != Some(currency) {
            return Err(AppError::internal(format!("{} was not paid as asked", payment.state.id)));
        }
        let practice = self.practice_id().clone();
        let mut keys = crate::money::keys(&practice, payment.state.patient);
        keys.extend(payment.state.allocations.iter().map(|a| Key::invoice(&practice, a.invoice)));
        keys.extend(payment.state.link.map(|link| Key::link(&practice, link)));
        self.load(keys).await?;
        let invoices = self.invoices(payment.state.allocations.iter().map(|a| a.invoice))?;
        let set: Option<Stored<InvoiceSet>> = self.set(payment.state.patient)?;
        let states: Vec<Invoice> = invoices.iter().map(|invoice| invoice.state.clone()).collect();
        let settlement: Settlement =
            settle(received, Account::ProcessorClearing, &states, set.as_ref().map(|set| &set.state))?;
        self.commit.update(payment, settlement.payment.clone())?;
        self.settled(&settlement, &invoices).await?;
        if let Some(id) = payment.state.link
            && let Some(link) = self.find::<Link>(id)?
        {
            let used = self.commit.update(&link, link.state.payment_made(payment.state.id))?;
            let paid: Vec<InvoiceId> = settlement.invoices.iter().map(|paid| paid.state.id).collect();
            self.commit.show_link_but_for(&used.state, &paid)?;
        }
        Ok(())
    }
}

fn subject(session: &CheckoutSession) -> Option<Subject> {
    Some(Subject {
        practice: session.metadata.get(metadata::PRACTICE)?.parse().ok()?,
        payment: session.metadata.get(metadata::PAYMENT)?.parse().ok()?,
        attempt: session.client_reference_id.as_ref()?.parse().ok()?,
    })
}
