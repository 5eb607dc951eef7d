//! Hosted sessions: found again, ended, and what became of them.

use chrono::{DateTime, Duration, Utc};
use paywell_domain::payment::{Attempt, AttemptStatus};
use paywell_gateways::stripe::{CheckoutSession, PaymentStatus, SessionStatus, StripeError};

use super::IN_FLIGHT;
use crate::{App, AppError, processor::News};

impl App {
    /// What became of an attempt on the hosted page. A session that is to be expired, or whose time is over, is ended
    /// first; where the patient was quicker, the processor says that it is complete.
    pub(crate) async fn ask_session(&self, attempt: &Attempt, now: DateTime<Utc>) -> Result<News, AppError> {
        let found = match attempt.session() {
            Some(id) => Ok(Some(id.to_owned())),
            None => self.find_session(attempt, now).await?.map(|found| found.map(|session| session.id)),
        };
        let id = match found {
            Ok(Some(id)) => id,
            Ok(None) => return Ok(News::NeverBegun(attempt.id, "the processor's page was never opened")),
            Err(NotNow) => return Ok(News::Nothing),
        };
        let stripe = self.stripe()?;
        let asked = if attempt.status == AttemptStatus::Processing {
            stripe.retrieve_checkout_session(&id).await
        } else {
            match stripe.expire_checkout_session(&id, &format!("expire-{id}")).await {
                // It was no longer open.
                Err(StripeError::Refused(_)) => stripe.retrieve_checkout_session(&id).await,
                answer => answer,
            }
        };
        let Ok(session) = asked else { return Ok(News::Nothing) };
        // A session does not tell when its bank debit was refused; the charge does.
        if session.status == SessionStatus::Complete
            && session.payment_status != PaymentStatus::Paid
            && let Some(intent) = &session.payment_intent
            && let Ok(intent) = stripe.retrieve_payment_intent(intent).await
            && attempt.status == AttemptStatus::Processing
        {
            return Ok(News::Intent(Box::new(intent)));
        }
        let mut news = News::Session { session: Box::new(session), intent: None, failed: false };
        Ok(match self.ask_intent_of(&mut news).await {
            Ok(()) => news,
            Err(AppError::Unavailable(_)) => News::Nothing,
            Err(error) => return Err(error),
        })
    }

    /// The session of an attempt whose creation was never answered: looked for by our reference, never created again.
    async fn find_session(
        &self,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<Result<Option<CheckoutSession>, NotNow>, AppError> {
        if attempt.age(now) < IN_FLIGHT {
            return Ok(Err(NotNow));
        }
        // The processor's clock and ours may differ by a little.
        let (from, until) = (attempt.opened_at - Duration::minutes(5), attempt.expires_at());
        let mut after: Option<String> = None;
        loop {
            let Ok(page) = self.stripe()?.list_checkout_sessions(from, until, after.as_deref()).await else {
                return Ok(Err(NotNow));
            };
            let ours = |session: &&CheckoutSession| {
                session.client_reference_id.as_deref() == Some(attempt.id.to_string().as_str())
            };
            if let Some(found) = page.data.iter().find(ours) {
                return Ok(Ok(Some(found.clone())));
            }
            after = page.next_after().map(|session| session.id.clone());
            if after.is_none() {
                return Ok(Ok(None));
            }
        }
    }
}

/// It cannot be known now.
struct NotNow;
