//! Paying from the portal: by a link, as everybody pays.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use paywell_domain::{
    Decision, Invoice, InvoiceId, Link, LinkId, PatientId, Refusal,
    link::{LinkFor, Token},
    payment::MAX_ALLOCATIONS,
};
use paywell_store::{Key, LinkSummary};
use secrecy::ExposeSecret;

use super::SignedIn;
use crate::{App, AppError, Context, ids};

/// A link on whose page the patient pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayLink {
    /// The path of the pay page.
    pub path: String,
    /// The link.
    pub link: LinkId,
    /// Its generation: with the link's id what the identity cookie is for.
    pub generation: u32,
}

impl App {
    /// A link for invoices of one patient: one that is good and for the same invoices, or a new one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where patient or invoices are not the session's; a refusal where nothing is owed by one of
    /// them, or there are none or too many.
    pub async fn portal_pay(
        &self,
        signed_in: &SignedIn,
        cx: &Context,
        patient: PatientId,
        invoices: &BTreeSet<InvoiceId>,
    ) -> Result<PayLink, AppError> {
        let practice = cx.practice();
        let first = invoices.first().filter(|_| invoices.len() <= MAX_ALLOCATIONS);
        let first = *first.ok_or_else(|| Refusal::field("/invoice", "expected 1 to 25 invoices"))?;
        let history = self.store.history::<Invoice>(practice, first).await?;
        let links = history.map(|history| history.links).unwrap_or_default();
        let known = links.iter().rev().find(|summary| is_for(summary, invoices, cx.now()));
        let known = known.map(|summary| summary.link.id);
        let new = LinkId::new(ids::new(cx.now()));
        let keys = [Key::patient(practice, patient)];
        let keys = keys.into_iter().chain(invoices.iter().map(|id| Key::invoice(practice, *id)));
        let keys = keys.chain(known.map(|id| Key::link(practice, id)));
        let link = self
            .change(cx, keys, async |work| {
                signed_in.patient(work.loaded(), patient)?;
                for id in invoices {
                    let invoice = work.need::<Invoice>(*id, "invoice")?.state;
                    if invoice.patient != patient {
                        return Err(AppError::NotFound("invoice"));
                    }
                    if !invoice.is_chaseable() {
                        return Err(
                            Refusal::state("nothing-owed", "one of these invoices is not owed").into()
                        );
                    }
                }
                let known = known.map_or(Ok(None), |id| work.find::<Link>(id))?;
                if let Some(link) = known.filter(|link| link.state.is_live(cx.now())) {
                    return Ok(link.state);
                }
                let expires = work.practice()?.link_expiry(cx.now());
                let pays = LinkFor::Invoices(invoices.iter().copied().collect());
                let issued: Decision<Link> = Link::issue(new, patient, pays, expires)?;
                let link = issued.state.clone();
                work.give_out(self, issued)?;
                Ok(link)
            })
            .await?;
        let key = self.link_key()?.expose_secret().as_bytes();
        let token = Token::of_link(key, link.id, link.generation);
        Ok(PayLink { path: format!("/pay/{}", token.as_str()), link: link.id, generation: link.generation })
    }
}

/// Whether a link is good and pays these invoices and no others.
fn is_for(summary: &LinkSummary, invoices: &BTreeSet<InvoiceId>, now: DateTime<Utc>) -> bool {
    match &summary.link.pays {
        LinkFor::Invoices(of) => {
            summary.link.is_live(now) && of.iter().copied().collect::<BTreeSet<_>>() == *invoices
        }
        LinkFor::Payment(_) => false,
    }
}
