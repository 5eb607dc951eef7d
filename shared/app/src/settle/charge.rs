//! Charges of methods on file: made without charging, noted, and only then confirmed.

use paywell_domain::{
    MethodsOnFile, Payment,
    on_file::MethodKind,
    payment::{Attempt, AttemptMeans, AttemptStatus},
};
use paywell_gateways::stripe::{
    CancellationReason, IntentStatus, NewPaymentIntent, PaymentIntent, PaymentMethodType, StripeError,
};
use paywell_store::{Key, Loaded, Stored};

use super::{KEY_KNOWN, is_refused};
use crate::{
    App, AppError, Context,
    command::AT_WORK,
    processor::{News, Subject},
};

const NOT_REACHED: &str = "the processor could not be reached";

impl App {
    /// Takes a charge on file as far as it goes. Only the command that began it makes and confirms it; one that was planned,
    /// whoever settles it. One that nobody is at work on any more is not confirmed later, behind everybody's back: it is
    /// given up, and nothing was charged.
    pub(super) async fn ask_charge(
        &self,
        cx: &Context,
        payment: &mut Stored<Payment>,
        attempt: &Attempt,
        read: &Loaded,
    ) -> Result<News, AppError> {
        let planned = attempt.planned.is_some();
        let at_work = attempt.age(cx.now()) < if planned { KEY_KNOWN } else { AT_WORK };
        match (attempt.status, &attempt.intent) {
            (AttemptStatus::Open, None) if at_work => self.make_charge(cx, payment, attempt, read).await,
            (_, None) => Ok(News::NeverBegun(attempt.id, NOT_REACHED)),
            (AttemptStatus::Open, Some(intent)) => match self.read_intent(intent).await? {
                Some(found) if planned && at_work && found.status == IntentStatus::RequiresConfirmation => {
                    self.confirm(attempt, intent).await
                }
                Some(found) if is_waiting(&found) && (planned || !at_work) => self.give_up(&found).await,
                Some(found) if !is_waiting(&found) => Ok(News::Intent(found)),
                _ => Ok(News::Nothing),
            },
            (AttemptStatus::Capturing, Some(intent)) => match self.read_intent(intent).await? {
                Some(held) if held.status == IntentStatus::RequiresCapture => {
                    let cents = payment.state.amount.cents().get();
                    let key = format!("capture-{}", attempt.id);
                    let captured = self.stripe()?.capture_payment_intent(intent, Some(cents), &key).await;
                    self.after(captured, intent).await
                }
                Some(found) => Ok(News::Intent(found)),
                None => Ok(News::Nothing),
            },
            (AttemptStatus::Releasing, Some(intent)) => match self.read_intent(intent).await? {
                Some(held) if held.status == IntentStatus::RequiresCapture => self.give_up(&held).await,
                Some(found) => Ok(News::Intent(found)),
                None => Ok(News::Nothing),
            },
            (_, Some(intent)) => Ok(self.read_intent(intent).await?.map_or(News::Nothing, News::Intent)),
        }
    }

    async fn make_charge(
        &self,
        cx: &Context,
        payment: &mut Stored<Payment>,
        attempt: &Attempt,
        read: &Loaded,
    ) -> Result<News, AppError> {
        let AttemptMeans::OnFile { method, hold } = &attempt.means else { return Ok(News::Nothing) };
        let patient = payment.state.patient;
        let keys = [Key::methods_on_file(cx.practice(), patient), Key::practice(cx.practice())];
        let known = keys.iter().all(|key| read.knows(key));
        let loaded = if known { read.clone() } else { self.store.load(keys).await? };
        let on_file = loaded.get::<MethodsOnFile>(cx.practice(), patient)?;
        let practice = loaded.get::<paywell_domain::Practice>(cx.practice(), ())?;
        let (Some(on_file), Some(practice)) = (on_file, practice) else { return Ok(gone(attempt)) };
        let known = on_file.state.methods.iter().find(|known| known.id == *method);
        let (Some(known), Some(customer)) = (known, &on_file.state.customer) else {
            return Ok(gone(attempt));
        };
        let made = NewPaymentIntent {
            amount_cents: attempt.amount.cents().get(),
            currency: payment.state.currency.processor_code(),
            customer,
            payment_method: method,
            method_type: match known.kind {
                MethodKind::Card { .. } => PaymentMethodType::Card,
                MethodKind::BankAccount { .. } => PaymentMethodType::UsBankAccount,
            },
            practice: practice.state.name.as_str(),
            metadata: &Subject::metadata(cx.practice(), &payment.state, attempt.id),
            capture_manually: *hold,
        };
        let intent = match self.stripe()?.create_payment_intent(&made, &attempt.id.to_string()).await {
            Ok(intent) => intent,
            // Whatever became of it, it was not confirmed and never will be.
            Err(error) => {
                tracing::warn!(attempt = %attempt.id, %error, "no charge was made");
                let why = if is_refused(&error) { "the processor refused the charge" } else { NOT_REACHED };
                return Ok(News::NeverBegun(attempt.id, why));
            }
        };
        *payment = match self.note_intent(cx, payment, attempt, &intent.id).await {
            Ok(noted) => noted,
            // Somebody gave the attempt up meanwhile; nobody confirms it.
            Err(AppError::Refused(_)) => return Ok(News::Nothing),
            Err(error) => return Err(error),
        };
        self.confirm(attempt, &intent.id).await
    }

