//! Payment links for staff: give out, look at, withdraw, renew.

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{
    Invoice, InvoiceStatus, Link, LinkId, Patient, Payment, PaymentStatus, Practice, Refusal,
    link::{LinkFor, Token},
};
use paywell_store::{Answer, Key};
use secrecy::ExposeSecret;

use crate::{
    App, AppError, Context, Work,
    command::{answer, created},
    ids,
    requests::links::{IssueLink, RenewLink},
    views::links::LinkView,
};

/// The farthest end of a link.
const MAX_DAYS: i64 = 365;

impl App {
    /// Gives out a link. The answer has no URL: [`App::with_url`] derives it each time it is shown.
    ///
    /// # Errors
    /// There is no such patient, invoice or payment, or nothing to pay; an end that cannot be.
    pub async fn issue_link(&self, cx: &Context, new: IssueLink) -> Result<Answer, AppError> {
        let id = LinkId::new(ids::new(cx.now()));
        let practice_id = cx.practice();
        let pays = match (&new.invoice_ids, new.payment_id) {
            (Some(invoices), None) => LinkFor::Invoices(invoices.clone()),
            (None, Some(payment)) => LinkFor::Payment(payment),
            _ => return Err(Refusal::field("", "expected either invoice_ids or payment_id").into()),
        };
        let mut keys = vec![Key::patient(practice_id, new.patient_id)];
        match &pays {
            LinkFor::Invoices(ids) => {
                keys.extend(ids.iter().take(25).map(|id| Key::invoice(practice_id, *id)));
            }
            LinkFor::Payment(id) => keys.push(Key::payment(practice_id, *id)),
        }
        self.command(cx, keys, async |work| {
            let expires = expiry(new.expires_at, &work.practice()?, cx.now())?;
            let patient = work.named::<Patient>(new.patient_id, "/patient_id", "patient")?.state;
            let decision = Link::issue(id, patient.id, pays.clone(), expires)?;
            require_payable(work, &decision.state)?;
            let view = LinkView::of(&decision.state, cx.now());
            work.give_out(self, decision)?;
            created(&view, format!("/v1/payment-links/{id}"))
        })
        .await
    }

    /// A link as it now stands.
    ///
    /// # Errors
    /// There is no such link.
    pub async fn link(&self, cx: &Context, id: LinkId) -> Result<LinkView, AppError> {
        let loaded = self.store.load([Key::link(cx.practice(), id)]).await?;
        let stored = loaded.get::<Link>(cx.practice(), id)?.ok_or(AppError::NotFound("payment link"))?;
        Ok(LinkView::of(&stored.state, cx.now()))
    }

    /// Withdraws a link; a session that is open for it is to end at the processor.
    ///
    /// # Errors
    /// It was used, or is withdrawn already.
    pub async fn revoke_link(&self, cx: &Context, id: LinkId) -> Result<Answer, AppError> {
        self.command(cx, [Key::link(cx.practice(), id)], async |work| {
            let stored = work.need::<Link>(id, "payment link")?;
            let revoked = work.commit.update(&stored, stored.state.revoke()?)?;
            work.commit.show_link(&revoked.state)?;
            work.expire_session(&stored).await?;
            answer(200, &LinkView::of(&revoked.state, cx.now()), revoked.version)
        })
        .await
    }

    /// Gives a link a new URL and a new end.
    ///
    /// # Errors
    /// It was used; an end that cannot be.
    pub async fn renew_link(&self, cx: &Context, id: LinkId, renew: RenewLink) -> Result<Answer, AppError> {
        self.command(cx, [Key::link(cx.practice(), id)], async |work| {
            let stored = work.need::<Link>(id, "payment link")?;
            let expires = expiry(renew.expires_at, &work.practice()?, cx.now())?;
            let renewed = work.commit.update(&stored, stored.state.renew(expires)?)?;
            work.commit.show_link(&renewed.state)?;
            work.lead(self, &renewed.state)?;
            answer(200, &LinkView::of(&renewed.state, cx.now()), renewed.version)
        })
        .await
    }

    /// Adds the URL to a link that is good, for staff who may give links out.
    ///
    /// # Errors
    /// This function has no link key.
    pub fn with_url(&self, mut view: LinkView) -> Result<LinkView, AppError> {
        use paywell_domain::link::LinkStatus::{Opened, Sent};
        if matches!(view.status, Sent | Opened) {
            let id = view.id.parse().map_err(AppError::internal)?;
            let token = Token::of_link(self.link_key()?.expose_secret().as_bytes(), id, view.generation);
            view.url = Some(self.pay_url(&token));
        }
        Ok(view)
    }
}

fn expiry(
    given: Option<DateTime<Utc>>,
    practice: &Practice,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, AppError> {
    let expires = given.unwrap_or_else(|| practice.link_expiry(now));
    if expires > now && expires <= now + Duration::days(MAX_DAYS) {
        return Ok(expires);
    }
    Err(Refusal::field("/expires_at", "expected a time after now and within a year").into())
}

/// A link is given out only for what can be paid now, of the patient it names.
fn require_payable(work: &Work<'_>, link: &Link) -> Result<(), AppError> {
    match &link.pays {
        LinkFor::Invoices(ids) => {
            for (index, id) in ids.iter().enumerate() {
                let pointer = format!("/invoice_ids/{index}");
                let invoice = work.named::<Invoice>(*id, &pointer, "invoice")?.state;
                if invoice.patient != link.patient {
                    return Err(Refusal::field(pointer, "expected an invoice of the link's patient").into());
                }
                if invoice.status != InvoiceStatus::Open {
                    return Err(
                        Refusal::field(pointer, "expected an open invoice; send a draft first").into()
                    );
                }
            }
            Ok(())
        }
        LinkFor::Payment(id) => {
            let payment = work.named::<Payment>(*id, "/payment_id", "payment")?.state;
            if payment.patient != link.patient {
                return Err(Refusal::field("/payment_id", "expected a payment of the link's patient").into());
            }
            if payment.status != PaymentStatus::Pending {
                return Err(Refusal::field("/payment_id", "expected a pending payment").into());
            }
            Ok(())
        }
    }
}
