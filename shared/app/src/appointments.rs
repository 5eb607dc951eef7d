//! Appointments as staff book, move and end them. What happens to their copays by itself is in [`crate::copays`].

use paywell_domain::{Amount, Appointment, AppointmentId, Decision, Link, Patient, Payment, Refusal};
use paywell_store::{Answer, Key, Stored};

use crate::{
    App, AppError, Context, Work,
    command::{answer, created, require_version},
    ids,
    patients::require_location,
    practice::LEAST_CHARGE,
    requests::appointments::{CreateAppointment, EditAppointment},
    views::{
        appointments::{AppointmentDetail, AppointmentView},
        payments::PaymentView,
        timeline::TimelineEntry,
    },
};

impl App {
    /// Books an appointment. One of another system that is known already, and the same, is shown as it stands.
    ///
    /// # Errors
    /// There is no such patient, treatment or location; a copay that cannot be charged; another appointment of that id of
    /// the other system.
    pub async fn create_appointment(&self, cx: &Context, new: CreateAppointment) -> Result<Answer, AppError> {
        require_chargeable(new.copay)?;
        let practice_id = cx.practice();
        let id = match &new.external_id {
            Some(external) => AppointmentId::of_external(practice_id, external.as_str()),
            None => AppointmentId::new(ids::new(cx.now())),
        };
        let mut keys = vec![Key::appointment(practice_id, id), Key::patient(practice_id, new.patient_id)];
        keys.extend(new.treatment_id.map(|id| Key::treatment(practice_id, id)));
        self.command(cx, keys, async |work| {
            let practice = work.practice()?;
            let patient = work.named::<Patient>(new.patient_id, "/patient_id", "patient")?.state;
            work.require_treatment(new.treatment_id, patient.id, "appointment")?;
            require_location(&practice, new.location.as_ref().map(|location| location.as_str()))?;
            let wanted = new.under(id);
            if let Some(known) = work.find::<Appointment>(id)? {
                if !known.state.is_already(&wanted) {
                    let detail = format!("another appointment has this external id; change that one, {id}");
                    return Err(Refusal::state("appointment-known", detail).into());
                }
                return answer(200, &AppointmentView::of(&known, practice.currency), known.version);
            }
            let recipient = work.load_recipient(&patient).await?;
            let booked = work.commit.create(Appointment::book(wanted, &practice, &recipient, cx.now()))?;
            created(&AppointmentView::of(&booked, practice.currency), format!("/v1/appointments/{id}"))
        })
        .await
    }

    /// Moves an appointment, changes its copay, or ends it; of the version that the caller read. What was asked for or is
    /// held follows in the same commit; the processor is asked by whoever settles payments.
    ///
    /// # Errors
    /// There is no such appointment; it was changed meanwhile; it has ended; a change that cannot be.
    pub async fn edit_appointment(
        &self,
        cx: &Context,
        id: AppointmentId,
        version: u64,
        edit: EditAppointment,
    ) -> Result<Answer, AppError> {
        require_chargeable(edit.copay.flatten())?;
        if edit.status.is_some() && edit.moves() {
            return Err(Refusal::field("/status", "expected a status alone, or changes without one").into());
        }
        self.command(cx, [Key::appointment(cx.practice(), id)], async |work| {
            let practice = work.practice()?;
            let stored = work.need::<Appointment>(id, "appointment")?;
            require_version(&stored, version, &AppointmentView::of(&stored, practice.currency))?;
            let appointment = &stored.state;
            let patient = work.load_for_copay(appointment).await?;
            let payment = work.payment_of(appointment)?;
            let paying = payment.as_ref().map(|payment| &payment.state);
            let (decision, paying) = match edit.status {
                Some(status) => appointment.end(status, paying, &practice, cx.now())?,
                None => {
                    let visit = edit.apply(appointment);
                    require_location(&practice, visit.location.as_ref().map(|location| location.as_str()))?;
                    let recipient = work.load_recipient(&patient.state).await?;
                    appointment.change(visit, paying, (&practice, &recipient), cx.now())?
                }
            };
            let edited = work.commit.update(&stored, decision)?;
            work.pay_for_visit(appointment, payment.as_ref(), paying)?;
            answer(200, &AppointmentView::of(&edited, practice.currency), edited.version)
        })
        .await
    }

