//! A page of the processor on which a patient puts a method on file.

use std::{cell::Cell, collections::BTreeMap};

use chrono::{DateTime, Duration, Utc};
use paywell_domain::{
    Actor, MethodsOnFile, Patient, PatientId, Practice, Refusal, SetupId, on_file::Consent,
    payment::SESSION_MINUTES,
};
use paywell_gateways::stripe::{
    CheckoutSession, NewSetupSession, PaymentMethodType, SessionStatus, Stripe, StripeError,
};
use paywell_store::{Answer, Key, Loaded};
use serde::{Deserialize, Serialize};

use crate::{
    App, AppError, Context, Work, ids,
    processor::metadata,
    requests::methods::{MethodChoice, SetUpMethod},
    views::methods::{MethodSetupView, SavedSetup},
};

/// A setup that is committed: what the page is asked for, the same whenever it is asked.
#[derive(Serialize, Deserialize)]
struct Begun {
    setup: SetupId,
    at: DateTime<Utc>,
}

impl Begun {
    fn expires_at(&self) -> DateTime<Utc> {
        self.at + Duration::minutes(SESSION_MINUTES)
    }
}

impl App {
    /// Opens a page on which a patient puts a method on file, after the patient's consent is committed. The saved answer
    /// has no address: the processor is asked for it each time it is shown.
    ///
    /// # Errors
    /// There is no such patient, or too many methods; the processor cannot be reached, and the same again later goes on.
    pub async fn set_up_method(
        &self,
        cx: &Context,
        patient: PatientId,
        new: SetUpMethod,
    ) -> Result<Answer, AppError> {
        let offered = offered(new.methods.as_deref())?;
        let practice = cx.practice();
        let keys = [Key::patient(practice, patient), Key::methods_on_file(practice, patient)];
        let begin = async |work: &mut Work<'_>| {
            work.need::<Patient>(patient, "patient")?;
            let (setup, at) = (SetupId::new(ids::new(cx.now())), cx.now());
            let wording = new.consent.wording.clone();
            let consent = Consent { wording, given: new.consent.given, at };
            match work.methods(patient)? {
                Some(stored) => {
                    work.commit.update(&stored, stored.state.start_setup(setup, consent)?)?;
                }
                None => {
                    work.commit.create(MethodsOnFile::none(patient).start_setup(setup, consent)?)?;
                }
            }
            Ok(Begun { setup, at })
        };
        let opened = Cell::new(None);
        let finish = async |begun: Begun, mut read: Loaded| {
            if !read.knows(&keys[1]) {
                read = self.store.load([Key::practice(practice), keys[1].clone()]).await?;
            }
            let name = read.get::<Practice>(practice, ())?.map(|stored| stored.state.name);
            let name = name.ok_or_else(|| AppError::internal("the practice is not set up"))?;
            let stripe = self.stripe()?;
            let opened_for = async |customer: &str| {
                self.open_setup(stripe, cx, &begun, (customer, name.as_str()), &offered).await
            };
            let session = self.for_customer(cx, (patient, begun.setup), read, opened_for).await?;
            let session = session.map_err(|error| match error {
                // A page must live for half an hour: this command was cut off, and is sent again too late.
                StripeError::Refused(_) if cx.now() + Duration::minutes(30) > begun.expires_at() => {
                    let detail = "the page was never opened and its time is over; ask for another";
                    Refusal::state("setup-expired", detail).into()
                }
                error => unavailable(error),
            })?;
            let body = serde_json::to_string(&SavedSetup { session: session.id.clone() })?;
            let saved = Answer { status: 201, body, location: None, version: None };
            let saved = self.change(cx, [], async |work| work.finish(saved.clone())).await?;
            opened.set(Some(session));
            Ok(saved)
        };
        let mut saved = self.processor_command(cx, keys.clone(), begin, finish).await?;
        let known: SavedSetup = serde_json::from_str(&saved.body)?;
        let session = match opened.take() {
            Some(session) => session,
            None => self.stripe()?.retrieve_checkout_session(&known.session).await.map_err(unavailable)?,
        };
        saved.body = serde_json::to_string(&MethodSetupView::of(session))?;
        Ok(saved)
    }

    /// Opens a page for the processor's name of a patient, which is made where there is none, or where the processor has
    /// lost it. `read` is what was read with the patient's methods on file.
    pub(crate) async fn for_customer(
        &self,
        cx: &Context,
        (patient, setup): (PatientId, SetupId),
        read: Loaded,
        open: impl AsyncFn(&str) -> Result<CheckoutSession, StripeError>,
    ) -> Result<Result<CheckoutSession, StripeError>, AppError> {
        let known = read.get::<MethodsOnFile>(cx.practice(), patient)?;
        let customer = match known.and_then(|stored| stored.state.customer) {
            Some(customer) => customer,
            None => self.new_customer(cx, patient, setup, None, Some(read)).await?,
        };
        Ok(match open(&customer).await {
            Err(error) if is_lost(&error) => {
                let anew = self.new_customer(cx, patient, setup, Some(&customer), None).await?;
                open(&anew).await
            }
            session => session,
        })
    }

    /// The processor's name for a patient: opaque, made for the first setup, and in place of one that the processor
    /// has `lost`. Not under the patient's id: the processor keeps a failure under its key for a day, in which nothing
    /// could be put on file.
    async fn new_customer(
        &self,
        cx: &Context,
        patient: PatientId,
        setup: SetupId,
        lost: Option<&str>,
        read: Option<Loaded>,
    ) -> Result<String, AppError> {
        let key = Key::methods_on_file(cx.practice(), patient);
        let ours = BTreeMap::from([
            (metadata::PRACTICE.to_owned(), cx.practice().to_string()),
            (metadata::PATIENT.to_owned(), patient.to_string()),
        ]);
        let request = format!("customer-{setup}{}", lost.map(|lost| format!("-{lost}")).unwrap_or_default());
        let made = self.stripe()?.create_customer(&ours, &request).await;
        let made = made.map_err(unavailable)?;
        self.change_from(cx, read, [key], async |work| {
            let stored = work.methods(patient)?;
            let stored = stored.ok_or_else(|| AppError::internal("a customer without a setup"))?;
            // Another setup was quicker: one customer too many holds nothing.
            if let Some(known) = stored.state.customer.as_deref().filter(|known| Some(*known) != lost) {
                return Ok(known.to_owned());
            }
            work.commit.update(&stored, stored.state.note_customer(&made.id))?;
            work.commit.customer(&made.id, patient)?;
            Ok(made.id.clone())
        })
        .await
    }

    async fn open_setup(
        &self,
        stripe: &Stripe,
        cx: &Context,
        begun: &Begun,
        (customer, practice): (&str, &str),
        offered: &[PaymentMethodType],
    ) -> Result<CheckoutSession, StripeError> {
        let setup = begun.setup.to_string();
        let metadata = BTreeMap::from([
            (metadata::PRACTICE.to_owned(), cx.practice().to_string()),
            (metadata::SETUP.to_owned(), setup.clone()),
        ]);
        let page = |outcome: &str| match cx.by.actor {
            Actor::Portal { .. } => format!("{}/portal/{}/methods?{outcome}", self.public_url, cx.practice()),
            _ => format!("{}/pay/methods/{outcome}", self.public_url),
        };
        let new = NewSetupSession {
            customer,
            practice,
            reference: &setup,
            metadata: &metadata,
            payment_methods: offered,
            success_url: &page("saved"),
            cancel_url: &page("left"),
            expires_at: begun.expires_at(),
            locale: None,
        };
        stripe.create_setup_session(&new, &format!("{setup}-{customer}")).await
    }
}

