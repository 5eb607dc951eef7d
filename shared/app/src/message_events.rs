//! What the providers of mail and texts tell: applied once, whatever order and however often it comes.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, Appointment, Decision, EventKind, Invoice, InvoiceSet, Patient, Payment, PaymentPlan, PlanId,
    RuleSet, SetId, invoice_set::Instead, patient::Phone, portal::ContactPoint, recipient::Channel,
    rule_set::Method, standing::Suppression,
};
use paywell_gateways::message_events::{MessageEvent, News};
use paywell_store::{Aggregate, By, Key};

use crate::{
    App, AppError, Context, Work,
    messages::{About, Subject},
    outreach::instead_of,
    standings::Texted,
};

/// What a provider tells of a message of ours.
struct Told<'a> {
    /// The provider's id of the message.
    message: &'a str,
    about: About,
    channel: Channel,
    /// Where it went.
    contact: ContactPoint,
    news: &'a News,
}

impl App {
    /// Applies what a provider tells; `told_at` is when it told it first (UTC), if it says so. What is not ours, of something
    /// that is gone, or known already changes nothing.
    ///
    /// # Errors
    /// The table cannot be reached, or others keep changing the same: it is to be told again.
    pub async fn apply_message_event(
        &self,
        event: &MessageEvent,
        told_at: Option<DateTime<Utc>>,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        match event {
            MessageEvent::Told { message, tags, to, news } => {
                let Some((about, contact)) = About::of(tags).zip(ContactPoint::typed(to)) else {
                    tracing::warn!(message, "news of a message that is not ours");
                    return Ok(());
                };
                let told = Told { message, about, channel: contact.channel(), contact, news };
                self.hear_of_message(&told, request, now).await
            }
            MessageEvent::Inbound { id, from, to, body } => {
                let number = |text: &String| Phone::try_from(text.clone()).ok();
                let Some((from, to)) = number(from).zip(number(to)) else {
                    tracing::warn!(text = id, "a text from or to what is no number");
                    return Ok(());
                };
                let texted = Texted { id, from: &from, to: &to, text: body, told_at };
                self.hear_text(texted, request, now).await
            }
        }
    }

    /// Applies the news of a message in one commit, once for each message and kind of news.
    async fn hear_of_message(
        &self,
        told: &Told<'_>,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let name = told.name();
        let by = By {
            practice: told.about.practice.clone(),
            actor: Actor::Processor { event: name.clone() },
            request: request.to_owned(),
            now,
        };
        let cx = Context { by, command: None };
        let known = Key::webhook(&name);
        let keys = told.history().into_iter().chain([known.clone()]);
        self.change(&cx, keys, async |work| {
            if work.has(&known) {
                return Ok(());
            }
            if let Some(why) = told.suppression() {
                self.suppress(work, told, why).await?;
            }
            work.note_in_history(told).await?;
            if !work.commit.is_empty() {
                work.commit.webhook(&name);
            }
            Ok(())
        })
        .await
    }
}

impl App {
    /// Nothing more goes to a contact from which a message came back for good, or whose reader complained; the other sets
    /// that are chased there note it too. Of one that is nobody's by now nothing is kept.
    async fn suppress(&self, work: &mut Work<'_>, told: &Told<'_>, why: Suppression) -> Result<(), AppError> {
        let mut patients = self.load_contact(work, &told.contact).await?;
        if patients.is_empty() {
            return Ok(());
        }
        if let Subject::Set(set, _) = told.about.subject {
            patients.retain(|patient| *patient != set.patient);
        }
        let decision = work.standing(&told.contact)?.suppress(why);
        work.stand(decision, &patients).await?;
        Ok(())
    }
}

