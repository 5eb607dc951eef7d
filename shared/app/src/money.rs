//! What every movement of money takes along: the invoices it changes, the patient's invoice set, and the hosted
//! sessions that ask for what is no longer due.

use paywell_domain::{
    Invoice, InvoiceId, InvoiceSet, Link, LinkId, PatientId, Payment, PaymentId, PracticeId,
    payment::Settlement,
};
use paywell_store::{Key, Stored};

use crate::{AppError, Work};

/// The most sessions that one commit marks: with 25 invoices it is still one transaction. A patient hardly has two; what
/// is paid in one that was not marked becomes credit.
const MAX_SESSIONS: usize = 2;

/// What is loaded with everything that moves a patient's money.
pub(crate) fn keys(practice: &PracticeId, patient: PatientId) -> Vec<Key> {
    vec![Key::invoice_set(practice, patient), Key::patient_balance(practice, patient)]
}

impl Work<'_> {
    /// The patient's current invoice set.
    pub(crate) fn set(&self, patient: PatientId) -> Result<Option<Stored<InvoiceSet>>, AppError> {
        self.find::<InvoiceSet>(patient)
    }

    /// Those of a payment's invoices that are there, after a load of them.
    pub(crate) fn invoices(
        &self,
        ids: impl IntoIterator<Item = InvoiceId>,
    ) -> Result<Vec<Stored<Invoice>>, AppError> {
        let mut invoices = Vec::new();
        for id in ids {
            invoices.extend(self.find::<Invoice>(id)?);
        }
        Ok(invoices)
    }

    /// Writes what a payment's money did to invoices and the set; the payment itself is the caller's. Gives the invoices as
    /// they will be stored.
    pub(crate) async fn settled(
        &mut self,
        settlement: &Settlement,
        invoices: &[Stored<Invoice>],
    ) -> Result<Vec<Stored<Invoice>>, AppError> {
        let payment = &settlement.payment.state;
        let mut written = Vec::new();
        for decision in &settlement.invoices {
            let before = invoices.iter().find(|invoice| invoice.state.id == decision.state.id);
            let before =
                before.ok_or_else(|| AppError::internal("an invoice was settled that was not loaded"))?;
            written.push(self.commit.update(before, decision.clone())?);
        }
        if let Some(decision) = &settlement.set {
            let before = self.set(decision.state.id.patient)?;
            let before = before.ok_or_else(|| AppError::internal("a set was settled that was not loaded"))?;
            self.commit.update(&before, decision.clone())?;
        }
        let after = settlement.invoices.iter().map(|decision| &decision.state);
        let reopened: Vec<&Invoice> = after
            .clone()
            .filter(|after| {
                let before = invoices.iter().find(|before| before.state.id == after.id);
                before.is_some_and(|before| after.is_reopened_from(&before.state))
            })
            .collect();
        self.chase_again(payment.patient, &reopened, payment.was_lost()).await?;
        let changed: Vec<InvoiceId> = after.map(|invoice| invoice.id).collect();
        self.outdate_sessions(payment.patient, &changed, Some(payment.id)).await?;
        Ok(written)
    }

    /// Tells the patient's invoice set, and the sessions that are open, what an invoice now comes to.
    pub(crate) async fn balance_changed(
        &mut self,
        before: &Invoice,
        after: &Invoice,
    ) -> Result<(), AppError> {
        self.load(keys(self.practice_id(), after.patient)).await?;
        if let Some(set) = self.set(after.patient)?
            && let Some(decision) = set.state.balances_changed(std::iter::once((before, after)))
        {
            self.commit.update(&set, decision)?;
        }
        if after.is_reopened_from(before) {
            self.chase_again(after.patient, &[after], false).await?;
        }
        self.outdate_sessions(after.patient, &[after.id], None).await?;
        Ok(())
    }

    /// What is owed again is chased again: by the patient's open set, which it has joined, or else by a new one; that is on
    /// hold where the patient's bank has disputed what was paid.
    async fn chase_again(
        &mut self,
        patient: PatientId,
        reopened: &[&Invoice],
        disputed: bool,
    ) -> Result<(), AppError> {
        let Some((first, others)) = reopened.split_first() else { return Ok(()) };
        let current = self.set(patient)?;
        if current.is_some_and(|set| !set.state.makes_room()) {
            return Ok(());
        }
        let practice = self.practice()?;
        let patient = self.load_for_chasing(&practice, patient).await?;
        self.start_set(&practice, &patient, (first, others), disputed).await?;
        Ok(())
    }

    /// Marks the sessions, but for `own`, that ask for what is due on these invoices: they are to be expired at the
    /// processor. Gives the other payments that are under way; one more meanwhile makes the commit start again.
    pub(crate) async fn outdate_sessions(
        &mut self,
        patient: PatientId,
        invoices: &[InvoiceId],
        own: Option<PaymentId>,
    ) -> Result<Vec<Stored<Payment>>, AppError> {
        if invoices.is_empty() {
            return Ok(Vec::new());
        }
        let account = self.loaded().account(self.practice_id(), patient);
        self.commit.require_under_way_unchanged(patient, &account);
        let ids: Vec<PaymentId> = account.under_way.into_iter().filter(|id| Some(*id) != own).collect();
        let practice = self.practice_id().clone();
        self.load(ids.iter().map(|id| Key::payment(&practice, *id))).await?;
        let mut others = Vec::new();
        for id in ids {
            others.extend(self.find::<Payment>(id)?);
        }
        let asks =
            |other: &&Stored<Payment>| other.state.allocations.iter().any(|a| invoices.contains(&a.invoice));
        let pages = others.iter().filter(asks).filter(|other| other.state.is_asked_on_page());
        for page in pages.take(MAX_SESSIONS) {
            if let Some(attempt) = page.state.open_attempt() {
                self.commit.update(page, page.state.expire_session(attempt.id)?)?;
            }
        }
        Ok(others)
    }

    /// The processor is about to be asked for what is due on a payment's invoices: where that changes meanwhile the
    /// commit starts again, and open sessions for the same are to end.
    ///
    /// # Errors
    /// It is on its way already, by another payment.
    pub(crate) async fn ask_for(&mut self, payment: &Payment) -> Result<(), AppError> {
        let account = self.loaded().account(self.practice_id(), payment.patient);
        self.commit.require_money_unmoved(payment.patient, &account);
        let ids: Vec<InvoiceId> = payment.allocations.iter().map(|a| a.invoice).collect();
        let others = self.outdate_sessions(payment.patient, &ids, Some(payment.id)).await?;
        let others: Vec<&Payment> = others.iter().map(|other| &other.state).collect();
        let invoices = self.invoices(ids)?;
        Ok(payment
            .require_room(&others, &invoices.iter().map(|invoice| &invoice.state).collect::<Vec<_>>())?)
    }

    /// What is due by a link has changed: a session that is open for it is to be expired at the processor.
    pub(crate) async fn expire_session(&mut self, link: &Stored<Link>) -> Result<(), AppError> {
        let Some(id) = link.state.payment else { return Ok(()) };
        self.load([Key::payment(self.practice_id(), id)]).await?;
        let Some(payment) = self.find::<Payment>(id)? else { return Ok(()) };
        let open = payment.state.open_attempt().filter(|attempt| attempt.is_payable(self.now()));
        if let Some(attempt) = open.map(|attempt| attempt.id) {
            self.commit.update(&payment, payment.state.expire_session(attempt)?)?;
        }
        Ok(())
    }

    /// An invoice is gone: a link for it alone is withdrawn.
    pub(crate) fn withdraw_from_link(&mut self, id: LinkId, invoice: InvoiceId) -> Result<(), AppError> {
        use paywell_domain::link::LinkFor;
        let now = self.now();
        let Some(link) = self.find::<Link>(id)?.filter(|link| link.state.is_live(now)) else {
            return Ok(());
        };
        if link.state.pays == LinkFor::Invoices(vec![invoice]) {
            let revoked = self.commit.update(&link, link.state.revoke()?)?;
            self.commit.show_link(&revoked.state)?;
        }
        Ok(())
    }
}
