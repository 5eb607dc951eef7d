//! What the processor tells of methods on file: applied once, whatever order and however often it comes.

use chrono::{DateTime, Utc};
use paywell_domain::{
    Actor, AttemptId, Decision, MethodsOnFile, Payment, SetupId,
    on_file::MethodKind,
    payment::{Attempt, AttemptMeans},
};
use paywell_gateways::stripe::{
    IntentStatus, LatestCharge, MandateStatus, MethodDetails, PaymentIntent,
    webhook::{Event, EventKind, MethodEvent, SetupEvent},
};
use paywell_store::{By, Key};

use crate::{App, AppError, Context, Work, processor::metadata};

/// Why a bank account whose mandate has ended is not charged any more.
const NO_MANDATE: &str = "the permission to debit this bank account has ended";

/// What an event says of a method.
enum News {
    Attached(MethodKind),
    Updated(MethodKind),
    Consented(SetupId),
    Detached,
    Unusable(&'static str),
}

impl App {
    /// Applies an event about methods on file. What is not ours, not of interest, or known already changes nothing.
    ///
    /// # Errors
    /// The table cannot be reached: the processor will send the event again.
    pub(crate) async fn apply_method_event(
        &self,
        event: &Event,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        let Some((owner, method, news)) = read(&event.kind) else { return Ok(()) };
        let Some(owner) = self.store.customer(owner).await? else {
            tracing::info!("an event of a method that is not ours");
            return Ok(());
        };
        let actor = Actor::Processor { event: event.id.clone() };
        let by = By { practice: owner.practice, actor, request: request.to_owned(), now };
        let (cx, patient) = (Context { by, command: None }, owner.patient);
        let keys = [Key::methods_on_file(cx.practice(), patient), Key::webhook(&event.id)];
        self.change(&cx, keys, async |work| {
            if work.has(&Key::webhook(&event.id)) {
                return Ok(());
            }
            let Some(stored) = work.methods(patient)? else { return Ok(()) };
            if let Some(decision) = news.decide(&stored.state, method, event.created, now) {
                let known = work.commit.update(&stored, decision)?.state.method(method).is_some();
                // Later news name the method alone.
                if known && stored.state.method(method).is_none() {
                    work.commit.customer(method, patient)?;
                }
                work.foresee_sets(&[patient], &[]).await?;
            }
            work.commit.webhook(&event.id);
            Ok(())
        })
        .await
    }
}

impl News {
    fn decide(
        &self,
        methods: &MethodsOnFile,
        id: &str,
        as_of: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Decision<MethodsOnFile>> {
        match self {
            Self::Attached(kind) => methods.attached(id, kind.clone(), as_of, now),
            Self::Updated(kind) => methods.updated(id, kind.clone(), as_of, now),
            Self::Consented(setup) => methods.consented(*setup, id),
            Self::Detached => methods.detached(id),
            Self::Unusable(why) => methods.unusable(id, why),
        }
    }
}

impl Work<'_> {
    /// What was paid is taken back by the patient's bank: the method on file by which it was paid is not charged again. Of a
    /// bank debit that was returned Nacha's rules demand that, and the processor's mandate has ended; whoever disputes a
    /// charge of a card does not agree to the next.
    pub(crate) async fn stop_charging(&mut self, payment: &Payment, why: &str) -> Result<(), AppError> {
        let Some(charged) = payment.charged() else { return Ok(()) };
        self.load([Key::methods_on_file(self.practice_id(), payment.patient)]).await?;
        let Some(methods) = self.methods(payment.patient)? else { return Ok(()) };
        let method = match &charged.means {
            AttemptMeans::OnFile { method, .. } => Some(method.as_str()),
            AttemptMeans::Hosted { keep, .. } => {
                keep.and_then(|setup| methods.state.method_of(setup)).map(|method| method.id.as_str())
            }
        };
        if let Some(decision) = method.and_then(|method| methods.state.unusable(method, why)) {
            self.commit.update(&methods, decision)?;
        }
        Ok(())
    }

    /// Puts the method that was used on the hosted page on file, where the patient chose that: once a card is charged, or a
    /// bank debit is under way, for which its owner gave a mandate.
    pub(crate) async fn keep_method(
        &mut self,
        payment: &Payment,
        attempt: AttemptId,
        intent: &PaymentIntent,
    ) -> Result<(), AppError> {
        let Some(setup) = payment.attempt_of(attempt).and_then(Attempt::keep) else { return Ok(()) };
        if !matches!(intent.status, IntentStatus::Succeeded | IntentStatus::Processing) {
            return Ok(());
        }
        let charge = intent.latest_charge.as_ref().and_then(LatestCharge::charge);
        let kind = charge.and_then(|charge| kind(charge.payment_method_details.as_ref()?));
        let Some((id, kind)) = intent.payment_method.as_deref().zip(kind) else { return Ok(()) };
        self.load([Key::methods_on_file(self.practice_id(), payment.patient)]).await?;
        let Some(methods) = self.methods(payment.patient)? else { return Ok(()) };
        if let Some(decision) = methods.state.kept(setup, id, kind, self.now()) {
            self.commit.update(&methods, decision)?;
            // Later news name the method alone.
            if methods.state.method(id).is_none() {
                self.commit.customer(id, payment.patient)?;
            }
        }
        Ok(())
    }
}

/// By which name of the processor the patient is found, the method, and the news of it.
fn read(event: &EventKind) -> Option<(&str, &str, News)> {
    match event {
        EventKind::PaymentMethod(what, method) => {
            // One that is detached names no customer any more.
            let owner = method.customer.as_deref().unwrap_or(&method.id);
            let news = match what {
                MethodEvent::Attached => News::Attached(kind(&method.details)?),
                MethodEvent::Updated => News::Updated(kind(&method.details)?),
                MethodEvent::Detached => News::Detached,
            };
            Some((owner, &method.id, news))
        }
        EventKind::SetupIntent(SetupEvent::Succeeded, intent) => {
            let setup = intent.metadata.get(metadata::SETUP)?.parse().ok()?;
            Some((intent.customer.as_deref()?, intent.payment_method.as_deref()?, News::Consented(setup)))
        }
        EventKind::MandateUpdated(mandate) if mandate.status == MandateStatus::Inactive => {
            Some((&mandate.payment_method, &mandate.payment_method, News::Unusable(NO_MANDATE)))
        }
        _ => None,
    }
}

/// None for a kind of method that we never asked for.
fn kind(details: &MethodDetails) -> Option<MethodKind> {
    let or_unknown =
        |text: &Option<String>, unknown: &str| text.clone().unwrap_or_else(|| unknown.to_owned());
    match details {
        MethodDetails::Card(card) => Some(MethodKind::Card {
            brand: or_unknown(&card.brand, "card"),
            last4: or_unknown(&card.last4, "????"),
            exp_month: card.exp_month.into(),
            exp_year: card.exp_year.into(),
        }),
        MethodDetails::UsBankAccount(account) => Some(MethodKind::BankAccount {
            bank: or_unknown(&account.bank_name, "Bank"),
            last4: or_unknown(&account.last4, "????"),
        }),
        MethodDetails::Other(_) => None,
    }
}
