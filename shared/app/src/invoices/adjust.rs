//! Correcting what is owed, giving it up, placing it with an agency, and taking each back.

use paywell_domain::{Decision, Invoice, InvoiceId};
use paywell_store::{Answer, Key};

use crate::{
    App, AppError, Context,
    command::{answer, require_version},
    requests::invoices::{AdjustInvoice, WriteOffInvoice},
    views::invoices::InvoiceView,
};

impl App {
    /// Corrects what is owed on an invoice.
    ///
    /// # Errors
    /// It was changed meanwhile; its state does not allow it; less would be owed than was paid.
    pub async fn adjust_invoice(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
        new: AdjustInvoice,
    ) -> Result<Answer, AppError> {
        let decide = |invoice: &Invoice| invoice.adjust(new.cents(), new.reason, new.note.clone());
        self.change_owed(cx, id, version, |invoice| Ok(decide(invoice)?)).await
    }

    /// Gives up an invoice's balance, or a part of it.
    ///
    /// # Errors
    /// It was changed meanwhile; it is not open; more than its balance.
    pub async fn write_off_invoice(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
        new: WriteOffInvoice,
    ) -> Result<Answer, AppError> {
        let decide = |invoice: &Invoice| invoice.write_off(new.amount, new.reason, new.note.clone());
        self.change_owed(cx, id, version, |invoice| Ok(decide(invoice)?)).await
    }

    /// Takes an adjustment or a write-off back.
    ///
    /// # Errors
    /// There is none of that number; it was changed meanwhile; it was taken back already.
    pub async fn reverse_adjustment(
        &self,
        cx: &Context,
        id: InvoiceId,
        number: u16,
        version: u64,
    ) -> Result<Answer, AppError> {
        self.change_owed(cx, id, version, |invoice| {
            if !invoice.adjustments.iter().any(|made| made.number == number) {
                return Err(AppError::NotFound("adjustment"));
            }
            Ok(invoice.reverse_adjustment(number)?)
        })
        .await
    }

    /// Places an invoice with an agency.
    ///
    /// # Errors
    /// It was changed meanwhile; it is not open.
    pub async fn send_to_collections(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
    ) -> Result<Answer, AppError> {
        self.change_owed(cx, id, version, |invoice| Ok(invoice.send_to_collections()?)).await
    }

    /// Takes an invoice back from the agency.
    ///
    /// # Errors
    /// It was changed meanwhile; it is not in collections.
    pub async fn reverse_collections(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
    ) -> Result<Answer, AppError> {
        self.change_owed(cx, id, version, |invoice| Ok(invoice.reverse_collections()?)).await
    }

    /// One command on one invoice of the version that the caller read; the patient's set and open sessions follow.
    async fn change_owed(
        &self,
        cx: &Context,
        id: InvoiceId,
        version: u64,
        decide: impl Fn(&Invoice) -> Result<Decision<Invoice>, AppError>,
    ) -> Result<Answer, AppError> {
        self.command(cx, [Key::invoice(cx.practice(), id)], async |work| {
            let today = work.practice()?.today(cx.now());
            let stored = work.need::<Invoice>(id, "invoice")?;
            require_version(&stored, version, &InvoiceView::of(&stored, today))?;
            let changed = work.commit.update(&stored, decide(&stored.state)?)?;
            work.balance_changed(&stored.state, &changed.state).await?;
            answer(200, &InvoiceView::of(&changed, today), changed.version)
        })
        .await
    }
}
