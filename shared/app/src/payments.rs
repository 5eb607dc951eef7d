//! Asking for payments, and recording money received at the desk.

use paywell_domain::{
    Decision, Invoice, InvoiceSet, Patient, PatientId, Payment, PaymentId, PracticeId, Refusal,
    number::Series,
    payment::{Allocation, NewPayment, Receipt, Settlement, settle},
};
use paywell_store::{Answer, Key, Stored};

use crate::{
    App, AppError, Context, Work,
    command::{answer, require_version},
    ids,
    invoices::full_name,
    money,
    requests::payments::{CreatePayment, MovePayment, NewAllocation, RecordPayment},
    views::payments::PaymentView,
};

impl App {
    /// Makes a payment: a draft, asked for, or, with a tender, received at the desk and applied.
    ///
    /// # Errors
    /// There is no such patient, treatment or invoice; allocations that do not fit.
    pub async fn create_payment(&self, cx: &Context, new: CreatePayment) -> Result<Answer, AppError> {
        Allocation::check(&new.meant(), new.amount)?;
        new.check()?;
        if let Some(charge) = &new.method_on_file {
            return self.charge_new_payment(cx, &new, charge).await;
        }
        let id = PaymentId::new(ids::new(cx.now()));
        self.command(cx, new.keys(cx.practice()), async |work| {
            let practice = work.practice()?;
            let (made, invoices) = self.asked(work, id, &new).await?;
            work.paid_for_visit(new.appointment_id, &made.state).await?;
            let patient = made.state.patient;
            let stored = match &new.tender {
                None => work.commit.create(made)?,
                Some(tender) => {
                    let today = practice.today(cx.now());
                    let receipt = Receipt {
                        tender: tender.clone().into(),
                        received_on: new.received_on.unwrap_or(today),
                    };
                    let mut received = made.state.record(&receipt, today, cx.now())?;
                    received.events.splice(0..0, made.events);
                    let settlement =
                        settle_strictly(received, &receipt, &invoices, work.set(patient)?.as_ref())?;
                    let payment = work.commit.create(settlement.payment.clone())?;
                    work.settled(&settlement, &invoices).await?;
                    payment
                }
            };
            let answer = answer(201, &PaymentView::of(&stored), stored.version)?;
            Ok(Answer { location: Some(format!("/v1/payments/{id}")), ..answer })
        })
        .await
    }

    /// A payment as staff ask for it, and the invoices it is meant for.
    pub(crate) async fn asked(
        &self,
        work: &Work<'_>,
        id: PaymentId,
        new: &CreatePayment,
    ) -> Result<(Decision<Payment>, Vec<Stored<Invoice>>), AppError> {
        let practice = work.practice()?;
        let patient = work.named::<Patient>(new.patient_id, "/patient_id", "patient")?.state;
        work.require_treatment(new.treatment_id, patient.id, "payment")?;
        let number = self.numbers.next(&self.store, work.practice_id(), Series::Payment).await?;
        let made = Payment::create(
            NewPayment {
                id,
                number,
                patient: patient.id,
                patient_name: full_name(&patient)?,
                amount: new.amount,
                currency: practice.currency,
                payment_type: new.payment_type,
                treatment: new.treatment_id,
                appointment: new.appointment_id,
                due_date: new.due_date,
                memo: new.memo.clone(),
                link: None,
                allocations: new.meant(),
            },
            new.draft,
            work.now(),
        );
        let invoices = work.allocated(made.state.patient, &made.state.allocations)?;
        Ok((made, invoices))
    }

    /// Records money received at the desk for a payment that was asked for.
    ///
    /// # Errors
    /// It is not pending; allocations that do not fit.
    pub async fn record_payment(
        &self,
        cx: &Context,
        id: PaymentId,
        record: RecordPayment,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::payment(cx.practice(), id)], async |work| {
            let practice = work.practice()?;
            let stored = work.need::<Payment>(id, "payment")?;
            let mut payment = stored.state.clone();
            if let Some(given) = &record.allocations {
                payment.allocations = allocations(given);
                Allocation::check(&payment.allocations, payment.amount)?;
            }
            let mut keys = money::keys(cx.practice(), payment.patient);
            keys.extend(payment.allocations.iter().map(|a| Key::invoice(cx.practice(), a.invoice)));
            work.load(keys).await?;
            let invoices = work.allocated(payment.patient, &payment.allocations)?;
            let today = practice.today(cx.now());
            let received_on = record.received_on.unwrap_or(today);
            let receipt = Receipt { tender: record.tender.clone().into(), received_on };
            let received = payment.record(&receipt, today, cx.now())?;
            let settlement =
                settle_strictly(received, &receipt, &invoices, work.set(payment.patient)?.as_ref())?;
            let paid = work.commit.update(&stored, settlement.payment.clone())?;
            work.settled(&settlement, &invoices).await?;
            answer(200, &PaymentView::of(&paid), paid.version)
        })
        .await
    }

    /// Moves a payment by hand: submit, cancel, reopen.
    ///
    /// # Errors
    /// It was changed meanwhile; its state does not allow the move.
    pub async fn move_payment(
        &self,
        cx: &Context,
        id: PaymentId,
        version: u64,
        wanted: MovePayment,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::payment(cx.practice(), id)], async |work| {
            let stored = work.need::<Payment>(id, "payment")?;
            require_version(&stored, version, &PaymentView::of(&stored))?;
            let moved = work.commit.update(&stored, stored.state.manual_move(wanted.action.as_str())?)?;
            answer(200, &PaymentView::of(&moved), moved.version)
        })
        .await
    }
}

