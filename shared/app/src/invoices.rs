//! Writing, editing, sending and deleting invoices.

mod adjust;
mod send;

use paywell_domain::{
    Invoice, InvoiceId, Patient, Refusal,
    invoice::{Charges, Terms},
    number::Series,
};
use paywell_store::{Answer, Key};

use crate::{
    App, AppError, Context, Work,
    command::{answer, created, require_version},
    ids,
    patients::require_location,
    requests::invoices::{CreateInvoice, EditInvoice, NewLine},
    views::invoices::InvoiceView,
};

/// The most links that are withdrawn with an invoice.
const MAX_LINKS: usize = 25;

impl App {
    /// Writes a draft invoice.
    ///
    /// # Errors
    /// There is no such patient, treatment or location; amounts or dates that cannot be.
    pub async fn create_invoice(&self, cx: &Context, new: CreateInvoice) -> Result<Answer, AppError> {
        let practice_id = cx.practice();
        let id = InvoiceId::new(ids::new(cx.now()));
        let mut keys = vec![Key::patient(practice_id, new.patient_id)];
        keys.extend(treatments(&new.lines).map(|id| Key::treatment(practice_id, id)));
        self.command(cx, keys, async |work| {
            let practice = work.practice()?;
            let patient = work.named::<Patient>(new.patient_id, "/patient_id", "patient")?.state;
            require_location(&practice, new.location.as_ref().map(|l| l.as_str()))?;
            require_treatments(work, &new.lines, patient.id)?;
            let today = practice.today(cx.now());
            let charges = Charges { lines: NewLine::number(new.lines.clone(), 0), discount: new.discount };
            let terms = Terms {
                location: new.location.clone(),
                payment_type: new.payment_type,
                date: new.date.unwrap_or(today),
                term: new.term_days,
            };
            let billed = (patient.id, full_name(&patient)?);
            let number = self.numbers.next(&self.store, practice_id, Series::Invoice).await?;
            let decision =
                Invoice::create(id, number, billed, practice.currency, charges, terms, today, cx.now())?;
            let stored = work.commit.create(decision)?;
            created(&InvoiceView::of(&stored, today), format!("/v1/invoices/{id}"))
        })
        .await
    }

    /// Edits an invoice of the version that the caller read.
    ///
    /// # Errors
    /// It was changed meanwhile; what its state does not allow; amounts or dates that cannot be.
    pub async fn edit_invoice(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
        edit: EditInvoice,
    ) -> Result<Answer, AppError> {
        let practice_id = cx.practice();
        let new_lines = edit.lines.clone().unwrap_or_default();
        let mut keys = vec![Key::invoice(practice_id, id)];
        keys.extend(treatments(&new_lines).map(|id| Key::treatment(practice_id, id)));
        self.command(cx, keys, async |work| {
            let practice = work.practice()?;
            let today = practice.today(cx.now());
            let stored = work.need::<Invoice>(id, "invoice")?;
            require_version(&stored, version, &InvoiceView::of(&stored, today))?;
            let invoice = &stored.state;
            require_treatments(work, &new_lines, invoice.patient)?;
            let terms = Terms {
                location: edit.location.clone().unwrap_or_else(|| invoice.location.clone()),
                payment_type: edit.payment_type.unwrap_or(invoice.payment_type),
                date: edit.date.unwrap_or(invoice.date),
                term: edit.term_days.unwrap_or(invoice.term),
            };
            require_location(&practice, terms.location.as_ref().map(|l| l.as_str()))?;
            let decision = invoice.edit(edited_charges(invoice, &edit)?, terms, today)?;
            let edited = work.commit.update(&stored, decision)?;
            if edited.state.balance() != invoice.balance() {
                work.balance_changed(invoice, &edited.state).await?;
            }
            answer(200, &InvoiceView::of(&edited, today), edited.version)
        })
        .await
    }

    /// Deletes a draft or voids an open invoice, and withdraws its links.
    ///
    /// # Errors
    /// It was changed meanwhile; money has been applied.
    pub async fn delete_invoice(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
    ) -> Result<Answer, AppError> {
        // The newest first: with more the commit would not fit into one transaction. An older one leads to an invoice that
        // is void, which its page says.
        let links = self.store.links_of(cx.practice(), id).await?;
        let links: Vec<_> = links.into_iter().rev().take(MAX_LINKS).collect();
        let mut keys = vec![Key::invoice(cx.practice(), id)];
        keys.extend(links.iter().map(|link| Key::link(cx.practice(), *link)));
        self.command(cx, keys, async |work| {
            let today = work.practice()?.today(cx.now());
            let stored = work.need::<Invoice>(id, "invoice")?;
            require_version(&stored, version, &InvoiceView::of(&stored, today))?;
            let deleted = work.commit.update(&stored, stored.state.delete()?)?;
            for link in &links {
                work.withdraw_from_link(*link, id)?;
            }
            if stored.state.balance().is_positive() {
                work.balance_changed(&stored.state, &deleted.state).await?;
            }
            answer(200, &InvoiceView::of(&deleted, today), deleted.version)
        })
        .await
    }
}

/// The patient's whole name, as rows show it.
pub(crate) fn full_name(patient: &Patient) -> Result<paywell_domain::text::Line<121>, AppError> {
    patient.name().try_into().map_err(AppError::internal)
}

fn treatments(lines: &[NewLine]) -> impl Iterator<Item = paywell_domain::TreatmentId> {
    let mut ids: Vec<_> = lines.iter().filter_map(|line| line.treatment_id).collect();
    ids.sort_unstable();
    ids.dedup();
    // More than a load can hold are refused with the lines themselves.
    ids.into_iter().take(90)
}

fn require_treatments(
    work: &Work<'_>,
    lines: &[NewLine],
    patient: paywell_domain::PatientId,
) -> Result<(), AppError> {
    for (index, line) in lines.iter().enumerate() {
        let Some(id) = line.treatment_id else { continue };
        let pointer = format!("/lines/{index}/treatment_id");
        let treatment = work.named::<paywell_domain::Treatment>(id, &pointer, "treatment")?;
        if treatment.state.patient != patient {
            return Err(Refusal::field(pointer, "expected a treatment of the invoice's patient").into());
        }
    }
    Ok(())
}

fn edited_charges(invoice: &Invoice, edit: &EditInvoice) -> Result<Charges, AppError> {
    let discount = edit.discount.unwrap_or(invoice.discount);
    let mut lines = invoice.lines.clone();
    for (index, number) in edit.delete_lines.iter().enumerate() {
        let before = lines.len();
        lines.retain(|line| line.number != *number);
        if lines.len() == before {
            let detail = format!("there is no line {number} on this invoice");
            return Err(Refusal::field(format!("/delete_lines/{index}"), detail).into());
        }
    }
    if let Some(new) = &edit.lines {
        if !edit.delete_lines.is_empty() {
            return Err(
                Refusal::field("/delete_lines", "expected either all lines anew or lines to delete").into()
            );
        }
        let last = invoice.lines.iter().map(|line| line.number).max().unwrap_or(0);
        lines = NewLine::number(new.clone(), last);
    }
    Ok(Charges { lines, discount })
}
