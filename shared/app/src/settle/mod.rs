//! Asking the processor what became of something, when its answer was lost or is not there yet. A question never charges
//! anything twice, and an outcome is never assumed because time has passed.

mod charge;
mod planned;
mod refund;
mod session;

use chrono::Duration;
use paywell_domain::{
    Payment, PaymentId,
    payment::{Attempt, Unsettled},
};
use paywell_gateways::stripe::StripeError;
use paywell_store::{Answer, Key, Loaded, Stored};

use crate::{
    App, AppError, Context,
    processor::{Answering, News},
};

/// How long a call that was given up may still be under way: what it does may not be there yet.
pub(crate) const IN_FLIGHT: Duration = Duration::minutes(2);

/// For so long the processor certainly knows an idempotency key (it may forget it after 24 hours,
/// <https://docs.stripe.com/api/idempotent_requests>).
const KEY_KNOWN: Duration = Duration::hours(23);

impl App {
    /// Asks about everything of a payment that is not settled, and applies what it learns. Gives the payment as it then
    /// stands.
    ///
    /// # Errors
    /// There is no such payment; the table cannot be reached.
    pub async fn settle_payment(&self, cx: &Context, id: PaymentId) -> Result<Stored<Payment>, AppError> {
        let keys = [Key::payment(cx.practice(), id), Key::practice(cx.practice())];
        let loaded = self.store.load(keys).await?;
        let mut payment = loaded.get::<Payment>(cx.practice(), id)?.ok_or(AppError::NotFound("payment"))?;
        for unsettled in payment.state.unsettled() {
            let news = match unsettled {
                Unsettled::Attempt(attempt) => match payment.state.attempt_of(attempt).cloned() {
                    Some(attempt) => self.ask_attempt(cx, &mut payment, &attempt, &Loaded::default()).await?,
                    None => News::Nothing,
                },
                Unsettled::Refund(refund) => self.ask_refund(cx, &payment.state, refund).await?,
            };
            payment = self.conclude(cx, &payment, loaded.clone(), &news, None).await?.0;
        }
        Ok(payment)
    }

    /// Takes a charge of a method on file as far as it goes (made, confirmed; captured; released), or asks for a refund
    /// that is reserved, and commits what became of it with the answer to the command that began it.
    ///
    /// # Errors
    /// There is no such payment; the table cannot be reached.
    pub async fn settle_begun(
        &self,
        cx: &Context,
        id: PaymentId,
        what: Unsettled,
        mut read: Loaded,
        answering: Answering<'_>,
    ) -> Result<Answer, AppError> {
        let key = Key::payment(cx.practice(), id);
        if !read.knows(&key) {
            read.extend(self.store.load([key, Key::practice(cx.practice())]).await?);
        }
        let mut payment = read.get::<Payment>(cx.practice(), id)?.ok_or(AppError::NotFound("payment"))?;
        let news = match what {
            _ if !payment.state.unsettled().contains(&what) => News::Nothing,
            Unsettled::Attempt(attempt) => match payment.state.attempt_of(attempt).cloned() {
                Some(attempt) => self.ask_attempt(cx, &mut payment, &attempt, &read).await?,
                None => News::Nothing,
            },
            Unsettled::Refund(refund) => self.ask_refund(cx, &payment.state, refund).await?,
        };
        let (_, answer) = self.conclude(cx, &payment, read, &news, Some(answering)).await?;
        answer.ok_or_else(|| AppError::internal("a command without an answer"))
    }

    async fn ask_attempt(
        &self,
        cx: &Context,
        payment: &mut Stored<Payment>,
        attempt: &Attempt,
        read: &Loaded,
    ) -> Result<News, AppError> {
        if attempt.is_hosted() {
            self.ask_session(attempt, cx.now()).await
        } else if attempt.planned.is_some() && attempt.status == paywell_domain::payment::AttemptStatus::Open
        {
            self.ask_planned(cx, payment, attempt).await
        } else {
            self.ask_charge(cx, payment, attempt, read).await
        }
    }
}

/// Whether the processor read the request and will never do what it asks. Where it does not let us in at all, that says
/// nothing of the money.
fn is_refused(error: &StripeError) -> bool {
    matches!(error, StripeError::Refused(refusal) if !matches!(refusal.status, 401 | 403))
}
