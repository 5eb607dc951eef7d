//! Sending an invoice: it becomes owed, the patient gets a link, and chasing is planned.

use paywell_domain::{
    EventKind, Invoice, InvoiceId, InvoiceSet, InvoiceStatus, Link, LinkId, Patient, Practice, Refusal,
    RuleSet, SetId,
    invoice_set::Recipient,
    link::{LinkFor, Token},
};
use paywell_store::{Answer, Key, Pointer, Stored};
use secrecy::ExposeSecret;

use crate::{
    App, AppError, Context, Work,
    command::answer,
    ids,
    mail::{Mail, Ways},
    requests::invoices::{Channel, SendInvoice},
    views::invoices::InvoiceView,
};

impl App {
    /// Sends an invoice: a draft becomes owed, an open one goes out again.
    ///
    /// # Errors
    /// It is neither a draft nor open; there is nowhere to send it.
    pub async fn send_invoice(
        &self,
        cx: &Context,
        id: InvoiceId,
        send: SendInvoice,
    ) -> Result<Answer, AppError> {
        self.deliver(cx, id, &send.channels, EventKind::InvoiceSent { emailed: true }).await
    }

    /// Mails a reminder of an open invoice now.
    ///
    /// # Errors
    /// It is not open; there is nowhere to send it.
    pub async fn remind(&self, cx: &Context, id: InvoiceId) -> Result<Answer, AppError> {
        self.deliver(cx, id, &[Channel::Email], EventKind::InvoiceReminded).await
    }

    async fn deliver(
        &self,
        cx: &Context,
        id: InvoiceId,
        channels: &[Channel],
        event: EventKind,
    ) -> Result<Answer, AppError> {
        if channels.is_empty() {
            return Err(Refusal::field("/channels", "expected email, portal or both").into());
        }
        let link = LinkId::new(ids::new(cx.now()));
        let mail = tokio::sync::Mutex::new(None);
        let answered = self
            .command(cx, [Key::invoice(cx.practice(), id)], async |work| {
                let practice = work.practice()?;
                let stored = work.need::<Invoice>(id, "invoice")?;
                let patient = work.load_for_chasing(&practice, stored.state.patient).await?;
                let sent = work.send(&stored, channels, &event)?;
                if stored.state.status == InvoiceStatus::Draft {
                    work.chase(&practice, &patient, &sent.state)?;
                }
                if channels.contains(&Channel::Email) {
                    let token = work.issue(self, link, &patient, &sent.state, &practice)?;
                    let ways = Ways { now: &self.pay_url(&token), portal: &self.portal_url(cx.practice()) };
                    *mail.lock().await = Some(Mail::invoice(&practice, &patient, &ways)?);
                }
                answer(200, &InvoiceView::of(&sent, practice.today(cx.now())), sent.version)
            })
            .await?;
        // Only whoever committed has a mail to send: a replayed answer sends nothing.
        if let Some(mail) = mail.into_inner() {
            let outcome = self.send_mail(&mail, &[("invoice", &id.to_string())]).await;
            self.note_mail(cx, id, outcome.into_event()).await?;
        }
        Ok(answered)
    }

    async fn note_mail(&self, cx: &Context, id: InvoiceId, event: EventKind) -> Result<(), AppError> {
        self.change(cx, [Key::invoice(cx.practice(), id)], async |work| {
            let stored = work.need::<Invoice>(id, "invoice")?;
            let decision = paywell_domain::Decision::of(stored.state.clone(), event.clone());
            work.commit.update(&stored, decision)?;
            Ok(())
        })
        .await
    }
}

