//! Charging a method on file: a new payment, one that was asked for, what is held. The attempt is committed before the
//! processor is asked.

use paywell_domain::{
    AttemptId, Decision, MethodsOnFile, Payment, PaymentId, Practice, Refusal,
    on_file::MethodKind,
    payment::{AttemptMeans, Unsettled},
};
use paywell_store::{Answer, Key, Loaded, Stored};
use serde::{Deserialize, Serialize};

use crate::{
    App, AppError, Context, Work,
    command::answer,
    ids, money,
    payments::require_takeable,
    requests::{
        methods::{CapturePayment, ChargeMethod},
        payments::CreatePayment,
    },
    views::payments::PaymentView,
};

/// A charge that is committed.
#[derive(Serialize, Deserialize)]
struct Begun {
    payment: PaymentId,
    attempt: AttemptId,
}

impl App {
    /// Makes a payment and charges it to a method on file at once.
    ///
    /// # Errors
    /// As for a payment received at the desk; there is no such method, or it cannot be charged.
    pub(crate) async fn charge_new_payment(
        &self,
        cx: &Context,
        new: &CreatePayment,
        charge: &ChargeMethod,
    ) -> Result<Answer, AppError> {
        let (id, attempt) = (PaymentId::new(ids::new(cx.now())), AttemptId::new(ids::new(cx.now())));
        let mut keys = new.keys(cx.practice());
        keys.push(Key::methods_on_file(cx.practice(), new.patient_id));
        let begin = async |work: &mut Work<'_>| {
            let practice = work.practice()?;
            let (made, invoices) = self.asked(work, id, new).await?;
            work.paid_for_visit(new.appointment_id, &made.state).await?;
            require_takeable(&made.state, &invoices)?;
            let mut started = work.start_charge(&practice, &made.state, attempt, charge)?;
            started.events.splice(0..0, made.events);
            let stored = work.commit.create(started)?;
            work.ask_for(&stored.state).await?;
            Ok(Begun { payment: id, attempt })
        };
        let finish = async |begun: Begun, read: Loaded| {
            let location = Some(format!("/v1/payments/{}", begun.payment));
            let answering = |stored: &Stored<Payment>| {
                let answer = answer(201, &PaymentView::of(stored), stored.version)?;
                Ok(Answer { location: location.clone(), ..answer })
            };
            self.settle_begun(cx, begun.payment, Unsettled::Attempt(begun.attempt), read, &answering).await
        };
        self.processor_command(cx, keys, begin, finish).await
    }

    /// Charges a payment that was asked for to a method on file.
    ///
    /// # Errors
    /// It is not pending; its invoices take less by now; there is no such method, or it cannot be charged.
    pub async fn charge_payment(
        &self,
        cx: &Context,
        id: PaymentId,
        charge: ChargeMethod,
    ) -> Result<Answer, AppError> {
        let attempt = AttemptId::new(ids::new(cx.now()));
        let begin = async |work: &mut Work<'_>| {
            let practice = work.practice()?;
            let stored = work.need::<Payment>(id, "payment")?;
            let payment = &stored.state;
            let mut keys = money::keys(cx.practice(), payment.patient);
            keys.push(Key::methods_on_file(cx.practice(), payment.patient));
            keys.extend(payment.allocations.iter().map(|a| Key::invoice(cx.practice(), a.invoice)));
            work.load(keys).await?;
            let started = work.start_charge(&practice, payment, attempt, &charge)?;
            require_takeable(payment, &work.allocated(payment.patient, &payment.allocations)?)?;
            let begun = work.commit.update(&stored, started)?;
            work.ask_for(&begun.state).await?;
            Ok(Begun { payment: id, attempt })
        };
        self.processor_command(cx, [Key::payment(cx.practice(), id)], begin, async |begun, read| {
            self.settled_to(cx, &begun, read).await
        })
        .await
    }

    /// Takes what is held for a payment, or a part of it; the rest is released.
    ///
    /// # Errors
    /// Nothing is held; more than is held.
    pub async fn capture_payment(
        &self,
        cx: &Context,
        id: PaymentId,
        capture: CapturePayment,
    ) -> Result<Answer, AppError> {
        self.end_hold(cx, id, |payment| payment.capture(capture.amount)).await
    }

    /// Releases what is held for a payment: it is voided, and nothing was charged.
    ///
    /// # Errors
    /// Nothing is held.
    pub async fn void_payment(&self, cx: &Context, id: PaymentId) -> Result<Answer, AppError> {
        self.end_hold(cx, id, Payment::void).await
    }

    async fn end_hold(
        &self,
        cx: &Context,
        id: PaymentId,
        decide: impl Fn(&Payment) -> Result<Decision<Payment>, Refusal>,
    ) -> Result<Answer, AppError> {
        let begin = async |work: &mut Work<'_>| {
            let stored = work.need::<Payment>(id, "payment")?;
            let ending = work.commit.update(&stored, decide(&stored.state)?)?;
            let open = ending.state.open_attempt().map(|attempt| attempt.id);
            let attempt = open.ok_or_else(|| AppError::internal("a hold without an attempt"))?;
            Ok(Begun { payment: id, attempt })
        };
        self.processor_command(cx, [Key::payment(cx.practice(), id)], begin, async |begun, read| {
            self.settled_to(cx, &begun, read).await
        })
        .await
    }

    async fn settled_to(&self, cx: &Context, begun: &Begun, read: Loaded) -> Result<Answer, AppError> {
        let answering = |stored: &Stored<Payment>| answer(200, &PaymentView::of(stored), stored.version);
        self.settle_begun(cx, begun.payment, Unsettled::Attempt(begun.attempt), read, &answering).await
    }
}

impl Work<'_> {
    /// Opens an attempt that charges, or holds, a method that the payer has on file.
    fn start_charge(
        &self,
        practice: &Practice,
        payment: &Payment,
        attempt: AttemptId,
        charge: &ChargeMethod,
    ) -> Result<Decision<Payment>, AppError> {
        let on_file = self.methods(payment.patient)?.map(|stored| stored.state);
        let on_file = on_file.unwrap_or_else(|| MethodsOnFile::none(payment.patient));
        let today = practice.today(self.now());
        let method = on_file.chargeable(charge.id.as_ref().map(|id| id.as_str()), today)?;
        if charge.hold && matches!(method.kind, MethodKind::BankAccount { .. }) {
            let detail = "expected a card: money in a bank account cannot be held";
            return Err(Refusal::field("/method_on_file/hold", detail).into());
        }
        let means = AttemptMeans::OnFile { method: method.id.clone(), hold: charge.hold };
        Ok(payment.start_attempt(attempt, means, self.now())?)
    }
}