/// Whether the processor does not know the customer any more: somebody deleted it there
/// (<https://docs.stripe.com/error-codes#resource-missing>).
fn is_lost(error: &StripeError) -> bool {
    let StripeError::Refused(refusal) = error else { return false };
    refusal.code.as_deref() == Some("resource_missing") && refusal.param.as_deref() == Some("customer")
}

/// What the page offers.
fn offered(chosen: Option<&[MethodChoice]>) -> Result<Vec<PaymentMethodType>, Refusal> {
    let all = [MethodChoice::Card, MethodChoice::BankAccount];
    let chosen = chosen.unwrap_or(&all);
    if chosen.is_empty() {
        return Err(Refusal::field("/methods", "expected at least one of card, bank_account"));
    }
    let offered = all.iter().filter(|choice| chosen.contains(choice)).map(|choice| match choice {
        MethodChoice::Card => PaymentMethodType::Card,
        MethodChoice::BankAccount => PaymentMethodType::UsBankAccount,
    });
    Ok(offered.collect())
}

/// Nothing is charged here: whatever the processor's outcome, the same command again goes on.
fn unavailable(error: StripeError) -> AppError {
    match error {
        StripeError::Refused(refusal) => AppError::internal(refusal),
        other => AppError::Unavailable(other.to_string()),
    }
}

impl MethodSetupView {
    fn of(session: CheckoutSession) -> Self {
        let status = match session.status {
            SessionStatus::Open => "open".to_owned(),
            SessionStatus::Complete => "complete".to_owned(),
            SessionStatus::Expired => "expired".to_owned(),
            SessionStatus::Other(status) => status,
        };
        Self { url: session.url, status, expires_at: session.expires_at }
    }
}
