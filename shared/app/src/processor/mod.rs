//! What the processor tells: applied once, whatever order and however often it comes, and from whichever messenger.

mod declines;
mod news;
mod restored;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, AttemptId, PatientId, Payment, PaymentId, PracticeId, RefundId, payment::Attempt,
};
use paywell_gateways::stripe::{
    Dispute, IntentStatus, MethodDetails, PaymentStatus, SessionStatus,
    webhook::{Event, EventKind},
};
use paywell_store::{Answer, By, Key, Loaded, Stored};
use tokio::time::timeout;

use crate::{App, AppError, Context};

pub(crate) use news::News;

/// How long an answer to what was charged is waited for.
const CHARGE_TOLD_WITHIN: Duration = Duration::from_secs(2);

/// How a payment is answered to whoever waits for it.
pub type Answering<'a> = &'a dyn Fn(&Stored<Payment>) -> Result<Answer, AppError>;

/// The names of our ids in the processor's metadata.
pub(crate) mod metadata {
    pub(crate) const PRACTICE: &str = "practice";
    pub(crate) const PATIENT: &str = "patient";
    pub(crate) const PAYMENT: &str = "payment";
    pub(crate) const ATTEMPT: &str = "attempt";
    pub(crate) const REFUND: &str = "refund";
    pub(crate) const SETUP: &str = "setup";
}

/// Whose payment something at the processor is: what its metadata says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Whose books.
    pub practice: PracticeId,
    /// Which payment.
    pub payment: PaymentId,
    /// Who pays.
    pub patient: Option<PatientId>,
    /// Which attempt.
    pub attempt: Option<AttemptId>,
    /// Which refund, where it is one.
    pub refund: Option<RefundId>,
}

impl Subject {
    /// Whose it is; none where it is not ours.
    pub fn of(given: &BTreeMap<String, String>) -> Option<Self> {
        fn read<T: std::str::FromStr>(given: &BTreeMap<String, String>, name: &str) -> Option<T> {
            given.get(name)?.parse().ok()
        }
        Some(Self {
            practice: read(given, metadata::PRACTICE)?,
            payment: read(given, metadata::PAYMENT)?,
            patient: read(given, metadata::PATIENT),
            attempt: read(given, metadata::ATTEMPT),
            refund: read(given, metadata::REFUND),
        })
    }

    /// What an attempt carries at the processor: opaque ids alone.
    pub fn metadata(
        practice: &PracticeId,
        payment: &Payment,
        attempt: AttemptId,
    ) -> BTreeMap<String, String> {
        let keep = payment.attempt_of(attempt).and_then(Attempt::keep);
        let keep = keep.map(|setup| (metadata::SETUP.to_owned(), setup.to_string()));
        let ours = [
            (metadata::PRACTICE.to_owned(), practice.to_string()),
            (metadata::PATIENT.to_owned(), payment.patient.to_string()),
            (metadata::PAYMENT.to_owned(), payment.id.to_string()),
            (metadata::ATTEMPT.to_owned(), attempt.to_string()),
        ];
        ours.into_iter().chain(keep).collect()
    }
}

impl App {
    /// Applies an event of the processor. What is not ours, not of interest, or known already changes nothing.
    ///
    /// # Errors
    /// The table or the processor cannot be reached, something earlier has not been told yet, or the processor took
    /// another amount than it was asked for: the processor will send the event again.
    pub async fn apply_processor_event(
        &self,
        event: &Event,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let (subject, mut news) = match &event.kind {
            EventKind::CheckoutCompleted(session)
            | EventKind::CheckoutPaymentSucceeded(session)
            | EventKind::CheckoutPaymentFailed(session)
            | EventKind::CheckoutExpired(session) => {
                let failed = matches!(event.kind, EventKind::CheckoutPaymentFailed(_));
                let news = News::Session { session: session.clone(), intent: None, failed };
                (Subject::of(&session.metadata), news)
            }
            EventKind::PaymentIntent(_, intent) => {
                (Subject::of(&intent.metadata), News::Intent(intent.clone()))
            }
            EventKind::Refund(_, refund) => {
                let subject = Subject::of(&refund.metadata);
                let Some(id) = subject.as_ref().and_then(|subject| subject.refund) else {
                    tracing::warn!(refund = %refund.id, "an event of a refund that is not ours");
                    return Ok(());
                };
                (subject, News::Refund(id, refund.clone()))
            }
            EventKind::Dispute(_, dispute) => {
                let (subject, returned) = self.disputed(dispute).await?;
                (subject, News::Dispute { dispute: dispute.clone(), returned })
            }
            _ => return self.apply_method_event(event, request, now).await,
        };
        let Some(subject) = subject else {
            tracing::warn!(event = %event.id, "an event of something that is not ours");
            return Ok(());
        };
        self.ask_intent_of(&mut news).await?;
        let actor = Actor::Processor { event: event.id.clone() };
        let by = By { practice: subject.practice.clone(), actor, request: request.to_owned(), now };
        self.hear(&Context { by, command: None }, &subject, Some(&event.id), &news).await
    }

