//! Going through the processor's records for what nobody told us: messages that were lost for good, and what a backup
//! that was restored does not have.

use chrono::{DateTime, Utc};
use paywell_domain::Payment;
use paywell_gateways::stripe::{PaymentIntent, StripeError};
use paywell_store::{Key, Stored};

use super::Pass;
use crate::{
    App, AppError, Context,
    processor::{News, Subject},
    settle::IN_FLIGHT,
};

impl App {
    /// Goes through the charges that were made since then, and applies what the table does not know.
    pub(super) async fn sweep(&self, since: DateTime<Utc>, pass: &mut Pass<'_>) {
        let mut after: Option<String> = None;
        while pass.goes_on() {
            let page = match self.charges(since, (pass.clock)() - IN_FLIGHT, after.as_deref()).await {
                Ok(page) => page,
                Err(error) => return pass.failed("the processor's charges cannot be read", &error),
            };
            let ours: Vec<(Subject, PaymentIntent)> = page
                .data
                .iter()
                .filter_map(|intent| Some((Subject::of(&intent.metadata)?, intent.clone())))
                .collect();
            let keys = ours.iter().map(|(subject, _)| Key::payment(&subject.practice, subject.payment));
            let loaded = match self.store.load(keys).await {
                Ok(loaded) => loaded,
                Err(error) => return pass.failed("payments cannot be read", &error.into()),
            };
            for (subject, intent) in &ours {
                pass.run.swept += 1;
                let cx = pass.context(subject.practice.clone());
                let known = loaded.get::<Payment>(&subject.practice, subject.payment);
                let compared = match known {
                    Ok(known) => self.compare(&cx, subject, intent, known).await,
                    Err(error) => Err(error.into()),
                };
                match compared {
                    Ok(found) => pass.run.found += found,
                    Err(error) => {
                        pass.failed(&format!("{} of {}", subject.payment, subject.practice), &error);
                    }
                }
            }
            after = page.next_after().map(|intent| intent.id.clone());
            if after.is_none() {
                return;
            }
        }
    }

    async fn charges(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<paywell_gateways::stripe::Page<PaymentIntent>, AppError> {
        self.stripe()?.list_payment_intents(None, from, until, after).await.map_err(unreachable)
    }

    /// Applies what the processor has of a charge and the table has not; gives how many things that were.
    async fn compare(
        &self,
        cx: &Context,
        subject: &Subject,
        intent: &PaymentIntent,
        known: Option<Stored<Payment>>,
    ) -> Result<u32, AppError> {
        let mut found = 0;
        let mut version = known.as_ref().map_or(0, |payment| payment.version);
        self.hear(cx, subject, None, &News::Intent(Box::new(intent.clone()))).await?;
        let mut payment = self.payment_now(cx, subject).await?;
        let Some(charge) = intent.latest_charge.as_ref().and_then(|latest| latest.charge()) else {
            return Ok(u32::from(payment.is_some_and(|payment| payment.version != version)));
        };
        if let Some(now) = &payment {
            found += u32::from(now.version != version);
            version = now.version;
        }
        if payment.as_ref().is_some_and(|payment| payment.state.sent_back().get() != charge.amount_refunded) {
            let refunds = self.stripe()?.list_refunds(&intent.id, None).await.map_err(unreachable)?;
            for refund in refunds.data {
                let Some(id) = Subject::of(&refund.metadata).and_then(|subject| subject.refund) else {
                    continue;
                };
                self.hear(cx, subject, None, &News::Refund(id, Box::new(refund))).await?;
            }
            payment = self.payment_now(cx, subject).await?;
        }
        if charge.disputed {
            let disputes = self.stripe()?.list_disputes(&intent.id).await.map_err(unreachable)?;
            for dispute in disputes.data {
                let (_, returned) = self.disputed(&dispute).await?;
                self.hear(cx, subject, None, &News::Dispute { dispute: Box::new(dispute), returned }).await?;
            }
            payment = self.payment_now(cx, subject).await?;
        }
        found += u32::from(payment.is_some_and(|payment| payment.version != version));
        Ok(found)
    }

    async fn payment_now(
        &self,
        cx: &Context,
        subject: &Subject,
    ) -> Result<Option<Stored<Payment>>, AppError> {
        let loaded = self.store.load([Key::payment(cx.practice(), subject.payment)]).await?;
        Ok(loaded.get::<Payment>(cx.practice(), subject.payment)?)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreachable(error: StripeError) -> AppError {
    AppError::unavailable(error)
}