impl Told<'_> {
    /// What it means for whatever else would go there.
    fn suppression(&self) -> Option<Suppression> {
        match (self.news, self.channel) {
            (News::Undelivered { lasting: true, .. }, Channel::Email) => Some(Suppression::Bounced),
            (News::Undelivered { lasting: true, .. }, Channel::Sms) => Some(Suppression::TakesNoTexts),
            (News::Complained, _) => Some(Suppression::Complained),
            _ => None,
        }
    }

    /// What it is applied once by.
    fn name(&self) -> String {
        let kind = match self.news {
            News::Delivered => "delivered",
            News::Undelivered { .. } => "undelivered",
            News::Complained => "complained",
        };
        format!("message_{}_{kind}", self.message)
    }

    /// The key of what the message is about. Of links and codes no history tells what became of the message: whoever
    /// waits for it asks again.
    fn history(&self) -> Option<Key> {
        let practice = &self.about.practice;
        match self.about.subject {
            Subject::Set(set, _) => Some(Key::invoice_set(practice, set.patient)),
            Subject::Invoice(id) => Some(Key::invoice(practice, id)),
            Subject::Payment(id) => Some(Key::payment(practice, id)),
            Subject::Appointment(id) => Some(Key::appointment(practice, id)),
            Subject::Plan(plan) => Some(Key::payment_plan(practice, plan.patient)),
            Subject::Link(_) | Subject::Session(_) | Subject::Answer => None,
        }
    }

    /// The event of an invoice or a payment that says so.
    fn event(&self) -> EventKind {
        match (self.channel, self.news) {
            (Channel::Email, News::Delivered) => EventKind::MailDelivered,
            (Channel::Sms, News::Delivered) => EventKind::TextDelivered,
            (Channel::Email, News::Undelivered { reason, .. }) => {
                EventKind::MailFailed { reason: reason.clone() }
            }
            (Channel::Sms, News::Undelivered { reason, .. }) => {
                EventKind::TextFailed { reason: reason.clone() }
            }
            // Carriers tell of none.
            (_, News::Complained) => EventKind::MailComplained,
        }
    }
}

impl Work<'_> {
    /// What the message is about has the news in its history; where it is gone, nothing has.
    async fn note_in_history(&mut self, told: &Told<'_>) -> Result<(), AppError> {
        match told.about.subject {
            Subject::Set(set, step) => self.note_of_set(set, step, told).await,
            Subject::Invoice(id) => self.note_of::<Invoice>(id, told),
            Subject::Payment(id) => self.note_of::<Payment>(id, told),
            Subject::Appointment(id) => self.note_of::<Appointment>(id, told),
            Subject::Plan(plan) => self.note_of_plan(plan, told),
            Subject::Link(_) | Subject::Session(_) | Subject::Answer => Ok(()),
        }
    }

    fn note_of<A: Aggregate + Clone>(&mut self, id: A::Id, told: &Told<'_>) -> Result<(), AppError> {
        if let Some(stored) = self.find::<A>(id)? {
            self.commit.update(&stored, Decision::of(stored.state.clone(), told.event()))?;
        }
        Ok(())
    }

    /// A plan that a later one of the patient has replaced is not told any more.
    fn note_of_plan(&mut self, plan: PlanId, told: &Told<'_>) -> Result<(), AppError> {
        match self.find::<PaymentPlan>(plan.patient)? {
            Some(current) if current.state.id == plan => self.note_of::<PaymentPlan>(plan.patient, told),
            _ => Ok(()),
        }
    }

    /// A set that a later one of the patient has replaced is not told any more.
    async fn note_of_set(&mut self, set: SetId, step: u16, told: &Told<'_>) -> Result<(), AppError> {
        let current = self.find::<InvoiceSet>(set.patient)?;
        let Some(stored) = current.filter(|current| current.state.id == set) else { return Ok(()) };
        let (state, channel) = (&stored.state, told.channel);
        let decision = match told.news {
            News::Delivered => Decision::of(state.clone(), EventKind::MessageDelivered { step, channel }),
            News::Complained => Decision::of(state.clone(), EventKind::MessageComplained { step }),
            News::Undelivered { reason, .. } => {
                let instead = self.instead_of_step(state, step, channel.into()).await?;
                state.undelivered((step, told.message), reason.clone(), &instead, self.now())
            }
        };
        let decision = self.foreseen(decision).await?;
        self.commit.update(&stored, decision)?;
        Ok(())
    }

    /// What follows where the message of a set's step did not arrive by that method.
    async fn instead_of_step(
        &mut self,
        set: &InvoiceSet,
        step: u16,
        method: Method,
    ) -> Result<Instead, AppError> {
        let practice = self.practice()?;
        let (patient, rules) = (set.id.patient, (set.rule_set, set.rule_set_version));
        let keys = [Key::patient(&practice.id, patient), Key::rule_set(&practice.id, rules.0, rules.1)];
        self.load(keys).await?;
        let patient = self.need::<Patient>(patient, "patient")?.state;
        let rules = self.need::<RuleSet>(rules, "rule set")?.state;
        let recipient = self.load_recipient(&patient).await?;
        let step = rules.steps.get(usize::from(step));
        Ok(step.map_or(Instead::Nothing, |step| instead_of(&practice, &recipient, step, method)))
    }
}
