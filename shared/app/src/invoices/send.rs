//! Sending an invoice: it becomes owed, the patient gets a link, and chasing is planned. Asking for a payment the same way.

use paywell_domain::{
    Decision, EventKind, Invoice, InvoiceId, InvoiceSet, InvoiceStatus, Link, LinkId, Patient, PatientId,
    Payment, PaymentId, Practice, Refusal, RuleSet, SetId,
    link::{LinkFor, Token},
    recipient::{Channel, Reach},
};
use paywell_store::{Aggregate, Answer, Key, Pointer, Stored};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::{
    App, AppError, Context, Work,
    command::answer,
    ids,
    mail::Ways,
    messages::{About, Message, Occasion, Subject},
    requests::invoices::{RequestByMessage, SendInvoice, SendTo, channels},
    views::{invoices::InvoiceView, payments::PaymentView},
};

impl App {
    /// Sends an invoice: a draft becomes owed, an open one goes out again.
    ///
    /// # Errors
    /// It is neither a draft nor open; there is nowhere to send it, or not at this hour.
    pub async fn send_invoice(
        &self,
        cx: &Context,
        id: InvoiceId,
        send: SendInvoice,
    ) -> Result<Answer, AppError> {
        let portal = send.channels.contains(&SendTo::Portal);
        let channels = channels(send.channels.iter().filter_map(|to| to.channel()));
        if channels.is_empty() && !portal {
            return Err(Refusal::field("/channels", "expected email, sms, portal or several").into());
        }
        self.deliver(cx, id, Occasion::Invoice, &channels, |invoice| {
            let mut decision = invoice.send_again(&channels, cx.now())?;
            if portal {
                decision.events.push(EventKind::InvoicePostedToPortal);
            }
            Ok(decision)
        })
        .await
    }

    /// Reminds of an open invoice now.
    ///
    /// # Errors
    /// It is not open, or disputed; there is nowhere to send it, or not at this hour.
    pub async fn remind(
        &self,
        cx: &Context,
        id: InvoiceId,
        request: RequestByMessage,
    ) -> Result<Answer, AppError> {
        let channels = request.channels()?;
        self.deliver(cx, id, Occasion::Reminder, &channels, Invoice::remind).await
    }

    async fn deliver(
        &self,
        cx: &Context,
        id: InvoiceId,
        occasion: Occasion,
        channels: &[Channel],
        decide: impl Fn(&Invoice) -> Result<Decision<Invoice>, Refusal>,
    ) -> Result<Answer, AppError> {
        let link = LinkId::new(ids::new(cx.now()));
        let messages = Mutex::new(Vec::new());
        let answered = self
            .command(cx, [Key::invoice(cx.practice(), id)], async |work| {
                let practice = work.practice()?;
                let stored = work.need::<Invoice>(id, "invoice")?;
                let patient = work.load_for_chasing(&practice, stored.state.patient).await?;
                if occasion == Occasion::Reminder
                    && let Some(set) = work.find::<InvoiceSet>(patient.id)?
                {
                    set.state.require_undisputed(id)?;
                }
                let sent = work.commit.update(&stored, decide(&stored.state)?)?;
                if stored.state.status == InvoiceStatus::Draft {
                    work.chase(&practice, &patient, &sent.state).await?;
                }
                let pays = || LinkFor::Invoices(vec![id]);
                *messages.lock().await =
                    work.link_by(self, (occasion, channels), patient.id, (link, pays)).await?;
                answer(200, &InvoiceView::of(&sent, practice.today(cx.now())), sent.version)
            })
            .await?;
        // Only whoever committed has anything to send: a replayed answer sends nothing.
        self.send_all::<Invoice>(cx, id, Subject::Invoice(id), messages.into_inner()).await?;
        Ok(answered)
    }

    /// Asks for a payment by message, with a link for it; a draft is asked for with that.
    ///
    /// # Errors
    /// It is neither a draft nor pending; there is nowhere to send it, or not at this hour.
    pub async fn request_payment(
        &self,
        cx: &Context,
        id: PaymentId,
        request: RequestByMessage,
    ) -> Result<Answer, AppError> {
        let channels = request.channels()?;
        let link = LinkId::new(ids::new(cx.now()));
        let messages = Mutex::new(Vec::new());
        let answered = self
            .command(cx, [Key::payment(cx.practice(), id)], async |work| {
                let stored = work.need::<Payment>(id, "payment")?;
                let patient = stored.state.patient;
                work.load([Key::patient(cx.practice(), patient)]).await?;
                let sent = work.commit.update(&stored, stored.state.request(channels.clone())?)?;
                let pays = || LinkFor::Payment(id);
                let by = (Occasion::Request, &*channels);
                *messages.lock().await = work.link_by(self, by, patient, (link, pays)).await?;
                answer(200, &PaymentView::of(&sent), sent.version)
            })
            .await?;
        self.send_all::<Payment>(cx, id, Subject::Payment(id), messages.into_inner()).await?;
        Ok(answered)
    }

