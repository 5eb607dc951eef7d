//! Giving money back: shown before it is confirmed, reserved, then asked of the processor or done at the desk.

use paywell_domain::{
    Invoice, InvoiceId, InvoiceSet, Payment, PaymentId, RefundId, Refusal,
    payment::{NewRefund, Settlement, Unsettled},
};
use paywell_store::{Answer, Key, Loaded, Stored};

use crate::{
    App, AppError, Context, Work, ids, money,
    requests::payments::RefundPayment,
    views::{
        payments::told,
        refunds::{LedgerLine, PlannedPart, PlannedRefund, RefundPreview, RefundView, user},
    },
};

impl App {
    /// What a refund would do. Writes nothing.
    ///
    /// # Errors
    /// There is no such payment; a field that cannot be. That the payment's state does not allow it is no error: the
    /// preview says so.
    pub async fn preview_refund(
        &self,
        cx: &Context,
        id: PaymentId,
        new: RefundPayment,
    ) -> Result<RefundPreview, AppError> {
        let loaded = self.store.load([Key::payment(cx.practice(), id)]).await?;
        let payment = loaded.get::<Payment>(cx.practice(), id)?.ok_or(AppError::NotFound("payment"))?;
        let ids = paid(&payment.state);
        let loaded = self.store.load(ids.iter().map(|id| Key::invoice(cx.practice(), *id))).await?;
        let mut invoices = Vec::new();
        for id in ids {
            invoices.extend(loaded.get::<Invoice>(cx.practice(), id)?.map(|stored| stored.state));
        }
        match planned(&payment.state, &invoices, &NewRefund::from(new), cx) {
            Ok(plan) => Ok(RefundPreview::possible(&payment, plan)),
            Err(Refusal::State { detail, .. }) => Ok(RefundPreview::impossible(&payment, detail)),
            Err(field) => Err(field.into()),
        }
    }

    /// Refunds a payment. At the desk it is done with that; by the processor it is reserved first, and what is not known
    /// when this is answered is pending.
    ///
    /// # Errors
    /// There is no such payment; it is not paid, or is disputed; more than is left; a field that cannot be.
    pub async fn refund_payment(
        &self,
        cx: &Context,
        id: PaymentId,
        new: RefundPayment,
    ) -> Result<Answer, AppError> {
        let (new, refund) = (NewRefund::from(new), RefundId::new(ids::new(cx.now())));
        let keys = [Key::payment(cx.practice(), id)];
        let reserve = async |work: &mut Work<'_>| work.reserve_refund(id, refund, &new).await;
        if new.desk.is_some() {
            return self.command(cx, keys, async |work| refunded(cx, &reserve(work).await?, refund)).await;
        }
        let begin = async |work: &mut Work<'_>| reserve(work).await.map(|_| refund);
        let finish = async |refund: RefundId, read: Loaded| {
            let answering = |payment: &Stored<Payment>| refunded(cx, payment, refund);
            self.settle_begun(cx, id, Unsettled::Refund(refund), read, &answering).await
        };
        self.processor_command(cx, keys, begin, finish).await
    }
}

fn refunded(cx: &Context, payment: &Stored<Payment>, id: RefundId) -> Result<Answer, AppError> {
    let refund = payment.state.refund_of(id)?;
    let view = RefundView::of(&payment.state, refund, user(&cx.by.actor));
    let location = Some(format!("/v1/payments/{}", payment.state.id));
    let body = serde_json::to_string(&view)?;
    Ok(Answer { status: 201, body, location, version: Some(payment.version) })
}

/// The invoices that a payment paid.
fn paid(payment: &Payment) -> Vec<InvoiceId> {
    payment.allocations.iter().map(|allocation| allocation.invoice).collect()
}

fn planned(
    payment: &Payment,
    invoices: &[Invoice],
    new: &NewRefund,
    cx: &Context,
) -> Result<PlannedRefund, Refusal> {
    let plan = payment.plan_refund(new)?;
    let id = RefundId::new(ids::new(cx.now()));
    let reserved = payment.refund(id, new.clone(), invoices, None, cx.now())?;
    let mut postings = reserved.payment.postings.clone();
    if new.desk.is_none() {
        postings.extend(reserved.payment.state.refund_succeeded(id, "")?.postings);
    }
    let part = |part: &paywell_domain::payment::Allocation| {
        let before = invoices.iter().find(|invoice| invoice.id == part.invoice)?;
        let after = reserved.invoices.iter().find(|decision| decision.state.id == part.invoice)?;
        Some(PlannedPart::of(&part.amount.to_string(), before, &after.state))
    };
    let method = new.desk.as_ref().map_or(Some("processor"), |tender| told(tender).0);
    Ok(PlannedRefund {
        amount: plan.amount.to_string(),
        method: method.map(str::to_owned),
        owed_again: plan.owed_again,
        owed_again_by_default: new.reason.owed_again(),
        from_credit: plan.credit.to_string(),
        invoices: plan.parts.iter().filter_map(part).collect(),
        status_after: plan.status_after,
        ledger: LedgerLine::of(&postings),
    })
}

impl Work<'_> {
    async fn reserve_refund(
        &mut self,
        id: PaymentId,
        refund: RefundId,
        new: &NewRefund,
    ) -> Result<Stored<Payment>, AppError> {
        let stored = self.need::<Payment>(id, "payment")?;
        let payment = &stored.state;
        // What is refused for its state alone is refused without reading more.
        payment.plan_refund(new)?;
        let practice = self.practice_id().clone();
        let mut keys = money::keys(&practice, payment.patient);
        keys.extend(paid(payment).into_iter().map(|id| Key::invoice(&practice, id)));
        self.load(keys).await?;
        let invoices = self.invoices(paid(payment))?;
        let states: Vec<Invoice> = invoices.iter().map(|invoice| invoice.state.clone()).collect();
        let set: Option<Stored<InvoiceSet>> = self.set(payment.patient)?;
        let set = set.as_ref().map(|set| &set.state);
        let settlement: Settlement = payment.refund(refund, new.clone(), &states, set, self.now())?;
        let reserved = self.commit.update(&stored, settlement.payment.clone())?;
        self.settled(&settlement, &invoices).await?;
        Ok(reserved)
    }
}