pub(crate) fn allocations(new: &[NewAllocation]) -> Vec<Allocation> {
    new.iter().copied().map(Allocation::from).collect()
}

/// At the desk, what an invoice cannot take is refused before anything is recorded; staff can still choose.
fn settle_strictly(
    received: Decision<Payment>,
    receipt: &Receipt,
    invoices: &[Stored<Invoice>],
    set: Option<&Stored<InvoiceSet>>,
) -> Result<Settlement, AppError> {
    require_takeable(&received.state, invoices)?;
    let invoices: Vec<Invoice> = invoices.iter().map(|invoice| invoice.state.clone()).collect();
    Ok(settle(received, receipt.tender.account(), &invoices, set.map(|set| &set.state))?)
}

/// What an invoice cannot take is refused before money is recorded or charged.
pub(crate) fn require_takeable(payment: &Payment, invoices: &[Stored<Invoice>]) -> Result<(), Refusal> {
    for (index, allocation) in payment.allocations.iter().enumerate() {
        let invoice = invoices.iter().find(|invoice| invoice.state.id == allocation.invoice);
        if let Some(invoice) = invoice {
            invoice.state.require_takes(allocation.amount).map_err(|refusal| match refusal {
                Refusal::Field { detail, .. } => {
                    Refusal::field(format!("/allocations/{index}/amount"), detail)
                }
                other => other,
            })?;
        }
    }
    Ok(())
}

impl CreatePayment {
    /// The keys of what it is decided on.
    pub(crate) fn keys(&self, practice: &PracticeId) -> Vec<Key> {
        let mut keys = money::keys(practice, self.patient_id);
        keys.push(Key::patient(practice, self.patient_id));
        keys.extend(self.treatment_id.map(|id| Key::treatment(practice, id)));
        keys.extend(self.appointment_id.map(|id| Key::appointment(practice, id)));
        keys.extend(self.allocations.iter().map(|a| Key::invoice(practice, a.invoice_id)));
        keys
    }

    fn meant(&self) -> Vec<Allocation> {
        allocations(&self.allocations)
    }

    /// What does not go together.
    fn check(&self) -> Result<(), Refusal> {
        match (self.draft, &self.tender, self.received_on) {
            _ if self.method_on_file.is_some() && self.tender.is_some() => {
                Err(Refusal::field("/method_on_file", "expected either a tender or a method on file"))
            }
            _ if self.method_on_file.is_some() && self.draft => {
                Err(Refusal::field("/draft", "a payment that is charged at once is no draft"))
            }
            (true, Some(_), _) => Err(Refusal::field("/draft", "money that was received is no draft")),
            (_, None, Some(_)) => {
                Err(Refusal::field("/received_on", "expected a tender with the day it was received"))
            }
            _ => Ok(()),
        }
    }
}

impl Work<'_> {
    /// Checks that a treatment is one of the patient's; `of` is what names it.
    pub(crate) fn require_treatment(
        &self,
        id: Option<paywell_domain::TreatmentId>,
        patient: PatientId,
        of: &str,
    ) -> Result<(), AppError> {
        let Some(id) = id else { return Ok(()) };
        let treatment = self.named::<paywell_domain::Treatment>(id, "/treatment_id", "treatment")?;
        if treatment.state.patient == patient {
            return Ok(());
        }
        Err(Refusal::field("/treatment_id", format!("expected a treatment of the {of}'s patient")).into())
    }

    /// The invoices that money of a patient is meant for: all there, all the payer's.
    pub(crate) fn allocated(
        &self,
        patient: PatientId,
        allocations: &[Allocation],
    ) -> Result<Vec<Stored<Invoice>>, AppError> {
        let mut invoices = Vec::new();
        for (index, allocation) in allocations.iter().enumerate() {
            let pointer = format!("/allocations/{index}/invoice_id");
            let invoice = self.named::<Invoice>(allocation.invoice, &pointer, "invoice")?;
            if invoice.state.patient != patient {
                return Err(Refusal::field(pointer, "expected an invoice of the payment's patient").into());
            }
            invoices.push(invoice);
        }
        Ok(invoices)
    }
}