    /// Hands messages over, and notes what became of them in the history of what they are about.
    async fn send_all<A: Aggregate + Clone>(
        &self,
        cx: &Context,
        id: A::Id,
        subject: Subject,
        messages: Vec<Message>,
    ) -> Result<(), AppError> {
        let about = About::new(cx.practice(), subject);
        let mut events = Vec::new();
        for message in &messages {
            let outcome = self.send_message(message, &about).await;
            events.push(outcome.into_event(message.channel()));
        }
        if events.is_empty() {
            return Ok(());
        }
        self.change(cx, [A::key_of(cx.practice(), id.clone())], async |work| {
            let stored = work.need::<A>(id.clone(), subject.name())?;
            let noted =
                Decision { state: stored.state.clone(), events: events.clone(), postings: Vec::new() };
            work.commit.update(&stored, noted)?;
            Ok(())
        })
        .await
    }
}

impl Work<'_> {
    pub(crate) async fn load_for_chasing(
        &mut self,
        practice: &Practice,
        patient: PatientId,
    ) -> Result<Patient, AppError> {
        let id = self.practice_id().clone();
        self.load([
            Key::patient(&id, patient),
            Key::invoice_set(&id, patient),
            Key::rule_set(&id, practice.rule_set, practice.rule_set_version),
            Key::methods_on_file(&id, patient),
        ])
        .await?;
        Ok(self.need::<Patient>(patient, "patient")?.state)
    }

    /// A newly owed invoice joins the patient's open set, or begins one that is due when the practice's start rule
    /// says so.
    pub(crate) async fn chase(
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
            let mut joined = open.state.join(invoice);
            if joined.state.autopay_at.is_some() {
                let recipient = self.load_recipient(patient).await?;
                joined.state = joined.state.in_autopay(invoice.due_date(), &recipient, self.now());
            }
            self.commit.update(open, joined)?;
            return Ok(());
        }
        self.start_set(practice, patient, (invoice, &[]), false).await?;
        Ok(())
    }

    /// Begins a set in the place of the patient's last one, on hold where a dispute brought it; gives it as it will be stored.
    pub(crate) async fn start_set(
        &mut self,
        practice: &Practice,
        patient: &Patient,
        (invoice, others): (&Invoice, &[&Invoice]),
        disputed: bool,
    ) -> Result<Stored<InvoiceSet>, AppError> {
        let current = self.find::<InvoiceSet>(patient.id)?;
        let rules = self.need::<RuleSet>((practice.rule_set, practice.rule_set_version), "rule set")?.state;
        let start = invoice.due_date() + chrono::Days::new(practice.chase_after_days.into());
        let start = start.max(practice.today(self.now()));
        let ordinal = current.as_ref().map_or(1, |set| set.state.id.ordinal.saturating_add(1));
        let id = SetId { patient: patient.id, ordinal };
        let recipient = self.load_recipient(patient).await?;
        let started = InvoiceSet::start(id, invoice, &rules, &recipient, start, self.now());
        let mut decision = InvoiceSet::with(started, others.iter().copied());
        if self.methods(patient.id)?.is_some_and(|methods| methods.state.autopay.is_some()) {
            let due = others.iter().map(|other| other.due_date()).chain([invoice.due_date()]).min();
            let due = due.unwrap_or(start);
            decision.state = decision.state.in_autopay(due, &recipient, self.now());
        }
        if disputed {
            decision = InvoiceSet::hold_for_dispute(decision);
        }
        let decision = self.foreseen(decision).await?;
        match current {
            Some(ended) => {
                self.commit.keep_earlier(&ended, &Key::earlier_set(&practice.id, ended.state.id))?;
                Ok(self.commit.update(&ended, decision)?)
            }
            None => Ok(self.commit.create(decision)?),
        }
    }

    /// Gives out a link and writes a message with it for each channel; no channel, no link.
    async fn link_by(
        &mut self,
        app: &App,
        (occasion, channels): (Occasion, &[Channel]),
        patient: PatientId,
        (id, pays): (LinkId, impl Fn() -> LinkFor),
    ) -> Result<Vec<Message>, AppError> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let (practice, now) = (self.practice()?, self.now());
        let patient = self.need::<Patient>(patient, "patient")?;
        let recipient = self.load_recipient(&patient.state).await?;
        self.require_recipient_unchanged(&patient)?;
        let reaches: Result<Vec<Reach<'_>>, Refusal> =
            channels.iter().map(|channel| recipient.now_by(*channel, now)).collect();
        let reaches = reaches?;
        let token =
            self.give_out(app, Link::issue(id, patient.state.id, pays(), practice.link_expiry(now))?)?;
        let ways = Ways { now: &app.pay_url(&token), portal: &app.portal_url(&practice.id) };
        let write = |reach| Message::about(occasion, &practice, &recipient, reach, &ways, now);
        Ok(reaches.into_iter().map(write).collect())
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