    /// Applies what the processor says of a payment, in one commit.
    pub(crate) async fn hear(
        &self,
        cx: &Context,
        subject: &Subject,
        event: Option<&str>,
        news: &News,
    ) -> Result<(), AppError> {
        let mut keys = vec![Key::payment(cx.practice(), subject.payment)];
        keys.extend(event.map(Key::webhook));
        self.change(cx, keys, async |work| {
            if event.is_some_and(|event| work.has(&Key::webhook(event))) {
                return Ok(());
            }
            match work.find::<Payment>(subject.payment)? {
                Some(payment) => drop(work.heard(&payment, news).await?),
                None => self.heard_of_unknown(work, subject, news).await?,
            }
            if let Some(event) = event {
                work.commit.webhook(event);
            }
            Ok(())
        })
        .await
    }

    /// Applies the answer to a question about a payment, with the answer to whoever waits for it: one commit, decided
    /// first on what was read before.
    pub(crate) async fn conclude(
        &self,
        cx: &Context,
        payment: &Stored<Payment>,
        mut read: Loaded,
        news: &News,
        answering: Option<Answering<'_>>,
    ) -> Result<(Stored<Payment>, Option<Answer>), AppError> {
        let id = payment.state.id;
        let practice = Key::practice(cx.practice());
        // What is booked is dated by its zone.
        if !read.knows(&practice) {
            read.extend(self.store.load([practice]).await?);
        }
        read.extend(Loaded::of(cx.practice(), payment)?);
        self.change_from(cx, Some(read), [Key::payment(cx.practice(), id)], async |work| {
            let payment = work.need::<Payment>(id, "payment")?;
            let mut after = work.heard(&payment, news).await?;
            if after.version == payment.version && after.state.ask_at().is_some() {
                after = work.commit.update(&payment, payment.state.asked(cx.now()))?;
            }
            let answer = answering.map(|answering| work.finish(answering(&after)?)).transpose()?;
            Ok((after, answer))
        })
        .await
    }

    /// Asks for the intent behind a message that does not say all of it: what was charged, for the receipt, and why a bank
    /// refused. The payment is as good without, so this does not wait for long, but for a method that is to be kept: what
    /// it is, the intent alone tells.
    ///
    /// What says that an intent came to nothing may be old: a card was declined, and meanwhile a bank debit is under way. That
    /// is decided on what the intent is now.
    ///
    /// # Errors
    /// The processor cannot be reached, and the method is to be kept, or the intent came to nothing.
    pub(crate) async fn ask_intent_of(&self, news: &mut News) -> Result<(), AppError> {
        if let News::Intent(intent) = news
            && matches!(intent.status, IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled)
        {
            let now = self.stripe()?.retrieve_payment_intent(&intent.id).await;
            **intent = now.map_err(AppError::unavailable)?;
        }
        let keeps = |given: &BTreeMap<String, String>| given.contains_key(metadata::SETUP);
        let (intent, keeps) = match news {
            News::Session { session, failed, .. } => {
                let keeps = session.status == SessionStatus::Complete && keeps(&session.metadata);
                let paid = session.payment_status == PaymentStatus::Paid;
                let asked = session.payment_intent.clone().filter(|_| paid || *failed || keeps);
                (asked, keeps && !*failed)
            }
            News::Intent(intent) => {
                let keeps = keeps(&intent.metadata);
                let asked = match intent.status {
                    IntentStatus::Succeeded => true,
                    IntentStatus::Processing => keeps,
                    _ => false,
                };
                (asked.then(|| intent.id.clone()), keeps)
            }
            _ => return Ok(()),
        };
        let Some(intent) = intent else { return Ok(()) };
        let asking = self.stripe()?.retrieve_payment_intent(&intent);
        let told = if keeps {
            asking.await.map_err(AppError::unavailable)?
        } else if let Ok(Ok(told)) = timeout(CHARGE_TOLD_WITHIN, asking).await {
            told
        } else {
            return Ok(());
        };
        match news {
            News::Session { intent, .. } => *intent = Some(Box::new(told)),
            News::Intent(intent) => intent.latest_charge = told.latest_charge,
            _ => {}
        }
        Ok(())
    }

    /// Whose a dispute is, which the event does not say, and whether it is the return of a bank debit.
    pub(crate) async fn disputed(&self, dispute: &Dispute) -> Result<(Option<Subject>, bool), AppError> {
        let Some(intent) = &dispute.payment_intent else { return Ok((None, false)) };
        let intent = self.stripe()?.retrieve_payment_intent(intent).await.map_err(AppError::unavailable)?;
        let details =
            intent.latest_charge.as_ref().and_then(|latest| latest.charge()?.payment_method_details.as_ref());
        Ok((Subject::of(&intent.metadata), matches!(details, Some(MethodDetails::UsBankAccount(_)))))
    }
}