impl Work<'_> {
    pub(crate) async fn load_for_chasing(
        &mut self,
        practice: &Practice,
        patient: paywell_domain::PatientId,
    ) -> Result<Patient, AppError> {
        let id = self.practice_id().clone();
        self.load([
            Key::patient(&id, patient),
            Key::invoice_set(&id, patient),
            Key::rule_set(&id, practice.rule_set, practice.rule_set_version),
        ])
        .await?;
        Ok(self.need::<Patient>(patient, "patient")?.state)
    }

    fn send(
        &mut self,
        stored: &Stored<Invoice>,
        channels: &[Channel],
        event: &EventKind,
    ) -> Result<Stored<Invoice>, AppError> {
        let emailed = channels.contains(&Channel::Email);
        let mut decision = match (stored.state.status, event) {
            (InvoiceStatus::Draft, EventKind::InvoiceSent { .. }) => {
                stored.state.send(emailed, self.now())?
            }
            (InvoiceStatus::Open, EventKind::InvoiceSent { .. }) => {
                paywell_domain::Decision::of(stored.state.clone(), EventKind::InvoiceSent { emailed })
            }
            (InvoiceStatus::Open, _) => paywell_domain::Decision::of(stored.state.clone(), event.clone()),
            (status, _) => {
                let detail = format!("a {} invoice cannot be sent", status.name().replace('_', " "));
                let allowed = vec!["draft".to_owned(), "open".to_owned()];
                return Err(Refusal::not_allowed("invoice-status", detail, allowed).into());
            }
        };
        if channels.contains(&Channel::Portal) {
            decision.events.push(EventKind::InvoicePostedToPortal);
        }
        Ok(self.commit.update(stored, decision)?)
    }

    /// A newly owed invoice joins the patient's open set, or begins one that is due when the practice's start rule
    /// says so.
    pub(crate) fn chase(
        &mut self,
        practice: &Practice,
        patient: &Patient,
        invoice: &Invoice,
    ) -> Result<(), AppError> {
        if !invoice.balance().is_positive() {
            return Ok(());
        }
        let current = self.find::<InvoiceSet>(patient.id)?;
        if let Some(open) = current.as_ref().filter(|set| set.state.status.is_open()) {
            self.commit.update(open, open.state.join(invoice))?;
            return Ok(());
        }
        self.start_set(practice, patient, invoice, &[])?;
        Ok(())
    }

    /// Begins a set in the place of the patient's last one; gives it as it will be stored.
    pub(crate) fn start_set(
        &mut self,
        practice: &Practice,
        patient: &Patient,
        invoice: &Invoice,
        others: &[&Invoice],
    ) -> Result<Stored<InvoiceSet>, AppError> {
        let current = self.find::<InvoiceSet>(patient.id)?;
        let rules = self.need::<RuleSet>((practice.rule_set, practice.rule_set_version), "rule set")?.state;
        let start = invoice.due_date() + chrono::Days::new(practice.chase_after_days.into());
        let start = start.max(practice.today(self.now()));
        let ordinal = current.as_ref().map_or(1, |set| set.state.id.ordinal.saturating_add(1));
        let id = SetId { patient: patient.id, ordinal };
        let recipient = Recipient::of(patient, practice);
        let started = InvoiceSet::start(id, invoice, &rules, &recipient, start, self.now());
        let decision = InvoiceSet::with(started, others.iter().copied());
        match current {
            Some(ended) => {
                self.commit.keep_earlier_set(&ended)?;
                Ok(self.commit.update(&ended, decision)?)
            }
            None => Ok(self.commit.create(decision)?),
        }
    }

    fn issue(
        &mut self,
        app: &App,
        id: LinkId,
        patient: &Patient,
        invoice: &Invoice,
        practice: &Practice,
    ) -> Result<Token, AppError> {
        let expires = practice.link_expiry(self.now());
        let link = Link::issue(id, patient.id, LinkFor::Invoices(vec![invoice.id]), expires)?;
        self.give_out(app, link)
    }

    /// Writes a new link and lets its token lead to it.
    pub(crate) fn give_out(
        &mut self,
        app: &App,
        link: paywell_domain::Decision<Link>,
    ) -> Result<Token, AppError> {
        let stored = self.commit.create(link)?;
        self.commit.show_link(&stored.state)?;
        self.lead(app, &stored.state)
    }

    /// Lets the token of a link's generation lead to it.
    pub(crate) fn lead(&mut self, app: &App, link: &Link) -> Result<Token, AppError> {
        let token = Token::of_link(app.link_key()?.expose_secret().as_bytes(), link.id, link.generation);
        let practice = self.practice_id().clone();
        let pointer = Pointer::Link {
            practice,
            link: link.id,
            generation: link.generation,
            patient: link.patient,
            pays: link.pays.clone(),
        };
        self.commit.point(&token.hash(), &pointer)?;
        Ok(token)
    }
}
