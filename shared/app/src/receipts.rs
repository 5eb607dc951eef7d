//! The receipt that is sent for what a patient paid without staff: claimed in one commit, then sent, as every message is.

use paywell_domain::{Decision, Patient, PatientId, Payment, PaymentId, link::Token, payment::ReceiptDue};
use paywell_store::{Key, Pointer};
use secrecy::ExposeSecret;

use crate::{
    App, AppError, Context, Work,
    mail::Ways,
    messages::{About, Message, Occasion, Outcome, Subject},
};

impl Work<'_> {
    /// Lets the token of a payment's receipt lead to it; gives the page's address.
    pub(crate) fn lead_to_receipt(
        &mut self,
        app: &App,
        payment: PaymentId,
        patient: PatientId,
    ) -> Result<String, AppError> {
        let token = Token::of_receipt(app.link_key()?.expose_secret().as_bytes(), payment);
        let practice = self.practice_id().clone();
        self.commit.point(&token.hash(), &Pointer::Receipt { practice, payment, patient: Some(patient) })?;
        app.receipt_url(payment)
    }
}

impl App {
    /// Sends a payment's receipt to the responsible party, where that is due.
    ///
    /// # Errors
    /// The table cannot be reached; this function has no link key.
    pub(crate) async fn send_receipt(&self, cx: &Context, id: PaymentId) -> Result<(), AppError> {
        let keys = [Key::payment(cx.practice(), id)];
        let claimed = self
            .change(cx, keys.clone(), async |work| {
                let payment = work.need::<Payment>(id, "payment")?;
                work.load([Key::patient(cx.practice(), payment.state.patient)]).await?;
                let patient = work.need::<Patient>(payment.state.patient, "patient")?;
                let practice = work.practice()?;
                let recipient = work.load_recipient(&patient.state).await?;
                match payment.state.receipt(&recipient, cx.now()) {
                    ReceiptDue::Nothing => Ok(None),
                    ReceiptDue::Change(decision) => {
                        work.commit.update(&payment, *decision)?;
                        Ok(None)
                    }
                    ReceiptDue::Send(claim, reach) => {
                        work.require_recipient_unchanged(&patient)?;
                        work.commit.update(&payment, *claim)?;
                        let url = work.lead_to_receipt(self, id, payment.state.patient)?;
                        let ways = Ways { now: &url, portal: &self.portal_url(cx.practice()) };
                        let about = Occasion::Receipt;
                        Ok(Some(Message::about(about, &practice, &recipient, reach, &ways, cx.now())))
                    }
                }
            })
            .await?;
        let Some(message) = claimed else { return Ok(()) };
        let outcome = self.send_message(&message, &About::new(cx.practice(), Subject::Payment(id))).await;
        self.change(cx, keys, async |work| {
            let payment = work.need::<Payment>(id, "payment")?;
            let noted = match &outcome {
                Outcome::Later => payment.state.put_back_receipt(cx.now()),
                known => Decision::of(payment.state.clone(), known.clone().into_event(message.channel())),
            };
            work.commit.update(&payment, noted)?;
            Ok(())
        })
        .await
    }
}