    /// An appointment with everything about it: one query, and one load of its payment.
    ///
    /// # Errors
    /// There is no such appointment.
    pub async fn appointment(&self, cx: &Context, id: AppointmentId) -> Result<AppointmentDetail, AppError> {
        let currency = self.settings(cx).await?.currency;
        let history = self.store.history::<Appointment>(cx.practice(), id).await?;
        let history = history.ok_or(AppError::NotFound("appointment"))?;
        let payment = match history.stored.state.payment {
            Some(id) => {
                let loaded = self.store.load([Key::payment(cx.practice(), id)]).await?;
                loaded.get::<Payment>(cx.practice(), id)?
            }
            None => None,
        };
        Ok(AppointmentDetail {
            appointment: AppointmentView::of(&history.stored, currency),
            payment: payment.as_ref().map(PaymentView::of),
            timeline: history.events.iter().map(TimelineEntry::of).collect(),
            history_intact: history.broken_at.is_none(),
        })
    }
}

impl Work<'_> {
    /// Loads what is decided on with an appointment; gives its patient.
    pub(crate) async fn load_for_copay(
        &mut self,
        appointment: &Appointment,
    ) -> Result<Stored<Patient>, AppError> {
        let practice = self.practice_id().clone();
        let mut keys = vec![Key::patient(&practice, appointment.patient)];
        keys.extend(appointment.payment.map(|id| Key::payment(&practice, id)));
        keys.extend(appointment.link.map(|id| Key::link(&practice, id)));
        self.load(keys).await?;
        self.need::<Patient>(appointment.patient, "patient")
    }

    /// The payment by which an appointment's copay is collected, after a load of it.
    pub(crate) fn payment_of(&self, appointment: &Appointment) -> Result<Option<Stored<Payment>>, AppError> {
        appointment.payment.map_or(Ok(None), |id| self.find::<Payment>(id))
    }

    /// Writes what the visit did to the payment of its copay. Where that was taken back, so is the link that was sent for
    /// it.
    pub(crate) fn pay_for_visit(
        &mut self,
        appointment: &Appointment,
        payment: Option<&Stored<Payment>>,
        decision: Option<Decision<Payment>>,
    ) -> Result<(), AppError> {
        let (Some(payment), Some(decision)) = (payment, decision) else { return Ok(()) };
        let after = self.commit.update(payment, decision)?;
        let link = match appointment.link.filter(|_| after.state.is_over()) {
            Some(link) => self.find::<Link>(link)?,
            None => None,
        };
        if let Some(link) = link.filter(|link| !link.state.used && !link.state.revoked) {
            let revoked = self.commit.update(&link, link.state.revoke()?)?;
            self.commit.show_link(&revoked.state)?;
        }
        Ok(())
    }

    /// Staff make a payment for an appointment's copay: the appointment names it from now on.
    pub(crate) async fn paid_for_visit(
        &mut self,
        id: Option<AppointmentId>,
        payment: &Payment,
    ) -> Result<(), AppError> {
        let Some(id) = id else { return Ok(()) };
        let stored = self.named::<Appointment>(id, "/appointment_id", "appointment")?;
        if stored.state.patient != payment.patient {
            let detail = "expected an appointment of the payment's patient";
            return Err(Refusal::field("/appointment_id", detail).into());
        }
        let practice = self.practice_id().clone();
        self.load(stored.state.payment.map(|known| Key::payment(&practice, known))).await?;
        let known = self.payment_of(&stored.state)?;
        let taken = stored.state.paid_by(payment.id, known.as_ref().map(|known| &known.state))?;
        self.commit.update(&stored, taken)?;
        Ok(())
    }
}

/// A copay is something that can be charged.
fn require_chargeable(copay: Option<Amount>) -> Result<(), Refusal> {
    if copay.is_some_and(|copay| copay.cents() < LEAST_CHARGE) {
        let detail = format!("expected at least {LEAST_CHARGE}, which is the least that can be charged");
        return Err(Refusal::field("/copay", detail));
    }
    Ok(())
}
