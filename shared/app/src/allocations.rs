//! Deciding anew what a received payment pays.

use paywell_domain::{Amount, Invoice, InvoiceId, Payment, PaymentId, Refusal, payment::Allocation};
use paywell_store::{Answer, Key, Stored};

use crate::{
    App, AppError, Context, Work,
    command::{answer, require_version},
    money,
    payments::allocations,
    requests::{invoices::ApplyPayment, payments::SetAllocations},
    views::{invoices::InvoiceView, payments::PaymentView},
};

impl App {
    /// Makes a list the allocations of a received payment; what is left over is the patient's credit.
    ///
    /// # Errors
    /// It was changed meanwhile; it is not paid; an invoice is not there or cannot take its part.
    pub async fn set_allocations(
        &self,
        cx: &Context,
        id: PaymentId,
        version: u64,
        new: SetAllocations,
    ) -> Result<Answer, AppError> {
        let wanted = allocations(&new.allocations);
        self.command(cx, [Key::payment(cx.practice(), id)], async |work| {
            let stored = work.need::<Payment>(id, "payment")?;
            require_version(&stored, version, &PaymentView::of(&stored))?;
            Allocation::check(&wanted, stored.state.amount)?;
            let mut keys = money::keys(cx.practice(), stored.state.patient);
            let touched = stored.state.touched(&wanted);
            keys.extend(touched.into_iter().map(|id| Key::invoice(cx.practice(), id)));
            work.load(keys).await?;
            work.allocated(stored.state.patient, &wanted)?;
            let (allocated, _) = work.allocate(&stored, &wanted).await?;
            answer(200, &PaymentView::of(&allocated), allocated.version)
        })
        .await
    }

    /// Applies a payment's credit to an invoice.
    ///
    /// # Errors
    /// There is no such invoice or payment of its patient; nothing is left of the payment; more than is left of it or
    /// than the invoice takes.
    pub async fn apply_payment(
        &self,
        cx: &Context,
        id: InvoiceId,
        apply: ApplyPayment,
    ) -> Result<Answer, AppError> {
        let practice = cx.practice();
        let keys = [Key::invoice(practice, id), Key::payment(practice, apply.payment_id)];
        self.command(cx, keys, async |work| {
            let today = work.practice()?.today(cx.now());
            let invoice = work.need::<Invoice>(id, "invoice")?;
            let payment = work.named::<Payment>(apply.payment_id, "/payment_id", "payment")?;
            if payment.state.patient != invoice.state.patient {
                let detail = "expected a payment of the invoice's patient";
                return Err(Refusal::field("/payment_id", detail).into());
            }
            work.load(money::keys(cx.practice(), payment.state.patient)).await?;
            let wanted = with_more(&payment.state, &invoice.state, apply.amount)?;
            let (_, changed) = work.allocate(&payment, &wanted).await.map_err(on_amount)?;
            let applied = changed.into_iter().find(|changed| changed.state.id == id).unwrap_or(invoice);
            answer(200, &InvoiceView::of(&applied, today), applied.version)
        })
        .await
    }
}

/// The payment's allocations with more of its credit on an invoice: so much, or what fits.
fn with_more(
    payment: &Payment,
    invoice: &Invoice,
    amount: Option<Amount>,
) -> Result<Vec<Allocation>, Refusal> {
    let credit = Amount::try_from(payment.unapplied)
        .map_err(|_| Refusal::state("nothing-to-apply", "nothing of this payment is left to apply"))?;
    let more = amount.unwrap_or_else(|| invoice.takes(credit).unwrap_or(credit));
    if more > credit {
        let detail = format!("expected at most {credit}, what is left of this payment");
        return Err(Refusal::field("/amount", detail));
    }
    let mut wanted = payment.allocations.clone();
    match wanted.iter_mut().find(|known| known.invoice == invoice.id) {
        Some(known) => {
            let sum = known.amount.cents().checked_add(more.cents());
            known.amount = sum
                .and_then(|sum| Amount::try_from(sum).ok())
                .ok_or_else(|| Refusal::field("/amount", "the sum is too large"))?;
        }
        None => wanted.push(Allocation { invoice: invoice.id, amount: more }),
    }
    Ok(wanted)
}

/// There is one allocation that the caller named, by its amount.
fn on_amount(error: AppError) -> AppError {
    match error {
        AppError::Refused(Refusal::Field { detail, .. }) => Refusal::field("/amount", detail).into(),
        other => other,
    }
}

impl Work<'_> {
    /// Decides and writes what a payment pays from now on.
    async fn allocate(
        &mut self,
        payment: &Stored<Payment>,
        wanted: &[Allocation],
    ) -> Result<(Stored<Payment>, Vec<Stored<Invoice>>), AppError> {
        let invoices = self.invoices(payment.state.touched(wanted))?;
        let states: Vec<Invoice> = invoices.iter().map(|invoice| invoice.state.clone()).collect();
        let set = self.set(payment.state.patient)?;
        let settlement =
            payment.state.allocate(wanted, &states, set.as_ref().map(|set| &set.state), self.now())?;
        let allocated = self.commit.update(payment, settlement.payment.clone())?;
        let changed = self.settled(&settlement, &invoices).await?;
        Ok((allocated, changed))
    }
}