    /// Confirms a charge that is noted: once, however often and by whomever, for the processor knows the key.
    async fn confirm(&self, attempt: &Attempt, intent: &str) -> Result<News, AppError> {
        let key = format!("confirm-{}", attempt.id);
        let confirmed = self.stripe()?.confirm_payment_intent(intent, &key).await;
        self.after(confirmed, intent).await
    }

    async fn note_intent(
        &self,
        cx: &Context,
        payment: &Stored<Payment>,
        attempt: &Attempt,
        intent: &str,
    ) -> Result<Stored<Payment>, AppError> {
        let id = payment.state.id;
        let by = crate::Context { by: cx.by.clone(), command: None };
        let read = Loaded::of(cx.practice(), payment)?;
        self.change_from(&by, Some(read), [Key::payment(cx.practice(), id)], async |work| {
            let stored = work.need::<Payment>(id, "payment")?;
            Ok(work.commit.update(&stored, stored.state.note_intent(attempt.id, intent)?)?)
        })
        .await
    }

    /// What a call that should have moved the charge on came to: where it did not say, the charge is asked. One that is
    /// still where it was is given up: whichever is first at the processor, that or our call, decides.
    async fn after(
        &self,
        called: Result<PaymentIntent, StripeError>,
        intent: &str,
    ) -> Result<News, AppError> {
        match called {
            Ok(intent) if !is_waiting(&intent) => Ok(News::Intent(Box::new(intent))),
            Ok(waiting) if waiting.status == IntentStatus::RequiresAction => self.give_up(&waiting).await,
            Ok(_) => Ok(News::Nothing),
            Err(error) => {
                tracing::info!(intent, %error, "the charge is asked");
                match self.read_intent(intent).await? {
                    Some(waiting) if is_waiting(&waiting) => self.give_up(&waiting).await,
                    found => Ok(found.map_or(News::Nothing, News::Intent)),
                }
            }
        }
    }

    /// Gives a charge up that nobody confirmed, that waits for a patient who is not there, or that is to be released.
    async fn give_up(&self, intent: &PaymentIntent) -> Result<News, AppError> {
        let key = format!("cancel-{}", intent.id);
        match self.stripe()?.cancel_payment_intent(&intent.id, CancellationReason::Abandoned, &key).await {
            Ok(canceled) => Ok(News::Intent(Box::new(canceled))),
            Err(_) => Ok(self.read_intent(&intent.id).await?.map_or(News::Nothing, News::Intent)),
        }
    }

    async fn read_intent(&self, intent: &str) -> Result<Option<Box<PaymentIntent>>, AppError> {
        match self.stripe()?.retrieve_payment_intent(intent).await {
            Ok(intent) => Ok(Some(Box::new(intent))),
            Err(error) => {
                tracing::warn!(intent, %error, "a charge that cannot be read");
                Ok(None)
            }
        }
    }
}

/// Whether nothing happens unless somebody does something.
fn is_waiting(intent: &PaymentIntent) -> bool {
    matches!(intent.status, IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction)
}

fn gone(attempt: &Attempt) -> News {
    News::NeverBegun(attempt.id, "the method is no longer on file")
}
