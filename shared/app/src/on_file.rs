//! Methods on file: shown, chosen, taken off.

mod autopay;
mod charge;
mod news;
mod setup;

use paywell_domain::{MethodsOnFile, Patient, PatientId};
use paywell_gateways::stripe::StripeError;
use paywell_store::{Answer, Key, Stored};

use crate::{
    App, AppError, Context, Work,
    command::answer,
    views::{
        methods::{PaymentMethodsDetail, PaymentMethodsView},
        timeline::TimelineEntry,
    },
};

impl App {
    /// A patient's methods on file with everything that happened: one query.
    ///
    /// # Errors
    /// There is no such patient.
    pub async fn payment_methods(
        &self,
        cx: &Context,
        patient: PatientId,
    ) -> Result<PaymentMethodsDetail, AppError> {
        let today = self.settings(cx).await?.today(cx.now());
        let Some(history) = self.store.history::<MethodsOnFile>(cx.practice(), patient).await? else {
            let loaded = self.store.load([Key::patient(cx.practice(), patient)]).await?;
            loaded.get::<Patient>(cx.practice(), patient)?.ok_or(AppError::NotFound("patient"))?;
            let methods = PaymentMethodsView::of(&MethodsOnFile::none(patient), today);
            return Ok(PaymentMethodsDetail { methods, timeline: Vec::new(), history_intact: true });
        };
        Ok(PaymentMethodsDetail {
            methods: PaymentMethodsView::of(&history.stored.state, today),
            timeline: history.events.iter().map(TimelineEntry::of).collect(),
            history_intact: history.broken_at.is_none(),
        })
    }

    /// Makes a method the one that is charged where none is named.
    ///
    /// # Errors
    /// The patient has no such method on file, or it cannot be charged.
    pub async fn make_method_default(
        &self,
        cx: &Context,
        patient: PatientId,
        method: &str,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::methods_on_file(cx.practice(), patient)], async |work| {
            let today = work.practice()?.today(cx.now());
            let stored = work.methods(patient)?.filter(|stored| stored.state.method(method).is_some());
            let stored = stored.ok_or(AppError::NotFound("payment method"))?;
            let made = work.commit.update(&stored, stored.state.make_default(method, today)?)?;
            work.foresee_sets(&[patient], &[]).await?;
            answer(200, &PaymentMethodsView::of(&made.state, today), made.version)
        })
        .await
    }

    /// Takes a method off file: here at once, then at the processor. Once it is gone here it is never charged again, so
    /// what the processor answers changes nothing; the same again asks it again.
    ///
    /// # Errors
    /// The patient never had such a method on file.
    pub async fn remove_method(
        &self,
        cx: &Context,
        patient: PatientId,
        method: &str,
    ) -> Result<Answer, AppError> {
        let keys = [Key::methods_on_file(cx.practice(), patient)];
        let begin = async |work: &mut Work<'_>| {
            let stored = work.methods(patient)?.ok_or(AppError::NotFound("payment method"))?;
            match stored.state.remove(method) {
                Some(removed) => {
                    work.commit.update(&stored, removed)?;
                    work.foresee_sets(&[patient], &[]).await?;
                }
                None if stored.state.removed.iter().any(|removed| removed == method) => {}
                None => return Err(AppError::NotFound("payment method")),
            }
            Ok(())
        };
        let finish = async |(), _| {
            // A key of its own each time: the processor keeps a failure under its key, and detaching twice is harmless.
            let key = format!("detach-{method}-{}", cx.by.request);
            match self.stripe()?.detach_payment_method(method, &key).await {
                // It is attached to nobody any more.
                Ok(_) | Err(StripeError::Refused(_)) => {}
                Err(error) => tracing::warn!(%error, "a removed method may still be at the processor"),
            }
            self.change(cx, keys.clone(), async |work| {
                let today = work.practice()?.today(cx.now());
                let stored = work.methods(patient)?.ok_or(AppError::NotFound("payment method"))?;
                work.finish(answer(200, &PaymentMethodsView::of(&stored.state, today), stored.version)?)
            })
            .await
        };
        self.processor_command(cx, keys.clone(), begin, finish).await
    }
}

impl Work<'_> {
    /// The patient's methods on file, where there were any.
    pub(crate) fn methods(&self, patient: PatientId) -> Result<Option<Stored<MethodsOnFile>>, AppError> {
        self.find::<MethodsOnFile>(patient)
    }
}
