//! Charges that were planned: nobody waits for them, so whoever settles payments makes them, and takes up what another run was
//! cut off from. The processor makes one charge for an attempt, whoever asks: creating and confirming have keys of
//! their own, and it is confirmed only once it is committed that it is still wanted.

use paywell_domain::{
    Payment,
    payment::{Attempt, AttemptMeans, AttemptStatus},
};
use paywell_gateways::stripe::{IntentStatus, StripeError};
use paywell_store::{Commit, Key, Loaded, Stored};

use super::{
    KEY_KNOWN,
    charge::{GONE, NOT_REACHED, NotCreated, REFUSED, is_waiting},
};
use crate::{App, AppError, Context, processor::News};

impl App {
    /// Makes a charge that was planned, or asks what became of it. What the processor cannot be asked for within a day, while
    /// it knows our keys, is given up, and nothing was charged.
    pub(super) async fn ask_planned(
        &self,
        cx: &Context,
        payment: &mut Stored<Payment>,
        attempt: &Attempt,
    ) -> Result<News, AppError> {
        let late = attempt.age(cx.now()) >= KEY_KNOWN;
        let intent = match &attempt.intent {
            Some(known) => match self.read_intent(known).await? {
                None => return Ok(News::Nothing),
                Some(found) if !is_waiting(&found) || attempt.status != AttemptStatus::Open => {
                    return Ok(News::Intent(found));
                }
                Some(found) if late || found.status == IntentStatus::RequiresAction => {
                    return self.give_up(&found).await;
                }
                Some(found) => *found,
            },
            None if late => return Ok(News::NeverBegun(attempt.id, NOT_REACHED)),
            None => match self.create_charge(cx, &payment.state, attempt, &Loaded::default()).await? {
                Ok(created) => created,
                Err(NotCreated::Gone) => return Ok(News::NeverBegun(attempt.id, GONE)),
                Err(NotCreated::Refused) => return Ok(News::ChargeRefused(attempt.id, REFUSED)),
                Err(NotCreated::Unknown) => return Ok(News::Nothing),
            },
        };
        match self.note_wanted(cx, payment, attempt, &intent.id).await? {
            Ok(noted) => *payment = noted,
            Err(why) if attempt.intent.is_none() => return Ok(News::NeverBegun(attempt.id, why)),
            Err(why) => {
                tracing::info!(attempt = %attempt.id, why, "a charge is given up");
                return self.give_up(&intent).await;
            }
        }
        let key = format!("confirm-{}", attempt.id);
        match self.stripe()?.confirm_payment_intent(&intent.id, &key).await {
            Ok(waiting) if waiting.status == IntentStatus::RequiresAction => self.give_up(&waiting).await,
            Ok(confirmed) => Ok(News::Intent(Box::new(confirmed))),
            Err(error) => self.after_confirming(&error, &intent.id).await,
        }
    }

    /// What confirming came to where the processor did not say; where it is not confirmed, it is asked again later.
    async fn after_confirming(&self, error: &StripeError, intent: &str) -> Result<News, AppError> {
        tracing::info!(intent, %error, "the charge is asked");
        match self.read_intent(intent).await? {
            Some(found) if found.status == IntentStatus::RequiresAction => self.give_up(&found).await,
            Some(found) if !is_waiting(&found) => Ok(News::Intent(found)),
            _ => Ok(News::Nothing),
        }
    }

    /// Notes the charge before it is confirmed, where it is still wanted: one commit that fails where the patient's money, the
    /// method or the plan changes meanwhile. The inner error says why it is not wanted.
    async fn note_wanted(
        &self,
        cx: &Context,
        payment: &Stored<Payment>,
        attempt: &Attempt,
        intent: &str,
    ) -> Result<Result<Stored<Payment>, &'static str>, AppError> {
        let id = payment.state.id;
        let AttemptMeans::OnFile { method, .. } = &attempt.means else { return Ok(Err(GONE)) };
        self.change(cx, [Key::payment(cx.practice(), id)], async |work| {
            let stored = work.need::<Payment>(id, "payment")?;
            let Some(open) = stored.state.open_attempt().filter(|open| open.id == attempt.id).cloned() else {
                return Ok(Err("its outcome is known"));
            };
            if let Err(why) = work.require_wanted(&stored.state, &open, method).await? {
                work.commit = Commit::new(&cx.by, None);
                return Ok(Err(why));
            }
            if open.intent.as_deref() == Some(intent) {
                work.commit.require_unchanged(&stored);
                return Ok(Ok(stored));
            }
            Ok(Ok(work.commit.update(&stored, stored.state.note_intent(attempt.id, intent)?)?))
        })
        .await
    }
}
