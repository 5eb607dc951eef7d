//! Autopay, turned on and off by staff or in the portal.

use paywell_domain::{MethodsOnFile, Patient, PatientId};
use paywell_store::{Answer, Key};

use crate::{
    App, AppError, Context, command::answer, requests::methods::StartAutopay,
    views::methods::PaymentMethodsView,
};

impl App {
    /// Turns autopay on, as the patient agreed: what is owed is charged to the default method on the day on which it is due.
    ///
    /// # Errors
    /// There is no such patient, or no default method that can be charged.
    pub async fn start_autopay(
        &self,
        cx: &Context,
        patient: PatientId,
        new: StartAutopay,
    ) -> Result<Answer, AppError> {
        let practice = cx.practice();
        let keys = [
            Key::methods_on_file(practice, patient),
            Key::patient(practice, patient),
            Key::invoice_set(practice, patient),
        ];
        self.command(cx, keys, async |work| {
            let practice = work.practice()?;
            let person = work.need::<Patient>(patient, "patient")?.state;
            let consent = new.consent.clone().at(cx.now());
            let today = practice.today(cx.now());
            let Some(stored) = work.methods(patient)? else {
                // It says what is missing.
                drop(MethodsOnFile::none(patient).start_autopay(consent, today)?);
                return Err(AppError::internal("autopay of no method"));
            };
            let started = work.commit.update(&stored, stored.state.start_autopay(consent, today)?)?;
            if let Some(set) = work.set(patient)?
                && let Some(paying) = set.state.start_autopay(&work.load_recipient(&person).await?, cx.now())
            {
                let paying = work.foreseen(paying).await?;
                work.commit.update(&set, paying)?;
            }
            answer(200, &PaymentMethodsView::of(&started.state, today), started.version)
        })
        .await
    }

    /// Turns autopay off; what is owed is chased as anybody's.
    ///
    /// # Errors
    /// There is no such patient, or nothing is on file.
    pub async fn stop_autopay(&self, cx: &Context, patient: PatientId) -> Result<Answer, AppError> {
        self.command(cx, [Key::methods_on_file(cx.practice(), patient)], async |work| {
            let today = work.practice()?.today(cx.now());
            let mut stored = work.methods(patient)?.ok_or(AppError::NotFound("payment method"))?;
            if let Some(stopped) = stored.state.stop_autopay("the patient wants it") {
                stored = work.commit.update(&stored, stopped)?;
            }
            answer(200, &PaymentMethodsView::of(&stored.state, today), stored.version)
        })
        .await
    }
}
